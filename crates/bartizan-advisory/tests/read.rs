//! A document is read as the advisory that it was written from, and what is not read is told.

use bartizan_advisory::advisory::{Status, Tlp};
use bartizan_advisory::csaf::{Options, Version, validate};
use bartizan_advisory::emit::{self, Profile, csaf};
use bartizan_advisory::{read, track};
use serde_json::{Value, json};

mod samples;

fn value(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("JSON")
}

#[test]
fn what_was_written_is_read_again() {
    for advisory in [samples::full(), samples::two(), samples::bare()] {
        for version in [Version::V2_0, Version::V2_1] {
            let written = csaf(&advisory, version, Profile::Advisory).expect("a document");
            let document = value(&written.bytes);
            assert_eq!(read::version(&document), Some(version));
            let again = read::advisory(&document).expect("an advisory");
            let rewritten = csaf(&again, version, Profile::Advisory).expect("a document");
            assert_eq!(
                String::from_utf8_lossy(&rewritten.bytes),
                String::from_utf8_lossy(&written.bytes),
                "{} {version:?}",
                advisory.id
            );
            assert_eq!(read::uncovered(&document), Vec::<String>::new(), "{} {version:?}", advisory.id);
            assert_eq!(again.tlp, advisory.tlp);
            assert_eq!(again.acknowledgements, advisory.acknowledgements);
        }
    }
}

#[test]
fn what_is_not_read_is_told() {
    let mut document =
        value(&csaf(&samples::full(), Version::V2_1, Profile::Advisory).expect("a document").bytes);
    document["vulnerabilities"][0]["involvements"] = json!([{ "party": "vendor", "status": "open" }]);
    document["document"]["aggregate_severity"] = json!({ "text": "High" });
    document["document"]["notes"][0]["audience"] = json!("all");
    assert_eq!(
        read::uncovered(&document),
        ["/document/aggregate_severity", "/document/notes/0/audience", "/vulnerabilities/0/involvements"]
    );
    assert_eq!(read::uncovered(&json!([1])), [""]);
    assert!(read::advisory(&json!({ "document": {} })).is_none());
}

/// Whatever a document is, reading it does not fail; and what it says is either read or told of.
#[test]
fn odd_documents_are_read_as_far_as_they_go() {
    let odd = json!({
        "document": { "csaf_version": "2.0", "tracking": { "revision_history": [{ "number": "2.1.0", "date": 7 }] },
                      "distribution": { "tlp": { "label": "PURPLE" } } },
        "product_tree": { "branches": [{ "category": "vendor", "name": "V", "branches": [
            { "category": "product_name", "name": "P", "product": { "name": "V P", "product_id": "1" } }] }],
            "full_product_names": [{ "name": "Q", "product_id": "2" }, { "product_id": 3 }] },
        "vulnerabilities": [{ "product_status": { "known_affected": ["1", 5, "9"] }, "scores": [{ "cvss_v2": {} }] }, 4],
    });
    let advisory = read::advisory(&odd).expect("an advisory");
    assert_eq!(advisory.tlp, Tlp::Red, "a label that is none is the strictest");
    assert_eq!(advisory.products.len(), 2);
    assert_eq!(advisory.vulnerabilities.len(), 2);
    assert!(!read::uncovered(&odd).is_empty());
}

#[test]
fn a_draft_becomes_a_release_and_the_next() {
    let mut advisory = samples::full();
    advisory.revisions = vec![bartizan_advisory::advisory::Revision {
        number: 0,
        date: "2026-06-01T08:00:00Z".into(),
        summary: "Draft.".into(),
    }];
    advisory.published_in = None;
    let mut draft = emit::draft(&advisory, Version::V2_0).expect("a draft");
    track::to_draft(&mut draft, None, "2026-06-01T08:00:00Z");
    let valid = |document: &Value| {
        let report =
            validate(&emit::bytes(document), &Options { mandatory_only: true, ..Options::default() });
        assert!(report.is_valid(), "{:#?}", report.findings);
    };
    valid(&draft);
    assert_eq!((track::status(&draft), track::tlp(&draft)), (Some("draft"), Some(Tlp::Clear)));
    let release = track::Release {
        number: 1,
        date: "2026-06-02T09:00:00Z",
        summary: "First release.",
        status: Status::Final,
        folder: Some("https://node.example/csaf/a/white/2026"),
    };
    let mut first = draft.clone();
    track::to_release(&mut first, &release);
    valid(&first);
    assert_eq!(first["document"]["tracking"]["version"], "1");
    assert_eq!(track::first_release(&first), Some("2026-06-02T09:00:00Z"));
    assert_eq!(
        first["document"]["references"][0]["url"],
        "https://node.example/csaf/a/white/2026/btz-2026_0001.json"
    );
    // The next draft says a history of its own: it is not believed.
    let mut next = draft.clone();
    next["document"]["tracking"]["revision_history"] =
        json!([{ "number": "7", "date": "1999-01-01T00:00:00Z", "summary": "forged" }]);
    track::to_draft(&mut next, Some(&first), "2026-06-03T08:00:00Z");
    track::to_release(
        &mut next,
        &track::Release { number: 2, date: "2026-06-04T09:00:00Z", summary: "Fixed.", ..release },
    );
    valid(&next);
    let numbers: Vec<_> = next["document"]["tracking"]["revision_history"]
        .as_array()
        .expect("a history")
        .iter()
        .map(|e| e["number"].clone())
        .collect();
    assert_eq!(numbers, ["1", "2"]);
    assert_eq!(track::first_release(&next), Some("2026-06-02T09:00:00Z"));
    let own = next["document"]["references"]
        .as_array()
        .expect("references")
        .iter()
        .filter(|r| r["category"] == "self")
        .count();
    assert_eq!(own, 1);
}
