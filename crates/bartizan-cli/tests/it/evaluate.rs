//! `bartizan evaluate`: the protocol's figures on labelled sets.

use crate::{bartizan, folder, json, stdout, with_input};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A stated id always has some score, and these sentences say nothing else. By hand, over everything scored: r1 has its
/// technique found; r2 has T1105 found, which is not labelled, and T1486 missed. Sentences without an id say nothing.
const STATED: &str = r#"{"doc_id": "r1", "sentences": [{"sentence_id": "0", "text": "We saw it (T1059.001).", "techniques": ["T1086"]}, {"sentence_id": "1", "text": "Offices in Lyon.", "techniques": []}]}
{"doc_id": "r2", "sentences": [{"sentence_id": 0, "text": "We saw it (T1105).", "labels": ["T1486", "T9999", "T1064"]}]}
"#;

fn evaluated(name: &str, labels: &str, arguments: &[&str]) -> Value {
    let dir = folder(name);
    std::fs::write(dir.join("labels.jsonl"), labels).unwrap();
    let output = bartizan(&dir)
        .args(["evaluate", "--labels", "labels.jsonl", "--json"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    json(&output)
}

fn table<'v>(value: &'v Value, level: &str, credit: &str) -> &'v Value {
    let all = value["results"].as_array().unwrap();
    all.iter().find(|t| t["level"] == level && t["credit"] == credit).unwrap()
}

#[test]
fn figures_are_those_counted_by_hand() {
    let value = evaluated("evaluate-hand", STATED, &[]);
    let t = table(&value, "document", "exact");
    assert_eq!((&t["units"], &t["gold"], &t["techniques"]), (&2.into(), &2.into(), &2.into()));
    let all = &t["rows"][2];
    assert_eq!(all["name"], "all");
    assert_eq!((&all["predicted"], &all["right"]), (&2.into(), &1.into()));
    for figure in ["precision", "recall", "f1", "macro_f1"] {
        assert_eq!(all[figure]["value"], 0.5, "{figure} {all:#}");
        assert!(all[figure]["low"].as_f64().unwrap() <= 0.5, "{all:#}");
    }
    assert_eq!(table(&value, "sentence", "parent")["units"], 3);
    // T1086 was revoked by T1059.001, T1064 was deprecated, T9999 never was.
    let labels = &value["labels"];
    assert_eq!(labels["followed"][0]["to"], "T1059.001");
    assert_eq!((&labels["deprecated"]["T1064"], &labels["unknown"]["T9999"]), (&1.into(), &1.into()));
}

#[test]
fn what_nobody_reviewed_is_neither_right_nor_wrong() {
    let flagged = STATED.replace(r#""sentence_id": 0,"#, r#""reviewed": false,"#);
    let value = evaluated("evaluate-reviewed", &flagged, &["--level", "document"]);
    let t = table(&value, "document", "exact");
    assert_eq!(t["rows"][2]["predicted"], 1, "T1105 is left out: {t:#}");
    assert!(t["unreviewed_left_out"].as_u64().unwrap() >= 1);
    assert_eq!(value["results"].as_array().unwrap().len(), 2);
}

#[test]
fn the_same_seed_gives_the_same_text() {
    let dir = folder("evaluate-seed");
    let run = |seed: &str| {
        let arguments = ["evaluate", "--labels", "-", "--seed", seed];
        stdout(&with_input(bartizan(&dir).args(arguments), STATED.as_bytes()))
    };
    assert_eq!(run("7"), run("7"));
    assert!(run("7").contains("T1086 to T1059.001 (1)"), "{}", run("7"));
}

#[test]
fn bad_labels_are_told_with_their_line() {
    let dir = folder("evaluate-bad");
    std::fs::create_dir(dir.join("empty")).unwrap();
    for (name, text, code, words) in [
        (
            "broken",
            format!("{STATED}{{\"doc_id\": 1}}\n"),
            "labels.bad-line",
            "line 3: missing field `sentences`",
        ),
        ("twice", format!("{STATED}{STATED}"), "labels.duplicate", "line 3: doc_id \"r1\" stands in"),
        ("nothing", "\n".into(), "labels.empty", "docs/learning.md"),
        (
            "none",
            r#"{"doc_id": "a", "sentences": [{"text": "x"}]}"#.into(),
            "labels.no-techniques",
            "techniques",
        ),
    ] {
        std::fs::write(dir.join(name), text).unwrap();
        let output = bartizan(&dir).args(["evaluate", "--labels", name]).output().unwrap();
        assert_eq!(output.status.code(), Some(65), "{name}");
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(code) && error.contains(words), "{error}");
    }
    let output = bartizan(&dir).args(["evaluate", "--labels", "empty"]).output().unwrap();
    assert_eq!(output.status.code(), Some(65));
    let output = bartizan(&dir).args(["evaluate", "--labels", "missing.jsonl"]).output().unwrap();
    assert_eq!(output.status.code(), Some(66));
}

/// The folder of the scorer and the development sets, where the machine has it.
fn shared() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("BARTIZAN_SHARED")?).join("data/attack-mapping");
    folder.join("eval_mapping.py").is_file().then_some(folder)
}

fn unpack(from: &Path, to: &Path) {
    let output = Command::new("xz").arg("-dc").arg(from).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    std::fs::write(to, output.stdout).unwrap();
}

/// Runs the protocol's own scorer on the program's own scores.
fn scored(dir: &Path, scorer: &Path, table: &Value, row: &Value) -> Value {
    let level = table["level"].as_str().unwrap();
    let output = Command::new("python3")
        .current_dir(dir)
        .arg(scorer)
        .args(["--gold", "gold.jsonl", "--attack", "attack.json", "--json", "out.json", "--level", level])
        .args(["--pred", level, "--credit", table["credit"].as_str().unwrap()])
        // Read back as it was: a 32-bit number, which the reader of a 64-bit one may miss by the last digit.
        .args(["--threshold", &f64::from(row["threshold"].as_f64().unwrap() as f32).to_string()])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let value: Value = serde_json::from_slice(&std::fs::read(dir.join("out.json")).unwrap()).unwrap();
    value[level].clone()
}

/// Every figure, intervals included, against `eval_mapping.py`.
#[test]
fn figures_are_those_of_the_protocols_scorer() {
    let Some(shared) = shared() else { return };
    let dir = folder("evaluate-protocol");
    unpack(&shared.join("attack.json.xz"), &dir.join("attack.json"));
    for set in ["tram-dev", "annoctr-dev"] {
        unpack(&shared.join(format!("{set}.jsonl.xz")), &dir.join("gold.jsonl"));
        for level in ["sentence", "document"] {
            let output =
                bartizan(&dir).args(["map", "--jsonl", "gold.jsonl", "--level", level]).output().unwrap();
            std::fs::write(dir.join(level), output.stdout).unwrap();
        }
        let output = bartizan(&dir).args(["evaluate", "--labels", "gold.jsonl", "--json"]).output().unwrap();
        let ours = json(&output);
        for table in ours["results"].as_array().unwrap() {
            for row in [&table["rows"][0], &table["rows"][3]] {
                let theirs = scored(&dir, &shared.join("eval_mapping.py"), table, row);
                for (ours, name) in [
                    (&row["precision"]["value"], "precision"),
                    (&row["recall"]["value"], "recall"),
                    (&row["f1"]["value"], "micro_f1"),
                    (&row["macro_f1"]["value"], "macro_f1"),
                    (&table["average_precision"], "ap"),
                    (&table["recall_at_precision_80"]["value"], "r_at_p80"),
                    (&table["recall_at_precision_90"]["value"], "r_at_p90"),
                    (&table["rows"][3]["f1"]["value"], "oracle_f1"),
                    (&table["gold"], "gold_pairs"),
                    (&table["units"], "units"),
                ] {
                    let (a, b) = (ours.as_f64().unwrap(), theirs[name].as_f64().unwrap());
                    assert!((a - b).abs() < 1e-9, "{set} {name}: {a}, the scorer says {b}");
                }
                let interval = [&row["f1"]["low"], &row["f1"]["high"]];
                for (ours, theirs) in interval.iter().zip(theirs["ci95"].as_array().unwrap()) {
                    assert!(
                        (ours.as_f64().unwrap() - theirs.as_f64().unwrap()).abs() < 1e-9,
                        "{set} {row:#}"
                    );
                }
            }
        }
    }
}

/// Two texts by hand: of three labelled values two are found (the third stands in neither text), one value more is
/// found than is labelled, and the host of the labelled URL follows from it.
#[test]
fn observables_are_counted_by_hand() {
    let dir = folder("evaluate-observables");
    let lines = r#"{"doc_id": 1, "text": "It calls hxxp://cdn.evil[.]com/a and 203.0.113[.]9 too.", "iocs": [{"type": "url", "value": "http://cdn.evil.com/a"}, {"type": "ipv4", "value": "203.0.113.77"}]}
{"doc_id": 2, "text": "The hash is d41d8cd98f00b204e9800998ecf8427f.", "iocs": [{"type": "md5", "value": "D41D8CD98F00B204E9800998ECF8427F"}]}
"#;
    let arguments = ["evaluate", "--kind", "observables", "--labels", "-", "--json"];
    let output = with_input(bartizan(&dir).args(arguments), lines.as_bytes());
    let value = json(&output);
    let all = &value["all"];
    assert_eq!(
        (&all["labelled"], &all["predicted"], &all["right"]),
        (&3.into(), &3.into(), &2.into()),
        "{value:#}"
    );
    let ipv4 = value["kinds"].as_array().unwrap().iter().find(|k| k["kind"] == "ipv4").unwrap();
    assert_eq!(ipv4["f1"]["value"], 0.0);
    let output = with_input(bartizan(&dir).args(arguments), b"{\"doc_id\": 1, \"iocs\": []}");
    assert_eq!(output.status.code(), Some(65));
    assert!(stdout(&output).contains("line 1: no text"), "{output:?}");
}
