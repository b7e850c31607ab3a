//! `bartizan explain`: why a technique is claimed, or why it is not.

use crate::{bartizan, folder, json, sample, stdout, with_input};
use serde_json::Value;

fn explained(name: &str, report: &str, technique: &str) -> Value {
    let dir = folder(name);
    let output =
        bartizan(&dir).arg("explain").arg(sample(report)).args([technique, "--json"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    json(&output)
}

fn analysis(name: &str, report: &str, point: &str) -> Value {
    let output = bartizan(&folder(name))
        .arg("analyze")
        .arg(sample(report))
        .args(["--stdout", "--format", "json", "--point", point])
        .output()
        .unwrap();
    json(&output)
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// What `analyze` claims, `explain` calls claimed, with the same confidence and words at the same place.
#[test]
fn it_tells_of_what_analyze_claims() {
    let report = "gateway-advisory.pdf";
    let whole = analysis("explain-analysis", report, "balanced");
    let text: Vec<char> = whole["document"]["text"].as_str().unwrap().chars().collect();
    let claimed = whole["techniques"].as_array().unwrap();
    assert!(claimed.len() > 4, "the sample shows several techniques");
    for claim in claimed {
        let e = explained("explain-claims", report, claim["id"].as_str().unwrap());
        let mapping = &e["mapping"];
        assert_eq!(e["points"][1]["point"], "balanced");
        assert_eq!(e["points"][1]["claimed"], true, "{e:#}");
        assert!((number(&mapping["confidence"]) - number(&claim["confidence"])).abs() < 1e-3, "{e:#}");
        assert_eq!(mapping["provenance"], claim["provenance"]);
        let ground = &mapping["evidence"][0];
        let (start, end) = (number(&ground["start"]) as usize, number(&ground["end"]) as usize);
        assert_eq!(ground["text"].as_str().unwrap(), text[start..end].iter().collect::<String>());
        assert_eq!(ground["start"], claim["evidence"][0]["start"]);
        assert!(ground["page"].is_number(), "a PDF has pages");
    }
}

/// A logistic model: the contributions add up to the logit of the probability.
#[test]
fn the_factors_of_the_document_add_up() {
    let e = explained("explain-sum", "ransomware-intrusion.html", "T1486");
    let mapping = &e["mapping"];
    let sum: f64 = mapping["document"].as_array().unwrap().iter().map(|f| number(&f["contribution"])).sum();
    let probability = 1.0 / (1.0 + (-sum).exp());
    assert!((probability - number(&mapping["inferred"])).abs() < 1e-4, "{mapping:#}");
    let words = mapping["evidence"][0]["words"].as_array().unwrap();
    assert!(words.iter().any(|w| w["text"].as_str().unwrap().contains("encrypt")), "{words:?}");
}

/// By ATT&CK, T1086 was revoked by T1059.001 and T1064 was deprecated; T9999 never was.
#[test]
fn old_ids_lead_on_or_say_what_to_do() {
    let e = explained("explain-revoked", "ransomware-intrusion.html", "t1086");
    assert_eq!((e["id"].as_str(), e["asked"].as_str()), (Some("T1059.001"), Some("T1086")));
    let dir = folder("explain-unknown");
    for (id, code) in [("T9999", "technique.unknown"), ("T1064", "technique.deprecated")] {
        let output =
            bartizan(&dir).arg("explain").arg(sample("package-stealer.md")).arg(id).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(code) && error.contains("bartizan knowledge search"), "{error}");
    }
}

#[test]
fn what_is_not_claimed_is_told_with_the_thresholds_it_misses() {
    let text = b"The operators may have used screen capture tools. The company has offices in Lyon.";
    let dir = folder("explain-missing");
    let output = with_input(bartizan(&dir).args(["explain", "-", "T1113", "--json"]), text);
    let e = json(&output);
    let confidence = number(&e["mapping"]["confidence"]);
    for point in e["points"].as_array().unwrap() {
        assert_eq!(point["claimed"].as_bool().unwrap(), confidence >= number(&point["threshold"]), "{e:#}");
    }
    assert_eq!(e["mapping"]["evidence"][0]["role"], "hypothetical", "may have: {e:#}");

    let output = with_input(bartizan(&dir).args(["explain", "-", "T1486"]), text);
    assert_eq!(output.status.code(), Some(0));
    let shown = stdout(&output);
    assert!(shown.contains("No sentence of the report speaks for it"), "{shown}");
    // Three operating points, none claimed.
    assert_eq!(shown.matches("not claimed").count(), 3, "{shown}");
}

/// A matrix that the report does not speak of: only a stated id counts, and that is said.
#[test]
fn another_matrix_is_said() {
    let e = explained("explain-matrix", "gateway-advisory.pdf", "AML.T0051");
    assert_eq!(e["admitted"], false);
    assert_eq!(e["points"][2]["fate"], "silent");
}

#[test]
fn a_model_that_is_none_is_refused() {
    let dir = folder("explain-model");
    std::fs::write(dir.join("m.bin"), b"not a model").unwrap();
    let output = with_input(bartizan(&dir).args(["explain", "-", "T1486", "--model", "m.bin"]), b"x");
    assert_eq!(output.status.code(), Some(78));
    assert!(String::from_utf8(output.stderr).unwrap().contains("[model.invalid]"));
}
