//! Uploads, and collections taken along.

use axum::http::{Method, Request};
use serde_json::json;

use super::harness::{CSRF, HOUR, Node, Who, malware, run};

const FILES: [&str; 7] = [
    "bundle.json",
    "objects.csv",
    "feed.atom",
    "feed.rss",
    "misp/manifest.json",
    "misp/hashes.csv",
    "objects",
];

async fn upload(node: &Node, who: &Who, file: &str, embargo: &str) -> super::harness::Answer {
    let body = format!(
        "--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{CSRF}\r\n--x\r\nContent-Disposition: form-data; \
         name=\"embargo\"\r\n\r\n{embargo}\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n{file}\r\n--x--\r\n"
    );
    let request = Request::builder()
        .method(Method::POST)
        .uri("/collections/shared/objects")
        .header("host", "localhost")
        .header("content-type", "multipart/form-data; boundary=x")
        .header("cookie", format!("bartizan={}", who.session));
    node.send(request.body(body.into()).expect("a request")).await
}

#[test]
fn a_file_is_taken_and_what_was_not_is_told_with_why() {
    run(async |node| {
        let good = malware("good", json!({}));
        let bundle =
            json!({ "type": "bundle", "objects": [good, { "type": "malware", "id": "malware--1" }] })
                .to_string();
        let page = upload(&node, &node.ann, &bundle, "").await.is(200).body;
        assert!(page.contains("1 object added") && page.contains("its id is not its type"), "{page}");
        let page = upload(&node, &node.ann, &bundle, "").await.is(200).body;
        assert!(page.contains("0 objects added") && page.contains("1 was there already"), "{page}");
        let table = upload(&node, &node.ann, "value\n198[.]51[.]100[.]7\nnonsense\n", "2026-11-30T12:00")
            .await
            .is(200)
            .body;
        assert!(
            table.contains("from a table") && table.contains("row 3") && table.contains("Under embargo"),
            "{table}"
        );
        assert_eq!(node.ids(&node.bob).await.len(), 1);
        let event = json!({ "Event": { "uuid": "57c4445b-c548-4654-af0b-4be3950d210f", "info": "Event", "date": "2024-01-01",
            "timestamp": "1704067200", "Tag": [{ "name": "tlp:green" }, { "name": "PAP:AMBER" }], "Attribute": [{ "type": "domain",
            "value": "evil.example", "to_ids": true, "uuid": "46ffb1da-25f8-4b5c-b9a5-e1ee4a1b4d9a" }] } });
        let page = upload(&node, &node.bob, &event.to_string(), "").await.is(200).body;
        assert!(page.contains("from a MISP event"), "{page}");
        let amber = node.get(&node.ann, "/collections/shared/objects?pap=PAP:AMBER").await.json();
        assert!(amber["items"].to_string().contains("report--57c4445b"), "{amber}");
        for broken in ["", "{", "\u{1}"] {
            upload(&node, &node.ann, broken, "").await.is(if broken == "\u{1}" { 200 } else { 422 });
        }
        upload(&node, &node.ann, "198.51.100.8", "yesterday").await.is(422);
        assert_eq!(upload(&node, &node.zoe, &bundle, "").await.status, 404);
        assert_eq!(upload(&node, &node.rex, &bundle, "").await.status, 200, "a reviewer writes too");
        let headers = [("content-type", "text/plain")];
        node.ask(&node.ann, Method::POST, "/collections/shared/objects", &headers, "x").await.is(415);
        let headers = [("content-type", "text/csv")];
        let taken = node
            .ask(&node.ann, Method::POST, "/collections/shared/objects", &headers, "198.51.100.9\n")
            .await;
        assert_eq!(taken.is(201).json()["kind"], "table");
    });
}

#[test]
fn exports_hold_what_the_caller_reads_and_are_not_sent_twice() {
    run(async |node| {
        let report = json!({ "type": "report", "spec_version": "2.1", "id": "report--57c4445b-c548-4654-af0b-4be3950d210f",
            "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z", "name": "The report",
            "published": "2026-01-01T00:00:00Z", "object_refs": ["indicator--46ffb1da-25f8-4b5c-b9a5-e1ee4a1b4d9a"] });
        let indicator = json!({ "type": "indicator", "spec_version": "2.1", "id": "indicator--46ffb1da-25f8-4b5c-b9a5-e1ee4a1b4d9a",
            "object_marking_refs": ["marking-definition--740d36e5-7714-4c30-961a-3ae632ceee0e"],
            "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z", "name": "=1+1", "pattern_type": "stix",
            "pattern": "[domain-name:value = 'evil.example']", "valid_from": "2026-01-01T00:00:00Z" });
        node.add(&node.ann, &[report, indicator], None).await;
        let path = |file: &str| format!("/collections/shared/{file}");
        let event = "misp/57c4445b-c548-4654-af0b-4be3950d210f.json";
        for file in FILES.iter().chain([&event]) {
            let answer = node.get(&node.bob, &path(file)).await.is(200);
            assert!(
                answer.body.contains("evil.example")
                    || answer.body.contains("report")
                    || file.contains("hashes"),
                "{file}"
            );
            node.get(&node.zoe, &path(file)).await.is(404);
            let nobody = Request::builder().uri(format!("/api/v1{}", path(file)));
            assert_eq!(node.send(nobody.body("".into()).expect("a request")).await.status, 401, "{file}");
            if *file == "objects" {
                continue;
            }
            let (tag, modified) = (answer.header("etag"), answer.header("last-modified"));
            assert_eq!(modified, "Mon, 30 Nov 2026 11:00:00 GMT", "{file}");
            let again =
                node.ask(&node.bob, Method::GET, &path(file), &[("if-none-match", &tag)], "").await.is(304);
            assert!(again.body.is_empty() && again.header("etag") == tag);
        }
        let csv = node.get(&node.bob, &path("objects.csv")).await.body;
        assert!(csv.contains("'=1+1") && !csv.contains(",=1+1"), "no cell is a formula: {csv}");
        let manifest = node.get(&node.bob, &path("misp/manifest.json")).await.json();
        assert_eq!(manifest["57c4445b-c548-4654-af0b-4be3950d210f"]["info"], "The report");
        let told = node.get(&node.bob, &path(event)).await.body;
        assert!(told.contains("PAP:RED"), "as MISP's tag: {told}");
        let hashes = node.get(&node.bob, &path("misp/hashes.csv")).await.body;
        assert!(hashes.contains("57c4445b-c548-4654-af0b-4be3950d210f"), "{hashes}");
        node.get(&node.bob, &path("misp/../../me")).await.is(404);
        node.get(&node.bob, &path("misp/nothing.json")).await.is(404);
        // By Basic authentication with a token, as feed readers do.
        let basic = base64(&format!("bob:{}", node.bob.token));
        let request = Request::builder()
            .uri("/api/v1/collections/shared/feed.atom")
            .header("authorization", format!("Basic {basic}"));
        assert_eq!(node.send(request.body("".into()).expect("a request")).await.status, 200);
        // From the page, by the session.
        for file in ["bundle.json", "objects.csv", "feed.atom", "feed.rss", "manifest.json"] {
            node.page(&node.bob, &format!("/collections/shared/export/{file}")).await.is(200);
            assert_eq!(node.page(&node.zoe, &format!("/collections/shared/export/{file}")).await.status, 404);
        }
    });
}

#[test]
fn exports_are_the_same_bytes_whether_or_not_something_unreadable_is_there() {
    run(async |node| {
        node.add(&node.ann, &[malware("open", json!({}))], None).await;
        let ask = async || {
            let mut all = Vec::new();
            for file in FILES {
                let answer = node.get(&node.bob, &format!("/collections/shared/{file}")).await.is(200);
                all.push((format!("{:?}", answer.headers), answer.body));
            }
            all.push((String::new(), node.page(&node.bob, "/collections/shared").await.body));
            all.push((String::new(), node.page(&node.bob, "/").await.body));
            all
        };
        let before = ask().await;
        node.add(&node.ann, &[malware("held", json!({}))], Some("2026-11-30T13:00:00Z")).await;
        let red =
            json!({ "object_marking_refs": ["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"] });
        node.add(&node.ann, &[malware("secret", red)], None).await;
        assert_eq!(ask().await, before);
        node.pass(2 * HOUR);
        assert_ne!(ask().await[0].1, before[0].1, "and other bytes once it is readable");
    });
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}
