//! Help, version, exit codes, completions, manual pages, doctor.

use crate::{bartizan, folder, json, stdout};

#[test]
fn help_shows_examples_and_exits_with_0() {
    let dir = folder("help");
    let commands = ["analyze", "observables", "map", "explain", "evaluate", "train"];
    let sigma = ["convert", "targets", "list", "run", "test", "lint", "coverage", "fields"];
    let all = commands.iter().map(|c| vec![*c, "--help"]).chain([vec!["--help"]]);
    let exchange =
        [["taxii", "collections"], ["taxii", "pull"], ["taxii", "push"], ["feed", "show"], ["feed", "misp"]];
    let all = all.chain(exchange.iter().map(|[a, b]| vec![*a, *b, "--help"]));
    let all = all.chain(sigma.iter().map(|c| vec!["sigma", *c, "--help"]));
    for arguments in all {
        let output = bartizan(&dir).args(&arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}");
        assert!(stdout(&output).contains("Example"), "{arguments:?} shows no example");
    }
}

#[test]
fn wrong_arguments_exit_with_2_and_say_what_is_wrong() {
    let dir = folder("usage");
    for arguments in [
        vec!["analyse", "x"],
        vec!["analyze"],
        vec!["analyze", "x", "--tlp", "purple"],
        vec!["analyze", "-", "--now", "yesterday"],
        vec!["analyze", "-", "--stdout", "--format", "json", "--format", "csv"],
        vec!["analyze", "-", "--allow-net", "10.0.0.0/99"],
        vec!["analyze", "-", "-"],
        vec!["observables"],
        vec!["explain", "x.txt"],
        vec!["evaluate"],
        vec!["evaluate", "--labels", "x", "--bootstrap", "-1"],
        vec!["train", "--labels", "x"],
        vec!["train", "--labels", "x", "-o", "m.bin", "--cost", "0"],
        vec!["observables", "a.txt", "--jsonl", "b.jsonl"],
        vec!["taxii", "pull", "https://example.org", "c"],
        vec!["taxii", "push", "https://example.org", "c"],
        vec!["taxii", "collections", "x", "--user", "a", "--token-env", "B"],
        vec!["feed", "misp", "x"],
        vec!["sigma", "convert", "rules"],
        vec!["sigma", "run", "rules"],
        vec!["sigma", "run", "rules", "e.json", "--format", "pcap"],
        vec!["sigma", "lint", "rules", "--dry-run"],
        vec!["sigma", "coverage", "rules", "--report", "a.txt", "--analysis", "b.json"],
    ] {
        let output = bartizan(&dir).args(&arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!output.stderr.is_empty() && output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn every_exit_code_is_listed_once() {
    let output = bartizan(&folder("exits")).args(["exit-codes", "--json"]).output().unwrap();
    let codes: Vec<u64> =
        json(&output)["exit_codes"].as_array().unwrap().iter().map(|c| c["code"].as_u64().unwrap()).collect();
    // sysexits.h for 64 and above.
    assert_eq!(codes, [0, 1, 2, 65, 66, 69, 70, 73, 74, 75, 77, 78]);
}

#[test]
fn completions_and_manual_pages_name_every_command() {
    let dir = folder("man");
    let output = bartizan(&dir).args(["completions", "bash"]).output().unwrap();
    assert!(stdout(&output).contains("complete -F _bartizan"));
    assert!(bartizan(&dir).args(["man", "pages"]).status().unwrap().success());
    for page in ["bartizan.1", "bartizan-analyze.1", "bartizan-doctor.1"] {
        let text = std::fs::read_to_string(dir.join("pages").join(page)).unwrap();
        assert!(text.contains(".TH bartizan"), "{page}");
    }
}

#[test]
fn doctor_finds_nothing_wrong_with_a_good_installation() {
    let output = bartizan(&folder("doctor")).args(["doctor", "--json"]).output().unwrap();
    let report = json(&output);
    assert_eq!(report["ok"], true, "{report:#}");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn doctor_reports_a_broken_pack() {
    let dir = folder("doctor-broken");
    std::fs::write(dir.join("pack.bin"), b"not a pack").unwrap();
    let output = bartizan(&dir).args(["doctor", "--json", "--pack", "pack.bin"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let report = json(&output);
    assert!(
        report["checks"]
            .as_array()
            .unwrap()
            .iter()
            .any(|c| c["check"] == "knowledge pack" && c["ok"] == false)
    );
}

#[test]
fn doctor_reports_a_broken_model() {
    let dir = folder("doctor-model");
    std::fs::write(dir.join("model.bin"), b"not a model").unwrap();
    let output = bartizan(&dir).args(["doctor", "--json", "--model", "model.bin"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let checks = json(&output)["checks"].as_array().unwrap().clone();
    assert!(checks.iter().any(|c| c["check"] == "technique model" && c["ok"] == false), "{checks:#?}");
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let dir = folder("pipe");
    let mut child = bartizan(&dir)
        .args(["completions", "zsh"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
}
