//! What holds for every endpoint: who asks, errors, repeated requests, pages, the document.

use std::path::Path;

use bartizan_clearinghouse::token;
use bartizan_server::{Surroundings, System};
use bartizan_store::{Attempt, Earlier, NewCollection};
use serde_json::{Value, json};

use crate::harness::{Client, Node, on_postgres};

#[test]
fn nobody_gets_in_without_showing_who_they_are() {
    let node = Node::new();
    let nobody = node.nobody();
    let document = nobody.get("/openapi.json").is(200);
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for method in methods.as_object().expect("methods").keys() {
            // The document is anybody's, and so are figures of what anyone reads; a receipt is its holder's, whoever that is.
            if ["/openapi.json", "/receipts/{receipt}", "/advisories/metrics"].contains(&path.as_str()) {
                continue;
            }
            let path = path.replace(['{', '}'], "");
            let answer = nobody.send(&method.to_uppercase(), &path, &[], b"");
            let schemes: Vec<_> = answer.headers.iter().filter(|(n, _)| n == "www-authenticate").collect();
            assert_eq!(schemes.len(), 2, "{method} {path}: {answer:?}");
            answer.fails(401);
        }
    }
    let wrong = Client { token: Some("bzt_wrong".into()), ..node.nobody() };
    wrong.get("/me").fails(401);
    // A browser's cookie is nobody's here.
    nobody.send("GET", "/me", &[("Cookie", &format!("bartizan={}", "0".repeat(64)))], b"").fails(401);
    // ada:correct horse battery staple, ada:wrong
    let right = "Basic YWRhOmNvcnJlY3QgaG9yc2UgYmF0dGVyeSBzdGFwbGU=";
    assert_eq!(nobody.send("GET", "/me", &[("Authorization", right)], b"").is(200)["name"], "ada");
    nobody.send("GET", "/me", &[("Authorization", "Basic YWRhOndyb25n")], b"").fails(401);
}

#[test]
fn errors_are_problems_whatever_is_sent() {
    let node = Node::new();
    let root = node.client("root", "read,write,manage");
    for path in
        ["", "/", "/nothing", "/me/more", "/jobs/x", "/jobs/9999999999999999999", "/jobs/1", "/reports/x"]
    {
        root.get(path).fails(404);
    }
    for path in ["/people/%00", "/reports/%ff", "/collections/%00/objects", "/tokens/-1"] {
        root.get(path).fails(404);
    }
    for (method, path) in [("DELETE", "/me"), ("PUT", "/people"), ("POST", "/jobs/1"), ("TRACE", "/audit")] {
        let answer = root.send(method, path, &[], b"");
        assert!(answer.header("allow").is_some_and(|a| a.contains("GET")), "{answer:?}");
        answer.fails(405);
    }
    for path in [
        "/me?x=1",
        "/reports?kinds=x",
        "/people?limit=0",
        "/people?limit=501",
        "/people?limit=",
        "/audit?before=0",
    ] {
        root.get(path).fails(400);
    }
    for path in ["/people?next=x", "/people?next=1-000000000000", "/reports?q=%00", "/jobs?limit=1&limit=2"] {
        root.get(path).fails(400);
    }
    let json = ("Content-Type", "application/json");
    for path in ["/collections", "/organisations", "/people", "/tokens"] {
        root.send("POST", path, &[], b"{}").fails(415);
        root.send("POST", path, &[("Content-Type", "text/plain")], b"{}").fails(415);
        root.send("POST", path, &[json], b"{").fails(400);
        root.send("POST", path, &[json], b"\xff").fails(400);
        root.send("POST", path, &[json], b"[]").fails(422);
        root.send("POST", path, &[json], b"{\"odd\":1}").fails(422);
        root.send("POST", path, &[json], &vec![b' '; 70_000]).fails(413);
    }
    root.send(
        "PATCH",
        &format!("/people/{}", root.get("/me").is(200)["id"].as_str().expect("an id")),
        &[json],
        b"[null,true]",
    )
    .fails(422);
    for title in ["", "   ", "a\u{0}b", "a\nb", &"x".repeat(201)] {
        root.post("/collections", &json!({ "title": title, "marking": "TLP:RED" })).fails(422);
        root.post("/organisations", &json!({ "name": title })).fails(422);
    }
    for alias in ["", "a", "A b"] {
        root.post("/collections", &json!({ "title": "t", "marking": "TLP:RED", "alias": alias })).fails(422);
    }
}

fn once(node: &Node) {
    let root = node.client("root", "read,write,manage");
    let key = [("Idempotency-Key", "k-1")];
    for (path, body) in [
        ("/collections", json!({ "title": "Once", "marking": "TLP:GREEN" })),
        ("/organisations", json!({ "name": "Once" })),
        ("/submissions", json!({ "name": "a", "marking": "TLP:GREEN", "text": "x" })),
    ] {
        let key = [("Idempotency-Key", path)];
        let first = root.json("POST", path, &key, &body);
        let again = root.json("POST", path, &key, &body);
        assert_eq!((first.status, &first.body), (again.status, &again.body));
        assert_eq!(first.header("location"), again.header("location"));
        assert!(first.status < 300 && first.header("location").is_some(), "{first:?}");
        let mut other = body.clone();
        other["name"] = json!("other");
        root.json("POST", path, &key, &other).fails(422);
    }
    let collections = root.get("/collections").is(200)["items"].as_array().map(Vec::len);
    assert_eq!(collections, Some(1));
    // Secrets are told once.
    let own = root.get("/me").is(200)["organisation"]["id"].clone();
    for (path, body) in [
        ("/tokens", json!({ "label": "once", "scopes": ["read"] })),
        ("/people", json!({ "organisation": own, "name": "once", "roles": ["reader"] })),
    ] {
        let key = [("Idempotency-Key", path)];
        let first = root.json("POST", path, &key, &body).is(201);
        let again = root.json("POST", path, &key, &body).fails(409);
        let id = first["id"].as_str().map_or_else(|| first["id"].to_string(), str::to_owned);
        assert_eq!((&again["type"], &again["id"]), (&json!("/problems/made-already"), &json!(id)));
    }
    // A refused request leaves its key free; another person's key is another key.
    root.json("POST", "/organisations", &key, &json!({ "name": "" })).fails(422);
    root.json("POST", "/organisations", &key, &json!({ "name": "Free" })).is(201);
    let ben = node.client("ben", "read,manage");
    ben.json("POST", "/collections", &key, &json!({ "title": "Ben's", "marking": "TLP:RED" })).is(201);
    for key in ["", &"x".repeat(256)] {
        let body = json!({ "name": "Y" });
        root.json("POST", "/organisations", &[("Idempotency-Key", key)], &body).fails(400);
    }
}

#[test]
fn a_repeated_request_makes_nothing_twice() {
    once(&Node::new());
}

#[test]
fn a_repeated_request_makes_nothing_twice_on_postgresql() {
    on_postgres(once);
}

/// A node that dies between the work and its answer: who comes next goes on under the same identifier.
#[test]
fn an_attempt_that_was_given_up_is_taken_up_again() {
    let node = Node::new();
    let root = node.client("root", "read,write,manage");
    let person = node.store.directory().names["root"];
    let now = System.now();
    let attempt = |fingerprint, thing, now| {
        let attempt = Attempt { person, key: "k", fingerprint, thing, now };
        node.runtime.block_on(node.store.attempt(&attempt)).expect("asked")
    };
    assert_eq!(attempt("f", "first", now), Earlier::Go("first".into()));
    assert_eq!(attempt("f", "second", now + 1), Earlier::Busy);
    assert_eq!(attempt("g", "second", now + 1), Earlier::Other);
    assert_eq!(attempt("f", "second", now + 61_000_000), Earlier::Go("first".into()));
    assert_eq!(attempt("f", "second", now + 61_000_001), Earlier::Busy);
    // A clock that jumped back: the attempt of the future is not waited for.
    assert_eq!(attempt("f", "second", now - 1), Earlier::Go("first".into()));
    // After a day nothing is known of it.
    assert_eq!(attempt("g", "third", now + 25 * 3_600_000_000), Earlier::Go("third".into()));
    // The collection is there, its answer never went out: the same one is answered, and no second is made.
    let body = json!({ "title": "Half", "marking": "TLP:GREEN" });
    let path = "/collections";
    let text = format!("POST /api/v1{path} {}", token::digest(&body.to_string()));
    let uuid = crate::harness::uuid();
    let half = Attempt {
        person,
        key: "half",
        fingerprint: &token::digest(&text),
        thing: &uuid,
        now: now - 61_000_000,
    };
    assert_eq!(node.runtime.block_on(node.store.attempt(&half)).expect("asked"), Earlier::Go(uuid.clone()));
    let owner = node.store.directory().people[&person].member.organisation;
    let made = NewCollection {
        uuid: &uuid,
        alias: None,
        owner,
        title: "Half",
        description: "",
        marking: bartizan_stix::Tlp::Green,
        public: false,
    };
    node.runtime.block_on(node.store.add_collection(&crate::harness::by(), &made)).expect("made");
    assert_eq!(root.json("POST", path, &[("Idempotency-Key", "half")], &body).is(201)["id"], uuid);
    assert_eq!(root.get(path).is(200)["items"].as_array().map(Vec::len), Some(1));
}

#[test]
fn many_at_once_with_one_key_make_one() {
    let node = Node::new();
    let root = node.client("root", "read,write,manage");
    let body = json!({ "title": "One", "marking": "TLP:GREEN" });
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let send = || root.json("POST", "/collections", &[("Idempotency-Key", "many")], &body).status;
        let all: Vec<_> = (0..8).map(|_| scope.spawn(send)).collect();
        all.into_iter().map(|t| t.join().expect("an answer")).collect()
    });
    assert!(statuses.contains(&201) && statuses.iter().all(|s| matches!(s, 201 | 409)), "{statuses:?}");
    assert_eq!(root.get("/collections").is(200)["items"].as_array().map(Vec::len), Some(1));
}

#[test]
fn pages_follow_each_other_while_more_comes() {
    let node = Node::new();
    let root = node.client("root", "read,manage");
    let add = |n: usize| root.post("/organisations", &json!({ "name": format!("o{n}") })).is(201);
    (0..5).for_each(|n| drop(add(n)));
    let (mut seen, mut next) = (Vec::new(), String::new());
    for n in 5.. {
        let page = root.get(&format!("/organisations?limit=2{next}")).is(200);
        seen.extend(page["items"].as_array().expect("items").iter().map(|o| o["name"].clone()));
        match page["next"].as_str() {
            Some(more) => next = format!("&next={more}"),
            None => break,
        }
        if n < 7 {
            add(n);
        }
    }
    let expected: Vec<Value> = ["First", "Second"]
        .map(str::to_owned)
        .into_iter()
        .chain((0..7).map(|n| format!("o{n}")))
        .map(Value::from)
        .collect();
    assert_eq!(seen, expected);
    let next = root.get("/organisations?limit=1").is(200)["next"].as_str().expect("more").to_owned();
    root.get(&format!("/people?next={next}")).fails(400);
}

/// `BARTIZAN_RENEW=1` writes it anew.
#[test]
fn the_document_is_the_one_that_is_kept() {
    let node = Node::new();
    let answer = node.nobody().get("/openapi.json");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.json()["openapi"], "3.1.0");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let made = answer.body + "\n";
    if std::env::var_os("BARTIZAN_RENEW").is_some() {
        std::fs::write(&path, &made).expect("written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "docs/openapi.json is not what the endpoints say; BARTIZAN_RENEW=1 cargo test -p bartizan-server --test it renews it"
    );
}
