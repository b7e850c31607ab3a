//! Rows of model testing: endpoints of the API.

use bartizan_clearinghouse::access::{Matter, Verb};
use serde_json::{Value, json};

use super::api::known;
use super::{Case, Need, Row, row};
use crate::harness::uuid;
use crate::world::World;

/// What asks for this of the window.
fn need(world: &World, verb: Verb, matter: Matter) -> Need {
    Need::Window(verb, world.tested.access.clone(), matter)
}

fn front(world: &World, verb: Verb) -> Need {
    need(world, verb, Matter::Front)
}

fn whole(world: &World) -> Need {
    need(world, Verb::Read, Matter::Whole)
}

/// On the window that is there, and on one that is not.
fn on(world: &World, tail: &str, needs: &[Need], sent: &dyn Fn(Case) -> Case) -> Vec<Case> {
    let of = |id: &str, needs: &[Need]| sent(known(format!("/windows/{id}{tail}"), needs));
    vec![of(&world.tested.uuid, needs), of(&uuid(), &[Need::Gone])]
}

pub(super) fn api(world: &World) -> Vec<Row> {
    [programmes(world), windows(world), access(world), evidence(world), editions(world)]
        .into_iter()
        .flatten()
        .collect()
}

fn programmes(world: &World) -> Vec<Row> {
    let first = world.first().id;
    let of = |tail: &str, verb: Verb, sent: &dyn Fn(Case) -> Case| {
        let there = known(
            format!("/programmes/{}{tail}", world.tested.programme),
            &[Need::Programme(verb, Some(first))],
        );
        vec![sent(there), sent(known(format!("/programmes/{}{tail}", uuid()), &[Need::Gone]))]
    };
    let plain = |c: Case| c;
    let staff = json!({ "staff": [{ "person": "nobody", "role": "auditor" }] });
    vec![
        row("GET", "/api/v1/programmes", vec![known("/programmes", &[Need::Node(Verb::List)])]),
        // What is no file of rules is told so to who may bring one.
        row(
            "POST",
            "/api/v1/programmes",
            vec![known("/programmes", &[Need::Programme(Verb::Manage, None)]).done(&[422])],
        ),
        row("GET", "/api/v1/programmes/{id}", of("", Verb::Read, &plain)),
        row("GET", "/api/v1/programmes/{id}/rules", of("/rules", Verb::Read, &plain)),
        row(
            "PUT",
            "/api/v1/programmes/{id}/staff",
            of("/staff", Verb::Manage, &|c| c.json(staff.clone()).done(&[422])),
        ),
        row("POST", "/api/v1/programmes/{id}/retire", of("/retire", Verb::Manage, &|c| c.json(json!({})))),
    ]
}

fn windows(world: &World) -> Vec<Row> {
    let get = |tail: &str, needs: &[Need]| on(world, tail, needs, &|c| c);
    let submission = json!({ "model": "M", "checkpoints": {}, "contacts": [] });
    let part = json!({ "person": "nobody", "role": "developer-liaison" });
    let submit = |programme: &str| json!({ "programme": programme, "role": "developer-liaison", "submission": submission, "parts": [part] });
    let own = [Need::Programme(Verb::List, Some(world.first().id)), Need::Own(Verb::Add)];
    let retract = json!({ "role": "tester", "action": { "do": "retract", "proposal": 999 } });
    vec![
        row("GET", "/api/v1/windows", vec![known("/windows", &[Need::Node(Verb::List)])]),
        row(
            "POST",
            "/api/v1/windows",
            vec![
                // Retired or not, by who ran the walk before.
                known("/windows", &own).json(submit(&world.tested.programme)).done(&[409, 422]),
                known("/windows", &[Need::Gone]).json(submit(&uuid())),
            ],
        ),
        row("GET", "/api/v1/windows/{id}", get("", &[front(world, Verb::Read)])),
        row("GET", "/api/v1/windows/{id}/calendar", get("/calendar", &[front(world, Verb::Read)])),
        row("GET", "/api/v1/windows/{id}/events", get("/events", &[front(world, Verb::Read)])),
        row(
            "POST",
            "/api/v1/windows/{id}/events",
            on(world, "/events", &[front(world, Verb::List), front(world, Verb::Add)], &|c| {
                c.json(retract.clone()).done(&[422])
            }),
        ),
        row("GET", "/api/v1/windows/{id}/files", get("/files", &[front(world, Verb::Read)])),
        row(
            "GET",
            "/api/v1/windows/{id}/files/{name}",
            get("/files/none", &[front(world, Verb::Read), Need::Gone]),
        ),
        // Nothing is no file.
        row(
            "PUT",
            "/api/v1/windows/{id}/files/{name}",
            on(world, "/files/none?kind=log", &[front(world, Verb::Read), front(world, Verb::Add)], &|c| {
                c.done(&[422])
            }),
        ),
        row(
            "GET",
            "/api/v1/windows/{id}/custody",
            get("/custody", &[front(world, Verb::Read), whole(world)]),
        ),
    ]
}

fn access(world: &World) -> Vec<Row> {
    let get = |tail: &str, needs: &[Need]| on(world, tail, needs, &|c| c);
    let endpoint = json!({ "url": "https://models.example/v1", "key": "k", "model": "m" });
    let grant = json!({
        "role": "tester", "grant": "g", "holder": "nobody", "checkpoint": "none", "level": "AL1", "endpoints": ["chat"],
        "budget": { "calls": 1, "tokens": 1, "money_micros": 0 }, "begins": "2026-12-01T00:00:00Z", "ends": "2026-12-02T00:00:00Z",
    });
    let developers = Need::Open(Box::new(need(world, Verb::Read, Matter::Endpoint)));
    let send = |tail: &str, needs: &[Need], body: &Value, done: &'static [u16]| {
        on(world, tail, needs, &|c| c.json(body.clone()).done(done))
    };
    let gone = [front(world, Verb::Read), Need::Gone];
    vec![
        row(
            "PUT",
            "/api/v1/windows/{id}/endpoints/{checkpoint}",
            send("/endpoints/none", &[front(world, Verb::Add), developers], &endpoint, &[422]),
        ),
        // The developer has not said where it is reached.
        row(
            "POST",
            "/api/v1/windows/{id}/grants",
            send("/grants", &[front(world, Verb::List), front(world, Verb::Add)], &grant, &[409]),
        ),
        row(
            "POST",
            "/api/v1/windows/{id}/grants/{grant}/credential",
            send("/grants/none/credential", &[front(world, Verb::Add), Need::Gone], &json!({}), &[]),
        ),
        row("GET", "/api/v1/windows/{id}/grants/{grant}/calls", get("/grants/none/calls", &gone)),
        row("GET", "/api/v1/windows/{id}/grants/{grant}/proof", get("/grants/none/proof", &gone)),
    ]
}

fn evidence(world: &World) -> Vec<Row> {
    let get = |tail: &str, needs: &[Need]| on(world, tail, needs, &|c| c);
    let gone = [front(world, Verb::Read), Need::Gone];
    let over = json!({ "role": "tester", "desk": world.desk });
    vec![
        row("GET", "/api/v1/windows/{id}/catalogue", get("/catalogue", &[front(world, Verb::Read)])),
        row("GET", "/api/v1/windows/{id}/runs/{run}", get("/runs/none", &gone)),
        row("GET", "/api/v1/windows/{id}/runs/{run}/samples", get("/runs/none/samples", &gone)),
        row(
            "POST",
            "/api/v1/windows/{id}/runs/{run}/end",
            on(
                world,
                "/runs/none/end?role=tester",
                &[front(world, Verb::Read), front(world, Verb::Add), Need::Gone],
                &|c| c,
            ),
        ),
        row(
            "POST",
            "/api/v1/windows/{id}/findings/{finding}/hand-over",
            // Whoever may know of findings is told that the role is none of theirs; the others, that there is no such finding.
            on(world, "/findings/none/hand-over", &[front(world, Verb::Add)], &|c| {
                c.json(over.clone()).done(&[403, 422])
            }),
        ),
        row(
            "GET",
            "/api/v1/windows/{id}/determination",
            get("/determination", &[front(world, Verb::Read), whole(world)]),
        ),
    ]
}

fn editions(world: &World) -> Vec<Row> {
    let get = |tail: &str, done: &'static [u16]| {
        on(world, tail, &[front(world, Verb::Read), whole(world)], &|c| c.done(done))
    };
    let publishes = Need::Is(world.tested.officer);
    let source = json!({ "before": 7, "body": "---\ntitle: T\nunmarked: public\n---\nText.\n" });
    vec![
        row("GET", "/api/v1/windows/{id}/source", get("/source", &[200])),
        row(
            "PUT",
            "/api/v1/windows/{id}/source",
            on(world, "/source", &[front(world, Verb::Add), whole(world), publishes.clone()], &|c| {
                c.json(source.clone()).done(&[409])
            }),
        ),
        row("GET", "/api/v1/windows/{id}/editions", get("/editions", &[200])),
        // There is no source yet.
        row(
            "GET",
            "/api/v1/windows/{id}/editions/{edition}/preview",
            get("/editions/public/preview", &[409]),
        ),
        row(
            "POST",
            "/api/v1/windows/{id}/editions/{edition}",
            on(world, "/editions/public", &[front(world, Verb::Add), whole(world)], &|c| {
                c.json(json!({ "role": "programme-officer" })).done(&[409])
            }),
        ),
        row(
            "DELETE",
            "/api/v1/windows/{id}/editions/{edition}",
            on(
                world,
                "/editions/none",
                &[front(world, Verb::Add), whole(world), publishes, Need::Gone],
                &|c| c,
            ),
        ),
        row("GET", "/api/v1/editions", vec![known("/editions", &[Need::Node(Verb::List)])]),
        row("GET", "/api/v1/editions/{id}", vec![known("/editions/none", &[Need::Gone])]),
    ]
}

/// A page of the window that is there, and of one that is not.
fn paged(world: &World, tail: &str, needs: &[Need], sent: &dyn Fn(Case) -> Case) -> Vec<Case> {
    let of = |id: &str, needs: &[Need]| sent(super::pages::known(format!("/testing/{id}{tail}"), needs));
    vec![of(&world.tested.uuid, needs), of(&uuid(), &[Need::Gone])]
}

pub(super) fn pages(world: &World) -> Vec<Row> {
    let first = world.first().id;
    let page = |path: &str, needs: &[Need]| super::pages::known(path, needs);
    let looks = |tail: &str, needs: &[Need]| paged(world, tail, needs, &|c| c);
    let form = |tail: &str, needs: &[Need], pairs: &[(&str, &str)]| {
        paged(world, tail, needs, &|c| c.form(pairs).done(&[422]))
    };
    let file = |tail: &str, needs: &[Need]| {
        paged(world, tail, needs, &|c| c.multipart(&[("kind", "log")]).done(&[422]))
    };
    let (read, add) = (front(world, Verb::Read), front(world, Verb::Add));
    let (reads, adds) = ([read.clone()], [add.clone()]);
    let developers = Need::Open(Box::new(need(world, Verb::Read, Matter::Endpoint)));
    let publishes = Need::Is(world.tested.officer);
    let programme = format!("/testing/programmes/{}", world.tested.programme);
    let manages = [Need::Programme(Verb::Manage, Some(first))];
    let endpoint =
        [("checkpoint", "none"), ("url", "https://models.example/v1"), ("key", "k"), ("model", "m")];
    vec![
        row("GET", "/testing", vec![page("/testing", &[])]),
        // Nothing is no model.
        row("POST", "/testing", vec![page("/testing", &[]).form(&[]).done(&[422])]),
        row(
            "POST",
            "/testing/programmes",
            vec![page("/testing/programmes", &[Need::Programme(Verb::Manage, None)]).form(&[]).done(&[422])],
        ),
        row(
            "POST",
            "/testing/programmes/{programme}",
            vec![
                page(&programme, &manages).form(&[("what", "none")]).done(&[303]),
                page(&format!("/testing/programmes/{}", uuid()), &[Need::Gone]).form(&[("what", "none")]),
            ],
        ),
        row(
            "GET",
            "/testing/programmes/{programme}/rules",
            vec![page(&format!("{programme}/rules"), &[Need::Programme(Verb::Read, Some(first))])],
        ),
        row("GET", "/testing/{uuid}", looks("", &reads)),
        row(
            "GET",
            "/testing/{uuid}/{tab}",
            looks("/history", &reads)
                .into_iter()
                .chain(looks("/none", &[read.clone(), Need::Gone]))
                .collect(),
        ),
        row(
            "POST",
            "/testing/{uuid}/act",
            form("/act", &adds, &[("do", "retract"), ("proposal", "999"), ("role", "tester")]),
        ),
        row("POST", "/testing/{uuid}/endpoint", form("/endpoint", &[add.clone(), developers], &endpoint)),
        row("POST", "/testing/{uuid}/grants", form("/grants", &adds, &[])),
        row(
            "POST",
            "/testing/{uuid}/credential",
            form("/credential", &[add.clone(), Need::Gone], &[("grant", "none")]),
        ),
        row("POST", "/testing/{uuid}/plan", form("/plan", &adds, &[])),
        row("POST", "/testing/{uuid}/end", file("/end", &[add.clone(), Need::Gone])),
        row("POST", "/testing/{uuid}/files", file("/files", &adds)),
        row("GET", "/testing/{uuid}/files/{name}", looks("/files/none", &[read.clone(), Need::Gone])),
        row("GET", "/testing/{uuid}/archive", looks("/archive", &[read.clone(), whole(world)])),
        row("POST", "/testing/{uuid}/hand-over", form("/hand-over", &adds, &[])),
        row("POST", "/testing/{uuid}/determine", form("/determine", &[add.clone(), whole(world)], &[])),
        row("POST", "/testing/{uuid}/source", form("/source", &[add.clone(), whole(world), publishes], &[])),
        row("GET", "/testing/{uuid}/runs/{run}", looks("/runs/none", &[read.clone(), Need::Gone])),
        row(
            "GET",
            "/testing/{uuid}/editions/{audience}",
            paged(world, "/editions/public", &[read, whole(world)], &|c| c.done(&[422])),
        ),
        row(
            "POST",
            "/testing/{uuid}/editions/{audience}",
            form("/editions/public", &[add, whole(world)], &[("role", "programme-officer")]),
        ),
        row("GET", "/editions/{uuid}", vec![page(&format!("/editions/{}", uuid()), &[Need::Gone])]),
    ]
}
