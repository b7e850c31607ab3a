//! The published test suite of the VERS specification: every case.

use crate::shared;
use bartizan_product::{Comparator, Constraint, Range, Scheme};
use serde_json::{Value, json};

fn word(comparator: Comparator) -> &'static str {
    if comparator == Comparator::Equal { "=" } else { comparator.as_str() }
}

fn comparator(word: &str) -> Comparator {
    match word {
        "<" => Comparator::Less,
        "<=" => Comparator::LessOrEqual,
        "!=" => Comparator::NotEqual,
        ">=" => Comparator::GreaterOrEqual,
        ">" => Comparator::Greater,
        _ => Comparator::Equal,
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn versions(input: &Value) -> (Scheme, Vec<&str>) {
    let scheme = Scheme::named(text(&input["input_scheme"])).expect("a known scheme");
    (scheme, input["versions"].as_array().expect("versions").iter().map(text).collect())
}

fn verdict(range: Result<Range, bartizan_product::Error>) -> Value {
    range.map_or_else(|e| json!({ "error": e.to_string() }), |r| Value::from(r.to_string()))
}

/// What the library says in one case.
fn answer(case: &Value) -> Value {
    let input = &case["input"];
    match text(&case["test_type"]) {
        "comparison" => {
            let (scheme, mut list) = versions(input);
            list.sort_by(|a, b| scheme.compare(a, b));
            list.into_iter().map(|v| Value::from(scheme.normalised(v))).collect()
        }
        "equality" => {
            let (scheme, list) = versions(input);
            Value::from(list.windows(2).all(|w| scheme.compare(w[0], w[1]).is_eq()))
        }
        "containment" => {
            let range = Range::read(text(&input["vers"])).expect("a range");
            Value::from(range.contains(text(&input["version"])).expect("an order"))
        }
        "from_native" => verdict(Range::from_native(text(&input["scheme"]), text(&input["native_range"]))),
        "validate" => verdict(Range::read(text(input))),
        "parse" => match Range::parse(text(input)) {
            Err(_) => json!("refused"),
            Ok(range) => {
                let list = range.constraints().unwrap_or_default();
                let list: Vec<_> = list.iter().map(|c| json!([word(c.comparator), c.version])).collect();
                json!({ "scheme": range.kind(), "version_constraints": list })
            }
        },
        "build" => {
            let list = input["version_constraints"].as_array().into_iter().flatten();
            let list = list.map(|c| Constraint::new(comparator(text(&c[0])), text(&c[1]))).collect();
            verdict(Range::build(text(&input["scheme"]), list))
        }
        "invert" => verdict(Range::read(text(input)).and_then(|r| r.inverted())),
        "merge" => {
            let list: Vec<_> = input.as_array().into_iter().flatten().map(text).map(Range::read).collect();
            let list: Vec<_> = list.into_iter().map(|r| r.expect("a range")).collect();
            verdict(Range::merged(&list.iter().collect::<Vec<_>>()))
        }
        other => json!({ "not known": other }),
    }
}

/// One case expands `~0.8.0-pre` to `>=0.8.0-pre|<0.8.0|>=0.8.0|<0.8.1`, an artefact of the Python library that made the
/// file. npm's own documentation of ranges says that a tilde keeps the minor version (`~1.2.3-beta.2` is
/// `>=1.2.3-beta.2 <1.3.0-0`), and the suite itself treats carets with a pre-release so.
const CONTRADICTED: &str = ">= 0.2.0 <= 0.9.6 || ~0.8.0-pre";

#[test]
fn every_case_of_the_vers_suite() {
    let Some(folder) = shared::unpacked("vers-tests") else { return };
    let (mut all, mut contradicted, mut wrong) = (0, 0, Vec::new());
    for file in shared::files(&folder.join("tests"), ".json") {
        let document: Value = serde_json::from_str(&shared::text(&file)).expect("JSON");
        let (mut own, mut right) = (0, 0);
        for case in document["tests"].as_array().expect("tests") {
            own += 1;
            let failure = case["expected_failure"] == json!(true);
            let said = answer(case);
            if said == if failure { json!("refused") } else { case["expected_output"].clone() } {
                right += 1;
            } else if case["input"]["native_range"] == CONTRADICTED {
                contradicted += 1;
            } else {
                wrong.push(format!("{}: {case}: {said}", file.display()));
            }
        }
        println!("{}: {right} of {own}", file.file_name().expect("a name").display());
        all += own;
    }
    println!("vers suite: {} of {all} ({contradicted} contradicted)", all - wrong.len() - contradicted);
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong[..wrong.len().min(25)].join("\n"));
    assert!(contradicted <= 1 && all > 2000);
}
