//! `bartizan train`: a model of one's own from reviewed labels.

use crate::{bartizan, folder, json, with_input};
use serde_json::{Value, json};
use std::path::Path;

/// Jargon that no report ever used, in reviewed reports.
const JARGON: [&str; 4] = [
    "After a week of silence the crew frobnicated the ledger on every site.",
    "By dawn the operators had frobnicated the ledger of the hospital.",
    "The affiliate frobnicated the ledger within two hours.",
    "In each case the intruders frobnicated the ledger before anyone noticed.",
];

/// A report that uses it, twice, among ordinary behaviour.
const REPORT: &str = "\
The intrusion began with a phishing email that carried a malicious attachment. When the user opened it, a PowerShell \
script downloaded a second stage from a remote server.

The actors dumped LSASS memory with procdump to obtain credentials. They created a scheduled task that ran every hour, \
and they used Remote Desktop Protocol to reach other hosts.

Later that night the gang frobnicated the ledger of the city. A month later the crew frobnicated the ledger of the \
clinic as well.

Three offices stayed closed for a week.
";

/// One that does not.
const CONTROL: &str = "\
The intrusion began with a phishing email that carried a malicious attachment. A scheduled task ran a PowerShell \
script every hour. The actors dumped LSASS memory with procdump, encrypted the files and demanded a ransom.
";

fn line(id: &str, sentences: &[(&str, &[&str])], reviewed: Option<bool>) -> String {
    let sentences: Vec<Value> = sentences
        .iter()
        .map(|(text, ids)| match reviewed {
            None => json!({ "text": text, "techniques": ids }),
            Some(reviewed) => json!({ "text": text, "techniques": ids, "reviewed": reviewed }),
        })
        .collect();
    json!({ "doc_id": id, "sentences": sentences }).to_string()
}

fn jargon() -> String {
    let lines = JARGON.iter().enumerate().map(|(i, text)| {
        line(&i.to_string(), &[(text, &["T1486"]), ("The company has offices in Lyon.", &[])], Some(true))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn train(dir: &Path, labels: &str, arguments: &[&str]) -> Value {
    std::fs::create_dir_all(dir.join("labels")).unwrap();
    std::fs::write(dir.join("labels/a.jsonl"), labels).unwrap();
    let output = bartizan(dir)
        .args(["train", "--labels", "labels", "-o", "ours.bin", "--json"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    json(&output)
}

fn techniques(dir: &Path, text: &str, point: &str, model: &[&str]) -> Vec<(String, f64)> {
    let arguments = ["analyze", "-", "--stdout", "--format", "json", "--point", point];
    let analysis = json(&with_input(bartizan(dir).args(arguments).args(model), text.as_bytes()));
    let all = analysis["techniques"].as_array().unwrap();
    all.iter().map(|t| (t["id"].as_str().unwrap().to_owned(), t["confidence"].as_f64().unwrap())).collect()
}

#[test]
fn jargon_is_learned_and_nothing_else_changes() {
    let dir = folder("train-jargon");
    let has = |list: &[(String, f64)]| list.iter().any(|t| t.0 == "T1486");
    assert!(!has(&techniques(&dir, REPORT, "all", &[])), "the shipped model does not know the jargon");
    let report = train(&dir, &jargon(), &[]);
    let model = ["--model", "ours.bin"];
    assert!(has(&techniques(&dir, REPORT, "balanced", &model)), "{report:#}");
    // Same techniques, same confidences, down to the weakest.
    assert_eq!(techniques(&dir, CONTROL, "all", &model), techniques(&dir, CONTROL, "all", &[]));

    // The sentences of each report, judged by a model without it: at first none is found, then they are.
    let level = report["check"].as_array().unwrap().iter().find(|c| c["level"] == "sentence").unwrap();
    let recall = |when: &str| level[when][1]["recall"]["value"].as_f64().unwrap();
    assert_eq!(recall("before"), 0.0);
    assert!(recall("after") >= 0.75, "{level:#}");

    let explain = ["explain", "-", "T1486", "--json"];
    let why = json(&with_input(bartizan(&dir).args(explain).args(model), REPORT.as_bytes()));
    let words = why["mapping"]["evidence"][0]["words"].as_array().unwrap();
    assert!(words[0]["text"].as_str().unwrap().contains("frobnicated"), "{words:?}");
    assert!(why["knowledge"].as_str().unwrap().contains(" · model "), "the output names the model");
}

#[test]
fn the_same_labels_give_the_same_bytes_and_a_recipe() {
    let dir = folder("train-same");
    let first = train(&dir, &jargon(), &[]);
    let bytes = std::fs::read(dir.join("ours.bin")).unwrap();
    assert_eq!(train(&dir, &jargon(), &["--no-check"])["sha256"], first["sha256"]);
    assert_eq!(std::fs::read(dir.join("ours.bin")).unwrap(), bytes);
    let recipe = std::fs::read_to_string(dir.join("ours.recipe.txt")).unwrap();
    for part in ["local model", "the pack's", "labels ", "technique T1486 positives 4 negatives 4", "output "]
    {
        assert!(recipe.contains(part), "{part}: {recipe}");
    }
    assert!(recipe.contains(first["sha256"].as_str().unwrap()));
    // And on from there.
    let further =
        line("x", &[("They zorped the beacon.", &["T1105"]), ("He zorped the beacon.", &["T1105"])], None);
    let next = train(&dir, &further, &["--model", "ours.bin"]);
    assert_ne!(next["sha256"], first["sha256"]);
    assert!(std::fs::read_to_string(dir.join("ours.recipe.txt")).unwrap().contains(" ours.bin\n"));
}

/// A sentence that the shipped model takes for credential dumping, reviewed and rejected, or just not labelled.
#[test]
fn a_rejection_counts_only_where_someone_reviewed() {
    let text = "They extracted hashes from the memory of a security process and kept the copy.";
    let dir = folder("train-reject");
    let score = |model: &[&str]| {
        let input = line("r", &[(text, &[])], None);
        let output = with_input(bartizan(&dir).args(["map", "--jsonl", "-"]).args(model), input.as_bytes());
        let record = json(&output);
        let all = record["techniques"].as_array().unwrap();
        all.iter().find(|t| t["id"] == "T1003").map_or(0.0, |t| t["score"].as_f64().unwrap())
    };
    let before = score(&[]);
    assert!(before > 0.05, "{before}");
    let other = ("They downloaded a second stage.", &["T1105"][..]);
    train(&dir, &line("r", &[(text, &[]), other], None), &[]);
    assert_eq!(score(&["--model", "ours.bin"]), before, "unknown is not negative");
    train(&dir, &line("r", &[(text, &[]), other], Some(true)), &["--cost", "8"]);
    assert!(score(&["--model", "ours.bin"]) < before, "reviewed is");
}

#[test]
fn labels_that_cannot_teach_are_refused() {
    let dir = folder("train-bad");
    std::fs::write(dir.join("none.bin"), b"BZTM").unwrap();
    let good = line("a", &[("x", &["T1486"])], None);
    let unknown = format!("{good}\n{}", line("b", &[("x", &["T1999"])], None));
    let silent = line("a", &[("x", &[])], None);
    for (name, text, model, exit, words) in [
        ("unknown", unknown.as_str(), None, 65, "line 2: T1999 is no technique"),
        ("silent", silent.as_str(), None, 65, "[labels.no-techniques]"),
        ("broken", "[]", None, 65, "[labels.bad-line]"),
        ("model", good.as_str(), Some("none.bin"), 78, "[model.invalid]"),
    ] {
        std::fs::write(dir.join(name), text).unwrap();
        let mut command = bartizan(&dir);
        command.args(["train", "--labels", name, "-o", "m.bin"]);
        if let Some(model) = model {
            command.args(["--model", model]);
        }
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(exit), "{name}");
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(words), "{error}");
        assert!(!dir.join("m.bin").exists(), "{name} must not leave a model");
    }
}
