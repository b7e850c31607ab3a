//! Correlations and filters over several files, through the program.

use std::fs;
use std::path::Path;

use crate::{bartizan, folder, json, stdout, with_input};

fn rules(dir: &Path) {
    let write = |name: &str, text: &str| fs::write(dir.join("rules").join(name), text).unwrap();
    fs::create_dir_all(dir.join("rules")).unwrap();
    write(
        "a_correlation.yml",
        "title: Many failed logins\nid: 0e95725d-7320-415d-80f7-004da920fc11\nlevel: high\ncorrelation:\n  type: event_count\n  rules: [failed_login]\n  group-by: [User]\n  timespan: 1m\n  condition: {gte: 3}\n",
    );
    write(
        "b_rule.yml",
        "title: Failed login\nid: 2e8c1f0a-6f0c-4b0e-9d0b-0f2a7a1c9b11\nname: failed_login\nlogsource: {product: windows, service: security}\ndetection:\n  selection: {EventID: 4625}\n  condition: selection\n",
    );
    write(
        "c_filter.yml",
        "title: Not the scanner\nlogsource: {product: windows}\nfilter:\n  rules: [failed_login]\n  selection: {User: scanner}\n  condition: not selection\n",
    );
    write(
        "d_broken.yml",
        "title: Over nothing\ncorrelation: {type: temporal, rules: [nowhere], timespan: 1m}\n",
    );
}

#[test]
fn a_correlation_finds_its_events() {
    let dir = folder("sigma-correlations-run");
    rules(&dir);
    let event = |second: u32, user: &str| {
        format!("{{\"@timestamp\":\"2026-01-31T10:00:{second:02}Z\",\"EventID\":4625,\"User\":\"{user}\"}}\n")
    };
    let events: String =
        [(30, "a"), (0, "a"), (1, "scanner"), (2, "scanner"), (3, "scanner"), (5, "b"), (59, "a")]
            .iter()
            .map(|(second, user)| event(*second, user))
            .collect();
    let mut command = bartizan(&dir);
    let output = with_input(command.args(["sigma", "run", "rules", "-", "--json"]), events.as_bytes());
    let report = json(&output);
    let matches = report["matches"].as_array().unwrap();
    assert_eq!(matches.len(), 1, "{report}");
    assert_eq!(matches[0]["title"], "Many failed logins");
    assert_eq!(matches[0]["group"][0]["value"], "a");
    let numbers: Vec<_> = matches[0]["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["event"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, [2, 1, 7]);
}

#[test]
fn a_correlation_is_converted_with_the_rule_of_another_file() {
    let dir = folder("sigma-correlations-convert");
    rules(&dir);
    let output =
        bartizan(&dir).args(["sigma", "convert", "-t", "splunk", "--json", "rules"]).output().unwrap();
    let report = json(&output);
    // The rule is not told on its own; the correlation over nothing is refused.
    assert_eq!((&report["converted"], &report["refused"]), (&1.into(), &1.into()), "{report}");
    assert_eq!(
        report["conversions"][0]["query"],
        "EventID=4625 NOT User=\"scanner\"\n| bin _time span=1m\n| stats count as event_count by _time, User\n| where event_count >= 3"
    );
    assert_eq!(report["conversions"][0]["notes"][0]["code"], "correlation.fixed-windows");
    assert_eq!(report["conversions"][1]["error"], "sigma.unknown-rule");
    let output = bartizan(&dir).args(["sigma", "lint", "rules"]).output().unwrap();
    assert!(stdout(&output).contains("[sigma.unknown-rule]"), "{}", stdout(&output));
}

#[test]
fn documents_that_share_an_id_are_one_line() {
    let dir = folder("sigma-global");
    let global = "action: global\ntitle: g\nid: 2e8c1f0a-6f0c-4b0e-9d0b-0f2a7a1c9b11\ndetection: {condition: s}\n---\nlogsource: {product: x}\ndetection: {s: {A: 1}}\n---\nlogsource: {product: y}\ndetection: {s: {A: 2}}\n";
    fs::write(dir.join("g.yml"), global).unwrap();
    let output = bartizan(&dir)
        .args(["sigma", "convert", "--jsonl", "--label", "splunk-plain", "g.yml"])
        .output()
        .unwrap();
    let line: serde_json::Value = serde_json::from_str(stdout(&output).trim()).unwrap();
    assert_eq!(line["query"], serde_json::json!(["A=1", "A=2"]));
}
