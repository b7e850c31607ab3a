//! `bartizan benchmark` and `bartizan custody`: suites, logs, evidence.

use std::path::{Path, PathBuf};

use bartizan_custody::MANIFEST;
use serde_json::Value;

use crate::{bartizan, folder, json, stdout};

/// The normal quantile of 0.975.
const Z: f64 = 1.959_963_984_540_054;

fn of_crate(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn log(name: &str) -> PathBuf {
    of_crate("bartizan-inspect/tests/logs").join(name)
}

#[test]
fn a_suite_is_written_with_the_command_that_runs_it_from_anywhere() {
    let dir = folder("benchmark-dataset");
    let output =
        bartizan(&dir).args(["benchmark", "dataset", "smoke-knowledge", "--dir", "work"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = stdout(&output);
    let file = dir.join("work/dataset.jsonl");
    assert!(text.contains(&format!("-T dataset={} ", file.display())), "{text}");
    assert!(text.contains(&format!("{}@suite", dir.join("work/inspect_task.py").display())), "{text}");
    let lines = std::fs::read_to_string(&file).unwrap();
    assert_eq!(lines.lines().count(), 12);
    for line in lines.lines() {
        let question: Value = serde_json::from_str(line).unwrap();
        assert!(question["id"].is_string() && question["choices"].is_array(), "{question}");
    }
    let output = bartizan(&dir).args(["benchmark", "dataset", "no-such", "--dir", "work"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_whole_log_is_fine_and_its_interval_exact() {
    let dir = folder("benchmark-log");
    let output = bartizan(&dir)
        .args(["--json", "benchmark", "log", "--threshold", "0.99"])
        .arg(log("plain.eval"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    let one = json(&output)["logs"][0].clone();
    assert_eq!(
        (&one["fine"], &one["status"], &one["error"]),
        (&true.into(), &"success".into(), &Value::Null)
    );
    let score = &one["scores"][0];
    assert_eq!((score["samples"].as_u64(), score["estimate"].as_f64()), (Some(5), Some(1.0)));
    assert!((score["lower"].as_f64().unwrap() - 5.0 / (5.0 + Z * Z)).abs() < 1e-12, "{score}");
    assert!((score["upper"].as_f64().unwrap() - 1.0).abs() < 1e-12, "{score}");
    assert_eq!(score["decision"]["is"], "not-decidable", "{score}");
}

#[test]
fn a_log_that_broke_off_is_not_fine() {
    let dir = folder("benchmark-broken");
    let output =
        bartizan(&dir).args(["--json", "benchmark", "log"]).arg(log("killed.eval")).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    assert_eq!(json(&output)["logs"][0]["fine"], false);
    let output = bartizan(&dir).args(["benchmark", "log", "nowhere.eval"]).output().unwrap();
    assert_eq!(output.status.code(), Some(66));
}

#[test]
fn a_run_that_failed_says_why_and_steers_no_terminal() {
    let dir = folder("benchmark-failed");
    let message = format!("no \u{1b}[2Jnetwork {}", "x".repeat(400));
    let text = serde_json::json!({
        "version": 2, "status": "error", "eval": { "task": "sums", "model": "a/b" },
        "error": { "message": message, "traceback": "", "traceback_ansi": "" },
    });
    std::fs::write(dir.join("failed.json"), text.to_string()).unwrap();
    let output = bartizan(&dir).args(["benchmark", "log", "failed.json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    let line = text.lines().find(|line| line.contains("the run failed: no  [2Jnetwork")).expect(&text);
    assert_eq!(line.trim().chars().count(), "the run failed: ".len() + 300);
}

#[test]
fn evidence_holds_by_its_key_in_a_folder_and_in_a_tar_file() {
    let dir = folder("custody-verify");
    let example = of_crate("bartizan-verify/tests/example");
    let manifest = std::fs::read_to_string(example.join(MANIFEST)).unwrap();
    let last: Value = serde_json::from_str(manifest.lines().last().unwrap()).unwrap();
    let key = last["key"].as_str().unwrap();
    let run = |evidence: &Path, key: &str| {
        let output = bartizan(&dir)
            .args(["--json", "custody", "verify"])
            .arg(evidence)
            .args(["--key", key])
            .output()
            .unwrap();
        (output.status.code(), json(&output))
    };
    let tar = dir.join("example.tar");
    assert!(
        std::process::Command::new("tar")
            .arg("cf")
            .arg(&tar)
            .arg("-C")
            .arg(&example)
            .arg(".")
            .status()
            .unwrap()
            .success()
    );
    for evidence in [&example, &tar] {
        let (code, verdict) = run(evidence, key);
        assert_eq!((code, &verdict["holds"]), (Some(0), &true.into()), "{verdict}");
        // A key that is one, and not that of whoever signed.
        let (code, verdict) = run(evidence, &format!("58{}", "66".repeat(31)));
        assert_eq!(code, Some(1), "{verdict}");
        assert!(
            verdict["faults"].as_array().unwrap().iter().any(|fault| fault["code"] == "custody.key"),
            "{verdict}"
        );
    }
    assert_eq!(run(&dir.join("nowhere"), key).0, Some(66));
}

#[test]
fn a_run_that_cannot_be_says_what_is_missing() {
    let dir = folder("benchmark-run");
    let run = |arguments: &[&str]| {
        let output = bartizan(&dir)
            .env("PATH", dir.join("bin"))
            .env("SHORT", "abc")
            .args(["--json", "benchmark", "run", "--dir", "runs"])
            .args(arguments)
            .output()
            .unwrap();
        (output.status.code(), json(&output)["error"]["code"].as_str().unwrap_or_default().to_owned())
    };
    let base = ["smoke-reading", "--model-name", "m", "--base-url", "http://127.0.0.1:9/v1"];
    let with = |more: &[&str]| run(&[&base[..], more].concat());
    assert_eq!(
        run(&["smoke-reading", "--model-name", "mockllm/model"]),
        (Some(78), "benchmark.inspect".into())
    );
    assert_eq!(run(&["no-such", "--model-name", "mockllm/model"]), (Some(2), "benchmark.plan".into()));
    assert_eq!(run(&["smoke-reading", "--model-name", "openai/gpt"]), (Some(2), "benchmark.model".into()));
    assert_eq!(run(&["smoke-reading", "--model-name", "a b"]), (Some(2), "benchmark.model".into()));
    assert_eq!(with(&[]), (Some(2), "benchmark.credential".into()));
    assert_eq!(with(&["--credential-env", "NOT_THERE"]), (Some(78), "benchmark.credential".into()));
    assert_eq!(with(&["--credential-env", "SHORT"]), (Some(78), "benchmark.credential".into()));
    for url in ["https://key@node.example/v1", "https://node.example/v1?key=1", "ftp://node.example"] {
        let asked = run(&["smoke-reading", "--model-name", "m", "--base-url", url]);
        assert_eq!(asked, (Some(2), "benchmark.model".into()), "{url}");
    }
    assert!(!dir.join("runs").exists());
}

#[test]
fn plans_are_listed_and_one_of_a_file_is_checked() {
    let dir = folder("benchmark-plans");
    let output = bartizan(&dir).args(["--json", "benchmark", "plans"]).output().unwrap();
    let listed = json(&output);
    let plan = &listed["plans"][1];
    assert_eq!((&plan["plan"]["id"], &plan["expected"]), (&"smoke-knowledge-elicited".into(), &72.into()));
    let refused = |name: &str, change: &dyn Fn(&mut Value)| {
        let mut plan = listed["plans"][0]["plan"].clone();
        change(&mut plan);
        std::fs::write(dir.join("plan.json"), plan.to_string()).unwrap();
        let output = bartizan(&dir)
            .args([
                "--json",
                "benchmark",
                "run",
                "--dir",
                "runs",
                "--plan-file",
                "plan.json",
                "--model-name",
                "mockllm/model",
            ])
            .output()
            .unwrap();
        assert_eq!(json(&output)["error"]["code"], "benchmark.plan", "{name}: {}", stdout(&output));
    };
    refused("nothing to run", &|plan| plan["samples"] = 0.into());
    refused("other questions", &|plan| plan["samples"] = 11.into());
    refused("another version", &|plan| plan["suite_version"] = 9.into());
    refused("a task elsewhere", &|plan| plan["task"] = "../task.py@suite".into());
    refused("a task without its file", &|plan| plan["task"] = "other.py@suite".into());
    refused("tools that the task has not", &|plan| {
        plan["elicitation"]["tools"] = serde_json::json!(["shell"])
    });
    refused("another scoring", &|plan| plan["parameters"]["scoring"] = "set".into());
    refused("a machine", &|plan| {
        plan["sandbox"]["kind"] = "machine".into();
        plan["sandbox"]["image"] = "0".repeat(64).into();
    });
    refused("no plan", &|plan| *plan = serde_json::json!({ "id": "x" }));
}
