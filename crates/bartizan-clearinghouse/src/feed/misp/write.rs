//! A feed of STIX objects.

use super::attribute::{Said, category, said};
use crate::feed::StixObject;
use crate::feed::finding::{Code, Finding, Findings};
use crate::feed::table::{marking, newest, strings};
use bartizan_stix::{Id, Tlp};
use jiff::Timestamp;
use md5::{Digest, Md5};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Who publishes a feed and what it is a feed of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publisher {
    /// The organisation's name.
    pub name: String,
    /// Its UUID.
    pub uuid: String,
    /// The collection's name, title of the event of what belongs to no report.
    pub collection: String,
    /// The collection's identifier, from which that event has its UUID.
    pub collection_id: String,
}

/// The files of a feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    /// `manifest.json`.
    pub manifest: Vec<u8>,
    /// `hashes.csv`: MD5 of a value and the event it stands in, for quick look-ups.
    pub hashes: Vec<u8>,
    /// `UUID.json` by UUID.
    pub events: BTreeMap<String, Vec<u8>>,
}

/// Writes objects as a feed: one event for each report and one for what no report refers to; newest versions only.
///
/// The same objects give the same bytes. What MISP has no word for is counted. Whoever calls hands in what the reader
/// may see and nothing else.
pub fn feed(objects: &[StixObject], publisher: &Publisher) -> (Files, Vec<Finding>) {
    let newest = newest(objects);
    let mut writer = Writer {
        publisher,
        findings: Findings::default(),
        files: Files::default(),
        manifest: Map::new(),
        used: BTreeSet::new(),
    };
    let mut left: BTreeSet<&str> = newest.keys().copied().collect();
    for (id, report) in newest.iter().filter(|(id, _)| id.starts_with("report--")) {
        left.remove(id);
        let refs = strings(report, "object_refs");
        let held: Vec<&StixObject> = refs.iter().filter_map(|r| newest.get(r).copied()).collect();
        for id in refs {
            left.remove(id);
        }
        writer.event(id.strip_prefix("report--").unwrap_or(id), Some(report), &held);
    }
    let loose: Vec<&StixObject> = left.iter().filter_map(|id| newest.get(id).copied()).collect();
    // What only describes other objects makes no event.
    if loose.iter().any(|o| !matches!(said(o), Said::Aside)) {
        let id = Id::derived("report", &["misp-feed", &publisher.collection_id]).to_string();
        writer.event(id.strip_prefix("report--").unwrap_or(&id), None, &loose);
    }
    let mut files = writer.files;
    files.manifest = line(&Value::Object(writer.manifest));
    (files, writer.findings.finish())
}

struct Writer<'a> {
    publisher: &'a Publisher,
    findings: Findings,
    files: Files,
    manifest: Map<String, Value>,
    /// UUIDs of attributes, which are unique in MISP.
    used: BTreeSet<String>,
}

impl Writer<'_> {
    fn event(&mut self, uuid: &str, report: Option<&StixObject>, held: &[&StixObject]) {
        if report.is_some_and(revoked) {
            self.findings.add(Code::Deleted, "report");
            return;
        }
        let time = |o: &StixObject| o.get("modified").and_then(Value::as_str)?.parse::<Timestamp>().ok();
        // A new version of anything in it is a new version of the event, or readers would not fetch it again.
        let changed = report.into_iter().chain(held.iter().copied()).filter_map(time).max();
        let changed = changed.unwrap_or(Timestamp::UNIX_EPOCH);
        let text = |key: &str| report.and_then(|r| r.get(key)).and_then(Value::as_str);
        let published = text("published").and_then(|p| p.parse::<Timestamp>().ok()).unwrap_or(changed);
        // What no report holds together is as strict as the strictest of it.
        let event_marking = report.map_or_else(|| held.iter().filter_map(|o| marking(o)).max(), marking);
        let mut tags: BTreeSet<String> = event_marking.map(tlp_tag).into_iter().collect();
        tags.extend(report.map(|r| strings(r, "labels")).unwrap_or_default().into_iter().map(str::to_owned));
        let mut attributes = Vec::new();
        for object in held {
            match said(object) {
                _ if revoked(object) => self.findings.add(Code::Deleted, kind(object)),
                Said::Attributes(values) => {
                    for (i, (attribute_kind, value)) in values.iter().enumerate() {
                        let attribute = self.attribute(uuid, object, attribute_kind, value, i, event_marking);
                        attributes.push(attribute);
                    }
                }
                Said::Tag(tag) => {
                    tags.insert(tag);
                }
                Said::Aside => {}
                Said::Nothing => self.findings.add(Code::Unsaid, kind(object)),
            }
        }
        for link in report.map(links).unwrap_or_default() {
            let link_uuid = self.uuid(uuid, &link, None);
            self.hash("link", &link, uuid);
            attributes.push(
                json!({"type": "link", "category": "External analysis", "value": link, "to_ids": false,
                "uuid": link_uuid, "timestamp": changed.as_second().to_string(), "comment": ""}),
            );
        }
        let tags: Vec<Value> = tags.iter().map(|name| json!({"name": name})).collect();
        let org = json!({"name": self.publisher.name, "uuid": self.publisher.uuid});
        let info = text("name").unwrap_or(&self.publisher.collection);
        // "Undefined" and "completed": STIX says nothing of either.
        let about = json!({"info": info, "date": format!("{published:.0}").get(..10), "timestamp": changed.as_second().to_string(),
            "analysis": "2", "threat_level_id": "4", "Orgc": org, "Tag": tags});
        self.manifest.insert(uuid.to_owned(), about.clone());
        let mut event = about;
        for (key, value) in [
            ("uuid", json!(uuid)),
            ("published", json!(true)),
            ("publish_timestamp", json!(changed.as_second().to_string())),
            ("Attribute", Value::Array(attributes)),
        ] {
            event[key] = value;
        }
        self.files.events.insert(uuid.to_owned(), line(&json!({"Event": event})));
    }

    fn attribute(
        &mut self,
        event: &str,
        object: &StixObject,
        attribute_kind: &str,
        value: &str,
        place: usize,
        event_marking: Option<Tlp>,
    ) -> Value {
        let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
        let own = text("id").split_once("--").map(|(_, uuid)| uuid);
        // An observable has the same identifier everywhere; an attribute of MISP stands in one event.
        let own = own.filter(|_| place == 0 && object.contains_key("created"));
        let uuid = self.uuid(event, &format!("{} {attribute_kind} {value}", text("id")), own);
        self.hash(attribute_kind, value, event);
        let time = text("modified").parse::<Timestamp>().unwrap_or(Timestamp::UNIX_EPOCH);
        let mut tags: Vec<Value> = marking(object)
            .filter(|m| Some(*m) != event_marking)
            .map(|m| json!({"name": tlp_tag(m)}))
            .into_iter()
            .collect();
        tags.extend(strings(object, "labels").iter().map(|l| json!({"name": l})));
        let mut attribute = json!({"type": attribute_kind, "category": category(attribute_kind), "value": value,
            "to_ids": kind(object) == "indicator", "uuid": uuid, "timestamp": time.as_second().to_string(),
            "comment": text("description")});
        if !tags.is_empty() {
            attribute["Tag"] = Value::Array(tags);
        }
        attribute
    }

    /// `own` if nothing else has it, else one derived from event and thing.
    fn uuid(&mut self, event: &str, key: &str, own: Option<&str>) -> String {
        let derived =
            || Id::derived("attribute", &["misp-feed", event, key]).as_str().replacen("attribute--", "", 1);
        let uuid = own.filter(|u| !self.used.contains(*u)).map_or_else(derived, str::to_owned);
        self.used.insert(uuid.clone());
        uuid
    }

    /// As MISP does: of a value of two parts each part.
    fn hash(&mut self, attribute_kind: &str, value: &str, event: &str) {
        let both = attribute_kind.contains('|');
        for part in value.split(|c| both && c == '|') {
            let mut text = String::new();
            for byte in Md5::digest(part) {
                let _ = write!(text, "{byte:02x}");
            }
            self.files.hashes.extend(format!("{text},{event}\n").into_bytes());
        }
    }
}

fn kind(object: &StixObject) -> &str {
    object.get("type").and_then(Value::as_str).unwrap_or_default()
}

fn revoked(object: &StixObject) -> bool {
    object.get("revoked").and_then(Value::as_bool) == Some(true)
}

fn tlp_tag(tlp: Tlp) -> String {
    tlp.as_str().to_ascii_lowercase()
}

/// Addresses that a report refers to.
fn links(report: &StixObject) -> Vec<String> {
    let references = report.get("external_references").and_then(Value::as_array).into_iter().flatten();
    let mut found: Vec<String> = references
        .filter_map(|r| r.get("url").or_else(|| r.get("external_id"))?.as_str())
        .filter(|u| u.starts_with("https://") || u.starts_with("http://"))
        .map(str::to_owned)
        .collect();
    found.dedup();
    found
}

fn line(value: &Value) -> Vec<u8> {
    let mut text = value.to_string();
    text.push('\n');
    text.into_bytes()
}
