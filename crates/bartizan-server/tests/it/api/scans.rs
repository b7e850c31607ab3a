//! Scans by the API, on both engines: registered, answered blind, authorised by owners, kept, stopped.

use std::collections::BTreeSet;

use bartizan_clearinghouse::access::{OrganisationId, PersonId, Role, Roles};
use bartizan_clearinghouse::scan::{Held, Intent, Rules, Wire};
use bartizan_clearinghouse::time;
use bartizan_store::{Action, NewScan};
use serde_json::{Value, json};

use crate::harness::{Client, Node, by, on_postgres, person, uuid};

const HOUR: i64 = 3_600_000_000;

struct Scene<'a> {
    node: &'a Node,
    desk: OrganisationId,
    third: (OrganisationId, PersonId),
}

/// First coordinates (`root`), Second (`ben`) and Third (`cat`) scan, Fourth (`own`) runs what is alive, Fifth is there.
fn scene(node: &Node) -> Scene<'_> {
    let run = |name: &str| {
        node.runtime.block_on(node.store.add_organisation(&by(), &uuid(), name, None)).expect(name)
    };
    let (third, fourth) = (run("Third Party"), run("Fourth"));
    run("Fifth");
    let someone = |organisation, name: &str, roles: &[Role]| {
        node.runtime.block_on(person(&node.store, &by(), organisation, name, Roles::of(roles)))
    };
    let cat = someone(third, "cat", &[Role::Analyst]);
    someone(fourth, "own", &[Role::Reviewer, Role::Coordinator]);
    someone(fourth, "eye", &[Role::Reader]);
    let desk = node.store.directory().people[&node.store.directory().names["root"]].member.organisation;
    node.runtime.block_on(node.store.open_desk(&by(), desk, &uuid(), "First's desk", "")).expect("a desk");
    node.runtime.block_on(node.store.fresh()).expect("fresh");
    Scene { node, desk, third: (third, cat) }
}

fn now() -> i64 {
    by().now
}

fn body(scope: &Value) -> Value {
    json!({
        "scope": scope, "method": "model", "until": time::text(now() + 30 * HOUR), "contact": "scans@second.example",
        "tooling": "a model of ours",
    })
}

impl Scene<'_> {
    /// Third has been at a package for two hours.
    fn third_is_at(&self, name: &str) -> String {
        let began = now() - 2 * HOUR;
        let wire = Wire {
            scope: vec![bartizan_clearinghouse::scan::Entry {
                purl: Some(name.into()),
                ..Default::default()
            }],
            method: "fuzzing".into(),
            until: time::text(now() + 30 * HOUR),
            contact: "hidden@third.example".into(),
            ..Wire::default()
        };
        let intent = Intent::of(&wire, began, &Rules::default()).expect("an intent");
        let held = Held::new(intent.window(), false, &Rules::default(), began);
        let id = uuid();
        let new = NewScan {
            uuid: &id,
            desk: self.desk,
            scanner: self.third.0,
            person: self.third.1,
            body: &intent.to_json(),
            title: &intent.title(),
            cells: &intent.cells(),
            owners: &BTreeSet::new(),
            held: Held { lease: now() + HOUR, ..held },
        };
        let action = Action { actor: "cat", now: began };
        assert!(
            self.node.runtime.block_on(self.node.store.add_scan(&action, &new, 1_000)).expect("registered")
        );
        id
    }

    /// The catalogue is as it is since long: what began before a name was in it would not be told.
    fn long_since(&self) {
        self.node.runtime.block_on(self.node.store.forge_for_test("UPDATE scan_unit SET placed = 0"));
    }

    /// Members of the catalogue in the block of one, and in the others.
    fn blocks(&self, of: &str) -> (Vec<String>, Vec<String>) {
        let cells: BTreeSet<String> = (0..6).map(|n| format!("pkg:npm/p{n}")).collect();
        let places =
            self.node.runtime.block_on(self.node.store.scan_places(self.desk, &cells)).expect("places");
        assert_eq!(places.len(), 6, "{places:?}");
        let same = |cell: &String| places[cell].block == places[of].block;
        cells.into_iter().partition(same)
    }
}

fn parts(client: &Client, id: &str) -> Vec<Value> {
    client.get(&format!("/scan-intents/{id}")).is(200)["parts"].as_array().expect("parts").clone()
}

fn id(of: &Value) -> String {
    of["id"].as_str().expect("a name").to_owned()
}

fn blind(node: &Node) {
    let scene = scene(node);
    let (root, ben) = (node.client("root", "read,write,manage"), node.client("ben", "read,write"));
    let things: Vec<String> = (0..7).map(|n| format!("pkg:npm/p{n}")).collect();
    ben.post("/scan-catalogue", &json!({ "things": things })).fails(404);
    let counted = root.post("/scan-catalogue", &json!({ "things": things[..6] })).is(200);
    assert_eq!(counted, json!({ "placed": 6, "waiting": 0, "k": 3 }));
    let counted = root.post("/scan-catalogue", &json!({ "things": things })).is(200);
    assert_eq!(counted, json!({ "placed": 6, "waiting": 1, "k": 3 }), "one more waits for two others");
    scene.long_since();
    let scope =
        json!([{ "purl": "pkg:npm/p0@1.0.0" }, { "purl": "pkg:npm/p6" }, { "purl": "pkg:npm/unlisted" }]);
    let key = [("idempotency-key", "of-the-test")];
    let made = ben.json("POST", "/scan-intents", &key, &body(&scope)).is(201);
    assert_eq!(
        ben.json("POST", "/scan-intents", &key, &body(&scope)).fails(422)["status"],
        422,
        "another body"
    );
    let intent = id(&made);
    assert_eq!((&made["state"], &made["live"]), (&json!("active"), &json!(false)));
    let seen = |parts: &[Value]| parts.iter().map(|p| p["seen"].clone()).collect::<Vec<_>>();
    assert_eq!(seen(&parts(&ben, &intent)), ["clear", "mediated"]);
    // Whatever is not in its blocks, below k or outside, shows nowhere.
    let (mates, others) = scene.blocks("pkg:npm/p0");
    let look = || {
        ["/scan-intents", &format!("/scan-intents/{intent}"), "/scan-intents?box=desk", "/scan-ranges"]
            .map(|path| ben.get(path).body)
    };
    let before = look();
    scene.third_is_at(&others[0]);
    scene.third_is_at("pkg:npm/p6");
    scene.third_is_at("pkg:npm/unlisted");
    assert_eq!(look(), before);
    // What is in its block is told by the block: the same, whichever of its members it is.
    let at = scene.third_is_at(mates.iter().find(|mate| *mate != "pkg:npm/p0").expect("a mate"));
    let told = parts(&ben, &intent);
    assert_eq!(seen(&told), ["now", "mediated"]);
    assert_eq!(told[0]["choices"], json!(["wait", "split", "go-on"]));
    assert_eq!(told[0]["scope"], json!(["pkg:npm/p0 vers:npm/1.0.0"]));
    let until = told[0]["until"].as_str().expect("a day");
    assert!(until.ends_with("T00:00:00.000000Z"), "{until}");
    let once = look();
    let exact = scene.third_is_at("pkg:npm/p0");
    assert_eq!(look(), once, "the very one is told as its neighbour was");
    for text in &once {
        for word in ["Third", "hidden@", "fuzzing", at.as_str(), exact.as_str()] {
            assert!(!text.contains(word), "{word} in {text}");
        }
    }
    ben.get(&format!("/scan-intents/{exact}")).fails(404);
    ben.post(&format!("/scan-intents/{exact}/heartbeat"), &json!({})).fails(404);
    // The coordinator sees what overlaps, and writes.
    let whole = root.get(&format!("/scan-intents/{intent}")).is(200);
    let overlaps = whole["overlaps"].as_array().expect("overlaps");
    assert!(
        overlaps.iter().any(|o| o["id"] == json!(exact) && o["scanner"]["name"] == "Third Party"),
        "{whole}"
    );
    assert_eq!(whole["parts"], json!([]), "the answer is the scanner's");
    let place = format!("/scan-intents/{intent}/messages");
    ben.post(&place, &json!({ "choice": "split", "part": told[0]["handle"] })).is(204);
    root.post(&place, &json!({ "words": "Take versions from 2.0 on." })).is(204);
    ben.post(&place, &json!({ "part": "p-else" })).fails(422);
    let events = ben.get(&format!("/scan-intents/{intent}")).is(200)["events"].clone();
    let told: Vec<_> =
        events.as_array().expect("events").iter().map(|e| (e["by"].clone(), e["kind"].clone())).collect();
    let expected = [("the scanner", "registered"), ("the scanner", "choice"), ("the coordinator", "message")];
    assert_eq!(told, expected.map(|(by, kind)| (json!(by), json!(kind))));
    // Done: taken back, and not kept any more.
    ben.json("DELETE", &format!("/scan-intents/{intent}"), &[], &json!({})).is(204);
    let beat = ben.post(&format!("/scan-intents/{intent}/heartbeat"), &json!({})).is(200);
    assert_eq!(
        (&beat["state"], &beat["stop"], &beat["parts"]),
        (&json!("withdrawn"), &json!(true), &json!([]))
    );
    limits(&ben);
}

/// A project is one in the catalogue, by whatever names; it is taken out by any of them, and that is logged.
fn projects(node: &Node) {
    let scene = scene(node);
    let (root, ben) = (node.client("root", "read,write,manage"), node.client("ben", "read,write,manage"));
    let cpe = "cpe:2.3:a:p0:p0:*:*:*:*:*:*:*:*";
    let lines =
        ["pkg:npm/p0 https://git.example/p0.git", "pkg:npm/p1", "pkg:npm/p2", &format!("{cpe} pkg:npm/p0")];
    let counted = root.post("/scan-catalogue", &json!({ "things": lines })).is(200);
    assert_eq!(counted, json!({ "placed": 3, "waiting": 0, "k": 3 }), "three projects, five names");
    let clash = root.post("/scan-catalogue", &json!({ "things": ["pkg:npm/p1 pkg:npm/p2"] })).fails(409);
    assert!(
        clash["detail"].as_str().is_some_and(|text| text.contains("pkg:npm/p1 and pkg:npm/p2")),
        "{clash}"
    );
    root.post("/scan-catalogue", &json!({ "things": ["pkg:npm/p1 what"] })).fails(422);
    let scope = json!([{ "purl": "pkg:npm/p0" }, { "repository": "https://git.example/p0" }, { "cpe": cpe }]);
    let made = ben.post("/scan-intents", &body(&scope)).is(201);
    let intent = id(&made);
    let told = || -> Vec<(Value, usize)> {
        let count = |p: &Value| p["scope"].as_array().map_or(0, Vec::len);
        parts(&ben, &intent).iter().map(|p| (p["seen"].clone(), count(p))).collect()
    };
    assert_eq!(told(), [(json!("clear"), 3)], "all names are one part");
    scene.third_is_at("pkg:npm/p2");
    assert_eq!(told(), [(json!("clear"), 3)], "it began before the catalogue was made");
    scene.long_since();
    assert_eq!(told(), [(json!("now"), 3)]);
    let delete = |client: &Client, tail: &str| {
        client.json("DELETE", &format!("/scan-catalogue{tail}"), &[], &json!({}))
    };
    delete(&ben, "?thing=pkg:npm/p0").fails(404);
    delete(&node.client("root", "read,write"), "?thing=pkg:npm/p0").fails(403);
    delete(&root, "").fails(422);
    delete(&root, "?thing=pkg:npm/p9").fails(404);
    delete(&root, "?thing=pkg:npm/p0%20pkg:npm/p1").fails(422);
    delete(&root, "?thing=https://git.example/p0").is(204);
    delete(&root, "?thing=pkg:npm/p0").fails(404);
    assert_eq!(told(), [(json!("mediated"), 3)]);
    assert_eq!(root.get("/scan-catalogue").is(200), json!({ "placed": 2, "waiting": 0, "k": 3 }));
    let log = root.get("/audit").is(200).to_string();
    assert!(log.contains("scan.catalogue.remove"), "{log}");
}

/// What is wrong is told by codes; a day has so many intents.
fn limits(ben: &Client) {
    let wrong = json!({ "scope": [{ "purl": "x" }], "method": "magic", "until": "soon", "contact": "" });
    let problem = ben.post("/scan-intents", &wrong).fails(400);
    let codes: Vec<_> =
        problem["errors"].as_array().expect("errors").iter().map(|e| e["code"].clone()).collect();
    assert_eq!(codes, ["scan.window", "scan.target", "scan.method", "scan.contact"]);
    ben.post("/scan-intents", &json!({ "admin": true })).fails(400);
    let scope = json!([{ "repository": "https://git.example/a" }]);
    let mut left = 0;
    while ben.post("/scan-intents", &body(&scope)).status == 201 {
        left += 1;
    }
    assert_eq!(left, 23, "24 a day");
    assert_eq!(ben.post("/scan-intents", &body(&scope)).fails(429)["type"], "/problems/too-many");
}

fn alive(node: &Node) {
    scene(node);
    let (root, ben) = (node.client("root", "read,write,manage"), node.client("ben", "read,write"));
    let (own, eye, cat) = (
        node.client("own", "read,write"),
        node.client("eye", "read,write"),
        node.client("cat", "read,write"),
    );
    let range = json!({ "range": "192.0.2.77/24", "note": "AS64500" });
    eye.post("/scan-ranges", &range).fails(403);
    let range = own.post("/scan-ranges", &range).is(201);
    assert_eq!((&range["range"], &range["state"]), (&json!("192.0.2.0/24"), &json!("claimed")));
    let mut wanted = body(&json!([{ "network": "192.0.2.64/26" }]));
    ben.post("/scan-intents", &wanted).fails(400);
    wanted["sources"] = json!(["203.0.113.9"]);
    wanted["method"] = json!("network-scan");
    let made = ben.post("/scan-intents", &wanted).is(201);
    let path = format!("/scan-intents/{}", id(&made));
    assert_eq!((&made["state"], &made["parts"]), (&json!("awaiting-owner"), &json!([])));
    // Claiming is no owning: the owner knows of it when the coordinator has made sure.
    own.get(&path).fails(404);
    let place = format!("/scan-ranges/{}", id(&range));
    own.json("PATCH", &place, &[], &json!({ "verified": true })).fails(403);
    ben.json("PATCH", &place, &[], &json!({ "verified": true })).fails(404);
    let before = ben.get(&path).body;
    assert_eq!(root.json("PATCH", &place, &[], &json!({ "verified": true })).is(200)["state"], "verified");
    assert_eq!(ben.get(&path).body, before, "whose it is shows to nobody who scans");
    assert_eq!(own.get(&path).is(200)["intent"]["scope"], json!([{ "network": "192.0.2.64/26" }]));
    assert_eq!(own.get("/scan-intents?box=owned").is(200)["items"].as_array().map(Vec::len), Some(1));
    let beat = |client: &Client| client.post(&format!("{path}/heartbeat"), &json!({}));
    let waits = beat(&ben).is(200);
    assert_eq!((&waits["go"], &waits["stop"]), (&json!(false), &json!(false)), "nothing begins unauthorised");
    beat(&own).fails(403);
    let decide = json!({ "approve": true, "words": "At night, please." });
    ben.post(&format!("{path}/decision"), &decide).fails(403);
    eye.post(&format!("{path}/decision"), &decide).fails(403);
    cat.post(&format!("{path}/decision"), &decide).fails(404);
    assert_eq!(own.post(&format!("{path}/decision"), &decide).is(200)["state"], "active");
    own.post(&format!("{path}/decision"), &decide).fails(422);
    assert_eq!(beat(&ben).is(200)["go"], true);
    // The button reaches who waits at once, and every heartbeat after.
    cat.post(&format!("{path}/stop"), &json!({ "reason": "harm" })).fails(404);
    eye.post(&format!("{path}/stop"), &json!({ "reason": "harm" })).fails(403);
    let (address, token) = (ben.address, ben.token.clone());
    let (long, waits) = (format!("{path}/stop?wait=30"), std::time::Instant::now());
    let waiter = std::thread::spawn(move || Client { address, token }.get(&long).is(200));
    std::thread::sleep(std::time::Duration::from_millis(700));
    own.post(&format!("{path}/stop"), &json!({ "reason": "harm", "words": "The gateway is down." })).is(200);
    let told = waiter.join().expect("an answer");
    assert!(waits.elapsed() < std::time::Duration::from_secs(10), "{:?}", waits.elapsed());
    assert_eq!((&told["stop"], &told["reason"]), (&json!(true), &json!("harm")));
    let beat = beat(&ben).is(200);
    assert_eq!(
        (&beat["stop"], &beat["go"], &beat["state"]),
        (&json!(true), &json!(false), &json!("stopped"))
    );
    assert!(own.get(&path).is(200)["told"].is_string(), "the owner sees that it has arrived");
    own.post(&format!("{path}/stop"), &json!({ "reason": "harm" })).fails(422);
    let log = root.get("/audit").is(200).to_string();
    for what in ["scan.register", "scan.approved", "scan.stop", "scan.told", "scan.range.decide"] {
        assert!(log.contains(what), "{what}");
    }
    // What its owner has taken back, nobody verifies or refuses; taking it back again changes nothing.
    let spare = own.post("/scan-ranges", &json!({ "range": "www.spare.example" })).is(201);
    let spare = format!("/scan-ranges/{}", id(&spare));
    assert_eq!(root.json("PATCH", &spare, &[], &json!({ "verified": false })).is(200)["state"], "refused");
    assert_eq!(root.json("PATCH", &spare, &[], &json!({ "verified": false })).is(200)["state"], "refused");
    own.json("DELETE", &spare, &[], &json!({})).is(204);
    own.json("DELETE", &spare, &[], &json!({})).is(204);
    for verified in [true, false] {
        root.json("PATCH", &spare, &[], &json!({ "verified": verified })).fails(409);
    }
    // Refused by one owner: over. Waiting for one who never answers: it does not begin.
    let made = ben.post("/scan-intents", &wanted).is(201);
    let path = format!("/scan-intents/{}", id(&made));
    assert_eq!(
        own.post(&format!("{path}/decision"), &json!({ "approve": false })).is(200)["state"],
        "refused"
    );
    wanted["scope"] = json!([{ "network": "192.0.2.64/26" }, { "host": "www.fourth.example" }]);
    let made = ben.post("/scan-intents", &wanted).is(201);
    let path = format!("/scan-intents/{}", id(&made));
    let half = own.post(&format!("{path}/decision"), &json!({ "approve": true })).is(200);
    assert_eq!(half["state"], "awaiting-owner", "nobody has authorised the host");
    assert_eq!(own.get(&path).is(200)["intent"]["scope"], json!([{ "network": "192.0.2.64/26" }]));
}

fn lapses(node: &Node) {
    let scene = scene(node);
    let cat = node.client("cat", "read,write");
    let intent = scene.third_is_at("pkg:npm/p0");
    let later = Action { actor: "system", now: now() + 2 * HOUR };
    assert_eq!(node.runtime.block_on(node.store.lapse_scans(&later)).expect("lapsed"), 1);
    let beat = cat.post(&format!("/scan-intents/{intent}/heartbeat"), &json!({})).is(200);
    assert_eq!((&beat["state"], &beat["stop"]), (&json!("lapsed"), &json!(true)), "it does not come back");
    assert_eq!(node.runtime.block_on(node.store.lapse_scans(&later)).expect("lapsed"), 0);
}

#[test]
fn overlap_is_answered_blind_on_sqlite() {
    blind(&Node::new());
}

#[test]
fn overlap_is_answered_blind_on_postgres() {
    on_postgres(blind);
}

#[test]
fn a_project_is_one_by_all_its_names_on_sqlite() {
    projects(&Node::new());
}

#[test]
fn a_project_is_one_by_all_its_names_on_postgres() {
    on_postgres(projects);
}

#[test]
fn what_is_alive_is_authorised_and_stopped_on_sqlite() {
    alive(&Node::new());
}

#[test]
fn what_is_alive_is_authorised_and_stopped_on_postgres() {
    on_postgres(alive);
}

#[test]
fn what_nobody_keeps_lapses_on_sqlite() {
    lapses(&Node::new());
}

#[test]
fn what_nobody_keeps_lapses_on_postgres() {
    on_postgres(lapses);
}
