//! An ATT&CK that is not v18: fifteen tactics, a renamed one, ids that moved. All of it made up in ATT&CK's form.

use bartizan_knowledge::{ChangeKind, Domain, Pack, Resolution, changes};
use bartizan_pack::{File, build};
use serde_json::{Value, json};

const TACTICS: [(&str, &str, &str); 15] = [
    ("TA0043", "Reconnaissance", "reconnaissance"),
    ("TA0042", "Resource Development", "resource-development"),
    ("TA0001", "Initial Access", "initial-access"),
    ("TA0002", "Execution", "execution"),
    ("TA0003", "Persistence", "persistence"),
    ("TA0004", "Privilege Escalation", "privilege-escalation"),
    ("TA0005", "Stealth", "stealth"),
    ("TA0112", "Defense Impairment", "defense-impairment"),
    ("TA0006", "Credential Access", "credential-access"),
    ("TA0007", "Discovery", "discovery"),
    ("TA0008", "Lateral Movement", "lateral-movement"),
    ("TA0009", "Collection", "collection"),
    ("TA0011", "Command and Control", "command-and-control"),
    ("TA0010", "Exfiltration", "exfiltration"),
    ("TA0040", "Impact", "impact"),
];

fn object(kind: &str, number: u32, id: &str, name: &str) -> Value {
    json!({ "type": kind, "id": format!("{kind}--00000000-0000-4000-8000-{number:012}"), "name": name,
        "modified": "2026-04-14T00:00:00.000Z",
        "external_references": [{ "source_name": "mitre-attack", "external_id": id }] })
}

fn technique(number: u32, id: &str, name: &str, phases: &[&str]) -> Value {
    let mut value = object("attack-pattern", number, id, name);
    value["kill_chain_phases"] =
        phases.iter().map(|p| json!({ "kill_chain_name": "mitre-attack", "phase_name": p })).collect();
    value["x_mitre_platforms"] = json!(["Windows"]);
    value
}

fn relation(number: u32, kind: &str, from: &Value, to: &Value) -> Value {
    json!({ "type": "relationship", "id": format!("relationship--00000000-0000-4000-8000-{number:012}"),
        "relationship_type": kind, "source_ref": from["id"], "target_ref": to["id"] })
}

/// A bundle like the one of April 2026.
fn bundle() -> Vec<u8> {
    let mut objects = Vec::new();
    let mut refs = Vec::new();
    for (i, (id, name, short)) in TACTICS.iter().enumerate() {
        let mut tactic = object("x-mitre-tactic", 100 + i as u32, id, name);
        tactic["x_mitre_shortname"] = json!(short);
        refs.push(tactic["id"].clone());
        objects.push(tactic);
    }
    // The order of the matrix is the order of these references, not that of the objects.
    objects.reverse();
    let mut matrix = object("x-mitre-matrix", 1, "enterprise-attack", "Enterprise ATT&CK");
    matrix["tactic_refs"] = Value::Array(refs);
    let mut collection = object("x-mitre-collection", 2, "", "Enterprise ATT&CK");
    collection["x_mitre_version"] = json!("19.0");

    let powershell = technique(10, "T1059.001", "PowerShell", &["execution"]);
    let interpreter = technique(11, "T1059", "Command and Scripting Interpreter", &["execution"]);
    let impair = technique(12, "T1900", "Switch Off the Watchers", &["defense-impairment", "stealth"]);
    let mut old = technique(13, "T1562", "Impair Defenses", &["stealth"]);
    old["revoked"] = json!(true);
    let mut older = technique(14, "T1089", "Disabling Security Tools", &["stealth"]);
    older["revoked"] = json!(true);
    let mut gone = technique(15, "T1064", "Scripting", &["execution"]);
    gone["x_mitre_deprecated"] = json!(true);
    let mut circle =
        [technique(16, "T1801", "Round", &["execution"]), technique(17, "T1802", "About", &["execution"])];
    circle.iter_mut().for_each(|t| t["revoked"] = json!(true));
    let group = {
        let mut group = object("intrusion-set", 20, "G9001", "Example Weaver");
        group["aliases"] = json!(["Example Weaver", "Loom Team"]);
        group
    };
    let links = [
        relation(30, "subtechnique-of", &powershell, &interpreter),
        // A chain: T1089 → T1562 → T1900.
        relation(31, "revoked-by", &older, &old),
        relation(32, "revoked-by", &old, &impair),
        relation(33, "uses", &group, &impair),
        relation(34, "uses", &group, &old),
        relation(35, "revoked-by", &circle[0], &circle[1]),
        relation(36, "revoked-by", &circle[1], &circle[0]),
    ];
    objects.extend([matrix, collection, powershell, interpreter, impair, old, older, gone, group]);
    objects.extend(circle);
    objects.extend(links);
    serde_json::to_vec(&json!({ "type": "bundle", "id": "bundle--1", "objects": objects })).expect("JSON")
}

fn file(name: &str, bytes: Vec<u8>) -> File {
    File::new(name, bytes).expect("unpacks").unwrap_or_else(|| panic!("{name} is not recognised"))
}

#[test]
fn nothing_is_fixed_to_the_attack_of_the_day() {
    let files = [file("enterprise-attack-19.0.json", bundle())];
    let built = build(&files, Some(Pack::built_in()), Some("2026-04-15")).expect("builds");
    let pack = Pack::open(built.bytes).expect("opens");

    let tactics: Vec<_> =
        pack.tactics(Domain::Enterprise).iter().map(|t| (t.id, t.name, t.short_name)).collect();
    assert_eq!(tactics, TACTICS);
    let impair = pack.technique("T1900").expect("live");
    assert_eq!(impair.tactics, ["stealth", "defense-impairment"], "in matrix order");
    assert_eq!(pack.technique("T1059.001").and_then(|t| t.parent), Some("T1059"));
    assert_eq!(pack.resolve("T1562"), Resolution::Replaced("T1900"));
    assert_eq!(pack.resolve("T1089"), Resolution::Replaced("T1900"), "the chain is followed");
    assert_eq!(pack.resolve("T1064"), Resolution::Deprecated);
    assert_eq!(pack.resolve("T1801"), Resolution::Deprecated, "a circle leads nowhere");
    assert_eq!(pack.resolve("TA0112"), Resolution::Current);
    let uses: Vec<_> = pack.links_from("G9001").iter().map(|l| l.target).collect();
    assert_eq!(uses, ["T1900"], "a relation to a revoked technique is none");
    let version = pack.sources().iter().find(|s| s.name == "ATT&CK Enterprise").map(|s| (s.version, s.date));
    assert_eq!(version, Some(("19.0", "2026-04-14")));

    // What no file spoke about is kept.
    let built_in = Pack::built_in();
    assert_eq!(pack.kev_list().len(), built_in.kev_list().len());
    assert_eq!(pack.tactics(Domain::Ics), built_in.tactics(Domain::Ics));
    assert_eq!(pack.domain_warnings("bit.ly"), built_in.domain_warnings("bit.ly"));
    assert!(pack.names().iter().any(|n| n.text == "Loom Team"));
    assert!(pack.names().iter().any(|n| n.text == "Emotet"), "names of other sources stay");

    // Entries name only ids that this pack has, and those by their names.
    for entry in pack.entries() {
        if let Some(id) = entry.id {
            assert_eq!(pack.object(id).map(|o| o.name), Some(entry.name), "{id}");
        }
    }

    let list = changes(built_in, pack);
    let change = |id: &str| list.iter().find(|c| c.id == id).map(|c| c.kind);
    assert_eq!(change("TA0005"), Some(ChangeKind::Renamed("Defense Evasion")));
    assert_eq!(change("TA0112"), Some(ChangeKind::Added));
    assert_eq!(change("T1562"), Some(ChangeKind::Replaced("T1900")));
    assert_eq!(change("T1059.001"), None);
}

#[test]
fn the_same_files_give_the_same_bytes() {
    let one = build(&[file("enterprise-attack.json", bundle())], None, None).expect("builds");
    let two = build(&[file("enterprise-attack.json", bundle())], None, None).expect("builds");
    assert_eq!(one.bytes, two.bytes);
    assert_eq!(Pack::open(one.bytes).expect("opens").built(), "2026-04-14", "the newest day of a source");
}

#[test]
fn of_two_bundles_the_newer_counts() {
    let old =
        serde_json::to_vec(&json!({ "type": "bundle", "id": "bundle--2", "objects": [] })).expect("JSON");
    let files = [file("enterprise-attack-9.0.json", old), file("enterprise-attack-19.0.json", bundle())];
    let built = build(&files, None, None).expect("builds");
    assert!(built.notes.iter().any(|n| n.contains("enterprise-attack-9.0.json")), "{:?}", built.notes);
}

#[test]
fn packed_files_are_unpacked() {
    use std::io::Write;
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(&bundle()).expect("writes");
    let packed = file("enterprise-attack.json.gz", gz.finish().expect("ends"));
    assert!(build(&[packed], None, None).is_ok());
}

#[test]
fn names_merge_by_id_and_main_name_but_never_over_two_ids() {
    let lines = [
        json!({ "cluster": "threat-actor", "value": "Loom Team", "uuid": "u1", "synonyms": ["Silk Road Crew", "77"],
                "country": "zz" }),
        json!({ "cluster": "mitre-intrusion-set", "value": "Example Weaver - G9001", "uuid": "u2",
                "synonyms": ["G9001"], "external_id": "G9001", "similar": ["u3"] }),
        json!({ "cluster": "threat-actor", "value": "Weft Group", "uuid": "u3", "synonyms": [] }),
        json!({ "cluster": "ransomware", "value": "Loom Team", "uuid": "u4", "synonyms": [] }),
        json!({ "cluster": "malpedia", "value": "Never Shipped", "uuid": "u5", "synonyms": [] }),
    ];
    let lines: String = lines.iter().map(|l| format!("{l}\n")).collect();
    let files = [file("enterprise-attack.json", bundle()), file("names.jsonl", lines.into_bytes())];
    let pack = Pack::open(build(&files, None, None).expect("builds").bytes).expect("opens");
    let actor = pack.entries().iter().position(|e| e.id == Some("G9001")).expect("the group");
    let names: Vec<_> = pack.names().iter().filter(|n| n.entry as usize == actor).map(|n| n.text).collect();
    assert_eq!(names, ["Example Weaver", "Loom Team", "Silk Road Crew", "Weft Group"]);
    assert_eq!(pack.entries()[actor].name, "Example Weaver");
    assert_eq!(pack.entries()[actor].country, Some("ZZ"));
    assert_eq!(pack.names().iter().filter(|n| n.text == "Loom Team").count(), 2, "an actor and a malware");
    assert!(!pack.names().iter().any(|n| n.text == "Never Shipped" || n.text == "77" || n.text == "G9001"));
}

#[test]
fn what_is_no_upstream_file_is_an_error_or_left_aside() {
    assert!(File::new("notes.txt", b"hello".to_vec()).expect("reads").is_none());
    assert!(File::new("image.png", vec![0; 10]).expect("reads").is_none());
    assert!(File::new("x.json.gz", vec![0x1f, 0x8b, 8, 0, 1, 2, 3]).is_err(), "damaged gzip");
    assert!(build(&[], None, None).is_err());
    let broken = file("enterprise-attack.json", b"{\"type\": \"bundle\", \"objects\": [".to_vec());
    assert!(build(&[broken], None, None).is_err());
}
