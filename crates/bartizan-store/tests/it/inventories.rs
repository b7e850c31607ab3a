//! Inventories, notes and facts: kept, replaced, removed; a log for each organisation, and nothing of it in the node's.

use bartizan_clearinghouse::audit::Break;
use bartizan_store::{
    Action, FactKind, InventoryDocument, NewDueNote, NewFactFile, NewInventory, NewInventoryDocument,
    NoteKind,
};

use crate::harness::{NOW, both, by, fixture, uuid};

#[test]
fn an_inventory_is_kept_replaced_and_removed_and_only_its_organisation_has_a_word_of_it() {
    both(|store| async move {
        let f = fixture(&store).await;
        let before = store.audit(None, 100).await.expect("the log");
        let name = uuid();
        let edition = |n: &'static str| NewInventoryDocument { document: n, assets: n };
        let new = NewInventory { uuid: &name, organisation: f.first, about: "a1", edition: edition("d1") };
        store.add_inventory(&by(), &new).await.expect("kept");
        let read = store.inventory(&name).await.expect("asked").expect("there");
        assert_eq!((read.edition, read.revision, &*read.about, read.organisation), (1, 1, "a1", f.first));
        assert_eq!(store.inventories(f.second).await.expect("asked"), []);
        assert_eq!(store.inventories(f.first).await.expect("asked"), std::slice::from_ref(&read));
        // Changed by two at once: the second is told so.
        assert!(store.change_inventory(&by(), &read, "a2", None).await.expect("changed"));
        assert!(!store.change_inventory(&by(), &read, "a3", None).await.expect("asked"));
        for n in ["d2", "d3", "d4"] {
            let read = store.inventory(&name).await.expect("asked").expect("there");
            assert!(store.change_inventory(&by(), &read, "a4", Some(&edition(n))).await.expect("changed"));
        }
        let read = store.inventory(&name).await.expect("asked").expect("there");
        assert_eq!((read.edition, read.revision), (4, 5));
        for (number, expected) in [(1, None), (2, Some("d2")), (4, Some("d4"))] {
            for which in [InventoryDocument::Original, InventoryDocument::Assets] {
                let found = store.inventory_document(read.id, number, which).await.expect("asked");
                assert_eq!(found.as_deref(), expected, "{number}");
            }
        }
        for (kind, item) in [(NoteKind::Exception, "i"), (NoteKind::Closure, "i"), (NoteKind::Answer, "v")] {
            for body in ["b1", "b2"] {
                let new = NewDueNote { kind, organisation: f.first, item, person: f.ada, body };
                store.add_due_note(&by(), &new).await.expect("noted");
            }
            let notes = store.due_notes(f.first, kind).await.expect("asked");
            let said: Vec<_> = notes.iter().map(|n| (&*n.item, &*n.body, n.person, n.kept)).collect();
            assert_eq!(said, [(item, "b1", f.ada, NOW), (item, "b2", f.ada, NOW)]);
            assert_eq!(store.due_notes(f.second, kind).await.expect("asked"), []);
        }
        assert!(store.remove_inventory(&by(), &read).await.expect("removed"));
        assert!(!store.remove_inventory(&by(), &read).await.expect("asked"));
        assert_eq!(
            store.inventory_document(read.id, 4, InventoryDocument::Original).await.expect("asked"),
            None
        );
        assert_eq!(
            store.due_notes(f.first, NoteKind::Closure).await.expect("asked").len(),
            2,
            "decisions stay"
        );
        // In the organisation's own log, and nowhere else.
        assert_eq!(store.audit(None, 100).await.expect("the log"), before);
        let log = store.own_log(f.first, None, 100).await.expect("the log");
        assert_eq!(
            (log.len(), &*log[0].action, &*log.last().expect("one").action),
            (12, "inventory.remove", "inventory.add")
        );
        assert_eq!(store.own_log(f.first, Some(3), 1).await.expect("the log")[0].number, 2);
        assert_eq!(store.own_log(f.second, None, 100).await.expect("the log"), []);
        assert_eq!(store.verify_own_log(f.first).await.expect("verified"), None);
        assert_eq!(store.verify_own_log(f.second).await.expect("verified"), None);
        store.forge_for_test("UPDATE own_log SET actor = 'eve' WHERE number = 4").await;
        assert_eq!(store.verify_own_log(f.first).await.expect("verified"), Some(Break::Changed(4)));
        store.forge_for_test("DELETE FROM own_log WHERE number > 3").await;
        assert_eq!(store.verify_own_log(f.first).await.expect("verified"), Some(Break::Missing(4)));
    });
}

#[test]
fn older_facts_do_not_stand_instead_of_newer_ones() {
    both(|store| async move {
        let file = |dated, digest, body| NewFactFile { kind: FactKind::Kev, dated, digest, entries: 1, body };
        let at = |now| Action { actor: "admin", now };
        assert_eq!(store.facts(FactKind::Kev).await.expect("asked"), None);
        assert!(store.keep_facts(&at(1), &file(20, "d20", b"new")).await.expect("kept"));
        assert!(!store.keep_facts(&at(2), &file(10, "d10", b"old")).await.expect("asked"));
        assert!(store.keep_facts(&at(3), &file(20, "d21", b"mended")).await.expect("kept"));
        let kept = store.facts(FactKind::Kev).await.expect("asked").expect("a file");
        assert_eq!((kept.dated, &*kept.digest, kept.size, kept.kept), (20, "d21", 6, 3));
        assert_eq!(store.facts_body(FactKind::Kev).await.expect("asked").as_deref(), Some(&b"mended"[..]));
        assert_eq!(store.facts(FactKind::Epss).await.expect("asked"), None);
        let log = store.audit(None, 10).await.expect("the log");
        assert_eq!(log.iter().filter(|e| e.action == "facts.keep").count(), 2);
    });
}
