//! What is written is valid, the same each time, and says what the advisory says.

use bartizan_advisory::advisory::{Tlp, Versions};
use bartizan_advisory::csaf::{Options, Version, file_name, validate};
use bartizan_advisory::emit::{Profile, Refused, csaf, openvex, osv};
use bartizan_advisory::{read, withdraw};
use serde_json::Value;

mod samples;

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("JSON")
}

#[test]
fn every_sample_passes_the_mandatory_tests() {
    let files = samples::files();
    assert_eq!(files.len(), 3 * 2 + 2 * 2 + 2 + 3 + 2 * (2 + 1 + 1 + 1 + 1));
    for (format, file) in
        files.iter().filter(|(format, _)| format.starts_with("csaf") || format.starts_with("vex"))
    {
        let report = validate(&file.bytes, &Options::default());
        assert!(report.is_valid(), "{format}/{}: {:#?}", file.name, report.findings);
        // Sorted keys, a canonical URL where one is published: the optional tests that are ours to keep.
        assert!(!report.failed("6.2.13") && !report.failed("6.2.20"), "{format}/{}", file.name);
    }
}

#[test]
fn the_same_bytes_each_time() {
    assert_eq!(samples::files(), samples::files());
}

#[test]
fn thanks_stand_verbatim() {
    let advisory = samples::full();
    for version in [Version::V2_0, Version::V2_1] {
        let document = json(&csaf(&advisory, version, Profile::Advisory).expect("a document").bytes);
        let thank = &document["document"]["acknowledgments"][0];
        assert_eq!(thank["names"][0], "Zoë \"0x7a\" O'Neill");
        assert_eq!(thank["names"][1], "  Kim  ");
        assert_eq!(thank["summary"], "for *coordination*");
        assert_eq!(document["vulnerabilities"][0]["acknowledgments"][0]["names"][0], "Finder <One>");
        assert_eq!(document["document"]["category"], "csaf_security_advisory");
    }
    let record = json(&osv(&advisory).expect("records")[0].bytes);
    assert_eq!(record["credits"][0]["name"], "Finder <One>");
}

/// OSV schema, "affected[].ranges[].events"; VERS `>=1.0.0|<1.4.2`.
#[test]
fn ranges_become_events() {
    let record = json(&osv(&samples::full()).expect("records")[0].bytes);
    let package = &record["affected"][0];
    assert_eq!(package["package"]["ecosystem"], "npm");
    assert_eq!(package["package"]["name"], "@example/gate");
    assert_eq!(
        package["ranges"][0]["events"],
        serde_json::json!([{ "introduced": "1.0.0" }, { "fixed": "1.4.2" }])
    );
    assert_eq!(record["aliases"], serde_json::json!(["CVE-2026-12345"]));
}

#[test]
fn openvex_says_each_status_once() {
    let document = json(&openvex(&samples::full()).expect("a document").bytes);
    let statuses: Vec<&str> = document["statements"]
        .as_array()
        .expect("statements")
        .iter()
        .filter_map(|item| item["status"].as_str())
        .collect();
    assert_eq!(statuses, ["affected", "fixed", "not_affected"]);
    assert_eq!(
        document["statements"][0]["action_statement"],
        "Update to 1.4.2. (https://www.example.com/gate/1.4.2)"
    );
    assert_eq!(document["statements"][2]["justification"], "vulnerable_code_not_present");
}

/// CSAF 2.1, section 4.6 (2.0 has no such profile); OSV schema, "withdrawn".
#[test]
fn what_is_withdrawn_says_so_and_claims_nothing() {
    for version in [Version::V2_0, Version::V2_1] {
        let document = samples::withdrawn(version);
        let part = &document["document"];
        assert_eq!(part["category"], if version == Version::V2_1 { "csaf_withdrawn" } else { "csaf_base" });
        assert_eq!(part["title"], "Withdrawn: Gate lets strangers in");
        let note = &part["notes"][0];
        assert_eq!(
            (&note["category"], &note["title"]),
            (&"description".into(), &"Reasoning for Withdrawal".into())
        );
        assert_eq!(
            (note["text"].as_str(), part["notes"].as_array().map(Vec::len)),
            (Some("The flaw is in another product."), Some(1))
        );
        assert!(document.get("vulnerabilities").is_none() && document.get("product_tree").is_none());
        assert_eq!(part["tracking"]["status"], "final");
        assert_eq!(part["tracking"]["revision_history"].as_array().map(Vec::len), Some(3));
        assert_eq!(
            part["tracking"]["initial_release_date"], "2025-06-02T09:00:00Z",
            "where it is found stays"
        );
        let thanks = part["acknowledgments"].to_string();
        assert!(thanks.contains("  Kim  ") && thanks.contains("Finder <One>"), "{thanks}");
        let report = validate(&bartizan_advisory::emit::bytes(&document), &Options::default());
        assert!(report.is_valid(), "{:#?}", report.findings);
        let last = read::advisory(&document).expect("an advisory");
        assert_eq!(last.withdrawn.as_deref(), Some("The flaw is in another product."));
        let twice = {
            let mut again = document.clone();
            withdraw(&mut again, "The flaw is in another product.");
            again
        };
        assert_eq!(twice, document, "withdrawing twice changes nothing");
        // What others hold by its own name is taken back by that name.
        let gone = samples::full().retracted_by(&last);
        let (was, record) =
            (osv(&samples::full()).expect("records"), json(&osv(&gone).expect("records")[0].bytes));
        assert_eq!(was[0].name, osv(&gone).expect("records")[0].name);
        assert_eq!(
            (&record["withdrawn"], &record["modified"]),
            (&"2025-07-01T08:00:00Z".into(), &"2025-07-01T08:00:00Z".into())
        );
        assert!(record.get("affected").is_none() && record.get("severity").is_none(), "{record}");
        assert_eq!(record["credits"][0]["name"], "Zoë \"0x7a\" O'Neill");
        let vex = json(&openvex(&gone).expect("statements").bytes);
        let statements = vex["statements"].as_array().expect("statements");
        assert!(statements.iter().all(|s| s["status"] == "under_investigation"), "{vex}");
        assert_eq!(
            statements[0]["status_notes"],
            "The advisory was withdrawn: The flaw is in another product."
        );
        assert_eq!(vex["version"], 3);
    }
    // What only says something of the kind is no withdrawal.
    let mut other = samples::withdrawn(Version::V2_0);
    other["document"]["title"] = "About withdrawals".into();
    assert_eq!(read::advisory(&other).expect("an advisory").withdrawn, None);
    assert_eq!(
        read::advisory(&json(&csaf(&samples::full(), Version::V2_1, Profile::Advisory).expect("one").bytes))
            .expect("an advisory")
            .withdrawn,
        None
    );
}

/// TLP 1.0, which CSAF 2.0 has, lacks AMBER+STRICT: never a wider label.
#[test]
fn strict_stays_strict() {
    let mut advisory = samples::bare();
    let document = json(&csaf(&advisory, Version::V2_0, Profile::Advisory).expect("a document").bytes);
    assert_eq!(document["document"]["distribution"]["tlp"]["label"], "RED");
    assert!(
        document["document"]["distribution"]["text"]
            .as_str()
            .is_some_and(|text| text.contains("AMBER+STRICT"))
    );
    advisory.tlp = Tlp::Green;
    let document = json(&csaf(&advisory, Version::V2_1, Profile::Advisory).expect("a document").bytes);
    assert_eq!(document["document"]["distribution"]["tlp"]["label"], "GREEN");
}

#[test]
fn what_would_be_invalid_is_refused() {
    let mut advisory = samples::full();
    advisory.products[0].versions = Versions::One("before 2".into());
    let refused = csaf(&advisory, Version::V2_1, Profile::Advisory).expect_err("no single version");
    assert!(
        matches!(&refused, Refused::Invalid(_, findings) if findings.iter().any(|finding| finding.test == "6.1.31")),
        "{refused}"
    );
    let mut advisory = samples::full();
    advisory.vulnerabilities[0].scores[0].vector = "CVSS:3.1/AV:N".into();
    assert!(matches!(csaf(&advisory, Version::V2_0, Profile::Advisory), Err(Refused::Vector(_))));
    advisory.revisions.clear();
    assert!(matches!(osv(&advisory), Err(Refused::NoRevision(_))));
}

/// Examples of section 5.1.
#[test]
fn file_names() {
    assert_eq!(file_name("cisco-sa-20190513-secureboot"), "cisco-sa-20190513-secureboot.json");
    assert_eq!(file_name("Example Company - 2019-YH3234"), "example_company_-_2019-yh3234.json");
    assert_eq!(file_name("RHBA-2019:0024"), "rhba-2019_0024.json");
    assert_eq!(file_name("2022_#01-A"), "2022_01-a.json");
}

/// A weakness is named in a version of CWE that the reference validator knows too, where its name is the same in the newest.
#[test]
fn weaknesses_are_in_a_version_that_is_read() {
    let mut advisory = samples::full();
    advisory.revisions[1].date = "2026-11-30T09:30:00Z".into();
    let document = json(&csaf(&advisory, Version::V2_1, Profile::Advisory).expect("a document").bytes);
    assert_eq!(document["vulnerabilities"][0]["cwes"][0]["version"], "4.17");
    advisory.revisions[1].date = "2025-06-02T10:00:00Z".into();
    advisory.revisions[0].date = "2024-08-01T09:00:00Z".into();
    advisory.revisions.truncate(1);
    advisory.vulnerabilities[0].discovered = None;
    advisory.vulnerabilities[0].disclosed = None;
    advisory.vulnerabilities[0].remediations[0].date = None;
    advisory.vulnerabilities[0].threats[0].date = None;
    let document = json(&csaf(&advisory, Version::V2_1, Profile::Advisory).expect("a document").bytes);
    assert_eq!(document["vulnerabilities"][0]["cwes"][0]["version"], "4.15", "the newest in August 2024");
}
