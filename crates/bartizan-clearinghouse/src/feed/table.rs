//! A collection as a table: indicators and observables, one a row, as RFC 4180 says and with no cell a formula.

use super::StixObject;
use super::pattern::equalities;
use bartizan_stix::{Tlp, csv};
use serde_json::Value;
use std::collections::BTreeMap;

/// Column names of [`csv()`], in order. New columns are only ever added at the end.
pub const COLUMNS: [&str; 15] = [
    "id",
    "type",
    "value",
    "name",
    "pattern_type",
    "pattern",
    "valid_from",
    "valid_until",
    "confidence",
    "labels",
    "marking",
    "created",
    "modified",
    "revoked",
    "description",
];

/// The indicators and observables among `objects` in their newest versions, by identifier, with a header row.
///
/// `value` is what is looked for where the pattern names one thing: of several equalities the constants, separated by
/// ` | `. A cell that a spreadsheet would read as a formula gets a `'` in front ([`bartizan_stix::csv::row`]).
pub fn csv(objects: &[StixObject]) -> String {
    let mut out = String::new();
    csv::row(&mut out, COLUMNS);
    for object in newest(objects).into_values().filter(|o| value(o).is_some()) {
        let text = |key: &str| match object.get(key) {
            Some(Value::String(s)) => s.clone(),
            Some(Value::Bool(b)) => b.to_string(),
            Some(Value::Number(n)) => n.to_string(),
            _ => String::new(),
        };
        let mut cells = COLUMNS.map(|column| match column {
            "value" => value(object).unwrap_or_default(),
            "labels" => strings(object, "labels").join("; "),
            "marking" => marking(object).map_or_else(String::new, |tlp| tlp.to_string()),
            column => text(column),
        });
        if object.get("type").and_then(Value::as_str) != Some("indicator")
            && let Some(name) = cells.get_mut(3)
        {
            // The name of a file or mutex is its value.
            name.clear();
        }
        csv::row(&mut out, cells);
    }
    out
}

/// The newest version of each object, by identifier.
pub(super) fn newest(objects: &[StixObject]) -> BTreeMap<&str, &StixObject> {
    let mut found: BTreeMap<&str, &StixObject> = BTreeMap::new();
    let version = |o: &StixObject| o.get("modified").and_then(Value::as_str).map(str::to_owned);
    for object in objects {
        let Some(id) = object.get("id").and_then(Value::as_str) else { continue };
        match found.get(id) {
            Some(old) if version(old) >= version(object) => {}
            _ => {
                found.insert(id, object);
            }
        }
    }
    found
}

/// The strictest TLP marking that an object names.
pub(super) fn marking(object: &StixObject) -> Option<Tlp> {
    let refs = strings(object, "object_marking_refs");
    Tlp::ALL.into_iter().rev().find(|tlp| refs.contains(&tlp.marking_id().as_str()))
}

pub(super) fn strings<'a>(object: &'a StixObject, key: &str) -> Vec<&'a str> {
    object.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// What an indicator looks for or an observable is; none for other objects.
fn value(object: &StixObject) -> Option<String> {
    let text = |key: &str| object.get(key).and_then(Value::as_str).map(str::to_owned);
    let kind = object.get("type")?.as_str()?;
    Some(match kind {
        "indicator" => match equalities(object.get("pattern").and_then(Value::as_str).unwrap_or_default()) {
            Some(found) => {
                let values = found.iter().filter(|e| !e.path.ends_with("_ref.type"));
                values.map(|e| e.value.as_str()).collect::<Vec<_>>().join(" | ")
            }
            None => String::new(),
        },
        "domain-name" | "email-addr" | "ipv4-addr" | "ipv6-addr" | "mac-addr" | "url" => text("value")?,
        "autonomous-system" => object.get("number")?.to_string(),
        "directory" => text("path")?,
        "mutex" | "software" => text("name")?,
        "windows-registry-key" => text("key")?,
        "user-account" => text("account_login").or_else(|| text("user_id"))?,
        "process" => text("command_line").unwrap_or_default(),
        "file" | "x509-certificate" => {
            let hashes = object.get("hashes").and_then(Value::as_object);
            let hashes = hashes.into_iter().flatten().filter_map(|(_, v)| v.as_str().map(str::to_owned));
            text("name").into_iter().chain(hashes).collect::<Vec<_>>().join(" | ")
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(objects: &[Value]) -> Vec<String> {
        let objects: Vec<_> = objects.iter().map(|o| o.as_object().expect("an object").clone()).collect();
        csv(&objects).split_terminator("\r\n").skip(1).map(str::to_owned).collect()
    }

    #[test]
    fn one_row_for_each_newest_indicator_and_observable() {
        let indicator = |modified: &str, labels: Value| {
            json!({"type": "indicator", "id": "indicator--1", "name": "n", "pattern_type": "stix", "modified": modified,
                "pattern": "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '198.51.100.7']",
                "valid_from": "2024-01-01T00:00:00Z", "labels": labels,
                "object_marking_refs": ["marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"]})
        };
        let rows = check(&[
            indicator("2024-01-01T00:00:00.000Z", json!(["old"])),
            indicator("2024-01-02T00:00:00.000Z", json!(["PAP:RED", "b,c"])),
            json!({"type": "domain-name", "id": "domain-name--1", "value": "evil.example"}),
            json!({"type": "malware", "id": "malware--1", "name": "no row"}),
        ]);
        assert_eq!(
            rows,
            [
                "domain-name--1,domain-name,evil.example,,,,,,,,,,,,",
                "indicator--1,indicator,198.51.100.7,n,stix,\"[network-traffic:dst_ref.type = 'ipv4-addr' AND \
                 network-traffic:dst_ref.value = '198.51.100.7']\",2024-01-01T00:00:00Z,,,\"PAP:RED; b,c\",TLP:AMBER,,\
                 2024-01-02T00:00:00.000Z,,"
            ]
        );
    }

    /// The openers that OWASP names ("CSV Injection").
    #[test]
    fn no_cell_is_a_formula() {
        for opener in ["=", "+", "-", "@", "\t", "\r"] {
            let name = format!("{opener}cmd|' /C calc'!A0");
            let rows = check(&[json!({"type": "mutex", "id": "mutex--1", "name": name})]).join("\r\n");
            assert_eq!(rows, format!("mutex--1,mutex,\"'{name}\",,,,,,,,,,,,"));
        }
    }
}
