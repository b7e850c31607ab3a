//! One event as STIX objects.

use super::emit::{describe, mark};
use super::parse::{self, Attribute, Cluster, Json};
use super::types::{Meaning, meaning};
use super::{Options, galaxy};
use crate::feed::finding::{Code, Finding, Findings};
use crate::feed::{Error, Limits, StixObject, stix_time};
use bartizan_stix::{Id, Pattern, Tlp, tlp_definition};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Reads an event file into STIX 2.1 objects: marking definitions, the organisation, what the event holds, and last a
/// report that refers to all of it. Identifiers are MISP's UUIDs where STIX lets them be, else derived from them, so
/// that reading the event again gives the same identifiers.
///
/// # Errors
/// If it is larger than [`Limits::bytes`], no JSON, or no event with a UUID, a title and a time.
pub fn event(
    bytes: &[u8],
    options: &Options,
    limits: &Limits,
) -> Result<(Vec<StixObject>, Vec<Finding>), Error> {
    limits.check(bytes, "the event")?;
    let value: Value =
        serde_json::from_slice(bytes).map_err(|e| Error::malformed(format!("the event is no JSON: {e}")))?;
    let json = value.get("Event").unwrap_or(&value).as_object();
    let json = json.ok_or_else(|| Error::malformed("the event is no JSON object"))?;
    let missing = |what: &str| Error::malformed(format!("the event has no {what}"));
    let uuid = parse::uuid(json, "uuid").ok_or_else(|| missing("valid uuid"))?;
    let info = parse::text(json, "info").ok_or_else(|| missing("info"))?;
    let day = parse::day(json, "date");
    let modified =
        parse::seconds(json, "timestamp").or_else(|| parse::seconds(json, "publish_timestamp")).or(day);
    let modified = modified.ok_or_else(|| missing("timestamp, publish_timestamp or date"))?;
    let mut c = Conversion {
        findings: Findings::default(),
        objects: Vec::new(),
        ids: BTreeMap::new(),
        markings: BTreeSet::new(),
        refs: Vec::new(),
        by_uuid: BTreeMap::new(),
        uuid,
        created: day.unwrap_or(modified).min(modified),
        modified,
        author: None,
        marking: None,
        links: Vec::new(),
    };
    parse::distribution(json, "event", &mut c.findings);
    let (marking, labels) = c.tags(&parse::tags(json), limits);
    c.marking = marking.or(options.default_marking);
    c.author(json);
    c.contents(json, limits);
    c.report(json, &info, labels);
    Ok(c.finish())
}

pub(super) struct Conversion {
    pub(super) findings: Findings,
    pub(super) objects: Vec<StixObject>,
    /// Place of each object.
    pub(super) ids: BTreeMap<String, usize>,
    pub(super) markings: BTreeSet<Tlp>,
    pub(super) refs: Vec<String>,
    pub(super) by_uuid: BTreeMap<String, String>,
    pub(super) uuid: String,
    pub(super) created: Timestamp,
    pub(super) modified: Timestamp,
    pub(super) author: Option<String>,
    pub(super) marking: Option<Tlp>,
    pub(super) links: Vec<Value>,
}

impl Conversion {
    fn author(&mut self, json: &Json) {
        let Some(org) = json.get("Orgc").and_then(Value::as_object) else { return };
        let Some(name) = parse::text(org, "name") else { return };
        let uuid = parse::uuid(org, "uuid");
        // An organisation is the same in all its events.
        let id = match &uuid {
            Some(uuid) if self.id("identity", Some(uuid), &[]).ends_with(uuid.as_str()) => {
                format!("identity--{uuid}")
            }
            _ => Id::derived("identity", &["misp", uuid.as_deref().unwrap_or(&name)]).to_string(),
        };
        let mut object = StixObject::new();
        for (key, value) in [
            ("type", "identity"),
            ("spec_version", "2.1"),
            ("id", &id),
            ("name", &name),
            ("identity_class", "organization"),
            // MISP does not say when; the name may change, and then a real version must win.
            ("created", super::UNKNOWN_TIME),
            ("modified", super::UNKNOWN_TIME),
        ] {
            object.insert(key.to_owned(), json!(value));
        }
        self.add(object, None);
        self.refs.clear();
        self.author = Some(id);
    }

    fn contents(&mut self, json: &Json, limits: &Limits) {
        for cluster in parse::clusters(json, &mut self.findings) {
            self.cluster(&cluster, self.marking);
        }
        for attribute in parse::attributes(json, limits.entries, &mut self.findings) {
            self.attribute(&attribute, limits);
        }
        let objects = parse::objects(json, limits.entries, &mut self.findings);
        for object in &objects {
            let id = super::object::convert(self, object, limits);
            if let (Some(uuid), Some(id)) = (&object.uuid, id) {
                self.by_uuid.insert(uuid.clone(), id);
            }
        }
        for (object, reference) in
            objects.iter().flat_map(|o| o.references.iter().map(move |r| (o, r))).take(limits.entries)
        {
            self.reference(object, reference);
        }
        for report in parse::list(json, "EventReport").take(limits.entries) {
            if parse::flag(report, "deleted") {
                self.findings.add(Code::Deleted, "event report");
                continue;
            }
            let Some(content) = parse::text(report, "content") else {
                self.findings.add(Code::Member, "event report without content");
                continue;
            };
            let time = parse::seconds(report, "timestamp");
            self.note(
                parse::uuid(report, "uuid").as_deref(),
                time,
                parse::text(report, "name"),
                &content,
                self.marking,
                Vec::new(),
            );
        }
        for (key, what) in [("ShadowAttribute", "proposal"), ("Sighting", "sighting")] {
            parse::list(json, key).for_each(|_| self.findings.add(Code::Remark, what));
        }
    }

    /// Converts one attribute; gives the identifier of what it became.
    pub(super) fn attribute(&mut self, a: &Attribute, limits: &Limits) -> Option<String> {
        let (own, labels) = self.tags(&a.tags, limits);
        let marking = self.marking.max(own);
        let mut meant = meaning(&a.kind, &a.value);
        if a.to_ids && matches!(meant, Meaning::Reference) {
            meant = meaning("url", &a.value);
        }
        let key = [a.kind.as_str(), a.value.as_str()];
        let id = match meant {
            Meaning::Observable(parts, _) if a.to_ids => {
                let comparisons: Vec<_> = parts.into_iter().map(|p| p.comparison).collect();
                Some(self.indicator(a, "stix", Pattern::observation(&comparisons).as_str(), marking, labels))
            }
            Meaning::Observable(_, scos) => {
                if scos.is_empty() {
                    self.findings.add(Code::Unobservable, &a.kind);
                }
                if a.comment.is_some() {
                    self.findings.add(Code::Remark, "comment of an observable");
                }
                if !labels.is_empty() {
                    self.findings.add(Code::Remark, "tag of an observable");
                }
                let ids: Vec<String> = scos.into_iter().filter_map(|s| self.observable(s, marking)).collect();
                ids.into_iter().next()
            }
            Meaning::Rule("stix") if !a.value.trim_start().starts_with(['[', '(']) => {
                self.findings.add(Code::Value, &a.kind);
                None
            }
            Meaning::Rule(language) if a.to_ids => {
                Some(self.indicator(a, language, a.value.trim(), marking, labels))
            }
            Meaning::Rule(_) => {
                self.findings.add(Code::Unobservable, &a.kind);
                None
            }
            Meaning::Vulnerability | Meaning::Campaign | Meaning::Actor => {
                let kind = match meant {
                    Meaning::Vulnerability => "vulnerability",
                    Meaning::Campaign => "campaign",
                    _ => "threat-actor",
                };
                let id = self.id(kind, a.uuid.as_deref(), &key);
                let mut object = self.common(kind, &id, a.timestamp, marking);
                object.insert("name".to_owned(), json!(a.value.trim()));
                describe(&mut object, a.comment.as_deref(), labels);
                if kind == "vulnerability" && a.value.trim().starts_with("CVE-") {
                    let reference = json!([{"source_name": "cve", "external_id": a.value.trim()}]);
                    object.insert("external_references".to_owned(), reference);
                }
                Some(self.add(object, marking))
            }
            Meaning::Reference => {
                self.link(a);
                None
            }
            Meaning::Note => {
                Some(self.note(a.uuid.as_deref(), a.timestamp, a.comment.clone(), &a.value, marking, labels))
            }
            Meaning::Wrong => {
                self.findings.add(Code::Value, &a.kind);
                None
            }
            Meaning::Unknown => {
                self.findings.add(Code::Type, &a.kind);
                None
            }
        };
        let id = id?;
        if let Some(uuid) = &a.uuid {
            self.by_uuid.insert(uuid.clone(), id.clone());
        }
        for cluster in &a.clusters {
            if let Some(target) = self.cluster(cluster, marking) {
                self.relate(&id, &target, None, None, marking);
            }
        }
        Some(id)
    }

    fn cluster(&mut self, cluster: &Cluster, marking: Option<Tlp>) -> Option<String> {
        let Some((mut object, shared)) = galaxy::object(cluster, marking) else {
            self.findings.add(Code::Cluster, &cluster.kind);
            return None;
        };
        let marking = marking.filter(|_| !shared);
        mark(&mut object, marking);
        Some(self.add(object, marking))
    }

    fn reference(&mut self, from: &parse::Object, reference: &parse::Reference) {
        let source = from.uuid.as_ref().and_then(|u| self.by_uuid.get(u)).cloned();
        let target = self.by_uuid.get(&reference.target).cloned();
        match (source, target) {
            (Some(source), Some(target)) => {
                let word = Some(reference.word.as_str()).filter(|w| !w.is_empty());
                self.relate(&source, &target, reference.uuid.as_deref(), word, self.marking);
            }
            _ => self.findings.add(Code::Dangling, &reference.word),
        }
    }

    fn report(&mut self, json: &Json, info: &str, labels: Vec<String>) {
        let mut refs = std::mem::take(&mut self.refs);
        if refs.is_empty() {
            // A report must refer to something.
            refs.extend(self.author.clone());
        }
        if refs.is_empty() {
            self.findings.add(Code::Member, "event that holds nothing and is by nobody");
            return;
        }
        let id = self.id("report", Some(&self.uuid), &[]);
        let mut object = self.common("report", &id, Some(self.modified), self.marking);
        let published = parse::seconds(json, "publish_timestamp").unwrap_or(self.modified);
        object.insert("name".to_owned(), json!(info.trim()));
        object.insert("published".to_owned(), json!(stix_time(published)));
        object.insert("object_refs".to_owned(), json!(refs));
        if !self.links.is_empty() {
            object.insert("external_references".to_owned(), json!(self.links));
        }
        describe(&mut object, None, labels);
        self.add(object, self.marking);
    }

    fn finish(self) -> (Vec<StixObject>, Vec<Finding>) {
        let definitions =
            self.markings.iter().filter_map(|&tlp| match serde_json::to_value(tlp_definition(tlp)) {
                Ok(Value::Object(object)) => Some(object),
                _ => None,
            });
        let objects = definitions.chain(self.objects).collect();
        (objects, self.findings.finish())
    }
}
