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

/// From the analysis of an earlier run: the same rules, queries, lists and verdicts as from the report.
#[test]
fn an_earlier_analysis_gives_the_same_detections() {
    let dir = folder("detect-again");
    let report = sample("ransomware-intrusion.html");
    let now = ["--now", "2026-11-30T00:00:00Z"];
    let analyze =
        bartizan(&dir).args(["analyze", "-q", "-o", "first"]).args(now).arg(&report).output().unwrap();
    assert_eq!(analyze.status.code(), Some(0), "{}", String::from_utf8_lossy(&analyze.stderr));
    let detect =
        bartizan(&dir).args(["detect", "-q", "first/analysis.json", "-o", "again"]).output().unwrap();
    assert_eq!(detect.status.code(), Some(0), "{}", String::from_utf8_lossy(&detect.stderr));
    let (mut first, mut again) = (Vec::new(), Vec::new());
    files(&dir.join("first/detections"), &mut first);
    files(&dir.join("again/detections"), &mut again);
    assert!(first.len() > 20);
    assert_eq!(first.len(), again.len());
    for ((name, one), (_, other)) in first.iter().zip(&again) {
        assert!(one == other, "{name} differs");
    }
}

#[test]
fn an_analysis_that_contradicts_itself_is_refused_with_its_code() {
    let dir = folder("detect-hostile-analysis");
    fs::write(dir.join("r.md"), HOSTILE).unwrap();
    let output = bartizan(&dir).args(["analyze", "r.md", "--format", "json", "--stdout"]).output().unwrap();
    let mut value = json(&output);
    value["observables"][0]["evidence"][0]["end"] = 1_000_000_000.into();
    fs::write(dir.join("a.json"), value.to_string()).unwrap();
    let output = bartizan(&dir).args(["detect", "a.json", "-o", "out"]).output().unwrap();
    assert_eq!(output.status.code(), Some(65));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("[analysis.inconsistent]") && told.contains("observables[0]"), "{told}");
    assert!(!dir.join("out").exists());
    value["schema_version"] = "2.0".into();
    fs::write(dir.join("a.json"), value.to_string()).unwrap();
    let output = bartizan(&dir).args(["detect", "a.json", "-o", "out"]).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("[analysis.version]"));
}

/// The layer says of each technique whether a rule detects it, as the verdicts do.
#[test]
fn the_layer_shows_what_detects_a_technique() {
    let dir = folder("detect-layer");
    let report = sample("ransomware-intrusion.html");
    let output = bartizan(&dir).args(["analyze", "-q", "-o", "out"]).arg(&report).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let read = |name: &str| -> serde_json::Value {
        serde_json::from_slice(&fs::read(dir.join(name)).unwrap()).unwrap()
    };
    let (layer, verdicts) = (read("out/attack-navigator-layer.json"), read("out/detections/verdicts.json"));
    let legend: Vec<_> =
        layer["legendItems"].as_array().unwrap().iter().map(|i| i["label"].clone()).collect();
    assert_eq!(legend, ["generated rule", "selected rule", "no log-visible observable in this report"]);
    let mut seen = 0;
    for technique in layer["techniques"].as_array().unwrap() {
        let id = &technique["techniqueID"];
        let all = verdicts["techniques"].as_array().unwrap();
        let verdict = all.iter().find(|v| v["id"] == *id).expect("the layer's techniques are the report's");
        let metadata = technique["metadata"].as_array().unwrap();
        let told = metadata.iter().find(|pair| pair["name"] == "detection").expect("it says what detects it");
        let generated = verdict["status"] == "generated";
        assert_eq!(told["value"] == "generated rule", generated, "{id}");
        assert_eq!(technique["color"] == "#2f855a", generated, "{id}");
        seen += usize::from(generated);
    }
    assert!(seen > 0);
    let noise = &verdicts["rules"][0]["noise"];
    assert!(noise["basis"].is_string() && noise["words"].is_string(), "{noise}");
}
