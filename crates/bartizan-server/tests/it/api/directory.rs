//! Who is there: me, organisations, people, tokens, collections, grants, audit.

use serde_json::{Value, json};

use crate::harness::{Node, on_postgres};

/// The whole story of a node's administration, which both engines tell alike.
fn story(node: &Node) {
    let root = node.client("root", "read,write,manage");
    let me = root.get("/me").is(200);
    assert_eq!(me["name"], "root");
    assert_eq!(me["scopes"], json!(["read", "write", "manage"]));

    let third = root.post("/organisations", &json!({ "name": "Third" })).is(201);
    let place = format!("/organisations/{}", third["id"].as_str().expect("an id"));
    assert_eq!(root.get(&place).is(200), third);
    root.post("/organisations", &json!({ "name": "Third" })).fails(409);
    let client = json!({ "name": "Client", "client_of": third["id"] });
    assert_eq!(root.post("/organisations", &client).is(201)["client_of"], third["id"]);

    let new = json!({ "organisation": third["id"], "name": "Eve", "roles": ["reader"] });
    let eve = root.post("/people", &new).is(201);
    assert_eq!((&eve["name"], &eve["shown"]), (&json!("eve"), &json!("Eve")));
    assert_eq!(eve["password"].as_str().map(str::len), Some(24));
    let place = format!("/people/{}", eve["id"].as_str().expect("an id"));
    let found = root.get(&place);
    let tag = found.header("etag").expect("a tag").to_owned();
    let mut person = eve.clone();
    person.as_object_mut().expect("an object").remove("password");
    assert_eq!(found.is(200), person);
    let change = json!({ "roles": ["reader", "analyst"], "closed": true });
    let changed = root.json("PATCH", &place, &[("If-Match", &tag)], &change).is(200);
    assert_eq!((&changed["roles"], &changed["closed"]), (&json!(["reader", "analyst"]), &json!(true)));
    root.json("PATCH", &place, &[("If-Match", &tag)], &change).fails(412);
    assert_eq!(root.json("PATCH", &place, &[], &json!({ "closed": false })).is(200)["closed"], false);

    let new = json!({ "title": "Shared", "marking": "TLP:GREEN", "alias": "shared", "description": "a\nb" });
    let collection = root.post("/collections", &new).is(201);
    assert_eq!(root.get("/collections/shared").is(200), collection);
    let id = collection["id"].as_str().expect("an id");
    let ben = node.client("ben", "read,write,manage");
    ben.get(&format!("/collections/{id}")).fails(404);
    let second = ben.get("/me").is(200)["organisation"]["id"].as_str().expect("an id").to_owned();
    let grant = format!("/collections/{id}/grants/{second}");
    let tag = root.get("/collections/shared").header("etag").expect("a tag").to_owned();
    let rights = json!({ "read": true, "write": false });
    let after = root.json("PUT", &grant, &[("If-Match", &tag)], &rights).is(200);
    assert_eq!(after["grants"].as_array().map(Vec::len), Some(2), "{after}");
    root.json("PUT", &grant, &[("If-Match", &tag)], &rights).fails(412);
    let seen = ben.get(&format!("/collections/{id}")).is(200);
    assert_eq!((&seen["can_read"], &seen["can_write"]), (&json!(true), &json!(false)));
    ben.json("PUT", &grant, &[], &rights).fails(403);
    let none = json!({ "read": false, "write": false });
    root.json("PUT", &grant, &[], &none).is(200);
    ben.get(&format!("/collections/{id}")).fails(404);
    let first = root.get("/me").is(200)["organisation"]["id"].as_str().expect("an id").to_owned();
    root.json("PUT", &format!("/collections/{id}/grants/{first}"), &[], &none).fails(409);
    root.json("PUT", &format!("/collections/{id}/grants/nobody"), &[], &none).fails(404);

    let chain = root.get("/audit/verify").is(200);
    assert_eq!(chain["broken"], Value::Null);
    let newest = root.get("/audit?limit=1").is(200);
    assert_eq!(newest["items"][0]["number"], chain["entries"]);
    assert_eq!(newest["items"][0]["action"], "collection.grant");
}

#[test]
fn a_node_is_run_by_its_api() {
    story(&Node::new());
}

#[test]
fn on_postgresql_too() {
    on_postgres(story);
}

#[test]
fn a_token_is_its_owners_and_makes_nothing_stronger_than_itself() {
    let node = Node::new();
    let ada = node.client("ada", "read,manage");
    let made = ada.post("/tokens", &json!({ "label": "ci", "scopes": ["read"], "days": 7 }));
    assert_eq!(made.status, 201, "{made:?}");
    let location = made.header("location").expect("a place").to_owned();
    let made = made.json();
    let secret = made["secret"].as_str().expect("a secret").to_owned();
    assert_eq!(location, format!("/api/v1/tokens/{}", made["id"].as_str().expect("a name")));
    let weak = crate::harness::Client { token: Some(secret), ..node.client("ada", "read") };
    assert_eq!(weak.get("/me").is(200)["scopes"], json!(["read"]));
    weak.post("/tokens", &json!({ "label": "x", "scopes": ["read"] })).fails(403);
    ada.post("/tokens", &json!({ "label": "x", "scopes": ["write"] })).fails(403);
    ada.post("/tokens", &json!({ "label": "x", "scopes": [] })).fails(422);
    let listed = ada.get("/tokens").is(200);
    assert!(
        !listed.to_string().contains("secret") && listed["items"].as_array().is_some_and(|i| i.len() > 2)
    );
    let path = location.trim_start_matches("/api/v1").to_owned();
    node.client("ben", "read,manage").send("DELETE", &path, &[], b"").fails(404);
    weak.send("DELETE", &path, &[], b"").fails(403);
    ada.send("DELETE", &path, &[], b"").is(204);
    weak.get("/me").fails(401);
    assert_eq!(ada.get(&path).is(200)["revoked"], true);
}

#[test]
fn roles_and_scopes_count() {
    let node = Node::new();
    let ada = node.client("ada", "read,write,manage");
    for (path, body) in [
        ("/organisations", json!({ "name": "X" })),
        ("/collections", json!({ "title": "X", "marking": "TLP:RED" })),
    ] {
        ada.post(path, &body).fails(403);
        node.client("root", "read,write").post(path, &body).fails(403);
        node.client("root", "manage").post(path, &body).is(201);
    }
    let own = ada.get("/me").is(200)["organisation"]["id"].clone();
    let person = json!({ "organisation": own, "name": "x", "roles": ["admin"] });
    ada.post("/people", &person).fails(403);
    // A coordinator gives nothing they do not have, and reaches nobody elsewhere.
    let ben = node.client("ben", "read,manage");
    ben.post("/people", &person).fails(403);
    let own = ben.get("/me").is(200)["organisation"]["id"].clone();
    ben.post("/people", &json!({ "organisation": own, "name": "y", "roles": ["admin"] })).fails(403);
    ben.post("/people", &json!({ "organisation": own, "name": "y", "roles": ["analyst"] })).is(201);
    let seen = ben.get("/people").is(200);
    assert!(
        seen["items"].as_array().expect("items").iter().all(|p| p["organisation"]["id"] == own),
        "{seen}"
    );
    let ada = ada.get("/me").is(200)["id"].as_str().expect("an id").to_owned();
    ben.get(&format!("/people/{ada}")).fails(404);
    ben.json("PATCH", &format!("/people/{ada}"), &[], &json!({ "closed": true })).fails(404);
    // The audit log is not there for those who may not read it.
    ben.get("/audit").fails(404);
    node.client("red", "read").get("/audit").is(200);
    node.client("red", "write").get("/audit").fails(403);
    for path in ["/me", "/organisations", "/people", "/tokens", "/collections", "/jobs", "/reports"] {
        node.client("root", "write,manage").get(path).fails(403);
    }
}
