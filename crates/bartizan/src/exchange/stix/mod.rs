//! STIX 2.1: one bundle for one analysis.
//!
//! - Identifiers are deterministic: cyber-observables by the rule of the specification, techniques and other
//!   things of ATT&CK under MITRE's own identifiers, everything else derived from the report's SHA-256, the type
//!   and a key.
//! - An object under MITRE's identifier is a minimal copy (name, external reference, kill chain phases) so that
//!   every reference resolves inside the bundle. Its `created` and `modified` are the beginning of Unix time, so
//!   that no store takes it for a newer version than MITRE's.
//! - The evidence extension stands on indicators, relationships and things named; for cyber-observables and
//!   objects under MITRE's identifiers the claims are on the report as well, because those identifiers are shared
//!   between reports. Cyber-observables carry no extension: for files it would change their identifier.
//! - A bundle that continues an earlier one ([`Lineage`]) gives new versions of its objects, not new objects.
//! - A relationship is written only for a relation of the analysis, an indicator's `based-on`, the
//!   `indicates` that a relation between an indicator's observable and a malware or actor entails, and what a
//!   later stage's rule indicates or its step mitigates.

mod claim;
mod extra;
mod lineage;
mod names;
mod observables;
mod relations;
mod values;

pub use claim::{Claim, ClaimBody, Extension, Omitted, Place, ReportExtension, SCHEMA_FILE, SharedClaim};

pub use extra::{Action, Extra, Rule};
pub use lineage::Lineage;

use super::offsets::CodePoints;
use super::{summary, text, timestamp};
use crate::{
    Analysis, Confidence, EntityKind, Evidence, NodeRef, Observable, ObservableKind, Provenance, Verdict,
};
use bartizan_knowledge::Pack;
use bartizan_stix::{Body, ExternalReference, Hashes, Id, Item, MarkedSco, Object, Sco, tlp_definition};
use std::collections::{BTreeMap, BTreeSet};

/// A bundle with our extension.
pub type Bundle = bartizan_stix::Bundle<Extension>;

/// `created` and `modified` of copies under identifiers that belong to others.
const UNKNOWN_TIME: &str = "1970-01-01T00:00:00.000Z";

/// The bundle for an analysis.
pub fn bundle(analysis: &Analysis, pack: &Pack) -> Bundle {
    bundle_with(analysis, pack, &Extra::default(), None)
}

/// The bundle for an analysis with what later stages made of it, continuing `earlier` where there is an earlier bundle.
pub fn bundle_with(analysis: &Analysis, pack: &Pack, extra: &Extra, earlier: Option<&Lineage>) -> Bundle {
    let mut writer = Writer::new(analysis, pack, earlier);
    writer.techniques();
    writer.entities();
    writer.mitigations();
    writer.observables();
    writer.relations();
    writer.extra(extra);
    let mut bundle = writer.finish();
    if let Some(earlier) = earlier {
        earlier.settle(&mut bundle, &super::marking(analysis).marking_id(), analysis.now);
    }
    bundle
}

/// The STIX patterns of all indicators, one a line, each once, in order of first appearance. Line breaks
/// inside a pattern cannot be written on one line; such patterns are left out (they are in the bundle).
pub fn patterns(analysis: &Analysis) -> String {
    let mut seen = BTreeSet::new();
    let mut out = String::new();
    for observable in analysis.observables.iter().filter(|o| o.verdict == Verdict::Indicator) {
        if let Some(("stix", pattern)) = observables::forms(observable).pattern
            && !pattern.contains(['\n', '\r'])
            && seen.insert(pattern.clone())
        {
            out += &pattern;
            out.push('\n');
        }
    }
    out
}

/// The STIX pattern that detects an indicator; none for what is no indicator or has no pattern.
pub fn pattern(observable: &crate::Observable) -> Option<String> {
    (observable.verdict == Verdict::Indicator)
        .then(|| observables::forms(observable).pattern)
        .flatten()
        .filter(|(language, _)| *language == "stix")
        .map(|(_, pattern)| pattern)
}

struct Writer<'a> {
    analysis: &'a Analysis,
    pack: &'a Pack,
    earlier: Option<&'a Lineage>,
    points: CodePoints<'a>,
    marking: Id,
    author: Id,
    created: String,
    now: String,
    nodes: BTreeMap<NodeRef, Id>,
    /// Indicators by the observable they detect.
    indicators: BTreeMap<NodeRef, Id>,
    objects: Vec<Object<Extension>>,
    index: BTreeMap<Id, usize>,
    scos: Vec<MarkedSco>,
    sco_ids: BTreeSet<Id>,
    shared: Vec<SharedClaim>,
    shared_index: BTreeMap<Id, usize>,
    omitted: BTreeMap<(&'static str, &'static str), u32>,
    references: Vec<ExternalReference>,
}

impl<'a> Writer<'a> {
    fn new(analysis: &'a Analysis, pack: &'a Pack, earlier: Option<&'a Lineage>) -> Self {
        let published = analysis.document.metadata.published.as_deref().and_then(values::midnight);
        Self {
            analysis,
            pack,
            earlier,
            points: CodePoints::new(&analysis.document.text),
            marking: super::marking(analysis).marking_id(),
            author: author(),
            created: timestamp(published.filter(|p| *p <= analysis.now).unwrap_or(analysis.now)),
            now: timestamp(analysis.now),
            nodes: BTreeMap::new(),
            indicators: BTreeMap::new(),
            objects: Vec::new(),
            index: BTreeMap::new(),
            scos: Vec::new(),
            sco_ids: BTreeSet::new(),
            shared: Vec::new(),
            shared_index: BTreeMap::new(),
            omitted: BTreeMap::new(),
            references: Vec::new(),
        }
    }

    /// SHA-256 of this report, or of its first edition.
    fn root(&self) -> &'a str {
        self.earlier.map_or(self.analysis.document.sha256.as_str(), Lineage::root)
    }

    /// An identifier of our own, for this report.
    fn id(&self, object_type: &str, parts: &[&str]) -> Id {
        let mut all = vec![self.root()];
        all.extend(parts);
        loop {
            let id = Id::derived(object_type, &all);
            // What was withdrawn and comes back is another object.
            if !self.earlier.is_some_and(|e| e.revoked(&id)) {
                return id;
            }
            all.push("again");
        }
    }

    /// Since when there is an object: its own first version, or this one.
    fn since(&self, id: &Id) -> String {
        self.earlier.and_then(|e| e.created(id)).unwrap_or_else(|| self.created.clone())
    }

    fn claim(&self, provenance: Provenance, confidence: Confidence, evidence: &[Evidence]) -> ClaimBody {
        let places = claim::places(self.analysis, &self.points, evidence);
        ClaimBody::new(provenance.as_str(), confidence, places)
    }

    fn omit(&mut self, kind: &'static str, reason: &'static str) {
        *self.omitted.entry((kind, reason)).or_default() += 1;
    }

    /// Adds an object of our own, or gives its evidence to the one that is there already.
    fn own(&mut self, id: Id, body: Body, references: Vec<ExternalReference>, claim: ClaimBody) -> Id {
        if let Some(object) = self.index.get(&id).and_then(|&i| self.objects.get_mut(i)) {
            if let Some(bartizan_stix::Extension { content: Extension::Claim(old), .. }) =
                &mut object.extensions
            {
                old.claim.merge(claim);
                object.confidence = Some(old.claim.confidence);
            }
            return id;
        }
        let mut object = Object::new(id.clone(), self.since(&id), &*self.now, body);
        object.created_by_ref = Some(self.author.clone());
        object.confidence = Some(claim.confidence);
        object.external_references = references;
        object.object_marking_refs = vec![self.marking.clone()];
        object.extensions = Some(extension(Extension::Claim(Claim::new(claim))));
        self.index.insert(id.clone(), self.objects.len());
        self.objects.push(object);
        id
    }

    /// Adds a copy of an object that belongs to others; the claim goes on the report as well.
    fn foreign(&mut self, id: Id, body: Body, references: Vec<ExternalReference>, claim: ClaimBody) -> Id {
        self.share(id.clone(), claim.clone());
        let known = self.index.contains_key(&id);
        let id = self.own(id, body, references, claim);
        if !known && let Some(object) = self.objects.last_mut() {
            object.created_by_ref = None;
            object.created = UNKNOWN_TIME.into();
            object.modified = UNKNOWN_TIME.into();
        }
        id
    }

    /// Notes a claim about a shared object on the report.
    fn share(&mut self, object_ref: Id, claim: ClaimBody) {
        match self.shared_index.get(&object_ref).and_then(|&i| self.shared.get_mut(i)) {
            Some(old) => old.claim.merge(claim),
            None => {
                self.shared_index.insert(object_ref.clone(), self.shared.len());
                self.shared.push(SharedClaim { object_ref, claim });
            }
        }
    }

    fn sco(&mut self, sco: Sco, process_key: &str) -> Id {
        let parts = [self.root(), process_key];
        let sco = MarkedSco::process(sco, &parts, self.marking.clone());
        let id = sco.id().clone();
        if self.sco_ids.insert(id.clone()) {
            self.scos.push(sco);
        }
        id
    }

    fn techniques(&mut self) {
        for (i, technique) in self.analysis.techniques.iter().enumerate() {
            let mut claim = self.claim(technique.provenance, technique.confidence, &technique.evidence);
            claim.mapped_from = technique.mapped_from.clone();
            let mitre = self
                .pack
                .technique(&technique.id)
                .and_then(|t| names::foreign_id(t.stix_id, "attack-pattern"));
            let id =
                mitre.unwrap_or_else(|| Id::derived("attack-pattern", &[&technique.domain, &technique.id]));
            let body = Body::AttackPattern {
                name: technique.name.clone(),
                kill_chain_phases: names::phases(technique),
            };
            let references = vec![names::reference(names::source_of(&technique.id), &technique.id)];
            let id = self.foreign(id, body, references, claim);
            self.nodes.insert(NodeRef::Technique(i as u32), id);
        }
    }

    fn entities(&mut self) {
        for (i, entity) in self.analysis.entities.iter().enumerate() {
            let claim = self.claim(entity.provenance, entity.confidence, &entity.evidence);
            let node = NodeRef::Entity(i as u32);
            if entity.kind == EntityKind::Product {
                let name = text::one_line(&entity.name, 1000);
                let id = self.sco(Sco::Software { name, cpe: None, vendor: None, version: None }, "");
                self.share(id.clone(), claim);
                self.nodes.insert(node, id);
                continue;
            }
            if entity.kind == EntityKind::Weakness {
                self.weakness(entity.knowledge_id.as_deref().unwrap_or(&entity.name));
                continue;
            }
            let Some(named) = names::entity(entity, self.pack) else {
                self.omit(entity.kind.as_str(), "STIX 2.1 has no standard object for this kind");
                continue;
            };
            let id = match named.foreign {
                Some(id) => self.foreign(id, named.body, named.references, claim),
                None => {
                    let key = entity.knowledge_id.as_deref().unwrap_or(&entity.name).to_lowercase();
                    let id = self.id(named.body.object_type(), &[entity.kind.as_str(), &key]);
                    self.own(id, named.body, named.references, claim)
                }
            };
            self.nodes.insert(node, id);
        }
    }

    fn weakness(&mut self, name: &str) {
        let (source, id) = match name.split_once('-') {
            Some((s, n)) if s.eq_ignore_ascii_case("cwe") && n.bytes().all(|b| b.is_ascii_digit()) => {
                ("cwe", format!("CWE-{n}"))
            }
            Some((s, n))
                if s.eq_ignore_ascii_case("capec")
                    && !n.is_empty()
                    && n.bytes().all(|b| b.is_ascii_digit()) =>
            {
                ("capec", format!("CAPEC-{n}"))
            }
            _ => return self.omit("weakness", "no identifier to refer to"),
        };
        let reference = names::reference(source, &id);
        if !self.references.contains(&reference) {
            self.references.push(reference);
        }
    }

    fn mitigations(&mut self) {
        for (i, mitigation) in self.analysis.mitigations.iter().enumerate() {
            let claim = self.claim(mitigation.provenance, mitigation.confidence, &mitigation.evidence);
            let mitre = self
                .pack
                .object(&mitigation.id)
                .and_then(|o| names::foreign_id(o.stix_id, "course-of-action"));
            let id = mitre.unwrap_or_else(|| Id::derived("course-of-action", &[&mitigation.id]));
            let body = Body::CourseOfAction { name: mitigation.name.clone(), description: None };
            let references = vec![names::reference(names::source_of(&mitigation.id), &mitigation.id)];
            let id = self.foreign(id, body, references, claim);
            self.nodes.insert(NodeRef::Mitigation(i as u32), id);
        }
    }

    fn observables(&mut self) {
        for (i, observable) in self.analysis.observables.iter().enumerate() {
            self.observable(NodeRef::Observable(i as u32), observable);
        }
    }

    fn observable(&mut self, node: NodeRef, observable: &Observable) {
        let kind = observable.kind;
        if matches!(kind, ObservableKind::Cwe | ObservableKind::Capec) {
            return self.weakness(&observable.value);
        }
        if observable.verdict == Verdict::Reference && kind != ObservableKind::Cve {
            return self.omit(kind.as_str(), "a reference of the report, not part of what it describes");
        }
        let mut claim = self.claim(Provenance::Stated, observable.confidence, &observable.evidence);
        claim.verdict = Some(observable.verdict.as_str());
        claim.reason = Some(observable.verdict_reason.clone()).filter(|r| !r.is_empty());
        claim.warnings = observable.warnings.clone();
        let forms = observables::forms(observable);
        if let Some(name) = forms.vulnerability {
            let id = self.id("vulnerability", &[EntityKind::Vulnerability.as_str(), &name.to_lowercase()]);
            let references = names::vulnerability_reference(&name).into_iter().collect();
            let id = self.own(id, Body::Vulnerability { name }, references, claim);
            self.nodes.insert(node, id);
            return;
        }
        let mut refs = Vec::new();
        if let Some(sco) = forms.sco {
            let key = format!("{} {}", kind.as_str(), observable.value);
            let id = self.sco(sco, &key);
            self.share(id.clone(), claim.clone());
            self.nodes.insert(node, id.clone());
            refs.push(id);
            if let Some(directory) = forms.directory {
                refs.push(self.sco(directory, ""));
            }
        }
        let rule = matches!(kind, ObservableKind::YaraRule | ObservableKind::SigmaRule);
        match forms.pattern {
            Some((pattern_type, pattern)) if observable.verdict == Verdict::Indicator || rule => {
                self.indicator(node, observable, pattern_type, pattern, refs, claim);
            }
            // Nothing at all stands for it.
            _ if refs.is_empty() => self.omit(kind.as_str(), observables::omission(kind)),
            _ => {}
        }
    }

    fn indicator(
        &mut self,
        node: NodeRef,
        observable: &Observable,
        pattern_type: &'static str,
        pattern: String,
        refs: Vec<Id>,
        claim: ClaimBody,
    ) {
        let id = self.id("indicator", &[pattern_type, &pattern]);
        let reason = match observable.verdict_reason.trim() {
            "" => String::new(),
            reason => format!(" Reason: {reason}."),
        };
        let name = names::indicator(observable);
        let description = match pattern_type {
            "stix" => {
                format!("The report presents this {} as malicious.{reason}", names::kind(observable.kind))
            }
            _ => format!("Detection rule given in the report.{reason}"),
        };
        let body = Body::Indicator {
            name,
            description,
            indicator_types: vec!["malicious-activity"],
            pattern,
            pattern_type,
            pattern_version: (pattern_type == "stix").then_some("2.1"),
            valid_from: self.since(&id),
        };
        let indicator = self.own(id, body, Vec::new(), claim.clone());
        self.indicators.insert(node, indicator.clone());
        if refs.is_empty() {
            self.nodes.insert(node, indicator);
            return;
        }
        // STIX 2.1 lets `based-on` lead from an indicator to observed data only (section 4.7.2); the observed
        // data then refers to the object.
        let key: Vec<&str> = refs.iter().map(Id::as_str).collect();
        let observed = self.id("observed-data", &key);
        let body = Body::ObservedData {
            first_observed: self.since(&observed),
            last_observed: self.since(&observed),
            number_observed: u32::try_from(observable.evidence.len().max(1))
                .unwrap_or(u32::MAX)
                .min(999_999_999),
            object_refs: refs.clone(),
        };
        let observed = self.own(observed, body, Vec::new(), claim.clone());
        self.relationship("based-on", indicator, observed, claim);
    }

    fn relationship(&mut self, kind: &'static str, source_ref: Id, target_ref: Id, claim: ClaimBody) {
        let id = self.id("relationship", &[kind, source_ref.as_str(), target_ref.as_str()]);
        let body = Body::Relationship { relationship_type: kind, source_ref, target_ref };
        self.own(id, body, Vec::new(), claim);
    }

    fn relations(&mut self) {
        for relation in &self.analysis.relations {
            let (Some(source), Some(target)) =
                (self.nodes.get(&relation.source).cloned(), self.nodes.get(&relation.target).cloned())
            else {
                self.omit("relation", "one side has no object in STIX 2.1");
                continue;
            };
            if source == target {
                continue;
            }
            let kind = relations::relationship(relation.kind, source.object_type(), target.object_type());
            let mut claim = self.claim(relation.provenance, relation.confidence, &relation.evidence);
            claim.relation = Some(relation.kind.as_str());
            for (observed, other) in [(relation.source, &target), (relation.target, &source)] {
                if let Some(indicator) = self.indicators.get(&observed).cloned()
                    && relations::indicates(relation.kind, other.object_type())
                    && indicator != *other
                {
                    self.relationship("indicates", indicator, other.clone(), claim.clone());
                }
            }
            self.relationship(kind, source, target, claim);
        }
    }

    fn finish(self) -> Bundle {
        let analysis = self.analysis;
        let marking = super::marking(analysis);
        let id = self.earlier.and_then(Lineage::report).cloned().unwrap_or_else(|| self.id("report", &[]));
        let mut objects = self.objects;
        // By type in the order of a reader's interest, then in the order of the analysis.
        objects.sort_by_key(|o| rank(o.object_type()));
        let mut author = Object::new(self.author.clone(), UNKNOWN_TIME, UNKNOWN_TIME, names::author());
        author.object_marking_refs = vec![self.marking.clone()];
        let mut refs = vec![author.id.clone()];
        refs.extend(objects.iter().map(|o| o.id.clone()));
        refs.extend(self.scos.iter().map(|s| s.id().clone()));

        let mut content = ReportExtension::new(analysis, &self.points);
        content.claims = self.shared;
        content.omitted = self
            .omitted
            .into_iter()
            .map(|((kind, reason), count)| Omitted { kind: kind.into(), count, reason: reason.into() })
            .collect();
        let sum = summary(analysis);
        let published = analysis.document.metadata.published.as_deref().and_then(values::midnight);
        let kept = self.earlier.and_then(|e| e.created(&id));
        let first = kept.clone().unwrap_or_else(|| self.now.clone());
        let since = kept.unwrap_or(self.created);
        content.first_sha256 =
            self.earlier.map(Lineage::root).filter(|r| *r != analysis.document.sha256).map(str::to_owned);
        let body = Body::Report {
            name: sum.title,
            description: sum.brief,
            report_types: names::report_types(&objects),
            published: published.map_or(first, timestamp),
            object_refs: refs,
        };
        let mut report = Object::new(id, since, &*self.now, body);
        report.created_by_ref = Some(self.author.clone());
        report.object_marking_refs = vec![self.marking.clone()];
        report.external_references = source(analysis).into_iter().chain(self.references).collect();
        report.extensions = Some(extension(Extension::Report(content)));

        let bundle_id =
            Id::derived("bundle", &[&analysis.document.sha256, &self.now, &analysis.pack, marking.as_str()]);
        let mut items = vec![
            Item::Marking(tlp_definition(marking)),
            Item::Object(Box::new(claim::definition(&self.author, self.marking.clone()))),
            Item::Object(Box::new(author)),
            Item::Object(Box::new(report)),
        ];
        items.extend(objects.into_iter().map(|o| Item::Object(Box::new(o))));
        items.extend(self.scos.into_iter().map(Item::Sco));
        Bundle::new(bundle_id, items)
    }
}

/// Identifier of the maker of every bundle.
fn author() -> Id {
    Id::derived("identity", &["Bartizan"])
}

fn extension(content: Extension) -> bartizan_stix::Extension<Extension> {
    bartizan_stix::Extension { definition: claim::definition_id(), content }
}

/// The analysed document as an external reference; a URL only together with the hash of what was behind it.
fn source(analysis: &Analysis) -> Option<ExternalReference> {
    let metadata = &analysis.document.metadata;
    let sha256 = &analysis.document.sha256;
    let hashes = if sha256.len() == 64 { Hashes::from([("SHA-256", sha256.clone())]) } else { Hashes::new() };
    let url = metadata.source_url.as_deref().and_then(values::uri).filter(|_| !hashes.is_empty());
    let description = text::one_line(&super::summary::title(analysis), 240);
    let publisher = metadata.publisher.as_deref().map(|p| text::one_line(p, 120)).filter(|p| !p.is_empty());
    Some(ExternalReference {
        source_name: publisher.unwrap_or_else(|| "analysed report".into()),
        description: Some(description),
        url,
        hashes,
        external_id: None,
    })
    // `cve` and `capec` are reserved for references with an id of theirs.
    .filter(|r| !matches!(r.source_name.as_str(), "cve" | "capec"))
}

fn rank(object_type: &str) -> usize {
    const ORDER: [&str; 13] = [
        "intrusion-set",
        "campaign",
        "malware",
        "tool",
        "vulnerability",
        "attack-pattern",
        "indicator",
        "course-of-action",
        "identity",
        "location",
        "observed-data",
        "relationship",
        "extension-definition",
    ];
    ORDER.iter().position(|t| *t == object_type).unwrap_or(ORDER.len())
}
