//! The view of a review from an analysis, without any decision.

use super::{Claim, ClaimKind, Review};
use crate::shell::{Choice, Shell};
use bartizan::{Analysis, Confidence, NodeRef, ObservableKind, Span, Verdict, exchange};
use bartizan_knowledge::{Domain, Pack};

/// Reasons for a rejection: what is sent, and what is read.
const REASONS: [(&str, &str); 6] = [
    ("not-meant", "The words do not say this"),
    ("other", "It is another technique or thing"),
    ("background", "Background, not this incident"),
    ("defence", "Advice or defence, not the attacker"),
    ("harmless", "Harmless or example value"),
    ("twice", "Said already"),
];

impl Review {
    /// Text, blocks and claims of `analysis`; lay the stored decisions over [`Review::claims`] by their key. Keys are
    /// those of `report.html`: `t3` is the fourth technique of the analysis.
    pub fn of(shell: Shell, id: impl Into<String>, analysis: &Analysis, pack: &Pack) -> Self {
        let language = analysis.document.metadata.language.clone().unwrap_or_default();
        Review {
            shell,
            id: id.into(),
            title: exchange::summary(analysis).title,
            marking: exchange::marking(analysis),
            may_decide: false,
            text: analysis.document.text.clone(),
            language,
            blocks: analysis.document.blocks.clone(),
            addresses: addresses(analysis),
            claims: claims(analysis),
            techniques: techniques(pack),
            reasons: REASONS
                .into_iter()
                .map(|(value, label)| Choice { value: value.into(), label: label.into(), chosen: false })
                .collect(),
            undo: String::new(),
            problem: None,
        }
    }
}

/// Techniques in use, by id.
fn techniques(pack: &Pack) -> Vec<(String, String)> {
    let current = pack.techniques().iter().filter(|t| t.domain == Domain::Enterprise);
    current.map(|t| (t.id.to_owned(), t.name.to_owned())).collect()
}

fn claims(analysis: &Analysis) -> Vec<Claim> {
    let make =
        |key: String, kind, provenance: &str, sure: Confidence, evidence: &[bartizan::Evidence]| Claim {
            key,
            kind,
            code: String::new(),
            title: String::new(),
            note: String::new(),
            provenance: provenance.to_owned(),
            confidence: Some((sure.percent(), sure.word().to_owned())),
            evidence: evidence.to_vec(),
            dangerous: false,
            decision: None,
        };
    let mut out = Vec::new();
    for (i, t) in analysis.techniques.iter().enumerate() {
        out.push(Claim {
            code: t.id.clone(),
            title: t.name.clone(),
            note: t.reasons.iter().take(3).map(|r| r.text.as_str()).collect::<Vec<_>>().join(" · "),
            ..make(format!("t{i}"), ClaimKind::Technique, t.provenance.as_str(), t.confidence, &t.evidence)
        });
    }
    for (i, r) in analysis.relations.iter().enumerate() {
        let words = r.kind.as_str().replace('-', " ");
        let (a, b) = (name(analysis, r.source), name(analysis, r.target));
        out.push(Claim {
            title: format!("{a} {words} {b}"),
            ..make(format!("r{i}"), ClaimKind::Relation, r.provenance.as_str(), r.confidence, &r.evidence)
        });
    }
    for (i, e) in analysis.entities.iter().enumerate() {
        out.push(Claim {
            code: e.knowledge_id.clone().filter(|id| *id != e.name).unwrap_or_default(),
            title: e.name.clone(),
            note: e.kind.as_str().to_owned(),
            ..make(format!("e{i}"), ClaimKind::Entity, e.provenance.as_str(), e.confidence, &e.evidence)
        });
    }
    for (i, o) in analysis.observables.iter().enumerate() {
        // What only points to other texts is nothing to decide about.
        if o.verdict == Verdict::Reference {
            continue;
        }
        out.push(Claim {
            code: o.kind.as_str().to_owned(),
            title: o.value.clone(),
            note: format!("{}: {}", o.verdict.as_str(), o.verdict_reason),
            dangerous: is_address(o.kind),
            ..make(format!("o{i}"), ClaimKind::Observable, "stated", o.confidence, &o.evidence)
        });
    }
    out
}

/// Every place of an address: indicators, references, and what was looked at and withheld.
fn addresses(analysis: &Analysis) -> Vec<Span> {
    let found = analysis.observables.iter().filter(|o| is_address(o.kind));
    let withheld = analysis.withheld.iter().filter(|w| is_address(w.kind)).map(|w| w.span);
    found.flat_map(|o| o.evidence.iter().map(|e| e.span)).chain(withheld).collect()
}

fn is_address(kind: ObservableKind) -> bool {
    use ObservableKind as K;
    matches!(kind, K::Ipv4 | K::Cidr | K::Domain | K::Url | K::Email | K::Onion)
}

fn name(analysis: &Analysis, node: NodeRef) -> String {
    let at = |i: u32| i as usize;
    match node {
        NodeRef::Entity(i) => analysis.entities.get(at(i)).map(|e| e.name.clone()),
        NodeRef::Observable(i) => analysis.observables.get(at(i)).map(|o| exchange::defang(o.kind, &o.value)),
        NodeRef::Technique(i) => analysis.techniques.get(at(i)).map(|t| t.id.clone()),
        NodeRef::Mitigation(i) => analysis.mitigations.get(at(i)).map(|m| m.name.clone()),
    }
    .unwrap_or_default()
}
