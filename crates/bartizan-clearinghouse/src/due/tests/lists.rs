//! Lists: who stands where in them, what exceptions and closures do, what is kept of an inventory.

use bartizan_product::inventory::Exposure;
use bartizan_product::matching::Verdict;
use serde_json::json;

use super::super::*;
use super::{DAY, OUT, assets, csaf, listed, tree};
use crate::priority::When;

fn gate(id: &str, cve: &str, range: &str) -> Notice {
    let tree = tree(&[("P", range, Some("pkg:npm/gate"))]);
    csaf(id, &tree, &json!([{ "cve": cve, "product_status": { "known_affected": ["P"] } }]))
}

#[test]
fn one_item_for_each_asset_component_and_vulnerability_whatever_says_so() {
    let table =
        "host,purl\na,pkg:npm/gate@1.0.0\na,pkg:npm/gate@1.1.0\nb,pkg:npm/gate@1.0.0\nc,pkg:npm/gate@3.0.0\n";
    let notices = vec![
        gate("A", "CVE-2026-1", "vers:npm/<2"),
        gate("B", "CVE-2026-1", "vers:npm/<1.0.5"),
        gate("C", "CVE-2026-2", "vers:npm/<1.0.5"),
    ];
    let items = listed(notices.clone(), &assets(table), &Published { now: OUT, ..Published::default() });
    let mut found: Vec<_> = items.iter().map(|i| (&*i.asset, &*i.vulnerability, i.places.len())).collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [("a", "CVE-2026-1", 2), ("a", "CVE-2026-2", 1), ("b", "CVE-2026-1", 1), ("b", "CVE-2026-2", 1)]
    );
    let both = items.iter().find(|i| i.asset == "a" && i.vulnerability == "CVE-2026-1").expect("an item");
    let said: Vec<_> = both.because.iter().map(|b| (b.notice, b.verdict)).collect();
    assert_eq!(
        said,
        [(0, Verdict::Affected), (1, Verdict::Affected), (0, Verdict::Affected), (1, Verdict::NotAffected)]
    );
    // Names of items do not change with versions or with what else is there.
    let later = "host,purl\nb,pkg:npm/gate@1.0.0\na,pkg:npm/gate@1.1.1\n";
    let later = listed(notices, &assets(later), &Published { now: OUT, ..Published::default() });
    assert!(later.iter().any(|i| i.id == both.id));
    assert!(later.iter().all(|i| items.iter().any(|j| j.id == i.id)));
}

#[test]
fn the_same_name_without_a_cve_is_another_vulnerability_of_another_publisher() {
    let one = |id: &str, namespace: &str| {
        let document = json!({
            "document": { "title": "t", "publisher": { "name": "X", "namespace": namespace }, "tracking": { "id": id, "version": "1" } },
            "product_tree": tree(&[("P", "vers:npm/<2", Some("pkg:npm/gate"))]),
            "vulnerabilities": [{ "ids": [{ "system_name": "bugs", "text": "#1" }], "product_status": { "known_affected": ["P"] } }],
        });
        Notice::read(id, &document.to_string()).expect("CSAF")
    };
    let table = assets("host,purl\na,pkg:npm/gate@1.0.0\n");
    let items = listed(
        vec![one("A", "https://a.example"), one("A", "https://b.example")],
        &table,
        &Published::default(),
    );
    assert_eq!(items.len(), 2);
    assert_ne!(items[0].id, items[1].id);
}

#[test]
fn exceptions_end_and_closures_are_believed_until_a_document_says_otherwise() {
    let items = listed(
        vec![gate("A", "CVE-2026-1", "vers:npm/<2")],
        &assets("host,purl,exposed\na,pkg:npm/gate@1.0.0,yes\n"),
        &Published { now: OUT, ..Published::default() },
    );
    let item = &items[0];
    // Nothing known but that it is exposed: three days, until more is known.
    assert_eq!(item.due.earliest, When::By(OUT + 3 * DAY));
    let uploaded = OUT + DAY;
    let at = |standing: &Standing, now| state(item, standing, uploaded, now);
    let mut standing = Standing::default();
    assert_eq!(
        [OUT, OUT + 3 * DAY, OUT + 3 * DAY + 1].map(|now| at(&standing, now)),
        [State::Open, State::Open, State::Overdue]
    );
    let exception = Exception { reason: "The vendor's window is in July.".into(), until: OUT + 30 * DAY };
    exception.check(OUT).expect("an exception");
    standing.exceptions.insert(item.id.clone(), (exception, OUT));
    assert_eq!(
        [OUT + 4 * DAY, OUT + 30 * DAY].map(|now| at(&standing, now)),
        [State::Excepted, State::Overdue]
    );
    for (how, when, expected) in [
        (How::Patched, uploaded, State::Closed),
        // Said to be patched, and a document from after that still has it.
        (How::Patched, uploaded - 1, State::Excepted),
        (How::Removed, uploaded - 1, State::Excepted),
        (How::NotAffected, uploaded - 1, State::Closed),
        (How::Mitigated, uploaded - 1, State::Closed),
    ] {
        let closure = Closure { how, evidence: "CHG-17".into() };
        closure.check().expect("a closure");
        standing.closures.insert(item.id.clone(), (closure, when));
        assert_eq!(at(&standing, OUT + 5 * DAY), expected, "{how}");
    }
    let code =
        |reason: &str, until| Exception { reason: reason.into(), until }.check(OUT).expect_err("none").code;
    assert_eq!(code(" ", OUT + 1), Code::Reason);
    assert_eq!([OUT, OUT + 800 * DAY].map(|until| code("x", until)), [Code::Expiry, Code::Expiry]);
    assert_eq!(
        Closure { how: How::Patched, evidence: "a\nb".into() }.check().expect_err("none").code,
        Code::Evidence
    );
}

#[test]
fn an_inventory_is_kept_whole_and_people_have_the_last_word_on_exposure() {
    let table = "host,product,version,purl,cpe,exposed,owner,location\n\
        a,gate,1.0.0,pkg:npm/%40example/gate@1.0.0,,yes,Ops,Hall 1\nb,nginx,1.25,,cpe:2.3:a:f5:nginx:1.25:*:*:*:*:*:*:*,,,\n";
    let read = assets(table);
    let kept = to_kept(&read);
    assert_eq!(from_kept(&kept).expect("kept"), read);
    for bad in [
        "",
        "{}",
        "[{\"n\": \"a\"}]",
        "[{\"n\":\"a\",\"c\":[{\"n\":\"x\",\"p\":\"no\"}]}]",
        "[{\"n\":\"a\",\"c\":[],\"z\":1}]",
    ] {
        assert_eq!(from_kept(bad).expect_err(bad).code, Code::Kept);
    }
    let mut holding = Holding { exposure: "no".into(), ..Holding::default() };
    let said =
        |holding: &Holding| holding.edited(read.clone()).iter().map(|a| a.exposure).collect::<Vec<_>>();
    assert_eq!(said(&holding), [Exposure::Yes, Exposure::No]);
    let edit =
        Edit { exposure: Some("yes".into()), owner: Some("Net".into()), location: Some("Hall 2".into()) };
    edit.check().expect("an edit");
    holding.edits.insert("b".into(), edit);
    let edited = holding.edited(read.clone());
    assert_eq!((edited[1].exposure, edited[1].owner.as_deref()), (Exposure::Yes, Some("Net")));
    assert_eq!(edited[1].attributes[super::super::kept::LOCATION], "Hall 2");
    assert_eq!(edited[0].attributes[super::super::kept::LOCATION], "Hall 1");
    assert_eq!(
        Edit { exposure: Some("maybe".into()), ..Edit::default() }.check().expect_err("none").code,
        Code::Edit
    );
    assert_eq!(
        Edit { owner: Some("a\nb".into()), ..Edit::default() }.check().expect_err("none").code,
        Code::Edit
    );
    let text = serde_json::to_string(&holding).expect("JSON");
    assert_eq!(serde_json::from_str::<Holding>(&text).expect("back"), holding);
}

#[test]
fn a_new_version_is_one_that_went_and_one_that_came() {
    let before = assets("host,purl\na,pkg:npm/gate@1.0.0\na,pkg:npm/fence@1.0.0\n");
    let after = assets("host,purl\na,pkg:npm/gate@1.0.1\na,pkg:npm/fence@1.0.0\n");
    let found = differences(&before, &after);
    let found: Vec<_> = found.iter().map(|c| (&*c.component, c.came)).collect();
    assert_eq!(found, [("pkg:npm/gate@1.0.0", false), ("pkg:npm/gate@1.0.1", true)]);
}

#[test]
fn only_the_whole_catalogue_is_one() {
    let read = |text: &str| KevCatalogue::read(text.as_bytes());
    let good = r#"{"title":"x","catalogVersion":"2026.06.01","dateReleased":"2026-06-01T14:00:00.0000Z","count":1,
        "vulnerabilities":[{"cveID":"CVE-2024-3400","vendorProject":"v","dateAdded":"2024-04-12","dueDate":"2024-04-19"}]}"#;
    let kev = read(good).expect("a catalogue");
    assert_eq!(kev.dated, OUT + 14 * 3_600_000_000);
    assert_eq!(kev.added["CVE-2024-3400"], crate::time::parse("2024-04-12T00:00:00Z").expect("a time"));
    for (from, to) in [
        ("\"count\":1", "\"count\":2"),
        ("CVE-2024-3400", "2024-3400"),
        ("2024-04-12", "12.4.2024"),
        ("2026-06-01T14:00:00.0000Z", "soon"),
        ("\"vulnerabilities\"", "\"others\""),
    ] {
        assert_eq!(read(&good.replace(from, to)).expect_err(to).code, Code::Kev, "{to}");
    }
}

#[test]
fn the_page_names_every_code() {
    let page = include_str!("../../../../../docs/due-list.md");
    for code in Code::ALL {
        assert!(page.contains(&format!("| `{}` |", code.as_str())), "{}", code.as_str());
        assert!(code.meaning().ends_with('.'));
    }
}
