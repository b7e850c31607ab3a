//! What reports name: found by those who may read the reports, counted for nobody else.

use bartizan_clearinghouse::access::{OrganisationId, PersonId, Scopes};
use bartizan_stix::Tlp;
use bartizan_store::{KeptRule, Named, NewJob, NewReport, RuleFilter, Store};

use crate::harness::{Fixture, NOW, both, by, fixture, uuid};

fn named(kind: &str, value: &str) -> Named {
    Named {
        kind: kind.into(),
        value: value.into(),
        shown: value.into(),
        sure: "named, likely, 0.70".into(),
        sentence: format!("They used {value}."),
        hit: (10, 10 + value.chars().count() as i64),
    }
}

/// Keeps a report as the end of a job.
async fn keep(
    store: &Store,
    organisation: OrganisationId,
    person: PersonId,
    marking: Tlp,
    names: &[Named],
) -> String {
    let (uuid, key) = (uuid(), uuid());
    let new = NewJob {
        name: "analyze",
        arguments: "{}",
        key: &key,
        organisation,
        person: Some(person),
        audience: None,
        content: None,
        most_attempts: 1,
    };
    store.enqueue(&by(), &new).await.expect("queued");
    let job = store.claim_job(&["analyze"], "w", NOW, NOW + 1).await.expect("asked").expect("a job");
    let rule = KeptRule {
        id: format!("rule of {organisation:?}"),
        title: "100% Tarrask".into(),
        level: "high".into(),
        source: "windows process_creation".into(),
        proven: true,
        body: "title: x\n".into(),
        techniques: vec!["T1053.005".into(), "t1053.005".into(), "T1053".into()],
        ..KeptRule::default()
    };
    let report = NewReport {
        uuid: &uuid,
        marking,
        title: "Title",
        publisher: "",
        published: "",
        kind: "",
        source: "",
        contents: "{}",
        claims: 0,
        words: "",
        names,
        rules: &[rule],
        language: "",
        former: None,
    };
    assert!(store.finish_job(&by(), &job.lease(), "{}", &[], Some(&report)).await.expect("finished"));
    uuid
}

async fn readable(store: &Store, person: PersonId) -> Vec<i64> {
    let directory = store.fresh().await.expect("fresh");
    let principal = directory.principal(person, Scopes::ALL).expect("a principal");
    directory.readable(&principal, None, NOW)
}

#[test]
fn names_are_found_and_counted_among_what_may_be_read() {
    both(|store| async move {
        let Fixture { first, second, ada, ben, .. } = fixture(&store).await;
        let [tarrask, t1059, sub] =
            [named("malware", "Tarrask"), named("technique", "T1059"), named("technique", "T1059.001")];
        let url = named("indicator", "http://EVIL.example/A");
        let old = keep(&store, first, ada, Tlp::Green, &[tarrask.clone(), t1059.clone(), sub.clone()]).await;
        let new =
            keep(&store, first, ada, Tlp::Amber, &[named("malware", "TARRASK"), sub.clone(), url.clone()])
                .await;
        let theirs = keep(&store, second, ben, Tlp::Green, &[tarrask, t1059, named("actor", "Secret")]).await;
        let (ours, other) = (readable(&store, ada).await, readable(&store, ben).await);

        let count = store.name(&ours, "malware", "tarrask").await.expect("asked").expect("known");
        assert_eq!((count.reports, count.marking, count.first), (2, Tlp::Amber, NOW));
        let found = store.named_in(&ours, "malware", "Tarrask", None, 10).await.expect("asked");
        assert_eq!(found.iter().map(|n| n.report.uuid.as_str()).collect::<Vec<_>>(), [&new, &old]);
        assert_eq!((found[1].named.sentence.as_str(), found[1].named.hit), ("They used Tarrask.", (10, 17)));
        let rest = store.named_in(&ours, "malware", "Tarrask", Some(found[0].report.id), 10).await;
        assert_eq!(rest.expect("asked")[0].report.uuid, old);

        let beside = store.named_beside(&ours, "malware", "tarrask", 10).await.expect("asked");
        let beside: Vec<_> = beside.iter().map(|n| (n.shown.as_str(), n.reports)).collect();
        assert_eq!(beside, [("T1059.001", 2), ("http://EVIL.example/A", 1), ("T1059", 1)]);
        let families = store.technique_counts(&ours, true).await.expect("asked");
        assert_eq!(families, [("T1059".to_owned(), 2)]);
        let each = store.technique_counts(&ours, false).await.expect("asked");
        assert_eq!(each, [("T1059".to_owned(), 1), ("T1059.001".to_owned(), 2)]);
        let called =
            store.names_called(&ours, &["malware", "indicator"], "Tarrask", 10).await.expect("asked");
        assert_eq!(called.len(), 1);
        let called =
            store.names_called(&ours, &["malware", "indicator"], &url.value, 10).await.expect("asked");
        assert_eq!(called[0].value, url.value);

        // The other organisation has the same name once, and nothing of ours.
        let count = store.name(&other, "malware", "tarrask").await.expect("asked").expect("known");
        assert_eq!((count.reports, count.marking), (1, Tlp::Green));
        assert!(store.name(&other, "indicator", &url.value).await.expect("asked").is_none());
        assert!(store.name(&ours, "actor", "secret").await.expect("asked").is_none());
        let beside = store.named_beside(&other, "malware", "tarrask", 10).await.expect("asked");
        assert_eq!(beside.iter().map(|n| n.shown.as_str()).collect::<Vec<_>>(), ["Secret", "T1059"]);
        assert_eq!(store.technique_counts(&other, true).await.expect("asked"), [("T1059".to_owned(), 1)]);
        let hidden = store.report(&other, &theirs).await.expect("asked").expect("theirs");
        assert!(store.names_of(&ours, &[hidden.id], 100).await.expect("asked").is_empty());
        assert_eq!(store.names_of(&other, &[hidden.id], 100).await.expect("asked").len(), 3);
        // Rules go the same way: the same rule of two reports is one.
        let families = store.rule_counts(&ours, true).await.expect("asked");
        assert_eq!(families, [("T1053".to_owned(), 1)]);
        assert_eq!(store.rule_counts(&other, false).await.expect("asked").len(), 2);
        let filter = RuleFilter {
            words: "100% t",
            level: Some("high"),
            proven: Some(true),
            technique: Some("t1053"),
            ..RuleFilter::default()
        };
        let rules = store.rules(&ours, &filter, 10).await.expect("asked");
        assert_eq!(rules.iter().map(|(r, _)| r.uuid.as_str()).collect::<Vec<_>>(), [&new, &old]);
        assert_eq!(
            (rules[0].1.body.as_str(), &rules[0].1.techniques[..]),
            ("title: x\n", &["T1053".to_owned(), "T1053.005".to_owned()][..])
        );
        let after = Some((rules[0].0.id, rules[0].1.id.as_str()));
        assert_eq!(store.rules(&ours, &RuleFilter { after, ..filter }, 10).await.expect("asked").len(), 1);
        let unseen = RuleFilter { technique: Some("T1059"), ..RuleFilter::default() };
        assert!(store.rules(&ours, &unseen, 10).await.expect("asked").is_empty());
        let platform = |platform| RuleFilter { platform: Some(platform), ..RuleFilter::default() };
        for (word, found) in [("win", 2), ("WINDOWS process", 2), ("process", 0), ("%", 0)] {
            let filter = platform(word);
            assert_eq!(store.rules(&ours, &filter, 10).await.expect("asked").len(), found, "{word}");
        }
        let one =
            RuleFilter { report: Some(rules[1].0.id), rule: Some(&rules[1].1.id), ..RuleFilter::default() };
        let of_one = store.rules(&ours, &one, 10).await.expect("asked");
        assert_eq!(of_one.iter().map(|(r, _)| r.uuid.as_str()).collect::<Vec<_>>(), [&old]);
        assert!(store.rules(&other, &one, 10).await.expect("asked").is_empty(), "of another organisation");
        let none = RuleFilter { words: "100_", ..RuleFilter::default() };
        assert!(store.rules(&ours, &none, 10).await.expect("asked").is_empty());
        assert_eq!(
            store
                .rule_kinds(&other, &RuleFilter::default())
                .await
                .expect("asked")
                .iter()
                .map(|k| (k.level.as_str(), k.proven, k.rules))
                .collect::<Vec<_>>(),
            [("high", true, 1)]
        );

        assert!(store.name(&[], "malware", "tarrask").await.expect("asked").is_none());
    });
}

#[test]
fn hostile_and_many_names_are_kept_within_bounds() {
    both(|store| async move {
        let Fixture { first, ada, .. } = fixture(&store).await;
        let mut names = vec![
            named("", "nothing"),
            named("malware", " "),
            Named { sentence: "a\0b\u{1b}c".into(), ..named("malware", "nul\0l") },
            named("indicator", &"é".repeat(5_000)),
        ];
        names.extend((0..5_000).map(|i| named("tool", &format!("tool {i}"))));
        let uuid = keep(&store, first, ada, Tlp::Clear, &names).await;
        let ours = readable(&store, ada).await;
        let report = store.report(&ours, &uuid).await.expect("asked").expect("kept");
        let kept = store.names_of(&ours, &[report.id], 10_000).await.expect("asked");
        assert_eq!(kept.len(), 2_000);
        let long = store.name(&ours, "indicator", &"é".repeat(5_000)).await.expect("asked").expect("kept");
        assert_eq!((long.value.chars().count(), long.shown.chars().count()), (500, 600));
        let nul = store.named_in(&ours, "malware", "NULL", None, 1).await.expect("asked");
        assert_eq!(nul[0].named.sentence, "a b c");
    });
}
