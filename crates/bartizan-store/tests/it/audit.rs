//! The audit log.

use bartizan_clearinghouse::audit::Break;

use crate::harness::{both, by, fixture};

#[test]
fn every_change_is_in_the_log_and_a_forged_entry_is_found() {
    both(|store| async move {
        fixture(&store).await;
        store.note(&by(), "session.begin", "person/ada", "{}").await.expect("noted");
        let state = store.verify_audit().await.expect("verified");
        assert_eq!((state.entries, state.broken), (6, None));
        let log = store.audit(None, 100).await.expect("the log");
        let actions: Vec<&str> = log.iter().rev().map(|e| e.action.as_str()).collect();
        assert_eq!(
            actions,
            [
                "organisation.create",
                "organisation.create",
                "person.create",
                "person.create",
                "collection.create",
                "session.begin"
            ]
        );
        assert_eq!(log[0].hash, state.hash);
        store.forge_for_test("UPDATE audit SET actor = 'eve' WHERE number = 4").await;
        let state = store.verify_audit().await.expect("verified");
        assert_eq!((state.entries, state.broken), (3, Some(Break::Changed(4))));
        store.forge_for_test("DELETE FROM audit WHERE number > 3").await;
        let state = store.verify_audit().await.expect("verified");
        assert_eq!(state.broken, Some(Break::Missing(4)), "a log that was cut is told by its counter");
    });
}
