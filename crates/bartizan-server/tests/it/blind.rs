//! An answer is the same bytes, in status, headers and body, whether or not something is there that the asker may not know of:
//! pages and API, as `access` has it for TAXII. Everything is asked, then unreadable things of every kind are added, then
//! everything is asked again.

use bartizan_clearinghouse::access::{OrganisationId, PersonId, Role, Roles, Scopes};
use bartizan_stix::Tlp;
use bartizan_store::{KeptRule, NewCollection};
use serde_json::json;

use crate::harness::{self, Answer, MEDIA, NOW, then as by, uuid};
use crate::world::{Asker, Told, World, job, named, object, report, run};

/// What will be there, known by name before it is.
struct Coming {
    report: String,
    collection: String,
    group: String,
    person: String,
    jobs: Vec<i64>,
    tokens: Vec<i64>,
    object: String,
}

fn coming(world: &World) -> Coming {
    let directory = world.store.directory();
    let last = world.jobs.iter().filter_map(|j| j.id.parse().ok()).max().unwrap_or(0_i64);
    let token = directory.tokens.values().map(|t| t.id).max().unwrap_or(0);
    Coming {
        report: uuid(),
        collection: uuid(),
        group: uuid(),
        person: uuid(),
        jobs: (last + 1..last + 4).collect(),
        tokens: (token + 1..token + 3).collect(),
        object: format!("malware--{}", uuid()),
    }
}

/// Everything that can be looked at, and everything that can be tried on what is not there.
fn pages(world: &World, coming: &Coming) -> Vec<(&'static str, String)> {
    let Coming { report, collection, group, person, jobs, tokens, .. } = coming;
    let shared = &world.shared.uuid;
    let mut paths: Vec<String> = [
        "/",
        "/library",
        "/library?q=Tarrask",
        "/library?q=Emotet",
        "/library?q=Secret",
        "/library?kind=incident",
        "/library?kind=odd",
        "/names/malware/Tarrask",
        "/names/malware/Emotet",
        "/names/malware/Onlyhere",
        "/names/technique/T1053.005",
        "/names/technique/T1059",
        "/names/technique/T1059.001",
        "/coverage",
        "/coverage?show=all",
        "/graph",
        "/graph?kind=malware&name=Tarrask",
        "/graph?kind=malware&name=Onlyhere",
        "/graph/around?node=malware:tarrask",
        "/graph/around?node=malware:onlyhere",
        "/rules",
        "/rules?q=Secret",
        "/rules?level=high",
        "/collections",
        "/admin/groups",
        "/account",
        "/submit",
    ]
    .map(str::to_owned)
    .into();
    paths.extend(["", "?type=malware", "?type=odd"].map(|tail| format!("/collections/{shared}{tail}")));
    paths.extend([
        format!("/collections/{collection}"),
        format!("/graph?report={report}"),
        format!("/graph/around?node=report:{report}"),
    ]);
    for tail in ["", "/full", "/review", "/labels", "/files/analysis.json", "/files/package.zip"] {
        paths.push(format!("/reports/{report}{tail}"));
    }
    for number in jobs {
        paths.push(format!("/jobs/{number}"));
        paths.push(format!("/jobs/{number}/progress"));
    }
    let mut all: Vec<_> = paths.into_iter().map(|path| ("GET", path)).collect();
    for tail in ["/publish", "/decisions", "/decisions/undo"] {
        all.push(("POST", format!("/reports/{report}{tail}")));
    }
    for tail in ["/grants", "/grants/remove", "/public"] {
        all.push(("POST", format!("/collections/{collection}{tail}")));
    }
    for tail in ["/roles", "/invite", "/disable", "/enable"] {
        all.push(("POST", format!("/admin/people/{person}{tail}")));
    }
    all.extend(["/add", "/remove"].map(|tail| ("POST", format!("/admin/groups/{group}{tail}"))));
    all.extend(jobs.iter().map(|number| ("POST", format!("/jobs/{number}/cancel"))));
    all.extend(tokens.iter().map(|number| ("POST", format!("/account/tokens/{number}/revoke"))));
    all
}

fn endpoints(world: &World, coming: &Coming) -> Vec<(&'static str, String)> {
    let Coming { report, collection, person, jobs, tokens, object, .. } = coming;
    let (shared, second) = (&world.shared.uuid, &world.second().uuid);
    let mut all: Vec<(&str, String)> = Vec::new();
    for path in [
        "/me",
        "/organisations",
        "/organisations?limit=2",
        "/people",
        "/people?limit=2",
        "/tokens",
        "/collections",
        "/collections?limit=1",
        "/reports",
        "/reports?q=Emotet",
        "/reports?q=Secret",
        "/reports?kind=incident",
        "/reports?limit=1",
        "/jobs",
        "/jobs?state=queued",
        "/jobs?limit=1",
        "/openapi.json",
    ] {
        all.push(("GET", path.to_owned()));
    }
    for address in [shared, collection] {
        for tail in [
            "",
            "/objects",
            "/objects?limit=2",
            "/objects?match[version]=all",
            "/objects.csv",
            "/bundle.json",
        ] {
            all.push(("GET", format!("/collections/{address}{tail}")));
        }
    }
    all.push(("GET", format!("/collections/{shared}/objects?match[id]={object}")));
    all.extend(["", "/analysis", "/bundle"].map(|tail| ("GET", format!("/reports/{report}{tail}"))));
    all.extend(["GET", "PATCH"].map(|method| (method, format!("/people/{person}"))));
    all.extend(jobs.iter().flat_map(|n| ["GET", "DELETE"].map(|method| (method, format!("/jobs/{n}")))));
    all.extend(tokens.iter().flat_map(|n| ["GET", "DELETE"].map(|method| (method, format!("/tokens/{n}")))));
    all.push(("PUT", format!("/collections/{collection}/grants/{second}")));
    let mut all: Vec<_> = all.into_iter().map(|(method, path)| (method, format!("/api/v1{path}"))).collect();
    for tail in ["", "manifest/", "objects/"] {
        all.push(("GET", format!("/taxii2/root/collections/{collection}/{tail}")));
    }
    all.extend(
        ["", "versions/"].map(|t| ("GET", format!("/taxii2/root/collections/{shared}/objects/{object}/{t}"))),
    );
    all.push(("DELETE", format!("/taxii2/root/collections/{shared}/objects/{object}/")));
    all
}

async fn ask(world: &World, asker: &Asker, (method, path): &(&str, String)) -> Answer {
    match *method {
        "POST" => world.form(asker, path, &[("organisation", "x"), ("to", "x"), ("collection", "x")]).await,
        "PUT" => world.json(asker, method, path, &json!({ "read": true, "write": false })).await,
        "PATCH" => world.json(asker, method, path, &json!({ "closed": true })).await,
        _ => {
            let accept = if path.starts_with("/taxii2") { MEDIA } else { "*/*" };
            let mut answer = world.ask(asker, method, path, &[("accept", accept)], b"").await;
            if path.ends_with("/bundle.json") && answer.status == 200 {
                // The bundle's own identifier is made anew each time.
                let (head, objects) = answer.body.split_once("\"objects\"").expect("a bundle");
                assert!(head.starts_with(r#"{"type":"bundle","id":"bundle--"#), "{head}");
                answer.body = objects.to_owned();
            }
            answer
        }
    }
}

/// What each of these is answered, in order.
async fn all(world: &World, askers: &[Asker], paths: &[(&'static str, String)]) -> Vec<Answer> {
    let mut answers = Vec::new();
    for asker in askers {
        for path in paths {
            answers.push(ask(world, asker, path).await);
        }
    }
    answers
}

/// Adds things of an organisation and a person that these markings let nobody else read.
async fn add(
    world: &World,
    coming: &Coming,
    whose: (OrganisationId, PersonId),
    markings: &[(Tlp, Option<i64>)],
) {
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
        job(store, organisation, person, *marking, "secret.txt").await;
        for version in ["2023-01-01T00:00:00Z", "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"] {
            object(store, world.shared.id, whose, (&coming.object, version), (*marking, *embargo)).await;
            for kept in world.objects.iter().filter(|o| o.audience.collection == Some(world.shared.id)) {
                object(store, world.shared.id, whose, (&kept.id, version), (*marking, *embargo)).await;
            }
        }
    }
    store.fresh().await.expect("fresh");
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
        let coming = coming(&world);
        let is = |name: &str| {
            name == "anyone" || ["second", "third", "fifth"].iter().any(|word| name.contains(word))
        };
        // A token of every scope, and one for reading.
        let callers =
            blind(&world.callers, |name| is(name) && !name.ends_with("/write") && !name.ends_with("/manage"));
        let visitors = blind(&world.visitors, is);
        let (looked, called) = (pages(&world, &coming), endpoints(&world, &coming));
        let before = [all(&world, &visitors, &looked).await, all(&world, &callers, &called).await];
        let (first, fourth) = (world.first().id, world.fourth().id);
        let (ada, store) = (world.person("analyst-first"), &world.store);
        let later = Some(NOW + 1);
        // Under embargo its owner alone reads it in the collection; First's library is First's.
        let markings = [(Tlp::Red, None), (Tlp::Clear, later), (Tlp::Amber, later), (Tlp::Green, later)];
        add(&world, &coming, (first, world.person("coordinator-first")), &[markings[0]]).await;
        add(&world, &Coming { report: uuid(), ..self::coming(&world) }, (first, ada), &markings[1..]).await;
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
        same(&world, before, [(&visitors, &looked), (&callers, &called)]).await;
    });
}

#[test]
fn what_is_addressed_to_a_person_shows_nowhere_in_their_own_organisation() {
    run(async |world| {
        let coming = coming(&world);
        let is = |name: &str| name.contains("first") && !name.starts_with("analyst");
        let callers = blind(&world.callers, |name| is(name) && name.contains("read"));
        let visitors = blind(&world.visitors, is);
        let (looked, called) = (pages(&world, &coming), endpoints(&world, &coming));
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

/// Who asks, and for what.
type Asked<'a> = (&'a [Asker], &'a [(&'static str, String)]);

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
