//! Rows of inventories, due lists and the facts that they look at, of API and pages.

use bartizan_clearinghouse::access::Verb;
use serde_json::json;

use super::{Case, Need, Row, api, pages, row};
use crate::harness::uuid;
use crate::world::World;

/// On First's inventory, and on one that is none.
fn on(
    world: &World,
    known: &dyn Fn(String, &[Need]) -> Case,
    tail: &str,
    verbs: &[Verb],
    how: &dyn Fn(Case) -> Case,
) -> Vec<Case> {
    let needs: Vec<Need> = verbs.iter().map(|verb| Need::Inventory(*verb, world.first().id)).collect();
    let there = known(format!("/inventories/{}{tail}", world.inventory), &needs);
    vec![how(there), how(known(format!("/inventories/{}{tail}", uuid()), &[Need::Gone]))]
}

/// On something that is due there, and on nothing. The own list is looked through, whoever asks.
fn due(
    world: &World,
    known: &dyn Fn(String, &[Need]) -> Case,
    tail: &str,
    verb: Verb,
    how: &dyn Fn(Case) -> Case,
) -> Vec<Case> {
    let own = [Need::OwnInventory(verb), Need::OwnInventory(Verb::Read)];
    let first = [&own[..], &[Need::Inventory(Verb::Read, world.first().id)]].concat();
    let gone = [&own[..], &[Need::Gone]].concat();
    let nothing = "0".repeat(32);
    vec![
        how(known(format!("/due/{}{tail}", world.due), &first)),
        how(known(format!("/due/{nothing}{tail}"), &gone)),
    ]
}

pub(super) fn api(world: &World) -> Vec<Row> {
    let known = |path: String, needs: &[Need]| api::known(path, needs);
    let own = |path: &str, verb| known(path.into(), &[Need::OwnInventory(verb)]);
    let plain = |case: Case| case;
    let (read, nothing) = (Verb::Read, json!({ "a": 1 }));
    let inventory = |tail: &str, verb, how: &dyn Fn(Case) -> Case| on(world, &known, tail, &[verb], how);
    let exception = json!({ "reason": "", "until": "2027-01-01T00:00:00Z" });
    let closure = json!({ "how": "patched", "evidence": "" });
    let answer = json!({ "point": "x", "value": "Y", "reason": "x" });
    let admin = |path: &str| known(path.into(), &[Need::Node(Verb::Manage)]).json(json!({}));
    vec![
        row("GET", "/api/v1/inventories", vec![own("/inventories", read)]),
        row(
            "POST",
            "/api/v1/inventories",
            vec![own("/inventories", Verb::Add).json(nothing.clone()).done(&[400])],
        ),
        row("GET", "/api/v1/inventories/log", vec![own("/inventories/log", read)]),
        row("GET", "/api/v1/inventories/{id}", inventory("", read, &plain)),
        row(
            "PUT",
            "/api/v1/inventories/{id}",
            inventory("", Verb::Add, &|c| c.json(nothing.clone()).done(&[400])),
        ),
        row("PATCH", "/api/v1/inventories/{id}", inventory("", Verb::Add, &|c| c.json(json!({})))),
        row("DELETE", "/api/v1/inventories/{id}", inventory("", Verb::Remove, &Case::ends)),
        row("GET", "/api/v1/inventories/{id}/document", inventory("/document", read, &plain)),
        row("GET", "/api/v1/inventories/{id}/components", inventory("/components", read, &plain)),
        row("GET", "/api/v1/due", vec![own("/due", read)]),
        row("GET", "/api/v1/due.csv", vec![own("/due.csv", read)]),
        row("GET", "/api/v1/due.ics", vec![own("/due.ics", read)]),
        row("GET", "/api/v1/due/past", vec![own("/due/past", read)]),
        row("GET", "/api/v1/due/{id}", due(world, &known, "", read, &plain)),
        row(
            "POST",
            "/api/v1/due/{id}/exceptions",
            due(world, &known, "/exceptions", Verb::Review, &|c| c.json(exception.clone()).done(&[422])),
        ),
        row(
            "POST",
            "/api/v1/due/{id}/closures",
            due(world, &known, "/closures", Verb::Add, &|c| c.json(closure.clone()).done(&[422])),
        ),
        row(
            "POST",
            "/api/v1/due/{id}/answers",
            due(world, &known, "/answers", Verb::Add, &|c| c.json(answer.clone()).done(&[422])),
        ),
        row("GET", "/api/v1/facts", vec![known("/facts".into(), &[Need::Node(Verb::List)])]),
        row("PUT", "/api/v1/facts/kev", vec![admin("/facts/kev").done(&[422])]),
        row("PUT", "/api/v1/facts/epss", vec![admin("/facts/epss").done(&[415])]),
    ]
}

pub(super) fn pages(world: &World) -> Vec<Row> {
    let known = |path: String, needs: &[Need]| pages::known(path, needs);
    let own = |path: &str, verb| known(path.into(), &[Need::OwnInventory(verb)]);
    let plain = |case: Case| case;
    let read = Verb::Read;
    let inventory = |tail: &str, how: &dyn Fn(Case) -> Case| on(world, &known, tail, &[read, Verb::Add], how);
    let reads = |tail: &str| on(world, &known, tail, &[read], &plain);
    let title = [("title", "web1"), ("exposure", "unknown")];
    vec![
        row("GET", "/inventories", vec![own("/inventories", read)]),
        row(
            "POST",
            "/inventories",
            vec![own("/inventories", Verb::Add).multipart(&[("title", "x")]).done(&[422])],
        ),
        row("GET", "/inventories/{uuid}", reads("")),
        row("GET", "/inventories/{uuid}/document", reads("/document")),
        row(
            "POST",
            "/inventories/{uuid}/document",
            inventory("/document", &|c| c.multipart(&[("title", "x")]).done(&[422])),
        ),
        row(
            "POST",
            "/inventories/{uuid}/assets",
            inventory("/assets", &|c| c.form(&[("asset", "none"), ("exposure", "yes")]).done(&[422])),
        ),
        row(
            "POST",
            "/inventories/{uuid}/change",
            inventory("/change", &|c| c.form(&title).done(&[303, 422])),
        ),
        // It asks first.
        row("POST", "/inventories/{uuid}/remove", inventory("/remove", &|c| c.form(&[]))),
        row("GET", "/due", vec![own("/due", read)]),
        row("GET", "/due/table", vec![own("/due/table", read)]),
        row("GET", "/due.ics", vec![own("/due.ics", read)]),
        row("GET", "/facts", vec![known("/facts".into(), &[])]),
        row(
            "POST",
            "/facts",
            vec![
                known("/facts".into(), &[Need::Node(Verb::Manage)])
                    .multipart(&[("kind", "kev"), ("file", "{}")])
                    .done(&[422]),
            ],
        ),
        row("GET", "/due/{id}", due(world, &known, "", read, &plain)),
        row(
            "POST",
            "/due/{id}/exceptions",
            due(world, &known, "/exceptions", Verb::Review, &|c| c.form(&[("reason", "")]).done(&[422])),
        ),
        row(
            "POST",
            "/due/{id}/closures",
            due(world, &known, "/closures", Verb::Add, &|c| c.form(&[("how", "x")]).done(&[422])),
        ),
        row(
            "POST",
            "/due/{id}/answers",
            due(world, &known, "/answers", Verb::Add, &|c| c.form(&[("point", "x")]).done(&[422])),
        ),
    ]
}
