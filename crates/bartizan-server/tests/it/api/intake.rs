//! Reports of vulnerabilities by the API, on both engines: receipt, status, who sees what, sealed files, nothing twice. Expectations
//! are those of the Akrites intake specification.

use serde_json::{Value, json};

use crate::harness::{Node, by, on_postgres, uuid};

const POC: &str = "GET /?x=%0d%0a the proof of it";

fn report() -> Value {
    json!({
        "title": "Header splitting", "purl": "pkg:npm/example-lib@1.0.1", "email": "finder@lab.example",
        "affected_symbol": { "file": "src/parse.js", "function": "parseHeader" }, "finders": ["Ada of the Lab"],
        "attachments": [
            { "filename": "poc.txt", "content_type": "text/plain", "type": "exploit-proof-of-concept", "data": POC },
            { "filename": "crash", "content_type": "application/octet-stream", "data": "AAEC" },
        ],
    })
}

fn story(node: &Node) {
    let first = node.store.directory().people[&node.store.directory().names["root"]].member.organisation;
    let desk = uuid();
    let by = by();
    let opened = node.store.open_desk(&by, first, &desk, "First's desk", "Everything about gateways.");
    node.runtime.block_on(opened).expect("a desk");
    let (root, ada) = (node.client("root", "read,write,manage"), node.client("ada", "read,write"));
    let (ben, nobody) = (node.client("ben", "read,write"), node.nobody());
    let desks = ben.get("/desks").is(200);
    assert_eq!((&desks["items"][0]["id"], &desks["items"][0]["open"]), (&json!(desk), &json!(true)));
    let place = format!("/desks/{desk}/reports");
    // Handed in: a receipt, whose status anyone who holds it may ask.
    let answer = ben.json("POST", &place, &[], &report());
    let link = answer.header("link").map(str::to_owned);
    let taken = answer.is(202);
    let receipt = taken["receipt"].as_str().expect("a receipt");
    assert_eq!(link, Some(format!("</api/v1/receipts/{receipt}>; rel=\"monitor\"")));
    assert!(receipt.starts_with("SUB-") && receipt.len() == 22, "{receipt}");
    let status = nobody.get(&format!("/receipts/{receipt}")).is(200);
    assert_eq!((&status["status"], &status["receipt"]), (&json!("queued"), &taken["receipt"]));
    assert_eq!(status.as_object().expect("an object").len(), 3, "nothing of the report itself: {status}");
    nobody.get("/receipts/SUB-aaaaaaaaaaaaaaaaaa").fails(404);
    // The same again is the same; anything else is another.
    assert_eq!(ben.json("POST", &place, &[], &report()).is(202), taken);
    let mut other = report();
    other["attachments"][1]["data"] = json!("AAED");
    assert_ne!(ben.json("POST", &place, &[], &other).is(202)["receipt"], taken["receipt"]);
    // The desk and the sender see it, without where news go; the sender's receipt is for the sender.
    let id = taken["id"].as_str().expect("a name");
    let path = format!("/vulnerability-reports/{id}");
    let (by_desk, by_sender) = (ada.get(&path).is(200), ben.get(&path).is(200));
    assert_eq!((&by_desk["receipt"], &by_sender["receipt"]), (&Value::Null, &taken["receipt"]));
    for seen in [&by_desk, &by_sender] {
        let text = seen.to_string();
        assert!(!text.contains("finder@lab.example") && !text.contains("proof of it"), "{text}");
        assert_eq!(seen["report"]["finders"], json!(["Ada of the Lab"]), "credit letter for letter");
        assert_eq!(seen["report"]["purl"], "pkg:npm/example-lib");
        assert_eq!((&seen["files"][0]["size"], &seen["files"][1]["size"]), (&json!(POC.len()), &json!(3)));
    }
    assert_eq!(
        ada.get("/vulnerability-reports?box=taken").is(200)["items"].as_array().map(Vec::len),
        Some(2)
    );
    assert_eq!(ada.get("/vulnerability-reports?box=sent").is(200)["items"], json!([]));
    let page = ben.get("/vulnerability-reports?limit=1").is(200);
    let next = page["next"].as_str().expect("more");
    let rest = ben.get(&format!("/vulnerability-reports?limit=1&next={next}")).is(200);
    assert_eq!((&rest["items"][0]["id"], &rest["next"]), (&taken["id"], &Value::Null));
    // Files: for who decides, never as what they say they are, and in the log.
    let file = format!("{path}/files/0");
    ada.get(&file).fails(403);
    ben.get(&file).fails(403);
    let opened = root.send("GET", &file, &[], b"");
    assert_eq!((opened.status, &*opened.body), (200, POC));
    assert_eq!(opened.header("content-type"), Some("application/octet-stream"));
    assert_eq!(opened.header("content-disposition"), Some("attachment; filename=\"poc.txt\""));
    root.get(&format!("{path}/files/2")).fails(404);
    let log = root.get("/audit").is(200).to_string();
    assert!(log.contains("vulnerability.open-file") && !log.contains("proof of it"), "{log}");
    // Decided: the receipt says so.
    ada.json("PATCH", &path, &[], &json!({ "state": "done" })).fails(403);
    ben.json("PATCH", &path, &[], &json!({ "state": "done" })).fails(403);
    let decided =
        root.json("PATCH", &path, &[], &json!({ "state": "done", "outcome": "A case was opened." }));
    assert_eq!(decided.is(200)["outcome"], "A case was opened.");
    assert_eq!(nobody.get(&format!("/receipts/{receipt}")).is(200)["status"], "done");
    refused(node, &place);
    // A closed desk takes nothing; what it took stays.
    assert!(node.runtime.block_on(node.store.close_desk(&by, first)).expect("closed"));
    ben.json("POST", &place, &[], &report()).fails(404);
    ben.get(&path).is(200);
}

/// What is wrong is told by codes, all of it at once; nothing of it is stored.
fn refused(node: &Node, place: &str) {
    let ben = node.client("ben", "read,write");
    let problem = |body: &Value| ben.json("POST", place, &[], body).fails(400);
    let wrong = problem(&json!({ "email": "x", "references": ["ftp://x"] }));
    let codes: Vec<_> = wrong["errors"].as_array().expect("errors").iter().map(|e| &e["code"]).collect();
    assert_eq!(codes, ["missing_field", "missing_field", "invalid_reference", "invalid_email"]);
    assert_eq!(wrong["type"], "/problems/validation");
    assert_eq!(problem(&json!({ "purl": "pkg:npm/x", "admin": true }))["type"], "/problems/malformed-json");
    let large = json!({ "purl": "pkg:npm/x", "description": "x".repeat(70_000) });
    assert_eq!(ben.json("POST", place, &[], &large).fails(413)["errors"][0]["code"], "field_too_large");
    ben.send("POST", place, &[("content-type", "text/plain")], b"x").fails(415);
    ben.send("POST", place, &[("content-type", "multipart/mixed")], b"x").fails(400);
    node.client("ben", "read").json("POST", place, &[], &report()).fails(403);
    node.nobody().json("POST", place, &[], &report()).fails(401);
    let parts = concat!(
        "--b\r\nContent-Disposition: attachment; name=\"report\"\r\nContent-Type: application/json\r\n\r\n",
        "{\"purl\":\"pkg:npm/parts@2\"}\r\n",
        "--b\r\nContent-Disposition: attachment; name=\"attachment\"; filename=\"p.c\"\r\nContent-Type: text/plain\r\n",
        "Content-Akrites-Type: reproducer\r\n\r\nint main;\r\n--b--\r\n",
    );
    let kind = [("content-type", "multipart/mixed; boundary=b")];
    let taken = ben.send("POST", place, &kind, parts.as_bytes()).is(202);
    let id = taken["id"].as_str().expect("a name");
    let whole = ben.get(&format!("/vulnerability-reports/{id}")).is(200);
    assert_eq!(
        (&whole["files"][0]["type"], &whole["product"]),
        (&json!("reproducer"), &json!("pkg:npm/parts"))
    );
}

/// An e-mail file is a report; a file of results is one for each that says something is wrong.
fn others(node: &Node) {
    let first = node.store.directory().people[&node.store.directory().names["root"]].member.organisation;
    let desk = uuid();
    let by = by();
    node.runtime.block_on(node.store.open_desk(&by, first, &desk, "First's desk", "")).expect("a desk");
    let ben = node.client("ben", "read,write");
    let mail = "From: Ada Byron <ada@lab.example>\r\nSubject: Header splitting\r\n\r\nSee pkg:npm/example-lib@1.0.1 there.\r\n";
    let place = format!("/desks/{desk}/reports");
    let taken = ben.send("POST", &place, &[("content-type", "message/rfc822")], mail.as_bytes()).is(202);
    let whole = ben.get(&format!("/vulnerability-reports/{}", taken["id"].as_str().expect("a name"))).is(200);
    assert_eq!(
        (&whole["title"], &whole["report"]["finders"]),
        (&json!("Header splitting"), &json!(["Ada Byron"]))
    );
    assert!(!whole.to_string().contains("ada@lab.example"), "{whole}");
    let result = |kind: &str, line: u32| {
        json!({ "ruleId": "js/crlf", "kind": kind, "message": { "text": format!("CR in a header, {line}") }, "locations": [
            { "physicalLocation": { "artifactLocation": { "uri": "src/parse.js" }, "region": { "startLine": line } } }] })
    };
    let sarif = json!({ "version": "2.1.0", "runs": [{
        "tool": { "driver": { "name": "CodeQL", "version": "2.20" } }, "results": [result("fail", 7), result("pass", 8), result("fail", 9)] }] });
    let kind = [("content-type", "application/sarif+json")];
    let place = format!("/desks/{desk}/results");
    let bytes = sarif.to_string();
    let send = |query: &str| ben.send("POST", &format!("{place}{query}"), &kind, bytes.as_bytes());
    send("").fails(400);
    let taken = send("?purl=pkg:npm/example-lib").is(202);
    assert_eq!((taken["items"].as_array().map(Vec::len), &taken["left_out"]), (Some(2), &json!(1)));
    assert_eq!(send("?purl=pkg:npm/example-lib").is(202), taken, "nothing twice");
    ben.send("POST", &place, &[("content-type", "application/json")], b"{}").fails(415);
    ben.send("POST", &format!("{place}?purl=pkg:npm/x"), &kind, b"{}").fails(422);
    ben.send("POST", &format!("{place}?purl=pkg:npm/x"), &kind, b"[").fails(400);
}

#[test]
fn mails_and_results_of_scanners_are_reports_too() {
    others(&Node::new());
}

#[test]
fn a_report_is_taken_sealed_and_decided_on_sqlite() {
    story(&Node::new());
}

#[test]
fn a_report_is_taken_sealed_and_decided_on_postgres() {
    on_postgres(story);
}
