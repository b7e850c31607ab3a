//! Control mappings: hand-made files for each clause, the published ones counted in another way.

use crate::upstream::shared;
use bartizan_knowledge::{Pack, Resolution};
use bartizan_pack::{File, build};

fn mapping(framework: &str, rows: &str) -> String {
    format!(
        r#"{{"metadata": {{"mapping_framework": "{framework}", "mapping_framework_version": "1", "attack_version": "16.1",
        "last_update": "01/02/2026", "capability_groups": {{"PR.AA": "Protect: Access"}}}}, "mapping_objects": [{rows}]}}"#
    )
}

fn row(control: &str, technique: &str, rest: &str) -> String {
    format!(
        r#"{{"capability_id": "{control}", "capability_group": "PR.AA", "capability_description": "Name of {control}",
        "attack_object_id": "{technique}"{rest}}}"#
    )
}

/// Over the built-in pack, which knows the techniques and the frameworks the files say nothing of.
fn pack(files: &[(&str, String)]) -> &'static Pack {
    let files: Vec<File> = files
        .iter()
        .map(|(name, text)| {
            File::new(name, text.clone().into_bytes()).expect("readable").expect("recognised")
        })
        .collect();
    let built = build(&files, Some(Pack::built_in()), None).expect("a pack");
    Pack::open(built.bytes).expect("whole")
}

fn of(pack: &Pack, technique: &str, framework: &str) -> Vec<String> {
    let rows = pack.controls_of(technique).iter().filter_map(|link| {
        let control = &pack.controls()[link.control as usize];
        let mine = pack.frameworks()[usize::from(control.framework)].id == framework;
        mine.then(|| format!("{} ({}): {}", control.id, control.name, link.kind))
    });
    rows.collect()
}

#[test]
fn a_file_replaces_its_framework_and_no_other() {
    let mitigates = r#", "mapping_type": "mitigates", "status": "complete""#;
    let rows = [
        row("PR.AA-01.02", "T1078", mitigates),
        row("PR.AA-01.03", "T1078", mitigates),
        row("EX.DD-01", "T1078", mitigates),
        // Revoked by T1574.001.
        row("PR.AA-05.01", "T1574.002", mitigates),
        row("PR.AA-06.01", "T9999", mitigates),
        row("PR.AA-07.01", "T1078", r#", "status": "non_mappable""#),
        r#"{"capability_id": null, "attack_object_id": "T1078"}"#.to_owned(),
    ];
    let scored =
        r#", "mapping_type": "technique_scores", "score_category": "protect", "score_value": "partial""#;
    let pack = pack(&[
        ("cri_profile-v9_attack-16.1-enterprise.json", mapping("cri_profile", &rows.join(","))),
        ("azure-1_attack-16.1-enterprise.json", mapping("azure", &row("policy", "T1078", scored))),
        ("veris-9_attack-16.1-enterprise.json", mapping("veris", &row("action.x", "T1078", mitigates))),
    ]);
    let expected = [
        "EX.DD-01 (Name of EX.DD-01): mitigates",
        "PR.AA-01.02 (Name of PR.AA-01.02): mitigates",
        "PR.AA-01.03 (Name of PR.AA-01.03): mitigates",
    ];
    assert_eq!(of(pack, "T1078", "cri_profile"), expected);
    assert_eq!(of(pack, "T1078", "nist_csf"), ["PR.AA-01 (Protect: Access): through CRI Profile"]);
    assert_eq!(of(pack, "T1078", "azure"), ["policy (Name of policy): protect, partial"]);
    assert_eq!(of(pack, "T1078", "veris"), [""; 0]);
    assert_eq!(of(pack, "T1574.001", "cri_profile"), ["PR.AA-05.01 (Name of PR.AA-05.01): mitigates"]);
    assert_eq!(of(pack, "T1078", "nist_800_53"), of(Pack::built_in(), "T1078", "nist_800_53"));
    assert!(!of(pack, "T1078", "nist_800_53").is_empty());
}

#[test]
fn nothing_dangles() {
    let pack = Pack::built_in();
    for link in pack.control_links() {
        assert_eq!(pack.resolve(link.technique), Resolution::Current, "{}", link.technique);
    }
    for path in pack.paths() {
        assert_eq!(pack.resolve(path.technique), Resolution::Current, "{}", path.technique);
        assert!(pack.object(path.countermeasure).is_some(), "{}", path.countermeasure);
        assert!(pack.artifact(path.artifact).is_some() && pack.artifact(path.guarded).is_some());
    }
    for object in pack.objects().iter().filter(|o| o.id.starts_with("D3-")) {
        assert!(pack.countermeasure_tactic(object.id).is_some_and(|t| !t.is_empty()), "{}", object.id);
    }
}

/// Pairs of control and technique in the files of the publisher, their retired techniques followed by hand.
#[test]
fn every_published_pair_is_there() {
    let Some(data) = shared() else { return };
    let packed =
        std::fs::File::open(data.join("knowledge/mappings-explorer-latest.tar.zst")).expect("the tar");
    let reader = ruzstd::decoding::StreamingDecoder::new(packed).expect("zstd");
    let mut archive = tar::Archive::new(reader);
    let pack = Pack::built_in();
    let (mut pairs, mut retired) = (0, 0);
    for entry in archive.entries().expect("tar") {
        let entry = entry.expect("an entry");
        let path = entry.path().expect("a name").to_string_lossy().into_owned();
        let Some(framework) = path.strip_prefix("mappings/").and_then(|p| p.split('/').next()) else {
            continue;
        };
        if !path.ends_with(".json") || ["kev", "veris", "intel-vpro"].contains(&framework) {
            continue;
        }
        let value: serde_json::Value = serde_json::from_reader(entry).expect("JSON");
        for row in value["mapping_objects"].as_array().expect("rows") {
            let (Some(control), Some(technique)) =
                (row["capability_id"].as_str(), row["attack_object_id"].as_str())
            else {
                continue;
            };
            if control.is_empty() || technique.is_empty() || row["status"] == "non_mappable" {
                continue;
            }
            let technique = match pack.resolve(technique) {
                Resolution::Current => technique,
                Resolution::Replaced(now) => now,
                Resolution::Deprecated | Resolution::Unknown => {
                    retired += 1;
                    continue;
                }
            };
            let found = pack.controls_of(technique).iter().any(|link| {
                let found = &pack.controls()[link.control as usize];
                found.id == control && pack.frameworks()[usize::from(found.framework)].id == framework
            });
            assert!(found, "{framework} {control} {technique}");
            pairs += 1;
        }
    }
    assert!(pairs > 10_000, "{pairs}");
    eprintln!("{pairs} rows found, {retired} of techniques withdrawn without a successor");
}
