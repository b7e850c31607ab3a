//! `bartizan sigma` from outside.

use std::fs;
use std::path::Path;

use crate::{bartizan, folder, json, stdout, with_input};

pub const RULE: &str = "title: Shadow copies deleted
id: 2e8c1f0a-6f0c-4b0e-9d0b-0f2a7a1c9b11
status: test
level: high
logsource:
    product: windows
    category: process_creation
detection:
    selection:
        Image|endswith: '\\vssadmin.exe'
        CommandLine|contains|all:
            - delete
            - shadows
    condition: selection
";

pub fn rules(dir: &Path) {
    fs::create_dir_all(dir.join("rules")).unwrap();
    fs::write(dir.join("rules/a.yml"), RULE).unwrap();
    fs::write(dir.join("rules/b.yml"), RULE.replace("condition: selection", "condition: other")).unwrap();
}

#[test]
fn converts_one_rule_and_says_why_not_the_other() {
    let dir = folder("sigma-convert");
    rules(&dir);
    let output = bartizan(&dir).args(["sigma", "convert", "-t", "splunk", "rules"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let expected = "Image=\"*\\\\vssadmin.exe\" CommandLine=\"*delete*\" CommandLine=\"*shadows*\"\n";
    assert_eq!(stdout(&output), expected);
    let notes = String::from_utf8(output.stderr).unwrap();
    assert!(
        notes.contains("there is no selection `other`") && notes.contains("[sigma.condition]"),
        "{notes}"
    );

    let output = bartizan(&dir)
        .args(["sigma", "convert", "--jsonl", "--label", "splunk,sqlite2.1", "rules"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    let lines: Vec<serde_json::Value> =
        stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[1]["backend"], "sqlite2.1");
    assert_eq!(lines[0]["rule_id"], "2e8c1f0a-6f0c-4b0e-9d0b-0f2a7a1c9b11");
    assert!(lines[0]["query"].is_string() && lines[2]["error"] == "sigma.condition");

    let unknown = bartizan(&dir).args(["sigma", "convert", "-t", "nowhere", "rules"]).output().unwrap();
    assert_eq!(unknown.status.code(), Some(2));
}

#[test]
fn files_are_named_by_the_rules_id_and_never_by_its_path() {
    let dir = folder("sigma-files");
    fs::create_dir_all(dir.join("rules")).unwrap();
    let hostile = RULE.replace("2e8c1f0a-6f0c-4b0e-9d0b-0f2a7a1c9b11", "../../escaped");
    fs::write(dir.join("rules/a.yml"), hostile).unwrap();
    let output =
        bartizan(&dir).args(["sigma", "convert", "-t", "splunk", "rules", "-o", "out"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(dir.join("out/splunk/a.txt").is_file());
    assert!(!dir.join("escaped.txt").exists());
}

#[test]
fn runs_rules_over_events() {
    let dir = folder("sigma-run");
    rules(&dir);
    let events = "{\"Image\":\"C:\\\\Windows\\\\System32\\\\vssadmin.exe\",\"CommandLine\":\"vssadmin Delete Shadows /all\"}\nnot an event\n{\"Image\":\"C:\\\\x.exe\"}\n";
    let mut command = bartizan(&dir);
    let output = with_input(command.args(["sigma", "run", "rules", "-", "--json"]), events.as_bytes());
    assert_eq!(output.status.code(), Some(1));
    let found = json(&output);
    assert_eq!((&found["events"], &found["left_out"]), (&2.into(), &1.into()));
    assert_eq!(found["matches"].as_array().unwrap().len(), 1);
    assert_eq!(found["matches"][0]["matched"][1]["value"], "vssadmin Delete Shadows /all");
}

#[test]
fn lints_with_places() {
    let dir = folder("sigma-lint");
    rules(&dir);
    let output = bartizan(&dir).args(["sigma", "lint", "rules"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("b.yml:14:16: error: there is no selection `other` [sigma.condition]"));
    let sarif = json(&bartizan(&dir).args(["sigma", "lint", "rules", "--sarif"]).output().unwrap());
    assert_eq!(sarif["version"], "2.1.0");
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "sigma.condition");
}
