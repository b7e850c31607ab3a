//! `bartizan knowledge` from outside.

use serde_json::{Value, json};

use crate::{bartizan, folder};

fn parsed(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

#[test]
fn a_revoked_id_leads_to_its_successor() {
    let dir = folder("knowledge-show");
    let output = bartizan(&dir).args(["--json", "knowledge", "show", "t1086", "nonsense"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "something was not found");
    let value = parsed(&output.stdout);
    assert_eq!(value["found"][0]["id"], "T1059.001");
    assert_eq!(value["found"][0]["asked"], "T1086");
    assert_eq!(value["unknown"], json!(["nonsense"]));
}

#[test]
fn search_finds_by_name_and_alias() {
    let dir = folder("knowledge-search");
    let output = bartizan(&dir).args(["--json", "knowledge", "search", "cozy", "bear"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let value = parsed(&output.stdout);
    assert!(value["results"].as_array().unwrap().iter().any(|r| r["id"] == "G0016"), "{value}");
}

#[test]
fn upstream_files_renew_their_part_and_the_newer_pack_wins() {
    let dir = folder("knowledge-update");
    let row = |cve| json!({ "cveID": cve, "vendorProject": "Example", "product": "Gate", "dateAdded": "2026-05-01" });
    let kev = json!({ "catalogVersion": "2026.05.01", "dateReleased": "2026-05-01T00:00:00Z",
        "vulnerabilities": [row("CVE-2026-90001")] });
    std::fs::write(dir.join("known_exploited_vulnerabilities.json"), kev.to_string()).unwrap();
    let run =
        |arguments: &[&str]| bartizan(&dir).arg("--json").arg("knowledge").args(arguments).output().unwrap();

    let dry = run(&["update", "--from", ".", "--dry-run"]);
    assert_eq!(dry.status.code(), Some(0));
    assert!(!dir.join("no-data").exists(), "a dry run installs nothing");
    let update = parsed(&run(&["update", "--from", "."]).stdout);
    let added = |c: &&Value| c["id"] == "CVE-2026-90001" && c["change"] == "added";
    assert_eq!(update["changes"].as_array().unwrap().iter().filter(added).count(), 1);
    assert_eq!(update["in_use"], true);

    let status = parsed(&run(&["status"]).stdout);
    assert_eq!(status["origin"], "installed");
    assert_eq!(status["counts"]["exploited vulnerabilities"], 1);
    assert!(status["counts"]["techniques, enterprise"].as_u64().unwrap() > 500, "the rest is kept");

    // A damaged pack is passed over, and said so.
    std::fs::write(dir.join("no-data/pack.bin"), b"BARTKNOW and nothing else").unwrap();
    let output = run(&["status"]);
    assert_eq!(parsed(&output.stdout)["origin"], "built-in");
    assert!(String::from_utf8_lossy(&output.stderr).contains("note:"));
}

#[test]
fn what_is_no_pack_is_refused() {
    let dir = folder("knowledge-refused");
    std::fs::write(dir.join("notes.txt"), "nothing").unwrap();
    let output = bartizan(&dir).args(["knowledge", "update", "--from", "notes.txt"]).output().unwrap();
    assert_eq!(output.status.code(), Some(65));
    let output =
        bartizan(&dir).args(["knowledge", "update", "--from", "http://127.0.0.1/pack.bin"]).output().unwrap();
    assert_eq!(output.status.code(), Some(77));
}

/// T1003.001 is mitigated by M1043, reached by D3FEND through process segments, and answered by AC-2 of NIST 800-53.
#[test]
fn a_technique_shows_what_answers_it_and_how() {
    let dir = folder("knowledge-answers");
    let run = |arguments: &[&str]| bartizan(&dir).args(arguments).output().expect("it runs");
    let value = parsed(&run(&["--json", "knowledge", "show", "T1003.001"]).stdout);
    let found = &value["found"][0];
    let ids = |list: &Value| -> Vec<String> {
        list.as_array().expect("a list").iter().map(|x| x["id"].as_str().expect("an id").to_owned()).collect()
    };
    assert!(ids(&found["mitigations"]).contains(&"M1043".to_owned()), "{found}");
    let countermeasures = found["countermeasures"].as_array().expect("a list");
    assert!(!countermeasures.is_empty());
    for countermeasure in countermeasures {
        assert!(countermeasure["tactic"].is_string() && countermeasure["name"] != "", "{countermeasure}");
        let paths = countermeasure["paths"].as_array().expect("a list");
        assert!(!paths.is_empty() && paths.iter().all(|p| p["words"] != ""), "{countermeasure}");
    }
    let controls = found["controls"].as_array().expect("a list");
    let nist = controls.iter().find(|f| f["framework"] == "nist_800_53").expect("the framework");
    assert!(ids(&nist["controls"]).contains(&"AC-02".to_owned()), "{nist}");

    let text = crate::stdout(&run(&["knowledge", "show", "T1003.001"]));
    for words in
        ["mitigations (", "countermeasures (", "which this", "controls of nist_800_53 rev5 (", "AC-02"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("countered by"), "not twice: {text}");
}

#[test]
fn countermeasures_and_controls_show_what_they_answer() {
    let dir = folder("knowledge-controls");
    let output =
        bartizan(&dir).args(["--json", "knowledge", "show", "d3-psa", "ac-2"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(0));
    let value = parsed(&output.stdout);
    let (psa, control) = (&value["found"][0], &value["found"][1]);
    assert_eq!((&psa["id"], &psa["tactic"]), (&json!("D3-PSA"), &json!("Detect")));
    assert!(psa["answers"].as_array().expect("a list").iter().all(|a| a["paths"][0]["words"] != ""));
    assert_eq!(
        (&control["framework"], &control["name"]),
        (&json!("nist_800_53"), &json!("Account Management"))
    );
    assert_eq!(control["id"], "AC-02", "with or without the nought");
    let answers = control["answers"].as_array().expect("a list");
    assert!(answers.iter().any(|a| a["id"] == "T1003.001" && a["how"] == "mitigates"));
    let text = crate::stdout(&bartizan(&dir).args(["knowledge", "show", "AC-2"]).output().expect("it runs"));
    assert!(text.contains("framework: nist_800_53") && text.contains("answers ("), "{text}");
}
