//! Rows of the REST API, and of what is beside it for machines.

use bartizan_clearinghouse::access::{Member, PersonId, Role, Roles, Scope, Scopes, Verb};
use serde_json::json;

use super::{Case, Need, Row, case, reads, row};
use crate::harness::uuid;
use crate::world::{Kept, World};

pub(super) fn rows(world: &World) -> Vec<Row> {
    let mut rows = directory(world);
    rows.extend(content(world));
    rows.extend(sharing(world));
    rows.extend(outside(world));
    rows.extend(beside());
    rows
}

/// Only who has shown who they are asks anything of the API.
fn known(path: impl Into<String>, needs: &[Need]) -> Case {
    case(format!("/api/v1{}", path.into()), &[&[Need::Known], needs].concat())
}

fn gone(path: &str) -> Case {
    known(path, &[Need::Gone])
}

fn directory(world: &World) -> Vec<Row> {
    let listed = || Need::Node(Verb::List);
    let empty = json!({ "name": "" });
    let person = |name: &str, organisation: usize, roles: &[Role]| {
        let of = &world.organisations[organisation];
        let nobody = Member { id: PersonId(0), organisation: of.id, roles: Roles::NONE };
        let held = Roles::of(roles);
        let names: Vec<&str> = roles.iter().map(|r| r.as_str()).collect();
        // The name is taken: who may make the person is told so.
        let body = json!({ "organisation": of.uuid, "name": name, "roles": names });
        known("/people", &[Need::Open(Box::new(Need::Person(Verb::Manage, nobody, held)))])
            .json(body)
            .done(&[409])
    };
    let directory = world.store.directory();
    let member = |id: PersonId| directory.people[&id].member;
    let one = |id: PersonId, uuid: &str| {
        let member = member(id);
        known(format!("/people/{uuid}"), &[Need::Person(Verb::Read, member, member.roles)])
    };
    let changed = |id: PersonId, uuid: &str, roles: Option<Roles>| {
        let member = member(id);
        let names: Option<Vec<&str>> = roles.map(|r| r.iter().map(Role::as_str).collect());
        let body = match names {
            Some(names) => json!({ "roles": names }),
            None => json!({ "closed": false }),
        };
        // With a tag that is none: who may change them is told so, and nothing is changed.
        let needs = [Need::Person(Verb::Manage, member, roles.unwrap_or(member.roles))];
        known(format!("/people/{uuid}"), &needs).json(body)
    };
    let unchanged = |id: PersonId, uuid: &str| changed(id, uuid, Some(member(id).roles));
    let token = |scopes: Scopes| {
        let names: Vec<String> = scopes.text().split(',').map(str::to_owned).collect();
        let needs = [Need::Open(Box::new(Need::OwnToken(Verb::Manage, scopes)))];
        known("/tokens", &needs).json(json!({ "label": "", "scopes": names })).done(&[422])
    };
    let grant = |collection: &crate::world::Collection, whom: usize, body: serde_json::Value| {
        let path = format!("/collections/{}/grants/{}", collection.uuid, world.organisations[whom].uuid);
        known(path, &[Need::Collection(Verb::Manage, collection.id)]).json(body).done(&[200, 409])
    };
    let all = json!({ "read": true, "write": true });
    let none = json!({ "read": false, "write": false });
    let mut grants = vec![
        grant(&world.shared, 1, all.clone()),
        grant(&world.shared, 0, all),
        grant(&world.private, 2, none.clone()),
    ];
    let nobody = format!("/collections/{}/grants/{}", world.shared.uuid, uuid());
    grants.push(known(nobody, &[Need::Collection(Verb::Manage, world.shared.id), Need::Gone]).json(none));
    let collections = |tail: &str, verb: Verb| -> Vec<Case> {
        let on = |c: &crate::world::Collection| {
            known(format!("/collections/{}{tail}", c.uuid), &[Need::Collection(verb, c.id)])
        };
        vec![on(&world.shared), on(&world.private), gone(&format!("/collections/{}{tail}", uuid()))]
    };
    let tokens = |needs: &dyn Fn(PersonId, Scopes) -> Vec<Need>, done: &'static [u16]| {
        let one = |(number, owner, scopes): &(String, PersonId, Scopes)| {
            known(format!("/tokens/{number}"), &needs(*owner, *scopes)).done(done)
        };
        world.tokens.iter().map(one).collect::<Vec<_>>()
    };
    let organisations = world
        .organisations
        .iter()
        .map(|o| known(format!("/organisations/{}", o.uuid), &[Need::Organisation(Verb::Read, o.id)]));
    let subjects = &world.subjects;
    vec![
        row("GET", "/api/v1/me", vec![known("/me", &[listed()])]),
        row("GET", "/api/v1/organisations", vec![known("/organisations", &[listed()])]),
        row(
            "POST",
            "/api/v1/organisations",
            vec![known("/organisations", &[Need::Node(Verb::Manage)]).json(empty).done(&[422])],
        ),
        row("GET", "/api/v1/organisations/{id}", organisations.collect()),
        row("GET", "/api/v1/people", vec![known("/people", &[listed()])]),
        row(
            "POST",
            "/api/v1/people",
            vec![
                person("reader-first", 0, &[Role::Reader]),
                person("reader-first", 0, &[Role::Reader, Role::Admin]),
                person("reader-first", 3, &[Role::Coordinator]),
            ],
        ),
        row("GET", "/api/v1/people/{id}", subjects.iter().map(|s| one(s.id, &s.uuid)).collect()),
        row(
            "PATCH",
            "/api/v1/people/{id}",
            subjects
                .iter()
                .map(|s| unchanged(s.id, &s.uuid))
                .chain(subjects.iter().map(|s| changed(s.id, &s.uuid, None)))
                .collect(),
        ),
        row("GET", "/api/v1/tokens", vec![known("/tokens", &[listed()])]),
        row(
            "POST",
            "/api/v1/tokens",
            vec![token(Scopes::ALL), token(Scopes::of(&[Scope::Read])), token(Scopes::of(&[Scope::Manage]))],
        ),
        row(
            "GET",
            "/api/v1/tokens/{id}",
            tokens(&|owner, _| vec![Need::Node(Verb::List), Need::Only(owner)], &[200]),
        ),
        row(
            "DELETE",
            "/api/v1/tokens/{id}",
            // A token ends every token of its owner: that takes nothing but managing.
            tokens(
                &|owner, _| {
                    vec![
                        Need::Open(Box::new(Need::OwnToken(Verb::Manage, Scopes::default()))),
                        Need::Only(owner),
                    ]
                },
                &[204],
            ),
        ),
        row("GET", "/api/v1/collections", vec![known("/collections", &[listed()])]),
        row(
            "POST",
            "/api/v1/collections",
            vec![
                known("/collections", &[Need::Own(Verb::Manage)])
                    .json(json!({ "title": "", "marking": "TLP:GREEN" }))
                    .done(&[422]),
            ],
        ),
        row("GET", "/api/v1/collections/{id}", collections("", Verb::List)),
        row("PUT", "/api/v1/collections/{id}/grants/{organisation}", grants),
        row("GET", "/api/v1/collections/{id}/objects", collections("/objects", Verb::Read)),
        row("GET", "/api/v1/collections/{id}/objects.csv", collections("/objects.csv", Verb::Read)),
        row("GET", "/api/v1/collections/{id}/bundle.json", collections("/bundle.json", Verb::Read)),
        row("GET", "/api/v1/audit", vec![known("/audit", &[Need::Audit(Verb::Read)])]),
        row("GET", "/api/v1/audit/verify", vec![known("/audit/verify", &[Need::Audit(Verb::Read)])]),
    ]
}

fn content(world: &World) -> Vec<Row> {
    let library = || Need::Own(Verb::Read);
    let reports = |tail: &str| -> Vec<Case> {
        let one = |kept: &Kept| known(format!("/reports/{}{tail}", kept.id), &[library(), reads(kept)]);
        let nothing = known(format!("/reports/{}{tail}", uuid()), &[library(), Need::Gone]);
        world.reports.iter().map(one).chain([nothing]).collect()
    };
    let jobs = |needs: &dyn Fn(&Kept) -> Vec<Need>, done: &'static [u16]| -> Vec<Case> {
        let one = |kept: &Kept| known(format!("/jobs/{}", kept.id), &needs(kept)).done(done);
        world.jobs.iter().map(one).chain([gone("/jobs/999999")]).collect()
    };
    let again = world.jobs.iter().map(|kept| {
        let needs =
            [Need::Content(Verb::Add, kept.audience.clone()), Need::Is(kept.person.expect("a sender"))];
        known(format!("/jobs/{}/retry", kept.id), &needs).done(&[200, 409])
    });
    let cancels = |kept: &Kept| {
        let sender = Need::Is(kept.person.expect("a sender"));
        vec![Need::Content(Verb::Remove, kept.audience.clone()), sender]
    };
    vec![
        row(
            "POST",
            "/api/v1/submissions",
            vec![
                known("/submissions", &[Need::Own(Verb::Add)])
                    .json(json!({ "name": "a", "marking": "TLP:AMBER", "text": "" }))
                    .done(&[422]),
            ],
        ),
        row("GET", "/api/v1/jobs", vec![known("/jobs", &[library()])]),
        row("GET", "/api/v1/jobs/{id}", jobs(&|kept| vec![reads(kept)], &[200])),
        // They have ended, or been begun again by the row after it.
        row("DELETE", "/api/v1/jobs/{id}", jobs(&cancels, &[200, 409])),
        row("POST", "/api/v1/jobs/{id}/retry", again.collect()),
        row("GET", "/api/v1/reports", vec![known("/reports", &[library()])]),
        row("GET", "/api/v1/reports/{id}", reports("")),
        row("GET", "/api/v1/reports/{id}/analysis", reports("/analysis")),
        row("GET", "/api/v1/reports/{id}/bundle", reports("/bundle")),
        row("GET", "/api/v1/reports/{id}/rules", reports("/rules")),
        row("GET", "/api/v1/reports/{id}/rules/{rule}", reports("/rules/r1")),
        row("GET", "/api/v1/targets", vec![known("/targets", &[])]),
    ]
}

/// Who gets what, and when.
fn sharing(world: &World) -> Vec<Row> {
    let library = || Need::Own(Verb::Read);
    let both = |tail: &str, verb: Verb| -> Vec<Case> {
        let on = |c: &crate::world::Collection| {
            let needs = [Need::Collection(Verb::List, c.id), Need::Collection(verb, c.id)];
            known(format!("/collections/{}{tail}", c.uuid), &needs)
        };
        vec![on(&world.shared), on(&world.private)]
    };
    let all = |cases: Vec<Case>, how: &dyn Fn(Case) -> Case| cases.into_iter().map(how).collect::<Vec<_>>();
    let reports = |tail: &str, more: &dyn Fn(&Kept) -> Vec<Need>| -> Vec<Case> {
        let one = |kept: &Kept| {
            let needs = [vec![library(), reads(kept)], more(kept)].concat();
            known(format!("/reports/{}{tail}", kept.id), &needs)
        };
        world.reports.iter().map(one).collect()
    };
    let publishes = |kept: &Kept| {
        vec![
            Need::Content(Verb::Review, kept.audience.clone()),
            Need::Collection(Verb::Review, world.shared.id),
        ]
    };
    let published = reports("/publications", &publishes);
    let to = json!({ "collection": world.shared.uuid });
    let nobody = format!("/recipients/{}", uuid());
    let named = || all(both(&nobody, Verb::Manage), &|c| c.done(&[404]));
    let moved = json!({ "from": "2001-01-01T00:00:00Z", "until": null });
    let embargo = gone(&format!("/collections/{}/embargoes", world.shared.uuid)).json(moved);
    let origins = world.objects.iter().filter(|kept| kept.audience.collection == Some(world.shared.id));
    let origins = origins.map(|kept| {
        let path = format!("/collections/{}/objects/{}/origins", world.shared.uuid, kept.id);
        known(path, &[Need::Collection(Verb::Read, world.shared.id), reads(kept)])
    });
    vec![
        row(
            "PATCH",
            "/api/v1/reports/{id}",
            // Without a tag: who may look is told so.
            all(reports("", &|_| Vec::new()), &|c| c.json(json!({ "marking": "TLP:RED" })).done(&[428])),
        ),
        row("GET", "/api/v1/reports/{id}/publications", reports("/publications", &|_| Vec::new())),
        row(
            "POST",
            "/api/v1/reports/{id}/publications",
            all(published, &|c| c.json(to.clone()).done(&[201])),
        ),
        row("GET", "/api/v1/reports/{id}/origins", reports("/origins", &|_| Vec::new())),
        row("GET", "/api/v1/collections/{id}/objects/{object}/origins", origins.collect()),
        row(
            "POST",
            "/api/v1/collections/{id}/objects",
            all(both("/objects", Verb::Add), &|c| c.json(json!({ "type": "nothing" })).done(&[422])),
        ),
        row("GET", "/api/v1/collections/{id}/feed.atom", both("/feed.atom", Verb::Read)),
        row("GET", "/api/v1/collections/{id}/feed.rss", both("/feed.rss", Verb::Read)),
        row("GET", "/api/v1/collections/{id}/misp/{file}", both("/misp/manifest.json", Verb::Read)),
        row("GET", "/api/v1/collections/{id}/misp/hashes.csv", both("/misp/hashes.csv", Verb::Read)),
        row("GET", "/api/v1/collections/{id}/embargoes", both("/embargoes", Verb::List)),
        row("PATCH", "/api/v1/collections/{id}/embargoes", vec![embargo]),
        row("GET", "/api/v1/collections/{id}/recipients", both("/recipients", Verb::Manage)),
        row("PUT", "/api/v1/collections/{id}/recipients/{person}", named()),
        row("DELETE", "/api/v1/collections/{id}/recipients/{person}", named()),
        row("GET", "/api/v1/objects", vec![known("/objects", &[])]),
    ]
}

/// What an organisation pulls, pushes and tells others' programs.
fn outside(world: &World) -> Vec<Row> {
    let own = |verb| Need::Library(verb, world.first().id);
    let channel =
        |list: &str, id: &str, tail: &str, verb: Verb| known(format!("/{list}/{id}{tail}"), &[own(verb)]);
    let manages = || Need::Own(Verb::Manage);
    let source =
        json!({ "title": "T", "kind": "feed", "address": "http://127.0.0.1/", "marking": "TLP:GREEN" });
    let peer = json!({
        "title": "T", "address": "http://127.0.0.1/", "remote_collection": "x", "collection": "x", "organisation": "x",
    });
    let (id, maker) = &world.webhook;
    let hook = |tail: &str, more: &[Need]| {
        let needs = [&[manages(), own(Verb::Manage)], more].concat();
        known(format!("/webhooks/{id}{tail}"), &needs)
    };
    let maker = [Need::Is(*maker)];
    let new = json!({ "label": "T", "url": "http://127.0.0.1/", "events": ["job.ended"] });
    let on = json!({ "paused": false });
    let (s, p) = (world.source.as_str(), world.peer.as_str());
    vec![
        row("GET", "/api/v1/sources", vec![known("/sources", &[Need::Own(Verb::Read)])]),
        row("POST", "/api/v1/sources", vec![known("/sources", &[manages()]).json(source).done(&[422])]),
        row("GET", "/api/v1/sources/{id}", vec![channel("sources", s, "", Verb::Read)]),
        row("PATCH", "/api/v1/sources/{id}", vec![channel("sources", s, "", Verb::Manage).json(on.clone())]),
        row("DELETE", "/api/v1/sources/{id}", vec![channel("sources", s, "", Verb::Manage).ends()]),
        row("GET", "/api/v1/sources/{id}/pulls", vec![channel("sources", s, "/pulls", Verb::Read)]),
        row(
            "POST",
            "/api/v1/sources/{id}/pulls",
            vec![channel("sources", s, "/pulls", Verb::Manage).done(&[202, 409])],
        ),
        row("GET", "/api/v1/peers", vec![known("/peers", &[Need::Own(Verb::Read)])]),
        row("POST", "/api/v1/peers", vec![known("/peers", &[manages()]).json(peer).done(&[422])]),
        row("GET", "/api/v1/peers/{id}", vec![channel("peers", p, "", Verb::Read)]),
        row("PATCH", "/api/v1/peers/{id}", vec![channel("peers", p, "", Verb::Manage).json(on)]),
        row("DELETE", "/api/v1/peers/{id}", vec![channel("peers", p, "", Verb::Manage).ends()]),
        row("GET", "/api/v1/peers/{id}/pushes", vec![channel("peers", p, "/pushes", Verb::Read)]),
        row(
            "POST",
            "/api/v1/peers/{id}/pushes",
            vec![channel("peers", p, "/pushes", Verb::Manage).done(&[202, 409])],
        ),
        row("GET", "/api/v1/webhooks", vec![known("/webhooks", &[manages()])]),
        row("POST", "/api/v1/webhooks", vec![known("/webhooks", &[manages()]).json(new).done(&[422])]),
        row("GET", "/api/v1/webhooks/{id}", vec![hook("", &[])]),
        row("DELETE", "/api/v1/webhooks/{id}", vec![hook("", &[]).ends()]),
        row("GET", "/api/v1/webhooks/{id}/deliveries", vec![hook("/deliveries", &[])]),
        row("POST", "/api/v1/webhooks/{id}/secret", vec![hook("/secret", &maker).done(&[201])]),
        row("POST", "/api/v1/webhooks/{id}/test", vec![hook("/test", &maker).done(&[202])]),
        row("POST", "/api/v1/webhooks/{id}/enable", vec![hook("/enable", &maker)]),
    ]
}

fn beside() -> Vec<Row> {
    let open = |path: &str| vec![case(path, &[Need::Nothing])];
    let nothing = |path: &str| vec![case(path, &[Need::Gone])];
    vec![
        row("GET", "/api/v1/openapi.json", open("/api/v1/openapi.json")),
        row("GET", "/api/v1", nothing("/api/v1")),
        row("GET", "/api/v1/", nothing("/api/v1/")),
        row("GET", "/api/v1/{*rest}", nothing("/api/v1/nothing/here")),
        row("GET", "/health/live", open("/health/live")),
        row("GET", "/health/ready", open("/health/ready")),
        row("GET", "/metrics", vec![case("/metrics", &[Need::Known, Need::Node(Verb::Manage)])]),
    ]
}
