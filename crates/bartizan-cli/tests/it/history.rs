//! Earlier analyses: kept, compared with, found again.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::{bartizan, folder, json, stdout};

const MAY: &str = "# Storm over ports

Published: May 2, 2026

TLP:GREEN

The attackers used a spearphishing attachment and ran PowerShell scripts. The malware contacted the command and control server
evil-harbour.top at 45.9.148.77.

## Indicators of compromise

- evil-harbour[.]top
- 45.9.148[.]77
- 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
";

/// The same report later: one indicator withdrawn, one new.
fn june() -> String {
    MAY.replace("- 45.9.148[.]77\n", "- worse-harbour[.]top\n").replace(" at 45.9.148.77", "")
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn run(dir: &Path, arguments: &[&str]) -> std::process::Output {
    let output = bartizan(dir).args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

#[test]
fn a_later_edition_shows_what_changed_and_continues_the_bundle() {
    let dir = folder("history-editions");
    fs::write(dir.join("may.md"), MAY).unwrap();
    fs::write(dir.join("june.md"), june()).unwrap();
    run(&dir, &["analyze", "may.md", "-o", "may", "--now", "2026-05-03T00:00:00Z"]);
    run(&dir, &["analyze", "june.md", "-o", "june", "--previous", "may", "--now", "2026-06-03T00:00:00Z"]);

    let changes = read(&dir.join("june/changes.json"));
    let keys = |member: &str| -> Vec<String> {
        let claims = changes["observables"][member].as_array().unwrap();
        claims.iter().map(|c| c["key"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(keys("added"), ["worse-harbour.top"]);
    assert_eq!(keys("withdrawn"), ["45.9.148.77"]);

    let objects = |package: &str| -> BTreeMap<String, Value> {
        let bundle = read(&dir.join(package).join("bundle.json"));
        let objects = bundle["objects"].as_array().unwrap().iter();
        objects.map(|o| (o["id"].as_str().unwrap().to_owned(), o.clone())).collect()
    };
    let (old, new) = (objects("may"), objects("june"));
    for (id, before) in &old {
        let ours = before["created_by_ref"].is_string()
            && !id.starts_with("identity")
            && !id.starts_with("extension");
        if !ours {
            continue;
        }
        let now = new.get(id).unwrap_or_else(|| panic!("{id} is neither continued nor revoked"));
        assert_eq!(now["created"], before["created"], "{id}");
        let same = |a: &Value, b: &Value| {
            let (mut a, mut b) = (a.clone(), b.clone());
            a["modified"] = Value::Null;
            b["modified"] = Value::Null;
            a == b
        };
        if same(now, before) {
            assert_eq!(now["modified"], before["modified"], "{id} is the same and has no new version");
        } else {
            assert!(
                now["modified"].as_str() > before["modified"].as_str(),
                "{id} differs and has a new version"
            );
        }
    }
    let revoked: Vec<&Value> = new.values().filter(|o| o["revoked"] == true).collect();
    assert!(
        revoked.iter().any(|o| o["pattern"] == "[ipv4-addr:value = '45.9.148.77']"),
        "the address was withdrawn"
    );
    let reports = |objects: &BTreeMap<String, Value>| {
        objects.keys().filter(|id| id.starts_with("report--")).cloned().collect::<Vec<_>>()
    };
    assert_eq!(reports(&old), reports(&new), "one report, two versions");
    let indicator = |value: &str| {
        let pattern = format!("[domain-name:value = '{value}']");
        new.values().find(|o| o["pattern"] == pattern).cloned().unwrap()
    };
    assert_eq!(
        indicator("worse-harbour.top")["created_by_ref"],
        indicator("evil-harbour.top")["created_by_ref"]
    );

    // And what was withdrawn comes back as another object: a revoked one has no later version.
    run(&dir, &["analyze", "may.md", "-o", "july", "--previous", "june", "--now", "2026-07-03T00:00:00Z"]);
    let third = objects("july");
    let address: Vec<&Value> =
        third.values().filter(|o| o["pattern"] == "[ipv4-addr:value = '45.9.148.77']").collect();
    assert_eq!(address.len(), 2);
    assert_eq!(address.iter().filter(|o| o["revoked"] == true).count(), 1);
}

#[test]
fn the_same_report_again_is_the_same_bundle_but_for_its_own_id() {
    let dir = folder("history-same");
    fs::write(dir.join("may.md"), MAY).unwrap();
    run(&dir, &["analyze", "may.md", "-o", "a", "--now", "2026-05-03T00:00:00Z"]);
    run(&dir, &["analyze", "may.md", "-o", "b", "--previous", "a", "--now", "2026-08-03T00:00:00Z"]);
    let objects = |package: &str| read(&dir.join(package).join("bundle.json"))["objects"].clone();
    assert!(objects("a") == objects("b"), "nothing differs, so nothing has a new version");
    assert!(!dir.join("b/changes.json").exists(), "nothing differs");
    // What an earlier run left is not taken for this one's.
    fs::write(dir.join("b/changes.md"), "old").unwrap();
    run(&dir, &["analyze", "may.md", "-o", "b"]);
    assert!(!dir.join("b/changes.md").exists());
}

#[test]
fn a_library_links_reports_and_finds_them_again() {
    let dir = folder("history-library");
    fs::write(dir.join("may.md"), MAY).unwrap();
    let other = MAY.replace("Storm over ports", "Ferries stop").replace("May 2", "May 9");
    fs::write(dir.join("other.md"), &other).unwrap();
    run(&dir, &["analyze", "may.md", "-o", "may", "--library", "l.db"]);
    run(&dir, &["analyze", "other.md", "-o", "other", "--library", "l.db"]);
    let earlier = &read(&dir.join("other/analysis.json"))["assessment"]["earlier"];
    assert_eq!(earlier[0]["title"], "Storm over ports");
    assert_eq!(earlier[0]["strength"], "strong");
    assert_eq!(earlier[0]["shared"][0]["holders"], 1);
    assert!(
        !earlier[0]["shared"][0]["there"][0]["quote"].as_str().unwrap().is_empty(),
        "evidence on both sides"
    );
    let page = fs::read_to_string(dir.join("other/report.html")).unwrap();
    assert!(page.contains("id=\"earlier\"") && page.contains("Storm over ports"));

    let found = json(&run(&dir, &["--json", "library", "search", "evil-harbour[.]top", "--library", "l.db"]));
    assert_eq!(found["hits"].as_array().unwrap().len(), 2);
    let list = json(&run(&dir, &["--json", "library", "list", "--library", "l.db"]));
    assert_eq!(list["analyses"][0]["title"], "Ferries stop");
    let similar = json(&run(&dir, &["--json", "library", "similar", "1", "--library", "l.db"]));
    assert_eq!(similar["links"][0]["number"], 2);
    assert!(stdout(&run(&dir, &["library", "similar", "may", "--library", "l.db"])).contains("Ferries stop"));
    let days = json(&run(&dir, &["--json", "library", "timeline", "--library", "l.db"]));
    assert!(days["moments"].as_array().unwrap().len() >= 2);
    let shown = run(&dir, &["library", "show", "1", "--library", "l.db"]);
    assert_eq!(shown.stdout, fs::read(dir.join("may/analysis.json")).unwrap(), "kept byte for byte");
    let diff = json(&run(&dir, &["--json", "diff", "#1", "#2", "--library", "l.db"]));
    assert_eq!(diff["facts"][0]["key"], "title");
    run(&dir, &["library", "remove", "1", "--library", "l.db"]);
    let output = bartizan(&dir).args(["library", "show", "1", "--library", "l.db"]).output().unwrap();
    assert_eq!(output.status.code(), Some(66));
}

#[test]
fn a_package_tells_nothing_of_what_is_marked_more_strictly() {
    let dir = folder("history-marking");
    fs::write(dir.join("may.md"), MAY.replace("TLP:GREEN", "")).unwrap();
    let other = MAY.replace("Storm over ports", "Ferries stop").replace("TLP:GREEN", "");
    fs::write(dir.join("other.md"), other).unwrap();
    run(&dir, &["analyze", "may.md", "-o", "may", "--library", "l.db", "--tlp", "red"]);
    run(&dir, &["analyze", "other.md", "-o", "with", "--library", "l.db", "--tlp", "clear"]);
    run(&dir, &["analyze", "other.md", "-o", "without", "--tlp", "clear"]);
    for name in ["analysis.json", "bundle.json", "report.html", "report.md"] {
        let (with, without) = (
            fs::read(dir.join("with").join(name)).unwrap(),
            fs::read(dir.join("without").join(name)).unwrap(),
        );
        assert!(with == without, "{name} tells of it");
    }
    // An edition: nothing of the earlier one, and the user is told why.
    let output = bartizan(&dir)
        .args(["analyze", "may.md", "-o", "again", "--library", "l.db", "--tlp", "clear"])
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("stricter marking"));
    assert!(!dir.join("again/changes.json").exists());
    let output = bartizan(&dir)
        .args(["analyze", "may.md", "-o", "x", "--previous", "may", "--tlp", "clear"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(77));
}

#[test]
fn a_bundle_of_another_document_or_marking_does_not_go_on() {
    let dir = folder("history-mixed");
    fs::write(dir.join("may.md"), MAY.replace("TLP:GREEN", "")).unwrap();
    let other = "# Ferries\n\nIndicators of compromise:\n\n- very-red-name[.]top\n- other-red-name[.]top\n";
    fs::write(dir.join("other.md"), other).unwrap();
    // A folder with the bundle of one analysis and the other's analysis.json.
    run(&dir, &["analyze", "other.md", "-o", "mix", "--tlp", "red"]);
    run(&dir, &["analyze", "may.md", "-o", "mix", "-f", "json", "--tlp", "clear"]);
    let mut command = bartizan(&dir);
    let output = command
        .args(["analyze", "may.md", "-o", "next", "--previous", "mix", "--tlp", "clear"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stderr).contains("not continued"));
    assert!(!fs::read_to_string(dir.join("next/bundle.json")).unwrap().contains("very-red-name"));
    // Another report: what differs is told, and nothing of it is revoked.
    run(&dir, &["analyze", "other.md", "-o", "other", "--tlp", "clear"]);
    run(&dir, &["analyze", "may.md", "-o", "unlike", "--previous", "other", "--tlp", "clear"]);
    assert!(dir.join("unlike/changes.json").exists());
    assert!(!fs::read_to_string(dir.join("unlike/bundle.json")).unwrap().contains("revoked"));
}

#[test]
fn every_reference_of_a_continued_bundle_resolves() {
    let dir = folder("history-references");
    fs::write(dir.join("may.md"), MAY).unwrap();
    fs::write(dir.join("june.md"), june()).unwrap();
    run(&dir, &["analyze", "may.md", "-o", "may", "--now", "2026-05-03T00:00:00Z"]);
    run(&dir, &["analyze", "june.md", "-o", "june", "--previous", "may", "--now", "2026-06-03T00:00:00Z"]);
    let bundle = read(&dir.join("june/bundle.json"));
    let objects = bundle["objects"].as_array().unwrap();
    let ids: std::collections::BTreeSet<&str> = objects.iter().map(|o| o["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), objects.len(), "no object twice");
    for object in objects {
        for (key, value) in
            object.as_object().unwrap().iter().filter(|(k, _)| k.ends_with("_ref") || k.ends_with("_refs"))
        {
            let list = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
            for id in list {
                assert!(ids.contains(id.as_str().unwrap()), "{}: {key} {id}", object["id"]);
            }
        }
    }
}

#[test]
fn what_is_no_library_or_analysis_is_said() {
    let dir = folder("history-wrong");
    fs::write(dir.join("may.md"), MAY).unwrap();
    for (arguments, code) in [
        (&["library", "list", "--library", "none.db"][..], 66),
        (&["library", "list", "--library", "may.md"], 65),
        (&["library", "list"], 2),
        (&["analyze", "may.md", "--library", "may.md"], 65),
        (&["analyze", "may.md", "--previous", "may.md"], 65),
        (&["analyze", "may.md", "may.md", "--previous", "may.md"], 2),
        (&["diff", "may.md", "may.md"], 65),
        (&["diff", "#1", "#2", "--library", "none.db"], 66),
    ] {
        let output = bartizan(&dir).env_remove("BARTIZAN_LIBRARY").args(arguments).output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    assert_eq!(fs::read_to_string(dir.join("may.md")).unwrap(), MAY, "it was left alone");
}
