//! The playbook itself: properties, identifiers, times, markings, references.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{Finding, finding, members, object, pointer, strings, type_of};

/// Section 3.1.
const PROPERTIES: [&str; 34] = [
    "type",
    "spec_version",
    "id",
    "name",
    "description",
    "playbook_types",
    "playbook_activities",
    "playbook_processing_summary",
    "created_by",
    "created",
    "modified",
    "revoked",
    "valid_from",
    "valid_until",
    "derived_from",
    "related_to",
    "priority",
    "severity",
    "impact",
    "industry_sectors",
    "labels",
    "external_references",
    "markings",
    "playbook_variables",
    "workflow_start",
    "workflow_exception",
    "workflow",
    "playbook_extensions",
    "authentication_info_definitions",
    "agent_definitions",
    "target_definitions",
    "extension_definitions",
    "data_marking_definitions",
    "signatures",
];
const REQUIRED: [&str; 9] =
    ["type", "spec_version", "id", "name", "created_by", "created", "modified", "workflow_start", "workflow"];

pub(super) fn check(playbook: &Map<String, Value>, out: &mut Vec<Finding>) {
    for name in REQUIRED.iter().filter(|name| !playbook.contains_key(**name)) {
        out.push(finding("required", "", format!("{name} is not there")));
    }
    for name in playbook.keys().filter(|name| !PROPERTIES.contains(&name.as_str())) {
        out.push(finding("property", pointer_of(name), format!("{name} is no property of a playbook")));
    }
    for (name, wanted) in [("type", "playbook"), ("spec_version", "cacao-2.0")] {
        if playbook.get(name).is_some_and(|value| value.as_str() != Some(wanted)) {
            out.push(finding("type", pointer_of(name), format!("{name} is not {wanted}")));
        }
    }
    forms(playbook, out);
    identifiers(playbook, out);
    times(playbook, out);
    markings(playbook, out);
    references(playbook, out);
}

fn pointer_of(name: &str) -> String {
    pointer("", name).replacen("//", "/", 1)
}

/// Values of the wrong JSON type or outside their range.
fn forms(playbook: &Map<String, Value>, out: &mut Vec<Finding>) {
    let texts = ["name", "description", "workflow_start", "created", "modified", "created_by"];
    for name in texts.iter().filter(|name| playbook.get(**name).is_some_and(|v| !v.is_string())) {
        out.push(finding("value", pointer_of(name), format!("{name} is a string")));
    }
    for name in ["priority", "severity", "impact"] {
        if playbook.get(name).is_some_and(|v| v.as_u64().is_none_or(|n| n > 100)) {
            out.push(finding("value", pointer_of(name), format!("{name} is a whole number from 0 to 100")));
        }
    }
    for name in [
        "workflow",
        "playbook_variables",
        "agent_definitions",
        "target_definitions",
        "data_marking_definitions",
    ] {
        if playbook.get(name).is_some_and(|v| !v.is_object()) {
            out.push(finding("value", pointer_of(name), format!("{name} is a dictionary")));
        }
    }
    for name in
        ["playbook_types", "playbook_activities", "markings", "labels", "external_references", "derived_from"]
    {
        let Some(value) = playbook.get(name) else { continue };
        let empty = value.as_array().is_none_or(|all| all.is_empty() && name != "playbook_types");
        if empty {
            out.push(finding("value", pointer_of(name), format!("{name} is a list with members")));
        }
    }
}

fn identifiers(playbook: &Map<String, Value>, out: &mut Vec<Finding>) {
    for (name, kind) in [("id", "playbook"), ("created_by", "identity"), ("workflow_start", "start")] {
        let Some(id) = playbook.get(name).and_then(Value::as_str) else { continue };
        if type_of(id) != Some(kind) {
            out.push(finding("identifier", pointer_of(name), format!("{id} is not {kind}--UUID")));
        }
    }
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let id = playbook.get("id").and_then(Value::as_str).unwrap_or_default();
    let mut keys: Vec<(String, String)> = vec![(pointer_of("id"), id.to_owned())];
    for name in ["workflow", "agent_definitions", "target_definitions", "data_marking_definitions"] {
        for key in object(playbook, name).into_iter().flat_map(Map::keys) {
            if type_of(key).is_none() {
                out.push(finding("identifier", pointer(name, key), format!("{key} is not type--UUID")));
            }
            keys.push((pointer(name, key), key.clone()));
        }
    }
    for (path, id) in keys {
        let Some((kind, uuid)) = id.split_once("--") else { continue };
        let first = seen.entry(uuid.to_ascii_lowercase()).or_insert_with(|| kind.to_owned());
        if first != kind {
            out.push(finding("identifier-reused", path, format!("the UUID is that of a {first} too")));
        }
    }
}

fn times(playbook: &Map<String, Value>, out: &mut Vec<Finding>) {
    let at = |name: &str| playbook.get(name).and_then(Value::as_str);
    for name in ["created", "modified", "valid_from", "valid_until"] {
        if let Some(time) = at(name).filter(|time| !is_time(time)) {
            out.push(finding("time", pointer_of(name), format!("{time} is not YYYY-MM-DDTHH:MM:SS.sssZ")));
        }
    }
    for (first, last) in [("created", "modified"), ("valid_from", "valid_until")] {
        let (a, b) = (at(first).and_then(key), at(last).and_then(key));
        if a.zip(b).is_some_and(|(a, b)| b < a) {
            out.push(finding("time", pointer_of(last), format!("{last} lies before {first}")));
        }
    }
}

/// RFC 3339 in UTC with exactly three digits after the point (sections 3.1 and 10.17).
fn is_time(text: &str) -> bool {
    let form = text.bytes().map(|b| if b.is_ascii_digit() { b'0' } else { b });
    form.eq(*b"0000-00-00T00:00:00.000Z") && text.parse::<jiff::Timestamp>().is_ok()
}

fn key(text: &str) -> Option<jiff::Timestamp> {
    text.parse().ok()
}

fn markings(playbook: &Map<String, Value>, out: &mut Vec<Finding>) {
    let defined: BTreeSet<&str> = object(playbook, "data_marking_definitions")
        .into_iter()
        .flat_map(Map::keys)
        .map(String::as_str)
        .collect();
    let used: BTreeSet<&str> = strings(playbook, "markings").collect();
    for id in used.difference(&defined) {
        out.push(finding("missing-definition", "/markings", format!("{id} is not defined")));
    }
    for id in defined.difference(&used) {
        out.push(finding("orphan", pointer("data_marking_definitions", id), "the marking marks nothing"));
    }
    for (key, path, marking) in members(playbook, "data_marking_definitions") {
        for name in ["type", "id", "created_by", "created"] {
            if !marking.contains_key(name) {
                out.push(finding("required", &path, format!("{name} is not there")));
            }
        }
        if marking.get("type").and_then(Value::as_str) != type_of(key) {
            out.push(finding("identifier", &path, "the key is not of the marking's type"));
        }
        if marking.get("id").is_some_and(|id| id.as_str() != Some(key)) {
            out.push(finding("identifier", &path, "id is not the key"));
        }
        let levels = ["TLP:RED", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:GREEN", "TLP:CLEAR"];
        let level = marking.get("tlpv2_level").and_then(Value::as_str);
        if type_of(key) == Some("marking-tlp") && !level.is_some_and(|level| levels.contains(&level)) {
            out.push(finding("value", &path, "tlpv2_level is not a level of TLP 2.0"));
        }
    }
}

/// "Any external references that are used in other parts of this playbook MUST also be included in this property."
fn references(playbook: &Map<String, Value>, out: &mut Vec<Finding>) {
    let of = |of: &Map<String, Value>| -> Vec<(Option<String>, Option<String>)> {
        let text = |r: &Value, name: &str| r.get(name).and_then(Value::as_str).map(str::to_owned);
        let all = of.get("external_references").and_then(Value::as_array).into_iter().flatten();
        all.map(|r| (text(r, "name"), text(r, "external_id"))).collect()
    };
    let own: BTreeSet<_> = of(playbook).into_iter().collect();
    let mut check = |path: &str, part: &Map<String, Value>| {
        for (name, id) in of(part) {
            if name.is_none() {
                out.push(finding("required", path, "an external reference has no name"));
            }
            if !own.contains(&(name.clone(), id)) {
                let name = name.unwrap_or_default();
                out.push(finding(
                    "reference",
                    path,
                    format!("{name} is not among the playbook's references"),
                ));
            }
        }
    };
    for (_, path, step) in members(playbook, "workflow") {
        check(&path, step);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_three_digits_and_are_in_the_calendar() {
        for (text, good) in [
            ("2026-11-23T05:36:23.000Z", true),
            ("2026-11-23T05:36:23Z", false),
            ("2026-02-30T05:36:23.000Z", false),
            ("2026-11-23T05:36:23.000+01:00", false),
            ("", false),
        ] {
            assert_eq!(is_time(text), good, "{text}");
        }
    }
}
