//! Sources and peers by the API: whose they are, what is told of them; names of jobs and tokens that tell nothing.

use serde_json::{Value, json};

use crate::harness::{Node, on_postgres};

fn is_uuid(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.len() == 36 && text.split('-').map(str::len).eq([8, 4, 4, 4, 12]))
}

#[test]
fn jobs_and_tokens_are_called_by_names_that_tell_nothing() {
    let node = Node::new();
    let ada = node.client("ada", "read,write,manage");
    let new = |n: u32| json!({ "name": "a", "marking": "TLP:AMBER", "text": format!("T1059 {n}") });
    let jobs: Vec<Value> = (0..3).map(|n| ada.post("/submissions", &new(n)).is(202)).collect();
    let token = ada.post("/tokens", &json!({ "label": "ci", "scopes": ["read"] })).is(201);
    assert!(jobs.iter().all(|job| is_uuid(&job["id"])) && is_uuid(&token["id"]), "{jobs:?}");
    // Numbers are no addresses, and no page of a list tells one.
    for path in ["/jobs/1", "/jobs/2", "/tokens/1", "/tokens/2"] {
        ada.get(path).fails(404);
        ada.send("DELETE", path, &[], b"").fails(404);
    }
    ada.send("POST", "/jobs/1/retry", &[], b"").fails(404);
    let page = ada.get("/jobs?limit=2").is(200);
    let next = page["next"].as_str().expect("more");
    assert!(next.starts_with(page["items"][1]["id"].as_str().expect("a name")), "{next}");
    let rest = ada.get(&format!("/jobs?limit=2&next={next}")).is(200);
    assert_eq!((&rest["items"][0]["id"], &rest["next"]), (&jobs[0]["id"], &Value::Null));
    ada.get(&format!("/jobs?limit=2&state=queued&next={next}")).fails(400);
    ada.get("/jobs?next=1-000000000000").fails(400);
    let tokens = ada.get("/tokens?limit=1").is(200);
    let next = tokens["next"].as_str().expect("more");
    assert_eq!(ada.get(&format!("/tokens?limit=1&next={next}")).is(200)["items"][0]["id"], token["id"]);
}

#[test]
fn an_address_is_answered_at_once_and_what_failed_is_tried_again() {
    let node = Node::new();
    let ada = node.client("ada", "read,write");
    let new = json!({ "name": "a", "marking": "TLP:AMBER", "url": "https://report.example/" });
    let job = ada.post("/submissions", &new).is(202);
    assert_eq!((&job["kind"], &job["state"]), (&json!("fetch"), &json!("queued")));
    for url in ["http://127.0.0.1/", "http://[::1]/", "ftp://x.example/", "https://a:b@x.example/", "x"] {
        ada.post("/submissions", &json!({ "name": "a", "marking": "TLP:AMBER", "url": url })).fails(422);
    }
    let both = json!({ "name": "a", "marking": "TLP:AMBER", "url": "https://x.example/", "text": "x" });
    ada.post("/submissions", &both).fails(422);
    let path = format!("/jobs/{}", job["id"].as_str().expect("a name"));
    let retry = format!("{path}/retry");
    ada.send("POST", &retry, &[], b"").fails(409);
    ada.send("DELETE", &path, &[], b"").is(200);
    node.client("ada", "read").send("POST", &retry, &[], b"").fails(403);
    node.client("red", "read,write").send("POST", &retry, &[], b"").fails(403);
    node.client("ben", "read,write").send("POST", &retry, &[], b"").fails(404);
    assert_eq!(ada.send("POST", &retry, &[], b"").is(200)["state"], "queued");
}

fn story(node: &Node) {
    let (root, ada, ben) = (
        node.client("root", "read,write,manage"),
        node.client("ada", "read,write,manage"),
        node.client("ben", "read,write,manage"),
    );
    root.post("/collections", &json!({ "title": "Shared", "alias": "shared", "marking": "TLP:GREEN" }))
        .is(201);
    let new = json!({
        "title": "Partner", "kind": "taxii", "address": "https://taxii.example/taxii2/?key=s3cret",
        "remote_collection": "x", "collection": "shared", "marking": "TLP:AMBER", "user": "us", "password": "hunter2",
    });
    ada.post("/sources", &new).fails(403);
    node.client("root", "read,write").post("/sources", &new).fails(403);
    let answer = root.post("/sources", &new);
    let place = answer.header("location").expect("a place").trim_start_matches("/api/v1").to_owned();
    let source = answer.is(201);
    assert_eq!(source["address"], "https://taxii.example/taxii2/?…");
    assert_eq!(
        (&source["credentials"], &source["minutes"], &source["last"]),
        (&json!(true), &json!(60), &Value::Null)
    );
    assert!(!source.to_string().contains("hunter2") && !source.to_string().contains("s3cret"));
    // The own organisation's readers see it; nobody else knows of it.
    assert_eq!(ada.get("/sources").is(200)["items"], json!([source]));
    assert_eq!(ben.get("/sources").is(200)["items"], json!([]));
    for (method, path) in [("GET", ""), ("DELETE", ""), ("GET", "/pulls"), ("POST", "/pulls")] {
        ben.send(method, &format!("{place}{path}"), &[], b"").fails(404);
        root.send(
            method,
            &format!("{}{}", place.replace("sources", "peers"), path.replace("pulls", "pushes")),
            &[],
            b"",
        )
        .fails(404);
    }
    ada.send("POST", &format!("{place}/pulls"), &[], b"").fails(403);
    assert_eq!(root.json("PATCH", &place, &[], &json!({ "paused": true })).is(200)["paused"], true);
    let change = json!({ "title": "Renamed", "minutes": 45, "marking": "TLP:RED", "token": "n3w" });
    let changed = root.json("PATCH", &place, &[], &change).is(200);
    assert_eq!((&changed["title"], &changed["minutes"]), (&json!("Renamed"), &json!(45)));
    assert_eq!((&changed["marking"], &changed["credentials"]), (&json!("TLP:RED"), &json!(true)));
    assert_eq!(changed["paused"], true, "what is left out stays");
    assert!(!changed.to_string().contains("n3w"));
    let forgotten = root.json("PATCH", &place, &[], &json!({ "forget_credentials": true })).is(200);
    assert_eq!(forgotten["credentials"], false);
    for wrong in [
        json!({ "minutes": 1 }),
        json!({ "title": "" }),
        json!({ "user": "ada" }),
        json!({ "token": "x", "forget_credentials": true }),
        json!({ "address": "https://other.example/" }),
    ] {
        root.json("PATCH", &place, &[], &wrong).fails(422);
    }
    ada.json("PATCH", &place, &[], &json!({ "minutes": 60 })).fails(403);
    ben.json("PATCH", &place, &[], &json!({ "minutes": 60 })).fails(404);
    let begun = root.send("POST", &format!("{place}/pulls"), &[], b"").is(202);
    assert_eq!(begun["last"]["state"], "queued");
    root.send("POST", &format!("{place}/pulls"), &[], b"").fails(409);
    assert_eq!(ada.get(&format!("{place}/pulls")).is(200)["items"][0]["number"], 1);
    // The pull itself is nobody's job.
    assert_eq!(root.get("/jobs").is(200)["items"], json!([]));
    for change in [
        json!({ "kind": "push" }),
        json!({ "address": "http://10.0.0.1/" }),
        json!({ "collection": "nowhere" }),
        json!({ "minutes": 1 }),
        json!({ "password": "" }),
        json!({ "odd": 1 }),
    ] {
        let mut wrong = new.clone();
        wrong.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
        root.post("/sources", &wrong).fails(422);
    }
    let peer = json!({
        "title": "Second", "address": "https://taxii.example/", "remote_collection": "x", "collection": "shared",
        "organisation": "Second", "token": "abc",
    });
    root.post("/peers", &peer).fails(422);
    let ids = root.get("/organisations").is(200);
    let second =
        ids["items"].as_array().expect("a list").iter().find(|o| o["name"] == "Second").expect("Second");
    let grant = format!("/collections/shared/grants/{}", second["id"].as_str().expect("a name"));
    root.json("PUT", &grant, &[], &json!({ "read": true, "write": false })).is(200);
    // A reader of the collection does not push it on; the collection's owner does.
    ben.post("/peers", &json!({ "organisation": "First", "title": "x", "address": "https://x.example/", "remote_collection": "x", "collection": "shared" })).fails(403);
    let made = root.post("/peers", &peer).is(201);
    assert_eq!((&made["kind"], &made["organisation"]["name"]), (&json!("push"), &json!("Second")));
    assert_eq!(root.get("/sources").is(200)["items"].as_array().map(Vec::len), Some(1));
    root.send("DELETE", &place, &[], b"").is(204);
    root.get(&place).fails(404);
    let log = root.get("/audit?limit=100").is(200).to_string();
    assert!(log.contains("channel.create") && log.contains("channel.remove") && !log.contains("hunter2"));
}

#[test]
fn sources_are_run_by_coordinators_of_their_organisation() {
    story(&Node::new());
}

#[test]
fn sources_are_run_by_coordinators_of_their_organisation_on_postgresql() {
    on_postgres(story);
}
