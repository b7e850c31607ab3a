//! Objects found by words: what is found, in which order, and that nothing tells of what is not readable.

use bartizan_clearinghouse::access::{CollectionId, OrganisationId, PersonId};
use bartizan_clearinghouse::token;
use bartizan_stix::Tlp;
use bartizan_store::{Arrival, Filter, Hit, Incoming, ObjectQuestion, Receipt, Store, VersionWanted};

use crate::harness::{Fixture, NOW, both, by, fixture, uuid};

/// An indicator of a version (a number of the month) whose pattern and name are these.
fn indicator(n: u32, month: u32, name: &str, value: &str) -> (String, String) {
    let id = format!("indicator--{n:08x}-0000-4000-8000-000000000000");
    let body = format!(
        r#"{{"type":"indicator","id":"{id}","modified":"2024-{month:02}-01T00:00:00Z","name":"{name}","pattern":"[url:value = '{value}']"}}"#
    );
    (id, body)
}

async fn add(
    store: &Store,
    collection: CollectionId,
    (owner, author): (OrganisationId, PersonId),
    readable: &[i64],
    marking: Tlp,
    objects: &[(String, String)],
) {
    let digests: Vec<String> = objects.iter().map(|(_, body)| token::digest(body)).collect();
    let incoming: Vec<Incoming<'_>> = objects
        .iter()
        .zip(&digests)
        .map(|((id, body), digest)| Incoming {
            id,
            kind: id.split("--").next().expect("a type"),
            spec: "2.1",
            version: bartizan_clearinghouse::time::parse(&body[body.find("2024").expect("a time")..][..20])
                .map(|at| (at, "as written")),
            marking: Some(marking),
            embargo: None,
            digest,
            body,
        })
        .collect();
    let arrival = Arrival { collection, unmarked: Tlp::Green, owner, author, readable, objects: &incoming };
    let receipt = |_: &[_]| Receipt { uuid: uuid(), body: "{}".into() };
    store.add_objects(&by(), &arrival, receipt).await.expect("added");
}

async fn keep_all(store: &Store) {
    while store.keep_object_words().await.expect("words kept") > 0 {}
}

async fn all_readable(store: &Store, f: &Fixture, person: PersonId) -> Vec<i64> {
    let directory = store.fresh().await.expect("a directory");
    let principal =
        directory.principal(person, bartizan_clearinghouse::access::Scopes::ALL).expect("a principal");
    directory.readable(&principal, Some(f.collection), NOW)
}

async fn find(store: &Store, f: &Fixture, readable: &[i64], words: &str) -> Vec<Hit> {
    let asked = ObjectQuestion { words, collections: &[f.collection], ..ObjectQuestion::default() };
    store.find_objects(readable, &asked, 100).await.expect("found")
}

fn numbers(hits: &[Hit]) -> Vec<u32> {
    hits.iter().map(|hit| u32::from_str_radix(&hit.id[11..19], 16).expect("a number")).collect()
}

#[test]
fn values_are_found_exactly_and_names_by_words() {
    both(|store| async move {
        let f = fixture(&store).await;
        let objects = [
            indicator(1, 1, "Cobalt Strike beacon", "http://c2.bad.top/a"),
            indicator(2, 1, "Other beacon", "http://5.5.5.5/x"),
            indicator(3, 1, "Café Zürich", "http://15.5.5.5/y"),
        ];
        add(&store, f.collection, (f.first, f.ada), &[], Tlp::Green, &objects).await;
        keep_all(&store).await;
        let readable = all_readable(&store, &f, f.ada).await;
        for (words, wanted) in [
            ("beacon", vec![2, 1]),
            ("cobalt strike", vec![1]),
            ("c2[.]bad[.]top", vec![1]),
            ("5.5.5.5", vec![2]),
            ("hxxp://5.5.5.5/x", vec![2]),
            ("CAFÉ", vec![3]),
            ("beac*", vec![2, 1]),
            ("absent", vec![]),
            ("", vec![3, 2, 1]),
            // By its words, since nothing has it whole.
            ("cobalt-beacon", vec![1]),
            ("' OR 1=1 --", vec![]),
            ("\" & | ! ( ) :* NEAR", vec![]),
        ] {
            assert_eq!(numbers(&find(&store, &f, &readable, words).await), wanted, "{words}");
        }
        let kinds = ["malware".to_owned()];
        let asked =
            ObjectQuestion { words: "beacon", kinds: &kinds, collections: &[f.collection], before: None };
        assert!(store.find_objects(&readable, &asked, 10).await.expect("found").is_empty());
    });
}

#[test]
fn the_last_version_is_found_and_pages_go_on() {
    both(|store| async move {
        let f = fixture(&store).await;
        let objects: Vec<_> = (0..30).map(|n| indicator(n, 1, "same words", "http://a.b/c")).collect();
        add(&store, f.collection, (f.first, f.ada), &[], Tlp::Green, &objects).await;
        let readable = all_readable(&store, &f, f.ada).await;
        add(
            &store,
            f.collection,
            (f.first, f.ada),
            &readable,
            Tlp::Green,
            &[indicator(7, 2, "new words", "x")],
        )
        .await;
        keep_all(&store).await;
        assert_eq!(numbers(&find(&store, &f, &readable, "new words").await), [7]);
        let (mut seen, mut before) = (Vec::new(), None);
        loop {
            let asked = ObjectQuestion {
                words: "same words",
                collections: &[f.collection],
                before,
                ..ObjectQuestion::default()
            };
            let page = store.find_objects(&readable, &asked, 11).await.expect("found");
            seen.extend(numbers(&page));
            match page.last() {
                Some(last) => before = Some((last.collection, last.added)),
                None => break,
            }
        }
        let wanted: Vec<u32> = (0..30).rev().filter(|n| *n != 7).collect();
        assert_eq!(seen, wanted, "each once, newest first, without the version that is no longer the last");
    });
}

#[test]
fn what_is_taken_back_is_not_found() {
    both(|store| async move {
        let f = fixture(&store).await;
        let objects = [indicator(1, 1, "stays here", "x"), indicator(2, 1, "goes here", "y")];
        add(&store, f.collection, (f.first, f.ada), &[], Tlp::Green, &objects).await;
        keep_all(&store).await;
        let readable = all_readable(&store, &f, f.ada).await;
        let filter = Filter {
            ids: vec![objects[1].0.clone()],
            versions: vec![VersionWanted::All],
            ..Filter::default()
        };
        store.remove_objects(&by(), f.collection, &readable, &filter).await.expect("removed");
        assert_eq!(numbers(&find(&store, &f, &readable, "here").await), [1]);
        // Everything of an arrival is gone before its words were kept: the next one is found all the same.
        add(
            &store,
            f.collection,
            (f.first, f.ada),
            &readable,
            Tlp::Green,
            &[indicator(2, 3, "again here", "z")],
        )
        .await;
        store.remove_objects(&by(), f.collection, &readable, &filter).await.expect("removed");
        keep_all(&store).await;
        add(
            &store,
            f.collection,
            (f.first, f.ada),
            &readable,
            Tlp::Green,
            &[indicator(4, 1, "last here", "z")],
        )
        .await;
        keep_all(&store).await;
        assert_eq!(numbers(&find(&store, &f, &readable, "here").await), [4, 1]);
    });
}

#[test]
fn what_is_not_readable_changes_nothing() {
    both(|store| async move {
        let f = fixture(&store).await;
        let answers = async || {
            let readable = all_readable(&store, &f, f.ada).await;
            let mut answers = Vec::new();
            for words in ["beacon", "beacon one", "red", "9.9.9.9", "", "beac*"] {
                let hits = find(&store, &f, &readable, words).await;
                answers.push(hits.into_iter().map(|hit| (hit.id, hit.added)).collect::<Vec<_>>());
            }
            answers
        };
        add(&store, f.collection, (f.first, f.ada), &[], Tlp::Green, &[indicator(1, 1, "beacon one", "x")])
            .await;
        keep_all(&store).await;
        let before = answers().await;
        // Another person's TLP:RED, an older and a newer version of what is readable among it.
        let hidden = [
            indicator(1, 5, "beacon red", "http://9.9.9.9/"),
            indicator(2, 1, "beacon red", "http://9.9.9.9/"),
        ];
        add(&store, f.collection, (f.second, f.ben), &[], Tlp::Red, &hidden).await;
        keep_all(&store).await;
        assert_eq!(answers().await, before);
        let ben = all_readable(&store, &f, f.ben).await;
        assert!(!find(&store, &f, &ben, "red").await.is_empty(), "its author finds it");
    });
}
