//! Rows of the REST API about sharing, and about what comes from outside and goes there.

use bartizan_clearinghouse::access::Verb;
use serde_json::json;

use super::api::known;
use super::{Case, Need, Row, case, reads, row};
use crate::harness::uuid;
use crate::world::{Kept, World};

/// Who gets what, and when.
pub(super) fn sharing(world: &World) -> Vec<Row> {
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
    // Marked as they are: nothing is changed by it.
    let marked = world.reports.iter().map(|kept| {
        let needs = [library(), reads(kept), Need::Mark(kept.audience.clone())];
        let same = json!({ "marking": kept.audience.marking.as_str() });
        known(format!("/reports/{}", kept.id), &needs).json(same)
    });
    let published = reports("/publications", &publishes);
    let to = json!({ "collection": world.shared.uuid });
    let nobody = format!("/recipients/{}", uuid());
    let named = || all(both(&nobody, Verb::Manage), &|c| c.done(&[404]));
    let moved = json!({ "from": "2001-01-01T00:00:00Z", "until": null });
    let listed = [Need::Collection(Verb::List, world.shared.id), Need::Gone];
    let embargo = known(format!("/collections/{}/embargoes", world.shared.uuid), &listed).json(moved);
    let origins = world.objects.iter().filter(|kept| kept.audience.collection == Some(world.shared.id));
    let origins = origins.map(|kept| {
        let path = format!("/collections/{}/objects/{}/origins", world.shared.uuid, kept.id);
        known(path, &[Need::Collection(Verb::Read, world.shared.id), reads(kept)])
    });
    vec![
        row("PATCH", "/api/v1/reports/{id}", marked.collect()),
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
pub(super) fn outside(world: &World) -> Vec<Row> {
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
    let vulnerability = |tail: &str, verb: Verb, sent: &dyn Fn(Case) -> Case| -> Vec<Case> {
        let need = Need::Submission(verb, world.first().id, world.second().id);
        let there = sent(known(format!("/vulnerability-reports/{}{tail}", world.vulnerability.0), &[need]));
        let absent = sent(known(format!("/vulnerability-reports/{}{tail}", uuid()), &[Need::Gone]));
        let kept = super::in_case(world, verb);
        let kept = sent(known(format!("/vulnerability-reports/{}{tail}", world.case.report), &[kept]));
        vec![there, absent, kept]
    };
    let new = json!({ "label": "T", "url": "http://127.0.0.1/", "events": ["job.ended"] });
    let on = json!({ "paused": false });
    let (s, p) = (world.source.as_str(), world.peer.as_str());
    vec![
        row("GET", "/api/v1/sources", vec![known("/sources", &[Need::Own(Verb::Read)])]),
        // What a feed brings is handed in.
        row(
            "POST",
            "/api/v1/sources",
            vec![known("/sources", &[manages(), Need::Own(Verb::Add)]).json(source).done(&[422])],
        ),
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
        row("GET", "/api/v1/desks", vec![known("/desks", &[Need::Node(Verb::List)])]),
        row(
            "POST",
            "/api/v1/desks/{id}/reports",
            vec![
                known(format!("/desks/{}/reports", world.desk), &[Need::Desk(Verb::Add, world.first().id)])
                    .json(json!({ "email": "x" }))
                    .done(&[400]),
                known(format!("/desks/{}/reports", uuid()), &[Need::Gone]).json(json!({})),
            ],
        ),
        // Nothing says what was scanned.
        row(
            "POST",
            "/api/v1/desks/{id}/results",
            vec![
                known(format!("/desks/{}/results", world.desk), &[Need::Desk(Verb::Add, world.first().id)])
                    .json(json!({}))
                    .done(&[415]),
                known(format!("/desks/{}/results", uuid()), &[Need::Gone]).json(json!({})),
            ],
        ),
        row(
            "GET",
            "/api/v1/receipts/{receipt}",
            vec![case(format!("/api/v1/receipts/{}", world.vulnerability.1), &[Need::Nothing])],
        ),
        row(
            "GET",
            "/api/v1/vulnerability-reports",
            vec![known("/vulnerability-reports", &[Need::OwnSubmission(Verb::Read)])],
        ),
        row("GET", "/api/v1/vulnerability-reports/{id}", vulnerability("", Verb::Read, &|c| c)),
        row(
            "PATCH",
            "/api/v1/vulnerability-reports/{id}",
            vulnerability("", Verb::Review, &|c| c.json(json!({ "state": "queued" }))),
        ),
        row(
            "GET",
            "/api/v1/vulnerability-reports/{id}/files/{position}",
            vulnerability("/files/0", Verb::Review, &|c| c),
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
