//! Many who say something in one case at once, on both engines and by two processes; what guards a case that somebody changes.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::http::Method;
use bartizan_server::System;
use serde_json::{Value, json};

use super::cases::handed_in;
use crate::harness::{self, Node, on_postgres};

const MESSAGES: usize = 50;

/// Fifty messages at once, to two processes: none is lost, none is there twice, nobody is told that the node is broken.
fn crowd(node: &Node) {
    let root = node.client("root", "read,write,manage");
    let case = root.json("POST", "/cases", &[], &json!({ "title": "Busy" })).is(201);
    let (id, me) = (case["id"].as_str().expect("an id"), case["me"].as_str().expect("a name"));
    let place = format!("/api/v1/cases/{id}/threads/{me}");
    let around = || Arc::new(System);
    let processes = [harness::app(&node.store, around()), harness::app(&node.store, around())];
    let token = format!("Bearer {}", root.token.as_deref().expect("a token"));
    node.runtime.block_on(async {
        let all = (0..MESSAGES).map(|n| {
            let (router, place, token) = (processes[n % 2].clone(), place.clone(), token.clone());
            tokio::spawn(async move {
                let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
                let body = json!({ "text": format!("message {n}") }).to_string();
                harness::ask(&router, Method::POST, &place, &headers, body.as_bytes()).await
            })
        });
        for said in all.collect::<Vec<_>>() {
            let answer = said.await.expect("an answer");
            assert_eq!(answer.status, 201, "{answer:?}");
        }
    });
    let thread = root.get(&format!("/cases/{id}/threads/{me}")).is(200);
    let texts: Vec<&str> = thread["messages"]
        .as_array()
        .expect("messages")
        .iter()
        .map(|m| m["text"].as_str().expect("a text"))
        .collect();
    let different: BTreeSet<&str> = texts.iter().copied().collect();
    assert_eq!((texts.len(), different.len()), (MESSAGES, MESSAGES));
    let events = root.get(&format!("/cases/{id}/events?limit=500")).is(200);
    assert_eq!(events["items"].as_array().map(Vec::len), Some(MESSAGES + 1));
}

/// If-Match names what was done in a case: what else is shown beside it may change, and what was done never passes unseen.
fn revisions(node: &Node) {
    let report = handed_in(node, "Header splitting");
    let root = node.client("root", "read,write,manage");
    let case = root.json("POST", "/cases", &[], &json!({ "reports": [report] })).is(201);
    let (path, me) = (format!("/cases/{}", case["id"].as_str().expect("an id")), case["me"].clone());
    let tag = || root.get(&path).header("etag").expect("a tag").to_owned();
    let patch =
        |tag: &str, title: &str| root.json("PATCH", &path, &[("if-match", tag)], &json!({ "title": title }));
    let first = tag();
    assert_eq!(root.json("GET", &path, &[("if-none-match", &first)], &Value::Null).status, 304);
    assert_eq!(patch(&first, "Two").is(200)["title"], "Two");
    patch(&first, "Three").fails(412);
    let second = tag();
    root.json(
        "POST",
        &format!("{path}/events"),
        &[],
        &json!({ "do": "report", "participant": me, "step": "validate" }),
    )
    .is(201);
    patch(&second, "Three").fails(412);
    // That an organisation has another name is no change of the case; it is one of what is shown.
    let third = tag();
    node.runtime.block_on(node.store.forge_for_test("UPDATE vulnerability_report SET title = 'Renamed'"));
    assert_eq!(root.json("GET", &path, &[("if-none-match", &third)], &Value::Null).status, 200);
    patch(&third, "Three").is(200);
    // Reports that come and go are changes, too.
    let (fourth, other) = (tag(), handed_in(node, "Splitting of headers"));
    let merge = json!({ "report": other, "same_cause": true, "same_fix": true, "because": "one function" });
    root.json("POST", &format!("{path}/reports"), &[], &merge).is(200);
    patch(&fourth, "Four").fails(412);
    patch("*", "Four").is(200);
    patch("\"r0.0-\", \"other\"", "Five").fails(412);
    // How much happens in a case is told to who runs it only.
    let bens = node.client("ben", "read").get(&path);
    let tag = bens.header("etag").expect("a tag");
    assert!(!tag.starts_with("\"r") && tag.len() == 34, "{tag}");
}

#[test]
fn fifty_at_once_are_fifty_on_sqlite() {
    crowd(&Node::new());
}

#[test]
fn fifty_at_once_are_fifty_on_postgres() {
    on_postgres(crowd);
}

#[test]
fn a_case_is_guarded_by_its_revision_on_sqlite() {
    revisions(&Node::new());
}

#[test]
fn a_case_is_guarded_by_its_revision_on_postgres() {
    on_postgres(revisions);
}
