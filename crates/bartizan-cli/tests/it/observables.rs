//! `bartizan observables`: JSON Lines and ordinary reports.

use crate::{bartizan, folder, json, stdout, with_input};

#[test]
fn json_lines_are_answered_line_by_line_in_order() {
    let dir = folder("observables-lines");
    let input: String = (0..40)
        .map(|i| format!("{{\"doc_id\": \"d{i}\", \"text\": \"It calls c{i}[.]top and # 192.0.2.{i}\"}}\n"))
        .collect();
    let output =
        with_input(bartizan(&dir).args(["observables", "--jsonl", "-", "--jobs", "3"]), input.as_bytes());
    assert!(output.status.success(), "{output:?}");
    let lines: Vec<serde_json::Value> =
        stdout(&output).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.len(), 40);
    for (i, line) in lines.iter().enumerate() {
        assert_eq!(line["doc_id"], format!("d{i}"));
        let iocs = line["iocs"].as_array().unwrap();
        let domain = iocs.iter().find(|ioc| ioc["type"] == "domain").unwrap();
        assert_eq!(domain["value"], format!("c{i}.top"));
        assert_eq!(domain["indicator"], true);
        let address = iocs.iter().find(|ioc| ioc["type"] == "ipv4").unwrap();
        assert_eq!(address["indicator"], false, "a documentation address");
    }
}

#[test]
fn a_text_is_plain_text_whatever_it_looks_like() {
    let dir = folder("observables-plain");
    let input = br#"{"doc_id": 7, "text": "<html><body><a href='x'>evil[.]top</a> %PDF-1.4"}"#;
    let output = with_input(bartizan(&dir).args(["observables", "--jsonl", "-"]), input);
    assert_eq!(output.status.code(), Some(0));
    let line: serde_json::Value = serde_json::from_str(stdout(&output).trim()).unwrap();
    assert_eq!(line["doc_id"], 7);
    assert_eq!(line["iocs"][0]["value"], "evil.top");
}

#[test]
fn bad_lines_are_told_and_left_out() {
    let dir = folder("observables-bad");
    let input = b"{\"doc_id\":\"a\",\"text\":\"\"}\nno json\n\n{\"doc_id\":\"b\"}\n{\"text\":\"x\"}\n{\"doc_id\":\"c\",\"text\":\"z[.]top\"}\n";
    let output = with_input(bartizan(&dir).args(["observables", "--jsonl", "-"]), input);
    assert_eq!(output.status.code(), Some(1), "ran, and found something");
    assert_eq!(stdout(&output).lines().count(), 2);
    let errors = String::from_utf8(output.stderr).unwrap();
    for line in ["line 2:", "line 4:", "line 5:"] {
        assert!(errors.contains(line), "{errors}");
    }
    assert_eq!(errors.matches("[jsonl.bad-line]").count(), 3, "{errors}");
    let output = with_input(bartizan(&dir).args(["observables", "--jsonl", "-"]), b"nothing good\n");
    assert_eq!(output.status.code(), Some(65));
    let output = bartizan(&dir).args(["observables", "--jsonl", "absent.jsonl"]).output().unwrap();
    assert_eq!(output.status.code(), Some(66));
}

#[test]
fn ordinary_reports_give_lines_or_one_document() {
    let dir = folder("observables-reports");
    std::fs::write(
        dir.join("a.txt"),
        "The loader asks evil[.]top; see https://attack.mitre.org/ for more.\n",
    )
    .unwrap();
    let output = bartizan(&dir).args(["observables", "a.txt"]).output().unwrap();
    assert!(output.status.success());
    assert!(
        stdout(&output).lines().next().is_some_and(|l| l.starts_with("indicator") && l.contains("evil.top"))
    );
    let output = bartizan(&dir).args(["observables", "--json", "a.txt"]).output().unwrap();
    let report = json(&output);
    let iocs = report["results"][0]["iocs"].as_array().unwrap();
    assert!(iocs.iter().any(|ioc| ioc["value"] == "evil.top" && ioc["verdict"] == "indicator"));
    assert!(iocs.iter().all(|ioc| ioc["reason"].as_str().is_some_and(|r| !r.is_empty())));
}
