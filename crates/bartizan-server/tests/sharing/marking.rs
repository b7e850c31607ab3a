//! PAP labels and changed markings.

use axum::http::Method;
use bartizan_stix::Tlp;
use serde_json::json;

use super::harness::{malware, run};

#[test]
fn pap_labels_are_read_kept_shown_and_filtered_and_change_no_byte() {
    run(async |node| {
        let red = malware(
            "by-marking",
            json!({ "object_marking_refs": ["marking-definition--740d36e5-7714-4c30-961a-3ae632ceee0e"] }),
        );
        let amber = malware("by-label", json!({ "labels": ["PAP:AMBER"] }));
        let own = "marking-definition--11111111-1111-4111-8111-111111111111";
        let statement = json!({ "type": "marking-definition", "spec_version": "2.1", "id": own, "created": "2026-01-01T00:00:00.000Z",
            "definition_type": "statement", "definition": { "statement": "PAP:GREEN" } });
        let green = malware("by-statement", json!({ "object_marking_refs": [own] }));
        let none = malware("unlabelled", json!({}));
        node.add(&node.ann, &[red.clone(), amber.clone(), statement, green.clone(), none], None).await;
        for (label, object) in [("PAP:RED", &red), ("PAP:AMBER", &amber), ("PAP:GREEN", &green)] {
            let found =
                node.get(&node.bob, &format!("/collections/shared/objects?pap={label}")).await.is(200).json();
            assert_eq!(found["items"], json!([object]), "{label}: read by whoever reads it, unchanged");
            let page = node.page(&node.bob, &format!("/collections/shared?pap={label}")).await.is(200).body;
            let class = label.split(':').nth(1).expect("a colour").to_lowercase();
            assert!(page.contains(&format!("<span class=\"pap {class}\"")), "{label}");
            assert!(!page.contains("unlabelled"), "{label}");
        }
        node.get(&node.bob, "/collections/shared/objects?pap=red").await.is(400);
    });
}

#[test]
fn a_report_says_its_pap_label_itself_and_what_is_published_of_it_carries_it() {
    run(async |node| {
        let text = "TLP:GREEN | PAP:RED\n\nTarrask used 198[.]51[.]100[.]7 (T1053.005).";
        let report = node.report(&node.ann, Tlp::Green, text).await;
        let other = node.report(&node.ann, Tlp::Green, "Nothing about labels, T1053.005.").await;
        assert_eq!(node.get(&node.ann, &format!("/reports/{report}")).await.json()["pap"], "PAP:RED");
        let found = node.get(&node.ann, "/reports?pap=PAP:RED").await.is(200).json();
        assert_eq!(found["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(node.get(&node.ann, &format!("/reports/{other}")).await.json()["pap"], json!(null));
        let library = node.page(&node.ann, "/library?pap=PAP:RED").await.is(200).body;
        assert!(library.contains(&report) && !library.contains(&other), "{library}");
        let path = format!("/reports/{report}/publications");
        node.json(&node.rex, Method::POST, &path, json!({ "collection": "shared" })).await.is(201);
        let found = node.get(&node.bob, "/collections/shared/objects?pap=PAP:RED").await.json();
        let items = found["items"].as_array().cloned().unwrap_or_default();
        assert!(items.len() > 2);
        for object in items {
            assert!(object["object_marking_refs"].to_string().contains("740d36e5"), "{object}");
        }
    });
}

#[test]
fn an_analyst_marks_more_strictly_and_a_reviewer_less_with_a_reason() {
    run(async |node| {
        let report = node.report(&node.ann, Tlp::Amber, "Tarrask used 198[.]51[.]100[.]7.").await;
        let path = format!("/reports/{report}");
        node.json(
            &node.rex,
            Method::POST,
            &format!("{path}/publications"),
            json!({ "collection": "shared" }),
        )
        .await
        .is(201);
        let mark = |marking: &str, reason: &str| json!({ "marking": marking, "reason": reason });
        for who in [&node.bob, &node.zoe] {
            node.json(who, Method::PATCH, &path, mark("TLP:CLEAR", "x")).await.is(404);
        }
        node.json(&node.ann, Method::PATCH, &path, mark("TLP:GREEN", "x")).await.is(403);
        node.json(&node.ann, Method::PATCH, &path, json!({ "marking": "TLP:PINK" })).await.is(422);
        let strict = node.json(&node.ann, Method::PATCH, &path, mark("TLP:AMBER+STRICT", "")).await.is(200);
        assert_eq!(strict.json()["marking"], "TLP:AMBER+STRICT");
        node.json(&node.rex, Method::PATCH, &path, mark("TLP:GREEN", "")).await.is(422);
        let tag = node.get(&node.rex, &path).await.header("etag");
        let body = mark("TLP:GREEN", "the publisher allows it").to_string();
        let headers = [("content-type", "application/json"), ("if-match", "\"other\"")];
        node.ask(&node.rex, Method::PATCH, &path, &headers, &body).await.is(412);
        let headers = [("content-type", "application/json"), ("if-match", tag.as_str())];
        node.ask(&node.rex, Method::PATCH, &path, &headers, &body).await.is(200);
        // PAP: stricter by the analyst, away again only by a reviewer.
        let pap = |pap: serde_json::Value, reason: &str| json!({ "marking": "TLP:GREEN", "pap": pap, "reason": reason });
        node.json(&node.ann, Method::PATCH, &path, pap(json!("PAP:RED"), "")).await.is(200);
        node.json(&node.ann, Method::PATCH, &path, pap(json!(null), "x")).await.is(403);
        let kept = node.json(&node.ann, Method::PATCH, &path, mark("TLP:GREEN", "")).await.is(200).json();
        assert_eq!(kept["pap"], "PAP:RED", "what is left out stays");
        node.json(&node.rex, Method::PATCH, &path, pap(json!(null), "")).await.is(422);
        node.json(&node.rex, Method::PATCH, &path, pap(json!(null), "a mistake")).await.is(200);
        // Copies are told, with what they say.
        node.json(&node.ann, Method::PATCH, &path, mark("TLP:AMBER+STRICT", "")).await.is(200);
        let copies = node.get(&node.ann, &format!("{path}/publications")).await.json();
        assert_eq!(copies["items"][0]["marking"], "TLP:AMBER");
        let page = node.page(&node.ann, &path).await.is(200).body;
        assert!(page.contains("stay as they are") && page.contains("Change the marking"), "{page}");
        // For its author alone: who marks it so for somebody else reads it no more.
        let form = [("marking", "TLP:RED"), ("pap", ""), ("reason", "")];
        assert_eq!(node.post(&node.rex, &format!("{path}/marking"), &form).await.status, 303);
        let told = node.page(&node.rex, &path).await;
        assert_eq!(told.status, 404);
        node.get(&node.rex, &path).await.is(404);
        assert_eq!(node.get(&node.ann, &path).await.is(200).json()["marking"], "TLP:RED");
        let log = node.store.audit(None, 100).await.expect("the log");
        let marks: Vec<_> = log.iter().filter(|e| e.action == "report.mark").collect();
        assert_eq!(marks.len(), 6);
        assert!(marks.iter().any(|e| e.actor == "rex" && e.detail.contains("the publisher allows it")));
    });
}
