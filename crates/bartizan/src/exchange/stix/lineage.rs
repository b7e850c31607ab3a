//! Versions (STIX 2.1 section 3.6): a bundle that continues an earlier one of the same report.
//!
//! What both hold keeps its identifier and its `created`; it gets a newer `modified` only if something else of it differs.
//! What the earlier one held and the new one does not is revoked. A revoked object has no later version (section 3.6), so
//! what comes back gets a new identifier.

use super::{Bundle, Extension, claim};
use bartizan_stix::{Id, Item, Object, RawObject};
use jiff::Timestamp;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

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

/// An earlier bundle of the same report, or of an earlier edition of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lineage {
    root: String,
    report: Option<Id>,
    objects: BTreeMap<Id, Earlier>,
}

#[derive(Clone, Debug, PartialEq)]
struct Earlier {
    created: Timestamp,
    modified: Timestamp,
    revoked: bool,
    raw: Map<String, Value>,
}

impl Lineage {
    /// Reads a bundle that [`super::bundle_with`] made; none if this is no such bundle. What is in it that we did not make, or
    /// that is not well-formed, is left alone.
    pub fn read(bundle: &Value) -> Option<Self> {
        let objects = (bundle.get("type")? == "bundle").then(|| bundle.get("objects")?.as_array())??;
        let author = super::author();
        let mut out = Self::default();
        for object in objects.iter().filter_map(Value::as_object) {
            if text(object, "created_by_ref") != Some(author.as_str()) {
                continue;
            }
            let Some((id, earlier)) = Earlier::read(object) else { continue };
            if id.object_type() == "report"
                && let Some(root) = root(object)
            {
                out.root = root;
                out.report = Some(id.clone());
            }
            out.objects.insert(id, earlier);
        }
        out.report.is_some().then_some(out)
    }

    /// SHA-256 of the first edition: identifiers of later ones are derived from it.
    pub(super) fn root(&self) -> &str {
        &self.root
    }

    /// The report's own identifier.
    pub(super) fn report(&self) -> Option<&Id> {
        self.report.as_ref()
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
        let mut seen = std::collections::BTreeSet::new();
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
        let gone = self.objects.iter().filter(|(id, _)| !seen.contains(*id));
        let raw =
            |(id, e): (&Id, &Earlier)| RawObject { id: id.clone(), properties: e.withdrawn(marking, now) };
        bundle.objects.extend(gone.map(raw).map(Item::Raw));
    }
}

impl Earlier {
    fn read(object: &Map<String, Value>) -> Option<(Id, Self)> {
        let id = Id::parse(text(object, "id")?)?;
        let well_formed = OWN.contains(&id.object_type())
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

/// SHA-256 of the first edition, from the extension of a report.
fn root(report: &Map<String, Value>) -> Option<String> {
    let ours = report.get("extensions")?.get(claim::definition_id().as_str())?;
    let first = ours.get("first_sha256").or_else(|| ours.get("document_sha256"))?.as_str()?;
    let hexadecimal = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    (first.len() == 64 && first.bytes().all(hexadecimal)).then(|| first.to_owned())
}

/// RFC 3339 with milliseconds, as all times of a bundle.
fn stamp(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}
