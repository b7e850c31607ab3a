//! The list beside the text: every claim but the plain values, with the words it rests on.

use crate::key::Key;
use crate::safe::{clipped, shown};
use crate::source::{Quote, Source};
use bartizan::{Analysis, Confidence, EntityKind, Evidence, NodeRef, Provenance, RelationKind};
use bartizan_knowledge::{Domain, Pack};

/// Quotations shown at once; the rest can be unfolded.
const AT_ONCE: usize = 2;
/// Most quotations of one claim.
const MOST_QUOTES: usize = 200;

/// A shape and a colour for a kind of thing; the names are those of the symbols in `analysis.html`.
pub(crate) type Shape = &'static str;

/// One claim.
#[derive(Debug)]
pub(crate) struct Claim {
    pub key: Key,
    /// Kind for the filter.
    pub kind: &'static str,
    pub shape: Shape,
    /// Id in the pack, or empty.
    pub code: String,
    pub title: String,
    /// A few words more.
    pub note: String,
    pub provenance: &'static str,
    pub sure: Sure,
    /// Where its first evidence stands.
    pub place: u32,
    pub quotes: Vec<Quote>,
    pub more: Vec<Quote>,
    /// What decided, for inferred techniques.
    pub reasons: String,
    /// Rules that would see it, for techniques.
    pub rules: Vec<(Key, String)>,
}

/// Confidence in words and number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sure {
    pub word: &'static str,
    pub percent: u8,
}

impl From<Confidence> for Sure {
    fn from(confidence: Confidence) -> Self {
        Sure { word: confidence.word(), percent: confidence.percent() }
    }
}

impl Sure {
    /// `0.78`.
    pub fn number(&self) -> String {
        format!("{}.{:02}", self.percent / 100, self.percent % 100)
    }

    /// One of five steps, for the heat of a cell.
    pub fn step(&self) -> u8 {
        match self.percent {
            0..=44 => 1,
            45..=54 => 2,
            55..=79 => 3,
            80..=94 => 4,
            _ => 5,
        }
    }
}

/// A kind of claim in the filter, with how many there are.
#[derive(Debug)]
pub(crate) struct Facet {
    pub name: &'static str,
    pub label: &'static str,
    pub count: usize,
}

pub(crate) fn facets(claims: &[Claim]) -> Vec<Facet> {
    [
        ("technique", "Techniques"),
        ("relation", "Relations"),
        ("event", "Events"),
        ("mitigation", "Mitigations"),
        ("entity", "Entities"),
    ]
    .into_iter()
    .map(|(name, label)| Facet { name, label, count: claims.iter().filter(|c| c.kind == name).count() })
    .filter(|f| f.count > 0)
    .collect()
}

/// All claims, in the order of the tabs.
pub(crate) fn claims(analysis: &Analysis, pack: &Pack, source: &Source<'_>) -> Vec<Claim> {
    let make =
        |key: Key, kind, shape, provenance: Provenance, confidence: Confidence, evidence: &[Evidence]| {
            let mut quotes: Vec<Quote> = evidence.iter().take(MOST_QUOTES).map(|e| source.quote(e)).collect();
            let more = quotes.split_off(quotes.len().min(AT_ONCE));
            Claim {
                key,
                kind,
                shape,
                code: String::new(),
                title: String::new(),
                note: String::new(),
                provenance: provenance.as_str(),
                sure: confidence.into(),
                place: evidence.iter().map(|e| e.span.start).min().unwrap_or(0),
                quotes,
                more,
                reasons: String::new(),
                rules: Vec::new(),
            }
        };
    let mut out = Vec::new();
    for (i, t) in analysis.techniques.iter().enumerate() {
        let mut note = tactic_names(pack, &t.domain, &t.tactics).join(", ");
        if let Some(old) = &t.mapped_from {
            note = format!("{note} · written as {}, since replaced", shown(old));
        }
        let reasons = t.reasons.iter().take(6).map(|r| clipped(&r.text, 80)).collect::<Vec<_>>().join(" · ");
        out.push(Claim {
            code: t.id.clone(),
            title: shown(&t.name).into_owned(),
            note,
            reasons,
            ..make(Key::technique(i), "technique", "technique", t.provenance, t.confidence, &t.evidence)
        });
    }
    for (i, r) in analysis.relations.iter().enumerate() {
        out.push(Claim {
            title: format!(
                "{} {} {}",
                label(analysis, r.source),
                relation_words(r.kind),
                label(analysis, r.target)
            ),
            ..make(Key::relation(i), "relation", "relation", r.provenance, r.confidence, &r.evidence)
        });
    }
    for (i, v) in analysis.events.iter().enumerate() {
        out.push(Claim {
            title: clipped(&v.summary, 160),
            note: format!("{} · {}", v.kind.as_str(), clipped(&v.when.text, 60)),
            ..make(Key::event(i), "event", "event", Provenance::Stated, v.confidence, &v.evidence)
        });
    }
    for (i, m) in analysis.mitigations.iter().enumerate() {
        out.push(Claim {
            code: m.id.clone(),
            title: shown(&m.name).into_owned(),
            note: "candidate mitigation".into(),
            ..make(Key::mitigation(i), "mitigation", "mitigation", m.provenance, m.confidence, &m.evidence)
        });
    }
    for (i, e) in analysis.entities.iter().enumerate() {
        let mut note = entity_words(e.kind).to_owned();
        if let Some(role) = &e.role {
            note = format!("{note}, {}", shown(role));
        }
        if !e.aliases.is_empty() {
            let names: Vec<String> = e.aliases.iter().take(6).map(|a| clipped(a, 60)).collect();
            note = format!("{note} · also {}", names.join(", "));
        }
        out.push(Claim {
            code: e
                .knowledge_id
                .as_deref()
                .filter(|id| *id != e.name)
                .map(|id| shown(id).into_owned())
                .unwrap_or_default(),
            title: clipped(&e.name, 120),
            note,
            ..make(Key::entity(i), "entity", shape_of(e.kind), e.provenance, e.confidence, &e.evidence)
        });
    }
    out
}

/// Names of tactics as the pack has them; what it does not know is shown as it came.
pub(crate) fn tactic_names(pack: &Pack, domain: &str, tactics: &[String]) -> Vec<String> {
    let known = domain_of(domain).map(|d| pack.tactics(d)).unwrap_or_default();
    tactics
        .iter()
        .map(|t| {
            known
                .iter()
                .find(|k| k.short_name == t)
                .map_or_else(|| shown(t).into_owned(), |k| k.name.to_owned())
        })
        .collect()
}

pub(crate) const DOMAINS: [(Domain, &str); 4] = [
    (Domain::Enterprise, "ATT&CK Enterprise"),
    (Domain::Mobile, "ATT&CK Mobile"),
    (Domain::Ics, "ATT&CK ICS"),
    (Domain::Atlas, "ATLAS"),
];

fn domain_of(name: &str) -> Option<Domain> {
    DOMAINS.iter().map(|(d, _)| *d).find(|d| d.as_str() == name)
}

/// How a thing is called in a line of text.
pub(crate) fn label(analysis: &Analysis, node: NodeRef) -> String {
    let at = |i: u32| i as usize;
    match node {
        NodeRef::Entity(i) => analysis.entities.get(at(i)).map(|e| clipped(&e.name, 60)),
        NodeRef::Observable(i) => analysis
            .observables
            .get(at(i))
            .map(|o| clipped(&bartizan::exchange::defang(o.kind, &o.value), 60)),
        NodeRef::Technique(i) => {
            analysis.techniques.get(at(i)).map(|t| format!("{} {}", t.id, shown(&t.name)))
        }
        NodeRef::Mitigation(i) => {
            analysis.mitigations.get(at(i)).map(|m| format!("{} {}", m.id, shown(&m.name)))
        }
    }
    .unwrap_or_default()
}

/// `attributed-to` as words.
pub(crate) fn relation_words(kind: RelationKind) -> String {
    kind.as_str().replace('-', " ")
}

pub(crate) fn entity_words(kind: EntityKind) -> &'static str {
    match kind {
        EntityKind::Actor => "threat actor",
        EntityKind::Group => "affected group",
        EntityKind::Policy => "law or policy",
        other => other.as_str(),
    }
}

pub(crate) fn shape_of(kind: EntityKind) -> Shape {
    match kind {
        EntityKind::Actor => "actor",
        EntityKind::Campaign => "campaign",
        EntityKind::Malware => "malware",
        EntityKind::Tool => "tool",
        EntityKind::Vulnerability | EntityKind::Weakness => "vulnerability",
        EntityKind::Country
        | EntityKind::Sector
        | EntityKind::Organization
        | EntityKind::Group
        | EntityKind::Policy
        | EntityKind::Product
        | EntityKind::Person => "identity",
    }
}
