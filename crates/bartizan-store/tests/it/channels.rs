//! Channels: due when they should be whatever the clock does, each step all or nothing, nothing twice.

use bartizan_clearinghouse::access::Audience;
use bartizan_stix::Tlp;
use bartizan_store::{
    Action, Arrival, Channel, ChannelKind, Content, Credit, Filter, Incoming, Item, JobState, Lease,
    NewChannel, NewJob, Step, Store,
};

use crate::harness::{Fixture, NOW, both, fixture, uuid};

const MINUTE: i64 = 60_000_000;

fn at(now: i64) -> Action<'static> {
    Action { actor: "system", now }
}

async fn channel(store: &Store, f: &Fixture, kind: ChannelKind) -> Channel {
    let id = uuid();
    let new = NewChannel {
        uuid: &id,
        organisation: f.first,
        person: f.ada,
        kind,
        title: "A source",
        address: "https://source.example/taxii2/",
        remote: "there",
        collection: (!kind.is_reports()).then_some(f.collection),
        reader: (kind == ChannelKind::Push).then_some(f.second),
        marking: Tlp::Amber,
        every: 60 * MINUTE,
        sealed: "",
    };
    store.add_channel(&at(NOW), &new).await.expect("a channel");
    store.channel(&id).await.expect("asked").expect("a channel")
}

async fn again(store: &Store, channel: &Channel) -> Channel {
    store.channel(&channel.uuid).await.expect("asked").expect("a channel")
}

/// Leases the round that waits.
async fn lease(store: &Store, now: i64) -> Lease {
    store.claim_job(&["pull", "push"], "w", now, now + MINUTE).await.expect("asked").expect("a job").lease()
}

async fn finish(store: &Store, lease: &Lease, now: i64) {
    assert!(store.finish_job(&at(now), lease, "{}", &[], None).await.expect("finished"));
}

#[test]
fn rounds_are_asked_for_when_due_and_once() {
    both(|store| async move {
        let f = fixture(&store).await;
        let source = channel(&store, &f, ChannelKind::Feed).await;
        assert_eq!(store.begin_due(&at(NOW), 7).await.expect("looked"), 1, "the first at once");
        assert_eq!(store.begin_due(&at(NOW + 600 * MINUTE), 7).await.expect("looked"), 0, "one is under way");
        assert!(!store.begin_channel(&at(NOW), &again(&store, &source).await, 0).await.expect("asked"));
        // Another node that looked at the same moment.
        assert!(!store.begin_channel(&at(NOW), &source, 0).await.expect("asked"), "by what it knew");
        let one = lease(&store, NOW).await;
        finish(&store, &one, NOW + MINUTE).await;
        let due = again(&store, &source).await.due;
        assert!(
            (NOW + 60 * MINUTE..NOW + 66 * MINUTE).contains(&due),
            "an hour and a tenth at most: {}",
            due - NOW
        );
        assert_eq!(store.begin_due(&at(due - 1), 7).await.expect("looked"), 0);
        assert_eq!(store.begin_due(&at(due), 7).await.expect("looked"), 1);
        finish(&store, &lease(&store, due).await, due).await;

        store.pause_channel(&at(due), &source, true).await.expect("paused");
        assert_eq!(store.begin_due(&at(due + 600 * MINUTE), 7).await.expect("looked"), 0, "it rests");
        store.pause_channel(&at(due), &source, false).await.expect("resumed");
        assert_eq!(store.begin_due(&at(due), 7).await.expect("looked"), 1, "at once");
        // Removed while a round waits: it is cancelled, and nothing begins any more.
        assert!(store.remove_channel(&at(due), &again(&store, &source).await).await.expect("removed"));
        assert_eq!(store.claim_job(&["pull"], "w", due, due + 1).await.expect("asked"), None);
        assert_eq!(store.begin_due(&at(due + 600 * MINUTE), 7).await.expect("looked"), 0);
        assert!(again(&store, &source).await.sealed.is_empty());
        let runs = store.runs(source.id, 10).await.expect("runs");
        assert_eq!(runs.iter().map(|r| r.round).collect::<Vec<_>>(), [3, 2, 1]);
        assert_eq!(runs[0].state, JobState::Failed);
        assert_eq!(store.verify_audit().await.expect("verified").broken, None);
    });
}

#[test]
fn a_clock_that_jumps_neither_stops_nor_floods_a_source() {
    both(|store| async move {
        let f = fixture(&store).await;
        let source = channel(&store, &f, ChannelKind::Feed).await;
        let year = 365 * 24 * 60 * MINUTE;
        // A clock a year ahead begins a round and sets the next due time.
        assert_eq!(store.begin_due(&at(NOW + year), 1).await.expect("looked"), 1);
        finish(&store, &lease(&store, NOW + year).await, NOW + year).await;
        // Put right: the due time of that clock is not believed.
        assert_eq!(store.begin_due(&at(NOW + MINUTE), 1).await.expect("looked"), 1, "not in a year");
        finish(&store, &lease(&store, NOW + MINUTE).await, NOW + 2 * MINUTE).await;
        assert_eq!(store.begin_due(&at(NOW + 2 * MINUTE), 1).await.expect("looked"), 0);
        // Forwards by ten periods: one round, not ten.
        let later = NOW + 600 * MINUTE;
        assert_eq!(store.begin_due(&at(later), 1).await.expect("looked"), 1);
        finish(&store, &lease(&store, later).await, later).await;
        assert_eq!(store.begin_due(&at(later), 1).await.expect("looked"), 0);
        assert_eq!(again(&store, &source).await.round, 3);
    });
}

#[test]
fn a_step_is_whole_and_of_whoever_holds_the_lease() {
    both(|store| async move {
        let f = fixture(&store).await;
        let source = channel(&store, &f, ChannelKind::Taxii).await;
        store.begin_due(&at(NOW), 1).await.expect("looked");
        let lease = lease(&store, NOW).await;
        let body = r#"{"type":"malware","id":"malware--00000000-0000-4000-8000-000000000001"}"#;
        let object = Incoming {
            id: "malware--00000000-0000-4000-8000-000000000001",
            kind: "malware",
            spec: "2.1",
            version: Some((NOW, "2026-11-30T11:00:00Z")),
            marking: None,
            embargo: None,
            digest: "d",
            body,
        };
        let objects = [object];
        let arrival = Arrival {
            collection: f.collection,
            unmarked: Tlp::Amber,
            owner: f.first,
            author: f.ada,
            readable: &[],
            objects: &objects,
        };
        let items = [Item { key: "k", version: "1", tries: 0 }];
        let notes = ["a note\nwith a line".to_owned()];
        let step = Step {
            arrival: Some(&arrival),
            items: &items,
            place: Some(r#"{"added_after":"x"}"#),
            notes: &notes,
            credit: Credit { refused: 1, ..Credit::default() },
            ..Step::default()
        };
        let stranger = Lease { worker: "another".into(), ..lease.clone() };
        let kept = store.step(&at(NOW), &stranger, &source, 1, &step).await.expect("asked");
        assert_eq!(kept, None, "not its lease");
        assert_eq!(again(&store, &source).await.place, "{}");
        let kept = store.step(&at(NOW), &lease, &source, 1, &step).await.expect("asked").expect("kept");
        assert_eq!(kept.credit, Credit { taken: 1, known: 0, refused: 1 });
        assert_eq!(again(&store, &source).await.place, r#"{"added_after":"x"}"#);
        assert_eq!(store.channel_item(source.id, "k").await.expect("asked"), Some(("1".into(), 0)));
        // The same step once more, as after a kill behind its commit: nothing twice.
        let readable: Vec<i64> = store.fresh().await.expect("fresh").audiences.keys().copied().collect();
        let arrival = Arrival { readable: &readable, ..arrival.clone() };
        let step = Step { arrival: Some(&arrival), ..step };
        let kept = store.step(&at(NOW), &lease, &source, 1, &step).await.expect("asked").expect("kept");
        assert_eq!(kept.credit, Credit { taken: 0, known: 1, refused: 1 });
        let page =
            store.objects(f.collection, &readable, &Filter::default(), 10, 1 << 20).await.expect("a page");
        assert_eq!(page.items.len(), 1);
        let audience = &store.directory().audiences[&readable[0]];
        let wanted = Audience::new(f.first, Tlp::Amber).in_collection(f.collection);
        assert_eq!(*audience, wanted, "under the source's marking, though the collection is TLP:GREEN");
        let origins = store.object_origins(f.collection, &[page.items[0].added]).await.expect("origins");
        assert_eq!((origins.len(), origins[0].channel.as_str()), (1, source.uuid.as_str()));
        let end = Step { end: Some(NOW + MINUTE), ..Step::default() };
        store.step(&at(NOW), &lease, &source, 1, &end).await.expect("asked").expect("kept");
        assert_eq!(again(&store, &source).await.due, NOW + MINUTE, "there is more: sooner");
        let run = &store.runs(source.id, 1).await.expect("runs")[0];
        assert_eq!((run.taken, run.known, run.refused, run.ended), (1, 1, 2, Some(NOW)));
        assert_eq!(run.notes, ["a notewith a line", "a notewith a line"]);
        // A removed source takes nothing more, even from the round under way.
        store.remove_channel(&at(NOW), &source).await.expect("removed");
        assert_eq!(store.step(&at(NOW), &lease, &source, 1, &step).await.expect("asked"), None);
    });
}

#[test]
fn a_collection_that_changes_is_pushed_soon() {
    both(|store| async move {
        let f = fixture(&store).await;
        let peer = channel(&store, &f, ChannelKind::Push).await;
        assert_eq!(store.begin_due(&at(NOW), 1).await.expect("looked"), 1);
        finish(&store, &lease(&store, NOW).await, NOW).await;
        assert_eq!(store.begin_due(&at(NOW + 2 * MINUTE), 1).await.expect("looked"), 0, "nothing changed");
        let objects = [];
        let arrival = Arrival {
            collection: f.collection,
            unmarked: Tlp::Green,
            owner: f.first,
            author: f.ada,
            readable: &[],
            objects: &objects,
        };
        let receipt = |_: &[_]| bartizan_store::Receipt { uuid: uuid(), body: "{}".into() };
        store.add_objects(&at(NOW + 3 * MINUTE), &arrival, receipt).await.expect("added");
        assert_eq!(store.begin_due(&at(NOW + MINUTE / 2), 1).await.expect("looked"), 0, "not so soon again");
        assert_eq!(store.begin_due(&at(NOW + 4 * MINUTE), 1).await.expect("looked"), 1, "it changed");
        assert_eq!(again(&store, &peer).await.round, 2);
    });
}

#[test]
fn what_failed_can_be_tried_again() {
    both(|store| async move {
        let f = fixture(&store).await;
        let new = NewJob {
            name: "analyze",
            arguments: "{}",
            key: "k",
            organisation: f.first,
            person: Some(f.ada),
            audience: None,
            content: Some(Content::new(b"x")),
            most_attempts: 1,
        };
        let id = store.enqueue(&at(NOW), &new).await.expect("queued").id;
        assert!(!store.retry_job(&at(NOW), id).await.expect("asked"), "it waits already");
        let job = store.claim_job(&["analyze"], "w", NOW, NOW + 1).await.expect("asked").expect("a job");
        assert_eq!(store.job_called(&job.uuid).await.expect("asked").expect("a job").id, id);
        assert_eq!((job.uuid.len(), job.uuid.as_bytes()[14]), (36, b'8'));
        let fault = bartizan_store::Fault { code: "c", message: "m", passing: true };
        let state = store.fail_job(&at(NOW), &job.lease(), fault, 0).await.expect("told");
        assert_eq!(state, Some(JobState::Dead));
        assert!(store.retry_job(&at(NOW), id).await.expect("asked"));
        let job =
            store.claim_job(&["analyze"], "v", NOW, NOW + 1).await.expect("asked").expect("it waits again");
        assert_eq!((job.id, job.attempts, job.code.clone()), (id, 1, None));
        // Given up, asked for anew by somebody: the same work is not done twice.
        store.fail_job(&at(NOW), &job.lease(), fault, 0).await.expect("told");
        assert!(store.enqueue(&at(NOW), &new).await.expect("queued").fresh);
        assert!(store.retry_job(&at(NOW), id).await.expect_err("another does it").is_conflict());
        let audit = store.audit(None, 50).await.expect("the log");
        assert_eq!(audit.iter().filter(|e| e.action == "job.retry").count(), 1);
    });
}
