//! The STIX objects of an event, added one by one.

use super::convert::Conversion;
use super::parse::Attribute;
use super::types::Part;
use crate::feed::finding::Code;
use crate::feed::{Limits, StixObject, stix_time};
use bartizan_stix::{Id, MarkedSco, Pattern, Sco, Tlp};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use url::Url;
use uuid::Uuid;

impl Conversion {
    /// The strictest TLP of some tags and the rest of them as labels. `tlp:white` is TLP 1's word for clear.
    pub(super) fn tags(&mut self, tags: &[String], limits: &Limits) -> (Option<Tlp>, Vec<String>) {
        let mut marking = None;
        let mut labels: Vec<String> = Vec::new();
        let mut seen = BTreeSet::new();
        for tag in tags.iter().take(limits.entries) {
            let lower = tag.trim().to_ascii_lowercase();
            match lower.strip_prefix("tlp:").map(Tlp::parse) {
                Some(Some(tlp)) => marking = marking.max(Some(tlp)),
                Some(None) => self.findings.add(Code::Tlp, tag),
                None => {}
            }
            let is_marking = lower.strip_prefix("tlp:").is_some_and(|word| Tlp::parse(word).is_some());
            if !is_marking && seen.insert(tag) {
                labels.push(tag.clone());
            }
        }
        (marking, labels)
    }

    /// MISP's own UUID where STIX lets it stand (version 4), else one derived from it or from what identifies the thing.
    pub(super) fn id(&self, kind: &str, uuid: Option<&str>, otherwise: &[&str]) -> String {
        let random =
            |u: &&str| Uuid::try_parse(u).is_ok_and(|u| u.get_version() == Some(uuid::Version::Random));
        match uuid.filter(random) {
            Some(uuid) => format!("{kind}--{uuid}"),
            None => {
                let mut parts = vec!["misp", self.uuid.as_str()];
                parts.extend(uuid);
                parts.extend(if uuid.is_some() { &[] } else { otherwise });
                Id::derived(kind, &parts).to_string()
            }
        }
    }

    /// The common properties. `modified` is MISP's time stamp of the thing, `created` the day of the event, which stays
    /// when the thing changes.
    pub(super) fn common(
        &self,
        kind: &str,
        id: &str,
        time: Option<Timestamp>,
        marking: Option<Tlp>,
    ) -> StixObject {
        let modified = time.unwrap_or(self.modified);
        let mut object = StixObject::new();
        for (key, value) in [("type", kind), ("spec_version", "2.1"), ("id", id)] {
            object.insert(key.to_owned(), json!(value));
        }
        object.insert("created".to_owned(), json!(stix_time(self.created.min(modified))));
        object.insert("modified".to_owned(), json!(stix_time(modified)));
        if let Some(author) = self.author.as_ref().filter(|a| *a != id) {
            object.insert("created_by_ref".to_owned(), json!(author));
        }
        mark(&mut object, marking);
        object
    }

    /// Adds an object, unless there is one of its identifier; of an observable seen twice the stricter marking stays.
    pub(super) fn add(&mut self, object: StixObject, marking: Option<Tlp>) -> String {
        self.markings.extend(marking);
        let id = object.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let observable = !object.contains_key("created");
        match self.ids.get(&id).and_then(|&i| self.objects.get_mut(i)) {
            Some(old) if observable => {
                let was = marking_of(old);
                mark(old, was.max(marking));
            }
            Some(old) if *old != object => self.findings.add(Code::Twice, &id),
            Some(_) => {}
            None => {
                self.ids.insert(id.clone(), self.objects.len());
                self.objects.push(object);
                self.refs.push(id.clone());
            }
        }
        id
    }

    /// Adds an indicator for an attribute or, under its UUID, an object.
    pub(super) fn indicator(
        &mut self,
        a: &Attribute,
        language: &str,
        pattern: &str,
        marking: Option<Tlp>,
        labels: Vec<String>,
    ) -> String {
        let id = self.id("indicator", a.uuid.as_deref(), &[&a.kind, &a.value]);
        let mut object = self.common("indicator", &id, a.timestamp, marking);
        let from = a.first_seen.or(a.timestamp).unwrap_or(self.modified);
        let what = match a.category.as_str() {
            "" => format!("MISP {}", a.kind),
            category => format!("MISP {}, category {category}", a.kind),
        };
        // Of a rule its first line.
        let name: String = a.value.trim().lines().next().unwrap_or_default().chars().take(200).collect();
        object.insert("name".to_owned(), json!(name));
        let description = a.comment.clone().unwrap_or(what);
        describe(&mut object, Some(&description), labels);
        object.insert("pattern".to_owned(), json!(pattern));
        object.insert("pattern_type".to_owned(), json!(language));
        object.insert("valid_from".to_owned(), json!(stix_time(from)));
        self.add(object, marking)
    }

    /// The indicator for several attributes that hold for one thing.
    pub(super) fn combined(
        &mut self,
        a: &Attribute,
        parts: Vec<Part>,
        limits: &Limits,
        tags: &[String],
    ) -> String {
        let (own, labels) = self.tags(tags, limits);
        let comparisons: Vec<_> = parts.into_iter().map(|p| p.comparison).collect();
        let pattern = Pattern::observation(&comparisons);
        self.indicator(a, "stix", pattern.as_str(), self.marking.max(own), labels)
    }

    /// Adds an observable.
    pub(super) fn observable(&mut self, sco: Sco, marking: Option<Tlp>) -> Option<String> {
        let marked = MarkedSco::new(sco, marking.unwrap_or(Tlp::Red).marking_id())?;
        let Ok(Value::Object(mut object)) = serde_json::to_value(&marked) else { return None };
        if marking.is_none() {
            object.remove("object_marking_refs");
        }
        Some(self.add(object, marking))
    }

    /// The marking of some tags, never looser than that of the event.
    pub(super) fn marking(&mut self, tags: &[String], limits: &Limits) -> Option<Tlp> {
        let (own, _) = self.tags(tags, limits);
        self.marking.max(own)
    }

    pub(super) fn note(
        &mut self,
        uuid: Option<&str>,
        time: Option<Timestamp>,
        title: Option<String>,
        content: &str,
        marking: Option<Tlp>,
        labels: Vec<String>,
    ) -> String {
        let id = self.id("note", uuid, &[content]);
        let mut object = self.common("note", &id, time, marking);
        object.insert("content".to_owned(), json!(content));
        object.insert("object_refs".to_owned(), json!([self.id("report", Some(&self.uuid), &[])]));
        if let Some(title) = title {
            object.insert("abstract".to_owned(), json!(title));
        }
        describe(&mut object, None, labels);
        self.add(object, marking)
    }

    pub(super) fn link(&mut self, a: &Attribute) {
        if !Url::parse(a.value.trim()).is_ok_and(|u| matches!(u.scheme(), "http" | "https")) {
            self.findings.add(Code::Value, &a.kind);
            return;
        }
        // Without `url`: STIX wants hashes of what was there beside it (section 2.5.2), which nobody stated.
        let mut reference = json!({"source_name": "MISP link", "external_id": a.value.trim()});
        if let Some(comment) = &a.comment {
            reference["description"] = json!(comment);
        }
        self.links.push(reference);
    }

    /// MISP's words for relations are free; STIX suggests some for some pairs. The word stands in the description.
    pub(super) fn relate(
        &mut self,
        source: &str,
        target: &str,
        uuid: Option<&str>,
        word: Option<&str>,
        marking: Option<Tlp>,
    ) {
        const INDICATED: [&str; 5] =
            ["attack-pattern--", "intrusion-set--", "malware--", "threat-actor--", "tool--"];
        let indicates = word.is_none()
            && source.starts_with("indicator--")
            && INDICATED.iter().any(|t| target.starts_with(t));
        let kind = if indicates { "indicates" } else { "related-to" };
        let id = self.id("relationship", uuid, &[kind, source, target]);
        let mut object = self.common("relationship", &id, None, marking);
        for (key, value) in [("relationship_type", kind), ("source_ref", source), ("target_ref", target)] {
            object.insert(key.to_owned(), json!(value));
        }
        describe(&mut object, word, Vec::new());
        self.add(object, marking);
    }
}

pub(super) fn describe(object: &mut StixObject, description: Option<&str>, labels: Vec<String>) {
    if let Some(description) = description {
        object.insert("description".to_owned(), json!(description));
    }
    if !labels.is_empty() {
        object.insert("labels".to_owned(), json!(labels));
    }
}

pub(super) fn mark(object: &mut StixObject, marking: Option<Tlp>) {
    if let Some(tlp) = marking {
        object.insert("object_marking_refs".to_owned(), json!([tlp.marking_id()]));
    }
}

fn marking_of(object: &StixObject) -> Option<Tlp> {
    let refs = object.get("object_marking_refs")?.as_array()?;
    Tlp::ALL.into_iter().rev().find(|t| refs.iter().any(|r| r.as_str() == Some(t.marking_id().as_str())))
}
