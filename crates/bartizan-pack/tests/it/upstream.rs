//! The built-in pack against the upstream files themselves, read in another way than the builder does.

use bartizan_knowledge::{Domain, ObjectKind, Pack};
use std::path::PathBuf;

/// `$BARTIZAN_SHARED/data`, if it is there. Says so if not: these checks need files that are not in the repository.
pub fn shared() -> Option<PathBuf> {
    let root = std::env::var_os("BARTIZAN_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let data = root.join("data");
    if data.join("knowledge").is_dir() {
        return Some(data);
    }
    eprintln!("skipped: no upstream files at {} (set BARTIZAN_SHARED)", data.display());
    None
}

/// Counts that the notes on the sources give, taken from the files with other tools.
#[test]
fn counts_are_those_of_the_sources() {
    let pack = Pack::built_in();
    let of =
        |version: &str, name: &str| pack.sources().iter().any(|s| s.name == name && s.version == version);
    if of("18.1", "ATT&CK Enterprise") && of("18.1", "ATT&CK Mobile") && of("18.1", "ATT&CK ICS") {
        let techniques = |d| pack.techniques().iter().filter(move |t| t.domain == d);
        assert_eq!(techniques(Domain::Enterprise).count(), 691);
        assert_eq!(techniques(Domain::Enterprise).filter(|t| t.parent.is_some()).count(), 475);
        assert_eq!(techniques(Domain::Mobile).count(), 124);
        assert_eq!(techniques(Domain::Mobile).filter(|t| t.parent.is_some()).count(), 47);
        assert_eq!(techniques(Domain::Ics).count(), 83);
        let objects = |k| pack.objects().iter().filter(|o| o.kind == k).count();
        assert!(objects(ObjectKind::Group) >= 172 && objects(ObjectKind::Campaign) >= 52);
        assert!(objects(ObjectKind::Malware) >= 693 && objects(ObjectKind::Tool) >= 91);
        assert_eq!(pack.tactics(Domain::Enterprise).len(), 14);
    }
    if of("5.6.0", "ATLAS") {
        assert_eq!(pack.techniques().iter().filter(|t| t.domain == Domain::Atlas).count(), 170);
        assert_eq!(pack.tactics(Domain::Atlas).len(), 16);
        let mitigations = pack.objects().iter().filter(|o| o.id.starts_with("AML.M")).count();
        assert_eq!(mitigations, 35);
    }
    if of("2025.08.25", "CISA KEV") {
        assert_eq!(pack.kev_list().len(), 1404);
        assert_eq!(pack.kev_list().iter().filter(|k| k.ransomware).count(), 293);
    }
    if of("3.9", "CAPEC") {
        assert_eq!(pack.capec_list().len(), 615);
    }
    if of("1.2.0", "D3FEND") {
        // 4,917 pairs were inferred, for 419 techniques, some of which are retired by now.
        let pairs = pack.links().iter().filter(|l| l.source.starts_with("D3-")).count();
        assert!((4_700..=4_917).contains(&pairs), "{pairs}");
    }
}

#[test]
fn names_match_ids_in_the_source_bundle() {
    let Some(data) = shared() else { return };
    // The ICS bundle is the one that is there byte for byte as MITRE published it.
    let path = data.join("knowledge/ics-attack-18.1.json.zst");
    let packed = std::fs::File::open(path).expect("the bundle");
    let reader = ruzstd::decoding::StreamingDecoder::new(packed).expect("zstd");
    let bundle: serde_json::Value = serde_json::from_reader(std::io::BufReader::new(reader)).expect("JSON");
    let mut seen = 0;
    for object in bundle["objects"].as_array().expect("objects") {
        let dead = object["revoked"] == true || object["x_mitre_deprecated"] == true;
        if object["type"] != "attack-pattern" || dead {
            continue;
        }
        let id = object["external_references"][0]["external_id"].as_str().expect("an id");
        let technique = Pack::built_in().technique(id).unwrap_or_else(|| panic!("{id}"));
        assert_eq!(Some(technique.name), object["name"].as_str(), "{id}");
        assert_eq!(Some(technique.stix_id), object["id"].as_str(), "{id}");
        let phases = object["kill_chain_phases"].as_array().map_or(0, Vec::len);
        assert_eq!(technique.tactics.len(), phases, "{id}");
        seen += 1;
    }
    assert_eq!(seen, Pack::built_in().techniques().iter().filter(|t| t.domain == Domain::Ics).count());
}
