//! Editions of a report: found by who may read them, decided with what went on, published as one line.

use bartizan_clearinghouse::access::{OrganisationId, PersonId, Scopes};
use bartizan_stix::Tlp;
use bartizan_store::{
    CarriedDecision, Facet, Former, NewJob, NewPublication, NewReport, PublishedObjects, Report,
    ReportFilter, ReportId, Store,
};

use crate::harness::{Fixture, NOW, both, by, fixture, uuid};

async fn keep(
    store: &Store,
    of: (OrganisationId, PersonId),
    marking: Tlp,
    title: &str,
    former: Option<&Former>,
) -> Report {
    let (uuid, key) = (uuid(), uuid());
    let new = NewJob {
        name: "analyze",
        arguments: "{}",
        key: &key,
        organisation: of.0,
        person: Some(of.1),
        audience: None,
        content: None,
        most_attempts: 1,
    };
    store.enqueue(&by(), &new).await.expect("queued");
    let job = store.claim_job(&["analyze"], "w", NOW, NOW + 1).await.expect("asked").expect("a job");
    let report = NewReport {
        uuid: &uuid,
        marking,
        title,
        publisher: "Example Labs",
        published: "",
        kind: "threat",
        source: "https://labs.example/relay",
        contents: "{}",
        claims: 5,
        words: title,
        names: &[],
        rules: &[],
        language: "en",
        former,
    };
    assert!(store.finish_job(&by(), &job.lease(), "{}", &[], Some(&report)).await.expect("finished"));
    let readable = readable(store, of.1).await;
    store.report(&readable, &uuid).await.expect("asked").expect("kept")
}

async fn readable(store: &Store, person: PersonId) -> Vec<i64> {
    let directory = store.fresh().await.expect("fresh");
    let principal = directory.principal(person, Scopes::ALL).expect("a principal");
    directory.readable(&principal, None, NOW)
}

fn ids(reports: &[Report]) -> Vec<ReportId> {
    reports.iter().map(|r| r.id).collect()
}

#[test]
fn editions_are_a_line_of_what_may_be_read() {
    both(|store| async move {
        let Fixture { first, second, ada, ben, .. } = fixture(&store).await;
        let one = keep(&store, (first, ada), Tlp::Green, "Relay", None).await;
        let decision = |n: i64| CarriedDecision { person: ada, at: NOW - n, body: format!("{{\"n\":{n}}}") };
        let former = Former { report: one.id, carried: vec![decision(2), decision(1)], reviewed: 2 };
        let two = keep(&store, (first, ada), Tlp::Green, "Relay", Some(&former)).await;
        let strict = Former { report: two.id, carried: Vec::new(), reviewed: 0 };
        let three = keep(&store, (first, ada), Tlp::Red, "Relay", Some(&strict)).await;
        let theirs = keep(&store, (second, ben), Tlp::Green, "Relay", None).await;

        let ours = readable(&store, ada).await;
        let line = store.editions(&ours, &two).await.expect("asked");
        assert_eq!((ids(&line.editions), line.carried), (vec![one.id, two.id, three.id], 2));
        assert_eq!((two.claims, two.reviewed), (5, 2));
        let kept = store.decisions(two.id).await.expect("asked");
        assert_eq!(kept.iter().map(|d| (d.number, d.at)).collect::<Vec<_>>(), [(1, NOW - 2), (2, NOW - 1)]);
        assert_eq!(store.decide(&by(), &two, ada, 2, "{}", 3).await.expect("decided"), 3, "and it goes on");

        // Who may not read the newest edition has the one before as the newest, and learns of no other.
        let newest = ReportFilter { newest: true, ..ReportFilter::default() };
        assert_eq!(ids(&store.reports(&ours, &newest, 10).await.expect("asked")), [three.id]);
        let directory = store.fresh().await.expect("fresh");
        let without: Vec<i64> = ours
            .iter()
            .copied()
            .filter(|n| directory.audiences.get(n).is_some_and(|a| a.marking != Tlp::Red))
            .collect();
        assert_eq!(ids(&store.reports(&without, &newest, 10).await.expect("asked")), [two.id]);
        assert_eq!(ids(&store.editions(&without, &two).await.expect("asked").editions), [one.id, two.id]);
        let all = ReportFilter::default();
        assert_eq!(store.reports(&ours, &all, 10).await.expect("asked").len(), 3);
        assert_eq!(store.report_kinds(&ours, &newest).await.expect("asked"), [("threat".to_owned(), 1)]);
        // A report without other editions is a line of its own.
        let other = readable(&store, ben).await;
        assert_eq!(ids(&store.editions(&other, &theirs).await.expect("asked").editions), [theirs.id]);

        let alike = async |readable: &[i64], source: &str, title: &str, publisher: &str| {
            ids(&store.alike(readable, source, title, publisher).await.expect("asked"))
        };
        let (address, title) = ("https://labs.example/relay", "Relay");
        assert_eq!(alike(&other, address, "", "").await, [theirs.id]);
        assert_eq!(alike(&ours, "", title, "Example Labs").await, [three.id, two.id, one.id]);
        assert_eq!(alike(&ours, "", title, "Others").await, []);
        assert_eq!(alike(&ours, "", "", "").await, []);
        assert_eq!(alike(&[], address, title, "").await, []);
    });
}

#[test]
fn what_was_written_is_kept_and_goes_from_edition_to_edition() {
    both(|store| async move {
        let Fixture { first, ada, collection, .. } = fixture(&store).await;
        let one = keep(&store, (first, ada), Tlp::Green, "Relay", None).await;
        let former = Former { report: one.id, carried: Vec::new(), reviewed: 0 };
        let two = keep(&store, (first, ada), Tlp::Green, "Relay", Some(&former)).await;
        let both = [one.id, two.id];
        let bundle = async |reports: &[ReportId]| {
            let kept = store.published_bundle(reports, collection).await.expect("asked")?;
            let bytes = store.content(&kept.1).await.expect("asked").expect("kept");
            Some((kept.0, String::from_utf8(bytes).expect("text")))
        };
        let written = |text: &'static str, continues| PublishedObjects {
            collection,
            objects: 3,
            bundle: text.as_bytes(),
            continues,
        };
        let new =
            |written| NewPublication { written, person: ada, marking: Tlp::Green, embargo: None, span: None };
        assert_eq!(bundle(&both).await, None);
        store.published(&by(), &one, &new(written("first", false))).await.expect("published");
        assert_eq!(bundle(&both).await, Some((one.id, "first".into())));
        store.published(&by(), &two, &new(written("second", true))).await.expect("published");
        assert_eq!(bundle(&both).await, Some((two.id, "second".into())));
        assert!(store.publications(one.id).await.expect("asked").is_empty(), "it has gone on");
        assert_eq!(store.publications(two.id).await.expect("asked").len(), 1);
        store.withdrawn(&by(), &two, &written("revoked", true)).await.expect("withdrawn");
        assert!(store.publications(two.id).await.expect("asked").is_empty());
        assert_eq!(bundle(&[two.id]).await, Some((two.id, "revoked".into())), "and what was is known");
        assert!(store.verify_audit().await.expect("verified").broken.is_none());
    });
}

#[test]
fn facets_count_what_may_be_read_and_searches_belong_to_a_person() {
    both(|store| async move {
        let Fixture { first, second, ada, ben, .. } = fixture(&store).await;
        let one = keep(&store, (first, ada), Tlp::Green, "Relay", None).await;
        let two = keep(&store, (first, ada), Tlp::Amber, "Other", None).await;
        keep(&store, (second, ben), Tlp::Green, "Relay", None).await;
        let ours = readable(&store, ada).await;
        let counted = async |filter: &ReportFilter<'_>, facet| {
            let found = store.facet(&ours, filter, facet, 10).await.expect("asked");
            found.into_iter().map(|c| (c.value, c.reports)).collect::<Vec<_>>()
        };
        let all = ReportFilter::default();
        let (green, amber) = (("TLP:GREEN".to_owned(), 1), ("TLP:AMBER".to_owned(), 1));
        assert_eq!(counted(&all, Facet::Marking).await, [green.clone(), amber.clone()]);
        assert_eq!(counted(&all, Facet::Publisher).await, [("Example Labs".to_owned(), 2)]);
        assert_eq!(counted(&all, Facet::Language).await, [("en".to_owned(), 2)]);
        assert_eq!(counted(&all, Facet::Reviewed).await, [("open".to_owned(), 2)]);
        assert_eq!(counted(&all, Facet::Month).await, [], "none says a day");
        assert_eq!(counted(&all, Facet::Actor).await, []);
        let chosen = [(Facet::Marking, "TLP:GREEN".to_owned())];
        let filter = ReportFilter { facets: &chosen, ..ReportFilter::default() };
        assert_eq!(ids(&store.reports(&ours, &filter, 10).await.expect("asked")), [one.id]);
        assert_eq!(
            counted(&filter, Facet::Marking).await,
            [green, amber],
            "a choice does not hide the others"
        );
        assert_eq!(counted(&filter, Facet::Publisher).await, [("Example Labs".to_owned(), 1)]);
        let words = ReportFilter { words: "other", ..ReportFilter::default() };
        assert_eq!(counted(&words, Facet::Marking).await, [("TLP:AMBER".to_owned(), 1)]);
        let several = [
            (Facet::Marking, "TLP:GREEN".to_owned()),
            (Facet::Marking, "TLP:AMBER".to_owned()),
            (Facet::Kind, "threat".to_owned()),
        ];
        let filter = ReportFilter { words: "relay", facets: &several, ..ReportFilter::default() };
        assert_eq!(store.count_reports(&ours, &filter, None).await.expect("asked"), 1);
        assert_eq!(store.count_reports(&ours, &all, Some(one.id)).await.expect("asked"), 1);
        assert_eq!(store.count_reports(&[], &all, None).await.expect("asked"), 0);
        let wrong = [(Facet::Marking, "nonsense' OR 1".to_owned())];
        let filter = ReportFilter { facets: &wrong, ..ReportFilter::default() };
        assert_eq!(store.count_reports(&ours, &filter, None).await.expect("asked"), 0);

        store.save_search(&by(), ada, "s-1", "Relays", "q=relay").await.expect("kept");
        assert!(store.save_search(&by(), ada, "s-2", " ", "").await.is_err());
        assert!(store.saved_searches(ben).await.expect("asked").is_empty());
        let kept = store.saved_searches(ada).await.expect("asked");
        assert!(kept[0].seen > two.id, "what is there counts as seen, whoever's it is");
        assert!(!store.forget_search(&by(), ben, "s-1").await.expect("asked"));
        assert!(!store.seen_search(ben, "s-1").await.expect("asked"));
        assert!(store.seen_search(ada, "s-1").await.expect("asked"));
        assert!(store.forget_search(&by(), ada, "s-1").await.expect("asked"));
        assert!(store.saved_searches(ada).await.expect("asked").is_empty());

        // A closed collection is nobody's, and comes back as it was.
        let directory = store.fresh().await.expect("fresh");
        let entry = directory.collections.values().next().expect("a collection").clone();
        assert!(!store.close_collection(&by(), second, &entry.uuid, true).await.expect("asked"), "another's");
        assert!(store.close_collection(&by(), first, &entry.uuid, true).await.expect("closed"));
        assert!(!store.close_collection(&by(), first, &entry.uuid, true).await.expect("asked"), "once");
        assert!(store.fresh().await.expect("fresh").collection(&entry.uuid).is_none());
        assert_eq!(store.closed_collections(first).await.expect("asked")[0].0, entry.uuid);
        assert!(store.close_collection(&by(), first, &entry.uuid, false).await.expect("opened"));
        assert!(store.fresh().await.expect("fresh").collection(&entry.uuid).is_some());
        store.close_organisation(&by(), second, true).await.expect("closed");
        assert!(store.fresh().await.expect("fresh").principal(ben, Scopes::ALL).is_none());
        store.close_organisation(&by(), second, false).await.expect("opened");
        assert!(store.fresh().await.expect("fresh").principal(ben, Scopes::ALL).is_some());
        assert!(store.verify_audit().await.expect("verified").broken.is_none());
    });
}
