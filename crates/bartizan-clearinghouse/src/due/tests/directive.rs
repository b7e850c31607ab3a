//! BOD 26-04, end to end: for each of its sixteen rows an advisory, an inventory and a catalogue give an item with the date of the row.

use bartizan_product::matching::Verdict;
use serde_json::json;

use super::super::KevCatalogue;
use super::*;
use crate::priority::{Asked, When};

/// The directive's table as CERT/CC publishes it: KEV, exposed, automatable; days (none: with the next upgrade) and forensics for a
/// partial and for a total impact.
type Row = (bool, bool, bool, (Option<i64>, bool), (Option<i64>, bool));
const ROWS: [Row; 8] = [
    (false, false, false, (None, false), (None, false)),
    (false, false, true, (Some(60), false), (Some(60), false)),
    (false, true, false, (Some(60), false), (Some(14), false)),
    (false, true, true, (Some(14), false), (Some(3), false)),
    (true, false, false, (Some(14), false), (Some(14), false)),
    (true, false, true, (Some(14), false), (Some(3), true)),
    (true, true, false, (Some(14), false), (Some(3), true)),
    (true, true, true, (Some(3), false), (Some(3), true)),
];

#[test]
fn every_row_gives_its_date() {
    for (kev, exposed, automatable, partial, total) in ROWS {
        for (impact, (days, forensics)) in [("P", partial), ("T", total)] {
            let word = |yes| if yes { "Y" } else { "N" };
            let selection = |namespace: &str, key: &str, version: &str, value: &str| json!({ "namespace": namespace, "key": key, "version": version, "values": [{ "key": value }] });
            let metrics = json!([{ "products": ["P"], "content": { "ssvc_v2": { "timestamp": "2026-06-01T00:00:00Z", "selections": [
                selection("ssvc", "A", "2.0.0", word(automatable)), selection("ssvc", "TI", "1.0.0", impact)] } } }]);
            let notice = csaf(
                "A",
                &tree(&[("P", "vers:npm/<2", Some("pkg:npm/gate"))]),
                &json!([{ "cve": "CVE-2026-0001", "product_status": { "known_affected": ["P"] }, "metrics": metrics }]),
            );
            let added = OUT + 5 * DAY;
            let listed_at = if kev { "2026-06-06" } else { "2020-01-01" };
            let other = if kev { "CVE-2026-0001" } else { "CVE-2020-0001" };
            let catalogue = KevCatalogue::of([(other, listed_at)].into_iter(), OUT + 6 * DAY);
            let table =
                format!("host,purl,exposed\nh,pkg:npm/gate@1.0.0,{}\n", if exposed { "yes" } else { "no" });
            let published = Published { now: OUT + 7 * DAY, kev: Some(&catalogue), ..Published::default() };
            let items = super::listed(vec![notice], &assets(&table), &published);
            let [item] = items.as_slice() else { panic!("one item: {items:?}") };
            let case = format!("kev {kev} exposed {exposed} automatable {automatable} impact {impact}");
            assert_eq!(item.verdict, Verdict::Affected, "{case}");
            assert_eq!(item.decision.outcomes.len(), 1, "everything is known: {case}");
            let since = if kev { added } else { OUT };
            let due = days.map_or(When::OnUpgrade, |days| When::By(since + days * DAY));
            assert_eq!((item.due.earliest, item.due.latest), (due, due), "{case}");
            assert_eq!(item.due.forensics, if forensics { Asked::Yes } else { Asked::No }, "{case}");
            // Every input has its source and date.
            assert!(item.decision.known.iter().all(|known| !known.evidence.is_empty()), "{case}");
        }
    }
}

#[test]
fn what_is_not_known_leaves_the_exact_set_and_says_what_to_find_out() {
    let notice = csaf(
        "A",
        &tree(&[("P", "vers:npm/<2", Some("pkg:npm/gate"))]),
        &json!([{ "cve": "CVE-2026-0001", "product_status": { "known_affected": ["P"] } }]),
    );
    let catalogue = KevCatalogue::of([("CVE-2020-0001", "2020-01-01")].into_iter(), OUT);
    let published = Published { now: OUT + DAY, kev: Some(&catalogue), ..Published::default() };
    let items =
        super::listed(vec![notice], &assets("host,purl,exposed\nh,pkg:npm/gate@1.0.0,no\n"), &published);
    // The rows "no, no, no" and "no, no, yes" of the table, whatever the impact.
    assert_eq!(items[0].decision.keys(), ["FSU", "60D"]);
    assert_eq!((items[0].due.earliest, items[0].due.latest), (When::By(OUT + 60 * DAY), When::OnUpgrade));
    let find: Vec<&str> =
        items[0].decision.changes.iter().filter(|c| c.possible).map(|c| &*c.point).collect();
    assert!(find.contains(&crate::priority::AUTOMATABLE), "{find:?}");
    assert!(!find.contains(&crate::priority::TECHNICAL_IMPACT), "the impact decides nothing here: {find:?}");
}
