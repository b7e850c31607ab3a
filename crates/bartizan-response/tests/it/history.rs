//! A report beside earlier ones: expectations from docs/library.md.

use bartizan_knowledge::Pack;
use bartizan_response::history::{
    Claim, Earlier, Head, Place, Record, Shelf, Strength, changes, links, markdown, wire,
};
use bartizan_stix::Tlp;
use serde_json::{Value, json};

fn claim(id: &str, kind: &str, key: &str, grade: &str) -> Claim {
    let place = Place { start: 1, end: 2, quote: key.to_owned(), sentence: format!("Of {key}.") };
    Claim {
        id: id.to_owned(),
        kind: kind.to_owned(),
        key: key.to_owned(),
        label: key.to_owned(),
        grade: grade.to_owned(),
        confidence: 0.9,
        common: false,
        evidence: vec![place],
    }
}

fn record(observables: Vec<Claim>, entities: Vec<Claim>, techniques: Vec<Claim>) -> Record {
    Record {
        sha256: "a".repeat(64),
        name: "a.txt".to_owned(),
        title: "Storm".to_owned(),
        publisher: None,
        published: None,
        source_url: None,
        generated: "2026-06-02T00:00:00.000Z".to_owned(),
        pack: "test".to_owned(),
        marking: Tlp::Clear,
        genre: None,
        risk: None,
        stated: Vec::new(),
        techniques,
        observables,
        entities,
        events: Vec::new(),
        text: String::new(),
    }
}

fn earlier(number: i64, shared: &[(Claim, u32)], techniques: &[&str]) -> Earlier {
    Earlier {
        head: Head {
            number,
            sha256: "b".repeat(64),
            title: format!("Report {number}"),
            publisher: None,
            published: None,
            marking: Tlp::Clear,
            generated: String::new(),
        },
        shared: shared.to_vec(),
        techniques: techniques.iter().map(|t| ((*t).to_owned(), 0.9)).collect(),
        days: None,
    }
}

/// Strength of the link by one shared claim that `holders` reports have.
fn strength(claims: &[Claim], holders: u32) -> Option<Strength> {
    let (observables, entities) =
        claims.iter().cloned().partition(|c| !matches!(c.kind.as_str(), "actor" | "malware" | "tool"));
    let shared: Vec<(Claim, u32)> = claims.iter().map(|c| (c.clone(), holders)).collect();
    let shelf = Shelf { reports: 100, earlier: vec![earlier(1, &shared, &[])] };
    let found = links(&record(observables, entities, Vec::new()), &shelf, Pack::built_in());
    found.first().map(|l| l.strength)
}

#[test]
fn a_link_is_as_strong_as_what_is_shared_is_rare() {
    let hash = claim("o1", "sha256", &"1".repeat(64), "indicator");
    assert_eq!(strength(std::slice::from_ref(&hash), 1), Some(Strength::Strong));
    assert_eq!(strength(std::slice::from_ref(&hash), 4), Some(Strength::Moderate), "3 / 2 points");
    assert_eq!(strength(&[hash], 49), None, "3 / 7 points");
    let address = claim("o1", "ipv4", "203.0.113.7", "indicator");
    assert_eq!(strength(std::slice::from_ref(&address), 1), Some(Strength::Moderate));
    let listed = Claim { common: true, ..address.clone() };
    assert_eq!(strength(&[listed], 1), None, "what a warning list holds is no link");
    let seen = Claim { grade: "observable".to_owned(), ..address };
    assert_eq!(strength(&[seen], 1), None, "what is no indicator is no link");
    assert_eq!(strength(&[claim("e1", "actor", "G0016", "")], 1), Some(Strength::Weak));
    assert_eq!(strength(&[claim("e1", "tool", "S0002", "")], 1), None);
    let names = [claim("e1", "actor", "G0016", ""), claim("e2", "malware", "S0154", "")];
    assert_eq!(strength(&names, 1), Some(Strength::Moderate), "names alone are never strong");
}

#[test]
fn a_like_way_of_working_is_a_weak_link_and_common_techniques_weigh_less() {
    let ids = ["T1195.002", "T1553.006", "T1606.002", "T1484.002", "T1550.001", "T1199"];
    let techniques: Vec<Claim> = ids.iter().map(|id| claim("t1", "technique", id, "stated")).collect();
    let new = record(Vec::new(), Vec::new(), techniques);
    let shelf =
        Shelf { reports: 2, earlier: vec![earlier(1, &[], &ids), earlier(2, &[], &["T1059.001", "T1105"])] };
    let found = links(&new, &shelf, Pack::built_in());
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].strength, found[0].techniques.len()), (Strength::Weak, 6));
    assert!(found[0].similarity > 0.999);
    // Two of four in common, once the rare half and once the common half: by the rule of the documentation the rare one is liker.
    let of = |list: &[&str]| {
        let mine = ["T1606.002", "T1484.002", "T1059.001", "T1105"];
        let techniques = mine.iter().map(|id| claim("t1", "technique", id, "stated")).collect();
        let anchor = claim("e1", "actor", "G0016", "");
        let shelf = Shelf { reports: 1, earlier: vec![earlier(1, &[(anchor.clone(), 1)], list)] };
        links(&record(Vec::new(), vec![anchor], techniques), &shelf, Pack::built_in())[0].similarity
    };
    assert!(of(&["T1606.002", "T1484.002"]) > of(&["T1059.001", "T1105"]));
}

#[test]
fn changes_are_what_one_has_and_the_other_lacks() {
    let old = record(
        vec![
            claim("o1", "domain", "a.example", "indicator"),
            claim("o2", "domain", "b.example", "observable"),
        ],
        Vec::new(),
        vec![claim("t1", "technique", "T1059", "stated")],
    );
    let mut surer = claim("t3", "technique", "T1059", "stated");
    surer.confidence = 0.8;
    let new = record(
        vec![
            claim("o7", "domain", "b.example", "indicator"),
            claim("o8", "domain", "c.example", "indicator"),
        ],
        Vec::new(),
        vec![surer.clone()],
    );
    let differ = changes(&old, &new);
    let observables = &differ.parts[1];
    let keys = |claims: &[Claim]| claims.iter().map(|c| c.key.clone()).collect::<Vec<_>>();
    assert_eq!(keys(&observables.added), ["c.example"]);
    assert_eq!(keys(&observables.withdrawn), ["a.example"]);
    assert_eq!(observables.changed.len(), 1, "another verdict");
    assert_eq!(differ.parts[0].changed.len(), 1, "a tenth of confidence");
    assert_eq!(differ.counts(), (1, 1, 2));
    assert!(changes(&old, &old).is_empty());
    // The other way round, what is new is withdrawn.
    let back = changes(&new, &old);
    assert_eq!((back.counts().0, back.counts().1), (1, 1));
    surer.confidence = 0.85;
    let near = record(old.observables.clone(), Vec::new(), vec![surer]);
    assert!(changes(&old, &near).is_empty(), "less than a tenth is the same");
}

#[test]
fn changes_carry_the_stricter_marking_and_no_markup() {
    let mut old = record(Vec::new(), Vec::new(), Vec::new());
    let mut new = old.clone();
    (old.marking, new.marking) = (Tlp::AmberStrict, Tlp::Green);
    new.title = "<script>alert(1)</script> [a](http://x) *b*".to_owned();
    new.observables.push(claim("o1", "domain", "<img src=x onerror=alert(1)>", "indicator"));
    let differ = changes(&old, &new);
    assert_eq!(wire::changes(&differ).marking, "TLP:AMBER+STRICT");
    let text = markdown::changes(&differ);
    assert!(text.contains("TLP:AMBER+STRICT"));
    let bare = text.replace("\\[", "").replace("\\*", "");
    assert!(
        !bare.contains('<') && !bare.contains("://") && !bare.contains("[a") && !bare.contains("*b"),
        "{text}"
    );
}

#[test]
fn the_published_schema_is_that_of_the_code_and_fits() {
    let published: Value =
        serde_json::from_str(include_str!("../../../../docs/schema/changes-1.json")).expect("JSON");
    assert_eq!(published, wire::schema(), "cargo xtask schema writes it");
}

#[test]
fn a_record_is_read_with_unknown_members_and_without_assessment() {
    let sha256 = "0".repeat(64);
    let document = json!({
        "schema_version": "1.7", "generated": "2026-06-02T00:00:00.000Z", "marking": "TLP:GREEN", "new member": [1],
        "generator": { "pack": "p" }, "summary": { "title": "T" },
        "document": { "sha256": sha256, "name": "n", "text": "x", "published": "not a day" },
        "techniques": [{ "id": "T1059", "claim": "t1", "name": "Command and Scripting Interpreter", "confidence": 7.5,
            "provenance": "stated", "evidence": [] }],
        "observables": [{ "id": "o1", "type": "telepathy", "value": "v", "verdict": "indicator", "confidence": 0.5 }],
        "entities": [],
    });
    let record = Record::read(document.to_string().as_bytes()).expect("version 1 is read");
    assert_eq!(record.published, None, "what is no day is no day");
    assert_eq!(record.techniques[0].confidence, 1.0);
    assert_eq!(record.observables, [], "claims of unknown kinds are left out");
    for broken in ["", "[]", "{", "null", "{\"schema_version\":\"1.0\"}"] {
        assert!(Record::read(broken.as_bytes()).is_err(), "{broken}");
    }
}

#[test]
fn spoiled_analyses_are_refused_or_read_whole() {
    let good = json!({
        "schema_version": "1.0", "generated": "2026-06-02T00:00:00.000Z", "marking": "TLP:GREEN",
        "generator": { "pack": "p" }, "summary": { "title": "T" },
        "document": { "sha256": "0".repeat(64), "name": "n", "text": "x", "published": "2026-01-01" },
        "techniques": [{ "id": "T1059", "claim": "t1", "name": "N", "confidence": 0.5, "provenance": "stated",
            "evidence": [{ "start": 1, "end": 2, "quote": "q", "sentence": { "text": "s" } }] }],
        "observables": [{ "id": "o1", "type": "ipv4", "value": "203.0.113.7", "verdict": "indicator", "confidence": 0.5 }],
        "entities": [{ "id": "e1", "type": "actor", "name": "A", "confidence": 0.5 }],
        "events": [{ "id": "d1", "type": "occurred", "when": { "earliest": "2026-01-01", "latest": "2026-01-02" },
            "summary": "s", "involves": ["e1"] }],
        "assessment": { "genre": "threat", "risk": { "score": { "value": 50.0, "band": "high" } } },
    });
    let good = good.to_string().into_bytes();
    let mut random = bartizan::learning::SplitMix64::new(20_261_130);
    let mut read = 0;
    for _ in 0..20_000 {
        let mut bytes = good.clone();
        for _ in 0..=random.below(3) {
            let at = random.below(bytes.len());
            bytes[at] = random.below(128) as u8;
        }
        let Ok(record) = Record::read(&bytes) else { continue };
        read += 1;
        assert!(changes(&record, &record).is_empty());
        assert!(record.claims().all(|c| (0.0..=1.0).contains(&c.confidence)));
        assert!(record.sha256.len() == 64 && record.is_edition_of(&record));
    }
    assert!(read > 500, "some changes leave an analysis: {read}");
}
