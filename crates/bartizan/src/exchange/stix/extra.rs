//! What later stages add to a bundle: rules that detect, and steps that answer.

use super::claim::ClaimBody;
use super::{Writer, names, text};
use crate::{Confidence, Evidence, NodeRef, Provenance};
use bartizan_stix::{Body, Id};

/// Objects of later stages. Indexes are those of the analysis.
#[derive(Clone, Debug, Default)]
pub struct Extra {
    /// Rules, as indicators.
    pub rules: Vec<Rule>,
    /// Steps of response, as courses of action.
    pub actions: Vec<Action>,
}

/// A rule that detects.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its own id: a UUID.
    pub id: String,
    /// Its title.
    pub name: String,
    /// What it detects, in words.
    pub description: String,
    /// `sigma`, `yara`, `suricata` … of STIX 2.1's pattern-type-ov.
    pub pattern_type: &'static str,
    /// The rule.
    pub pattern: String,
    /// Techniques it indicates.
    pub techniques: Vec<usize>,
    /// Observables it rests on.
    pub observables: Vec<usize>,
    /// Where the report says it. Never empty.
    pub evidence: Vec<Evidence>,
}

/// A step of response.
#[derive(Clone, Debug)]
pub struct Action {
    /// What makes it the same step in another analysis of the report.
    pub key: String,
    /// Its title.
    pub name: String,
    /// What is done and why.
    pub description: String,
    /// Source and id elsewhere, e.g. (`d3fend`, `D3-NTF`).
    pub references: Vec<(String, String)>,
    /// Techniques it mitigates.
    pub techniques: Vec<usize>,
    /// Observables it acts on.
    pub observables: Vec<usize>,
    /// Why: where the report says it.
    pub evidence: Vec<Evidence>,
}

/// Longest description, in bytes.
const WORDS: usize = 4000;

impl Writer<'_> {
    pub(super) fn extra(&mut self, extra: &Extra) {
        for rule in &extra.rules {
            self.rule(rule);
        }
        for action in &extra.actions {
            self.action(action);
        }
    }

    /// An indicator that `indicates` its techniques (section 4.7.2) and is `based-on` what was seen of its
    /// observables.
    fn rule(&mut self, rule: &Rule) {
        let name = text::one_line(&rule.name, 1000);
        if name.is_empty() || rule.pattern.trim().is_empty() {
            return self.omit("rule", "it has no title or no content");
        }
        let claim = self.drawn(&rule.techniques, &rule.observables, &rule.evidence);
        let id = self.id("indicator", &[rule.pattern_type, &rule.id]);
        let kept = self.earlier.and_then(|e| e.rule(&id, &rule.pattern));
        let pattern = kept.unwrap_or_else(|| rule.pattern.clone());
        let body = Body::Indicator {
            name,
            description: text::one_line(&rule.description, WORDS),
            indicator_types: vec!["malicious-activity"],
            pattern,
            pattern_type: rule.pattern_type,
            // The version of the Sigma specification the rules are written in.
            pattern_version: (rule.pattern_type == "sigma").then_some("2.1"),
            valid_from: self.since(&id),
        };
        let indicator = self.own(id, body, Vec::new(), claim.clone());
        self.lead("indicates", &indicator, &rule.techniques, &claim);
        let seen = self.seen(&rule.observables);
        if seen.is_empty() {
            return;
        }
        // As for other indicators: STIX lets `based-on` lead to observed data only.
        let key: Vec<&str> = seen.iter().map(Id::as_str).collect();
        let id = self.id("observed-data", &key);
        let body = Body::ObservedData {
            first_observed: self.since(&id),
            last_observed: self.since(&id),
            number_observed: u32::try_from(rule.evidence.len().clamp(1, 999_999_999)).unwrap_or(1),
            object_refs: seen,
        };
        let observed = self.own(id, body, Vec::new(), claim.clone());
        self.relationship("based-on", indicator, observed, claim);
    }

    /// A course of action that `mitigates` its techniques, and the indicators and vulnerabilities it acts on
    /// (section 4.3.2).
    fn action(&mut self, action: &Action) {
        let name = text::one_line(&action.name, 1000);
        if name.is_empty() {
            return self.omit("action", "it has no title");
        }
        let claim = self.drawn(&action.techniques, &action.observables, &action.evidence);
        let description = text::one_line(&action.description, WORDS);
        let body =
            Body::CourseOfAction { name, description: Some(description).filter(|words| !words.is_empty()) };
        // `cve` and `capec` are reserved for references of their own form, which steps do not give.
        let told = |(source, id): &&(String, String)| {
            !source.is_empty() && !id.is_empty() && !matches!(source.as_str(), "cve" | "capec")
        };
        let references =
            action.references.iter().filter(told).map(|(source, id)| names::reference(source, id)).collect();
        let id = self.id("course-of-action", &["action", &action.key]);
        let step = self.own(id, body, references, claim.clone());
        self.lead("mitigates", &step, &action.techniques, &claim);
        for &index in &action.observables {
            let node = NodeRef::Observable(index as u32);
            let vulnerability = self.nodes.get(&node).filter(|id| id.object_type() == "vulnerability");
            let target = self.indicators.get(&node).or(vulnerability).cloned();
            if let (Some(target), Some(observable)) = (target, self.analysis.observables.get(index)) {
                let claim = self.claim(Provenance::Inferred, observable.confidence, &observable.evidence);
                self.relationship("mitigates", step.clone(), target, claim);
            }
        }
    }

    /// Relationships to techniques; each is as sure as the technique is.
    fn lead(&mut self, kind: &'static str, from: &Id, techniques: &[usize], claim: &ClaimBody) {
        for &index in techniques {
            let node = self.nodes.get(&NodeRef::Technique(index as u32)).cloned();
            if let (Some(target), Some(technique)) = (node, self.analysis.techniques.get(index)) {
                let claim = ClaimBody {
                    confidence: technique.confidence.percent(),
                    confidence_word: technique.confidence.word(),
                    ..claim.clone()
                };
                self.relationship(kind, from.clone(), target, claim);
            }
        }
    }

    /// The claim of what a later stage drew: as sure as the surest thing it rests on.
    fn drawn(&self, techniques: &[usize], observables: &[usize], evidence: &[Evidence]) -> ClaimBody {
        let analysis = self.analysis;
        let of_techniques =
            techniques.iter().filter_map(|&i| analysis.techniques.get(i)).map(|t| t.confidence);
        let of_observables =
            observables.iter().filter_map(|&i| analysis.observables.get(i)).map(|o| o.confidence);
        let surest = of_techniques.chain(of_observables).max_by_key(|c| c.percent());
        self.claim(Provenance::Inferred, surest.unwrap_or(Confidence::new(0.5)), evidence)
    }

    /// Cyber-observables that stand for observables, each once.
    fn seen(&self, observables: &[usize]) -> Vec<Id> {
        let nodes = observables.iter().filter_map(|&i| self.nodes.get(&NodeRef::Observable(i as u32)));
        let mut out: Vec<Id> = Vec::new();
        for id in nodes.filter(|id| self.sco_ids.contains(*id)) {
            if !out.contains(id) {
                out.push(id.clone());
            }
        }
        out
    }
}
