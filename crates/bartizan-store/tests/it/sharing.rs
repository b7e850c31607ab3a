//! Embargoes, markings and webhooks, on both engines.

use bartizan_clearinghouse::access::{Audience, Principal, Role, Roles};
use bartizan_clearinghouse::pap::Pap;
use bartizan_clearinghouse::token;
use bartizan_stix::Tlp;
use bartizan_store::{
    Action, Arrival, Delivery, Event, Filter, Incoming, Job, Marked, NewJob, NewReport, NewWebhook, Outcome,
    Receipt, Store, Webhook,
};

use crate::harness::{Fixture, NOW, both, by, fixture, uuid};

const HOUR: i64 = 3_600_000_000;

async fn add(store: &Store, f: &Fixture, name: &str, embargo: Option<i64>) {
    let id = format!("malware--{}", uuid());
    let body = format!(r#"{{"type":"malware","id":"{id}","name":"{name}","labels":["PAP:AMBER"]}}"#);
    let digest = token::digest(&body);
    let object = Incoming {
        id: &id,
        kind: "malware",
        spec: "2.1",
        version: None,
        marking: None,
        embargo,
        digest: &digest,
        body: &body,
    };
    let arrival = Arrival {
        collection: f.collection,
        unmarked: Tlp::Green,
        owner: f.first,
        author: f.ada,
        readable: &[],
        objects: &[object],
    };
    let receipt = |_: &[Outcome]| Receipt { uuid: uuid(), body: "{}".into() };
    store.add_objects(&by(), &arrival, receipt).await.expect("added");
    store.fresh().await.expect("fresh");
}

/// Names in the order of the collection, as its owner reads them.
async fn names(store: &Store, f: &Fixture) -> Vec<String> {
    let principal = Principal::person(f.ada, f.first, Roles::of(&[Role::Analyst]));
    let readable = store.directory().readable(&principal, Some(f.collection), NOW);
    let page =
        store.kept_objects(f.collection, &readable, &Filter::default(), 50, 1 << 20).await.expect("read");
    assert!(page.items.iter().all(|kept| kept.pap == Some(Pap::Amber)));
    let name =
        |body: &str| body.split("\"name\":\"").nth(1).and_then(|t| t.split('"').next()).map(str::to_owned);
    page.items.iter().filter_map(|kept| name(&kept.body)).collect()
}

pub async fn jobs(store: &Store, name: &str, now: i64) -> Vec<Job> {
    let mut all = Vec::new();
    while let Some(job) = store.claim_job(&[name], "w", now, now + HOUR).await.expect("asked") {
        let by = Action { actor: "system", now };
        assert!(store.finish_job(&by, &job.lease(), "{}", &[], None).await.expect("finished"));
        all.push(job);
    }
    all
}

#[test]
fn an_embargo_is_moved_and_ends_with_new_places() {
    both(async |store: Store| {
        let f = fixture(&store).await;
        let until = NOW + HOUR;
        add(&store, &f, "held", Some(until)).await;
        add(&store, &f, "also held", Some(until)).await;
        add(&store, &f, "open", None).await;
        assert_eq!(names(&store, &f).await, ["held", "also held", "open"]);
        assert!(jobs(&store, "release", NOW).await.is_empty(), "it waits for its moment");
        let all: Vec<i64> = store.directory().audiences.keys().copied().collect();
        let held = store.held(f.collection, &all, NOW).await.expect("held");
        assert_eq!((held.len(), held[0].objects, held[0].until), (1, 2, until));
        // Only what was decided about moves.
        let none =
            store.move_embargo(&by(), f.collection, f.first, &[], (until, Some(until + HOUR)), "").await;
        assert_eq!(none.expect("moved"), 0);
        let moved =
            store.move_embargo(&by(), f.collection, f.first, &all, (until, Some(until + HOUR)), "").await;
        assert_eq!(moved.expect("moved"), 2);
        store.fresh().await.expect("fresh");
        let late = Action { actor: "system", now: until };
        assert_eq!(store.release(&late, f.collection, until).await.expect("released"), 0);
        assert_eq!(store.release(&late, f.collection, until + HOUR).await.expect("released"), 0, "not yet");
        let later = Action { actor: "system", now: until + HOUR };
        assert_eq!(store.release(&later, f.collection, until + HOUR).await.expect("released"), 2);
        assert_eq!(store.release(&later, f.collection, until + HOUR).await.expect("released"), 0, "once");
        store.fresh().await.expect("fresh");
        assert_eq!(names(&store, &f).await, ["open", "held", "also held"]);
        assert_eq!(jobs(&store, "release", until + HOUR).await.len(), 2, "one for each moment that was set");
        assert!(store.verify_audit().await.expect("checked").broken.is_none());
    });
}

async fn hook(store: &Store, f: &Fixture, events: &[Event]) -> Webhook {
    let id = uuid();
    let new = NewWebhook {
        uuid: &id,
        organisation: f.second,
        person: f.ben,
        collection: Some(f.collection),
        label: "Tickets",
        url: "https://tickets.example/",
        events,
        secret: "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    };
    store.add_webhook(&by(), &new).await.expect("made");
    store.webhook(&id).await.expect("asked").expect("there")
}

#[test]
fn messages_are_asked_for_with_what_they_tell_of_and_remembered() {
    both(async |store: Store| {
        let f = fixture(&store).await;
        let made = hook(&store, &f, &[Event::ObjectsAdded]).await;
        add(&store, &f, "one", None).await;
        let asked = jobs(&store, "webhook", NOW).await;
        assert_eq!(asked.len(), 1);
        assert!(
            asked[0].arguments.contains("objects.added")
                && asked[0].person.is_none()
                && asked[0].audience.is_none()
        );
        let attempt = |message: &'static str, arrived| Delivery {
            message,
            event: Event::ObjectsAdded,
            arrived,
            status: Some(if arrived { 204 } else { 503 }),
            note: "",
            gone: false,
        };
        store.delivered(&by(), &made, &attempt("msg_a", false)).await.expect("kept");
        store.delivered(&by(), &made, &attempt("msg_a", true)).await.expect("kept");
        store.delivered(&by(), &made, &attempt("msg_b", false)).await.expect("kept");
        let sent = store.deliveries(made.id, 10).await.expect("read");
        let seen: Vec<_> = sent.iter().map(|s| (s.message.as_str(), s.attempts, s.arrived)).collect();
        assert_eq!(seen, [("msg_b", 1, false), ("msg_a", 2, true)]);
        assert_eq!(store.webhook(&made.uuid).await.expect("asked").expect("there").failures, 1);
        for _ in 0..39 {
            store.delivered(&by(), &made, &attempt("msg_b", false)).await.expect("kept");
        }
        let off = store.webhook(&made.uuid).await.expect("asked").expect("there");
        assert!(off.off.is_some_and(|(_, why)| why.starts_with("40 attempts")));
        add(&store, &f, "two", None).await;
        assert!(jobs(&store, "webhook", NOW).await.is_empty(), "nothing while it is off");
        store.enable_webhook(&by(), &made).await.expect("on");
        store.rotate_webhook(&by(), &made, "whsec_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB").await.expect("rotated");
        let now = store.webhook(&made.uuid).await.expect("asked").expect("there");
        assert_eq!(now.former.map(|(secret, _)| secret), Some(made.secret.clone()));
        // Many messages are forgotten, the oldest first.
        for i in 0..520 {
            let message = format!("msg_{i}");
            let attempt = Delivery { message: &message, ..attempt("", true) };
            store.delivered(&by(), &made, &attempt).await.expect("kept");
        }
        let sent = store.deliveries(made.id, 1000).await.expect("read");
        assert_eq!((sent.len(), sent[0].message.as_str()), (500, "msg_519"));
        store.remove_webhook(&by(), &made).await.expect("removed");
        store.delivered(&by(), &made, &attempt("msg_c", true)).await.expect("and nothing of it");
        assert!(store.deliveries(made.id, 10).await.expect("read").is_empty());
        assert!(store.verify_audit().await.expect("checked").broken.is_none());
    });
}

#[test]
fn a_report_moves_to_another_audience_and_its_job_with_it() {
    both(async |store: Store| {
        let f = fixture(&store).await;
        let audience = Audience { author: Some(f.ada), ..Audience::new(f.first, Tlp::Green) };
        let new = NewJob {
            name: "analyze",
            arguments: "{}",
            key: "k",
            organisation: f.first,
            person: Some(f.ada),
            audience: Some(&audience),
            content: None,
            most_attempts: 1,
        };
        store.enqueue(&by(), &new).await.expect("queued");
        let job = store.claim_job(&["analyze"], "w", NOW, NOW + 1).await.expect("asked").expect("a job");
        let id = uuid();
        let report = NewReport {
            uuid: &id,
            marking: Tlp::Green,
            title: "T",
            publisher: "",
            published: "",
            kind: "",
            source: "",
            contents: "{}",
            claims: 1,
            words: "TLP:GREEN\nPAP:AMBER\nwords",
            names: &[],
            rules: &[],
            language: "",
            former: None,
        };
        assert!(store.finish_job(&by(), &job.lease(), "{}", &[], Some(&report)).await.expect("finished"));
        let all = async || {
            let directory = store.fresh().await.expect("fresh");
            directory.audiences.keys().copied().collect::<Vec<i64>>()
        };
        let kept = store.report(&all().await, &id).await.expect("asked").expect("there");
        assert_eq!(kept.pap, Some(Pap::Amber), "as its text says");
        assert_eq!(
            store.report_paps(&all().await, &Default::default()).await.expect("counted"),
            [(Pap::Amber, 1)]
        );
        let new = Marked { marking: Tlp::Red, pap: Some(Pap::Red), reason: "named people" };
        store.mark_report(&by(), &kept, &new).await.expect("marked");
        let now = store.report(&all().await, &id).await.expect("asked").expect("there");
        let directory = store.directory();
        let audience = &directory.audiences[&now.audience];
        assert_eq!((audience.marking, audience.author, now.pap), (Tlp::Red, Some(f.ada), Some(Pap::Red)));
        let moved = store.job(job.id).await.expect("asked").expect("there");
        assert_eq!(moved.audience, Some(now.audience));
        let again = store.mark_report(&by(), &kept, &new).await.expect_err("by an older state");
        assert!(again.is_conflict());
        // What others decided since.
        store.decide(&by(), &now, f.ben, 0, "{}", 1).await.expect("decided");
        let told = store.decided_since(&all().await, NOW - 1, f.ada, 10).await.expect("asked");
        assert_eq!(
            told.iter().map(|(r, who, n, _)| (r.uuid.clone(), *who, *n)).collect::<Vec<_>>(),
            [(id, f.ben, 1)]
        );
        assert!(store.decided_since(&all().await, NOW - 1, f.ben, 10).await.expect("asked").is_empty());
        assert!(store.decided_since(&[], NOW - 1, f.ada, 10).await.expect("asked").is_empty());
    });
}
