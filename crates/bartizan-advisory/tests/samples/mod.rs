//! Sample advisories, written in every format: for the tests and for scripts/advisory-oracles.sh.
// Each test and the example use some of it.
#![allow(dead_code)]

use bartizan_advisory::advisory::*;
use bartizan_advisory::csaf::Version;
use bartizan_advisory::emit::{File, Profile, csaf, openvex, osv};
use bartizan_advisory::track::{Release, to_release};
use bartizan_advisory::{read, withdraw};

fn text(text: &str) -> String {
    text.to_owned()
}

/// A product in all its parts, fixed and affected versions, scores of both kinds, thanks.
pub fn full() -> Advisory {
    let product = |id: &str, versions: Versions, purl: Option<&str>, cpe: Option<&str>| Product {
        id: text(id),
        vendor: text("Example Company"),
        name: text("Gate"),
        versions,
        purl: purl.map(text),
        cpe: cpe.map(text),
    };
    Advisory {
        id: text("BTZ-2026_#0001"),
        title: text("Gate lets strangers in"),
        language: text("en"),
        publisher: Publisher {
            category: PublisherCategory::Coordinator,
            name: text("Example Clearinghouse"),
            namespace: text("https://clearinghouse.example.com"),
            contact: Some(text("security@example.com")),
            authority: None,
        },
        tlp: Tlp::Clear,
        sharing: None,
        licence: Some(text("CC-BY-4.0")),
        status: Status::Final,
        revisions: vec![
            Revision { number: 1, date: text("2025-06-02T09:00:00Z"), summary: text("First release.") },
            Revision { number: 2, date: text("2025-06-20T09:30:00Z"), summary: text("Fixed version named.") },
        ],
        published_in: Some(text("https://clearinghouse.example.com/.well-known/csaf/white/2026")),
        notes: vec![Note {
            category: NoteCategory::Summary,
            title: text("Summary"),
            text: text("One flaw, one fix."),
        }],
        references: vec![Reference {
            summary: text("The vendor's page"),
            url: text("https://www.example.com/security"),
        }],
        acknowledgements: vec![Acknowledgement {
            names: vec![text("Zoë \"0x7a\" O'Neill"), text("  Kim  ")],
            organization: Some(text("Université de l'Exemple")),
            summary: Some(text("for *coordination*")),
            urls: vec![text("https://example.net/zoe")],
        }],
        products: vec![
            product(
                "CSAFPID-0001",
                Versions::Range(text("vers:npm/>=1.0.0|<1.4.2")),
                Some("pkg:npm/%40example/gate"),
                None,
            ),
            product(
                "CSAFPID-0002",
                Versions::One(text("1.4.2")),
                Some("pkg:npm/%40example/gate@1.4.2"),
                Some("cpe:2.3:a:example:gate:1.4.2:*:*:*:*:*:*:*"),
            ),
            Product { name: text("Fence"), ..product("CSAFPID-0003", Versions::One(text("7")), None, None) },
        ],
        vulnerabilities: vec![Vulnerability {
            cve: Some(text("CVE-2026-12345")),
            ids: vec![(text("Example Clearinghouse"), text("case-17"))],
            title: text("No check of the token"),
            description: text("The token is read and never compared."),
            weaknesses: vec![text("CWE-287"), text("CWE-306")],
            scores: vec![
                Score {
                    vector: text("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"),
                    products: vec![text("CSAFPID-0001")],
                },
                Score {
                    vector: text("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"),
                    products: vec![text("CSAFPID-0001")],
                },
            ],
            statuses: vec![
                Statement {
                    product: text("CSAFPID-0001"),
                    status: ProductStatus::KnownAffected,
                    justification: None,
                    impact: None,
                },
                Statement {
                    product: text("CSAFPID-0002"),
                    status: ProductStatus::Fixed,
                    justification: None,
                    impact: None,
                },
                Statement {
                    product: text("CSAFPID-0003"),
                    status: ProductStatus::KnownNotAffected,
                    justification: Some(Justification::VulnerableCodeNotPresent),
                    impact: Some(text("Fence has no tokens.")),
                },
            ],
            remediations: vec![Remediation {
                category: RemediationCategory::VendorFix,
                details: text("Update to 1.4.2."),
                url: Some(text("https://www.example.com/gate/1.4.2")),
                date: Some(text("2025-06-20T09:00:00Z")),
                products: vec![text("CSAFPID-0001")],
            }],
            threats: vec![Threat {
                category: ThreatCategory::ExploitStatus,
                details: text("No use is known."),
                date: Some(text("2025-06-20T09:00:00Z")),
                products: Vec::new(),
            }],
            notes: Vec::new(),
            references: vec![Reference {
                summary: text("Commit"),
                url: text("https://github.com/example/gate/commit/1"),
            }],
            acknowledgements: vec![Acknowledgement {
                names: vec![text("Finder <One>")],
                ..Acknowledgement::default()
            }],
            discovered: Some(text("2025-03-01T00:00:00Z")),
            disclosed: Some(text("2025-06-02T09:00:00Z")),
        }],
        withdrawn: None,
    }
}

/// The same, taken back by a third edition: as a document of a version of CSAF.
pub fn withdrawn(version: Version) -> serde_json::Value {
    let written = csaf(&full(), version, Profile::Advisory).expect("a valid document");
    let mut document = serde_json::from_slice(&written.bytes).expect("JSON");
    withdraw(&mut document, "The flaw is in another product.");
    let release = Release {
        number: 3,
        date: "2025-07-01T08:00:00Z",
        summary: "Withdrawn.",
        status: Status::Final,
        folder: Some("https://clearinghouse.example.com/.well-known/csaf/white/2026"),
    };
    to_release(&mut document, &release);
    document
}

/// The least there can be: no product, nothing but a text, for few eyes.
pub fn bare() -> Advisory {
    let mut advisory = full();
    advisory.id = text("note 1");
    advisory.tlp = Tlp::AmberStrict;
    advisory.status = Status::Interim;
    advisory.revisions.truncate(1);
    advisory.published_in = None;
    advisory.licence = None;
    advisory.products = Vec::new();
    advisory.vulnerabilities = Vec::new();
    advisory
}

/// Two vulnerabilities, one without CVE, score or remediation.
pub fn two() -> Advisory {
    let mut advisory = full();
    advisory.id = text("BTZ-2026-0002");
    advisory.tlp = Tlp::Amber;
    let mut other = advisory.vulnerabilities[0].clone();
    other.cve = None;
    other.ids = vec![(text("https://github.com/oasis-tcs/csaf"), text("#1"))];
    other.scores = Vec::new();
    other.weaknesses = Vec::new();
    other.remediations = Vec::new();
    other.statuses.truncate(1);
    advisory.vulnerabilities.push(other);
    advisory
}

/// All samples in all formats that can say them, with the folder each belongs in.
pub fn files() -> Vec<(&'static str, File)> {
    let mut files = Vec::new();
    for advisory in [full(), bare(), two()] {
        for (format, version, profile) in [
            ("csaf-2.0", Version::V2_0, Profile::Advisory),
            ("csaf-2.1", Version::V2_1, Profile::Advisory),
            ("vex-2.0", Version::V2_0, Profile::Vex),
            ("vex-2.1", Version::V2_1, Profile::Vex),
        ] {
            if profile == Profile::Advisory || !advisory.vulnerabilities.is_empty() {
                files.push((format, csaf(&advisory, version, profile).expect("a valid document")));
            }
        }
        if !advisory.vulnerabilities.is_empty() {
            files.push(("openvex", openvex(&advisory).expect("statements")));
            files.extend(osv(&advisory).expect("records").into_iter().map(|file| ("osv", file)));
        }
    }
    for (format, vex, version) in
        [("csaf-2.0", "vex-2.0", Version::V2_0), ("csaf-2.1", "vex-2.1", Version::V2_1)]
    {
        let last = read::advisory(&withdrawn(version)).expect("an advisory");
        let name = |mut file: File, kind: &str| {
            file.name = format!("withdrawn-{}-{kind}", file.name);
            file
        };
        for (number, other) in [Version::V2_0, Version::V2_1].into_iter().enumerate() {
            let format = ["csaf-2.0", "csaf-2.1"][number];
            files.push((format, name(csaf(&last, other, Profile::Advisory).expect("a valid document"), vex)));
        }
        let bytes = bartizan_advisory::emit::bytes(&withdrawn(version));
        files.push((format, File { name: "withdrawn.json".into(), bytes }));
        let gone = full().retracted_by(&last);
        files.push((vex, name(csaf(&gone, version, Profile::Vex).expect("a valid document"), vex)));
        files.push(("openvex", name(openvex(&gone).expect("statements"), vex)));
        files.extend(osv(&gone).expect("records").into_iter().map(|file| ("osv", name(file, vex))));
    }
    files
}
