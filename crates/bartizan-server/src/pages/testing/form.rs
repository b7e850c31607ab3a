//! What a form of a window sends, as the action that the library takes: names with points are members of members.

use serde_json::{Map, Value, json};

/// Members that are lists: several fields of the name, or one with commas or lines between.
const LISTS: [&str; 8] = [
    "terms.parties",
    "terms.people",
    "body.runs",
    "body.atlas",
    "body.attack",
    "anomalies",
    "third.versions",
    "third.finders",
];
/// Members that are numbers.
const NUMBERS: [&str; 2] = ["days", "proposal"];
/// Times as `datetime-local` sends them, which are UTC; the library has microseconds.
const TIMES: [&str; 3] = ["begins", "terms.from", "terms.until"];
/// What is about the form and not about the act.
const OWN: [&str; 5] = ["csrf", "role", "tab", "software", "desk"];

/// The value of a field, without blanks around it.
pub(super) fn one<'f>(fields: &'f [(String, String)], name: &str) -> &'f str {
    fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
}

/// The role, and the action.
pub(super) fn read(fields: &[(String, String)]) -> (String, Value) {
    let mut action = Value::Object(Map::new());
    for (name, value) in fields {
        let (name, value) = (name.as_str(), value.trim());
        if OWN.contains(&name) {
            continue;
        }
        if LISTS.contains(&name) {
            let parts: Vec<Value> = value
                .split([',', '\n', '\r'])
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(Value::from)
                .collect();
            match at(&mut action, name).as_array_mut() {
                Some(list) => list.extend(parts),
                None => *at(&mut action, name) = parts.into(),
            }
            continue;
        }
        if value.is_empty() {
            continue;
        }
        *at(&mut action, name) = match name {
            _ if NUMBERS.contains(&name) => value.parse::<u64>().map_or_else(|_| value.into(), Value::from),
            _ if TIMES.contains(&name) => time(value).map_or_else(|| value.into(), Value::from),
            _ => value.into(),
        };
    }
    complete(fields, &mut action);
    (one(fields, "role").to_owned(), action)
}

/// What a browser does not send: lists of nothing; and what stands in one field for two.
fn complete(fields: &[(String, String)], action: &mut Value) {
    let word = one(fields, "do").to_owned();
    let lists: &[&str] = match word.as_str() {
        "agree" => &["terms.parties", "terms.people"],
        "judge-run" => &["anomalies"],
        "find" => &["body.runs", "body.atlas", "body.attack"],
        _ => &[],
    };
    for name in lists {
        let place = at(action, name);
        if place.is_null() {
            *place = json!([]);
        }
    }
    if word == "find" {
        third(fields, action);
    }
    // `person role` of one choice.
    if let Some((person, rest)) = one(fields, "who").split_once(' ') {
        if let Some(members) = action.as_object_mut() {
            members.remove("who");
        }
        if word == "assign" {
            *at(action, "part.person") = person.into();
            *at(action, "part.organisation") = rest.into();
        } else {
            *at(action, "person") = person.into();
            *at(action, "role") = rest.into();
        }
    }
}

/// What may leave of a vulnerability in somebody else's software, if its form was filled in.
fn third(fields: &[(String, String)], action: &mut Value) {
    let software = one(fields, "software");
    let mut third =
        action.as_object_mut().and_then(|members| members.remove("third")).unwrap_or_else(|| json!({}));
    if software.is_empty() {
        return;
    }
    third["software"] = software.into();
    for list in ["versions", "finders"] {
        if third.get(list).is_none() {
            third[list] = json!([]);
        }
    }
    *at(action, "body.third_party") = third;
}

/// The place of a name in an object; objects on the way are made.
fn at<'v>(value: &'v mut Value, name: &str) -> &'v mut Value {
    name.split('.').fold(value, |value, part| {
        if !value.is_object() {
            *value = Value::Object(Map::new());
        }
        &mut value[part]
    })
}

/// `2026-12-07T09:00` in microseconds since 1970.
pub(super) fn time(text: &str) -> Option<i64> {
    let full = match text.len() {
        16 => format!("{text}:00Z"),
        19 => format!("{text}Z"),
        _ => text.to_owned(),
    };
    bartizan_clearinghouse::time::parse(&full)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(all: &[(&str, &str)]) -> Vec<(String, String)> {
        all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn fields_become_actions() {
        let (role, action) = read(&fields(&[
            ("csrf", "x"),
            ("role", "programme-officer"),
            ("do", "agree"),
            ("agreement", "nda"),
            ("terms.kind", "confidentiality"),
            ("terms.parties", "a"),
            ("terms.parties", "b"),
            ("terms.from", "2026-12-01T00:00"),
        ]));
        assert_eq!(role, "programme-officer");
        assert_eq!(
            action,
            json!({ "do": "agree", "agreement": "nda",
            "terms": { "kind": "confidentiality", "parties": ["a", "b"], "people": [], "from": 1_796_083_200_000_000_i64 } })
        );
        let (_, action) =
            read(&fields(&[("do", "extend"), ("days", "3"), ("words", "More time."), ("role", "r")]));
        assert_eq!(action, json!({ "do": "extend", "days": 3, "words": "More time." }));
        let (_, action) = read(&fields(&[("do", "assign"), ("who", "p o"), ("part.role", "tester")]));
        assert_eq!(
            action,
            json!({ "do": "assign", "part": { "person": "p", "organisation": "o", "role": "tester" } })
        );
        let (_, action) = read(&fields(&[("do", "relieve"), ("who", "p tester"), ("words", "Gone.")]));
        assert_eq!(action, json!({ "do": "relieve", "person": "p", "role": "tester", "words": "Gone." }));
        let (_, action) = read(&fields(&[
            ("do", "find"),
            ("body.title", "T"),
            ("third.purl", "pkg:x/y"),
            ("software", ""),
        ]));
        assert_eq!(
            action,
            json!({ "do": "find", "body": { "title": "T", "runs": [], "atlas": [], "attack": [] } })
        );
    }
}
