//! Rows of the tables: observables, entities, relations, mitigations, diagnostics.

use crate::claims::{Shape, Sure, entity_words, label, relation_words, shape_of};
use crate::key::Key;
use crate::safe::{clipped, shown};
use bartizan::{
    Analysis, EntityKind, Evidence, FixState, FixStatement, NodeRef, ObservableKind, Severity, Verdict,
    exchange,
};
use bartizan_knowledge::Pack;

/// Places linked from one row; the count says how many there are.
const MOST_PLACES: usize = 3;

/// Links into the text.
#[derive(Debug)]
pub(crate) struct Places {
    pub at: Vec<u32>,
    pub more: usize,
}

impl Places {
    fn new(evidence: &[Evidence]) -> Self {
        let at: Vec<u32> = evidence.iter().take(MOST_PLACES).map(|e| e.span.start).collect();
        Places { more: evidence.len() - at.len(), at }
    }
}

/// An observable.
#[derive(Debug)]
pub(crate) struct ObservableRow {
    pub key: Key,
    pub kind: &'static str,
    pub value: String,
    pub long: bool,
    pub verdict: &'static str,
    pub reason: String,
    pub sure: Sure,
    /// Attributes and warnings.
    pub context: String,
    pub places: Places,
}

/// Rows, indicators first, then by kind, then in order of appearance.
pub(crate) fn observables(analysis: &Analysis) -> Vec<ObservableRow> {
    let mut order: Vec<usize> = (0..analysis.observables.len()).collect();
    order.sort_by_key(|&i| (analysis.observables[i].verdict, analysis.observables[i].kind, i));
    order
        .into_iter()
        .map(|i| {
            let o = &analysis.observables[i];
            let value = shown(&exchange::defang(o.kind, &o.value)).into_owned();
            let mut context: Vec<String> =
                o.attributes.iter().map(|(k, v)| format!("{} {}", words(k), clipped(v, 80))).collect();
            context.extend(o.warnings.iter().map(|w| format!("on list {}", shown(w))));
            ObservableRow {
                key: Key::observable(i),
                kind: kind_words(o.kind),
                long: value.chars().count() > 160 || value.contains('\n'),
                value,
                verdict: o.verdict.as_str(),
                reason: clipped(&o.verdict_reason, 120),
                sure: o.confidence.into(),
                context: context.join(" · "),
                places: Places::new(&o.evidence),
            }
        })
        .collect()
}

/// A value of the type filter.
#[derive(Debug)]
pub(crate) struct KindCount {
    pub name: &'static str,
    pub count: usize,
}

pub(crate) fn kind_counts(analysis: &Analysis) -> Vec<KindCount> {
    ObservableKind::ALL
        .iter()
        .map(|k| KindCount {
            name: kind_words(*k),
            count: analysis.observables.iter().filter(|o| o.kind == *k).count(),
        })
        .filter(|k| k.count > 0)
        .collect()
}

pub(crate) fn verdict_count(analysis: &Analysis, verdict: Verdict) -> usize {
    analysis.observables.iter().filter(|o| o.verdict == verdict).count()
}

/// How a kind is called in the page.
pub(crate) fn kind_words(kind: ObservableKind) -> &'static str {
    use ObservableKind as K;
    match kind {
        K::Ipv4 => "IPv4",
        K::Ipv6 => "IPv6",
        K::Cidr => "CIDR",
        K::Url => "URL",
        K::Md5 => "MD5",
        K::Sha1 => "SHA-1",
        K::Sha256 => "SHA-256",
        K::Sha512 => "SHA-512",
        K::FileName => "file name",
        K::FilePath => "file path",
        K::UserAgent => "user agent",
        K::CommandLine => "command line",
        K::Cve => "CVE",
        K::Cwe => "CWE",
        K::Cpe => "CPE",
        K::Ghsa => "GHSA",
        K::AttackId => "ATT&CK id",
        K::AtlasId => "ATLAS id",
        K::Capec => "CAPEC",
        K::D3fend => "D3FEND",
        K::Asn => "AS number",
        K::Mac => "MAC",
        K::Btc => "Bitcoin",
        K::Eth => "Ethereum",
        K::Xmr => "Monero",
        K::Tlsh => "TLSH",
        K::Ja3 => "JA3",
        K::Ja4 => "JA4",
        K::Npm => "npm",
        K::Pypi => "PyPI",
        K::YaraRule => "YARA rule",
        K::SigmaRule => "Sigma rule",
        K::Guid => "GUID",
        K::CertSerial => "certificate serial",
        K::CertThumbprint => "certificate thumbprint",
        K::Arn => "ARN",
        other => other.as_str(),
    }
}

fn words(name: &str) -> String {
    shown(name).replace(['_', '-'], " ")
}

/// An entity.
#[derive(Debug)]
pub(crate) struct EntityRow {
    pub key: Key,
    pub shape: Shape,
    pub kind: &'static str,
    pub name: String,
    pub code: String,
    pub aliases: String,
    pub role: String,
    pub facts: String,
    pub provenance: &'static str,
    pub sure: Sure,
    pub places: Places,
}

/// Entities, by kind, then in order of appearance.
pub(crate) fn entities(analysis: &Analysis) -> Vec<EntityRow> {
    EntityKind::ALL
        .iter()
        .flat_map(|kind| analysis.entities.iter().enumerate().filter(move |(_, e)| e.kind == *kind))
        .map(|(i, e)| EntityRow {
            key: Key::entity(i),
            shape: shape_of(e.kind),
            kind: entity_words(e.kind),
            name: clipped(&e.name, 160),
            code: e
                .knowledge_id
                .as_deref()
                .filter(|id| *id != e.name)
                .map(|id| shown(id).into_owned())
                .unwrap_or_default(),
            aliases: e.aliases.iter().take(12).map(|a| clipped(a, 80)).collect::<Vec<_>>().join(", "),
            role: e.role.as_deref().map(|r| clipped(r, 40)).unwrap_or_default(),
            facts: e
                .attributes
                .iter()
                .map(|(k, v)| format!("{} {}", words(k), clipped(v, 80)))
                .collect::<Vec<_>>()
                .join(" · "),
            provenance: e.provenance.as_str(),
            sure: e.confidence.into(),
            places: Places::new(&e.evidence),
        })
        .collect()
}

/// A relation.
#[derive(Debug)]
pub(crate) struct RelationRow {
    pub key: Key,
    pub source: End,
    pub words: String,
    pub target: End,
    pub provenance: &'static str,
    pub sure: Sure,
    pub places: Places,
}

/// One end of a relation.
#[derive(Debug)]
pub(crate) struct End {
    pub key: Key,
    pub shape: Shape,
    pub name: String,
}

impl End {
    pub fn new(analysis: &Analysis, node: NodeRef) -> Self {
        End { key: node.into(), shape: node_shape(analysis, node), name: label(analysis, node) }
    }
}

pub(crate) fn node_shape(analysis: &Analysis, node: NodeRef) -> Shape {
    match node {
        NodeRef::Entity(i) => analysis.entities.get(i as usize).map_or("identity", |e| shape_of(e.kind)),
        NodeRef::Observable(i) => match analysis.observables.get(i as usize).map(|o| o.verdict) {
            Some(Verdict::Indicator) => "indicator",
            _ => "observable",
        },
        NodeRef::Technique(_) => "technique",
        NodeRef::Mitigation(_) => "mitigation",
    }
}

/// What the text states of a fix.
#[derive(Debug)]
pub(crate) struct FixRow {
    pub about: End,
    pub words: &'static str,
    pub version: String,
    pub sure: Sure,
    pub places: Places,
}

/// Statements of fixes: what has none comes first, since somebody has to act on it.
pub(crate) fn fixes(analysis: &Analysis) -> Vec<FixRow> {
    let row = |fix: &FixStatement| FixRow {
        about: End::new(analysis, NodeRef::Entity(fix.about)),
        words: match fix.state {
            FixState::None => "no fix",
            FixState::Available => "there is a fix",
            _ => "fixed in a version",
        },
        version: fix.version.as_deref().map(|version| clipped(version, 80)).unwrap_or_default(),
        sure: fix.confidence.into(),
        places: Places::new(&fix.evidence),
    };
    let (without, with): (Vec<_>, Vec<_>) =
        analysis.fixes.iter().partition(|fix| fix.state == FixState::None);
    without.into_iter().chain(with).map(row).collect()
}

pub(crate) fn relations(analysis: &Analysis) -> Vec<RelationRow> {
    analysis
        .relations
        .iter()
        .enumerate()
        .map(|(i, r)| RelationRow {
            key: Key::relation(i),
            source: End::new(analysis, r.source),
            words: relation_words(r.kind),
            target: End::new(analysis, r.target),
            provenance: r.provenance.as_str(),
            sure: r.confidence.into(),
            places: Places::new(&r.evidence),
        })
        .collect()
}

/// A candidate mitigation.
#[derive(Debug)]
pub(crate) struct MitigationRow {
    pub key: Key,
    pub id: String,
    pub name: String,
    /// Techniques of this report that the pack says it mitigates.
    pub answers: Vec<End>,
    pub provenance: &'static str,
    pub sure: Sure,
    pub places: Places,
}

pub(crate) fn mitigations(analysis: &Analysis, pack: &Pack) -> Vec<MitigationRow> {
    analysis
        .mitigations
        .iter()
        .enumerate()
        .map(|(i, m)| MitigationRow {
            key: Key::mitigation(i),
            id: shown(&m.id).into_owned(),
            name: shown(&m.name).into_owned(),
            answers: answered(analysis, pack, &m.id)
                .map(|t| End::new(analysis, NodeRef::Technique(t)))
                .collect(),
            provenance: m.provenance.as_str(),
            sure: m.confidence.into(),
            places: Places::new(&m.evidence),
        })
        .collect()
}

/// Techniques of this report that `mitigation` answers, by the pack.
pub(crate) fn answered<'a>(
    analysis: &'a Analysis,
    pack: &'a Pack,
    mitigation: &str,
) -> impl Iterator<Item = u32> + 'a {
    let targets: Vec<&str> =
        pack.links_from(mitigation).iter().filter(|l| l.kind == "mitigates").map(|l| l.target).collect();
    (0..analysis.techniques.len() as u32).filter(move |&t| {
        analysis.techniques.get(t as usize).is_some_and(|t| targets.contains(&t.id.as_str()))
    })
}

/// A finding.
#[derive(Debug)]
pub(crate) struct DiagnosticRow {
    pub key: Key,
    pub severity: &'static str,
    pub code: &'static str,
    pub meaning: &'static str,
    pub message: String,
    pub at: Option<u32>,
}

/// Findings, gravest first.
pub(crate) fn diagnostics(analysis: &Analysis) -> Vec<DiagnosticRow> {
    let mut order: Vec<usize> = (0..analysis.diagnostics.len()).collect();
    order.sort_by_key(|&i| std::cmp::Reverse(analysis.diagnostics[i].severity));
    order
        .into_iter()
        .map(|i| {
            let d = &analysis.diagnostics[i];
            DiagnosticRow {
                key: Key::diagnostic(i),
                severity: match d.severity {
                    Severity::Note => "note",
                    Severity::Warning => "warning",
                    Severity::Error => "error",
                },
                code: d.code.as_str(),
                meaning: d.code.summary().trim(),
                message: clipped(&d.message, 600),
                at: d.span.filter(|s| s.len() < 2_000).map(|s| s.start),
            }
        })
        .collect()
}

/// A value that was not taken.
#[derive(Debug)]
pub(crate) struct WithheldRow {
    pub key: Key,
    pub kind: &'static str,
    pub value: String,
    pub reason: String,
    pub at: u32,
}

pub(crate) fn withheld(analysis: &Analysis) -> Vec<WithheldRow> {
    analysis
        .withheld
        .iter()
        .enumerate()
        .map(|(i, w)| WithheldRow {
            key: Key::withheld(i),
            kind: kind_words(w.kind),
            value: clipped(&exchange::defang(w.kind, &w.value), 300),
            reason: clipped(&w.reason, 200),
            at: w.span.start,
        })
        .collect()
}
