//! Advisories on both engines: editions, releases by tier and time, receipts.

use bartizan_clearinghouse::access::{CollectionId, Principal, Rights, Role, Roles};
use bartizan_clearinghouse::advisory::{Receipt, State};
use bartizan_stix::Tlp;
use bartizan_store::{
    Action, Advisory, AdvisoryQuestion, AdvisoryShelf, EditionAbout, Event, NewAdvisory, NewAdvisoryReceipt,
    NewCollection, NewEdition, NewGrant, NewPublisher, NewRelease, NewShelf, NewWebhook, NewWithdrawal,
    ReadableAdvisory, Store,
};

use crate::harness::{Fixture, NOW, both, by, fixture, uuid};
use crate::sharing::jobs;

const HOUR: i64 = 3_600_000_000;

fn edition<'a>(f: &Fixture, version: i64, body: &'a str, marking: Tlp) -> NewEdition<'a> {
    NewEdition {
        version,
        title: body,
        marking,
        body,
        digest: "d",
        summary: "changed",
        person: f.ada,
        about: EditionAbout::default(),
    }
}

async fn begun(store: &Store, f: &Fixture, tracking: &str, marking: Tlp) -> Advisory {
    let id = uuid();
    let filename = format!("{tracking}.json");
    let new = NewAdvisory {
        uuid: &id,
        owner: f.first,
        case: None,
        tracking,
        filename: &filename,
        edition: edition(f, 0, "draft", marking),
    };
    store.add_advisory(&by(), &new).await.expect("begun");
    store.advisory(&id).await.expect("asked").expect("there")
}

async fn release(store: &Store, f: &Fixture, id: &str, version: i64, to: &[(CollectionId, i64)]) -> i64 {
    let now = store.advisory(id).await.expect("asked").expect("there");
    let body = format!("version {version}");
    let new = NewRelease {
        edition: (version > now.version).then(|| edition(f, version, &body, now.marking)),
        after: now.edition,
        version,
        marking: now.marking,
        to,
        person: f.ada,
    };
    store.release_advisory(&by(), &now, &new).await.expect("released")
}

/// What a reader of the second organisation has at a time: ids and bodies.
async fn has(store: &Store, f: &Fixture, collections: &[CollectionId], now: i64) -> Vec<ReadableAdvisory> {
    let reader = Principal::person(f.ben, f.second, Roles::of(&[Role::Reader]));
    let directory = store.directory();
    let audiences: Vec<i64> =
        collections.iter().flat_map(|c| directory.readable(&reader, Some(*c), now)).collect();
    store.advisories_readable(&audiences, now, 0, 10).await.expect("read")
}

fn bodies(all: &[ReadableAdvisory]) -> Vec<&str> {
    all.iter().map(|one| one.body.as_str()).collect()
}

#[test]
fn readers_have_what_was_released_to_their_tier_and_when() {
    both(async |store: Store| {
        let f = fixture(&store).await;
        let rights = Rights { read: true, write: false };
        store.grant(&by(), f.collection, NewGrant::Organisation(f.second), rights).await.expect("granted");
        let new = NewCollection {
            uuid: &uuid(),
            alias: Some("later"),
            owner: f.first,
            title: "Later",
            description: "",
            marking: Tlp::Clear,
            public: true,
        };
        let later = store.add_collection(&by(), &new).await.expect("a collection");
        let both_tiers = [f.collection, later];
        let one = begun(&store, &f, "a-1", Tlp::Clear).await;
        assert!(has(&store, &f, &both_tiers, NOW).await.is_empty(), "a draft is its owner's");

        // The first tier now, the second in an hour.
        assert_eq!(release(&store, &f, &one.uuid, 1, &[(f.collection, NOW), (later, NOW + HOUR)]).await, 2);
        assert_eq!(bodies(&has(&store, &f, &[f.collection], NOW).await), ["version 1"]);
        assert!(has(&store, &f, &[later], NOW + HOUR - 1).await.is_empty(), "not yet");
        let found = has(&store, &f, &[later], NOW + HOUR).await;
        assert_eq!(
            (bodies(&found), found[0].since, found[0].first),
            (vec!["version 1"], NOW + HOUR, NOW + HOUR)
        );
        // Whatever the audiences: what begins later is not there.
        let all: Vec<i64> = store.directory().audiences.keys().copied().collect();
        let early =
            AdvisoryQuestion { audiences: &all, now: NOW - 1, limit: 10, ..AdvisoryQuestion::default() };
        assert!(store.released_advisories(&early).await.expect("read").is_empty());

        // A newer edition goes to the first tier only; the second still has the older one, and nobody a draft.
        assert_eq!(release(&store, &f, &one.uuid, 2, &[(f.collection, NOW)]).await, 3);
        let now = store.advisory(&one.uuid).await.expect("asked").expect("there");
        let draft = edition(&f, 0, "secret draft", Tlp::Clear);
        assert_eq!(store.write_advisory(&by(), &now, 3, &draft).await.expect("written"), 4);
        assert_eq!(bodies(&has(&store, &f, &[f.collection], NOW + HOUR).await), ["version 2"]);
        assert_eq!(bodies(&has(&store, &f, &[later], NOW + HOUR).await), ["version 1"]);
        assert_eq!(
            bodies(&has(&store, &f, &both_tiers, NOW + HOUR).await),
            ["version 2"],
            "the newest, once"
        );
        let titles: Vec<String> =
            has(&store, &f, &both_tiers, NOW).await.into_iter().map(|one| one.title).collect();
        assert_eq!(titles, ["version 2"], "the title is the edition's");

        // Paging by number; a single one; without bodies.
        let two = begun(&store, &f, "a-2", Tlp::Green).await;
        release(&store, &f, &two.uuid, 1, &[(f.collection, NOW), (later, NOW)]).await;
        let directory = store.directory();
        let reader = Principal::person(f.ben, f.second, Roles::of(&[Role::Reader]));
        let audiences = directory.readable(&reader, Some(f.collection), NOW);
        let first = store.advisories_readable(&audiences, NOW, 0, 1).await.expect("read");
        let second = store.advisories_readable(&audiences, NOW, first[0].id, 1).await.expect("read");
        assert_eq!((first[0].uuid.as_str(), second[0].uuid.as_str()), (one.uuid.as_str(), two.uuid.as_str()));
        let asked = AdvisoryQuestion {
            audiences: &audiences,
            now: NOW,
            uuid: Some(&two.uuid),
            limit: 5,
            ..AdvisoryQuestion::default()
        };
        let found = store.released_advisories(&asked).await.expect("read");
        assert_eq!((found.len(), found[0].body.as_str()), (1, ""));
        // TLP:GREEN in a public collection is for its members alone.
        assert_eq!(bodies(&has(&store, &f, &[later], NOW + HOUR).await), ["version 1"]);

        // Taken back from one tier, then from the other.
        let now = store.advisory(&one.uuid).await.expect("asked").expect("there");
        assert_eq!(store.withdraw_advisory(&by(), &now, f.collection, "wrong").await.expect("withdrawn"), 2);
        assert_eq!(
            store.withdraw_advisory(&by(), &now, f.collection, "wrong").await.expect("withdrawn"),
            0,
            "once"
        );
        assert_eq!(bodies(&has(&store, &f, &both_tiers, NOW + HOUR).await), ["version 1", "version 1"]);
        store.withdraw_advisory(&by(), &now, later, "wrong").await.expect("withdrawn");
        let now = store.advisory(&one.uuid).await.expect("asked").expect("there");
        assert_eq!((now.state, now.version, now.edition), (State::Withdrawn, 2, 4));
        assert!(store.advisory_releases(now.id).await.expect("read").iter().all(|r| r.ended == Some(NOW)));
        assert!(store.verify_audit().await.expect("checked").broken.is_none());
    });
}

#[test]
fn editions_are_kept_and_nobody_writes_over_another() {
    both(async |store: Store| {
        let f = fixture(&store).await;
        let one = begun(&store, &f, "a-1", Tlp::Amber).await;
        assert_eq!((one.edition, one.version, one.state), (1, 0, State::Draft));
        let body = "x".repeat(10);
        let second = edition(&f, 0, &body, Tlp::Green);
        assert_eq!(store.write_advisory(&by(), &one, 1, &second).await.expect("written"), 2);
        let again = store.write_advisory(&by(), &one, 1, &second).await.expect_err("written over");
        assert!(again.is_conflict(), "{again}");
        let stale = NewRelease {
            edition: None,
            after: 1,
            version: 1,
            marking: Tlp::Green,
            to: &[(f.collection, NOW)],
            person: f.ada,
        };
        assert!(store.release_advisory(&by(), &one, &stale).await.expect_err("stale").is_conflict());
        let editions = store.advisory_editions(one.id).await.expect("read");
        assert_eq!(
            editions.iter().map(|e| (e.number, e.marking)).collect::<Vec<_>>(),
            [(1, Tlp::Amber), (2, Tlp::Green)]
        );
        assert_eq!(store.advisory_body(one.id, 1).await.expect("read").as_deref(), Some("draft"));
        // One file name once for an owner; another owner's is nobody's business.
        let id = uuid();
        let same = NewAdvisory {
            uuid: &id,
            owner: f.first,
            case: Some("c"),
            tracking: "A.1",
            filename: "a-1.json",
            edition: edition(&f, 0, "draft", Tlp::Clear),
        };
        assert!(store.add_advisory(&by(), &same).await.expect_err("twice").is_conflict());
        let other =
            NewAdvisory { owner: f.second, edition: NewEdition { person: f.ben, ..same.edition }, ..same };
        store.add_advisory(&by(), &other).await.expect("another owner");
        // An id changes until it is out.
        store.rename_advisory(&by(), &one, "b-1", "b-1.json").await.expect("renamed");
        release(&store, &f, &one.uuid, 1, &[(f.collection, NOW)]).await;
        assert!(store.rename_advisory(&by(), &one, "c-1", "c-1.json").await.expect_err("out").is_conflict());
        let long = "y".repeat(bartizan_clearinghouse::advisory::LONGEST + 1);
        let now = store.advisory(&one.uuid).await.expect("asked").expect("there");
        let long = NewEdition { title: "long", ..edition(&f, 0, &long, Tlp::Clear) };
        assert!(store.write_advisory(&by(), &now, now.edition, &long).await.expect_err("long").is_invalid());
        // What is TLP:RED is listed for its author alone.
        let red = begun(&store, &f, "red", Tlp::Red).await;
        let of = async |person| {
            store
                .advisories_of(f.first, person, None, None, 10)
                .await
                .expect("read")
                .into_iter()
                .map(|a| a.uuid)
                .collect::<Vec<_>>()
        };
        assert_eq!(of(f.ada).await, [red.uuid.clone(), one.uuid.clone()]);
        assert_eq!(of(f.ben).await, std::slice::from_ref(&one.uuid));
        let drafts = store.advisories_of(f.first, f.ada, Some(State::Draft), None, 10).await.expect("read");
        assert_eq!(drafts.iter().map(|a| a.uuid.as_str()).collect::<Vec<_>>(), [red.uuid.as_str()]);
    });
}

#[test]
fn receipts_only_grow_and_the_last_holds() {
    both(async |store: Store| {
        let f = fixture(&store).await;
        let one = begun(&store, &f, "a-1", Tlp::Green).await;
        let say = async |organisation, person, edition, state| {
            let new = NewAdvisoryReceipt {
                advisory: (one.id, &one.uuid),
                edition,
                organisation,
                person,
                state,
                words: "w",
            };
            store.receive_advisory(&Action { actor: "ben", now: NOW + edition }, &new).await
        };
        say(f.second, f.ben, 1, Receipt::Acknowledged).await.expect("said");
        assert!(say(f.second, f.ben, 1, Receipt::Read).await.expect_err("unread").is_conflict());
        assert!(say(f.second, f.ben, 1, Receipt::Acknowledged).await.expect_err("twice").is_conflict());
        say(f.second, f.ben, 1, Receipt::Done).await.expect("said");
        say(f.second, f.ben, 2, Receipt::Read).await.expect("a new edition begins anew");
        say(f.first, f.ada, 1, Receipt::Read).await.expect("said");
        let own = store.advisory_receipts(one.id, Some(f.second)).await.expect("read");
        let said: Vec<_> = own.iter().map(|r| (r.edition, r.state)).collect();
        assert_eq!(said, [(1, Receipt::Acknowledged), (1, Receipt::Done), (2, Receipt::Read)]);
        assert_eq!(store.advisory_receipts(one.id, None).await.expect("read").len(), 4);
        let last = store.last_receipts(&[one.id], None).await.expect("read");
        assert_eq!(
            last.iter().map(|(_, r)| (r.organisation, r.edition, r.state)).collect::<Vec<_>>(),
            [(f.first, 1, Receipt::Read), (f.second, 2, Receipt::Read)]
        );
        assert_eq!(store.last_receipts(&[one.id], Some(f.first)).await.expect("read").len(), 1);
    });
}

#[test]
fn a_publisher_keeps_its_address() {
    both(async |store: Store| {
        let f = fixture(&store).await;
        let new = NewPublisher {
            organisation: f.first,
            alias: "first",
            name: "First",
            category: "coordinator",
            namespace: "https://first.example",
            contact: "",
            authority: "",
        };
        store.set_publisher(&by(), &new).await.expect("set");
        store
            .set_publisher(&by(), &NewPublisher { alias: "other", name: "First CERT", ..new })
            .await
            .expect("changed");
        let directory = store.directory();
        let entry = directory.publishers.get(&f.first).expect("there");
        assert_eq!((entry.alias.as_str(), entry.name.as_str()), ("first", "First CERT"));
        let taken = NewPublisher { organisation: f.second, ..new };
        assert!(store.set_publisher(&by(), &taken).await.expect_err("taken").is_conflict());
        for alias in ["", "Up", "a/b", "..", "a b"] {
            assert!(
                store
                    .set_publisher(&by(), &NewPublisher { organisation: f.second, alias, ..new })
                    .await
                    .expect_err(alias)
                    .is_invalid()
            );
        }
    });
}

#[test]
fn a_last_edition_takes_an_advisory_back_where_it_is() {
    both(async |store: Store| {
        let f = fixture(&store).await;
        let rights = Rights { read: true, write: false };
        store.grant(&by(), f.collection, NewGrant::Organisation(f.second), rights).await.expect("granted");
        let new = NewCollection {
            uuid: &uuid(),
            alias: Some("later"),
            owner: f.first,
            title: "Later",
            description: "",
            marking: Tlp::Clear,
            public: true,
        };
        let later = store.add_collection(&by(), &new).await.expect("a collection");
        let one = begun(&store, &f, "a-1", Tlp::Clear).await;
        let last = |version| NewEdition {
            about: EditionAbout { withdraws: true, scrubbed: "{}", ..EditionAbout::default() },
            ..edition(&f, version, "withdrawn", Tlp::Clear)
        };
        let gone = NewWithdrawal { edition: last(1), after: 1, person: f.ada };
        assert!(store.retract_advisory(&by(), &one, &gone).await.expect_err("nobody has it").is_conflict());
        release(&store, &f, &one.uuid, 1, &[(f.collection, NOW), (later, NOW + HOUR)]).await;
        let now = store.advisory(&one.uuid).await.expect("asked").expect("there");
        let gone = NewWithdrawal { edition: last(2), after: now.edition - 1, person: f.ada };
        assert!(store.retract_advisory(&by(), &now, &gone).await.expect_err("stale").is_conflict());
        assert_eq!(bodies(&has(&store, &f, &[f.collection], NOW).await), ["version 1"], "all or nothing");
        let gone = NewWithdrawal { after: now.edition, ..gone };
        assert_eq!(store.retract_advisory(&by(), &now, &gone).await.expect("withdrawn"), 3);
        let found = has(&store, &f, &[f.collection], NOW).await;
        assert_eq!((bodies(&found), found[0].withdraws, found[0].version), (vec!["withdrawn"], true, 2));
        assert!(has(&store, &f, &[later], NOW + 2 * HOUR).await.is_empty(), "who was to have it never does");
        let now = store.advisory(&one.uuid).await.expect("asked").expect("there");
        assert_eq!((now.state, now.version), (State::Withdrawn, 2));
        let editions = store.advisory_editions(now.id).await.expect("read");
        assert_eq!(
            editions.iter().map(|e| (e.withdraws, e.scrubbed.as_str())).collect::<Vec<_>>(),
            [(false, ""), (false, ""), (true, "{}")]
        );
        // What it took back is still to be had, by those who had it: formats that name things one by one need it.
        let reader = Principal::person(f.ben, f.second, Roles::of(&[Role::Reader]));
        let audiences = store.directory().readable(&reader, Some(f.collection), NOW);
        let asked = AdvisoryQuestion {
            audiences: &audiences,
            now: NOW,
            standing: true,
            bodies: true,
            limit: 5,
            ..AdvisoryQuestion::default()
        };
        assert_eq!(bodies(&store.released_advisories(&asked).await.expect("read")), ["version 1"]);
        assert!(store.verify_audit().await.expect("checked").broken.is_none());
    });
}

#[test]
fn what_lists_need_is_kept_with_an_edition_and_filled_in_once() {
    both(async |store: Store| {
        let f = fixture(&store).await;
        let (one, two) =
            (begun(&store, &f, "a-1", Tlp::Clear).await, begun(&store, &f, "a-2", Tlp::Green).await);
        release(&store, &f, &one.uuid, 1, &[(f.collection, NOW)]).await;
        let shelf =
            NewShelf { initially: "2026-11-30T11:00:00Z", currently: "2026-12-01T11:00:00Z", served: "2.1" };
        let about = EditionAbout { shelf: Some(shelf), ..EditionAbout::default() };
        let new = NewRelease {
            edition: Some(NewEdition { about, ..edition(&f, 1, "two", Tlp::Green) }),
            after: 1,
            version: 1,
            marking: Tlp::Green,
            to: &[(f.collection, NOW)],
            person: f.ada,
        };
        store.release_advisory(&by(), &two, &new).await.expect("released");
        let owner = Principal::person(f.ada, f.first, Roles::of(&[Role::Reader]));
        let audiences = store.directory().readable(&owner, Some(f.collection), NOW);
        let asked = |marking| AdvisoryQuestion {
            audiences: &audiences,
            now: NOW,
            marking,
            limit: 10,
            ..AdvisoryQuestion::default()
        };
        let green = store.released_advisories(&asked(Some(Tlp::Green))).await.expect("read");
        assert_eq!(
            (green.len(), green[0].shelf.served.as_str()),
            (1, "2.1"),
            "by the newest edition's marking"
        );
        let clear = store.released_advisories(&asked(Some(Tlp::Clear))).await.expect("read");
        assert_eq!(clear[0].shelf, AdvisoryShelf::default(), "kept before there was room for it");
        let filled = |served: &str| AdvisoryShelf {
            initially: "2026-11-30T11:00:00Z".into(),
            currently: "2026-11-30T11:00:00Z".into(),
            served: served.into(),
        };
        for served in ["2.0", "2.1"] {
            store.shelve_advisory(clear[0].id, clear[0].edition, &filled(served)).await.expect("kept");
        }
        let all = store.released_advisories(&asked(None)).await.expect("read");
        assert_eq!(all.iter().map(|a| a.shelf.served.as_str()).collect::<Vec<_>>(), ["2.0", "2.1"], "once");
    });
}

#[test]
fn webhooks_are_asked_for_messages_about_advisories_from_their_time_on() {
    both(async |store: Store| {
        let f = fixture(&store).await;
        let new = NewWebhook {
            uuid: &uuid(),
            organisation: f.second,
            person: f.ben,
            collection: None,
            label: "Tickets",
            url: "https://tickets.example/",
            events: &[Event::AdvisoryReleased, Event::AdvisoryRevised, Event::AdvisoryWithdrawn],
            secret: "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        };
        store.add_webhook(&by(), &new).await.expect("made");
        let one = begun(&store, &f, "a-1", Tlp::Clear).await;
        let asked = async |now: i64| {
            let names: Vec<String> = jobs(&store, "webhook", now)
                .await
                .iter()
                .map(|job| {
                    let arguments: serde_json::Value = serde_json::from_str(&job.arguments).expect("JSON");
                    format!(
                        "{} {}",
                        arguments["event"].as_str().unwrap_or_default(),
                        arguments["about"]["edition"]
                    )
                })
                .collect();
            names
        };
        release(&store, &f, &one.uuid, 1, &[(f.collection, NOW + HOUR)]).await;
        assert!(asked(NOW).await.is_empty(), "not before its time");
        assert_eq!(asked(NOW + HOUR).await, ["advisory.released 2"]);
        release(&store, &f, &one.uuid, 1, &[(f.collection, NOW)]).await;
        assert_eq!(asked(NOW).await, ["advisory.released 2"], "the same, now");
        release(&store, &f, &one.uuid, 2, &[(f.collection, NOW)]).await;
        assert_eq!(asked(NOW).await, ["advisory.revised 3"]);
        let now = store.advisory(&one.uuid).await.expect("asked").expect("there");
        let edition = edition(&f, 3, "withdrawn", Tlp::Clear);
        let gone = NewWithdrawal { edition, after: now.edition, person: f.ada };
        store.retract_advisory(&by(), &now, &gone).await.expect("withdrawn");
        assert_eq!(asked(NOW).await, ["advisory.withdrawn 4"]);
    });
}
