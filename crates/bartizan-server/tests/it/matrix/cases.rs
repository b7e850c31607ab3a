//! Cases: pages and endpoints.

use bartizan_clearinghouse::access::Verb;
use serde_json::{Value, json};

use super::pages::known;
use super::{Case, Need, Row, row};
use crate::harness::uuid;
use crate::world::World;

/// A page about the case of the world, and one about a case that is none.
fn there(world: &World, root: &str, tail: &str, needs: &[Need], sent: &dyn Fn(Case) -> Case) -> Vec<Case> {
    let of = |id: &str, needs: &[Need]| sent(known(format!("{root}/cases/{id}{tail}"), needs));
    vec![of(&world.case.uuid, needs), of(&uuid(), &[Need::Gone])]
}

/// What asks for this of the case.
fn need(world: &World, verb: Verb) -> Need {
    Need::Case(verb, world.case.access.clone())
}

/// What is only said by who runs the case, of the content; and what the others decide for themselves.
fn decides(world: &World) -> Need {
    Need::Decides(world.case.access.clone())
}

/// A report that whoever decides at First's desk may put into the case.
fn report(world: &World) -> Need {
    Need::Submission(Verb::Review, world.first().id, world.second().id)
}

pub(super) fn looked(world: &World) -> Vec<Row> {
    let page = |tail: &str, verb: Verb| there(world, "", tail, &[need(world, verb)], &|c| c);
    let form = |tail: &str, needs: &[Need], pairs: &[(&str, &str)]| {
        there(world, "", tail, needs, &|c| c.form(pairs).done(&[422]))
    };
    let thread = format!("/threads/{}", world.case.second);
    let decided = &world.vulnerability.0;
    let split = format!("/reports/{decided}/split");
    let alike = vec![
        known(format!("/duplicates/{decided}/{decided}"), &[report(world)]),
        known(format!("/duplicates/{decided}/{}", uuid()), &[report(world), Need::Gone]),
        known(
            format!("/duplicates/{decided}/{}", world.case.report),
            &[report(world), super::in_case(world, Verb::Review)],
        ),
    ];
    vec![
        row("GET", "/cases", vec![known("/cases", &[])]),
        row(
            "POST",
            "/cases",
            vec![
                known("/cases", &[Need::OwnCase(Verb::List), Need::OwnCase(Verb::Manage)])
                    .form(&[("title", "T"), ("cves", "x")])
                    .done(&[422]),
            ],
        ),
        row("GET", "/cases/{uuid}", page("", Verb::List)),
        row("GET", "/cases/{uuid}/timeline", page("/timeline", Verb::Read)),
        row("GET", "/cases/{uuid}/threads/{thread}", page(&thread, Verb::Read)),
        row(
            "POST",
            "/cases/{uuid}/threads/{thread}",
            form(&thread, &[need(world, Verb::Add)], &[("text", "")]),
        ),
        row(
            "POST",
            "/cases/{uuid}/act",
            form(
                "/act",
                &[need(world, Verb::List), decides(world)],
                &[("do", "withdraw"), ("proposal", "none")],
            ),
        ),
        // An advisory without an id is none.
        row("POST", "/cases/{uuid}/advisory", form("/advisory", &[need(world, Verb::Manage)], &[("id", "")])),
        row(
            "POST",
            "/cases/{uuid}/describe",
            form("/describe", &[need(world, Verb::Manage)], &[("title", "T"), ("cves", "x")]),
        ),
        row(
            "POST",
            "/cases/{uuid}/reports",
            form("/reports", &[need(world, Verb::Manage), report(world)], &[("report", decided)]),
        ),
        row(
            "POST",
            "/cases/{uuid}/reports/{report}/split",
            form(&split, &[need(world, Verb::Manage), report(world)], &[("because", "")]),
        ),
        row("GET", "/nodes", vec![known("/nodes", &[Need::Own(Verb::Manage)])]),
        row(
            "POST",
            "/nodes/{uuid}",
            vec![known("/nodes/none", &[Need::Own(Verb::Manage), Need::Gone]).form(&[("do", "pause")])],
        ),
        row("GET", "/embargoes", vec![known("/embargoes", &[])]),
        row("GET", "/embargoes.ics", vec![known("/embargoes.ics", &[])]),
        row("GET", "/duplicates", vec![known("/duplicates", &[Need::OwnSubmission(Verb::Review)])]),
        row("GET", "/duplicates/{first}/{second}", alike),
    ]
}

pub(super) fn called(world: &World) -> Vec<Row> {
    let api = "/api/v1";
    let get = |tail: &str, verb: Verb| there(world, api, tail, &[need(world, verb)], &|c| c);
    let send = |tail: &str, needs: &[Need], body: Value, done: &'static [u16]| {
        there(world, api, tail, needs, &|c| c.json(body.clone()).done(done))
    };
    let thread = format!("/threads/{}", world.case.second);
    let decided = &world.vulnerability.0;
    let merge = json!({ "report": decided, "same_cause": true, "same_fix": false, "because": "x" });
    let read = json!({ "do": "read", "thread": "none", "up_to": 1 });
    let mut said = send(
        "/events",
        &[need(world, Verb::List), decides(world)],
        json!({ "do": "withdraw", "proposal": "none" }),
        &[409],
    );
    said.extend(send("/events", &[need(world, Verb::Add), need(world, Verb::Read)], read, &[409]));
    let runs = json!({ "do": "decide", "incident": "none", "course": "hold" });
    said.extend(send("/events", &[need(world, Verb::Manage), need(world, Verb::Read)], runs, &[409]));
    vec![
        row("GET", "/api/v1/cases", vec![known("/api/v1/cases", &[Need::Node(Verb::List)])]),
        row(
            "POST",
            "/api/v1/cases",
            vec![
                known("/api/v1/cases", &[Need::OwnCase(Verb::List), Need::OwnCase(Verb::Manage)])
                    .json(json!({ "cves": ["x"] }))
                    .done(&[422]),
            ],
        ),
        row("GET", "/api/v1/cases/{id}", get("", Verb::List)),
        row(
            "PATCH",
            "/api/v1/cases/{id}",
            send("", &[need(world, Verb::Manage)], json!({ "cves": ["x"] }), &[422]),
        ),
        row("GET", "/api/v1/cases/{id}/events", get("/events", Verb::Read)),
        row("POST", "/api/v1/cases/{id}/events", said),
        row("GET", "/api/v1/cases/{id}/threads/{thread}", get(&thread, Verb::Read)),
        row(
            "POST",
            "/api/v1/cases/{id}/threads/{thread}",
            // Nobody is in a thread that is not there.
            send(
                "/threads/none",
                &[need(world, Verb::Add), need(world, Verb::Read)],
                json!({ "text": "x" }),
                &[409],
            ),
        ),
        row(
            "POST",
            "/api/v1/cases/{id}/reports",
            send("/reports", &[need(world, Verb::Manage), report(world)], merge, &[422]),
        ),
        row(
            "POST",
            "/api/v1/cases/{id}/reports/{report}/split",
            send(
                &format!("/reports/{decided}/split"),
                &[need(world, Verb::Manage), report(world)],
                json!({ "because": "" }),
                &[422],
            ),
        ),
        row("GET", "/api/v1/cases/{id}/handovers", get("/handovers", Verb::Manage)),
        row(
            "POST",
            "/api/v1/cases/{id}/handovers",
            send("/handovers", &[need(world, Verb::Manage)], json!({ "peer": "none" }), &[422]),
        ),
        row(
            "PATCH",
            "/api/v1/cases/{id}/handovers/{peer}",
            send(
                "/handovers/none",
                &[need(world, Verb::Manage), Need::Gone],
                json!({ "passes": true }),
                &[404],
            ),
        ),
        row("GET", "/api/v1/relay-peers", vec![known("/api/v1/relay-peers", &[Need::Own(Verb::Manage)])]),
        row(
            "PATCH",
            "/api/v1/relay-peers/{id}",
            vec![
                known("/api/v1/relay-peers/none", &[Need::Own(Verb::Manage), Need::Gone])
                    .json(json!({ "paused": true })),
            ],
        ),
        row("GET", "/api/v1/case-dates", vec![known("/api/v1/case-dates", &[Need::Node(Verb::List)])]),
        row(
            "GET",
            "/api/v1/duplicates",
            vec![known("/api/v1/duplicates", &[Need::OwnSubmission(Verb::Review)])],
        ),
    ]
}
