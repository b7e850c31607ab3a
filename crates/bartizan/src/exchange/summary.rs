//! What happened, to whom, by whom: one paragraph and six figures, from claims only.

use super::text::{count, list, one_line};
use crate::{
    Analysis, BlockKind, Entity, EntityKind, Event, EventKind, NodeRef, Observable, ObservableKind,
    Provenance, Region, Relation, RelationKind, Span, Verdict,
};

/// Names shown in a list before "and N more".
const NAMES: usize = 3;
/// Shortest and longest sentence that may stand for the report, in bytes; how many are looked at; how many claims it
/// must hold.
const LEAD_LENGTH: (usize, usize) = (40, 320);
const LEAD_CANDIDATES: usize = 15;
const LEAD_CLAIMS: usize = 3;
/// Longest name or title shown, in characters.
const NAME_LENGTH: usize = 120;

/// Label of the key fact that a language model was asked.
pub const ASSISTED: &str = "Assisted by";

/// The first screen of the report page, the head of `report.md` and the terminal summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Title of the report, else its name, on one line.
    pub title: String,
    /// One paragraph of plain text: what happened, to whom, by whom, what to do by when.
    pub brief: String,
    /// How the report names who is behind it.
    pub attribution: Attribution,
    /// Six figures, always the same, in order.
    pub figures: [Figure; 6],
    /// Key facts, in order; only those the report gives.
    pub facts: Vec<Fact>,
    /// How much of everything there is.
    pub counts: Counts,
}

/// How a report names who is behind what it describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribution {
    /// A sentence says that the actor did it.
    Stated,
    /// A model or rule concluded it.
    Inferred,
    /// Actors are named, but no sentence says that they did it.
    Named,
    /// No actor is named.
    Unknown,
}

impl Attribution {
    /// `stated`, `inferred`, `named` or `unknown`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::Inferred => "inferred",
            Self::Named => "named",
            Self::Unknown => "unknown",
        }
    }
}

/// A number with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Stable key: `techniques`, `indicators`, `actors`, `software`, `vulnerabilities` or `events`.
    pub key: &'static str,
    /// The name to show, in the number's grammatical number.
    pub label: &'static str,
    /// The number.
    pub value: usize,
    /// A few words more, or empty, e.g. `4 stated, 2 named, 9 inferred`.
    pub note: String,
}

/// A key fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it answers, e.g. `By whom`.
    pub label: &'static str,
    /// The answer, plain text of one line.
    pub value: String,
    /// The claims behind it.
    pub claims: Vec<NodeRef>,
}

/// How much of everything there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Technique mappings.
    pub techniques: usize,
    /// … that the report itself states or names.
    pub techniques_stated: usize,
    /// Observables of any verdict.
    pub observables: usize,
    /// … that are indicators.
    pub indicators: usize,
    /// … that are references.
    pub references: usize,
    /// Values looked at and not taken.
    pub withheld: usize,
    /// Entities.
    pub entities: usize,
    /// Relations.
    pub relations: usize,
    /// Dated events without duties.
    pub events: usize,
    /// Dated duties.
    pub obligations: usize,
    /// Mitigations.
    pub mitigations: usize,
    /// Diagnostics.
    pub diagnostics: usize,
}

/// Sums an analysis up. Every word that is not fixed comes from a claim of `analysis`.
pub fn summary(analysis: &Analysis) -> Summary {
    let counts = counts(analysis);
    let (attribution, actors) = actors(analysis);
    let parts = Parts {
        actors,
        attribution,
        targets: targets(analysis),
        software: entities(analysis, &[EntityKind::Malware, EntityKind::Tool]),
        campaigns: entities(analysis, &[EntityKind::Campaign]),
        policies: entities(analysis, &[EntityKind::Policy]),
        vulnerabilities: vulnerabilities(analysis),
        due: analysis.events.iter().filter(|e| e.kind == EventKind::Obligation).collect(),
    };
    Summary {
        title: title(analysis),
        brief: brief(analysis, &counts, &parts),
        attribution,
        figures: figures(analysis, &counts, &parts),
        facts: facts(analysis, &parts),
        counts,
    }
}

/// What several parts of the summary speak of, most important first.
struct Parts<'a> {
    actors: Vec<Named<'a>>,
    attribution: Attribution,
    targets: Vec<Named<'a>>,
    software: Vec<Named<'a>>,
    campaigns: Vec<Named<'a>>,
    policies: Vec<Named<'a>>,
    vulnerabilities: Vec<String>,
    due: Vec<&'a Event>,
}

#[derive(Clone, Copy)]
struct Named<'a> {
    node: NodeRef,
    entity: &'a Entity,
}

impl Named<'_> {
    fn name(self) -> String {
        one_line(&self.entity.name, NAME_LENGTH)
    }
}

fn names(items: &[Named<'_>]) -> String {
    let names: Vec<String> = items.iter().map(|n| n.name()).collect();
    list(&names, NAMES)
}

fn nodes(items: &[Named<'_>]) -> Vec<NodeRef> {
    items.iter().map(|n| n.node).collect()
}

pub(super) fn title(analysis: &Analysis) -> String {
    let metadata = &analysis.document.metadata;
    let title = metadata.title.as_deref().map(|t| one_line(t, 2 * NAME_LENGTH)).unwrap_or_default();
    if !title.is_empty() {
        return title;
    }
    let name = one_line(&analysis.document.name, 2 * NAME_LENGTH);
    if name.is_empty() { "Untitled report".to_owned() } else { name }
}

fn counts(analysis: &Analysis) -> Counts {
    let verdict = |v: Verdict| analysis.observables.iter().filter(|o| o.verdict == v).count();
    let obligations = analysis.events.iter().filter(|e| e.kind == EventKind::Obligation).count();
    Counts {
        techniques: analysis.techniques.len(),
        techniques_stated: analysis
            .techniques
            .iter()
            .filter(|t| t.provenance != Provenance::Inferred)
            .count(),
        observables: analysis.observables.len(),
        indicators: verdict(Verdict::Indicator),
        references: verdict(Verdict::Reference),
        withheld: analysis.withheld.len(),
        entities: analysis.entities.len(),
        relations: analysis.relations.len(),
        events: analysis.events.len() - obligations,
        obligations,
        mitigations: analysis.mitigations.len(),
        diagnostics: analysis.diagnostics.len(),
    }
}

/// Entities of some kinds: best connected first, then most often named, then in order of appearance.
fn entities<'a>(analysis: &'a Analysis, kinds: &[EntityKind]) -> Vec<Named<'a>> {
    let mut found: Vec<(usize, Named<'a>)> = analysis
        .entities
        .iter()
        .enumerate()
        .filter(|(_, e)| kinds.contains(&e.kind))
        .map(|(i, entity)| {
            let node = NodeRef::Entity(i as u32);
            (acts(analysis, node).count(), Named { node, entity })
        })
        .collect();
    found.sort_by_key(|(acts, n)| (std::cmp::Reverse((*acts, n.entity.evidence.len())), n.node));
    found.into_iter().map(|(_, n)| n).collect()
}

/// Relations that make `node` somebody who does things.
fn acts(analysis: &Analysis, node: NodeRef) -> impl Iterator<Item = &Relation> {
    analysis.relations.iter().filter(move |r| match r.kind {
        RelationKind::Uses
        | RelationKind::Targets
        | RelationKind::Exploits
        | RelationKind::CommunicatesWith
        | RelationKind::Drops => r.source == node,
        RelationKind::AttributedTo => r.target == node,
        _ => false,
    })
}

fn actors(analysis: &Analysis) -> (Attribution, Vec<Named<'_>>) {
    let actors = entities(analysis, &[EntityKind::Actor]);
    let how = |n: &Named<'_>| {
        let said = |p: Provenance| {
            if p == Provenance::Inferred { Attribution::Inferred } else { Attribution::Stated }
        };
        acts(analysis, n.node).map(|r| said(r.provenance)).min().unwrap_or(match n.entity.provenance {
            Provenance::Stated => Attribution::Stated,
            Provenance::Named => Attribution::Named,
            Provenance::Inferred => Attribution::Inferred,
        })
    };
    let best = actors.iter().map(how).min().unwrap_or(Attribution::Unknown);
    let kept = actors.into_iter().filter(|n| how(n) == best).collect();
    (best, kept)
}

fn targets(analysis: &Analysis) -> Vec<Named<'_>> {
    let aimed_at =
        |node| analysis.relations.iter().any(|r| r.kind == RelationKind::Targets && r.target == node);
    analysis
        .entities
        .iter()
        .enumerate()
        .map(|(i, entity)| Named { node: NodeRef::Entity(i as u32), entity })
        .filter(|n| {
            let role = n.entity.role.as_deref();
            let body = matches!(
                n.entity.kind,
                EntityKind::Organization
                    | EntityKind::Group
                    | EntityKind::Sector
                    | EntityKind::Country
                    | EntityKind::Person
                    | EntityKind::Product
            );
            body && (matches!(role, Some("victim" | "target" | "affected")) || aimed_at(n.node))
        })
        .collect()
}

fn vulnerabilities(analysis: &Analysis) -> Vec<String> {
    let entities = analysis.entities.iter().filter(|e| e.kind == EntityKind::Vulnerability);
    let observables = analysis.observables.iter().filter(|o| o.kind == ObservableKind::Cve && is_content(o));
    let mut seen = std::collections::BTreeSet::new();
    entities
        .map(|e| e.knowledge_id.as_deref().unwrap_or(&e.name))
        .chain(observables.map(|o| o.value.as_str()))
        .filter(|id| seen.insert(id.to_ascii_uppercase()))
        .map(|id| one_line(id, NAME_LENGTH))
        .collect()
}

fn is_content(observable: &Observable) -> bool {
    observable.verdict != Verdict::Reference
}

fn brief(analysis: &Analysis, counts: &Counts, parts: &Parts<'_>) -> String {
    let mut out: Vec<String> = vec![opening(analysis)];
    match parts.attribution {
        Attribution::Stated => out.push(format!("It names {} as the actor.", names(&parts.actors))),
        Attribution::Inferred => {
            out.push(format!("The actor is probably {} (inferred).", names(&parts.actors)))
        }
        Attribution::Named => {
            let them = if parts.actors.len() == 1 { "it is" } else { "they are" };
            out.push(format!("It mentions {}, without saying that {them} behind it.", names(&parts.actors)));
        }
        Attribution::Unknown if counts.techniques + counts.indicators > 0 => {
            out.push("It names no actor.".to_owned());
        }
        Attribution::Unknown => {}
    }
    if !parts.campaigns.is_empty() {
        out.push(format!("Campaigns: {}.", names(&parts.campaigns)));
    }
    if !parts.targets.is_empty() {
        out.push(format!("Affected or targeted: {}.", names(&parts.targets)));
    }
    if !parts.software.is_empty() {
        out.push(format!("Malware and tools: {}.", names(&parts.software)));
    }
    if !parts.policies.is_empty() {
        out.push(format!("It is about {}.", names(&parts.policies)));
    }
    if !parts.vulnerabilities.is_empty() {
        out.push(format!("Vulnerabilities: {}.", list(&parts.vulnerabilities, NAMES)));
    }
    out.push(found(counts));
    if let Some(due) = parts.due.first() {
        let rest = match parts.due.len() {
            1 => String::new(),
            n => format!(" ({} in all)", count(n, "dated duty", "dated duties")),
        };
        out.push(format!("Due: {}{rest}.", one_line(&due.when.text, NAME_LENGTH)));
    }
    out.join(" ")
}

fn opening(analysis: &Analysis) -> String {
    let metadata = &analysis.document.metadata;
    let mut text = format!("“{}”", title(analysis));
    if let Some(publisher) = metadata.publisher.as_deref().filter(|p| !p.trim().is_empty()) {
        text += &format!(", published by {}", one_line(publisher, NAME_LENGTH));
    }
    if let Some(day) = &metadata.published {
        text += &format!(" on {}", one_line(day, 10));
    }
    match lead(analysis) {
        Some(span) => {
            let words = one_line(span.of(&analysis.document.text), LEAD_LENGTH.1);
            format!("{text}. In its words: “{words}”")
        }
        None => text + ".",
    }
}

/// The sentence near the beginning that holds most claims: what the report itself puts first.
fn lead(analysis: &Analysis) -> Option<Span> {
    let document = &analysis.document;
    let running = |block: u32| {
        document.blocks.get(block as usize).is_some_and(|b| {
            b.region == Region::Main && matches!(b.kind, BlockKind::Paragraph | BlockKind::ListItem(_))
        })
    };
    let candidates: Vec<Span> = document
        .sentences
        .iter()
        .filter(|s| running(s.block))
        .map(|s| s.span)
        .filter(|s| (LEAD_LENGTH.0..=LEAD_LENGTH.1).contains(&s.len()))
        .take(LEAD_CANDIDATES)
        .collect();
    let claims = analysis
        .entities
        .iter()
        .map(|e| (&e.evidence, 1))
        .chain(analysis.techniques.iter().map(|t| (&t.evidence, 1)))
        .chain(analysis.events.iter().map(|e| (&e.evidence, 2)))
        .chain(analysis.relations.iter().map(|r| (&r.evidence, 2)));
    let mut weight = vec![0; candidates.len()];
    for (evidence, value) in claims {
        let mut counted = std::collections::BTreeSet::new();
        for e in evidence {
            let at = candidates.partition_point(|c| c.end <= e.span.start);
            // One claim counts once for a sentence, however often it stands there.
            if candidates.get(at).is_some_and(|c| c.contains(e.span)) && counted.insert(at) {
                weight[at] += value;
            }
        }
    }
    // Of equals the earlier.
    let (at, most) = weight.iter().enumerate().max_by_key(|(at, w)| (**w, std::cmp::Reverse(*at)))?;
    (*most >= LEAD_CLAIMS).then(|| candidates[at])
}

fn found(counts: &Counts) -> String {
    match (counts.techniques, counts.indicators) {
        (0, 0) => "It describes no technique and gives no indicator.".to_owned(),
        (t, 0) => format!("It describes {} and gives no indicator.", count(t, "technique", "techniques")),
        (0, i) => format!("It describes no technique and gives {}.", count(i, "indicator", "indicators")),
        (t, i) => format!(
            "It describes {} and gives {}.",
            count(t, "technique", "techniques"),
            count(i, "indicator", "indicators")
        ),
    }
}

fn figures(analysis: &Analysis, counts: &Counts, parts: &Parts<'_>) -> [Figure; 6] {
    let of = |kind| analysis.entities.iter().filter(|e| e.kind == kind).count();
    let (malware, tools) = (of(EntityKind::Malware), of(EntityKind::Tool));
    let actors = of(EntityKind::Actor);
    let vulnerabilities = parts.vulnerabilities.len();
    let events = counts.events + counts.obligations;
    [
        Figure {
            key: "techniques",
            label: if counts.techniques == 1 { "technique" } else { "techniques" },
            value: counts.techniques,
            note: by_provenance(analysis),
        },
        Figure {
            key: "indicators",
            label: if counts.indicators == 1 { "indicator" } else { "indicators" },
            value: counts.indicators,
            note: if counts.observables == 0 {
                String::new()
            } else {
                format!("of {} observables", counts.observables)
            },
        },
        Figure {
            key: "actors",
            label: if actors == 1 { "actor" } else { "actors" },
            value: actors,
            note: if actors == 0 { String::new() } else { parts.attribution.as_str().to_owned() },
        },
        Figure {
            key: "software",
            label: "malware and tools",
            value: malware + tools,
            note: pair((malware, "malware"), (tools, if tools == 1 { "tool" } else { "tools" })),
        },
        Figure {
            key: "vulnerabilities",
            label: if vulnerabilities == 1 { "vulnerability" } else { "vulnerabilities" },
            value: vulnerabilities,
            note: String::new(),
        },
        Figure {
            key: "events",
            label: if events == 1 { "dated event" } else { "dated events" },
            value: events,
            note: match counts.obligations {
                0 => String::new(),
                n => count(n, "duty", "duties"),
            },
        },
    ]
}

/// `4 stated, 2 named, 9 inferred`, without what is zero.
fn by_provenance(analysis: &Analysis) -> String {
    [Provenance::Stated, Provenance::Named, Provenance::Inferred]
        .into_iter()
        .map(|p| (analysis.techniques.iter().filter(|t| t.provenance == p).count(), p))
        .filter(|(n, _)| *n > 0)
        .map(|(n, p)| format!("{n} {}", p.as_str()))
        .collect::<Vec<_>>()
        .join(", ")
}

/// `2 malware, 4 tools`, without what is zero.
fn pair(a: (usize, &str), b: (usize, &str)) -> String {
    [a, b].iter().filter(|(n, _)| *n > 0).map(|(n, w)| format!("{n} {w}")).collect::<Vec<_>>().join(", ")
}

fn facts(analysis: &Analysis, parts: &Parts<'_>) -> Vec<Fact> {
    let mut out = Vec::new();
    let by = match parts.attribution {
        Attribution::Unknown => "unknown: the report names no actor".to_owned(),
        Attribution::Named => format!("{} (named, no sentence attributes)", names(&parts.actors)),
        how => format!("{} ({})", names(&parts.actors), how.as_str()),
    };
    out.push(Fact { label: "By whom", value: by, claims: nodes(&parts.actors) });
    for (label, items) in [
        ("To whom", &parts.targets),
        ("With what", &parts.software),
        ("Campaign", &parts.campaigns),
        ("Policy", &parts.policies),
    ] {
        if !items.is_empty() {
            out.push(Fact { label, value: names(items), claims: nodes(items) });
        }
    }
    if !parts.vulnerabilities.is_empty() {
        let claims = (0u32..)
            .zip(&analysis.entities)
            .filter(|(_, e)| e.kind == EntityKind::Vulnerability)
            .map(|(i, _)| NodeRef::Entity(i))
            .collect();
        out.push(Fact { label: "Through", value: list(&parts.vulnerabilities, NAMES), claims });
    }
    for due in parts.due.iter().take(NAMES) {
        let value =
            format!("{}: {}", one_line(&due.when.text, NAME_LENGTH), one_line(&due.summary, 2 * NAME_LENGTH));
        out.push(Fact { label: "Due", value, claims: due.involves.clone() });
    }
    if let Some(a) = &analysis.assisted {
        let value = format!(
            "{}, a language model: {} of {}, {} counted, {} discarded, {} changed",
            one_line(&a.model, NAME_LENGTH),
            a.answered,
            count(a.questions as usize, "question answered", "questions answered"),
            count(a.claims as usize, "claim", "claims"),
            a.discarded,
            count(a.changed as usize, "technique", "techniques"),
        );
        out.push(Fact { label: ASSISTED, value, claims: Vec::new() });
    }
    out
}
