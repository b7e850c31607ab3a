//! The catalogue in the store: names of a project have its block; what is removed is silent and still stands for what was scanned.

use std::collections::BTreeSet;

use bartizan_clearinghouse::access::OrganisationId;
use bartizan_clearinghouse::scan::catalogue::Names;
use bartizan_clearinghouse::scan::{Held, Rules, State};
use bartizan_store::{Action, Listed, NewScan, ScanUnits, Store};

use crate::harness::{Fixture, NOW, both, by, fixture, uuid};

const DAY: i64 = 86_400_000_000;

fn names(names: &[&str]) -> Names {
    names.iter().map(|name| (*name).to_owned()).collect()
}

async fn add(store: &Store, desk: OrganisationId, at: i64, lines: &[Names]) -> Listed {
    let by = Action { actor: "test", now: at };
    store.add_units(&by, desk, lines, &Rules::default(), &[7; 32]).await.expect("the catalogue")
}

/// Block and projects of a name.
async fn place(store: &Store, desk: OrganisationId, name: &str) -> Option<(i64, usize)> {
    let found = store.scan_places(desk, &names(&[name])).await.expect("places");
    found.get(name).map(|place| (place.block, place.members))
}

/// Second scans these names from then on.
async fn scan(store: &Store, fixture: &Fixture, at: i64, cells: &[&str]) {
    let held =
        Held { state: State::Active, reason: None, starts: at, ends: at + 9 * DAY, lease: at + 9 * DAY };
    let new = NewScan {
        uuid: &uuid(),
        desk: fixture.first,
        scanner: fixture.second,
        person: fixture.ben,
        body: "{}",
        title: "",
        cells: &names(cells),
        owners: &BTreeSet::new(),
        held,
    };
    assert!(store.add_scan(&Action { actor: "ben", now: at }, &new, 100).await.expect("registered"));
}

/// Since when somebody is in a block.
async fn present(store: &Store, fixture: &Fixture, block: i64) -> Vec<i64> {
    let found = store.scan_presences((fixture.first, fixture.first), &[block.to_string()], 0).await;
    found.expect("presences").iter().map(|presence| presence.began).collect()
}

#[test]
fn a_project_has_one_block_for_all_its_names() {
    both(async |store| {
        let fixture = fixture(&store).await;
        let desk = fixture.first;
        store.open_desk(&by(), desk, &uuid(), "First's", "").await.expect("a desk");
        let lines = [names(&["a", "a2", "a3"]), names(&["b", "b2"]), names(&["c"]), names(&["d", "a3"])];
        let two = ScanUnits { placed: 3, waiting: 0 };
        assert_eq!(add(&store, desk, NOW, &lines).await, Listed::Done(two), "a and d are one");
        let (block, members) = place(&store, desk, "a").await.expect("placed");
        assert_eq!(members, 3);
        for name in ["a2", "a3", "b", "b2", "c", "d"] {
            assert_eq!(place(&store, desk, name).await, Some((block, 3)), "{name}");
        }
        assert!(matches!(add(&store, desk, NOW, &[names(&["a", "b"])]).await, Listed::Clash(_)));
        // By three names or by one: once in one block, and not before a name was there.
        scan(&store, &fixture, NOW + 1, &["a", "a2", "a3"]).await;
        scan(&store, &fixture, NOW + 2, &["late"]).await;
        assert_eq!(present(&store, &fixture, block).await, [NOW + 1; 3]);
        add(&store, desk, NOW + 3, &[names(&["c", "late"])]).await;
        assert_eq!(place(&store, desk, "late").await, Some((block, 3)));
        assert_eq!(
            present(&store, &fixture, block).await.len(),
            3,
            "it began before its name was in the block"
        );
        // Removed, with all its names, and logged; its scans do not vanish with it.
        let later = Action { actor: "root", now: NOW + DAY };
        assert!(store.remove_unit(&later, desk, "a2").await.expect("removed"));
        assert!(!store.remove_unit(&later, desk, "a").await.expect("removed already"));
        assert!(!store.remove_unit(&later, desk, "z").await.expect("never there"));
        for name in ["a", "a2", "a3", "d"] {
            assert_eq!(place(&store, desk, name).await, None, "{name}");
        }
        assert_eq!(place(&store, desk, "b").await, Some((block, 2)), "fewer than k: silent");
        assert_eq!(present(&store, &fixture, block).await.len(), 3);
        let counted = store.count_units(desk).await.expect("counted");
        assert_eq!(counted, ScanUnits { placed: 2, waiting: 0 });
        let log = store.audit(None, 50).await.expect("the log");
        assert!(log.iter().any(|entry| entry.actor == "root" && entry.action == "scan.catalogue.remove"));
        // Long after, what is left of the block has a new one.
        let then = NOW + DAY + Rules::default().rest();
        add(&store, desk, then, &[names(&["e"])]).await;
        let (new, members) = place(&store, desk, "b").await.expect("placed anew");
        assert!(new > block && members == 3, "{new} {members}");
        assert_eq!(present(&store, &fixture, new).await, [] as [i64; 0]);
    });
}
