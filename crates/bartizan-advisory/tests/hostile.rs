//! Anything may be handed in: it ends soon, with a report.

use bartizan_advisory::csaf::{MAX_BYTES, MAX_FINDINGS, Options, Version, validate};
use proptest::prelude::*;
use serde_json::{Value, json};

mod samples;

#[test]
fn no_json() {
    for text in [
        &b""[..],
        b"{",
        b"[]",
        b"null",
        b"\"\xff\"",
        b"{\"document\":{\"csaf_version\":\"2.1\"}}",
        b"{\"document\":[]}",
    ] {
        assert!(!validate(text, &Options::default()).is_valid());
    }
}

#[test]
fn too_long() {
    let text = vec![b' '; MAX_BYTES + 1];
    assert_eq!(validate(&text, &Options::default()).findings[0].test, "limit");
}

#[test]
fn too_deep() {
    let text = format!("{}1{}", "{\"branches\":[".repeat(5000), "]}".repeat(5000));
    assert_eq!(validate(text.as_bytes(), &Options::default()).findings[0].test, "json");
}

#[test]
fn a_key_twice() {
    let report =
        validate(br#"{"document":{"csaf_version":"2.1","title":"a","title":"b"}}"#, &Options::default());
    assert!(
        report.findings.iter().any(|finding| finding.test == "json" && finding.pointer == "/document/title")
    );
}

/// Many groups of many products, named again and again: what multiplies is bounded.
#[test]
fn groups_of_groups() {
    let ids: Vec<String> = (0..2000).map(|number| format!("p{number}")).collect();
    let groups: Vec<Value> =
        (0..50).map(|number| json!({ "group_id": format!("g{number}"), "product_ids": ids })).collect();
    let names: Vec<String> = (0..50).map(|number| format!("g{number}")).collect();
    let remediations: Vec<Value> =
        (0..2000).map(|_| json!({ "category": "mitigation", "details": "a", "group_ids": names })).collect();
    let document = json!({
        "document": { "category": "csaf_vex", "csaf_version": "2.1" },
        "product_tree": { "product_groups": groups },
        "vulnerabilities": [{ "remediations": remediations, "product_status": { "known_affected": ids } }],
    });
    let report = validate(document.to_string().as_bytes(), &Options::default());
    assert!(report.findings.len() <= MAX_FINDINGS);
    assert!(report.findings.iter().any(|finding| finding.test == "limit"));
}

/// Siblings that all overlap.
#[test]
fn many_ranges() {
    let branches: Vec<Value> = (0..3000)
        .map(|number| json!({ "category": "product_version_range", "name": format!("vers:intdot/<{}", number + 2), "branches": [] }))
        .collect();
    let document = json!({ "document": { "csaf_version": "2.1" }, "product_tree": { "branches": branches } });
    let report = validate(document.to_string().as_bytes(), &Options::default());
    assert!(report.truncated && report.findings.len() <= MAX_FINDINGS);
}

/// A value like those that documents hold, in a place where another is expected.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop_oneof![
            Just("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/"),
            Just("vers:npm/>=1|<"),
            Just("vers:/"),
            Just("1.0.0-"),
            Just("pkg:"),
            Just("cpe:2.3:a\\"),
            Just("2024-01-24T10:00:00.Z"),
            Just("CWE-99999999999"),
            Just("((MIT"),
            Just("x-"),
            Just("ssvc//"),
            Just("18446744073709551616"),
            Just("cpe:/"),
            Just("\u{fe0f}"),
            Just("🦀"),
            Just("v"),
            Just("||")
        ]
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-z_]{1,8}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Puts a value at the n-th place of a document.
fn replace(document: &mut Value, place: &mut usize, with: &Value) {
    if *place == 0 {
        *document = with.clone();
    }
    *place = place.wrapping_sub(1);
    match document {
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, place, with)),
        Value::Object(object) => object.values_mut().for_each(|item| replace(item, place, with)),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = validate(&bytes, &Options::default());
    }

    #[test]
    fn any_value_anywhere(place in 0usize..160, with in value(), is_2_1 in any::<bool>()) {
        let version = if is_2_1 { Version::V2_1 } else { Version::V2_0 };
        let file = bartizan_advisory::emit::csaf(&samples::full(), version, bartizan_advisory::emit::Profile::Advisory).expect("a document");
        let mut document: Value = serde_json::from_slice(&file.bytes).expect("JSON");
        let mut place = place;
        replace(&mut document, &mut place, &with);
        let options = Options { now: Some("2026-11-30T00:00:00Z".into()), ..Options::default() };
        let report = validate(document.to_string().as_bytes(), &options);
        for finding in &report.findings {
            prop_assert!(finding.pointer.is_empty() || finding.pointer.starts_with('/'), "{:?}", finding);
        }
    }
}
