//! The view of a review from an analysis and the state of its review.

use super::{Act, Claim, ClaimKind, Decision, Review};
use crate::shell::{Choice, Shell};
use crate::time::Moment;
use bartizan::exchange::offsets::{Bytes, CodePoints};
use bartizan::{Analysis, Evidence, NodeRef, ObservableKind, Provenance, Span, exchange};
use bartizan_clearinghouse::review::{self, Addition, ClaimKey, Decided, Kind, Place, Status};
use bartizan_knowledge::{Domain, Pack};
use std::collections::{BTreeMap, BTreeSet};

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
    /// Text, blocks and claims of `analysis`, all open. A claim at several places is several claims, each with the
    /// key that the rules of review give it ([`ClaimKey`]).
    pub fn of(shell: Shell, id: impl Into<String>, analysis: &Analysis, pack: &Pack) -> Self {
        Review {
            shell,
            id: id.into(),
            title: exchange::summary(analysis).title,
            marking: exchange::marking(analysis),
            may_decide: false,
            text: analysis.document.text.clone(),
            language: analysis.document.metadata.language.clone().unwrap_or_default(),
            blocks: analysis.document.blocks.clone(),
            addresses: addresses(analysis),
            claims: claims(analysis),
            techniques: techniques(pack),
            reasons: REASONS
                .into_iter()
                .map(|(value, label)| Choice { value: value.into(), label: label.into(), chosen: false })
                .collect(),
            complete: None,
            undo: String::new(),
            problem: None,
        }
    }

    /// With what was decided. `name` gives the name of a reviewer by id.
    pub fn decided(mut self, state: &review::Review, name: &dyn Fn(&str) -> String) -> Self {
        let bytes = Bytes::new(&self.text);
        let span = |place: Place| {
            let (start, end) = (bytes.at(place.start)?, bytes.at(place.end)?);
            Some(Span { start, end })
        };
        let decision = |status: &Status, by: &Decided| {
            let (act, reason) = act(status)?;
            let reason =
                REASONS.iter().find(|(value, _)| *value == reason).map_or(reason, |(_, label)| label);
            let who = name(by.by.as_str());
            Some(Decision { act, who, at: Moment(by.at), reason: reason.to_owned() })
        };
        let mut against: BTreeMap<String, Vec<Decision>> = BTreeMap::new();
        for conflict in &state.conflicts {
            // The last word is the one that counts, and stands with the claim itself.
            let words = conflict.words.iter().rev().skip(1).filter_map(|(by, status)| decision(status, by));
            against.insert(conflict.claim.to_string(), words.collect());
        }
        let known: BTreeSet<String> = self.claims.iter().map(|c| c.key.clone()).collect();
        for claim in &mut self.claims {
            let Some(standing) = claim.key.parse().ok().and_then(|key: ClaimKey| state.claims.get(&key))
            else {
                continue;
            };
            claim.decision = standing.decided.as_ref().and_then(|by| decision(&standing.status, by));
            claim.against = against.remove(&claim.key).unwrap_or_default();
            if let Status::Edited { to } = &standing.status
                && let (Some(to), Some(first)) = (span(*to), claim.evidence.first_mut())
            {
                first.span = to;
            }
        }
        let mut added = Vec::new();
        for (key, addition) in state.added.iter().filter(|(key, _)| !known.contains(&key.to_string())) {
            let Some((standing, place)) = state.claims.get(key).zip(span(key.place())) else { continue };
            let block = self.blocks.iter().find(|b| b.span.contains(place)).map_or(place, |b| b.span);
            let mut claim = self.addition(addition);
            claim.key = key.to_string();
            claim.evidence = vec![Evidence { span: place, sentence: block }];
            claim.decision = standing.decided.as_ref().and_then(|by| decision(&standing.status, by));
            claim.against = against.remove(&claim.key).unwrap_or_default();
            added.push(claim);
        }
        added.append(&mut self.claims);
        self.claims = added;
        self.complete = state.complete.as_ref().map(|by| (name(by.by.as_str()), Moment(by.at)));
        self
    }

    fn addition(&self, addition: &Addition) -> Claim {
        let (kind, code, title, note, dangerous) = match addition {
            Addition::Technique { technique } => {
                let name =
                    self.techniques.iter().find(|(id, _)| id == technique).map(|(_, name)| name.clone());
                (ClaimKind::Technique, technique.clone(), name.unwrap_or_default(), String::new(), false)
            }
            Addition::Observable { kind, value, verdict } => {
                let dangerous = ObservableKind::parse(kind).is_some_and(is_address);
                let note = verdict.as_str().to_owned();
                (ClaimKind::Observable, kind.clone(), value.clone(), note, dangerous)
            }
        };
        Claim { code, title, note, dangerous, provenance: "reviewer".into(), ..Claim::new(kind) }
    }
}

fn act(status: &Status) -> Option<(Act, &str)> {
    match status {
        Status::Open => None,
        Status::Accepted => Some((Act::Accepted, "")),
        Status::Rejected { reason } => Some((Act::Rejected, reason)),
        Status::Edited { .. } => Some((Act::Edited, "")),
        Status::Added { .. } => Some((Act::Added, "")),
    }
}

/// Techniques in use, by id.
fn techniques(pack: &Pack) -> Vec<(String, String)> {
    let current = pack.techniques().iter().filter(|t| t.domain == Domain::Enterprise);
    current.map(|t| (t.id.to_owned(), t.name.to_owned())).collect()
}

/// Claims place by place.
struct Places<'a> {
    points: CodePoints<'a>,
    seen: BTreeSet<ClaimKey>,
    claims: Vec<Claim>,
}

impl Places<'_> {
    fn add(&mut self, kind: Kind, name: &str, evidence: &[Evidence], claim: &Claim) {
        for e in evidence {
            let (start, end) = self.points.span(e.span);
            let key = ClaimKey::new(kind, name, Place { start, end });
            // The same thing twice at one place is one question.
            if self.seen.insert(key.clone()) {
                self.claims.push(Claim { key: key.to_string(), evidence: vec![*e], ..claim.clone() });
            }
        }
    }
}

fn claims(analysis: &Analysis) -> Vec<Claim> {
    let points = CodePoints::new(&analysis.document.text);
    let mut out = Places { points, seen: BTreeSet::new(), claims: Vec::new() };
    let sure = |c: bartizan::Confidence| Some((c.percent(), c.word().to_owned()));
    for t in &analysis.techniques {
        let reasons = t.reasons.iter().take(3).map(|r| r.text.as_str()).collect::<Vec<_>>();
        let claim = Claim {
            code: t.id.clone(),
            title: t.name.clone(),
            note: reasons.join(" · "),
            provenance: t.provenance.as_str().into(),
            confidence: sure(t.confidence),
            ..Claim::new(ClaimKind::Technique)
        };
        out.add(Kind::Technique, &t.id, &t.evidence, &claim);
    }
    for r in &analysis.relations {
        let (a, b) = (name(analysis, r.source), name(analysis, r.target));
        let claim = Claim {
            title: format!("{a} {} {b}", r.kind.as_str().replace('-', " ")),
            provenance: r.provenance.as_str().into(),
            confidence: sure(r.confidence),
            ..Claim::new(ClaimKind::Relation)
        };
        let key = format!("{}:{}>{}", r.kind.as_str(), key(analysis, r.source), key(analysis, r.target));
        out.add(Kind::Relation, &key, &r.evidence, &claim);
    }
    for e in &analysis.entities {
        let claim = Claim {
            code: e.knowledge_id.clone().filter(|id| *id != e.name).unwrap_or_default(),
            title: e.name.clone(),
            note: e.kind.as_str().into(),
            provenance: e.provenance.as_str().into(),
            confidence: sure(e.confidence),
            ..Claim::new(ClaimKind::Entity)
        };
        out.add(Kind::Entity, &format!("{}:{}", e.kind.as_str(), e.name), &e.evidence, &claim);
    }
    for e in &analysis.events {
        let claim = Claim {
            title: e.summary.clone(),
            note: format!("{}, {}", e.kind.as_str(), e.when.text),
            provenance: Provenance::Stated.as_str().into(),
            confidence: sure(e.confidence),
            ..Claim::new(ClaimKind::Event)
        };
        out.add(Kind::Event, &format!("{}:{}", e.kind.as_str(), e.summary), &e.evidence, &claim);
    }
    for m in &analysis.mitigations {
        let claim = Claim {
            code: m.id.clone(),
            title: m.name.clone(),
            provenance: m.provenance.as_str().into(),
            confidence: sure(m.confidence),
            ..Claim::new(ClaimKind::Mitigation)
        };
        out.add(Kind::Mitigation, &m.id, &m.evidence, &claim);
    }
    for o in &analysis.observables {
        let claim = Claim {
            code: o.kind.as_str().into(),
            title: o.value.clone(),
            note: format!("{}: {}", o.verdict.as_str(), o.verdict_reason),
            provenance: Provenance::Stated.as_str().into(),
            confidence: sure(o.confidence),
            dangerous: is_address(o.kind),
            ..Claim::new(ClaimKind::Observable)
        };
        out.add(Kind::Observable, &format!("{}:{}", o.kind.as_str(), o.value), &o.evidence, &claim);
    }
    out.claims
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

/// How a node is read.
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

/// How a node stands in the key of a relation.
fn key(analysis: &Analysis, node: NodeRef) -> String {
    let at = |i: u32| i as usize;
    let name = match node {
        NodeRef::Entity(i) => analysis.entities.get(at(i)).map(|e| format!("{}:{}", e.kind.as_str(), e.name)),
        NodeRef::Observable(i) => {
            analysis.observables.get(at(i)).map(|o| format!("{}:{}", o.kind.as_str(), o.value))
        }
        NodeRef::Technique(i) => analysis.techniques.get(at(i)).map(|t| t.id.clone()),
        NodeRef::Mitigation(i) => analysis.mitigations.get(at(i)).map(|m| m.id.clone()),
    };
    // Long names stand by their hash, by the rule of the key itself.
    let place = Place { start: 0, end: 1 };
    ClaimKey::new(Kind::Entity, &name.unwrap_or_default(), place).name().to_owned()
}
