//! Sections 3.1 to 3.5: who asks, what is there, what may be done in it.

use axum::http::Method;
use serde_json::{Value, json};

use super::{Node, on, run, thing};
use crate::harness::{MEDIA, uuid};

#[test]
fn row_3_1_a_missing_authorization() {
    run(async |node| {
        for path in [
            "/taxii2/root/collections/".to_owned(),
            on(&node.read_write, ""),
            on(&node.read_write, "objects/"),
        ] {
            let answer = node.ask(Method::GET, &path, "", "").await;
            assert_eq!(answer.status, 401);
            assert!(answer.header("www-authenticate").is_some_and(|a| a.starts_with("Basic")), "{answer:?}");
        }
    });
}

#[test]
fn row_3_1_b_authorization_error() {
    run(async |node| {
        // ben:wrong
        for who in ["Basic YmVuOndyb25n", "Bearer bzt_wrong"] {
            assert_eq!(node.ask(Method::GET, "/taxii2/root/collections/", who, "").await.status, 401);
        }
        let body = json!({ "objects": [thing("tool", 1, 0)] }).to_string();
        let path = on(&node.read_only, "objects/");
        assert_eq!(
            node.ask(Method::POST, &path, &node.ben, &body).await.status,
            403,
            "known, and not allowed"
        );
    });
}

#[test]
fn row_3_1_d_http_basic() {
    run(async |node| {
        // ben:correct horse battery staple
        let who = "Basic YmVuOmNvcnJlY3QgaG9yc2UgYmF0dGVyeSBzdGFwbGU=";
        node.ask(Method::GET, "/taxii2/root/collections/", who, "").await.is(200);
    });
}

#[test]
fn row_3_2_1_discovery() {
    run(async |node| {
        let found = node.get("/taxii2/").await.is(200);
        assert!(found["title"].is_string() && found["default"].is_string());
        assert_eq!(found["api_roots"].as_array().map(Vec::len), Some(1));
    });
}

#[test]
fn row_3_3_1_api_root() {
    run(async |node| {
        let root = node.get("/taxii2/root/").await.is(200);
        assert!(root["title"].is_string() && root["max_content_length"].is_u64());
        assert_eq!(root["versions"], json!([MEDIA]));
    });
}

#[test]
fn row_3_3_2_incorrect_api_root() {
    run(async |node| assert_eq!(node.get("/taxii2/other/").await.status, 404));
}

#[test]
fn row_3_4_1_collections() {
    run(async |node| {
        let all = node.get("/taxii2/root/collections/").await.is(200);
        let ids: Vec<_> =
            all["collections"].as_array().expect("collections").iter().map(|c| c["id"].clone()).collect();
        assert_eq!(ids.len(), 3, "{all}");
        assert!(!ids.contains(&json!(node.neither)), "{all}");
    });
}

async fn rights(node: &Node, collection: &str) -> (Value, Value) {
    let one = node.get(&on(collection, "")).await.is(200);
    assert_eq!((&one["id"], one["title"].is_string()), (&json!(collection), true));
    (one["can_read"].clone(), one["can_write"].clone())
}

#[test]
fn row_3_5_1_1_write_only_collection() {
    run(async |node| assert_eq!(rights(&node, &node.write_only).await, (json!(false), json!(true))));
}

#[test]
fn row_3_5_1_2_read_write_collection() {
    run(async |node| assert_eq!(rights(&node, &node.read_write).await, (json!(true), json!(true))));
}

#[test]
fn row_3_5_1_3_read_only_collection() {
    run(async |node| assert_eq!(rights(&node, &node.read_only).await, (json!(true), json!(false))));
}

#[test]
fn row_3_5_1_4_no_read_no_write_collection() {
    // What somebody may do nothing with is not there for them; the document allows 404 as well as both rights false.
    run(async |node| assert_eq!(node.get(&on(&node.neither, "")).await.status, 404));
}

#[test]
fn row_3_5_2_1_read_of_a_write_only_collection() {
    run(async |node| {
        node.add(&node.write_only, &node.ben, &[thing("tool", 1, 0)]).await;
        for tail in ["objects/", "manifest/", "objects/tool--00000000-0000-4000-8000-000000000001/"] {
            assert_eq!(node.get(&on(&node.write_only, tail)).await.status, 403, "{tail}");
        }
    });
}

#[test]
fn row_3_5_2_2_write_to_a_read_only_collection() {
    run(async |node| {
        let body = json!({ "objects": [thing("tool", 1, 0)] }).to_string();
        assert_eq!(
            node.ask(Method::POST, &on(&node.read_only, "objects/"), &node.ben, &body).await.status,
            403
        );
        assert_eq!(node.get(&on(&node.read_only, "objects/")).await.is(200), json!({}));
    });
}

#[test]
fn row_3_5_2_3_delete_in_a_read_only_or_write_only_collection() {
    run(async |node| {
        let tail = "objects/tool--00000000-0000-4000-8000-000000000001/";
        for collection in [&node.read_only, &node.write_only] {
            node.add(collection, &node.ada, &[thing("tool", 1, 0)]).await;
            assert_eq!(node.ask(Method::DELETE, &on(collection, tail), &node.ben, "").await.status, 403);
            assert_eq!(
                node.ask(Method::GET, &on(collection, tail), &node.ada, "").await.status,
                200,
                "it is there"
            );
        }
    });
}

#[test]
fn row_3_5_2_4_delete_in_a_no_read_no_write_collection() {
    run(async |node| {
        node.add(&node.neither, &node.ada, &[thing("tool", 1, 0)]).await;
        let path = on(&node.neither, "objects/tool--00000000-0000-4000-8000-000000000001/");
        assert_eq!(node.ask(Method::DELETE, &path, &node.ben, "").await.status, 404);
        assert_eq!(node.ask(Method::GET, &path, &node.ada, "").await.status, 200, "it is there");
    });
}

#[test]
fn row_3_5_3_incorrect_collection() {
    run(async |node| {
        for id in [uuid(), "nothing".into()] {
            for tail in ["", "objects/", "manifest/"] {
                assert_eq!(node.get(&on(&id, tail)).await.status, 404);
            }
        }
    });
}
