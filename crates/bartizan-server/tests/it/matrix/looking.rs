//! Rows of the pages that look through the library, and of what an organisation has beside it.

use bartizan_clearinghouse::access::Verb;

use super::pages::known;
use super::{Case, Need, Row, reads, row};
use crate::harness::uuid;
use crate::world::{Kept, World};

/// Pages that look through the library.
pub(super) fn looking(world: &World) -> Vec<Row> {
    let desk = |verb: Verb| -> Vec<Case> {
        let there = known(format!("/desks/{}", world.desk), &[Need::Desk(verb, world.first().id)]);
        vec![there, known(format!("/desks/{}", uuid()), &[Need::Gone])]
    };
    let vulnerability = |tail: &str, verb: Verb| -> Vec<Case> {
        let need = Need::Submission(verb, world.first().id, world.second().id);
        let there = known(format!("/vulnerabilities/{}{tail}", world.vulnerability.0), &[need]);
        let kept = super::in_case(world, verb);
        let kept = known(format!("/vulnerabilities/{}{tail}", world.case.report), &[kept]);
        vec![there, known(format!("/vulnerabilities/{}{tail}", uuid()), &[Need::Gone]), kept]
    };
    let library = || Need::Own(Verb::Read);
    let one = |path: &str| vec![known(path, &[library()])];
    let drawn = |path: &str| -> Vec<Case> {
        let one = |kept: &Kept| known(format!("{path}{}", kept.id), &[library(), reads(kept)]);
        world.reports.iter().map(one).collect()
    };
    let graph = one("/graph").into_iter().chain(drawn("/graph?report="));
    let gone = known("/names/indicator/nobody.example", &[library(), Need::Gone]);
    let names = one("/names/technique/T1053.005").into_iter().chain([gone]);
    // Who reads one of the reports that name it.
    let some = world.reports.iter().map(reads).reduce(|a, b| Need::Either(Box::new(a), Box::new(b)));
    let away = |form: &str| {
        let needs = [library(), some.clone().expect("a report")];
        known(format!("/names/technique/T1053.005/export/{form}"), &needs)
    };
    let none = known("/names/indicator/nobody.example/export/csv", &[library(), Need::Gone]);
    let rules = |tail: &str| -> Vec<Case> {
        let one = |kept: &Kept| known(format!("/rules/{}/r1{tail}", kept.id), &[library(), reads(kept)]);
        let gone = |kept: &Kept| known(format!("/rules/{}/r2{tail}", kept.id), &[library(), Need::Gone]);
        world.reports.iter().map(one).chain(world.reports.iter().take(1).map(gone)).collect()
    };
    let taken = world
        .reports
        .iter()
        .map(|kept| known(format!("/rules/download?as=yaml&rule={}/r1", kept.id), &[library(), reads(kept)]));
    let keep = [("name", ""), ("query", "q=x")];
    let (search, owner) = &world.search;
    let forgotten =
        known(format!("/library/searches/{search}/remove"), &[Need::Only(*owner)]).form(&[]).ends();
    let own = |verb| Need::Library(verb, world.first().id);
    let source = format!("/sources/{}", world.source);
    let run = |tail: &str| known(format!("{source}{tail}"), &[own(Verb::Manage)]);
    let feed = [
        ("kind", "feed"),
        ("title", "T"),
        ("address", "http://127.0.0.1/"),
        ("marking", "TLP:GREEN"),
        ("minutes", "60"),
    ];
    let (hook, maker) = &world.webhook;
    let hook = |tail: &str, more: &[Need]| {
        let needs = [&[Need::Own(Verb::Manage), own(Verb::Manage)], more].concat();
        known(format!("/webhooks/{hook}{tail}"), &needs)
    };
    let maker = [Need::Is(*maker)];
    let object = |kept: &Kept| {
        let collection = kept.audience.collection.expect("a collection");
        let at = if collection == world.shared.id { &world.shared.uuid } else { &world.private.uuid };
        known(format!("/collections/{at}/objects/{}", kept.id), &[reads(kept)])
    };
    vec![
        row("GET", "/library", one("/library")),
        row("GET", "/names/{kind}/{name}", names.collect()),
        row("GET", "/coverage", one("/coverage")),
        row("GET", "/graph", graph.collect()),
        row("GET", "/graph/around", drawn("/graph/around?node=report:")),
        row("GET", "/rules", one("/rules")),
        row("GET", "/rules/{report}/{rule}", rules("")),
        row("GET", "/rules/{report}/{rule}/query", rules("/query")),
        row("GET", "/rules/download", taken.collect()),
        row("GET", "/names/{kind}/{name}/export/{form}", vec![away("csv"), away("stix"), none]),
        row("GET", "/coverage/layer.json", one("/coverage/layer.json")),
        row("GET", "/keys", vec![known("/keys", &[])]),
        row("POST", "/library/searches", vec![known("/library/searches", &[]).form(&keep).done(&[422])]),
        row("POST", "/library/searches/{id}/remove", vec![forgotten]),
        row("GET", "/objects", vec![known("/objects", &[])]),
        row("GET", "/collections/{uuid}/objects/{id}", world.objects.iter().map(object).collect()),
        row("GET", "/sources", one("/sources")),
        row("POST", "/sources", vec![known("/sources", &[Need::Own(Verb::Manage)]).form(&feed).done(&[422])]),
        row("GET", "/sources/{id}", vec![known(source.clone(), &[own(Verb::Read)])]),
        row("POST", "/sources/{id}/run", vec![run("/run").form(&[]).done(&[303])]),
        row("GET", "/vulnerabilities", vec![known("/vulnerabilities", &[Need::OwnSubmission(Verb::Read)])]),
        row("GET", "/desks/{uuid}", desk(Verb::List)),
        // What is sent is no report: who may is told so.
        row(
            "POST",
            "/desks/{uuid}",
            desk(Verb::Add).into_iter().map(|c| c.multipart(&[("email", "x")]).done(&[422])).collect(),
        ),
        row("GET", "/vulnerabilities/{uuid}", vulnerability("", Verb::Read)),
        row(
            "POST",
            "/vulnerabilities/{uuid}",
            vulnerability("", Verb::Review)
                .into_iter()
                .map(|c| c.form(&[("state", "queued"), ("outcome", "")]).done(&[303]))
                .collect(),
        ),
        row("GET", "/vulnerabilities/{uuid}/files/{position}", vulnerability("/files/0", Verb::Review)),
        row(
            "POST",
            "/sources/{id}/change",
            vec![
                run("/change")
                    .form(&[("title", "A source of First"), ("minutes", "60"), ("marking", "TLP:AMBER")])
                    .done(&[303]),
            ],
        ),
        row("POST", "/sources/{id}/pause", vec![run("/pause").form(&[("paused", "0")]).done(&[303])]),
        row("POST", "/sources/{id}/remove", vec![run("/remove").form(&[]).ends()]),
        row("GET", "/webhooks", vec![known("/webhooks", &[Need::Own(Verb::Manage)])]),
        row(
            "POST",
            "/webhooks",
            vec![known("/webhooks", &[Need::Own(Verb::Manage)]).form(&[("url", "x")]).done(&[422])],
        ),
        row("GET", "/webhooks/{uuid}", vec![hook("", &[])]),
        row("POST", "/webhooks/{uuid}/test", vec![hook("/test", &maker).form(&[]).done(&[303])]),
        row("POST", "/webhooks/{uuid}/secret", vec![hook("/secret", &maker).form(&[])]),
        row("POST", "/webhooks/{uuid}/enable", vec![hook("/enable", &maker).form(&[]).done(&[303])]),
        row("POST", "/webhooks/{uuid}/remove", vec![hook("/remove", &[]).form(&[]).ends()]),
    ]
}
