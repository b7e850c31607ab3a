//! One change to a valid document, and the tests of section 6 that then fail: cases after the examples of the specification.

use bartizan_advisory::csaf::{Options, Version, validate};
use bartizan_advisory::emit::{Profile, csaf};
use serde_json::{Value, json};

mod samples;

fn base(version: Version, profile: Profile) -> Value {
    let file = csaf(&samples::full(), version, profile).expect("a document");
    serde_json::from_slice(&file.bytes).expect("JSON")
}

/// Sets what a pointer leads to, making the last member if need be; `null` takes it away.
fn set(document: &mut Value, pointer: &str, value: Value) {
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
    let parent = document.pointer_mut(parent).unwrap_or_else(|| panic!("{pointer}"));
    match parent {
        Value::Object(object) if value.is_null() => {
            object.remove(key);
        }
        Value::Object(object) => {
            object.insert(key.to_owned(), value);
        }
        Value::Array(items) => items[key.parse::<usize>().expect("an index")] = value,
        _ => panic!("{pointer}"),
    }
}

/// Fails unless the document fails the test with the changes and not without them.
fn check(version: Version, profile: Profile, test: &str, changes: &[(&str, Value)]) {
    let options = Options { now: Some("2026-11-30T00:00:00Z".into()), ..Options::default() };
    let mut document = base(version, profile);
    let before = validate(document.to_string().as_bytes(), &options);
    assert!(!before.failed(test), "{test} fails before the change: {:?}", before.findings);
    for (pointer, value) in changes {
        set(&mut document, pointer, value.clone());
    }
    let after = validate(document.to_string().as_bytes(), &options);
    assert!(after.failed(test), "{test} should fail with {changes:?}");
}

const V: &str = "/vulnerabilities/0";

#[test]
fn both_versions() {
    for version in [Version::V2_0, Version::V2_1] {
        let check = |test: &str, changes: &[(&str, Value)]| check(version, Profile::Advisory, test, changes);
        let (status, tracking) = (format!("{V}/product_status"), "/document/tracking");
        check("6.1.1", &[(&format!("{status}/fixed"), json!(["nowhere"]))]);
        check("6.1.6", &[(&format!("{status}/under_investigation"), json!(["CSAFPID-0001"]))]);
        check("6.1.12", &[("/document/lang", json!("EZ"))]);
        check("6.1.15", &[("/document/publisher/category", json!("translator"))]);
        check("6.1.16", &[(&format!("{tracking}/version"), json!("1"))]);
        check("6.1.17", &[(&format!("{tracking}/version"), json!("0"))]);
        check("6.1.21", &[(&format!("{tracking}/revision_history/1/number"), json!("3"))]);
        check("6.1.22", &[(&format!("{tracking}/revision_history/1/number"), json!("1"))]);
        check("6.1.26", &[("/document/category", json!("Security_Incident_Response"))]);
        check("6.1.26", &[("/document/category", json!("Csaf_a"))]);
        check("6.1.27.5", &[(&format!("{V}/notes"), Value::Null)]);
        check("6.1.27.11", &[("/vulnerabilities", Value::Null)]);
        check("6.1.28", &[("/document/source_lang", json!("en"))]);
        check("6.1.29", &[(&format!("{V}/remediations/0/product_ids"), Value::Null)]);
        check("6.1.30", &[(&format!("{tracking}/revision_history/1/number"), json!("2.0.0"))]);
        check("6.1.32", &[(&format!("{V}/flags/0/product_ids"), Value::Null)]);
        check("6.2.2", &[(&format!("{V}/remediations"), Value::Null)]);
        check("6.2.6", &[(&format!("{tracking}/current_release_date"), json!("2025-06-20T09:29:59.9Z"))]);
        check("6.2.11", &[("/document/references", Value::Null)]);
        check("6.2.15", &[("/document/lang", json!("i-default"))]);
        check("6.2.20", &[("/document/custom", json!(1))]);
        check("6.3.3", &[(&format!("{V}/cve"), Value::Null)]);
        check(
            "6.3.7",
            &[("/document/references/0/url", json!("https://example.invalid/btz-2026_0001.json"))],
        );
    }
}

#[test]
fn version_2_1() {
    let check =
        |test: &str, changes: &[(&str, Value)]| check(Version::V2_1, Profile::Advisory, test, changes);
    let cvss = format!("{V}/metrics/0/content/cvss_v3");
    let metric = &base(Version::V2_1, Profile::Advisory)["vulnerabilities"][0]["metrics"][0];
    check("6.1.7", &[(&format!("{V}/metrics"), json!([metric, metric]))]);
    check("6.1.8", &[(&format!("{cvss}/baseSeverity"), Value::Null)]);
    check("6.1.9", &[(&format!("{cvss}/baseScore"), json!(9.7))]);
    check("6.1.10", &[(&format!("{cvss}/attackVector"), json!("LOCAL"))]);
    check("6.1.11", &[(&format!("{V}/cwes/0/name"), json!("Improper Input Validation"))]);
    check("6.1.36", &[(&format!("{V}/remediations/0/product_ids"), json!(["CSAFPID-0002"]))]);
    check("6.1.37", &[(&format!("{V}/discovery_date"), json!("2025-03-01 00:00:00Z"))]);
    check("6.1.45", &[(&format!("{V}/disclosure_date"), json!("2025-06-20T12:30:01+03:00"))]);
    check("6.1.54", &[("/document/license_expression", json!("Use it well."))]);
    check("6.1.55", &[("/document/license_expression", json!("LicenseRef-www.example.com-no-work-pd"))]);
    check("6.2.22", &[("/document/title", json!("BTZ-2026_#0001: a flaw"))]);
    check(
        "6.2.33",
        &[
            ("/document/distribution/tlp/label", json!("GREEN")),
            (&format!("{V}/disclosure_date"), json!("2026-01-01T00:00:00Z")),
        ],
    );
    check("6.2.44", &[("/document/license_expression", json!("GFDL-1.1"))]);
    check("6.3.8", &[("/document/notes/0/text", json!("Secruity researchers found it."))]);
    check("6.3.12", &[(&format!("{V}/metrics"), Value::Null)]);
}

#[test]
fn vex() {
    for version in [Version::V2_0, Version::V2_1] {
        let check = |test: &str, changes: &[(&str, Value)]| check(version, Profile::Vex, test, changes);
        check("6.1.27.7", &[(&format!("{V}/product_status"), json!({ "recommended": ["CSAFPID-0002"] }))]);
        check("6.1.27.8", &[(&format!("{V}/cve"), Value::Null), (&format!("{V}/ids"), Value::Null)]);
        check("6.1.27.9", &[(&format!("{V}/flags"), Value::Null), (&format!("{V}/threats"), Value::Null)]);
        check("6.1.27.10", &[(&format!("{V}/remediations"), Value::Null)]);
    }
}
