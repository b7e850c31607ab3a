//! Embargoes before and after their moment, and named recipients.

use axum::http::Method;
use serde_json::json;

use super::harness::{HOUR, malware, run};

#[test]
fn an_embargo_ends_by_itself_and_nobody_who_goes_on_misses_what_it_held() {
    run(async |node| {
        let (open, held, later) =
            (malware("open", json!({})), malware("held", json!({})), malware("later", json!({})));
        node.add(&node.ann, std::slice::from_ref(&open), None).await;
        let taken = node.add(&node.ann, std::slice::from_ref(&held), Some("2026-11-30T13:00:00Z")).await;
        assert_eq!(taken["added"], json!([held["id"]]));
        node.add(&node.ann, std::slice::from_ref(&later), None).await;
        let id = |object: &serde_json::Value| object["id"].as_str().expect("an id").to_owned();
        assert_eq!(
            node.ids(&node.rex).await,
            [id(&open), id(&held), id(&later)],
            "its own organisation reads it"
        );
        assert_eq!(node.ids(&node.bob).await, [id(&open), id(&later)]);
        // Where Second's TAXII client has got to.
        let taxii = format!("!/taxii2/root/collections/{}/objects/", node.collection);
        let accept = [("accept", "application/taxii+json;version=2.1")];
        let seen = node.ask(&node.bob, Method::GET, &taxii, &accept, "").await.is(200);
        let last = seen.header("x-taxii-date-added-last");
        assert!(!seen.body.contains("held") && !last.is_empty());

        // It is told to who reads it, and not there for who does not: page, API, home.
        let page = node.page(&node.rex, "/collections/shared").await.is(200).body;
        assert!(page.contains("Under embargo") && page.contains("2026-11-30 13:00 UTC"), "{page}");
        assert!(node.page(&node.rex, "/").await.body.contains("The embargo of 1 object ends"));
        let embargoes = node.get(&node.rex, "/collections/shared/embargoes").await.json();
        assert_eq!(embargoes["items"][0]["until"], "2026-11-30T13:00:00.000000Z");
        for text in [
            node.page(&node.bob, "/collections/shared").await.is(200).body,
            node.page(&node.bob, "/").await.is(200).body,
            node.get(&node.bob, "/collections/shared/embargoes").await.is(200).body,
        ] {
            assert!(!text.contains("2026-11-30 13:00") && !text.contains("held") && !text.contains("T13:00"));
        }

        // One microsecond before, at the moment, without anybody doing anything.
        node.pass(2 * HOUR - 1);
        assert_eq!(node.ids(&node.bob).await.len(), 2);
        node.pass(1);
        assert_eq!(node.ids(&node.bob).await, [id(&open), id(&held), id(&later)]);
        // The job gives it a place behind what was there, once.
        assert_eq!(node.work().await, 1);
        assert_eq!(node.work().await, 0);
        assert_eq!(node.ids(&node.bob).await, [id(&open), id(&later), id(&held)]);
        let more =
            node.ask(&node.bob, Method::GET, &format!("{taxii}?added_after={last}"), &accept, "").await;
        assert!(more.is(200).body.contains("held"), "who goes on from where they were gets it");
        let page = node.page(&node.rex, "/collections/shared").await.body;
        assert!(!page.contains("Under embargo"));
    });
}

#[test]
fn an_embargo_is_prolonged_by_who_writes_and_ended_sooner_by_who_reviews_with_a_reason() {
    run(async |node| {
        let held = malware("held", json!({}));
        node.add(&node.ann, std::slice::from_ref(&held), Some("2026-11-30T13:00:00Z")).await;
        let path = "/collections/shared/embargoes";
        let body = |from: &str, until: serde_json::Value, reason: &str| json!({ "from": from, "until": until, "reason": reason });
        let (one, two) = ("2026-11-30T13:00:00Z", "2026-11-30T14:00:00Z");
        // Whoever cannot read it is told that it is not there.
        for who in [&node.bob, &node.zoe] {
            node.json(who, Method::PATCH, path, body(one, json!(null), "x")).await.is(404);
        }
        node.json(&node.ann, Method::PATCH, path, body(one, json!(null), "x")).await.is(403);
        node.json(&node.ann, Method::PATCH, path, body(one, json!("2026-11-30T12:30:00Z"), "x"))
            .await
            .is(403);
        node.json(&node.ann, Method::PATCH, path, body("2026-11-30T13:00:01Z", json!(two), "")).await.is(404);
        let now = node.json(&node.ann, Method::PATCH, path, body(one, json!(two), "")).await.is(200).json();
        assert_eq!(now["items"][0]["until"], "2026-11-30T14:00:00.000000Z");
        node.pass(2 * HOUR);
        node.work().await;
        assert!(node.ids(&node.bob).await.is_empty(), "the former moment means nothing");
        node.json(&node.rex, Method::PATCH, path, body(two, json!(null), " ")).await.is(422);
        // By the page: a moment in the past is none, an empty one lifts it.
        let from = (super::harness::NOW + 3 * HOUR).to_string();
        let form = [("from", from.as_str()), ("until", "2026-11-30T12:00"), ("reason", "x")];
        assert_eq!(node.post(&node.rex, "/collections/shared/embargoes", &form).await.status, 422);
        let form = [("from", from.as_str()), ("until", ""), ("reason", "the vendor has published")];
        assert_eq!(node.post(&node.ann, "/collections/shared/embargoes", &form).await.status, 403);
        assert_eq!(node.post(&node.rex, "/collections/shared/embargoes", &form).await.status, 303);
        assert_eq!(node.ids(&node.bob).await.len(), 1);
        let log = node.store.audit(None, 50).await.expect("the log");
        let entry = log.iter().find(|e| e.action == "collection.embargo").expect("an entry");
        assert!(entry.actor == "rex" && entry.detail.contains("the vendor has published"), "{entry:?}");
    });
}

#[test]
fn a_published_report_can_be_under_embargo() {
    run(async |node| {
        let report = node
            .report(&node.ann, bartizan_stix::Tlp::Green, "Tarrask used 198[.]51[.]100[.]7 (T1053.005).")
            .await;
        let path = format!("/reports/{report}/publications");
        let body = json!({ "collection": "shared", "embargo": "2026-11-30T12:00:00Z" });
        node.json(&node.ann, Method::POST, &path, body.clone()).await.is(403);
        node.json(&node.bob, Method::POST, &path, body.clone()).await.is(404);
        let past = json!({ "collection": "shared", "embargo": "2026-11-30T10:00:00Z" });
        node.json(&node.rex, Method::POST, &path, past).await.is(422);
        let made = node.json(&node.rex, Method::POST, &path, body).await.is(201).json();
        assert!(made["new"].as_i64().is_some_and(|n| n > 2), "{made}");
        let places = node.get(&node.rex, &path).await.is(200).json();
        assert_eq!(places["items"][0]["embargo"], "2026-11-30T12:00:00.000000Z");
        let page = node.page(&node.ann, &format!("/reports/{report}")).await.is(200).body;
        assert!(page.contains("embargo until") && page.contains("2026-11-30 12:00 UTC"), "{page}");
        assert!(node.ids(&node.bob).await.is_empty());
        node.pass(HOUR);
        assert!(!node.ids(&node.bob).await.is_empty());
        let page = node.page(&node.ann, &format!("/reports/{report}")).await.body;
        assert!(page.contains("embargo ended"), "{page}");
    });
}

#[test]
fn a_withdrawal_goes_as_far_as_what_was_published_and_no_further() {
    run(async |node| {
        let text = "TLP:GREEN | PAP:RED\n\nTarrask used 198[.]51[.]100[.]7 (T1053.005).";
        let report = node.report(&node.ann, bartizan_stix::Tlp::Green, text).await;
        let body = json!({ "collection": "shared", "embargo": "2026-11-30T12:00:00Z" });
        node.json(&node.rex, Method::POST, &format!("/reports/{report}/publications"), body).await.is(201);
        node.pass(HOUR / 60);
        let withdraw = format!("/reports/{report}/withdraw");
        let sure = [("collection", node.collection.as_str()), ("sure", "1")];
        assert_eq!(node.post(&node.ann, &withdraw, &sure).await.status, 403);
        assert_eq!(node.post(&node.bob, &withdraw, &sure).await.status, 404);
        assert_eq!(node.post(&node.rex, &withdraw, &sure[..1]).await.status, 200, "it asks");
        assert_eq!(node.post(&node.rex, &withdraw, &sure).await.status, 303);
        let reports = async |who| {
            let found = node.get(who, "/collections/shared/objects?match[type]=report").await.is(200).json();
            found["items"].as_array().cloned().unwrap_or_default()
        };
        assert!(node.ids(&node.bob).await.is_empty(), "nor that it is withdrawn");
        let own = reports(&node.rex).await;
        assert_eq!((own.len(), &own[0]["revoked"]), (1, &json!(true)), "{own:?}");
        assert!(own[0]["object_marking_refs"].to_string().contains("740d36e5"), "its label stays: {own:?}");

        // Who has read a copy learns that it is withdrawn, however the report is marked since.
        let report = node
            .report(&node.ann, bartizan_stix::Tlp::Amber, "Emotet used 203[.]0[.]113[.]9 (T1059.001).")
            .await;
        let path = format!("/reports/{report}");
        let body = json!({ "collection": "shared" });
        node.json(&node.rex, Method::POST, &format!("{path}/publications"), body).await.is(201);
        let there = reports(&node.bob).await;
        assert!(there.len() == 1 && there[0].get("revoked").is_none(), "{there:?}");
        node.json(&node.ann, Method::PATCH, &path, json!({ "marking": "TLP:AMBER+STRICT" })).await.is(200);
        node.pass(HOUR / 60);
        assert_eq!(node.post(&node.rex, &format!("{path}/withdraw"), &sure).await.status, 303);
        let gone = reports(&node.bob).await;
        assert_eq!((gone.len(), &gone[0]["id"], &gone[0]["revoked"]), (1, &there[0]["id"], &json!(true)));
    });
}

#[test]
fn recipients_are_named_by_who_runs_the_collection_and_read_what_is_red() {
    run(async |node| {
        let red =
            json!({ "object_marking_refs": ["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"] });
        node.add(&node.ann, &[malware("secret", red)], None).await;
        let path = |who: &str| format!("/collections/shared/recipients/{who}");
        assert!(node.ids(&node.rex).await.is_empty() && node.ids(&node.bob).await.is_empty());
        for (who, status) in [(&node.ann, 403), (&node.rex, 403), (&node.bob, 403), (&node.zoe, 404)] {
            node.ask(who, Method::PUT, &path(&node.bob.uuid), &[], "").await.is(status);
            node.get(who, "/collections/shared/recipients").await.is(status);
        }
        // Another organisation's person: by identifier only, and only if their organisation reads the collection.
        for nobody in ["bob", &node.zoe.uuid, "nobody", "%00"] {
            node.ask(&node.cora, Method::PUT, &path(nobody), &[], "").await.is(404);
        }
        node.ask(&node.cora, Method::PUT, &path(&node.bob.uuid), &[], "").await.is(204);
        node.ask(&node.cora, Method::PUT, &path("rex"), &[], "").await.is(204);
        assert_eq!((node.ids(&node.rex).await.len(), node.ids(&node.bob).await.len()), (1, 1));
        let named = node.get(&node.cora, "/collections/shared/recipients").await.is(200).json();
        assert_eq!(named["items"].as_array().map(Vec::len), Some(2));
        let rexs = node.page(&node.rex, "/collections/shared").await.is(200).body;
        assert!(rexs.contains("CSV <span class=\"tlp red\">"), "an export says what is in it: {rexs}");
        let page = node.page(&node.cora, "/collections/shared").await.is(200).body;
        assert!(page.contains("CSV <span class=\"tlp green\">"));
        assert!(page.contains("Name no longer: bob") && page.contains("Second"), "{page}");
        assert!(!node.page(&node.bob, "/collections/shared").await.is(200).body.contains("Recipients of"));
        let form = [("person", node.bob.uuid.as_str())];
        let remove = "/collections/shared/recipients/remove";
        assert_eq!(node.post(&node.bob, remove, &form).await.status, 403);
        assert_eq!(node.post(&node.cora, remove, &form).await.status, 303);
        assert!(node.ids(&node.bob).await.is_empty());
        node.ask(&node.cora, Method::DELETE, &path(&node.rex.uuid), &[], "").await.is(204);
        assert!(node.ids(&node.rex).await.is_empty());
        let log = node.store.audit(None, 50).await.expect("the log");
        assert_eq!(log.iter().filter(|e| e.action == "collection.named").count(), 4);
    });
}
