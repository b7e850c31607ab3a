//! What happened, in order: an attack flow.
//!
//! `acts` makes one act of each technique that the narrative describes; `relate` puts two acts in order where the text does:
//! by a word of time, or by headings that name phases. Nothing else gives an order: acts without one stand side by side.

mod acts;
mod bundle;
mod relate;
pub mod wire;

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
    let mentions = acts::mentions(analysis);
    let mut acts = acts::merge(analysis, &mentions);
    if acts.len() < 2 {
        return Flow::default();
    }
    let edges = relate::edges(analysis, &mentions, &mut acts);
    Flow { acts, edges }
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
    out.push('\n');
}
