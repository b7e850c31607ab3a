//! Webhooks against a receiver on this machine, which the harness allows.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use axum::http::Method;
use bartizan_stix::Tlp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};

use super::harness::{HOUR, Node, Who, malware, run};

/// A message as it arrived.
struct Message {
    headers: String,
    body: String,
}

impl Message {
    fn header(&self, name: &str) -> &str {
        let line = self.headers.lines().find(|l| l.to_lowercase().starts_with(&format!("{name}:")));
        line.and_then(|l| l.split_once(':')).map(|(_, value)| value.trim()).unwrap_or_default()
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// Whether it is signed with this secret, as the specification says: written anew, not with the code under test.
    fn signed(&self, secret: &str) -> bool {
        let key = STANDARD.decode(secret.trim_start_matches("whsec_")).expect("a secret");
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).expect("a key");
        let (id, seconds) = (self.header("webhook-id"), self.header("webhook-timestamp"));
        mac.update(format!("{id}.{seconds}.{}", self.body).as_bytes());
        let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        self.header("webhook-signature").split(' ').any(|signature| signature == expected)
    }
}

/// A receiver that gives these answers, one after the other, and the last for ever.
fn receiver(answers: &'static [&'static str]) -> (String, Receiver<Message>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
    let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for (i, stream) in listener.incoming().enumerate() {
            let Ok(mut stream) = stream else { return };
            let mut bytes = Vec::new();
            let (headers, length) = loop {
                let mut buffer = [0; 4096];
                let Ok(n @ 1..) = stream.read(&mut buffer) else { return };
                bytes.extend_from_slice(&buffer[..n]);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                if let Some((head, _)) = text.split_once("\r\n\r\n") {
                    let length = head.to_lowercase();
                    let length =
                        length.lines().find_map(|l| l.strip_prefix("content-length:")?.trim().parse().ok());
                    break (head.to_owned(), length.unwrap_or(0));
                }
            };
            let begun = headers.len() + 4;
            while bytes.len() < begun + length {
                let mut buffer = [0; 4096];
                let Ok(n @ 1..) = stream.read(&mut buffer) else { return };
                bytes.extend_from_slice(&buffer[..n]);
            }
            let body = String::from_utf8(bytes[begun..].to_vec()).expect("text");
            let status = answers[i.min(answers.len() - 1)];
            let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            if tell.send(Message { headers, body }).is_err() {
                return;
            }
        }
    });
    (url, told)
}

fn arrived(from: &Receiver<Message>) -> Vec<Message> {
    let mut all = Vec::new();
    while let Ok(message) = from.recv_timeout(Duration::from_millis(200)) {
        all.push(message);
    }
    all
}

async fn hook(node: &Node, who: &Who, url: &str, events: &[&str]) -> (String, String) {
    let body = json!({ "label": "Tickets", "url": url, "events": events });
    let made = node.json(who, Method::POST, "/webhooks", body).await.is(201).json();
    let text = |name: &str| made[name].as_str().expect("a text").to_owned();
    (text("id"), text("secret"))
}

#[test]
fn a_message_is_signed_says_what_its_maker_reads_and_nothing_more() {
    run(async |node| {
        let (url, told) = receiver(&["204 No Content"]);
        let (id, secret) = hook(&node, &node.bob, &url, &["objects.added", "embargo.ended"]).await;
        let red =
            json!({ "object_marking_refs": ["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"] });
        let objects = [
            malware("open", json!({})),
            malware("pap-amber", json!({ "labels": ["PAP:AMBER"] })),
            malware("pap-red", json!({ "labels": ["PAP:RED"] })),
            malware("tlp-red", red.clone()),
        ];
        node.add(&node.ann, &objects, None).await;
        node.work().await;
        let messages = arrived(&told);
        assert_eq!(messages.len(), 1);
        let message = &messages[0];
        assert!(message.signed(&secret) && !message.signed("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
        assert!(message.header("webhook-id").starts_with("msg_"));
        assert_eq!(message.header("webhook-timestamp"), "1796036400");
        let body = message.json();
        assert_eq!((&body["type"], &body["data"]["count"]), (&json!("objects.added"), &json!(2)), "{body}");
        assert_eq!(
            (&body["data"]["marking"], &body["data"]["pap"]),
            (&json!("TLP:GREEN"), &json!("PAP:AMBER"))
        );
        assert_eq!(body["data"]["collection"], json!({ "id": node.collection, "title": "Shared" }));
        for absent in [&objects[2], &objects[3]] {
            assert!(!message.body.contains(absent["id"].as_str().expect("an id")));
        }
        // What it may not read, or not send on, sends nothing and leaves no trace in its log.
        node.add(&node.ann, &[malware("held", json!({}))], Some("2026-11-30T13:00:00Z")).await;
        node.add(&node.ann, &[malware("secret", red)], None).await;
        node.add(&node.ann, &[malware("own logs only", json!({ "labels": ["PAP:RED"] }))], None).await;
        assert!(node.work().await >= 3);
        assert!(arrived(&told).is_empty());
        let log = node.get(&node.bob, &format!("/webhooks/{id}/deliveries")).await.json();
        assert_eq!(log["items"].as_array().map(Vec::len), Some(1), "{log}");
        // What it may read by now, it is told when it may.
        node.pass(2 * HOUR);
        node.work().await;
        let messages = arrived(&told);
        let kinds: Vec<Value> = messages.iter().map(|m| m.json()["type"].clone()).collect();
        assert_eq!(kinds, ["embargo.ended"]);
        assert_eq!(messages[0].json()["data"]["count"], 1);
        // Whose organisation reads the collection no more is told nothing more.
        let rights = json!({ "read": false, "write": false });
        let of = node.store.directory().organisations[&node.bob.organisation].uuid.clone();
        node.json(&node.cora, Method::PUT, &format!("/collections/shared/grants/{of}"), rights).await.is(200);
        node.add(&node.ann, &[malware("after", json!({}))], None).await;
        node.work().await;
        assert!(arrived(&told).is_empty());
    });
}

#[test]
fn what_fails_is_tried_again_as_the_same_message_and_given_up_at_last() {
    run(async |node| {
        let (url, told) = receiver(&["503 Busy", "302 Found", "200 OK", "500 Oh"]);
        let (id, secret) = hook(&node, &node.bob, &url, &["objects.added"]).await;
        node.add(&node.ann, &[malware("one", json!({}))], None).await;
        for _ in 0..3 {
            node.work().await;
            node.pass(HOUR);
        }
        let messages = arrived(&told);
        assert_eq!(messages.len(), 3);
        let ids: std::collections::BTreeSet<&str> = messages.iter().map(|m| m.header("webhook-id")).collect();
        assert_eq!(ids.len(), 1, "by which its receiver knows it again");
        assert!(messages.iter().all(|m| m.signed(&secret)));
        assert_ne!(messages[0].header("webhook-timestamp"), messages[1].header("webhook-timestamp"));
        let log = node.get(&node.bob, &format!("/webhooks/{id}/deliveries")).await.json();
        assert_eq!(log["items"][0]["attempts"], 3);
        assert_eq!(log["items"][0]["arrived"], true);
        // Forty failures in a row turn it off.
        for i in 0..4 {
            node.add(&node.ann, &[malware(&format!("again {i}"), json!({}))], None).await;
            for _ in 0..14 {
                node.work().await;
                node.pass(2 * HOUR);
            }
        }
        let hook = node.get(&node.bob, &format!("/webhooks/{id}")).await.json();
        assert!(hook["why"].as_str().is_some_and(|why| why.contains("40 attempts")), "{hook}");
        assert!(node.page(&node.bob, "/").await.body.contains("A webhook is off"));
        arrived(&told);
        node.add(&node.ann, &[malware("off", json!({}))], None).await;
        node.work().await;
        assert!(arrived(&told).is_empty());
        node.json(&node.bob, Method::POST, &format!("/webhooks/{id}/enable"), json!({})).await.is(200);
        node.add(&node.ann, &[malware("on", json!({}))], None).await;
        node.work().await;
        assert_eq!(arrived(&told).len(), 1);
    });
}

#[test]
fn a_secret_is_changed_while_the_former_still_holds_and_410_ends_it() {
    run(async |node| {
        let (url, told) = receiver(&["200 OK", "200 OK", "410 Gone"]);
        let (id, old) = hook(&node, &node.bob, &url, &["objects.added"]).await;
        let path = format!("/webhooks/{id}");
        let new = node.ask(&node.bob, Method::POST, &format!("{path}/secret"), &[], "").await.is(201).json();
        let new = new["secret"].as_str().expect("a secret").to_owned();
        assert_ne!(new, old);
        let test = async || {
            node.ask(&node.bob, Method::POST, &format!("{path}/test"), &[], "").await.is(202);
            node.work().await;
            arrived(&told)
        };
        let messages = test().await;
        assert_eq!(messages[0].json()["type"], "webhook.test");
        assert!(messages[0].signed(&old) && messages[0].signed(&new));
        node.pass(25 * HOUR);
        let messages = test().await;
        assert!(!messages[0].signed(&old) && messages[0].signed(&new));
        node.pass(HOUR);
        test().await;
        assert!(
            node.get(&node.bob, &path).await.json()["why"].as_str().is_some_and(|why| why.contains("410"))
        );
        let page = node.page(&node.bob, &path).await.is(200).body;
        assert!(page.contains("It is off") && !page.contains(&new) && !page.contains(&old), "{page}");
        node.ask(&node.bob, Method::DELETE, &path, &[], "").await.is(204);
        node.get(&node.bob, &path).await.is(404);
    });
}

#[test]
fn reports_and_jobs_are_told_to_their_own_organisation_alone() {
    run(async |node| {
        let events = ["report.published", "report.decided", "job.ended"];
        let (ours, told) = receiver(&["200 OK"]);
        let (theirs, foreign) = receiver(&["200 OK"]);
        hook(&node, &node.cora, &ours, &events).await;
        hook(&node, &node.bob, &theirs, &events).await;
        let report = node.report(&node.ann, Tlp::Green, "Tarrask used 198[.]51[.]100[.]7.").await;
        let secret = node.report(&node.ann, Tlp::Red, "For one alone, 198[.]51[.]100[.]8.").await;
        node.work().await;
        let path = format!("/reports/{report}/publications");
        node.json(&node.rex, Method::POST, &path, json!({ "collection": "shared" })).await.is(201);
        node.work().await;
        let kinds = |messages: &[Message]| -> Vec<String> {
            messages.iter().map(|m| m.json()["type"].as_str().unwrap_or_default().to_owned()).collect()
        };
        let (messages, foreign) = (arrived(&told), arrived(&foreign));
        assert_eq!(kinds(&messages), ["job.ended", "report.published"]);
        assert_eq!(messages[0].json()["data"]["report"]["id"], json!(report));
        assert_eq!(messages[0].json()["data"]["job"]["state"], "done");
        assert_eq!(kinds(&foreign), ["report.published"], "as a reader of the collection");
        assert!(messages[1].json()["data"]["report"]["name"].is_string());
        assert!(messages.iter().chain(&foreign).all(|m| !m.body.contains(&secret)));
        assert!(foreign.iter().all(|m| !m.body.contains(&report)), "the copy is not the report");
    });
}

#[test]
fn only_coordinators_make_webhooks_and_no_address_leads_inside() {
    run(async |node| {
        let (url, _told) = receiver(&["200 OK"]);
        let body = |url: &str| json!({ "label": "x", "url": url, "events": ["objects.added"] });
        for who in [&node.ann, &node.rex] {
            node.json(who, Method::POST, "/webhooks", body(&url)).await.is(403);
            node.get(who, "/webhooks").await.is(403);
            assert_eq!(node.page(who, "/webhooks").await.status, 403);
        }
        let mut answers = std::collections::BTreeSet::new();
        for bad in [
            "http://10.0.0.1/",
            "https://169.254.169.254/latest/",
            "https://[::1]/",
            "http://0.0.0.0/",
            "https://u:p@127.0.0.1/",
            "file:///etc/passwd",
            "https://no.such.host.invalid/",
            "http://127.0.0.1/\r\nX: y",
            "x",
        ] {
            answers.insert(node.json(&node.bob, Method::POST, "/webhooks", body(bad)).await.is(422).body);
        }
        assert_eq!(answers.len(), 1, "whoever asks learns nothing of this network: {answers:?}");
        let form = [("label", "x"), ("url", "http://10.0.0.1/"), ("event", "objects.added")];
        let page = node.post(&node.bob, "/webhooks", &form).await;
        assert!(page.status == 422 && page.body.contains("no address to which messages may go"));
        let nothing = json!({ "label": "x", "url": url, "events": [] });
        node.json(&node.bob, Method::POST, "/webhooks", nothing).await.is(422);
        let unknown =
            json!({ "label": "x", "url": url, "collection": "shared", "events": ["objects.added"] });
        node.json(&node.zoe, Method::POST, "/webhooks", unknown).await.is(404);
        // Another organisation's is not there, by any verb.
        let (id, _) = hook(&node, &node.bob, &url, &["objects.added"]).await;
        let path = format!("/webhooks/{id}");
        for who in [&node.cora, &node.zoe] {
            node.get(who, &path).await.is(404);
            node.ask(who, Method::DELETE, &path, &[], "").await.is(404);
            node.ask(who, Method::POST, &format!("{path}/secret"), &[], "").await.is(404);
            assert_eq!(node.page(who, &path).await.status, 404);
            assert_eq!(node.post(who, &format!("{path}/test"), &[]).await.status, 404);
        }
        // By the page: made, its secret shown once.
        let form =
            [("label", "By the page"), ("url", url.as_str()), ("collection", ""), ("event", "objects.added")];
        let page = node.post(&node.cora, "/webhooks", &form).await.is(200).body;
        assert!(page.contains("whsec_") && page.contains("By the page"), "{page}");
        let list = node.page(&node.cora, "/webhooks").await.is(200).body;
        assert!(list.contains("By the page") && !list.contains("whsec_") && !list.contains(&id));
    });
}

#[test]
fn a_scan_that_is_to_stop_is_told_to_its_own_people_without_personal_data() {
    run(async |node| {
        let (ours, told) = receiver(&["200 OK"]);
        let (theirs, foreign) = receiver(&["200 OK"]);
        hook(&node, &node.bob, &ours, &["scan.stopped"]).await;
        hook(&node, &node.cora, &theirs, &["scan.stopped"]).await;
        let by = bartizan_store::Action { actor: "test", now: node.now() };
        node.store
            .open_desk(&by, node.cora.organisation, &super::harness::uuid(), "Desk", "")
            .await
            .expect("a desk");
        let until = bartizan_clearinghouse::time::text(node.now() + 5 * HOUR);
        let intent = json!({
            "scope": [{ "repository": "https://git.example/u/maria.lopez@bank.example/box" }], "method": "fuzzing",
            "until": until, "contact": "hidden contact",
        });
        let made = node.json(&node.bob, Method::POST, "/scan-intents", intent).await.is(201).json();
        let path = format!("/scan-intents/{}", made["id"].as_str().expect("a name"));
        let order = json!({ "reason": "overlap", "words": "Somebody goes first." });
        node.json(&node.zoe, Method::POST, &format!("{path}/stop"), order.clone()).await.is(404);
        node.json(&node.cora, Method::POST, &format!("{path}/stop"), order).await.is(200);
        node.work().await;
        let (messages, foreign) = (arrived(&told), arrived(&foreign));
        assert_eq!(
            (messages.len(), foreign.len()),
            (1, 0),
            "the desk is told of no scan by the way of others"
        );
        let message = messages[0].json();
        assert_eq!(message["type"], "scan.stopped");
        assert_eq!((&message["data"]["stop"], &message["data"]["reason"]), (&json!(true), &json!("overlap")));
        assert_eq!(message["data"]["scan_intent"]["title"], "https://git.example/u/[removed:email]/box");
        assert!(!messages[0].body.contains("maria") && !messages[0].body.contains("hidden contact"));
        let log = format!("{:?}", node.store.audit(None, 100).await.expect("the log"));
        assert!(log.contains("privacy.scrub") && !log.contains("maria.lopez"), "{log}");
    });
}

/// An advisory as its owner has it, released to the shared collection.
async fn advisory(node: &Node, tracking: &str, label: &str) -> String {
    let document = json!({ "document": {
        "category": "csaf_base", "csaf_version": "2.0", "title": format!("Gate of {tracking}"), "lang": "en",
        "distribution": { "tlp": { "label": label } },
        "publisher": { "category": "coordinator", "name": "First", "namespace": "https://first.example" },
        "notes": [{ "category": "summary", "title": "Summary", "text": "One flaw." }],
        "tracking": { "id": tracking },
    } });
    let begun = node.json(&node.ann, Method::POST, "/advisories", json!({ "document": document })).await;
    begun.is(201).json()["id"].as_str().expect("an id").to_owned()
}

async fn release(node: &Node, id: &str, after: i64, from: Option<&str>) -> Value {
    let body = json!({ "after": after, "to": [{ "collection": "shared", "from": from }] });
    node.json(&node.rex, Method::POST, &format!("/advisories/{id}/releases"), body).await.is(201).json()
}

#[test]
fn an_advisory_is_told_of_when_its_tier_has_it_and_to_nobody_else() {
    run(async |node| {
        const EVENTS: [&str; 3] = ["advisory.released", "advisory.revised", "advisory.withdrawn"];
        let ((url, told), (other, others)) = (receiver(&["204 No Content"]), receiver(&["204 No Content"]));
        let (_, secret) = hook(&node, &node.bob, &url, &EVENTS).await;
        hook(&node, &node.zoe, &other, &EVENTS).await;
        let id = advisory(&node, "F-1", "GREEN").await;
        release(&node, &id, 1, Some("2026-11-30T12:00:00Z")).await;
        node.work().await;
        assert!(arrived(&told).is_empty(), "not before its time");
        node.pass(HOUR);
        node.work().await;
        let messages = arrived(&told);
        assert_eq!(messages.len(), 1);
        assert!(messages[0].signed(&secret));
        let body = messages[0].json();
        assert_eq!(
            (&body["type"], &body["timestamp"]),
            (&json!("advisory.released"), &json!("2026-11-30T12:00:00.000000Z"))
        );
        let data = &body["data"];
        assert_eq!((&data["marking"], &data["collection"]["title"]), (&json!("TLP:GREEN"), &json!("Shared")));
        let one = &data["advisory"];
        assert_eq!((&one["id"], &one["tracking"], &one["version"]), (&json!(id), &json!("F-1"), &json!(1)));
        assert_eq!(
            (&one["title"], &one["withdrawn"], &one["owner"]["name"]),
            (&json!("Gate of F-1"), &json!(false), &json!("First"))
        );

        // A newer edition, then the last.
        let whole = node.ask(&node.ann, Method::GET, &format!("/advisories/{id}/editions/2"), &[], "").await;
        let mut document = whole.is(200).json();
        document["document"]["title"] = json!("Gates of F-1");
        let path = format!("/advisories/{id}/document?after=2");
        node.json(&node.ann, Method::PUT, &path, document).await.is(200);
        release(&node, &id, 3, None).await;
        node.work().await;
        let kinds = |all: &[Message]| all.iter().map(|m| m.json()["type"].clone()).collect::<Vec<_>>();
        let messages = arrived(&told);
        assert_eq!(kinds(&messages), ["advisory.revised"]);
        assert_eq!(messages[0].json()["data"]["advisory"]["title"], "Gates of F-1");
        let back = json!({ "after": 4, "reason": "It is no flaw." });
        node.json(&node.rex, Method::POST, &format!("/advisories/{id}/withdrawal"), back).await.is(201);
        node.work().await;
        let messages = arrived(&told);
        assert_eq!(kinds(&messages), ["advisory.withdrawn"]);
        let one = messages[0].json()["data"]["advisory"].clone();
        assert_eq!((&one["withdrawn"], &one["version"]), (&json!(true), &json!(3)));

        // What was taken back before its time, what is TLP:RED, and what is nobody's business.
        let id = advisory(&node, "F-2", "GREEN").await;
        release(&node, &id, 1, Some("2026-11-30T13:00:00Z")).await;
        let gone = format!("/advisories/{id}/releases/shared");
        node.ask(&node.rex, Method::DELETE, &gone, &[], "").await.is(204);
        let red = advisory(&node, "F-3", "RED").await;
        let body = json!({ "after": 1, "to": [{ "collection": "shared" }] });
        let refused = node.json(&node.rex, Method::POST, &format!("/advisories/{red}/releases"), body).await;
        assert_eq!(refused.status, 404, "whose author is somebody else: {}", refused.body);
        node.pass(2 * HOUR);
        node.work().await;
        assert!(arrived(&told).is_empty());
        assert!(arrived(&others).is_empty(), "Third reads none of it");
    });
}
