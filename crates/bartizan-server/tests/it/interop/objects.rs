//! Sections 3.6 to 3.12: objects, versions, status, taking back.

use axum::http::Method;
use serde_json::json;

use super::{filled, names, on, run, thing};
use crate::harness::uuid;

#[test]
fn row_3_6_1_manifest() {
    run(async |node| {
        filled(&node).await;
        let answer = node.get(&on(&node.read_write, "manifest/?match[version]=all")).await;
        for name in ["x-taxii-date-added-first", "x-taxii-date-added-last"] {
            assert!(answer.header(name).is_some_and(|v| v.ends_with('Z')), "{answer:?}");
        }
        let found = answer.is(200);
        let rows = found["objects"].as_array().expect("rows");
        assert_eq!(rows.len(), 5);
        assert_eq!(rows[0]["id"], "malware--00000000-0000-4000-8000-000000000001");
        assert_eq!(rows[1]["version"], "2024-01-01T00:00:01.000Z");
        assert_eq!(rows[0]["media_type"], "application/stix+json;version=2.1");
        assert_eq!(rows[4]["media_type"], "application/stix+json;version=2.0");
        assert!(rows.iter().all(|r| r["date_added"].as_str().is_some_and(|d| d.ends_with('Z'))));
    });
}

#[test]
fn row_3_7_1_objects() {
    run(async |node| {
        filled(&node).await;
        assert_eq!(names(&node.objects("").await), ["malware 1 02", "tool 1 00", "tool 2 00"]);
    });
}

#[test]
fn row_3_7_2_no_objects() {
    run(async |node| {
        assert_eq!(node.objects("").await, json!({}));
        filled(&node).await;
        assert_eq!(node.objects("match[type]=campaign").await, json!({}));
    });
}

#[test]
fn row_3_8_1_object() {
    run(async |node| {
        filled(&node).await;
        let path = on(&node.read_write, "objects/malware--00000000-0000-4000-8000-000000000001/");
        assert_eq!(node.get(&path).await.is(200), json!({ "objects": [thing("malware", 1, 2)] }));
    });
}

#[test]
fn row_3_8_2_object_not_found() {
    run(async |node| {
        filled(&node).await;
        let path = on(&node.read_write, &format!("objects/malware--{}/", uuid()));
        for tail in ["", "versions/"] {
            assert_eq!(node.get(&format!("{path}{tail}")).await.status, 404);
        }
    });
}

#[test]
fn row_3_9_1_versions() {
    run(async |node| {
        filled(&node).await;
        let path = on(&node.read_write, "objects/malware--00000000-0000-4000-8000-000000000001/versions/");
        let versions = ["00", "01", "02"].map(|s| format!("2024-01-01T00:00:{s}.000Z"));
        assert_eq!(node.get(&path).await.is(200), json!({ "versions": versions }));
    });
}

#[test]
fn row_3_10_1_add() {
    run(async |node| {
        let status = node.add(&node.read_write, &node.ben, &[thing("tool", 1, 0), thing("tool", 2, 0)]).await;
        assert_eq!((&status["status"], &status["success_count"]), (&json!("complete"), &json!(2)));
        assert_eq!(names(&node.objects("").await), ["tool 1 00", "tool 2 00"]);
    });
}

#[test]
fn row_3_11_1_status() {
    run(async |node| {
        let status = node.add(&node.read_write, &node.ben, &[thing("tool", 1, 0)]).await;
        let path = format!("/taxii2/root/status/{}/", status["id"].as_str().expect("an id"));
        assert_eq!(node.get(&path).await.is(200), status);
        assert_eq!(node.get(&format!("/taxii2/root/status/{}/", uuid())).await.status, 404);
    });
}

#[test]
fn row_3_11_2_all_status_properties() {
    run(async |node| {
        let odd = json!({ "type": "tool", "id": "tool--1" });
        let status = node.add(&node.read_write, &node.ben, &[thing("tool", 1, 0), odd]).await;
        for (name, expected) in [
            ("status", json!("complete")),
            ("total_count", json!(2)),
            ("success_count", json!(1)),
            ("failure_count", json!(1)),
            ("pending_count", json!(0)),
            ("pendings", json!([])),
        ] {
            assert_eq!(status[name], expected, "{name} of {status}");
        }
        assert!(status["id"].is_string());
        assert!(status["request_timestamp"].as_str().is_some_and(|t| t.ends_with('Z')), "{status}");
        let success = &status["successes"][0];
        assert_eq!(success["id"], "tool--00000000-0000-4000-8000-000000000001");
        assert_eq!(success["version"], "2024-01-01T00:00:00.000Z");
        let failure = &status["failures"][0];
        assert_eq!(failure["id"], "tool--1");
        assert!(failure["version"].is_string() && failure["message"].is_string(), "{failure}");
    });
}

#[test]
fn row_3_12_1_delete() {
    run(async |node| {
        node.add(
            &node.read_write,
            &node.ben,
            &[thing("tool", 1, 0), thing("tool", 1, 1), thing("tool", 2, 0)],
        )
        .await;
        let path = on(&node.read_write, "objects/tool--00000000-0000-4000-8000-000000000001/");
        let one = format!("{path}?match[version]=first");
        node.ask(Method::DELETE, &one, &node.ben, "").await.is(200);
        assert_eq!(names(&node.objects("match[version]=all").await), ["tool 1 01", "tool 2 00"]);
        node.ask(Method::DELETE, &path, &node.ben, "").await.is(200);
        assert_eq!(names(&node.objects("match[version]=all").await), ["tool 2 00"]);
        assert_eq!(node.ask(Method::DELETE, &path, &node.ben, "").await.status, 404);
    });
}
