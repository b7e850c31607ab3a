//! Rows of the REST API, and of what is beside it for machines.

use bartizan_clearinghouse::access::{Member, PersonId, Role, Roles, Scope, Scopes, Verb};
use serde_json::json;

use super::{Case, Need, Row, advisories, case, cases, installed, outside, reads, row};
use crate::harness::uuid;
use crate::world::{Kept, World};

pub(super) fn rows(world: &World) -> Vec<Row> {
    let mut rows = directory(world);
    rows.extend(content(world));
    rows.extend(outside::sharing(world));
    rows.extend(outside::outside(world));
    rows.extend(cases::called(world));
    rows.extend(advisories::api(world));
    rows.extend(super::scans::api(world));
    rows.extend(super::programmes::api(world));
    rows.extend(beside());
    rows.extend(installed::api(world));
    rows
}

/// Only who has shown who they are asks anything of the API.
pub(super) fn known(path: impl Into<String>, needs: &[Need]) -> Case {
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
