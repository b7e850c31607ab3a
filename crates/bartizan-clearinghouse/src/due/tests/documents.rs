//! What is read from CSAF: against what our own writers put there, and against the specification's rules.

use bartizan_advisory::advisory as a;
use bartizan_advisory::csaf::Version;
use bartizan_advisory::emit::{Profile, csaf as write};
use bartizan_product::inventory::Exposure;
use bartizan_product::matching::{ReasonCode, Verdict};
use serde_json::json;

use super::super::{Code, Notice, RemedyKind};
use super::*;

fn text(text: &str) -> String {
    text.to_owned()
}

/// An advisory as the editor makes it: affected below 1.4.2, fixed in 1.4.2, another product not affected.
fn advisory() -> a::Advisory {
    let product = |id: &str, versions, purl: Option<&str>, cpe: Option<&str>| a::Product {
        id: text(id),
        vendor: text("Example Company"),
        name: text("Gate"),
        versions,
        purl: purl.map(text),
        cpe: cpe.map(text),
    };
    let said = |product: &str, status, justification| a::Statement {
        product: text(product),
        status,
        justification,
        impact: None,
    };
    let remedy = |category, details: &str, url: Option<&str>| a::Remediation {
        category,
        details: text(details),
        url: url.map(text),
        date: None,
        products: vec![text("CSAFPID-0001")],
    };
    a::Advisory {
        id: text("BTZ-2026-0001"),
        title: text("Gate lets strangers in"),
        language: text("en"),
        publisher: a::Publisher {
            category: a::PublisherCategory::Coordinator,
            name: text("Example Clearinghouse"),
            namespace: text("https://clearinghouse.example.com"),
            contact: None,
            authority: None,
        },
        tlp: a::Tlp::Clear,
        sharing: None,
        licence: None,
        status: a::Status::Final,
        revisions: vec![
            a::Revision { number: 1, date: text("2025-06-02T09:00:00Z"), summary: text("First release.") },
            a::Revision { number: 2, date: text("2025-06-20T09:30:00Z"), summary: text("Fix named.") },
        ],
        published_in: None,
        notes: vec![a::Note {
            category: a::NoteCategory::Summary,
            title: text("Summary"),
            text: text("One flaw."),
        }],
        references: vec![a::Reference {
            summary: text("More"),
            url: text("https://www.example.com/security"),
        }],
        acknowledgements: Vec::new(),
        products: vec![
            product(
                "CSAFPID-0001",
                a::Versions::Range(text("vers:npm/>=1.0.0|<1.4.2")),
                Some("pkg:npm/%40example/gate"),
                None,
            ),
            product(
                "CSAFPID-0002",
                a::Versions::One(text("1.4.2")),
                Some("pkg:npm/%40example/gate@1.4.2"),
                Some("cpe:2.3:a:example:gate:1.4.2:*:*:*:*:*:*:*"),
            ),
            a::Product {
                name: text("Fence"),
                ..product("CSAFPID-0003", a::Versions::One(text("7")), Some("pkg:npm/fence@7"), None)
            },
        ],
        vulnerabilities: vec![a::Vulnerability {
            cve: Some(text("CVE-2026-12345")),
            ids: Vec::new(),
            title: text("No check of the token"),
            description: text("The token is read and never compared."),
            weaknesses: vec![text("CWE-287")],
            scores: vec![a::Score {
                vector: text("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"),
                products: vec![text("CSAFPID-0001")],
            }],
            statuses: vec![
                said("CSAFPID-0001", a::ProductStatus::KnownAffected, None),
                said("CSAFPID-0002", a::ProductStatus::Fixed, None),
                said(
                    "CSAFPID-0003",
                    a::ProductStatus::KnownNotAffected,
                    Some(a::Justification::VulnerableCodeNotPresent),
                ),
            ],
            remediations: vec![
                remedy(
                    a::RemediationCategory::VendorFix,
                    "Update to 1.4.2.",
                    Some("https://www.example.com/gate/1.4.2"),
                ),
                remedy(a::RemediationCategory::Workaround, "Turn tokens off.", None),
            ],
            threats: Vec::new(),
            notes: Vec::new(),
            references: Vec::new(),
            acknowledgements: Vec::new(),
            discovered: None,
            disclosed: None,
        }],
        withdrawn: None,
    }
}

#[test]
fn what_our_writers_say_is_read_in_every_edition() {
    for (version, profile) in [
        (Version::V2_0, Profile::Advisory),
        (Version::V2_1, Profile::Advisory),
        (Version::V2_0, Profile::Vex),
        (Version::V2_1, Profile::Vex),
    ] {
        let file = write(&advisory(), version, profile).expect("a valid document");
        let notice = Notice::read("k", &String::from_utf8(file.bytes).expect("UTF-8")).expect("CSAF");
        assert_eq!(notice.troubles, []);
        assert_eq!((&*notice.id, &*notice.version), ("BTZ-2026-0001", "2"));
        assert_eq!(notice.published, crate::time::parse("2025-06-02T09:00:00Z").expect("a time"));
        assert_eq!(notice.affected().len(), 1, "one product is affected, by one name");
        let hole = &notice.holes[0];
        assert_eq!((&*hole.name, hole.cvss.len(), hole.remedies.len()), ("CVE-2026-12345", 1, 2));
        let table = "host,purl,exposed\na,pkg:npm/%40example/gate@1.4.1,no\nb,pkg:npm/%40example/gate@1.4.2,no\n\
                     c,pkg:npm/%40example/gate@0.9.0,no\nd,pkg:npm/fence@7,no\ne,pkg:npm/gate@1.2.0,no\n";
        let items = listed(vec![notice], &assets(table), &Published::default());
        let found: Vec<_> = items.iter().map(|i| (&*i.asset, i.verdict, i.exposure)).collect();
        assert_eq!(found, [("a", Verdict::Affected, Exposure::No)], "{version:?} {profile:?}");
        let item = &items[0];
        assert_eq!(item.fixes[0].details, "Update to 1.4.2.");
        assert_eq!(item.fixes[0].url.as_deref(), Some("https://www.example.com/gate/1.4.2"));
        assert_eq!(
            (item.bridges[0].kind, &*item.bridges[0].details),
            (RemedyKind::Workaround, "Turn tokens off.")
        );
        assert_eq!(item.because[0].reason.code, ReasonCode::InRange);
    }
}

/// The last word on one version of gate.
fn verdict(tree: &serde_json::Value, status: &serde_json::Value, component: &str) -> Option<Verdict> {
    let notice = csaf("A", tree, &json!([{ "cve": "CVE-2026-1", "product_status": status }]));
    let table = format!("host,product,version,purl,cpe\nh,{component}\n");
    let assets = assets(&table);
    let found = Notices::new(vec![notice.into()]).of_component(&assets[0].components[0]);
    found.first().map(|b| b.verdict)
}

#[test]
fn versions_and_statuses_are_those_of_the_specification() {
    let affected = json!({ "known_affected": ["P"] });
    let one = |version: &str| tree(&[("P", version, Some("pkg:npm/gate"))]);
    let gate = |version: &str| format!("gate,{version},pkg:npm/gate@{version},");
    use Verdict::{Affected, NotAffected, Unknown};
    // CSAF 2.1, section 3.1.2.3: a version, or a range as VERS or with bare comparators.
    assert_eq!(verdict(&one("1.2.0"), &affected, &gate("1.2.0")), Some(Affected));
    assert_eq!(verdict(&one("1.2.0"), &affected, &gate("1.2.1")), Some(NotAffected));
    assert_eq!(verdict(&one("vers:npm/<1.4.2"), &affected, &gate("1.4.1")), Some(Affected));
    assert_eq!(verdict(&one("<1.4.2"), &affected, &gate("1.4.1")), Some(Affected));
    assert_eq!(verdict(&one(">1.2.0|<2.4.0"), &affected, &gate("2.4.0")), Some(NotAffected));
    assert_eq!(verdict(&one("vers:all/*"), &affected, &gate("9.9.9")), Some(Affected));
    // Words are no range: nothing is guessed.
    assert_eq!(verdict(&one("all before <2> (see below)"), &affected, &gate("1.0.0")), Some(Unknown));
    // A package without version: the advisory does not say which.
    let bare = json!({ "full_product_names": [{ "name": "gate", "product_id": "P", "product_identification_helper": { "purl": "pkg:npm/gate" } }] });
    assert_eq!(verdict(&bare, &affected, &gate("1.0.0")), Some(Unknown));
    // A CPE name whose version is ANY (NISTIR 7696): every version.
    let any = json!({ "full_product_names": [{ "name": "gate", "product_id": "P", "product_identification_helper": { "cpe": "cpe:2.3:a:example:gate:*:*:*:*:*:*:*:*" } }] });
    let by_cpe = "gate,3,,cpe:2.3:a:example:gate:3:*:*:*:*:*:*:*";
    assert_eq!(verdict(&any, &affected, by_cpe), Some(Affected));
    // What is fixed in just this version weighs more than a range; being looked at is no verdict.
    let two =
        tree(&[("P", "vers:npm/<2.0.0", Some("pkg:npm/gate")), ("F", "1.9.9", Some("pkg:npm/gate@1.9.9"))]);
    let both = json!({ "known_affected": ["P"], "fixed": ["F"] });
    assert_eq!(verdict(&two, &both, &gate("1.9.9")), Some(NotAffected));
    assert_eq!(verdict(&two, &both, &gate("1.9.8")), Some(Affected));
    assert_eq!(
        verdict(&one("1.2.0"), &json!({ "under_investigation": ["P"] }), &gate("1.2.0")),
        Some(Unknown)
    );
    assert_eq!(
        verdict(&one("1.2.0"), &json!({ "known_not_affected": ["P"] }), &gate("1.2.0")),
        Some(NotAffected)
    );
    assert_eq!(verdict(&one("1.2.0"), &json!({ "recommended": ["P"] }), &gate("1.2.0")), None);
    // Only the name agrees.
    assert_eq!(verdict(&tree(&[("P", "1", None)]), &affected, "gate,1,,"), Some(Unknown));
    // Part of a product on a platform that the inventory does not tell: perhaps.
    let mut on = one("1.2.0");
    on["full_product_names"] = json!([{ "name": "Platform 9", "product_id": "OS" }]);
    on["relationships"] = json!([{ "category": "default_component_of", "product_reference": "P", "relates_to_product_reference": "OS",
        "full_product_name": { "name": "gate on Platform 9", "product_id": "PO" } }]);
    assert_eq!(verdict(&on, &json!({ "known_affected": ["PO"] }), &gate("1.2.0")), Some(Unknown));
}

#[test]
fn hostile_documents_are_refused_or_harmless() {
    for bad in ["", "[]", "{}", "{\"document\": 3}", "{\"document\": {\"tracking\": {\"id\": \"x\"}}}"] {
        assert_eq!(Notice::read("k", bad).expect_err("none").code, Code::Csaf, "{bad}");
    }
    let deep = (0..50).fold(
        json!({ "product": { "name": "p", "product_id": "P" } }),
        |inner, _| json!({ "category": "product_name", "name": "n", "branches": [inner] }),
    );
    let notice = csaf(
        "A",
        &json!({ "branches": [deep], "relationships": [{}, 3, { "full_product_name": { "product_id": "R" }, "product_reference": "R" }] }),
        &json!([{ "cve": 7, "product_status": { "known_affected": ["P", "R", 3, "nothing"] }, "remediations": ["x", { "category": "vendor_fix", "url": "javascript:alert(1)" }] }]),
    );
    assert_eq!(notice.affected(), []);
    assert_eq!(notice.holes[0].name, "A #1");
    assert_eq!(notice.holes[0].remedies[0].url, None, "what a browser would run is no address");
    let broken = tree(&[("P", "1", Some("pkg:")), ("Q", "vers:npm/>=", Some("pkg:npm/gate"))]);
    let notice = csaf("A", &broken, &json!([{ "product_status": { "known_affected": ["P", "Q"] } }]));
    assert_eq!(notice.troubles.iter().map(|t| &*t.product).collect::<Vec<_>>(), ["P", "Q"], "it is told");
}
