//! Rows of advisories: the API, the open doors of the provider, and the pages.

use bartizan_clearinghouse::access::Verb;
use serde_json::json;

use super::api::known;
use super::pages::known as visited;
use super::{Case, Need, Row, case, row};
use crate::advised::{Advised, shelf};
use crate::harness::{NOW, uuid};
use crate::world::World;

fn library() -> Need {
    Need::Own(Verb::Read)
}

/// Who has it at all: its owner, or its readers from its time on.
fn has(advised: &Advised) -> Need {
    let own = Need::Content(Verb::Read, advised.draft.clone());
    match reads(advised) {
        Some(reads) => Need::Either(Box::new(own), Box::new(reads)),
        None => own,
    }
}

/// Who has it as released, if somebody has now.
fn reads(advised: &Advised) -> Option<Need> {
    let released = advised.released.as_ref().filter(|(_, begins)| *begins <= NOW);
    released.map(|(audience, _)| Need::Content(Verb::Read, audience.clone()))
}

fn own(advised: &Advised, verb: Verb) -> Need {
    Need::Content(verb, advised.draft.clone())
}

/// A case for each advisory, and one for none.
fn each(
    world: &World,
    make: &dyn Fn(&str, &[Need]) -> Case,
    tail: &str,
    needs: &dyn Fn(&Advised) -> Vec<Need>,
) -> Vec<Case> {
    let one = |a: &Advised| make(&format!("/advisories/{}{tail}", a.uuid), &needs(a));
    let none = make(&format!("/advisories/{}{tail}", uuid()), &[Need::Gone]);
    world.advisories.iter().map(one).chain([none]).collect()
}

/// The same of what is released now; the others are not there.
fn released(a: &Advised) -> Need {
    reads(a).unwrap_or(Need::Gone)
}

pub(super) fn api(world: &World) -> Vec<Row> {
    let make = |path: &str, needs: &[Need]| known(path, needs);
    // Whose library may not be read is told so before anything is looked for.
    let all = |tail: &str, needs: &dyn Fn(&Advised) -> Vec<Need>| -> Vec<Case> {
        let one = |a: &Advised| known(format!("/advisories/{}{tail}", a.uuid), &needs(a));
        let none = known(format!("/advisories/{}{tail}", uuid()), &[library(), Need::Gone]);
        world.advisories.iter().map(one).chain([none]).collect()
    };
    let owned = |tail: &str, verb: Verb| each(world, &make, tail, &|a| vec![own(a, verb)]);
    let shared = world.shared.id;
    let says = |a: &Advised| vec![library(), released(a), Need::Receipt(Verb::Add, a.owner)];
    let releases = |a: &Advised| {
        vec![own(a, Verb::Review), Need::Collection(Verb::List, shared), Need::Collection(Verb::Add, shared)]
    };
    let sent = |cases: Vec<Case>, how: &dyn Fn(Case) -> Case| cases.into_iter().map(how).collect::<Vec<_>>();
    let to = json!({ "after": 0, "to": [{ "collection": world.shared.uuid }] });
    let both = |tail: &str| -> Vec<Case> {
        let on = |c: &crate::world::Collection| {
            let needs = [Need::Collection(Verb::List, c.id), Need::Collection(Verb::Read, c.id)];
            known(format!("/collections/{}{tail}", c.uuid), &needs)
        };
        vec![on(&world.shared), on(&world.private)]
    };
    let withdrawn =
        each(world, &make, &format!("/releases/{}", uuid()), &|a| vec![own(a, Verb::Review), Need::Gone]);
    let publisher = json!({ "alias": "x", "name": "X", "category": "x", "namespace": "x" });
    let mut rows = vec![
        row(
            "GET",
            "/api/v1/advisories",
            vec![known("/advisories", &[library()]), known("/advisories?box=own", &[library()])],
        ),
        row(
            "POST",
            "/api/v1/advisories",
            vec![known("/advisories", &[Need::Own(Verb::Add)]).json(json!({ "document": {} })).done(&[422])],
        ),
        row("GET", "/api/v1/advisories/metrics", vec![case("/api/v1/advisories/metrics", &[Need::Nothing])]),
        row(
            "POST",
            "/api/v1/advisories/validate",
            vec![known("/advisories/validate", &[library()]).json(json!({}))],
        ),
        row("GET", "/api/v1/advisories/{id}", all("", &|a| vec![library(), has(a)])),
        row(
            "GET",
            "/api/v1/advisories/{id}/formats/{format}",
            all("/formats/csaf", &|a| vec![library(), released(a)]),
        ),
        row("GET", "/api/v1/advisories/{id}/receipts", all("/receipts", &|a| vec![library(), has(a)])),
        row(
            "POST",
            "/api/v1/advisories/{id}/receipts",
            sent(all("/receipts", &says), &|c| c.json(json!({ "state": "acknowledged" })).done(&[201, 409])),
        ),
        row("GET", "/api/v1/advisories/{id}/editions", owned("/editions", Verb::Read)),
        row("GET", "/api/v1/advisories/{id}/editions/{number}", owned("/editions/1", Verb::Read)),
        row("GET", "/api/v1/advisories/{id}/changes", owned("/changes", Verb::Read)),
        row("GET", "/api/v1/advisories/{id}/findings", owned("/findings", Verb::Read)),
        row(
            "PUT",
            "/api/v1/advisories/{id}/document",
            sent(owned("/document?after=0", Verb::Add), &|c| c.json(json!({})).done(&[422])),
        ),
        row(
            "POST",
            "/api/v1/advisories/{id}/releases",
            sent(each(world, &make, "/releases", &releases), &|c| c.json(to.clone()).done(&[409, 422])),
        ),
        row(
            "POST",
            "/api/v1/advisories/{id}/withdrawal",
            sent(owned("/withdrawal", Verb::Review), &|c| {
                c.json(json!({ "after": 0, "reason": "" })).done(&[422])
            }),
        ),
        row("DELETE", "/api/v1/advisories/{id}/releases/{collection}", withdrawn),
        row("GET", "/api/v1/collections/{id}/advisories.rss", both("/advisories.rss")),
        row("GET", "/api/v1/publishers", vec![known("/publishers", &[Need::Node(Verb::List)])]),
        row(
            "PUT",
            "/api/v1/publishers/own",
            vec![known("/publishers/own", &[Need::Own(Verb::Manage)]).json(publisher).done(&[422])],
        ),
    ];
    rows.extend(provider(world));
    rows
}

/// The provider: below the API's root with what the asker reads, and open with what anyone reads.
fn provider(world: &World) -> Vec<Row> {
    let looks = || Need::Node(Verb::List);
    let now = || world.advisories.iter().filter_map(|a| Some((a, reads(a)?)));
    let place = |a: &Advised| {
        let folder = shelf(a.draft.marking);
        format!("/csaf/first/{folder}/2026/{}.json", a.tracking)
    };
    // A list is there for who reads something of it; the public one for everybody.
    let lists = now().map(|(a, reads)| {
        let needs = if shelf(a.draft.marking) == "white" { vec![looks()] } else { vec![looks(), reads] };
        known(format!("/csaf/first/{}/index.txt", shelf(a.draft.marking)), &needs)
    });
    let documents = now().map(|(a, reads)| known(place(a), &[looks(), reads]));
    let open = |path: &str| case(path, &[Need::Nothing]);
    let anyones = now().map(|(a, _)| {
        let public = a.draft.marking == bartizan_stix::Tlp::Clear;
        case(place(a), &[if public { Need::Nothing } else { Need::Gone }])
    });
    let later =
        world.advisories.iter().find(|a| a.released.as_ref().is_some_and(|(_, begins)| *begins > NOW));
    let later = case(place(later.expect("one that waits")), &[Need::Gone]);
    vec![
        row(
            "GET",
            "/api/v1/csaf/{publisher}/{name}",
            vec![
                known("/csaf/first/provider-metadata.json", &[looks()]),
                known("/csaf/nobody/provider-metadata.json", &[looks(), Need::Gone]),
            ],
        ),
        row("GET", "/api/v1/csaf/{publisher}/{shelf}/{name}", lists.collect()),
        row("GET", "/api/v1/csaf/{publisher}/{shelf}/{year}/{name}", documents.collect()),
        row(
            "GET",
            "/.well-known/csaf/provider-metadata.json",
            vec![open("/.well-known/csaf/provider-metadata.json")],
        ),
        // This node says nobody to tell.
        row("GET", "/.well-known/security.txt", vec![case("/.well-known/security.txt", &[Need::Gone])]),
        row(
            "GET",
            "/csaf/{publisher}/{name}",
            vec![
                open("/csaf/first/provider-metadata.json"),
                open("/csaf/first/service.json"),
                open("/csaf/first/openpgp-key.asc"),
                case("/csaf/nobody/provider-metadata.json", &[Need::Gone]),
            ],
        ),
        row(
            "GET",
            "/csaf/{publisher}/{shelf}/",
            vec![open("/csaf/first/white/"), case("/csaf/first/green/", &[Need::Gone])],
        ),
        row(
            "GET",
            "/csaf/{publisher}/{shelf}/{name}",
            vec![
                open("/csaf/first/white/index.txt"),
                open("/csaf/first/white/changes.csv"),
                open("/csaf/first/white/feed.json"),
                case("/csaf/first/amber/index.txt", &[Need::Gone]),
            ],
        ),
        row(
            "GET",
            "/csaf/{publisher}/{shelf}/{year}/",
            vec![open("/csaf/first/white/2026/"), case("/csaf/first/red/2026/", &[Need::Gone])],
        ),
        row("GET", "/csaf/{publisher}/{shelf}/{year}/{name}", anyones.chain([later]).collect()),
    ]
}

pub(super) fn pages(world: &World) -> Vec<Row> {
    let make = |path: &str, needs: &[Need]| visited(path, needs);
    let all = |tail: &str, needs: &dyn Fn(&Advised) -> Vec<Need>| -> Vec<Case> {
        let one = |a: &Advised| visited(format!("/advisories/{}{tail}", a.uuid), &needs(a));
        let none = visited(format!("/advisories/{}{tail}", uuid()), &[library(), Need::Gone]);
        world.advisories.iter().map(one).chain([none]).collect()
    };
    let owned = |tail: &str, verb: Verb| each(world, &make, tail, &|a| vec![own(a, verb)]);
    let sent = |cases: Vec<Case>, pairs: &[(&str, &str)], done: &'static [u16]| -> Vec<Case> {
        cases.into_iter().map(|c| c.form(pairs).done(done)).collect()
    };
    let says = |a: &Advised| vec![library(), released(a), Need::Receipt(Verb::Add, a.owner)];
    let back = each(world, &make, "/withdraw", &|a| vec![own(a, Verb::Review), Need::Gone]);
    let coordinates = [Need::Own(Verb::Manage)];
    vec![
        row("GET", "/advisories", vec![visited("/advisories", &[library()])]),
        row(
            "POST",
            "/advisories",
            vec![
                visited("/advisories", &[Need::Own(Verb::Add)])
                    .form(&[("id", ""), ("title", "")])
                    .done(&[422]),
            ],
        ),
        row("GET", "/advisories/metrics", vec![visited("/advisories/metrics", &[])]),
        row("GET", "/advisories/publisher", vec![visited("/advisories/publisher", &coordinates)]),
        row(
            "POST",
            "/advisories/publisher",
            vec![visited("/advisories/publisher", &coordinates).form(&[]).done(&[422])],
        ),
        row("GET", "/advisories/{uuid}", all("", &|a| vec![library(), has(a)])),
        row(
            "GET",
            "/advisories/{uuid}/files/{format}",
            all("/files/html", &|a| vec![library(), released(a)]),
        ),
        row("GET", "/advisories/{uuid}/changes", owned("/changes", Verb::Read)),
        row("GET", "/advisories/{uuid}/edit", owned("/edit", Verb::Add)),
        row("POST", "/advisories/{uuid}/edit", sent(owned("/edit", Verb::Add), &[], &[422])),
        row(
            "POST",
            "/advisories/{uuid}/document",
            sent(owned("/document", Verb::Add), &[("document", "{}")], &[422]),
        ),
        row("POST", "/advisories/{uuid}/release", sent(owned("/release", Verb::Review), &[], &[422])),
        row("POST", "/advisories/{uuid}/retract", sent(owned("/retract", Verb::Review), &[], &[422])),
        row("POST", "/advisories/{uuid}/withdraw", sent(back, &[("collection", "x")], &[303])),
        row(
            "POST",
            "/advisories/{uuid}/receipt",
            sent(all("/receipt", &says), &[("state", "acknowledged")], &[303, 422]),
        ),
    ]
}
