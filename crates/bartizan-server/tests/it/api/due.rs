//! Inventories and due lists by the API, on both engines: from a bill of materials to evidence that it is done.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::harness::{Answer, Client, Node, by, on_postgres};
use crate::noticed::{csaf, public, release, ssvc};

fn sbom(version: &str) -> String {
    json!({
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": { "component": { "type": "application", "name": "billing", "version": "7", "bom-ref": "root" } },
        "components": [
            { "type": "library", "name": "gate", "version": version, "purl": format!("pkg:npm/gate@{version}"), "bom-ref": "a" },
            { "type": "library", "name": "fence", "version": "1.0.0", "purl": "pkg:npm/fence@1.0.0", "bom-ref": "b" },
        ],
    })
    .to_string()
}

fn bring(client: &Client, method: &str, path: &str, media: &str, body: &str) -> Answer {
    client.send(method, path, &[("content-type", media)], body.as_bytes())
}

fn at(value: &Value, index: usize) -> &Value {
    &value["items"][index]
}

/// RFC 5545: a day for each thing, the same one each time; for the own organisation alone, also by a token as a calendar sends it.
fn dates(node: &Node, ada: &Client, ben: &Client, item: &Value) {
    let file = ada.send("GET", "/due.ics", &[], b"");
    assert_eq!((file.status, file.header("content-type")), (200, Some("text/calendar; charset=utf-8")));
    assert_eq!(file.header("cache-control"), Some("private, no-store"));
    let day: String = item["due"]["date"].as_str().expect("a date")[..10].replace('-', "");
    let text = file.body.replace("\r\n ", "");
    assert!(text.contains(&format!("DTSTART;VALUE=DATE:{day}\r\n")), "{text}");
    assert!(text.contains("SUMMARY:overdue: CVE-2026-77777 in gate 1.2.0 on billing\r\n"), "{text}");
    let uid = |text: &str| text.lines().find(|line| line.starts_with("UID:")).map(str::to_owned);
    assert!(uid(&text).is_some_and(|uid| uid.ends_with(item["id"].as_str().expect("an id"))));
    let again = ada.send("GET", "/due.ics?state=overdue", &[], b"").body.replace("\r\n ", "");
    assert_eq!(uid(&again), uid(&text));
    let none = |text: &str| text.starts_with("BEGIN:VCALENDAR\r\n") && !text.contains("VEVENT");
    assert!(none(&ada.send("GET", "/due.ics?state=closed", &[], b"").body));
    assert!(none(&ben.send("GET", "/due.ics", &[], b"").body), "another organisation's is empty");
    ada.send("GET", "/due.ics?colour=red", &[], b"").fails(400);
    node.nobody().send("GET", "/due.ics", &[], b"").fails(401);
    let (reads, writes) = (node.token("ada", "read"), node.token("ada", "write"));
    let basic = |token: &str| {
        let sent = STANDARD.encode(format!(":{token}"));
        node.nobody().send("GET", "/due.ics", &[("authorization", &format!("Basic {sent}"))], b"")
    };
    assert_eq!(uid(&basic(&reads).body.replace("\r\n ", "")), uid(&text));
    basic(&writes).fails(403);
}

fn story(node: &Node) {
    let (root, ada) = (node.client("root", "read,write,manage"), node.client("ada", "read,write"));
    let (ben, red) = (node.client("ben", "read,write,manage"), node.client("red", "read,write"));
    let entries = || root.get("/audit?limit=500").is(200)["items"].as_array().map_or(0, Vec::len);
    let figures = root.send_at("GET", "/metrics", &[], b"").body;
    // A catalogue of today, in which it is not.
    let kev = json!({ "dateReleased": bartizan_clearinghouse::time::text(by().now), "vulnerabilities": [{ "cveID": "CVE-2020-0001", "dateAdded": "2026-01-01" }] });
    bring(&root, "PUT", "/facts/kev", "application/json", &kev.to_string()).is(200);
    let facts = root.get("/facts").is(200);
    let brought = &facts["brought"][0];
    assert_eq!(
        (&brought["kind"], &brought["entries"], &brought["by"]),
        (&json!("kev"), &json!(1), &json!("root"))
    );
    assert_eq!(
        (&brought["sha256"], &brought["at"]),
        (&facts["items"][0]["sha256"], &facts["items"][0]["at"])
    );
    assert_eq!(ben.get("/facts").is(200), facts, "everybody on the node knows what is looked at");
    let before = entries();
    // A bill of materials, its exposure not known.
    let taken = bring(&ada, "POST", "/inventories?title=Billing", "application/json", &sbom("1.2.0"));
    let location = taken.header("location").map(str::to_owned).expect("a place");
    let taken = taken.is(201);
    let id = taken["id"].as_str().expect("an id").to_owned();
    assert_eq!(location, format!("/api/v1/inventories/{id}"));
    assert_eq!(
        (&taken["format"], &taken["assets"], &taken["exposure"]),
        (&json!("CycloneDX JSON 1.6"), &json!(1), &json!("unknown"))
    );
    assert_eq!(taken["diagnostics"], json!([]));
    // The organisation's alone, whatever others run; and nothing of it in the node's log or figures.
    let path = format!("/inventories/{id}");
    assert_eq!(at(&red.get("/inventories").is(200), 0)["id"], json!(id));
    for (method, tail) in [("GET", ""), ("GET", "/document"), ("GET", "/components"), ("DELETE", "")] {
        ben.send(method, &format!("{path}{tail}"), &[], b"").fails(404);
    }
    bring(&ben, "PUT", &path, "application/json", &sbom("1")).fails(404);
    ben.json("PATCH", &path, &[], &json!({ "title": "x" })).fails(404);
    assert_eq!(ben.get("/inventories").is(200), json!({ "items": [], "next": null }));
    node.nobody().get(&path).fails(401);
    assert_eq!(entries(), before, "the node's log has no entry more");
    let log = ada.get("/inventories/log").is(200);
    assert_eq!((&at(&log, 0)["action"], &at(&log, 0)["actor"]), (&json!("inventory.add"), &json!("ada")));
    assert_eq!(ben.get("/inventories/log").is(200)["items"], json!([]));
    let after = root.send_at("GET", "/metrics", &[], b"").body;
    assert!(!after.contains("inventor") && !figures.is_empty(), "{after}");
    let found = ada.get(&format!("{path}/components?q=GATE")).is(200);
    assert_eq!(
        (&at(&found, 0)["purl"], found["items"].as_array().map(Vec::len)),
        (&json!("pkg:npm/gate@1.2.0"), Some(1))
    );
    let page = ada.get(&format!("{path}/components?limit=1")).is(200);
    let next = page["next"].as_str().expect("more");
    let rest = ada.get(&format!("{path}/components?limit=1&next={next}")).is(200);
    assert_ne!(at(&page, 0), at(&rest, 0));
    let document = ada.send("GET", &format!("{path}/document"), &[], b"");
    assert_eq!((document.status, &*document.body), (200, &*sbom("1.2.0")));
    // Nothing to do until an advisory is there that they read.
    assert_eq!(ada.get("/due").is(200)["items"], json!([]));
    let directory = node.store.directory();
    let second = directory.people[&directory.names["ben"]].member;
    let collection = node.runtime.block_on(public(&node.store, second.organisation));
    let advisory = csaf("A-1", "CVE-2026-77777", "gate", "2026-06-01", &json!([]));
    node.runtime.block_on(release(
        &node.store,
        &by(),
        (second.organisation, second.id),
        collection,
        &advisory,
    ));
    let due = ada.get("/due").is(200);
    let item = at(&due, 0).clone();
    assert_eq!(due["items"].as_array().map(Vec::len), Some(1), "{due}");
    assert_eq!(
        (&item["vulnerability"], &item["asset"], &item["versions"]),
        (&json!("CVE-2026-77777"), &json!("billing"), &json!(["1.2.0"]))
    );
    assert_eq!((&item["state"], &item["verdict"]), (&json!("overdue"), &json!("affected")));
    assert_eq!(ben.get("/due").is(200)["items"], json!([]), "Second has nothing installed");
    let item_path = format!("/due/{}", item["id"].as_str().expect("an id"));
    ben.get(&item_path).fails(404);
    dates(node, &ada, &ben, &item);
    explained(&ada, &item_path);
    // Not exposed, by the inventory: the earliest date is later now.
    let said = json!({ "assets": { "billing": { "exposure": "no", "owner": "Ops", "location": "Hall 1" } } });
    ada.json("PATCH", &path, &[], &said).is(200);
    let item = ada.get(&item_path).is(200);
    assert_eq!(
        (&item["exposed"], &item["owner"], &item["location"]),
        (&json!("no"), &json!("Ops"), &json!("Hall 1"))
    );
    let automatable =
        json!({ "point": "ssvc:A:2.0.0", "value": "Y", "reason": "There is a public exploit." });
    let answered = ada.json("POST", &format!("{item_path}/answers"), &[], &automatable).is(201);
    assert_eq!(answered["outcomes"], json!(["60D"]), "BOD 26-04: not in KEV, not exposed, automatable");
    assert_eq!(answered["due"]["date"], "2026-07-31T00:00:00.000000Z");
    decided(node, (&root, &ada), &item_path);
    // A newer document without the version: proposed to be closed, and closed.
    let replaced = bring(&ada, "PUT", &path, "application/json", &sbom("2.0.0")).is(200);
    assert_eq!((&replaced["edition"], &replaced["changes"]), (&json!(2), &json!(2)));
    assert_eq!(
        (&replaced["came"][0]["component"], &replaced["went"][0]["component"]),
        (&json!("pkg:npm/gate@2.0.0"), &json!("pkg:npm/gate@1.2.0"))
    );
    let item = ada.get(&item_path).is(200);
    let evidence = item["proposed_evidence"].as_str().expect("a proposal").to_owned();
    assert!(evidence.contains(&replaced["sha256"].as_str().expect("a digest")[..16]), "{evidence}");
    let closure = json!({ "how": "patched", "evidence": evidence });
    let closed = ada.json("POST", &format!("{item_path}/closures"), &[], &closure).is(201);
    assert_eq!(
        (&closed["state"], &closed["closure"]["how"], &closed["proposed_evidence"]),
        (&json!("closed"), &json!("patched"), &Value::Null)
    );
    assert_eq!(ada.get("/due?state=open").is(200)["items"], json!([]));
    assert_eq!(at(&ada.get("/due?state=closed").is(200), 0)["id"], item["id"]);
    // Two documents later only the decision is left of it.
    bring(&ada, "PUT", &path, "application/json", &sbom("2.0.1")).is(200);
    bring(&ada, "PUT", &path, "application/json", &sbom("2.0.2")).is(200);
    ada.get(&item_path).fails(404);
    let past = ada.get("/due/past").is(200);
    assert_eq!((&at(&past, 0)["id"], &at(&past, 0)["closed"]["evidence"]), (&item["id"], &json!(evidence)));
    // The table is safe for spreadsheets, and the same for whoever may not see anything: empty.
    bring(&ada, "PUT", &path, "text/csv", "host,purl,owner\n\"=cmd|x\",pkg:npm/gate@1.0.0,@ops\n").is(200);
    let table = ada.send("GET", "/due.csv", &[], b"");
    assert!(table.body.contains("\"'=cmd|x\"") && table.body.contains("\"'@ops\""), "{}", table.body);
    assert_eq!(ben.send("GET", "/due.csv", &[], b"").body.lines().count(), 1);
    node.client("ada", "read").send("DELETE", &path, &[], b"").fails(403);
    assert_eq!(ada.send("DELETE", &path, &[], b"").status, 204);
    ada.get(&path).fails(404);
    assert_eq!(ada.get("/due").is(200)["items"], json!([]));
    // Advisories are in the node's log; nothing that an operator did is.
    let log = root.get("/audit?limit=500").is(200).to_string();
    assert!(!log.contains("inventory") && !log.contains("due.") && log.contains("advisory.release"), "{log}");
    let own = ada.get("/inventories/log?limit=500").is(200);
    assert!(!own.to_string().contains("gate"), "not even its own log names what is installed");
}

/// An item says why, what to find out, what helps.
fn explained(ada: &Client, path: &str) {
    let item = ada.get(path).is(200);
    let points: Vec<_> = item["why"].as_array().expect("points").iter().map(|p| &p["id"]).collect();
    assert_eq!(points, ["cisa:KEV:1.0.0", "cisa:PE:1.0.0", "ssvc:A:2.0.0", "ssvc:TI:1.0.0"]);
    assert_eq!(item["why"][0]["evidence"][0]["source"], "KEV");
    assert!(item["find_out"].as_array().is_some_and(|all| all.iter().any(|f| f["point"] == "cisa:PE:1.0.0")));
    assert_eq!(
        (&item["fix"][0]["details"], &item["until_then"][0]["details"]),
        (&json!("Update to 2.0.0."), &json!("Turn tokens off."))
    );
    let said = &item["advisories"][0];
    assert_eq!(
        (&said["tracking"], &said["reason"], &said["verdict"]),
        (&json!("A-1"), &json!("in-range"), &json!("affected"))
    );
    assert_eq!(item["hunt"], json!([]));
}

/// Exceptions are made by those who decide, end, and are never changed.
fn decided(node: &Node, (root, ada): (&Client, &Client), path: &str) {
    let place = format!("{path}/exceptions");
    let exception =
        json!({ "reason": "The vendor's window is in January.", "until": "2027-02-01T00:00:00Z" });
    ada.json("POST", &place, &[], &exception).fails(403);
    root.json("POST", &place, &[], &json!({ "reason": "", "until": "2027-02-01T00:00:00Z" })).fails(422);
    root.json("POST", &place, &[], &json!({ "reason": "x", "until": "2020-01-01T00:00:00Z" })).fails(422);
    let item = root.json("POST", &place, &[], &exception).is(201);
    assert_eq!((&item["state"], &item["exception"]["by"]["name"]), (&json!("excepted"), &json!("root")));
    let ben = node.client("ben", "read,write,manage");
    for tail in ["exceptions", "closures", "answers"] {
        let body = json!({ "reason": "x", "until": "2027-02-01T00:00:00Z" });
        assert!(
            [404, 422].contains(&ben.json("POST", &format!("{path}/{tail}"), &[], &body).status),
            "{tail}"
        );
    }
    ben.json("POST", &place, &[], &exception).fails(404);
    ada.json("POST", &format!("{path}/closures"), &[], &json!({ "how": "hope", "evidence": "x" })).fails(422);
    ada.json(
        "POST",
        &format!("{path}/answers"),
        &[],
        &json!({ "point": "cisa:KEV:1.0.0", "value": "N", "reason": "x" }),
    )
    .fails(422);
}

fn refused(node: &Node) {
    let (ada, root) = (node.client("ada", "read,write"), node.client("root", "read,write,manage"));
    let post = |media: &str, body: &str| bring(&ada, "POST", "/inventories", media, body);
    for (body, status, code) in [
        ("{\"a\": 1}", 400, "format"),
        ("{", 400, "syntax"),
        ("<!DOCTYPE x []><bom/>", 400, "entities"),
        ("a,b\n1,2\n", 400, "header"),
        ("host,product\n", 400, "nameless"),
    ] {
        assert_eq!(post("text/plain", body).fails(status)["errors"][0]["code"], code, "{body}");
    }
    post("image/png", "x").fails(415);
    assert_eq!(post("text/csv", &format!("host,product\n{}", "a,b\n".repeat(6 << 20))).status, 413);
    let many: String = (0..100_001).map(|n| format!("h,p{n}\n")).collect();
    let many = post("text/csv", &format!("host,product\n{many}")).fails(413);
    assert_eq!(many["errors"][0]["code"], "too-many");
    node.client("ada", "read").send("POST", "/inventories", &[("content-type", "text/csv")], b"x").fails(403);
    assert_eq!(ada.get("/inventories").is(200)["items"], json!([]), "nothing was kept");
    // Facts are brought by who runs the node, whole, and never older.
    let kev = |dated: &str| {
        format!(
            r#"{{"dateReleased":"{dated}","count":1,"vulnerabilities":[{{"cveID":"CVE-2026-77777","dateAdded":"2026-06-05"}}]}}"#
        )
    };
    let put = |client: &Client, path: &str, media: &str, body: &str| bring(client, "PUT", path, media, body);
    put(&ada, "/facts/kev", "application/json", &kev("2026-11-20")).fails(403);
    put(&root, "/facts/kev", "application/json", "{}").fails(422);
    put(&root, "/facts/kev", "text/csv", "x").fails(415);
    assert_eq!(at(&ada.get("/facts").is(200), 0)["from"], "pack");
    assert_eq!(put(&root, "/facts/kev", "application/json", &kev("2026-11-20")).is(200)["entries"], 1);
    put(&root, "/facts/kev", "application/json", &kev("2026-11-19")).fails(422);
    let epss = "#model_version:v2025.03.14,score_date:2026-11-20T00:00:00+0000\ncve,epss,percentile\nCVE-2026-77777,0.5,0.9\n";
    assert_eq!(put(&root, "/facts/epss", "text/csv", epss).is(200)["dated"], "2026-11-20T00:00:00.000000Z");
    put(&root, "/facts/epss", "text/csv", &format!("{epss}broken\n")).fails(422);
    assert_eq!(ada.get("/facts").is(200)["items"].as_array().map(Vec::len), Some(2));
}

#[test]
fn from_a_bill_of_materials_to_evidence_on_sqlite() {
    let node = Node::new();
    refused(&node);
    story(&node);
}

#[test]
fn from_a_bill_of_materials_to_evidence_on_postgres() {
    on_postgres(story);
}

/// BOD 26-04 through the door: for each of its rows an advisory with CISA's enrichment, an asset, a catalogue. Days by KEV, exposed,
/// automatable; for a partial and a total impact (none: with the next upgrade). As CERT/CC publishes the table.
#[test]
fn every_row_of_the_directive_gives_its_date() {
    type Days = (Option<i64>, bool);
    const ROWS: [(bool, bool, bool, Days, Days); 8] = [
        (false, false, false, (None, false), (None, false)),
        (false, false, true, (Some(60), false), (Some(60), false)),
        (false, true, false, (Some(60), false), (Some(14), false)),
        (false, true, true, (Some(14), false), (Some(3), false)),
        (true, false, false, (Some(14), false), (Some(14), false)),
        (true, false, true, (Some(14), false), (Some(3), true)),
        (true, true, false, (Some(14), false), (Some(3), true)),
        (true, true, true, (Some(3), false), (Some(3), true)),
    ];
    let node = Node::new();
    let (root, ada) = (node.client("root", "read,write,manage"), node.client("ada", "read,write"));
    let directory = node.store.directory();
    let second = directory.people[&directory.names["ben"]].member;
    let collection = node.runtime.block_on(public(&node.store, second.organisation));
    let (mut entries, mut table, mut expected) =
        (Vec::new(), String::from("host,purl,exposed\n"), Vec::new());
    for (kev, exposed, automatable, partial, total) in ROWS {
        for (impact, days) in [("P", partial), ("T", total)] {
            let n = expected.len();
            let (cve, name) = (format!("CVE-2026-{}", 50_000 + n), format!("product-{n}"));
            let metrics = ssvc(if automatable { "Y" } else { "N" }, impact);
            let csaf = csaf(&format!("D-{n}"), &cve, &name, "2026-11-01", &metrics);
            let publisher = (second.organisation, second.id);
            node.runtime.block_on(release(&node.store, &by(), publisher, collection, &csaf));
            if kev {
                entries.push(json!({ "cveID": cve, "dateAdded": "2026-11-10" }));
            }
            table
                .push_str(&format!("host-{n},pkg:npm/{name}@1.0.0,{}\n", if exposed { "yes" } else { "no" }));
            let since = if kev { "2026-11-10" } else { "2026-11-01" };
            let since: jiff::civil::Date = since.parse().expect("a day");
            let due = days.0.map(|n| format!("{}T00:00:00.000000Z", since + jiff::Span::new().days(n)));
            expected.push((cve, due, if days.1 { "yes" } else { "no" }));
        }
    }
    let today = bartizan_clearinghouse::time::text(by().now);
    let kev = json!({ "dateReleased": today, "count": entries.len(), "vulnerabilities": entries });
    bring(&root, "PUT", "/facts/kev", "application/json", &kev.to_string()).is(200);
    bring(&ada, "POST", "/inventories", "text/csv", &table).is(201);
    let due = ada.get("/due").is(200);
    let items = due["items"].as_array().expect("items");
    assert_eq!((items.len(), expected.len()), (16, 16));
    for (cve, date, forensics) in expected {
        let item = items.iter().find(|item| item["vulnerability"] == json!(cve)).expect("an item");
        assert_eq!(
            (&item["due"]["date"], &item["due_at_latest"]["date"]),
            (&json!(date), &json!(date)),
            "{item}"
        );
        assert_eq!(item["forensics"], forensics, "{item}");
    }
    // What comes first stands first; what has no date last.
    let dates: Vec<Option<&str>> = items.iter().map(|item| item["due"]["date"].as_str()).collect();
    let mut sorted = dates.clone();
    sorted.sort_by_key(|date| (date.is_none(), *date));
    assert_eq!(dates, sorted);
}
