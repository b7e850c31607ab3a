//! Expectations from the MISP core format and STIX 2.1; `scripts/feed-oracles.sh` compares with misp-stix and PyMISP.

use super::*;
use crate::feed::{Code, Finding, Limits, StixObject};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const EVENT: &str = "a6ef17d6-91cb-4a05-b10b-2f045daf874c";

fn uuid(n: u32) -> String {
    format!("46ffb1da-25f8-4b5c-b9a5-{n:012x}")
}

fn attribute(n: u32, kind: &str, value: &str, to_ids: bool) -> Value {
    json!({"type": kind, "value": value, "to_ids": to_ids, "uuid": uuid(n), "timestamp": "1704153600",
        "category": "Network activity"})
}

fn event_of(more: Value) -> Value {
    let mut event = json!({"uuid": EVENT, "info": "An event", "date": "2024-01-01", "timestamp": "1704240000",
        "Orgc": {"name": "CIRCL", "uuid": "55f6ea5e-2c60-40e5-964f-47a8950d210f"}});
    for (key, value) in more.as_object().expect("an object") {
        event[key] = value.clone();
    }
    json!({"Event": event})
}

fn convert(event: &Value) -> (Vec<StixObject>, Vec<Finding>) {
    super::event(event.to_string().as_bytes(), &Options::default(), &Limits::default()).expect("an event")
}

fn of<'a>(objects: &'a [StixObject], kind: &str) -> Vec<&'a StixObject> {
    objects.iter().filter(|o| o["type"] == kind).collect()
}

fn codes(findings: &[Finding]) -> Vec<(Code, &str, usize)> {
    findings.iter().map(|f| (f.code, f.what.as_str(), f.count)).collect()
}

#[test]
fn attributes_are_indicators_or_observables_and_the_event_a_report_of_them() {
    let (objects, findings) =
        convert(&event_of(json!({"Tag": [{"name": "tlp:white"}, {"name": "PAP:AMBER"}], "Attribute": [
            attribute(1, "ip-dst", "198.51.100.7", true),
            attribute(2, "domain", "Evil.Example.", false),
            attribute(3, "link", "https://example.org/report", false),
        ]})));
    assert_eq!(findings, []);
    let types: Vec<_> = objects.iter().map(|o| o["type"].as_str().expect("a type")).collect();
    assert_eq!(types, ["marking-definition", "identity", "indicator", "domain-name", "report"]);
    let indicator = &objects[2];
    assert_eq!(indicator["id"], format!("indicator--{}", uuid(1)));
    assert_eq!(
        indicator["pattern"],
        "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '198.51.100.7']"
    );
    assert_eq!(
        (&indicator["created"], &indicator["modified"]),
        (&json!("2024-01-01T00:00:00.000Z"), &json!("2024-01-02T00:00:00.000Z"))
    );
    // Python stix2 gives evil.example this identifier.
    assert_eq!(objects[3]["id"], "domain-name--69228563-c8d2-54ae-aeca-5f4134cb59aa");
    let report = &objects[4];
    assert_eq!(report["id"], format!("report--{EVENT}"));
    assert_eq!(report["object_refs"], json!([indicator["id"], objects[3]["id"]]));
    assert_eq!(report["labels"], json!(["PAP:AMBER"]));
    assert_eq!(
        report["object_marking_refs"],
        json!(["marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"])
    );
    assert_eq!(report["external_references"][0]["external_id"], "https://example.org/report");
}

#[test]
fn the_strictest_marking_counts_and_nothing_is_looser_than_its_event() {
    let marked = |n, tag: &str| {
        let mut a = attribute(n, "domain", &format!("d{n}.example"), true);
        a["Tag"] = json!([{"name": tag}]);
        a
    };
    let (objects, _) =
        convert(&event_of(json!({"Tag": [{"name": "tlp:green"}, {"name": "TLP:AMBER"}], "Attribute": [
            marked(1, "tlp:clear"), marked(2, "tlp:red"), marked(3, "tlp:amber+strict"),
            // The same observable twice: once under the event's marking, once under red.
            attribute(4, "domain", "x.example", false),
            {"type": "domain", "value": "x.example", "to_ids": false, "Tag": [{"name": "tlp:red"}]},
        ]})));
    let markings: Vec<_> = of(&objects, "indicator").iter().map(|o| crate::feed::table::marking(o)).collect();
    assert_eq!(markings, [Some(Tlp::Amber), Some(Tlp::Red), Some(Tlp::AmberStrict)]);
    assert_eq!(crate::feed::table::marking(of(&objects, "domain-name")[0]), Some(Tlp::Red));
    let defined: BTreeSet<_> =
        of(&objects, "marking-definition").iter().map(|o| o["id"].clone().to_string()).collect();
    assert_eq!(
        defined.len(),
        3,
        "amber, amber+strict, red; nothing refers to a definition that is not there"
    );
    let options = Options { default_marking: Some(Tlp::Green) };
    let bare = event_of(json!({"Attribute": [attribute(1, "domain", "d.example", true)]})).to_string();
    let (objects, _) = super::event(bare.as_bytes(), &options, &Limits::default()).expect("an event");
    assert_eq!(crate::feed::table::marking(of(&objects, "report")[0]), Some(Tlp::Green));
}

#[test]
fn objects_are_said_of_one_thing() {
    let part = |n, kind: &str, relation: &str, value: &str, to_ids| {
        let mut a = attribute(n, kind, value, to_ids);
        a["object_relation"] = json!(relation);
        a
    };
    let md5 = "0749bae92ca336a02c83d126e04ec628";
    let sha1 = "77b0c41b7d340b8a3d903f21347bbf06aa766b5b";
    let (objects, findings) = convert(&event_of(json!({"Object": [
        {"name": "file", "uuid": uuid(100), "Attribute": [
            part(1, "filename", "filename", "a.exe", true), part(2, "md5", "md5", md5, true),
            part(3, "sha1", "sha1", sha1, false), part(4, "float", "entropy", "7.1", false)],
         "ObjectReference": [{"uuid": uuid(200), "referenced_uuid": uuid(101), "relationship_type": "connects-to"}]},
        {"name": "domain-ip", "uuid": uuid(101), "Attribute": [
            part(5, "domain", "domain", "evil.example", true), part(6, "ip-dst", "ip", "198.51.100.7", true)]},
        {"name": "ip-port", "uuid": uuid(102), "Attribute": [
            part(7, "ip-dst", "ip", "198.51.100.8", true), part(8, "port", "dst-port", "8443", true)]},
        {"name": "passive-dns", "uuid": uuid(103), "Attribute": [part(9, "domain", "rrname", "dns.example", true)]},
    ]})));
    let patterns: Vec<_> =
        of(&objects, "indicator").iter().map(|o| o["pattern"].as_str().expect("a pattern")).collect();
    assert_eq!(
        patterns,
        [
            format!("[file:name = 'a.exe' AND file:hashes.MD5 = '{md5}']").as_str(),
            "[domain-name:value = 'evil.example' AND domain-name:resolves_to_refs[*].value = '198.51.100.7']",
            "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '198.51.100.8' AND \
             network-traffic:dst_port = 8443]",
            "[domain-name:value = 'dns.example']",
        ]
    );
    assert_eq!(of(&objects, "file")[0]["hashes"], json!({"SHA-1": sha1}));
    let relationship = of(&objects, "relationship")[0];
    assert_eq!(relationship["source_ref"], format!("indicator--{}", uuid(100)));
    assert_eq!(relationship["target_ref"], format!("indicator--{}", uuid(101)));
    assert_eq!(
        (&relationship["relationship_type"], &relationship["description"]),
        (&json!("related-to"), &json!("connects-to"))
    );
    assert_eq!(codes(&findings), [(Code::Flattened, "passive-dns", 1), (Code::Unplaced, "file: entropy", 1)]);
}

#[test]
fn galaxies_name_things_and_copies_of_mitres_never_look_newer() {
    let galaxy = |kind: &str, value: &str, uuid: &str, meta: Value| json!({"type": kind, "GalaxyCluster": [{"type": kind, "value": value, "uuid": uuid, "meta": meta}]});
    let mut tagged = attribute(1, "domain", "d.example", true);
    tagged["Galaxy"] =
        json!([galaxy("ransomware", "Xorist", &uuid(9), json!({"synonyms": ["Xorist", "Filecoder"]}))]);
    let (objects, findings) = convert(&event_of(
        json!({"Tag": [{"name": "tlp:red"}], "Attribute": [tagged], "Galaxy": [
            galaxy("mitre-attack-pattern", "Phishing - T1566", "a62a8db3-f23a-4d8f-afd6-9dbc77e7813b", json!({"external_id": ["T1566"]})),
            galaxy("country", "france", &uuid(8), json!({"ISO": "FR"})),
            galaxy("cancer", "no", &uuid(7), json!({})),
        ]}),
    ));
    // ATT&CK's own identifier of T1566.
    let technique = of(&objects, "attack-pattern")[0];
    assert_eq!(technique["id"], "attack-pattern--a62a8db3-f23a-4d8f-afd6-9dbc77e7813b");
    assert_eq!(
        (&technique["name"], &technique["modified"]),
        (&json!("Phishing"), &json!("1970-01-01T00:00:00.000Z"))
    );
    assert!(!technique.contains_key("object_marking_refs") && !technique.contains_key("created_by_ref"));
    assert_eq!(
        technique["external_references"],
        json!([{"source_name": "mitre-attack", "external_id": "T1566"}])
    );
    assert_eq!(of(&objects, "location")[0]["country"], "FR");
    let malware = of(&objects, "malware")[0];
    assert_eq!((&malware["aliases"], &malware["is_family"]), (&json!(["Filecoder"]), &json!(true)));
    assert!(malware.contains_key("object_marking_refs"));
    assert_eq!(of(&objects, "relationship")[0]["relationship_type"], "indicates");
    assert_eq!(codes(&findings), [(Code::Cluster, "cancer", 1)]);
}

/// Everything that can be left out, once; `feed::tests` asks that every code has a case.
pub(in crate::feed) fn everything_wrong() -> Vec<Finding> {
    let mut commented = attribute(9, "domain", "seen.example", false);
    commented["comment"] = json!("a remark");
    let (objects, mut findings) = convert(&event_of(json!({
        "distribution": "0", "Tag": [{"name": "tlp:ex:chr"}], "ShadowAttribute": [{}],
        "Galaxy": [{"type": "cancer", "GalaxyCluster": [{"value": "x"}, {}]}],
        "Attribute": [
            attribute(1, "bic", "x", true), attribute(2, "user-agent", "Mozilla", false), attribute(3, "ip-dst", "300.1.1.1", true),
            attribute(4, "domain", "a.example", true), attribute(4, "domain", "b.example", true), {"type": "domain"}, commented,
            {"type": "domain", "value": "gone.example", "deleted": true},
        ],
        "Object": [{"name": "credential", "Attribute": [], "ObjectReference": [{"referenced_uuid": uuid(77)}]},
            {"name": "file", "Attribute": [{"type": "text", "object_relation": "state", "value": "x"}]}],
    })));
    let publisher = publisher();
    let mut objects = objects;
    objects.push(json!({"type": "grouping", "id": "grouping--1"}).as_object().expect("an object").clone());
    findings.extend(super::feed(&objects, &publisher).1);
    findings
}

fn publisher() -> Publisher {
    Publisher { name: "We".into(), uuid: uuid(1), collection: "Shared".into(), collection_id: "c1".into() }
}

#[test]
fn manifests_list_events_by_uuids_that_can_be_file_names() {
    let listed = json!({
        EVENT: {"info": "An event", "date": "2024-01-01", "timestamp": 1704240000, "Orgc": {"name": "CIRCL"},
            "Tag": [{"name": "tlp:white"}]},
        "../../etc/passwd": {"info": "no"}, "A6EF17D6-91CB-4A05-B10B-2F045DAF874D": {"info": "upper"},
        "a6ef17d691cb4a05b10b2f045daf874e": {"info": "no"},
    });
    let (found, findings) = manifest(listed.to_string().as_bytes(), &Limits::default()).expect("a manifest");
    assert_eq!(
        found.iter().map(|l| l.uuid.as_str()).collect::<Vec<_>>(),
        [EVENT, "a6ef17d6-91cb-4a05-b10b-2f045daf874d"]
    );
    assert_eq!(
        (found[0].org.as_deref(), found[0].tags.as_slice()),
        (Some("CIRCL"), ["tlp:white".to_owned()].as_slice())
    );
    assert_eq!(found[0].timestamp.map(|t| t.as_second()), Some(1_704_240_000));
    assert_eq!(findings[0].count, 2);
    assert!(manifest(b"[]", &Limits::default()).expect("an empty feed").0.is_empty());
    assert!(manifest(b"<html>", &Limits::default()).expect_err("a page").is_malformed());
}

#[test]
fn a_written_feed_is_read_back() {
    let (objects, _) = convert(&event_of(json!({"Tag": [{"name": "tlp:amber"}], "Attribute": [
        attribute(1, "domain", "evil.example", true), attribute(2, "filename|md5", "a.exe|0749bae92ca336a02c83d126e04ec628", true),
        attribute(3, "vulnerability", "CVE-2021-44228", false), attribute(4, "regkey", "HKLM\\x", false),
    ]})));
    let (files, findings) = super::feed(&objects, &publisher());
    assert_eq!(findings, []);
    assert_eq!(files, super::feed(&objects, &publisher()).0);
    let (listed, _) = manifest(&files.manifest, &Limits::default()).expect("our own");
    assert_eq!(listed.len(), 1);
    let (again, findings) =
        super::event(&files.events[EVENT], &Options::default(), &Limits::default()).expect("our own");
    assert_eq!(findings, []);
    let patterns = |o: &[StixObject]| {
        of(o, "indicator").iter().map(|i| (i["id"].clone(), i["pattern"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(patterns(&again), patterns(&objects));
    let ids = |o: &[StixObject]| {
        o.iter()
            .filter(|o| !o.contains_key("created_by_ref"))
            .map(|o| o["id"].to_string())
            .collect::<BTreeSet<_>>()
    };
    assert!(
        ids(&again).contains(&ids(&objects).iter().find(|i| i.contains("registry")).expect("a key").clone())
    );
    // A line is the MD5 of a value, or of a part of it, and the event; MD5 by coreutils.
    let hashes = String::from_utf8(files.hashes).expect("text");
    assert!(
        hashes.contains(&format!("96119eb3210daa472225fbad69fa9770,{EVENT}\n")),
        "evil.example: {hashes}"
    );
    assert!(hashes.contains(&format!("2c3ccd32927839768639b88829a5c04a,{EVENT}\n")), "a.exe: {hashes}");
}

#[test]
fn what_no_report_holds_is_an_event_as_strict_as_the_strictest() {
    let marked = |id: &str, tlp: Tlp| {
        let object = json!({"type": "domain-name", "id": format!("domain-name--{id}"), "value": format!("{id}.example"),
            "object_marking_refs": [tlp.marking_id()]});
        object.as_object().expect("an object").clone()
    };
    let (files, findings) = super::feed(&[marked("a", Tlp::Green), marked("b", Tlp::Red)], &publisher());
    assert_eq!((files.events.len(), findings.len()), (1, 0));
    let event: Value = serde_json::from_slice(files.events.values().next().expect("an event")).expect("JSON");
    assert_eq!(event["Event"]["Tag"], json!([{"name": "tlp:red"}]));
    assert_eq!(event["Event"]["Attribute"][0]["Tag"], json!([{"name": "tlp:green"}]));
    assert!(super::feed(&[], &publisher()).0.events.is_empty());
}

#[test]
fn damage_is_an_error_that_says_what() {
    for (bytes, what) in [
        ("", "JSON"),
        ("[]", "object"),
        ("{\"Event\": {}}", "uuid"),
        (&event_of(json!({"uuid": "../x"})).to_string(), "uuid"),
        (&event_of(json!({"info": ""})).to_string(), "info"),
        (&event_of(json!({"timestamp": "x", "date": "x"})).to_string(), "timestamp"),
    ] {
        let error = super::event(bytes.as_bytes(), &Options::default(), &Limits::default()).expect_err(what);
        assert!(error.is_malformed() && error.to_string().contains(what), "{error}");
    }
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        Just(json!("1704240000")),
        Just(json!("ip-dst")),
        Just(json!("tlp:red")),
        Just(json!("domain|ip")),
        Just(json!("file")),
        Just(json!(uuid(3))),
        Just(json!("2024-01-01")),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        let keys = proptest::sample::select(vec![
            "Attribute",
            "Object",
            "Tag",
            "Galaxy",
            "GalaxyCluster",
            "ObjectReference",
            "EventReport",
            "type",
            "value",
            "name",
            "uuid",
            "to_ids",
            "timestamp",
            "meta",
            "Orgc",
            "info",
            "date",
            "content",
            "referenced_uuid",
            "first_seen",
            "comment",
        ]);
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::hash_map(keys.prop_map(str::to_owned), inner, 0..8)
                .prop_map(Value::from_iter),
        ]
    })
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = super::event(&bytes, &Options::default(), &Limits::default());
        let _ = manifest(&bytes, &Limits::default());
    }

    /// Whatever stands in an event: identifiers are unique, references resolve, and the feed of it can be read.
    #[test]
    fn what_is_made_of_any_event_holds_together(more in values(), attributes in proptest::collection::vec(values(), 0..4)) {
        let mut event = event_of(json!({"Attribute": attributes}));
        for (key, value) in more.as_object().into_iter().flatten() {
            if !matches!(key.as_str(), "uuid" | "info" | "timestamp") {
                event["Event"][key] = value.clone();
            }
        }
        let (objects, _) = convert(&event);
        let ids: BTreeSet<_> = objects.iter().map(|o| o["id"].as_str().expect("an id").to_owned()).collect();
        prop_assert_eq!(ids.len(), objects.len());
        for object in &objects {
            for key in ["object_refs", "object_marking_refs"] {
                for id in object.get(key).and_then(Value::as_array).into_iter().flatten() {
                    prop_assert!(ids.contains(id.as_str().expect("an id")), "{} of {:?}", id, object);
                }
            }
            for key in ["created_by_ref", "source_ref", "target_ref"] {
                if let Some(id) = object.get(key) {
                    prop_assert!(ids.contains(id.as_str().expect("an id")));
                }
            }
        }
        let (files, _) = super::feed(&objects, &publisher());
        for event in files.events.values() {
            prop_assert!(super::event(event, &Options::default(), &Limits::default()).is_ok());
        }
    }

    #[test]
    fn values_of_any_form_never_panic(kind in proptest::sample::select(vec![
        "ip-src", "ip-dst|port", "domain|ip", "hostname|port", "AS", "mac-address", "regkey|value", "filename|sha256", "tlsh",
        "malware-sample", "email", "url", "link", "size-in-bytes", "x509-fingerprint-md5",
    ]), value in "[a-z0-9|/.:\\\\@' é-]{0,30}") {
        let (objects, _) = convert(&event_of(json!({"Attribute": [attribute(1, kind, &value, true), attribute(2, kind, &value, false)]})));
        for indicator in of(&objects, "indicator") {
            prop_assert!(crate::feed::pattern::equalities(indicator["pattern"].as_str().expect("a pattern")).is_some());
        }
    }
}
