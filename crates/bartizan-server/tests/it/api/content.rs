//! What is kept: objects, submissions, jobs, reports.

use bartizan_stix::Tlp;
use bartizan_store::{Action, Content, JobFilter, KeptRule, NewReport};
use serde_json::{Value, json};

use crate::harness::{Client, Node, by};

fn collection(root: &Client) -> String {
    let made = root.post("/collections", &json!({ "title": "C", "marking": "TLP:GREEN" })).is(201);
    made["id"].as_str().expect("an id").to_owned()
}

/// Adds so many identities by TAXII.
fn add(root: &Client, id: &str, many: usize) {
    let objects: Vec<Value> = (0..many)
        .map(|n| {
            json!({
                "type": if n % 2 == 0 { "identity" } else { "malware" },
                "spec_version": "2.1",
                "id": format!("{}--00000000-0000-4000-8000-{n:012x}", if n % 2 == 0 { "identity" } else { "malware" }),
                "created": "2026-01-01T00:00:00.000Z",
                "modified": "2026-01-01T00:00:00.000Z",
                "name": format!("n{n}"),
            })
        })
        .collect();
    let media = ("Content-Type", "application/taxii+json;version=2.1");
    let body = json!({ "objects": objects }).to_string();
    let path = format!("/taxii2/root/collections/{id}/objects/");
    let answer = root.send_at("POST", &path, &[media], body.as_bytes());
    assert_eq!(answer.status, 202, "{answer:?}");
}

#[test]
fn objects_come_in_pages_and_as_a_bundle() {
    let node = Node::new();
    let root = node.client("root", "read,write,manage");
    let id = collection(&root);
    let empty = root.get(&format!("/collections/{id}/objects")).is(200);
    assert_eq!(empty, json!({ "items": [], "next": null }));
    let bundle = root.get(&format!("/collections/{id}/bundle.json")).is(200);
    assert_eq!(bundle["objects"], json!([]));
    add(&root, &id, 1205);
    let (mut next, mut names) = (String::new(), Vec::new());
    loop {
        let page = root.get(&format!("/collections/{id}/objects?limit=500{next}")).is(200);
        let items = page["items"].as_array().expect("items");
        names.extend(items.iter().map(|o| o["name"].as_str().expect("a name").to_owned()));
        match page["next"].as_str() {
            Some(more) => next = format!("&next={more}"),
            None => break,
        }
    }
    assert_eq!(names, (0..1205).map(|n| format!("n{n}")).collect::<Vec<_>>());
    let bundle = root.get(&format!("/collections/{id}/bundle.json"));
    assert_eq!(bundle.header("content-type"), Some("application/stix+json;version=2.1"));
    let bundle = bundle.is(200);
    assert_eq!((&bundle["type"], bundle["objects"].as_array().map(Vec::len)), (&json!("bundle"), Some(1205)));
    let found = root.get(&format!("/collections/{id}/objects?match[type]=malware&limit=2")).is(200);
    assert!(found["items"].as_array().is_some_and(|i| i.iter().all(|o| o["type"] == "malware")));
    let next = found["next"].as_str().expect("more");
    root.get(&format!("/collections/{id}/objects?next={next}")).fails(400);
    for wrong in ["limit=0", "limit=501", "limit=x", "added_after=soon", "match[name]=x", "limit=1&limit=2"] {
        root.get(&format!("/collections/{id}/objects?{wrong}")).fails(400);
    }
    // Identities and malware are no rows.
    let table = root.get(&format!("/collections/{id}/objects.csv"));
    assert_eq!(table.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!((table.status, table.body.lines().count()), (200, 1), "{}", table.body);
    root.get(&format!("/collections/{id}/objects.csv?limit=5")).fails(400);
    let ben = node.client("ben", "read");
    ben.get(&format!("/collections/{id}/objects")).fails(404);
    ben.get(&format!("/collections/{id}/objects.csv")).fails(404);
    ben.get(&format!("/collections/{id}/bundle.json")).fails(404);
    node.client("root", "write").get(&format!("/collections/{id}/objects")).fails(403);
}

#[test]
fn a_report_is_handed_in_watched_and_cancelled() {
    let node = Node::new();
    let ada = node.client("ada", "read,write");
    let new = json!({ "name": "a.txt", "marking": "TLP:AMBER", "text": "Tarrask hides tasks." });
    let answer = ada.post("/submissions", &new);
    let place = answer.header("location").expect("a place").trim_start_matches("/api/v1").to_owned();
    let job = answer.is(202);
    assert_eq!((&job["state"], &job["name"]), (&json!("queued"), &json!("a.txt")));
    assert_eq!(ada.get(&place).is(200), job);
    // The same bytes under the same marking are the same work, however they are sent.
    let base64 =
        json!({ "name": "b.txt", "marking": "TLP:AMBER", "document": "VGFycmFzayBoaWRlcyB0YXNrcy4=" });
    assert_eq!(ada.post("/submissions", &base64).is(202)["id"], job["id"]);
    let headers = [("Content-Type", "text/plain"), ("X-Name", "Bericht ü.txt"), ("X-Marking", "TLP:GREEN")];
    let raw = ada.send("POST", "/submissions", &headers, b"Another report.").is(202);
    assert_eq!(raw["name"], "Bericht ü.txt");
    assert_ne!(raw["id"], job["id"]);
    for (body, status) in [
        (json!({ "name": "a", "marking": "TLP:AMBER" }), 422),
        (json!({ "name": "a", "marking": "TLP:AMBER", "text": "x", "document": "eA==" }), 422),
        (json!({ "name": "a", "marking": "TLP:AMBER", "document": "?" }), 422),
        (json!({ "name": "a", "marking": "TLP:AMBER", "text": "" }), 422),
        (json!({ "name": "", "marking": "TLP:AMBER", "text": "x" }), 422),
        (json!({ "name": "a", "marking": "secret", "text": "x" }), 422),
        (json!({ "name": "a", "marking": "TLP:AMBER", "text": "x", "more": 1 }), 422),
    ] {
        ada.post("/submissions", &body).fails(status);
    }
    ada.send("POST", "/submissions", &[], b"x").fails(415);
    ada.send("POST", "/submissions", &[("Content-Type", "multipart/form-data; boundary=x")], b"x").fails(415);
    ada.send("POST", "/submissions", &[("Content-Type", "text/plain")], b"x").fails(400);
    node.client("ada", "read").post("/submissions", &new).fails(403);

    let listed = ada.get("/jobs?state=queued&limit=1").is(200);
    assert_eq!(listed["items"][0]["id"], raw["id"], "newest first");
    let next = listed["next"].as_str().expect("more");
    assert_eq!(ada.get(&format!("/jobs?state=queued&next={next}")).is(200)["items"][0]["id"], job["id"]);
    ada.get("/jobs?state=odd").fails(400);
    let ben = node.client("ben", "read,write");
    assert_eq!(ben.get("/jobs").is(200)["items"], json!([]));
    ben.get(&place).fails(404);
    ben.send("DELETE", &place, &[], b"").fails(404);
    node.client("red", "write").send("DELETE", &place, &[], b"").fails(403);
    node.client("ada", "read").send("DELETE", &place, &[], b"").fails(403);
    let cancelled = ada.send("DELETE", &place, &[], b"").is(200);
    assert_eq!((&cancelled["state"], &cancelled["code"]), (&json!("failed"), &json!("job.cancelled")));
    ada.send("DELETE", &place, &[], b"").fails(409);
    // What is addressed to one person is nobody else's.
    let secret = json!({ "name": "s", "marking": "TLP:RED", "text": "For Ada." });
    let job = ada.post("/submissions", &secret).is(202);
    node.client("red", "read").get(&format!("/jobs/{}", job["id"].as_str().expect("a name"))).fails(404);
}

/// A rule that most products can say.
fn rule() -> KeptRule {
    KeptRule {
        id: "r1".into(),
        title: "A task".into(),
        level: "high".into(),
        source: "windows process_creation".into(),
        body: "title: A task\nlogsource:\n  product: windows\n  category: process_creation\ndetection:\n  selection:\n    \
               Image|endswith: '\\schtasks.exe'\n  condition: selection\n"
            .into(),
        ..KeptRule::default()
    }
}

/// Ends a job as a runner would, with a report.
async fn finish(node: &Node, title: &str) {
    let now = bartizan_server::Surroundings::now(&bartizan_server::System);
    let job =
        node.store.claim_job(&["analyze"], "w", now, now + 60_000_000).await.expect("asked").expect("a job");
    let (analysis, bundle) = (br#"{"a":1}"#.as_slice(), br#"{"type":"bundle"}"#.as_slice());
    let contents = json!({
        "analysis.json": Content::new(analysis).digest(), "bundle.json": Content::new(bundle).digest()
    });
    let uuid = crate::harness::uuid();
    let contents = contents.to_string();
    let report = NewReport {
        uuid: &uuid,
        marking: Tlp::Amber,
        title,
        publisher: "",
        published: "",
        kind: "incident",
        source: "",
        contents: &contents,
        claims: 2,
        words: title,
        names: &[],
        rules: &[rule()],
        language: "",
        former: None,
    };
    let bodies = [Content::new(analysis), Content::new(bundle)];
    let by: Action<'_> = by();
    let done = node.store.finish_job(&by, &job.lease(), "{}", &bodies, Some(&report)).await;
    assert!(done.expect("asked"));
    assert!(node.store.jobs(&JobFilter::default(), 5).await.is_ok());
}

#[test]
fn reports_are_found_and_taken_along() {
    let node = Node::new();
    let ada = node.client("ada", "read,write");
    for name in ["Tarrask", "Emotet"] {
        let new = json!({ "name": name, "marking": "TLP:AMBER", "text": name });
        ada.post("/submissions", &new).is(202);
        node.runtime.block_on(finish(&node, name));
    }
    let all = ada.get("/reports?limit=1").is(200);
    assert_eq!(all["items"][0]["title"], "Emotet");
    let next = all["next"].as_str().expect("more");
    assert_eq!(ada.get(&format!("/reports?next={next}")).is(200)["items"][0]["title"], "Tarrask");
    let found = ada.get("/reports?q=tarrask&kind=incident").is(200);
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1));
    let report = &found["items"][0];
    assert_eq!((&report["marking"], &report["claims"]), (&json!("TLP:AMBER"), &json!(2)));
    let place = format!("/reports/{}", report["id"].as_str().expect("an id"));
    let one = ada.get(&place);
    let tag = one.header("etag").expect("a tag").to_owned();
    assert_eq!(&one.is(200), report);
    let same = ada.send("GET", &place, &[("If-None-Match", &format!("\"x\", W/{tag}"))], b"");
    assert_eq!((same.status, same.body.as_str(), same.header("etag")), (304, "", Some(tag.as_str())));
    let analysis = ada.get(&format!("{place}/analysis"));
    assert!(analysis.header("etag").is_some());
    assert_eq!(analysis.is(200), json!({ "a": 1 }));
    assert_eq!(ada.get(&format!("{place}/bundle")).is(200)["type"], "bundle");
    // Its rules, and what they are for a product.
    let rules = ada.get(&format!("{place}/rules")).is(200);
    assert_eq!((&rules["items"][0]["id"], &rules["items"][0]["query"]), (&json!("r1"), &Value::Null));
    let targets = ada.get("/targets").is(200);
    let names = targets["items"].as_array().expect("items").iter();
    let names: Vec<&str> = names.map(|t| t["name"].as_str().expect("a name")).collect();
    assert!(names.len() > 20, "{names:?}");
    for target in names {
        let rule = ada.get(&format!("{place}/rules/r1?target={target}")).is(200);
        let said = rule["query"].as_str().is_some_and(|query| !query.is_empty());
        let refused = rule["refused"]["code"].as_str().is_some_and(|code| !code.is_empty());
        assert!(said != refused, "{target}: {rule}");
    }
    ada.get(&format!("{place}/rules/r1?target=none-such")).fails(400);
    ada.get(&format!("{place}/rules/r2")).fails(404);
    let ben = node.client("ben", "read");
    for tail in ["", "/analysis", "/bundle", "/rules", "/rules/r1"] {
        ben.get(&format!("{place}{tail}")).fails(404);
        node.client("ada", "write").get(&format!("{place}{tail}")).fails(403);
    }
    let audit = node.client("root", "read").get("/audit?limit=50").is(200);
    assert!(audit["items"].as_array().is_some_and(|i| i.iter().any(|e| e["action"] == "report.export")));
    let job = ada.get("/jobs?state=done&limit=1").is(200);
    assert!(job["items"][0]["report"].is_string(), "{job}");
}
