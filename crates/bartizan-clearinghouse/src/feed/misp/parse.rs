//! The members of MISP's JSON (the MISP core format, an Internet-Draft) that are read.

use crate::feed::finding::{Code, Findings};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value};
use uuid::Uuid;

pub(super) type Json = Map<String, Value>;

/// The text of a member: a string, or a number written as one.
pub(super) fn text(json: &Json, key: &str) -> Option<String> {
    match json.get(key)? {
        Value::String(s) => Some(s.clone()).filter(|s| !s.trim().is_empty()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}

pub(super) fn flag(json: &Json, key: &str) -> bool {
    match json.get(key) {
        Some(Value::Bool(b)) => *b,
        Some(Value::String(s)) => s == "1" || s == "true",
        Some(Value::Number(n)) => n.as_i64() == Some(1),
        _ => false,
    }
}

/// The objects of a list.
pub(super) fn list<'a>(json: &'a Json, key: &str) -> impl Iterator<Item = &'a Json> + use<'a> {
    json.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
}

/// Seconds since 1970, as number or text, within the years that STIX can write.
pub(super) fn seconds(json: &Json, key: &str) -> Option<Timestamp> {
    let time = Timestamp::from_second(text(json, key)?.parse().ok()?).ok()?;
    (Timestamp::UNIX_EPOCH..=Timestamp::MAX).contains(&time).then_some(time).filter(|t| t.as_second() > 0)
}

/// An RFC 3339 time or seconds.
pub(super) fn moment(json: &Json, key: &str) -> Option<Timestamp> {
    let time = text(json, key)?.parse().ok().or_else(|| seconds(json, key))?;
    (Timestamp::UNIX_EPOCH..=Timestamp::MAX).contains(&time).then_some(time)
}

/// Midnight in UTC of a day.
pub(super) fn day(json: &Json, key: &str) -> Option<Timestamp> {
    let date: Date = text(json, key)?.parse().ok()?;
    let time = jiff::tz::Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()?;
    (Timestamp::UNIX_EPOCH..=Timestamp::MAX).contains(&time).then_some(time)
}

/// A UUID in its usual form, lower case. Files of a feed are named by it, so nothing else may pass.
pub(super) fn uuid(json: &Json, key: &str) -> Option<String> {
    let text = text(json, key)?;
    let uuid = Uuid::try_parse(&text).ok()?.hyphenated().to_string();
    uuid.eq_ignore_ascii_case(&text).then_some(uuid)
}

/// Names of tags: of `Tag`, a list of objects, or (in a manifest) also a map.
pub(super) fn tags(json: &Json) -> Vec<String> {
    let names = |value: &Value| value.as_object().and_then(|t| text(t, "name"));
    match json.get("Tag") {
        Some(Value::Array(tags)) => tags.iter().filter_map(names).collect(),
        Some(Value::Object(tags)) => tags.values().filter_map(names).collect(),
        _ => Vec::new(),
    }
}

/// An attribute, alone or in an object.
#[derive(Clone, Debug)]
pub(super) struct Attribute {
    pub(super) kind: String,
    pub(super) category: String,
    pub(super) value: String,
    pub(super) comment: Option<String>,
    pub(super) to_ids: bool,
    pub(super) uuid: Option<String>,
    pub(super) timestamp: Option<Timestamp>,
    pub(super) first_seen: Option<Timestamp>,
    pub(super) tags: Vec<String>,
    pub(super) clusters: Vec<Cluster>,
    pub(super) relation: String,
}

/// A group of attributes after a template.
#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) name: String,
    pub(super) uuid: Option<String>,
    pub(super) timestamp: Option<Timestamp>,
    pub(super) comment: Option<String>,
    pub(super) attributes: Vec<Attribute>,
    pub(super) references: Vec<Reference>,
}

/// From an object to something else in the event.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    pub(super) uuid: Option<String>,
    pub(super) target: String,
    pub(super) word: String,
}

/// A cluster of a galaxy: a technique, an actor, a malware family.
#[derive(Clone, Debug)]
pub(super) struct Cluster {
    pub(super) kind: String,
    pub(super) value: String,
    pub(super) uuid: Option<String>,
    pub(super) description: Option<String>,
    pub(super) external_id: Option<String>,
    pub(super) synonyms: Vec<String>,
    /// ISO 3166-1 alpha-2, of a country.
    pub(super) country: Option<String>,
}

/// Reads the attributes of an event or object, at most `most`; with what was left out.
pub(super) fn attributes(json: &Json, most: usize, findings: &mut Findings) -> Vec<Attribute> {
    let mut found = Vec::new();
    for a in list(json, "Attribute") {
        if found.len() >= most {
            findings.add(Code::TooMany, format!("more than {most} attributes"));
            break;
        }
        if flag(a, "deleted") {
            findings.add(Code::Deleted, "attribute");
            continue;
        }
        let (Some(kind), Some(value)) = (text(a, "type"), text(a, "value")) else {
            findings.add(Code::Member, "attribute without type or value");
            continue;
        };
        distribution(a, "attribute", findings);
        if a.contains_key("last_seen") && moment(a, "last_seen").is_some() {
            findings.add(Code::Remark, "last_seen of an attribute");
        }
        found.push(Attribute {
            kind,
            value,
            category: text(a, "category").unwrap_or_default(),
            comment: text(a, "comment"),
            to_ids: flag(a, "to_ids"),
            uuid: uuid(a, "uuid"),
            timestamp: seconds(a, "timestamp"),
            first_seen: moment(a, "first_seen"),
            tags: tags(a),
            clusters: clusters(a, findings),
            relation: text(a, "object_relation").unwrap_or_default(),
        });
    }
    found
}

/// Reads the objects of an event, at most `most` of them and of their attributes together.
pub(super) fn objects(json: &Json, most: usize, findings: &mut Findings) -> Vec<Object> {
    let mut found = Vec::new();
    let mut left = most;
    for o in list(json, "Object") {
        if left == 0 {
            findings.add(Code::TooMany, format!("more than {most} objects and their attributes"));
            break;
        }
        if flag(o, "deleted") {
            findings.add(Code::Deleted, "object");
            continue;
        }
        let Some(name) = text(o, "name") else {
            findings.add(Code::Member, "object without name");
            continue;
        };
        distribution(o, "object", findings);
        let attributes = attributes(o, left, findings);
        left = left.saturating_sub(1 + attributes.len());
        let references = list(o, "ObjectReference").take(most).filter_map(|r| {
            Some(Reference {
                uuid: uuid(r, "uuid"),
                target: uuid(r, "referenced_uuid")?,
                word: text(r, "relationship_type").unwrap_or_default(),
            })
        });
        found.push(Object {
            name,
            uuid: uuid(o, "uuid"),
            timestamp: seconds(o, "timestamp"),
            comment: text(o, "comment"),
            attributes,
            references: references.collect(),
        });
    }
    found
}

/// Reads the clusters attached to an event or attribute.
pub(super) fn clusters(json: &Json, findings: &mut Findings) -> Vec<Cluster> {
    let mut found = Vec::new();
    for galaxy in list(json, "Galaxy") {
        let kind = text(galaxy, "type").unwrap_or_default();
        for c in list(galaxy, "GalaxyCluster") {
            let Some(value) = text(c, "value") else {
                findings.add(Code::Member, "galaxy cluster without value");
                continue;
            };
            let strings = |key: &str| -> Vec<String> {
                let meta = c.get("meta").and_then(Value::as_object);
                match meta.and_then(|m| m.get(key)) {
                    Some(Value::Array(a)) => a.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
                    Some(Value::String(s)) => vec![s.clone()],
                    _ => Vec::new(),
                }
            };
            found.push(Cluster {
                kind: text(c, "type").unwrap_or_else(|| kind.clone()),
                value,
                uuid: uuid(c, "uuid"),
                description: text(c, "description"),
                external_id: strings("external_id").into_iter().next(),
                synonyms: strings("synonyms"),
                country: strings("ISO").into_iter().next(),
            });
        }
    }
    found
}

/// Counts what restricts beyond a marking. 3 is all communities, 5 what the event says.
pub(super) fn distribution(json: &Json, what: &str, findings: &mut Findings) {
    match text(json, "distribution").as_deref() {
        None | Some("3" | "5") => {}
        Some(level) => findings.add(Code::Distribution, format!("{what} of distribution {level}")),
    }
}
