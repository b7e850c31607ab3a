//! `bartizan sigma test`, `coverage`, `fields` and `lint --fix`.

use std::fs;

use crate::{bartizan, folder, json, sample, sigma::RULE, sigma::rules, stdout};

const TESTS: &str = r"tests:
  - name: fires
    rule: rules/a.yml
    events:
      - Image: C:\Windows\System32\vssadmin.exe
        CommandLine: vssadmin delete shadows /all
      - Image: C:\Windows\System32\cmd.exe
    match: 1
  - name: is <quiet> & calm
    rule: Shadow copies deleted
    events: quiet.jsonl
    match: false
";

fn tests(dir: &std::path::Path) {
    rules(dir);
    fs::remove_file(dir.join("rules/b.yml")).unwrap();
    fs::write(dir.join("t.yml"), TESTS).unwrap();
    fs::write(dir.join("quiet.jsonl"), "{\"Image\":\"C:\\\\x.exe\"}\n").unwrap();
}

#[test]
fn tests_of_ones_own() {
    let dir = folder("sigma-test");
    tests(&dir);
    let output = bartizan(&dir).args(["sigma", "test", "t.yml", "--junit", "j.xml"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    assert!(stdout(&output).contains("passed: t.yml: fires"));
    fs::write(
        dir.join("quiet.jsonl"),
        "{\"Image\":\"\\\\vssadmin.exe\",\"CommandLine\":\"delete shadows\"}\n",
    )
    .unwrap();
    let mut command = bartizan(&dir);
    let output = command.args(["sigma", "test", "t.yml", "--json", "--junit", "j.xml"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let found = json(&output);
    assert_eq!((&found["passed"], &found["failed"]), (&1.into(), &1.into()));
    assert_eq!(found["tests"][1]["message"], "expected no match, found 1 in 1 events");
    let junit = fs::read_to_string(dir.join("j.xml")).unwrap();
    assert!(junit.contains("tests=\"2\" failures=\"1\" errors=\"0\""), "{junit}");
    assert!(junit.contains("name=\"is &lt;quiet&gt; &amp; calm\"><failure"), "{junit}");
}

#[test]
fn correlations_and_filters_are_tested_too() {
    let dir = folder("sigma-test-correlation");
    let rules = "title: Failed\nname: failed\nlogsource: {product: linux}\ndetection:\n  s: {outcome: failed}\n  condition: s\n---\ntitle: Brute force\nid: 5e8c1f0a-6f0c-4b0e-9d0b-0f2a7a1c9b11\ncorrelation:\n  type: event_count\n  rules: [failed]\n  group-by: [user]\n  timespan: 5m\n  condition: {gte: 3}\n";
    fs::write(dir.join("r.yml"), rules).unwrap();
    let filter = "title: Robots\nlogsource: {product: linux}\nfilter:\n  rules: [failed]\n  robots: {user: robot}\n  condition: not robots\n";
    fs::write(dir.join("f.yml"), filter).unwrap();
    let event = |user: &str, second: u32| {
        format!("      - {{outcome: failed, user: {user}, timestamp: '2026-01-01T00:00:0{second}Z'}}\n")
    };
    let three = |user: &str| (1..4).map(|second| event(user, second)).collect::<String>();
    let test = |name: &str, rule: &str, events: String, expected: &str| {
        format!("  - name: {name}\n    rule: {rule}\n    events:\n{events}    match: {expected}\n")
    };
    let tests = [
        test("three", "Brute force", three("bob"), "1"),
        test("two", "r.yml", event("bob", 1) + &event("bob", 2), "false"),
        test("each", "failed", three("bob"), "3"),
        test("filtered", "failed", three("robot"), "false"),
    ];
    fs::write(dir.join("t.yml"), format!("tests:\n{}", tests.concat())).unwrap();
    let output = bartizan(&dir)
        .args(["sigma", "test", "t.yml", "--rules", "r.yml", "--rules", "f.yml"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
}

#[test]
fn regression_data_is_found_from_both_sides() {
    let dir = folder("sigma-regression");
    let data = dir.join("regression_data/x");
    fs::create_dir_all(&data).unwrap();
    fs::create_dir_all(dir.join("rules/deep")).unwrap();
    fs::write(
        dir.join("rules/deep/a.yml"),
        format!("{RULE}regression_tests_path: regression_data/x/info.yml\n"),
    )
    .unwrap();
    let info = "id: 1\nrule_metadata:\n    - id: 2e8c1f0a-6f0c-4b0e-9d0b-0f2a7a1c9b11\nregression_tests_info:\n    - name: Positive\n      type: json\n      path: regression_data/x/e.json\n      match_count: 1\n";
    fs::write(data.join("info.yml"), info).unwrap();
    fs::write(data.join("e.json"), "{\"Image\":\"\\\\vssadmin.exe\",\"CommandLine\":\"delete shadows\"}")
        .unwrap();
    for arguments in
        [vec!["rules"], vec!["regression_data", "--rules", "rules"], vec!["rules", "regression_data"]]
    {
        let output = bartizan(&dir).args(["sigma", "test", "--json"]).args(&arguments).output().unwrap();
        assert_eq!(json(&output)["passed"], 1, "{arguments:?}: {}", stdout(&output));
    }
    // A path that leads out of the data, a count that is none, a rule that is not there.
    for (old, new, code) in [
        ("path: regression_data/x/e.json", "path: ../../../../etc/passwd", "input.unreadable"),
        ("match_count: 1", "match_count: many", "sigma.test"),
        ("2e8c1f0a", "2e8c1f0b", "sigma.no-rule"),
    ] {
        fs::write(data.join("info.yml"), info.replace(old, new)).unwrap();
        let output = bartizan(&dir).args(["sigma", "test", "--json", "rules"]).output().unwrap();
        assert_eq!(json(&output)["tests"][0]["code"], code);
        assert_eq!(output.status.code(), Some(1));
    }
    let nothing = bartizan(&dir).args(["sigma", "test", "regression_data/x/e.json"]).output().unwrap();
    assert_ne!(nothing.status.code(), Some(0));
}

#[test]
fn coverage_with_gaps_and_a_layer() {
    let dir = folder("sigma-coverage");
    fs::create_dir_all(dir.join("rules")).unwrap();
    let tags = "tags:\n    - attack.t1490\n    - attack.T1059.001\n    - attack.t1086\n    - attack.t9999\n    - attack.scheduled-task\n    - attack.execution\n";
    fs::write(dir.join("rules/a.yml"), format!("{RULE}{tags}")).unwrap();
    let analysis = r#"{"techniques":[{"id":"T1490"},{"id":"T1059"},{"id":"T1566.001"}]}"#;
    fs::write(dir.join("analysis.json"), analysis).unwrap();
    let output = bartizan(&dir)
        .args([
            "sigma",
            "coverage",
            "rules",
            "--analysis",
            "analysis.json",
            "--navigator",
            "layer.json",
            "--json",
        ])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let found = json(&output);
    let ids: Vec<_> =
        found["techniques"].as_array().unwrap().iter().map(|t| t["id"].as_str().unwrap()).collect();
    // The revoked T1086 is T1059.001 too, and counts once.
    assert_eq!(ids, ["T1053.005", "T1059.001", "T1490"]);
    assert_eq!(found["techniques"][1]["rules"], 1);
    assert_eq!(found["moved"][0]["to"], "T1059.001");
    assert_eq!(found["unknown"][0]["tag"], "attack.t9999");
    let states: Vec<_> = found["report"]["techniques"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["covered", "sub-techniques only", "no rule"]);
    let layer: serde_json::Value =
        serde_json::from_slice(&fs::read(dir.join("layer.json")).unwrap()).unwrap();
    assert_eq!((&layer["versions"]["layer"], &layer["domain"]), (&"4.5".into(), &"enterprise-attack".into()));
    let missing =
        layer["techniques"].as_array().unwrap().iter().find(|t| t["techniqueID"] == "T1566.001").unwrap();
    assert!(missing["score"] == 0 && missing["color"].is_string());
    let text = bartizan(&dir).args(["sigma", "coverage", "rules"]).output().unwrap();
    assert_eq!(text.status.code(), Some(0));
    assert!(stdout(&text).contains("windows/process_creation 1"), "{}", stdout(&text));
}

#[test]
fn coverage_against_a_report() {
    let dir = folder("sigma-coverage-report");
    rules(&dir);
    let report = fs::read_dir(sample(""))
        .unwrap()
        .flatten()
        .map(|e| e.path())
        .find(|p| p.extension().is_some_and(|e| e == "md" || e == "txt" || e == "html"));
    let report = report.unwrap();
    let output = bartizan(&dir)
        .args(["sigma", "coverage", "rules/a.yml", "--json", "--report"])
        .arg(&report)
        .output()
        .unwrap();
    assert!(json(&output)["report"]["techniques"].is_array(), "{}", stdout(&output));
}

#[test]
fn fields_before_and_after_a_pipeline() {
    let dir = folder("sigma-fields");
    rules(&dir);
    fs::remove_file(dir.join("rules/b.yml")).unwrap();
    let mut command = bartizan(&dir);
    let output = command
        .args(["sigma", "fields", "rules", "-t", "lucene", "-p", "ecs_windows", "--json"])
        .output()
        .unwrap();
    let found = json(&output);
    assert_eq!(output.status.code(), Some(0), "{found}");
    let fields = &found["log_sources"][0]["fields"];
    assert_eq!(found["log_sources"][0]["log_source"], "windows/process_creation");
    assert_eq!(fields[0]["field"], "CommandLine");
    assert_eq!(fields[0]["mapped"][0]["fields"][0], "process.command_line");
    let text = bartizan(&dir).args(["sigma", "fields", "rules"]).output().unwrap();
    assert!(stdout(&text).contains("  Image            1\n"), "{}", stdout(&text));
    assert_eq!(
        bartizan(&dir).args(["sigma", "fields", "rules", "-p", "x"]).output().unwrap().status.code(),
        Some(2)
    );
}

#[test]
fn lint_fixes_what_is_safe() {
    let dir = folder("sigma-fix");
    fs::create_dir_all(dir.join("rules")).unwrap();
    let bad = RULE.replace("level: high", "level: High  # sure ") + "date: 2026/1/3\n";
    fs::write(dir.join("rules/a.yml"), &bad).unwrap();
    let dry = bartizan(&dir).args(["sigma", "lint", "rules", "--fix", "--dry-run"]).output().unwrap();
    assert!(stdout(&dry).contains("would fix: date written `2026-01-03` [sigma.date]"), "{}", stdout(&dry));
    assert_eq!(fs::read_to_string(dir.join("rules/a.yml")).unwrap(), bad);
    let output = bartizan(&dir).args(["sigma", "lint", "rules", "--fix", "--json"]).output().unwrap();
    let found = json(&output);
    assert_eq!((found["fixes"].as_array().unwrap().len(), output.status.code()), (3, Some(0)), "{found}");
    let fixed = RULE.replace("level: high", "level: high  # sure") + "date: 2026-01-03\n";
    assert_eq!(fs::read_to_string(dir.join("rules/a.yml")).unwrap(), fixed);
}
