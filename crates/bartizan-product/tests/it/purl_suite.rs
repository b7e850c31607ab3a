//! The published test suite of the purl project: every case.

use crate::shared;
use bartizan_product::{Purl, PurlParts};
use serde_json::Value;

/// Two cases want the key `repositorY_url` lowercased when parsed, two others want an error for `Platform` and `Arch`.
/// No parser can do both. The standard (clause 5.6.6) knows lower case only, so `Purl::parse` refuses all four, and
/// `Purl::parse_lenient` takes all four.
const CONTRADICTED: &str = "repositorY_url";

fn member(value: &Value, name: &str) -> Option<String> {
    value[name].as_str().map(str::to_owned)
}

fn parts(value: &Value) -> PurlParts {
    let pairs = value["qualifiers"].as_object().into_iter().flatten();
    PurlParts {
        kind: member(value, "type").unwrap_or_default(),
        namespace: member(value, "namespace"),
        name: member(value, "name").unwrap_or_default(),
        version: member(value, "version"),
        qualifiers: pairs.map(|(k, v)| (k.clone(), v.as_str().unwrap_or_default().to_owned())).collect(),
        subpath: member(value, "subpath"),
    }
}

fn parts_of(purl: &Purl) -> PurlParts {
    PurlParts {
        kind: purl.kind().to_owned(),
        namespace: purl.namespace().map(str::to_owned),
        name: purl.name().to_owned(),
        version: purl.version().map(str::to_owned),
        qualifiers: purl.qualifiers().clone(),
        subpath: purl.subpath().map(str::to_owned),
    }
}

/// What the library says in one case, or why it differs.
fn check(case: &Value) -> Result<(), String> {
    let input = case["input"].as_str().unwrap_or_default();
    let failure = case["expected_failure"].as_bool().expect("a verdict");
    let expected = &case["expected_output"];
    match case["test_type"].as_str().expect("a kind") {
        "parse" => match Purl::parse(input) {
            Ok(purl) if !failure && parts_of(&purl) == parts(expected) => Ok(()),
            Err(_) if failure => Ok(()),
            Err(_) if !failure && input.contains(CONTRADICTED) => {
                let purl = Purl::parse_lenient(input).map_err(|e| e.to_string())?;
                if parts_of(&purl) == parts(expected) {
                    Err("contradicted".into())
                } else {
                    Err(format!("{purl}"))
                }
            }
            other => Err(format!("{other:?}")),
        },
        "build" => match Purl::build(parts(&case["input"])) {
            Ok(purl) if !failure && expected == &Value::from(purl.to_string()) => Ok(()),
            Err(_) if failure => Ok(()),
            other => Err(format!("{other:?}")),
        },
        "validate" => match Purl::canonical(input) {
            Ok(text) if !failure && expected == &Value::from(text.as_str()) => Ok(()),
            Err(_) if failure => Ok(()),
            other => Err(format!("{other:?}")),
        },
        other => Err(format!("a kind of test that is not known: {other}")),
    }
}

#[test]
fn every_case_of_the_purl_suite() {
    let Some(folder) = shared::unpacked("purl-tests") else { return };
    let (mut all, mut contradicted, mut wrong) = (0, 0, Vec::new());
    for file in shared::files(&folder, "-test.json") {
        let document: Value = serde_json::from_str(&shared::text(&file)).expect("JSON");
        for case in document["tests"].as_array().expect("tests") {
            all += 1;
            match check(case) {
                Ok(()) => {}
                Err(why) if why == "contradicted" => contradicted += 1,
                Err(why) => wrong.push(format!("{}: {case}: {why}", file.display())),
            }
        }
    }
    println!(
        "purl suite: {} of {all} ({contradicted} contradicted by others)",
        all - wrong.len() - contradicted
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(contradicted <= 2 && all > 500);
}
