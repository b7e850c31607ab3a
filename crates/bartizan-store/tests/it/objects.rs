//! Objects: versions, pages, duplicates, order.

use bartizan_clearinghouse::access::{OrganisationId, PersonId};
use bartizan_clearinghouse::{time, token};
use bartizan_stix::Tlp;
use bartizan_store::{Arrival, Filter, Incoming, Outcome, Receipt, Store, VersionWanted};

use crate::harness::{Fixture, NOW, both, by, fixture, uuid};

/// An object to be added: identifier, `modified`, marking, more.
#[derive(Clone)]
struct Sample {
    id: String,
    version: Option<&'static str>,
    marking: Tlp,
    body: String,
}

fn sample(id: &str, version: Option<&'static str>, marking: Tlp) -> Sample {
    let body = format!("{{\"id\":\"{id}\",\"modified\":\"{}\"}}", version.unwrap_or("none"));
    Sample { id: id.to_owned(), version, marking, body }
}

const JANUARY: Option<&str> = Some("2024-01-01T00:00:00.000Z");
const FEBRUARY: Option<&str> = Some("2024-02-01T00:00:00Z");
const MARCH: Option<&str> = Some("2024-03-01T00:00:00.000Z");

async fn add(
    store: &Store,
    f: &Fixture,
    (owner, author): (OrganisationId, PersonId),
    readable: &[i64],
    samples: &[Sample],
) -> Vec<Outcome> {
    let digests: Vec<String> = samples.iter().map(|s| token::digest(&s.body)).collect();
    let objects: Vec<Incoming<'_>> = samples
        .iter()
        .zip(&digests)
        .map(|(s, digest)| Incoming {
            id: &s.id,
            kind: s.id.split("--").next().expect("a type"),
            spec: "2.1",
            version: s.version.map(|text| (time::parse(text).expect("a time"), text)),
            marking: Some(s.marking),
            embargo: None,
            digest,
            body: &s.body,
        })
        .collect();
    let arrival = Arrival {
        collection: f.collection,
        unmarked: Tlp::Green,
        owner,
        author,
        readable,
        objects: &objects,
    };
    let receipt = |_: &[Outcome]| Receipt { uuid: uuid(), body: "{}".into() };
    store.add_objects(&by(), &arrival, receipt).await.expect("added").outcomes
}

/// Every audience of the collection.
fn all(store: &Store, f: &Fixture) -> Vec<i64> {
    store.directory().by_collection.get(&Some(f.collection)).cloned().unwrap_or_default()
}

async fn bodies(store: &Store, f: &Fixture, readable: &[i64], filter: &Filter) -> Vec<String> {
    let page = store.objects(f.collection, readable, filter, 1000, usize::MAX).await.expect("a page");
    assert!(!page.more);
    page.items.into_iter().map(|o| o.body).collect()
}

async fn versions(store: &Store, f: &Fixture, readable: &[i64], wanted: &[VersionWanted]) -> Vec<String> {
    let filter = Filter { versions: wanted.to_vec(), ..Filter::default() };
    let page = store.manifest(f.collection, readable, &filter, 1000).await.expect("a page");
    page.items.into_iter().map(|m| m.version).collect()
}

#[test]
fn versions_are_chosen_as_taxii_says_in_whatever_order_they_came() {
    both(|store| async move {
        let f = fixture(&store).await;
        let who = (f.first, f.ada);
        let id = "indicator--1";
        // February last, so that the newest is not the latest to come.
        for version in [MARCH, JANUARY, FEBRUARY] {
            add(&store, &f, who, &all(&store, &f), &[sample(id, version, Tlp::Green)]).await;
            store.fresh().await.expect("fresh");
        }
        let readable = all(&store, &f);
        let (january, february, march) =
            (JANUARY.expect("text"), FEBRUARY.expect("text"), MARCH.expect("text"));
        let at = VersionWanted::At(time::parse("2024-02-01T00:00:00.000Z").expect("a time"));
        for (wanted, expected) in [
            (vec![], vec![march]),
            (vec![VersionWanted::Last], vec![march]),
            (vec![VersionWanted::First], vec![january]),
            (vec![VersionWanted::All], vec![march, january, february]),
            (vec![VersionWanted::First, VersionWanted::Last], vec![march, january]),
            (vec![at], vec![february]),
        ] {
            assert_eq!(versions(&store, &f, &readable, &wanted).await, expected, "{wanted:?}");
        }
    });
}

#[test]
fn one_arrival_may_hold_all_versions_and_twice_the_same() {
    both(|store| async move {
        let f = fixture(&store).await;
        let id = "indicator--1";
        let set: Vec<Sample> =
            [MARCH, JANUARY, JANUARY, FEBRUARY].map(|v| sample(id, v, Tlp::Green)).to_vec();
        let outcomes = add(&store, &f, (f.first, f.ada), &[], &set).await;
        assert!(matches!(outcomes[2], Outcome::Known { .. }), "{outcomes:?}");
        store.fresh().await.expect("fresh");
        let readable = all(&store, &f);
        assert_eq!(versions(&store, &f, &readable, &[]).await, [MARCH.expect("text")]);
        assert_eq!(versions(&store, &f, &readable, &[VersionWanted::First]).await, [JANUARY.expect("text")]);
        assert_eq!(versions(&store, &f, &readable, &[VersionWanted::All]).await.len(), 3);
    });
}

#[test]
fn an_object_without_a_version_is_known_by_its_content() {
    both(|store| async move {
        let f = fixture(&store).await;
        let who = (f.first, f.ada);
        let one = sample("domain-name--1", None, Tlp::Green);
        add(&store, &f, who, &[], std::slice::from_ref(&one)).await;
        store.fresh().await.expect("fresh");
        let readable = all(&store, &f);
        let again = add(&store, &f, who, &readable, std::slice::from_ref(&one)).await;
        assert!(matches!(again[0], Outcome::Known { .. }));
        let other = Sample { body: "{\"other\":1}".into(), ..one };
        let changed = add(&store, &f, who, &readable, &[other]).await;
        assert!(matches!(changed[0], Outcome::Added(_)));
        assert_eq!(bodies(&store, &f, &readable, &Filter::default()).await, ["{\"other\":1}"]);
        assert_eq!(versions(&store, &f, &readable, &[VersionWanted::All]).await.len(), 2);
    });
}

#[test]
fn what_cannot_be_read_changes_nothing_of_what_is_answered() {
    both(|store| async move {
        let f = fixture(&store).await;
        let id = "indicator--1";
        add(&store, &f, (f.first, f.ada), &[], &[sample(id, JANUARY, Tlp::Green)]).await;
        store.fresh().await.expect("fresh");
        let readable = all(&store, &f);
        let wanted = [VersionWanted::Last, VersionWanted::First, VersionWanted::All];
        let mut before = Vec::new();
        for version in wanted {
            before.push(versions(&store, &f, &readable, &[version]).await);
        }
        let count = store.count_objects(f.collection, &readable).await.expect("count");
        // Somebody else adds an older and a newer version, the same one, and another object, all of which this reader does not
        // see.
        let hidden = [
            sample(id, Some("2020-01-01T00:00:00Z"), Tlp::Red),
            sample(id, MARCH, Tlp::Red),
            sample(id, JANUARY, Tlp::Red),
            sample("indicator--2", JANUARY, Tlp::Red),
        ];
        let outcomes = add(&store, &f, (f.second, f.ben), &[], &hidden).await;
        assert!(outcomes.iter().all(|o| matches!(o, Outcome::Added(_))), "an answer tells of nothing unseen");
        store.fresh().await.expect("fresh");
        for (version, before) in wanted.into_iter().zip(before) {
            assert_eq!(versions(&store, &f, &readable, &[version]).await, before, "{version:?}");
        }
        assert_eq!(store.count_objects(f.collection, &readable).await.expect("count"), count);
        assert!(!store.has_object(f.collection, &readable, "indicator--2").await.expect("asked"));
        // Who reads both gets each version once.
        let both = all(&store, &f);
        assert_eq!(versions(&store, &f, &both, &[VersionWanted::All]).await.len(), 4);
        // And adding again what somebody else has hidden tells nothing either.
        let again = add(&store, &f, (f.first, f.ada), &readable, &[sample(id, MARCH, Tlp::Green)]).await;
        assert!(matches!(again[0], Outcome::Added(_)));
    });
}

#[test]
fn times_grow_whatever_the_clock_does_and_a_reader_misses_nothing() {
    both(|store| async move {
        let f = fixture(&store).await;
        let mut last = 0;
        for (i, now) in [NOW, NOW - 60_000_000, NOW, NOW + 5].into_iter().enumerate() {
            let body = format!("{{\"n\":{i}}}");
            let digest = token::digest(&body);
            let id = format!("malware--{i}");
            let objects = [Incoming {
                id: &id,
                kind: "malware",
                spec: "2.1",
                version: None,
                marking: None,
                embargo: None,
                digest: &digest,
                body: &body,
            }];
            let arrival = Arrival {
                collection: f.collection,
                unmarked: Tlp::Green,
                owner: f.first,
                author: f.ada,
                readable: &[],
                objects: &objects,
            };
            let receipt = |_: &[Outcome]| Receipt { uuid: uuid(), body: "{}".into() };
            let by = bartizan_store::Action { actor: "test", now };
            let written = store.add_objects(&by, &arrival, receipt).await.expect("added");
            let Outcome::Added(place) = &written.outcomes[0] else { panic!("{written:?}") };
            assert!(place.added > last, "{} after {last}", place.added);
            last = place.added;
        }
    });
}

#[test]
fn forty_writers_at_once_lose_nothing_and_pages_are_stable() {
    both(|store| async move {
        let f = std::sync::Arc::new(fixture(&store).await);
        let mut writers = Vec::new();
        for w in 0..40 {
            let (store, f) = (store.clone(), f.clone());
            writers.push(tokio::spawn(async move {
                let set: Vec<Sample> =
                    (0..5).map(|i| sample(&format!("malware--{w}-{i}"), JANUARY, Tlp::Green)).collect();
                add(&store, &f, (f.first, f.ada), &[], &set).await;
            }));
        }
        for writer in writers {
            writer.await.expect("a writer");
        }
        store.fresh().await.expect("fresh");
        let readable = all(&store, &f);
        let mut seen = Vec::new();
        let mut filter = Filter::default();
        loop {
            let page = store.manifest(f.collection, &readable, &filter, 7).await.expect("a page");
            filter.after = page.items.last().map(|m| m.added);
            seen.extend(page.items.into_iter().map(|m| (m.added, m.id)));
            if !page.more {
                break;
            }
        }
        assert_eq!(seen.len(), 200);
        assert!(seen.windows(2).all(|w| w[0].0 < w[1].0), "each object has a time of its own");
        let ids: std::collections::BTreeSet<_> = seen.into_iter().map(|(_, id)| id).collect();
        assert_eq!(ids.len(), 200);
    });
}

#[test]
fn filters_restrict_together_and_several_types_come_in_order() {
    both(|store| async move {
        let f = fixture(&store).await;
        let set: Vec<Sample> = ["malware--1", "tool--1", "indicator--1", "malware--2", "tool--2"]
            .map(|id| sample(id, JANUARY, Tlp::Green))
            .to_vec();
        add(&store, &f, (f.first, f.ada), &[], &set).await;
        store.fresh().await.expect("fresh");
        let readable = all(&store, &f);
        let ids = async |filter: Filter| -> Vec<String> {
            let page = store.manifest(f.collection, &readable, &filter, 100).await.expect("a page");
            page.items.into_iter().map(|m| m.id).collect()
        };
        let types = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        let filter = Filter { types: types(&["tool", "malware"]), ..Filter::default() };
        assert_eq!(ids(filter).await, ["malware--1", "tool--1", "malware--2", "tool--2"]);
        let filter =
            Filter { types: types(&["tool"]), ids: types(&["malware--1", "tool--2"]), ..Filter::default() };
        assert_eq!(ids(filter).await, ["tool--2"]);
        let filter = Filter { specs: types(&["2.0"]), ..Filter::default() };
        assert!(ids(filter).await.is_empty());
        let page = store
            .manifest(
                f.collection,
                &readable,
                &Filter { types: types(&["tool", "malware"]), ..Filter::default() },
                3,
            )
            .await
            .expect("a page");
        assert!(page.more && page.items.len() == 3);
    });
}

#[test]
fn a_page_ends_where_its_bytes_end_but_never_before_its_first_object() {
    both(|store| async move {
        let f = fixture(&store).await;
        let big =
            |id: &str| Sample { body: format!("\"{}\"", "x".repeat(998)), ..sample(id, JANUARY, Tlp::Green) };
        add(&store, &f, (f.first, f.ada), &[], &[big("malware--1"), big("malware--2"), big("malware--3")])
            .await;
        store.fresh().await.expect("fresh");
        let readable = all(&store, &f);
        for (bytes, expected) in [(1, 1), (1000, 1), (2000, 2), (3000, 3)] {
            let filter = Filter::default();
            let page = store.objects(f.collection, &readable, &filter, 100, bytes).await.expect("a page");
            assert_eq!((page.items.len(), page.more), (expected, expected < 3), "{bytes} bytes");
        }
    });
}

#[test]
fn removing_one_version_brings_the_older_one_back() {
    both(|store| async move {
        let f = fixture(&store).await;
        let id = "indicator--1";
        let set = [sample(id, JANUARY, Tlp::Green), sample(id, MARCH, Tlp::Green)];
        add(&store, &f, (f.first, f.ada), &[], &set).await;
        store.fresh().await.expect("fresh");
        let readable = all(&store, &f);
        let filter = Filter {
            ids: vec![id.to_owned()],
            versions: vec![VersionWanted::At(time::parse(MARCH.expect("text")).expect("a time"))],
            ..Filter::default()
        };
        let removed = store.remove_objects(&by(), f.collection, &readable, &filter).await.expect("removed");
        assert_eq!(removed, 1);
        assert_eq!(versions(&store, &f, &readable, &[]).await, [JANUARY.expect("text")]);
        let again = store.remove_objects(&by(), f.collection, &readable, &filter).await.expect("nothing");
        assert_eq!(again, 0);
    });
}
