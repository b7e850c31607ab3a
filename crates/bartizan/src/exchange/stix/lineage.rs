//! Versions (STIX 2.1 section 3.6): a bundle that continues an earlier one of the same report.
//!
//! What both hold keeps its identifier and its `created`; it gets a newer `modified` only if something else of it differs.
//! What the earlier one held and the new one does not is revoked. A revoked object has no later version (section 3.6), so
//! what comes back gets a new identifier.

use super::{Bundle, Extension, claim};
use bartizan_stix::{Id, Item, Object, RawObject, Tlp};
use jiff::Timestamp;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Types of objects that we make under our own identifiers.
const OWN: [&str; 13] = [
    "report",
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
];

/// Properties that we write in objects of our own.
const PROPERTIES: [&str; 36] = [
    "type",
    "spec_version",
    "id",
    "created_by_ref",
    "created",
    "modified",
    "revoked",
    "confidence",
    "labels",
    "external_references",
    "object_marking_refs",
    "extensions",
    "name",
    "description",
    "kill_chain_phases",
    "aliases",
    "roles",
    "identity_class",
    "sectors",
    "indicator_types",
    "pattern",
    "pattern_type",
    "pattern_version",
    "valid_from",
    "region",
    "country",
    "is_family",
    "first_observed",
    "last_observed",
    "number_observed",
    "object_refs",
    "report_types",
    "published",
    "relationship_type",
    "source_ref",
    "target_ref",
];

/// An earlier bundle of the same report, or of an earlier edition of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lineage {
    root: String,
    report: Option<Id>,
    /// Objects of our own.
    objects: BTreeMap<Id, Earlier>,
    /// What they may refer to: cyber-observables, and copies of objects that belong to others.
    others: BTreeMap<String, Map<String, Value>>,
}

#[derive(Clone, Debug, PartialEq)]
struct Earlier {
    created: Timestamp,
    modified: Timestamp,
    revoked: bool,
    raw: Map<String, Value>,
}

impl Lineage {
    /// Reads a bundle that [`super::bundle_with`] made of the document with this SHA-256 under this marking. None if this is no
    /// such bundle, is of another document, or holds anything under another marking: nothing of it may then go on. What is in
    /// it that we did not make, or that is not well-formed, is left alone.
    pub fn read(bundle: &Value, sha256: &str, marking: Tlp) -> Option<Self> {
        let objects = (bundle.get("type")? == "bundle").then(|| bundle.get("objects")?.as_array())??;
        let author = super::author();
        let mut out = Self::default();
        for object in objects.iter().filter_map(Value::as_object) {
            let kind = text(object, "type")?;
            if matches!(kind, "marking-definition" | "extension-definition") {
                continue;
            }
            if object.get("object_marking_refs")
                != Some(&vec![Value::from(marking.marking_id().as_str())].into())
            {
                return None;
            }
            if text(object, "created_by_ref") != Some(author.as_str()) {
                if let Some(id) = text(object, "id").filter(|id| id.starts_with(kind)) {
                    out.others.insert(id.to_owned(), object.clone());
                }
                continue;
            }
            let Some((id, earlier)) = Earlier::read(object) else { continue };
            if id.object_type() == "report"
                && let Some(root) = root(object, sha256)
                // One that was withdrawn has no later version.
                && (out.report.is_none() || !earlier.revoked)
            {
                out.root = root;
                out.report = Some(id.clone());
            }
            out.objects.insert(id, earlier);
        }
        out.report.is_some().then_some(out)
    }

    /// The SHA-256 of the document that a bundle of ours was made of, for [`Lineage::read`] where the bundle alone was kept.
    pub fn document(bundle: &Value) -> Option<&str> {
        let author = super::author();
        let objects = bundle.get("objects")?.as_array()?.iter().filter_map(Value::as_object);
        let mut reports = objects.filter(|object| {
            text(object, "type") == Some("report") && text(object, "created_by_ref") == Some(author.as_str())
        });
        let extensions = reports.next()?.get("extensions")?;
        extensions.get(claim::definition_id().as_str())?.get("document_sha256")?.as_str()
    }

    /// SHA-256 of the first edition: identifiers of later ones are derived from it.
    pub(super) fn root(&self) -> &str {
        &self.root
    }

    /// The report's own identifier; none if it was withdrawn.
    pub(super) fn report(&self) -> Option<&Id> {
        self.report.as_ref().filter(|id| !self.revoked(id))
    }

    /// The bundle with everything in it withdrawn: each object of our own revoked, and what those refer to. `now`: seconds
    /// since 1970. What goes on from it has new identifiers.
    pub fn withdraw(&self, marking: Tlp, now: i64) -> Bundle {
        let marking_id = marking.marking_id();
        let time = Timestamp::from_second(now).unwrap_or_default();
        let id = Id::derived("bundle", &[&self.root, "withdrawn", &stamp(time), marking.as_str()]);
        let mut bundle = Bundle::new(id, vec![Item::Marking(bartizan_stix::tlp_definition(marking))]);
        self.settle(&mut bundle, &marking_id, now);
        bundle
    }

    /// When an object that goes on was created.
    pub(super) fn created(&self, id: &Id) -> Option<String> {
        self.objects.get(id).filter(|e| !e.revoked).map(|e| stamp(e.created))
    }

    /// The earlier text of a rule, if only its dates differ: a rule that says the same is the same rule.
    pub(super) fn rule(&self, id: &Id, text: &str) -> Option<String> {
        let earlier = text_of(self.objects.get(id).filter(|e| !e.revoked)?, "pattern")?;
        let dated = |line: &&str| line.starts_with("date: ") || line.starts_with("modified: ");
        let rest = |t: &'_ str| t.lines().filter(|l| !dated(l)).map(str::to_owned).collect::<Vec<_>>();
        (rest(earlier) == rest(text)).then(|| earlier.to_owned())
    }

    /// Whether an identifier can have no later version.
    pub(super) fn revoked(&self, id: &Id) -> bool {
        self.objects.get(id).is_some_and(|e| e.revoked)
    }

    /// Gives every object of a new bundle its version, and adds what was withdrawn.
    pub(super) fn settle(&self, bundle: &mut Bundle, marking: &Id, now: i64) {
        let now = Timestamp::from_second(now).unwrap_or_default();
        let mut seen = BTreeSet::new();
        for item in &mut bundle.objects {
            seen.insert(item.id().clone());
            if let Item::Object(object) = item
                && let Some(earlier) = self.objects.get(&object.id)
            {
                object.modified = stamp(earlier.modified);
                if !earlier.same(object) {
                    object.modified = stamp(earlier.after(now));
                }
            }
        }
        let gone: Vec<(&Id, &Earlier)> = self.objects.iter().filter(|(id, _)| !seen.contains(*id)).collect();
        let mut wanted: Vec<String> = Vec::new();
        for (id, earlier) in gone {
            let properties = earlier.withdrawn(marking, now);
            wanted.extend(references(&properties));
            bundle.objects.push(Item::Raw(RawObject { id: id.clone(), properties }));
        }
        // What withdrawn objects refer to stays with them, so that every reference resolves.
        let mut there: BTreeSet<String> =
            bundle.objects.iter().map(|item| item.id().as_str().to_owned()).collect();
        while let Some(id) = wanted.pop() {
            if let Some(properties) = self.others.get(&id)
                && let Some(known) = Id::received(&id)
                && there.insert(id)
            {
                wanted.extend(references(properties));
                let mut properties = properties.clone();
                properties.insert("object_marking_refs".into(), vec![Value::from(marking.as_str())].into());
                bundle.objects.push(Item::Raw(RawObject { id: known, properties }));
            }
        }
    }
}

/// Identifiers that an object refers to, markings aside.
fn references(object: &Map<String, Value>) -> Vec<String> {
    let named = object.iter().filter(|(key, _)| key.ends_with("_ref") || key.ends_with("_refs"));
    let ids = named.filter(|(key, _)| *key != "object_marking_refs").flat_map(|(_, value)| match value {
        Value::Array(list) => list.iter().collect::<Vec<_>>(),
        value => vec![value],
    });
    ids.filter_map(|id| Some(id.as_str()?.to_owned())).collect()
}

impl Earlier {
    fn read(object: &Map<String, Value>) -> Option<(Id, Self)> {
        let id = Id::parse(text(object, "id")?)?;
        let well_formed = object.keys().all(|key| PROPERTIES.contains(&key.as_str()))
            && OWN.contains(&id.object_type())
            && text(object, "type") == Some(id.object_type())
            && text(object, "spec_version") == Some("2.1");
        let time = |key| text(object, key)?.parse::<Timestamp>().ok();
        let (created, modified) = (time("created")?, time("modified")?);
        let revoked = object.get("revoked") == Some(&Value::Bool(true));
        (well_formed && created <= modified)
            .then(|| (id, Self { created, modified, revoked, raw: object.clone() }))
    }

    fn same(&self, object: &Object<Extension>) -> bool {
        serde_json::to_value(object).is_ok_and(|v| v.as_object() == Some(&self.raw))
    }

    /// The time of a next version: later than the last, whatever the clock says.
    fn after(&self, now: Timestamp) -> Timestamp {
        let next = self.modified.checked_add(jiff::SignedDuration::from_millis(1)).unwrap_or(self.modified);
        now.max(next)
    }

    fn withdrawn(&self, marking: &Id, now: Timestamp) -> Map<String, Value> {
        let mut object = self.raw.clone();
        object.insert("revoked".into(), true.into());
        object.insert("object_marking_refs".into(), vec![Value::from(marking.as_str())].into());
        if object != self.raw {
            object.insert("modified".into(), stamp(self.after(now)).into());
        }
        object
    }
}

fn text_of<'a>(earlier: &'a Earlier, key: &str) -> Option<&'a str> {
    text(&earlier.raw, key)
}

fn text<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    object.get(key)?.as_str()
}

/// SHA-256 of the first edition, from the extension of the report of a document.
fn root(report: &Map<String, Value>, sha256: &str) -> Option<String> {
    let ours = report.get("extensions")?.get(claim::definition_id().as_str())?;
    if ours.get("document_sha256")? != sha256 {
        return None;
    }
    let first = ours.get("first_sha256").or_else(|| ours.get("document_sha256"))?.as_str()?;
    let hexadecimal = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    (first.len() == 64 && first.bytes().all(hexadecimal)).then(|| first.to_owned())
}

/// RFC 3339 with milliseconds, as all times of a bundle.
fn stamp(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}
