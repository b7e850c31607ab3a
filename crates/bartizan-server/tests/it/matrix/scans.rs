//! Rows of scans: of Second, at First's desk, on what is Fourth's.

use bartizan_clearinghouse::access::Verb;
use serde_json::{Value, json};

use super::{Case, Need, Row, row};
use crate::harness::uuid;
use crate::world::World;

/// The same of the API and of pages.
struct Rows<'a> {
    world: &'a World,
    known: fn(String, &[Need]) -> Case,
}

impl Rows<'_> {
    fn scan(&self, verb: Verb) -> Need {
        Need::Scan(verb, self.world.first().id, self.world.second().id, self.world.fourth().id)
    }

    fn write(&self) -> Need {
        Need::Either(Box::new(self.scan(Verb::Manage)), Box::new(self.scan(Verb::Add)))
    }

    /// On the intent that is there, and on one that is not.
    fn on(&self, place: &str, tail: &str, needs: &[Need], sent: &dyn Fn(Case) -> Case) -> Vec<Case> {
        let there = sent((self.known)(format!("{place}/{}{tail}", self.world.scan), needs));
        vec![there, sent((self.known)(format!("{place}/{}{tail}", uuid()), &[Need::Gone]))]
    }

    fn range(&self, place: &str, verb: Verb, sent: &dyn Fn(Case) -> Case) -> Vec<Case> {
        let need = Need::Range(verb, self.world.fourth().id, self.world.first().id);
        let there = sent((self.known)(format!("{place}/{}", self.world.range), &[need]));
        vec![there, sent((self.known)(format!("{place}/{}", uuid()), &[Need::Gone]))]
    }

    fn claims(&self) -> [Need; 2] {
        let first = self.world.first().id;
        [Need::Desk(Verb::Add, first), Need::OwnRange(Verb::Add, Some(first))]
    }

    fn lists(&self) -> Need {
        Need::DeskOf(Verb::Manage, self.world.first().id)
    }
}

pub(super) fn api(world: &World) -> Vec<Row> {
    let of = Rows { world, known: |path, needs| super::api::known(path, needs) };
    let known = |path: &str, needs: &[Need]| super::api::known(path, needs);
    let place = "/scan-intents";
    let json_ = |value: Value| move |c: Case| c.json(value.clone());
    let plain = |c: Case| c;
    let words = json!({ "words": "" });
    vec![
        row("GET", "/api/v1/scan-intents", vec![known(place, &[Need::OwnScan(Verb::Read)])]),
        row(
            "POST",
            "/api/v1/scan-intents",
            vec![
                known(place, &[Need::Desk(Verb::Add, world.first().id)])
                    .json(json!({ "scope": [] }))
                    .done(&[400]),
            ],
        ),
        row("GET", "/api/v1/scan-intents/{id}", of.on(place, "", &[of.scan(Verb::Read)], &plain)),
        row("DELETE", "/api/v1/scan-intents/{id}", of.on(place, "", &[of.scan(Verb::Add)], &Case::ends)),
        row(
            "POST",
            "/api/v1/scan-intents/{id}/heartbeat",
            of.on(place, "/heartbeat", &[of.scan(Verb::Add)], &json_(json!({}))),
        ),
        row(
            "GET",
            "/api/v1/scan-intents/{id}/stop",
            of.on(place, "/stop?wait=0", &[of.scan(Verb::Add)], &plain),
        ),
        row(
            "POST",
            "/api/v1/scan-intents/{id}/stop",
            of.on(place, "/stop", &[of.scan(Verb::Remove)], &|c| c.json(json!({ "reason": "harm" })).ends()),
        ),
        row(
            "POST",
            "/api/v1/scan-intents/{id}/decision",
            of.on(place, "/decision", &[of.scan(Verb::Review)], &|c| {
                c.json(json!({ "approve": true })).ends()
            }),
        ),
        row(
            "POST",
            "/api/v1/scan-intents/{id}/messages",
            of.on(place, "/messages", &[of.write()], &|c| c.json(words.clone()).done(&[422])),
        ),
        row("GET", "/api/v1/scan-ranges", vec![known("/scan-ranges", &[Need::OwnRange(Verb::Read, None)])]),
        row(
            "POST",
            "/api/v1/scan-ranges",
            vec![known("/scan-ranges", &of.claims()).json(json!({ "range": "" })).done(&[422])],
        ),
        row(
            "PATCH",
            "/api/v1/scan-ranges/{id}",
            of.range("/scan-ranges", Verb::Review, &json_(json!({ "verified": true }))),
        ),
        row("DELETE", "/api/v1/scan-ranges/{id}", of.range("/scan-ranges", Verb::Remove, &Case::ends)),
        row("GET", "/api/v1/scan-catalogue", vec![known("/scan-catalogue", &[Need::AtDesk(Verb::Read)])]),
        row(
            "POST",
            "/api/v1/scan-catalogue",
            vec![known("/scan-catalogue", &[of.lists()]).json(json!({ "things": ["x y"] })).done(&[422])],
        ),
        row(
            "DELETE",
            "/api/v1/scan-catalogue",
            vec![known("/scan-catalogue?thing=x", &[of.lists()]).done(&[422])],
        ),
    ]
}

pub(super) fn pages(world: &World) -> Vec<Row> {
    let of = Rows { world, known: |path, needs| super::pages::known(path, needs) };
    let known = |path: &str, needs: &[Need]| super::pages::known(path, needs);
    let place = "/scans";
    let form = |name: &'static str, value: &'static str, done: &'static [u16]| {
        move |c: Case| c.form(&[(name, value)]).done(done)
    };
    let plain = |c: Case| c;
    let desk = [("desk", world.desk.as_str())];
    let nowhere = uuid();
    vec![
        row("GET", "/scans", vec![known(place, &[Need::OwnScan(Verb::Read)])]),
        row("GET", "/scans/register", vec![known("/scans/register", &[])]),
        row(
            "POST",
            "/scans/register",
            vec![
                known("/scans/register", &[Need::Desk(Verb::Add, world.first().id)]).form(&desk).done(&[422]),
                known("/scans/register", &[Need::Gone]).form(&[("desk", &nowhere)]),
            ],
        ),
        row("GET", "/scans/{uuid}", of.on(place, "", &[of.scan(Verb::Read)], &plain)),
        row(
            "POST",
            "/scans/{uuid}/stop",
            of.on(place, "/stop", &[of.scan(Verb::Remove)], &form("reason", "x", &[422])),
        ),
        row(
            "POST",
            "/scans/{uuid}/decision",
            of.on(place, "/decision", &[of.scan(Verb::Review)], &form("approve", "x", &[422])),
        ),
        row(
            "POST",
            "/scans/{uuid}/message",
            of.on(place, "/message", &[of.scan(Verb::Read), of.write()], &form("words", "", &[422])),
        ),
        row(
            "POST",
            "/scans/{uuid}/withdraw",
            of.on(place, "/withdraw", &[of.scan(Verb::Add)], &|c| c.form(&[]).ends()),
        ),
        row("GET", "/scans/ranges", vec![known("/scans/ranges", &[Need::OwnRange(Verb::Read, None)])]),
        row(
            "POST",
            "/scans/ranges",
            vec![
                known("/scans/ranges", &of.claims())
                    .form(&[("desk", world.desk.as_str()), ("range", "")])
                    .done(&[422]),
            ],
        ),
        row(
            "POST",
            "/scans/ranges/{uuid}",
            of.range("/scans/ranges", Verb::Review, &form("state", "verified", &[303])),
        ),
        row(
            "POST",
            "/scans/catalogue",
            vec![known("/scans/catalogue", &[of.lists()]).form(&[("things", "x y")]).done(&[422])],
        ),
    ]
}
