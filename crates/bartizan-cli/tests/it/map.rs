//! `bartizan map`: scores for given sentences and documents.

use crate::{bartizan, folder, stdout, with_input};

const INPUT: &[u8] = br#"{"doc_id": "r1", "sentences": [
{"sentence_id": "a", "text": "The attackers dumped LSASS memory with procdump to obtain credentials."},
{"sentence_id": "b", "text": ""},
{"sentence_id": "c", "text": "The company was founded in 1999 and has offices in Lyon."}]}"#;

fn lines(level: &str) -> Vec<serde_json::Value> {
    let dir = folder(&format!("map-{level}"));
    let one_line: Vec<u8> = INPUT.iter().copied().filter(|b| *b != b'\n').collect();
    let output = with_input(bartizan(&dir).args(["map", "--jsonl", "-", "--level", level]), &one_line);
    assert!(output.status.success(), "{output:?}");
    stdout(&output).lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

fn score(record: &serde_json::Value, id: &str) -> f64 {
    let all = record["techniques"].as_array().unwrap();
    all.iter().find(|t| t["id"] == id).map_or(0.0, |t| t["score"].as_f64().unwrap())
}

#[test]
fn every_sentence_has_its_record_and_scores() {
    let lines = lines("sentence");
    let ids: Vec<&str> = lines.iter().map(|l| l["sentence_id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["a", "b", "c"]);
    assert!(score(&lines[0], "T1003.001") > 0.5, "{}", lines[0]);
    assert!(lines[2]["techniques"].as_array().unwrap().iter().all(|t| t["score"].as_f64().unwrap() < 0.2));
}

#[test]
fn a_document_has_one_record() {
    let lines = lines("document");
    assert_eq!(lines.len(), 1);
    assert!(score(&lines[0], "T1003.001") > 0.3, "{}", lines[0]);
}

#[test]
fn what_is_no_record_is_told() {
    let dir = folder("map-bad");
    let output = with_input(bartizan(&dir).args(["map", "--jsonl", "-"]), b"{\"doc_id\":\"x\"}\n[1]\n");
    assert_eq!(output.status.code(), Some(65));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(errors.matches("[jsonl.bad-line]").count(), 2, "{errors}");
}
