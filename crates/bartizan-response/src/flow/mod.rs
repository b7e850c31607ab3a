//! What happened, in order: an attack flow.
//!
//! `acts` makes an act of each technique that the narrative describes, and more than one only where the text orders its
//! passages; `relate` puts two acts in order where the text does:
//! by a word of time (`words` finds them, `sides` says which part of a sentence tells an act), or by headings that number or
//! name phases. Nothing else gives an order: acts without one stand side by side. `things` reads from the sentences of the
//! acts what systems they name, what conditions they state and which acts they join.

mod acts;
mod bundle;
mod relate;
mod sides;
mod things;
pub mod wire;
mod words;

use crate::genre::Genre;
use bartizan::{Analysis, Evidence, Span};
use bartizan_knowledge::Pack;
use std::fmt::Write;

/// Behaviours in the order the text gives them. Empty where fewer than two are told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flow {
    /// In text order.
    pub acts: Vec<Act>,
    /// Each says that one act comes before another. There is no cycle, and none that others imply.
    pub edges: Vec<Edge>,
    /// Systems, accounts, documents and services named in the sentences of acts.
    pub assets: Vec<Asset>,
    /// Conditions stated in the sentences of acts, in text order.
    pub conditions: Vec<Condition>,
    /// Acts that a sentence gives as alternatives, or as needed together.
    pub joins: Vec<Join>,
}

/// Something that is acted on, by the name the report gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct Asset {
    /// Its name, in the singular.
    pub name: String,
    /// What it is.
    pub kind: AssetKind,
    /// Where it is named, in text order. Never empty.
    pub evidence: Vec<Evidence>,
    /// Indices into [`Flow::acts`]: acts told in these sentences.
    pub acts: Vec<u32>,
}

/// What an asset is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AssetKind {
    /// A computer, server or cluster.
    Host,
    /// A user's or program's account, or a mailbox.
    Account,
    /// A file that people open.
    Document,
    /// A cloud or directory service.
    Service,
    /// A device of the network or to carry data.
    Device,
}

impl AssetKind {
    /// `host`, `account`, `document`, `service` or `device`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Account => "account",
            Self::Document => "document",
            Self::Service => "service",
            Self::Device => "device",
        }
    }
}

/// That acts happen only if something holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The clause that states it, and its sentence.
    pub evidence: Evidence,
    /// Indices into [`Flow::acts`]: what happens if it holds.
    pub acts: Vec<u32>,
}

/// Acts that go together.
#[derive(Clone, Debug, PartialEq)]
pub struct Join {
    /// How.
    pub operator: Operator,
    /// The word that joins them, and its sentence.
    pub evidence: Evidence,
    /// Indices into [`Flow::acts`], two, ascending.
    pub acts: Vec<u32>,
}

impl Join {
    /// Acts that follow every one of the joined ones directly.
    pub fn effects(&self, edges: &[Edge]) -> Vec<u32> {
        let follows = |a: u32, b: u32| edges.iter().any(|e| e.before == a && e.after == b);
        let mut out: Vec<u32> =
            edges.iter().map(|e| e.after).filter(|b| self.acts.iter().all(|a| follows(*a, *b))).collect();
        out.sort_unstable();
        out.dedup();
        out
    }
}

/// How acts go together, as Attack Flow writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operator {
    /// All of them are needed.
    And,
    /// One of them is enough.
    Or,
}

impl Operator {
    /// `AND` or `OR`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::And => "AND",
            Self::Or => "OR",
        }
    }
}

/// One behaviour.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    /// Index into [`Analysis::techniques`].
    pub technique: u32,
    /// Where it is told, in text order. Never empty.
    pub evidence: Vec<Evidence>,
    /// Indices into [`Analysis::observables`]: what stands in its sentences.
    pub observables: Vec<u32>,
    /// Indices into [`Analysis::entities`]: who and what stands in its sentences.
    pub entities: Vec<u32>,
    /// Steps that come before it at least: 0 for a beginning.
    pub layer: u32,
}

/// That one act comes before another.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// Index into [`Flow::acts`].
    pub before: u32,
    /// Index into [`Flow::acts`].
    pub after: u32,
    /// What says so.
    pub why: Why,
}

/// What puts two acts in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// A word of time, here.
    Words(Span),
    /// The acts stand under headings that name phases, in this order; the later heading.
    Headings(Span),
}

impl Why {
    /// `words` or `headings`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Words(_) => "words",
            Self::Headings(_) => "headings",
        }
    }

    /// The words that say so.
    pub fn span(self) -> Span {
        match self {
            Self::Words(span) | Self::Headings(span) => span,
        }
    }
}

impl Flow {
    /// Whether something comes before or after an act.
    pub fn is_ordered(&self, act: usize) -> bool {
        self.edges.iter().any(|e| e.before as usize == act || e.after as usize == act)
    }
}

/// Orders.
pub fn order(analysis: &Analysis, _: &Pack, genre: Genre) -> Flow {
    if matches!(genre, Genre::Policy | Genre::Other) {
        return Flow::default();
    }
    let mut mentions = acts::mentions(analysis);
    let passages = relate::edges(analysis, &mentions);
    let ordered = passages.iter().flat_map(|(a, b, _)| [*a, *b]).collect();
    let numbers = acts::unite(&mut mentions, &ordered);
    let mut acts = acts::merge(analysis, &mentions);
    if acts.len() < 2 {
        return Flow::default();
    }
    let edge = |(before, after, why): &(usize, usize, Why)| {
        let (before, after) = (*numbers.get(before)? as u32, *numbers.get(after)? as u32);
        Some(Edge { before, after, why: *why })
    };
    let mut edges: Vec<Edge> = passages.iter().filter_map(edge).collect();
    edges.sort_by_key(|e| (e.before, e.after));
    relate::layers(&edges, &mut acts);
    let assets = things::assets(analysis, &mentions);
    let conditions = things::conditions(analysis, &mentions, &edges);
    let joins = things::joins(analysis, &mentions, &edges);
    Flow { acts, edges, assets, conditions, joins }
}

/// `attack-flow.json`: the Attack Flow 2.0 bundle, where there is a flow.
pub(crate) fn files(flow: &Flow, analysis: &Analysis, pack: &Pack) -> Vec<(String, Vec<u8>)> {
    bundle::write(flow, analysis, pack).map(|b| vec![("attack-flow.json".to_owned(), b)]).unwrap_or_default()
}

pub(crate) fn wire(flow: &Flow, analysis: &Analysis) -> wire::Wire {
    wire::of(flow, analysis)
}

pub(crate) fn markdown(out: &mut String, flow: &Flow, analysis: &Analysis) {
    if flow.acts.is_empty() {
        return;
    }
    out.push_str("## Attack flow\n\n");
    let name = |act: &Act| {
        // Ids and names are the pack's: nothing of the report is written here.
        analysis
            .techniques
            .get(act.technique as usize)
            .map(|t| format!("{} {}", t.id, t.name))
            .unwrap_or_default()
    };
    let layers = flow.acts.iter().map(|a| a.layer).max().unwrap_or(0);
    let mut number = 0;
    for layer in 0..=layers {
        let here: Vec<String> = flow
            .acts
            .iter()
            .enumerate()
            .filter(|(i, a)| a.layer == layer && flow.is_ordered(*i))
            .map(|(_, a)| name(a))
            .collect();
        if !here.is_empty() {
            number += 1;
            let _ = writeln!(out, "{number}. {}", here.join("; "));
        }
    }
    let loose: Vec<String> =
        flow.acts.iter().enumerate().filter(|(i, _)| !flow.is_ordered(*i)).map(|(_, a)| name(a)).collect();
    if !loose.is_empty() {
        let _ = writeln!(
            out,
            "{}The text gives no order for: {}.",
            if number > 0 { "\n" } else { "" },
            loose.join("; ")
        );
    }
    let names = |acts: &[u32]| {
        let of = acts.iter().filter_map(|a| flow.acts.get(*a as usize)).map(name);
        of.collect::<Vec<_>>().join("; ")
    };
    let words = |span: Span| crate::markdown::escape(span.of(&analysis.document.text));
    let mut list = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            let _ = write!(out, "\n{title}:\n\n{}", lines.concat());
        }
    };
    let conditions = flow.conditions.iter();
    list(
        "Conditions",
        conditions.map(|c| format!("- {}: {}\n", words(c.evidence.span), names(&c.acts))).collect(),
    );
    let joins = flow.joins.iter();
    list(
        "Together (AND) or one of them (OR)",
        joins.map(|j| format!("- {}: {}\n", j.operator.as_str(), names(&j.acts))).collect(),
    );
    let assets = flow.assets.iter();
    list(
        "Acted on",
        assets.map(|a| format!("- {} ({}): {}\n", a.name, a.kind.as_str(), names(&a.acts))).collect(),
    );
    out.push('\n');
}
