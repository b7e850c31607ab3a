//! `bartizan detect` from outside.

use std::fs;
use std::path::Path;

use crate::{bartizan, folder, json, sample, stdout};

/// A report whose words try to be YAML, and whose commands hold every quote.
const HOSTILE: &str = "# Report: 'x' | \"y\" # z\n\nThe attackers ran the following command:\n\n    vssadmin.exe delete shadows /all /quiet\n\n    reg.exe add \"HKLM\\SOFTWARE\\O'Neil: {a}\" /v '\"}]: - *&!' /d \"%TEMP%\\*?.exe\" /f\n\nThe malware contacts evil-domain[.]top and 198[.]51[.]100[.]7. It dropped `C:\\Users\\bob\\AppData\\Local\\Temp\\drop'per\".exe`.\n";

fn files(dir: &Path, out: &mut Vec<(String, Vec<u8>)>) {
    let mut entries: Vec<_> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, out);
        } else {
            out.push((path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap()));
        }
    }
}

#[test]
fn rules_are_clean_fire_and_come_out_the_same_twice() {
    let dir = folder("detect-sample");
    let report = sample("ransomware-intrusion.html");
    for out in ["a", "b"] {
        let output = bartizan(&dir).args(["detect", "-q", "-o", out]).arg(&report).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let (mut first, mut second) = (Vec::new(), Vec::new());
    files(&dir.join("a"), &mut first);
    files(&dir.join("b"), &mut second);
    assert!(first.len() > 20 && first == second);

    let lint = bartizan(&dir).args(["sigma", "lint", "a/detections/sigma"]).output().unwrap();
    assert_eq!(lint.status.code(), Some(0), "{}", stdout(&lint));

    let event =
        r#"{"Image":"C:\\Windows\\System32\\vssadmin.exe","CommandLine":"VSSADMIN  -all delete Shadows"}"#;
    fs::write(dir.join("event.json"), event).unwrap();
    let run =
        bartizan(&dir).args(["sigma", "run", "--json", "a/detections/sigma", "event.json"]).output().unwrap();
    assert!(stdout(&run).contains("Vssadmin Execution"), "{}", stdout(&run));

    let verdicts: serde_json::Value =
        serde_json::from_slice(&fs::read(dir.join("a/detections/verdicts.json")).unwrap()).unwrap();
    let rules = verdicts["rules"].as_array().unwrap();
    assert!(rules.iter().all(|rule| rule["holds"] == true));
    let mut ids: Vec<_> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), rules.len());
}

#[test]
fn text_of_a_report_stays_text_in_the_rules() {
    let dir = folder("detect-hostile");
    fs::write(dir.join("r.md"), HOSTILE).unwrap();
    let output = bartizan(&dir).args(["detect", "r.md", "-o", "out", "--targets", "none"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!dir.join("out/detections/queries").exists());
    let lint = bartizan(&dir).args(["sigma", "lint", "out/detections/sigma"]).output().unwrap();
    assert_eq!(lint.status.code(), Some(0), "{}", stdout(&lint));
    let event = r#"{"QueryName":"cdn.evil-domain.top"}"#;
    fs::write(dir.join("event.json"), event).unwrap();
    let run = bartizan(&dir)
        .args(["sigma", "run", "--json", "out/detections/sigma", "event.json"])
        .output()
        .unwrap();
    assert_eq!(json(&run)["matches"].as_array().unwrap().len(), 1, "{}", stdout(&run));
}

#[test]
fn a_rule_that_is_loud_on_the_users_events_is_left_out() {
    let dir = folder("detect-noise");
    fs::write(dir.join("r.md"), "The malware contacts evil-domain[.]top over HTTPS.\n").unwrap();
    fs::create_dir(dir.join("events")).unwrap();
    let loud = "{\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"EventID\":22,\"QueryName\":\"evil-domain.top\"}\n";
    fs::write(dir.join("events/dns.jsonl"), loud.repeat(1500)).unwrap();
    let output = bartizan(&dir).args(["detect", "r.md", "-o", "out", "--events", "events"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let verdicts = fs::read_to_string(dir.join("out/detections/verdicts.json")).unwrap();
    assert!(verdicts.contains("too-loud") && verdicts.contains("1500 of 1500"), "{verdicts}");
}

#[test]
fn an_unknown_platform_is_told_with_the_known_ones() {
    let dir = folder("detect-usage");
    let output = bartizan(&dir).args(["detect", "r.md", "--targets", "splnk"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("splnk") && error.contains("splunk"), "{error}");
}
