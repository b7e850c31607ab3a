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
