//! An answer is the same bytes, in status, headers and body, whether or not something is there that the asker may not know of:
//! pages and API, as `access` has it for TAXII. Everything is asked, then unreadable things of every kind are added, then
//! everything is asked again.

mod asked;
mod installed;

use bartizan_clearinghouse::access::{OrganisationId, PersonId, Role, Roles, Scopes, WindowSide};
use bartizan_stix::Tlp;
use bartizan_store::{
    ChannelKind, Event, KeptRule, NewAdvisoryReceipt, NewChannel, NewCollection, NewWebhook, Store,
};
use serde_json::json;

use asked::{Coming, Path, addressed, endpoints, pages};

use crate::advised::advise;
use crate::harness::{self, Answer, MEDIA, NOW, then as by, uuid};
use crate::world::{Asker, Told, World, job, named, object, object_named, report, run};

async fn ask(world: &World, asker: &Asker, (method, path): &Path) -> Answer {
    match *method {
        "POST" if path.starts_with("/api/") => world.json(asker, method, path, &json!({})).await,
        "POST" => world.form(asker, path, &[("organisation", "x"), ("to", "x"), ("collection", "x")]).await,
        "PUT" => world.json(asker, method, path, &json!({ "read": true, "write": false })).await,
        "PATCH" => world.json(asker, method, path, &json!({ "closed": true })).await,
        _ => {
            let accept = if path.starts_with("/taxii2") { MEDIA } else { "*/*" };
            let mut answer = world.ask(asker, method, path, &[("accept", accept)], b"").await;
            // A bundle's own identifier is made anew each time.
            if let Some((head, rest)) =
                answer.body.split_once("bundle--").filter(|(_, rest)| rest.len() >= 36)
            {
                answer.body = format!("{head}{}", &rest[36..]);
            }
            answer
        }
    }
}

/// What each of these is answered, in order.
async fn all(world: &World, askers: &[Asker], paths: &[Path]) -> Vec<Answer> {
    let mut answers = Vec::new();
    for asker in askers {
        for path in paths {
            answers.push(ask(world, asker, path).await);
        }
    }
    answers
}

/// Adds things of an organisation and a person that these markings let nobody else read; the addresses of its jobs.
async fn add(
    world: &World,
    coming: &Coming,
    whose: (OrganisationId, PersonId),
    markings: &[(Tlp, Option<i64>)],
) -> Vec<String> {
    let mut jobs = Vec::new();
    let store = &world.store;
    let (organisation, person) = whose;
    let rule = KeptRule {
        id: "secret-rule".into(),
        title: "Secret rule".into(),
        level: "high".into(),
        verdict: "fires on 3 of 3".into(),
        proven: true,
        body: "title: Secret rule\n".into(),
        techniques: vec!["T1053.005".into()],
        ..KeptRule::default()
    };
    let names = [
        named("malware", "Tarrask"),
        named("malware", "Emotet"),
        named("malware", "Onlyhere"),
        named("technique", "T1053.005"),
        named("technique", "T1059.001"),
    ];
    for (i, (marking, embargo)) in markings.iter().enumerate() {
        let told = Told {
            id: (i == 0).then(|| coming.report.clone()),
            organisation,
            person,
            marking: *marking,
            title: "Secret Emotet report",
            names: &names,
            rules: std::slice::from_ref(&rule),
        };
        if embargo.is_none() {
            report(store, &told).await;
        }
        jobs.push(job(store, organisation, person, *marking, "secret.txt").await.id);
        for version in ["2023-01-01T00:00:00Z", "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"] {
            let (object_, marked) = ((&*coming.object, version), (*marking, *embargo));
            object_named(store, "Hiddenword", world.shared.id, whose, object_, marked).await;
            for kept in world.objects.iter().filter(|o| o.audience.collection == Some(world.shared.id)) {
                object(store, world.shared.id, whose, (&kept.id, version), (*marking, *embargo)).await;
            }
        }
    }
    words(store).await;
    for (i, (marking, embargo)) in markings.iter().enumerate() {
        // What is TLP:RED is its author's; what is under embargo is released from then on.
        let id = if i == 0 { coming.advisory.clone() } else { uuid() };
        let to = embargo.map_or((*marking == Tlp::Red).then_some(NOW), Some);
        let to = to.map(|begins| (world.shared.id, begins));
        advise(store, &id, whose, "Secret advisory", *marking, to).await;
        // Receipts of others are nobody's business.
        let advisory = store.advisory(&id).await.expect("asked").expect("there");
        let said = NewAdvisoryReceipt {
            advisory: (advisory.id, &advisory.uuid),
            edition: advisory.edition,
            organisation: world.fourth().id,
            person: world.person("analyst-fourth"),
            state: bartizan_clearinghouse::advisory::Receipt::Acting,
            words: "hidden words",
        };
        store.receive_advisory(&by(), &said).await.expect("said");
    }
    // What Fourth says of what others read is between Fourth and First, whose metrics and pages it moves.
    let others = if markings.len() > 1 { &world.advisories[..] } else { &[] };
    for advised in others {
        let advisory = store.advisory(&advised.uuid).await.expect("asked").expect("there");
        let said = NewAdvisoryReceipt {
            advisory: (advisory.id, &advisory.uuid),
            edition: advisory.edition,
            organisation: world.fourth().id,
            person: world.person("analyst-fourth"),
            state: bartizan_clearinghouse::advisory::Receipt::Done,
            words: "hidden words",
        };
        let _ = store.receive_advisory(&by(), &said).await;
    }
    store.fresh().await.expect("fresh");
    jobs
}

/// Objects are found by words once the node has kept them.
async fn words(store: &Store) {
    while store.keep_object_words().await.expect("words") > 0 {}
}

/// What belongs to an organisation beside its library.
async fn more(world: &World, coming: &Coming, organisation: OrganisationId, person: PersonId) {
    let store = &world.store;
    for (uuid, kind) in [(&coming.source, ChannelKind::Feed), (&coming.peer, ChannelKind::Push)] {
        let push = kind == ChannelKind::Push;
        let new = NewChannel {
            uuid,
            organisation,
            person,
            kind,
            title: "A hidden source",
            address: "https://hidden.example/",
            remote: if push { "there" } else { "" },
            collection: push.then_some(world.shared.id),
            reader: push.then(|| world.fourth().id),
            marking: Tlp::Amber,
            every: 3_600_000_000,
            sealed: "",
        };
        store.add_channel(&by(), &new).await.expect("a channel");
    }
    let new = NewWebhook {
        uuid: &coming.webhook,
        organisation,
        person,
        collection: None,
        label: "Hidden",
        url: "https://hidden.example/",
        events: &[Event::ObjectsAdded],
        secret: "sealed",
    };
    store.add_webhook(&by(), &new).await.expect("a webhook");
    store.save_search(&by(), person, &coming.search, "Hidden", "q=x").await.expect("kept");
}

/// Somebody more is in the case of the world, and what is written to them.
async fn hidden_party(world: &World) {
    let runs = world.with_token("coordinator-first", world.first().id).await;
    let fourth = &world.fourth().uuid;
    let case = &world.case.uuid;
    let add = json!({ "do": "add", "participant": fourth, "roles": ["vendor"], "products": ["hidden"] });
    world.say(&runs, case, &add).await;
    let text = json!({ "text": "Hiddenwords" });
    let place = format!("/api/v1/cases/{case}/threads/{fourth}");
    assert_eq!(world.json(&runs, "POST", &place, &text).await.status, 201);
    let attempt = json!({ "do": "gate", "person": "somebody", "finding": { "gate": "failed", "which": "identity" }, "words": "x" });
    world.say(&runs, case, &attempt).await;
}

/// What the node makes the address of cannot be asked for before it is there: it is answered as what never is.
async fn as_nothing(
    world: &World,
    askers: [&[Asker]; 2],
    jobs: &[String],
    (token, report, case): (&str, &str, &str),
) {
    let nothing = uuid();
    for job in jobs {
        for ((askers, there), absent) in askers
            .iter()
            .zip(addressed(job, token, report, case))
            .zip(addressed(&nothing, &nothing, &nothing, &nothing))
        {
            let there = all(world, askers, &there).await;
            let absent = all(world, askers, &absent).await;
            for (mut one, other) in there.into_iter().zip(absent) {
                let ours = |text: &str| {
                    let ids = [job.as_str(), token, report, case];
                    ids.iter().fold(text.to_owned(), |text, id| text.replace(id, &nothing))
                };
                one.body = ours(&one.body);
                // Where to go on after signing in is the address that was asked for.
                one.headers.iter_mut().for_each(|(_, value)| *value = ours(value));
                assert_eq!(one, other);
            }
        }
    }
}

/// Askers of whom a name is true, without those whose roles tell them of everybody.
fn blind(askers: &[Asker], is: impl Fn(&str) -> bool) -> Vec<Asker> {
    let tells = |name: &str| name.starts_with("admin") || name.starts_with("auditor");
    // Whom the collection names as a recipient reads what is for named recipients.
    let named = |name: &str| name.starts_with("analyst-second");
    askers.iter().filter(|a| is(&a.name) && !tells(&a.name) && !named(&a.name)).cloned().collect()
}

#[test]
fn what_another_organisation_has_shows_nowhere() {
    run(async |world| {
        let coming = asked::coming();
        let is = |name: &str| {
            name == "anyone" || ["second", "third", "fifth"].iter().any(|word| name.contains(word))
        };
        // A token of every scope, and one for reading.
        let callers =
            blind(&world.callers, |name| is(name) && !name.ends_with("/write") && !name.ends_with("/manage"));
        let visitors = blind(&world.visitors, is);
        let (looked, called) = (pages(&world, &coming), endpoints(&world, &coming));
        words(&world.store).await;
        let before = [all(&world, &visitors, &looked).await, all(&world, &callers, &called).await];
        let (first, fourth) = (world.first().id, world.fourth().id);
        let (ada, store) = (world.person("analyst-first"), &world.store);
        let later = Some(NOW + 1);
        // Under embargo its owner alone reads it in the collection; First's library is First's.
        let markings = [(Tlp::Red, None), (Tlp::Clear, later), (Tlp::Amber, later), (Tlp::Green, later)];
        let cora = world.person("coordinator-first");
        let mut jobs = add(&world, &coming, (first, cora), &[markings[0]]).await;
        jobs.extend(add(&world, &asked::coming(), (first, ada), &markings[1..]).await);
        more(&world, &coming, first, cora).await;
        let (found, _) = world.hand_in(world.person("analyst-fourth"), fourth, "Hiddenhole").await;
        let (case, _) = world.open_case("fourth", fourth, &[]).await;
        hidden_party(&world).await;
        // Scans on what is in no catalogue, on a network that nobody here is at, and one that waits for its owner.
        let (analyst, hidden) = (world.person("analyst-fourth"), uuid());
        world.scans((fourth, analyst), &coming.scan, ("pkg:npm/hidden", false), &[]).await;
        world.scans((fourth, analyst), &hidden, ("198.51.100.0/24", true), &[first]).await;
        let range = store.add_range(&by(), &coming.range, (fourth, first), "198.51.100.0/24", "").await;
        assert!(range.expect("a range"));
        let new = bartizan_store::NewPerson {
            uuid: &coming.person,
            organisation: fourth,
            name: "hidden",
            shown: "Hidden",
            roles: Roles::of(&[Role::Analyst]),
            password: None,
        };
        let hidden = store.add_person(&by(), &new).await.expect("a person");
        for _ in 0..3 {
            harness::secret(store, &by(), hidden, Scopes::ALL, None).await;
        }
        store.add_group(&by(), &coming.group, fourth, "Hidden group").await.expect("a group");
        let new = NewCollection {
            uuid: &coming.collection,
            alias: Some("hidden"),
            owner: fourth,
            title: "Hidden",
            description: "",
            marking: Tlp::Green,
            public: false,
        };
        store.add_collection(&by(), &new).await.expect("a collection");
        let directory = store.fresh().await.expect("fresh");
        let token = directory.tokens.values().find(|t| t.person == hidden).expect("a token").uuid.clone();
        same(&world, before, [(&visitors, &looked), (&callers, &called)]).await;
        as_nothing(&world, [&visitors, &callers], &jobs, (&token, &found, &case)).await;
    });
}

#[test]
fn what_is_addressed_to_a_person_shows_nowhere_in_their_own_organisation() {
    run(async |world| {
        let coming = asked::coming();
        let is = |name: &str| name.contains("first") && !name.starts_with("analyst");
        let callers = blind(&world.callers, |name| is(name) && name.contains("read"));
        let visitors = blind(&world.visitors, is);
        let (looked, called) = (pages(&world, &coming), endpoints(&world, &coming));
        words(&world.store).await;
        let before = [all(&world, &visitors, &looked).await, all(&world, &callers, &called).await];
        let whose = (world.first().id, world.person("analyst-first"));
        add(&world, &coming, whose, &[(Tlp::Red, None)]).await;
        same(&world, before, [(&visitors, &looked), (&callers, &called)]).await;
        // The test means something only if somebody sees it.
        let ada = world.visitor("analyst-first");
        assert_eq!(world.get(ada, &format!("/reports/{}", coming.report)).await.status, 200);
        assert!(world.get(ada, "/library?q=Emotet").await.body.contains("Secret Emotet report"));
    });
}

#[test]
fn a_report_in_a_case_under_embargo_shows_nowhere_to_who_is_not_read_in() {
    run(async |world| {
        let coming = asked::coming();
        // Not who runs the case, nor who sent the report, nor those who answer for the sender's organisation.
        let is = |name: &str| {
            let of = ["second", "third", "fifth"].iter().any(|word| name.contains(word));
            let desk = name.contains("first") && !name.starts_with("coordinator");
            name == "anyone" || of || desk || name.starts_with("reader-fourth")
        };
        let callers = blind(&world.callers, |name| is(name) && name.contains("read"));
        let visitors = blind(&world.visitors, is);
        let (looked, called) = (pages(&world, &coming), endpoints(&world, &coming));
        let before = [all(&world, &visitors, &looked).await, all(&world, &callers, &called).await];
        let fourth = world.fourth().id;
        // Like the one that Second handed in.
        let (found, _) = world.hand_in(world.person("analyst-fourth"), fourth, "A hidden hole").await;
        let runs = world.with_token("coordinator-first", world.first().id).await;
        let merge =
            json!({ "report": found, "same_cause": true, "same_fix": true, "because": "hidden words" });
        let place = format!("/api/v1/cases/{}/reports", world.case.uuid);
        assert_eq!(world.json(&runs, "POST", &place, &merge).await.status, 200);
        same(&world, before, [(&visitors, &looked), (&callers, &called)]).await;
        // Somebody sees it, and what it is like.
        let pairs = world.ask(&runs, "GET", "/api/v1/duplicates", &[], b"").await.body;
        assert!(pairs.contains(&found), "{pairs}");
        let list = world.ask(&runs, "GET", "/api/v1/vulnerability-reports", &[], b"").await.body;
        assert!(list.contains(&found) && list.contains(&world.case.report), "{list}");
    });
}

#[test]
fn a_window_shows_nowhere_to_who_has_no_part_in_it() {
    run(async |world| {
        let coming = asked::coming();
        let is = |name: &str| {
            let of = ["second", "third", "fifth"].iter().any(|word| name.contains(word));
            name == "anyone" || of || name.starts_with("reader-fourth") || name.starts_with("reader-first")
        };
        let callers = blind(&world.callers, |name| is(name) && name.contains("read"));
        let visitors = blind(&world.visitors, is);
        let (first, fourth) = (world.first().id, world.fourth().id);
        let runs = world.person("coordinator-fourth");
        // That there is a programme is known to everybody who may hand a model in.
        let programme = crate::tested::programme(&world.store, fourth, runs, "Of Fourth").await;
        let (looked, called) = (pages(&world, &coming), endpoints(&world, &coming));
        let before = [all(&world, &visitors, &looked).await, all(&world, &callers, &called).await];
        let people = [
            (world.person("analyst-first"), first, "developer-liaison", WindowSide::Developer),
            (runs, fourth, "programme-manager", WindowSide::Programme),
        ];
        let of = (programme.as_str(), "Hiddenmodel");
        crate::tested::window(&world.store, &coming.window, of, (fourth, first), &people).await;
        same(&world, before, [(&visitors, &looked), (&callers, &called)]).await;
        // Somebody sees it.
        let ada = world.with_token("analyst-first", first).await;
        let list = world.ask(&ada, "GET", "/api/v1/windows", &[], b"").await.body;
        assert!(list.contains("Hiddenmodel"), "{list}");
    });
}

/// Who asks, and for what.
type Asked<'a> = (&'a [Asker], &'a [Path]);

async fn same(world: &World, before: [Vec<Answer>; 2], asked: [Asked<'_>; 2]) {
    let mut wrong = Vec::new();
    let mut compared = 0;
    for (before, (askers, paths)) in before.into_iter().zip(asked) {
        let after = all(world, askers, paths).await;
        let asked = askers.iter().flat_map(|asker| paths.iter().map(move |path| (asker, path)));
        for ((one, other), (asker, (method, path))) in before.iter().zip(&after).zip(asked) {
            compared += 1;
            if one != other {
                let at = one.body.bytes().zip(other.body.bytes()).position(|(a, b)| a != b).unwrap_or(0);
                let around = |text: &str| {
                    text.get(at.saturating_sub(80)..)
                        .unwrap_or_default()
                        .chars()
                        .take(200)
                        .collect::<String>()
                };
                wrong.push(format!(
                    "{} {method} {path}: {} {}; {:?}; {:?}",
                    asker.name,
                    one.status,
                    other.status,
                    around(&one.body),
                    around(&other.body)
                ));
            }
        }
    }
    let first: Vec<_> = wrong.iter().take(10).collect();
    assert!(wrong.is_empty(), "{} of {compared} differ: {first:#?}", wrong.len());
    assert!(compared > 500, "{compared}");
    eprintln!("compared: {compared}");
}
