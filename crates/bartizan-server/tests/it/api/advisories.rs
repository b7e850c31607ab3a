//! Advisories by the API, on both engines: written and judged, released by tier and time, read in every format, acknowledged, served
//! to anyone by a CSAF provider. Expectations are those of CSAF 2.0, sections 3, 6 and 7, and of docs/clearinghouse.md.
//!
//! `BARTIZAN_RELEASED` names a folder: what the node released is left there, for `scripts/advisory-oracles.sh` to judge.

use std::path::PathBuf;

use bartizan_clearinghouse::{time, token};
use serde_json::{Value, json};

use crate::harness::{Client, Node, by, on_postgres};

/// A document as an author writes it, all of it but what the node keeps.
fn document() -> Value {
    json!({
        "document": {
            "category": "csaf_security_advisory", "csaf_version": "2.0", "title": "Gate lets strangers in", "lang": "en",
            "distribution": { "tlp": { "label": "WHITE" } },
            "publisher": { "category": "coordinator", "name": "First CERT", "namespace": "https://first.example" },
            "notes": [{ "category": "summary", "title": "Summary", "text": "One flaw, one fix." }],
            "references": [{ "category": "external", "summary": "The vendor's page", "url": "https://www.example.com/security" }],
            "acknowledgments": [{ "names": ["Zoë \"0x7a\" O'Neill <script>", "  Kim  "], "summary": "for *finding* it" }],
            "tracking": { "id": "FIRST-2026_#1", "version": "99", "status": "final",
                          "revision_history": [{ "number": "99", "date": "1999-01-01T00:00:00Z", "summary": "forged" }] },
        },
        "product_tree": { "branches": [{ "category": "vendor", "name": "Example Company", "branches": [
            { "category": "product_name", "name": "Gate", "branches": [
                { "category": "product_version_range", "name": "vers:npm/>=1.0.0|<1.4.2", "product": {
                    "name": "Gate before 1.4.2", "product_id": "P1",
                    "product_identification_helper": { "purl": "pkg:npm/%40example/gate" } } },
                { "category": "product_version", "name": "1.4.2", "product": {
                    "name": "Gate 1.4.2", "product_id": "P2",
                    "product_identification_helper": { "purl": "pkg:npm/%40example/gate@1.4.2" } } } ] } ] }] },
        "vulnerabilities": [{
            "cve": "CVE-2026-12345", "title": "No check of the token",
            "cwe": { "id": "CWE-287", "name": "Improper Authentication" },
            "notes": [{ "category": "summary", "title": "Vulnerability Summary", "text": "The token is read and never compared." }],
            "product_status": { "known_affected": ["P1"], "fixed": ["P2"] },
            "scores": [{ "products": ["P1"], "cvss_v3": { "version": "3.1", "baseScore": 9.8, "baseSeverity": "CRITICAL",
                         "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" } }],
            "remediations": [{ "category": "vendor_fix", "details": "Update to 1.4.2.", "product_ids": ["P1"],
                               "url": "https://www.example.com/gate/1.4.2" }],
        }],
    })
}

/// Leaves a file where the oracles look, if they do.
fn leave(kind: &str, name: &str, bytes: &str) {
    if let Some(folder) = std::env::var_os("BARTIZAN_RELEASED") {
        let folder = PathBuf::from(folder).join(kind);
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join(name), bytes).expect("written");
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

struct Tiers {
    early: String,
    public: String,
}

fn tiers(node: &Node, root: &Client) -> Tiers {
    let made = |title: &str, public: bool| {
        let made = root.post("/collections", &json!({ "title": title, "marking": "TLP:GREEN" })).is(201);
        let id = text(&made["id"]).to_owned();
        let number = node.runtime.block_on(node.store.fresh()).expect("fresh").addresses[&id];
        let by = by();
        let opened = node.store.set_public(&by, number, public);
        node.runtime.block_on(opened).expect("as said");
        id
    };
    let tiers = Tiers { early: made("Operators", false), public: made("Everybody", true) };
    let second = node.client("ben", "read").get("/me").is(200)["organisation"]["id"].clone();
    let grant = format!("/collections/{}/grants/{}", tiers.early, text(&second));
    root.json("PUT", &grant, &[], &json!({ "read": true, "write": false })).is(200);
    tiers
}

fn story(node: &Node) {
    let (root, ada) = (node.client("root", "read,write,manage"), node.client("ada", "read,write"));
    let (ben, nobody) = (node.client("ben", "read,write,manage"), node.nobody());
    let tiers = tiers(node, &root);
    let publisher = json!({
        "alias": "first", "name": "First CERT", "category": "coordinator", "namespace": "https://first.example",
        "contact": "security@first.example",
    });
    ada.json("PUT", "/publishers/own", &[], &publisher).fails(403);
    root.json("PUT", "/publishers/own", &[], &publisher).is(200);
    ben.json("PUT", "/publishers/own", &[], &publisher).fails(409);

    // Begun: what an author says of versions is not believed.
    let begun = ada.post("/advisories", &json!({ "document": document() })).is(201);
    assert_eq!(begun["findings"]["valid"], true, "{begun}");
    let path = format!("/advisories/{}", text(&begun["id"]));
    ada.post("/advisories", &json!({ "document": document() })).fails(409);
    let draft = ada.get(&format!("{path}/editions/1")).is(200);
    assert_eq!(draft["document"]["tracking"]["version"], "0");
    assert_eq!(draft["document"]["tracking"]["status"], "draft");
    assert!(!draft.to_string().contains("forged"));
    for other in ["", "/editions", "/editions/1", "/findings", "/changes", "/receipts", "/formats/csaf"] {
        ben.get(&format!("{path}{other}")).fails(404);
    }
    assert_eq!(ben.get("/advisories").is(200)["items"], json!([]));

    refused(&path, &ada, &root, &tiers);
    released(node, &path, &[&root, &ada, &ben, &nobody], &tiers);
    provider(node, &path, &root, &tiers);
    let path = cleaned(node, &[&root, &ada, &ben], &tiers);
    withdrawn(node, &path, &[&root, &ada, &ben], &tiers);
}

/// Nothing is released while a mandatory test fails, and nobody writes over another.
fn refused(path: &str, ada: &Client, root: &Client, tiers: &Tiers) {
    let mut wrong = document();
    wrong["vulnerabilities"][0]["product_status"]["known_affected"] = json!(["P1", "P9"]);
    let judged = ada.post("/advisories/validate", &wrong).is(200);
    let missing = |findings: &Value| {
        let all = findings.as_array().expect("findings");
        all.iter().any(|f| {
            f["test"] == "6.1.1" && f["pointer"] == "/vulnerabilities/0/product_status/known_affected/1"
        })
    };
    assert!(judged["valid"] == false && missing(&judged["findings"]), "{judged}");
    let put = |after: i64, body: &Value| {
        ada.json("PUT", &format!("{path}/document?after={after}&summary=A+product+more"), &[], body)
    };
    assert_eq!(put(1, &wrong).is(200)["number"], 2);
    put(1, &wrong).fails(409);
    assert!(missing(&ada.get(&format!("{path}/findings")).is(200)["findings"]));
    let to = json!({ "after": 2, "to": [{ "collection": tiers.early }] });
    ada.post(&format!("{path}/releases"), &to).fails(403);
    let problem = root.post(&format!("{path}/releases"), &to).fails(422);
    assert_eq!(
        (&problem["type"], &problem["errors"][0]["code"]),
        (&json!("/problems/csaf"), &json!("6.1.1"))
    );
    assert_eq!(problem["errors"][0]["field"], "/vulnerabilities/0/product_status/known_affected/1");
    let twice = br#"{"document":{"csaf_version":"2.0"},"document":{}}"#;
    let kind = [("content-type", "application/json")];
    ada.send("PUT", &format!("{path}/document?after=2"), &kind, twice).fails(422);
    ada.send("PUT", &format!("{path}/document?after=2"), &kind, b"{").fails(422);
    let mut unmarked = document();
    unmarked["document"].as_object_mut().expect("an object").remove("distribution");
    put(2, &unmarked).fails(422);
    assert_eq!(put(2, &document()).is(200)["number"], 3);
    root.post(&format!("{path}/releases"), &json!({ "after": 2, "to": [{ "collection": tiers.early }] }))
        .fails(409);
}

/// Tier by tier; what operators say is between them and the owner.
fn released(node: &Node, path: &str, who: &[&Client; 4], tiers: &Tiers) {
    let [root, ada, ben, nobody] = who;
    let hour = time::text(by().now + 3_600_000_000);
    let to = json!({ "after": 3, "to": [{ "collection": tiers.early }, { "collection": tiers.public, "from": hour }] });
    let done = root.post(&format!("{path}/releases"), &to).is(201);
    assert_eq!((&done["edition"], &done["version"]), (&json!(4), &json!(1)));
    let whole = ben.get(path).is(200);
    assert_eq!(
        (&whole["version"], &whole["marking"], &whole["own"]),
        (&json!(1), &json!("TLP:CLEAR"), &Value::Null)
    );
    let tracking = &whole["document"]["document"]["tracking"];
    assert_eq!((&tracking["status"], &tracking["version"]), (&json!("final"), &json!("1")));
    assert_eq!(tracking["revision_history"][0]["summary"], "First release.");
    assert_eq!(ben.get("/advisories").is(200)["items"][0]["tracking"], "FIRST-2026_#1");
    let public = "/csaf/first/white/index.txt";
    assert_eq!(nobody.send_at("GET", public, &[], b"").body, "", "not before its time");
    assert_eq!(nobody.get("/advisories/metrics").is(200)["public"]["advisories"], 0);
    // Formats: the same bytes each time, and nothing of markup.
    for (format, kind) in [
        ("csaf", "csaf-2.0"),
        ("csaf-2.0", "csaf-2.0"),
        ("csaf-2.1", "csaf-2.1"),
        ("vex", "vex-2.0"),
        ("openvex", "openvex"),
        ("osv", "osv"),
        ("stix", "stix"),
        ("html", "html"),
    ] {
        let file = ben.send("GET", &format!("{path}/formats/{format}"), &[], b"");
        assert_eq!(file.status, 200, "{format}: {file:?}");
        assert_eq!(
            ben.send("GET", &format!("{path}/formats/{format}"), &[], b"").body,
            file.body,
            "{format}"
        );
        assert!(file.header("content-disposition").is_some_and(|d| d.starts_with("attachment")), "{format}");
        let named = if format == "html" {
            "Zoë &quot;0x7a&quot; O&#39;Neill &lt;script&gt;"
        } else {
            "CVE-2026-12345"
        };
        assert!(file.body.contains(named), "{format}: {}", file.body);
        leave(kind, &format!("{format}.json"), &file.body);
        let tag = file.header("etag").expect("a tag").to_owned();
        let again = ben.send("GET", &format!("{path}/formats/{format}"), &[("if-none-match", &tag)], b"");
        assert_eq!((again.status, &*again.body), (304, ""), "{format}");
    }
    let csaf = ben.get(&format!("{path}/formats/csaf")).is(200);
    let names = &csaf["document"]["acknowledgments"][0]["names"];
    assert_eq!(*names, json!(["Zoë \"0x7a\" O'Neill <script>", "  Kim  "]), "letter for letter");
    ben.get(&format!("{path}/formats/pdf")).fails(404);
    ben.get(&format!("{path}/formats/osv?number=2")).fails(404);
    stix(&ben.get(&format!("{path}/formats/stix")).is(200));

    // Said by one, seen by the owner, and by nobody else.
    let say = |client: &Client, state: &str| {
        client.post(&format!("{path}/receipts"), &json!({ "state": state, "words": "on Tuesday" }))
    };
    assert_eq!(say(ben, "acknowledged").is(201)["items"][0]["state"], "acknowledged");
    say(ben, "acknowledged").fails(409);
    say(ben, "read").fails(409);
    say(ben, "acting").is(201);
    node.client("ben", "read").post(&format!("{path}/receipts"), &json!({ "state": "done" })).fails(403);
    let seen = ada.get(&format!("{path}/receipts")).is(200);
    let states: Vec<_> = seen["items"].as_array().expect("items").iter().map(|r| &r["state"]).collect();
    assert_eq!(states, ["acknowledged", "acting"]);
    assert_eq!(seen["items"][0]["by"], Value::Null, "who it was is their organisation's");
    let operator = &ben.get("/advisories/metrics").is(200)["operator"];
    assert_eq!(
        (&operator["advisories"], &operator["silent"], &operator["said"]["acting"]),
        (&json!(1), &json!(0), &json!(1))
    );
    let coordinator = ada.get("/advisories/metrics").is(200)["coordinator"].clone();
    let early = coordinator["tiers"]
        .as_array()
        .expect("tiers")
        .iter()
        .find(|t| t["collection"]["id"] == json!(tiers.early));
    assert_eq!(early.expect("a tier")["said"]["acting"], 1, "{coordinator}");
    assert_eq!(coordinator["states"]["released"], 1);
    let news = ben.send("GET", &format!("/collections/{}/advisories.rss", tiers.early), &[], b"");
    assert!(news.body.contains("FIRST-2026_#1: Gate lets strangers in (version 1)"), "{}", news.body);
}

/// Sections 4.3, 4.19 and 5.1 of STIX 2.1: what helps mitigates the vulnerability; every object has the marking.
fn stix(bundle: &Value) {
    let objects = bundle["objects"].as_array().expect("objects");
    let of = |kind: &str| objects.iter().filter(|o| o["type"] == kind).collect::<Vec<_>>();
    let (vulnerability, action) = (of("vulnerability")[0], of("course-of-action")[0]);
    assert_eq!(vulnerability["name"], "CVE-2026-12345");
    let link = of("relationship")[0];
    assert_eq!((&link["source_ref"], &link["target_ref"]), (&action["id"], &vulnerability["id"]));
    assert_eq!(link["relationship_type"], "mitigates");
    let marking = &of("marking-definition")[0]["id"];
    let marked =
        |o: &&Value| o["type"] == "marking-definition" || o["object_marking_refs"] == json!([marking]);
    assert!(objects.iter().all(|o| marked(&o)), "{bundle}");
    let held = of("report")[0]["object_refs"].as_array().expect("references").len();
    assert_eq!(held, objects.len() - 2, "all but the report and the marking");
}

/// What anyone reads, at the addresses of a provider: hashes, signatures, lists; revised, then taken back.
fn provider(node: &Node, path: &str, root: &Client, tiers: &Tiers) {
    let nobody = node.nobody();
    let now = json!({ "after": 4, "to": [{ "collection": tiers.public }] });
    assert_eq!(root.post(&format!("{path}/releases"), &now).is(201)["version"], 1, "the same, now to all");
    let year = time::text(by().now)[..4].to_owned();
    let file = format!("{year}/first-2026_1.json");
    let open = |name: &str| nobody.send_at("GET", &format!("/csaf/first/{name}"), &[], b"");
    assert_eq!(open("white/index.txt").body, format!("{file}\n"));
    let changed = open("white/changes.csv").body;
    assert!(changed.starts_with(&format!("\"{file}\",\"{year}-")), "{changed}");
    let served = open(&format!("white/{file}"));
    assert_eq!(served.header("content-type"), Some("application/json"));
    assert_eq!(served.header("access-control-allow-origin"), Some("*"));
    let hashes = open(&format!("white/{file}.sha256")).body;
    assert_eq!(hashes, format!("{}  first-2026_1.json\n", token::digest(&served.body)));
    let feed = open("white/feed.json").is(200);
    let entry = &feed["feed"]["entry"][0];
    assert_eq!((&entry["id"], &entry["format"]["version"]), (&json!("FIRST-2026_#1"), &json!("2.0")));
    let links: Vec<&str> =
        entry["link"].as_array().expect("links").iter().map(|l| text(&l["href"])).collect();
    assert!(
        links.iter().any(|l| l.ends_with(".json.asc")) && links.iter().any(|l| l.ends_with(".json.sha512")),
        "{links:?}"
    );
    let metadata = nobody.send_at("GET", "/.well-known/csaf/provider-metadata.json", &[], b"").is(200);
    assert_eq!(metadata["role"], "csaf_trusted_provider");
    assert!(open("white/").body.contains(&format!("<a href=\"{year}/\">")));
    assert!(open(&format!("white/{year}/")).body.contains("first-2026_1.json.asc"));
    let signature = open(&format!("white/{file}.asc")).body;
    assert_eq!(open(&format!("white/{file}.asc")).body, signature, "the same each time");
    for (name, bytes) in [
        ("first-2026_1.json", served.body.clone()),
        ("first-2026_1.json.sha256", hashes),
        ("first-2026_1.json.sha512", open(&format!("white/{file}.sha512")).body),
        ("first-2026_1.json.asc", signature),
        ("openpgp-key.asc", open("openpgp-key.asc").body),
        ("provider-metadata.json", metadata.to_string()),
        ("feed.json", feed.to_string()),
    ] {
        leave("provider", name, &bytes);
    }
    leave("csaf-2.0", "served.json", &served.body);
    for none in [
        "green/index.txt",
        "white/2025/first-2026_1.json",
        "white/nothing.txt",
        "purple/index.txt",
        "../first/white/index.txt",
    ] {
        assert_eq!(open(none).status, 404, "{none}");
    }
    assert_eq!(root.get("/advisories/metrics").is(200)["public"]["advisories"], 1);
    // A second version, in CSAF 2.1: its readers of 2.0 go on.
    let mut second: Value = root.get(&format!("{path}/formats/csaf-2.1")).is(200);
    second["document"]["title"] = json!("Gate let strangers in");
    let put = format!("{path}/document?after=4");
    assert_eq!(root.json("PUT", &put, &[], &second).is(200)["number"], 5);
    let release = json!({ "after": 5, "summary": "Renamed.", "to": [{ "collection": tiers.public }] });
    assert_eq!(root.post(&format!("{path}/releases"), &release).is(201)["version"], 2);
    let told = root.get(&format!("{path}/changes?from=4&to=6")).is(200);
    let title =
        told["changes"].as_array().expect("changes").iter().find(|c| c["pointer"] == "/document/title");
    assert_eq!(title.expect("the title")["after"], "Gate let strangers in");
    let again = open(&format!("white/{file}")).is(200);
    assert_eq!(
        (&again["document"]["csaf_version"], &again["document"]["title"]),
        (&json!("2.0"), &json!("Gate let strangers in"))
    );
    let history: Vec<_> = again["document"]["tracking"]["revision_history"]
        .as_array()
        .expect("a history")
        .iter()
        .map(|e| e["number"].clone())
        .collect();
    assert_eq!(history, ["1", "2"]);
    leave("csaf-2.0", "second.json", &again.to_string());
    leave("csaf-2.1", "second.json", &root.send("GET", &format!("{path}/formats/csaf"), &[], b"").body);
    // Whoever reads both tiers has the newer; nothing is said of it yet.
    let ben = node.client("ben", "read,write");
    assert_eq!(ben.get(path).is(200)["version"], 2);
    assert_eq!(ben.get("/advisories/metrics").is(200)["operator"]["silent"], 1);
    let closed = ben.send("GET", &format!("/csaf/first/white/{file}"), &[], b"");
    assert_eq!(closed.body, open(&format!("white/{file}")).body, "the same through the closed door");
    // Taken back.
    root.send("DELETE", &format!("{path}/releases/{}", tiers.public), &[], b"").is(204);
    assert_eq!((open(&format!("white/{file}")).status, open("white/index.txt").body), (404, String::new()));
    assert_eq!(ben.get(path).is(200)["version"], 1, "the other tier has what it had");
    root.send("DELETE", &format!("{path}/releases/{}", tiers.public), &[], b"").fails(404);
    assert!(root.get("/audit/verify").is(200)["whole"] != json!(false));
}

/// What leaves has no personal data that has nothing to do with the threat (docs/privacy.md), in any format; credit and the publisher's
/// contact stand letter for letter. The record names places, never what was there.
fn cleaned(node: &Node, who: &[&Client; 3], tiers: &Tiers) -> String {
    let [root, ada, ben] = who;
    let mut said = document();
    said["document"]["tracking"]["id"] = json!("FIRST-2026-2");
    said["document"]["publisher"]["contact_details"] = json!("Otto <otto@first.example>, +49 30 555123");
    said["document"]["acknowledgments"] = json!([{ "names": ["Ada Byron <ada@lab.example>"] }]);
    said["document"]["references"][0]["url"] =
        json!("https://lists.example.org/list/users@lists.example.org/1");
    said["document"]["notes"][0]["text"] = json!(
        "maria.lopez@bank.example (+49 30 901820) was hit by a mail of lure@evil.example. Found by ada@lab.example, ask otto@first.example."
    );
    said["vulnerabilities"][0]["notes"][0]["text"] = json!("It reads /home/mlopez/.token without a check.");
    let begun = ada.post("/advisories", &json!({ "document": said })).is(201);
    let path = format!("/advisories/{}", text(&begun["id"]));
    let to = json!({
        "after": 1, "summary": "Told by maria.lopez@bank.example.", "kept": ["lure@evil.example"],
        "to": [{ "collection": tiers.early }],
    });
    assert_eq!(root.post(&format!("{path}/releases"), &to).is(201)["version"], 1);
    let gone = ["maria.lopez", "901820", "mlopez"];
    for format in ["csaf", "csaf-2.0", "csaf-2.1", "vex", "openvex", "osv", "stix", "html"] {
        let file = ben.send("GET", &format!("{path}/formats/{format}"), &[], b"");
        assert_eq!(file.status, 200, "{format}: {file:?}");
        assert!(gone.iter().all(|one| !file.body.contains(one)), "{format}: {}", file.body);
        let credited = matches!(format, "openvex" | "stix") || file.body.contains("Ada Byron");
        assert!(credited, "{format}: {}", file.body);
    }
    let csaf = ben.send("GET", &format!("{path}/formats/csaf"), &[], b"").body;
    for stays in [
        "lure@evil.example",
        "ada@lab.example",
        "otto@first.example",
        "+49 30 555123",
        "users@lists.example.org",
    ] {
        assert!(csaf.contains(stays), "{stays}: {csaf}");
    }
    assert!(
        csaf.contains("[removed:email] ([removed:phone]) was hit by a mail of lure@evil.example"),
        "{csaf}"
    );
    let news = ben.send("GET", &format!("/collections/{}/advisories.rss", tiers.early), &[], b"").body;
    assert!(news.contains("Told by [removed:email].") && !news.contains("maria"), "{news}");
    // For its owner: what was written, what leaves, and the record between them.
    assert!(ada.get(&format!("{path}/editions/1")).is(200).to_string().contains("maria.lopez"));
    let editions = ada.get(&format!("{path}/editions")).is(200);
    let record = &editions["items"][1]["scrubbed"];
    let places: Vec<_> = record["entries"]
        .as_array()
        .expect("entries")
        .iter()
        .map(|e| format!("{} {}", text(&e["rule"]), text(&e["path"])))
        .collect();
    assert_eq!(
        places,
        [
            "email /document/notes/0/text",
            "phone /document/notes/0/text",
            "email /document/tracking/revision_history/0/summary",
            "home-path /vulnerabilities/0/notes/0/text",
        ]
    );
    assert_eq!((&record["mode"], &record["kept"]), (&json!("remove"), &json!(["lure@evil.example"])));
    assert_eq!(editions["items"][0]["scrubbed"], Value::Null);
    ben.get(&format!("{path}/editions")).fails(404);
    let log = root.get("/audit?limit=500").is(200).to_string();
    assert!(log.contains("privacy.scrub") && gone.iter().all(|one| !log.contains(one)), "{log}");
    // To everybody else as it is: what was said to belong to the threat still does.
    let to = json!({ "after": 2, "to": [{ "collection": tiers.public }] });
    assert_eq!(root.post(&format!("{path}/releases"), &to).is(201)["version"], 1);
    assert!(
        node.nobody()
            .send_at("GET", "/csaf/first/white/index.txt", &[], b"")
            .body
            .contains("first-2026-2.json")
    );
    path
}

/// A last edition takes it back, in every format as that has it (CSAF 2.1, section 4.6; OSV's `withdrawn`; STIX's `revoked`).
fn withdrawn(node: &Node, path: &str, who: &[&Client; 3], tiers: &Tiers) {
    let [root, ada, ben] = who;
    ben.post(&format!("{path}/receipts"), &json!({ "state": "done", "words": "" })).is(201);
    let before = ben.get(&format!("{path}/formats/osv")).is(200);
    let stix = ben.get(&format!("{path}/formats/stix")).is(200);
    let back = |client: &Client, after: i64, reason: &str| {
        client.post(&format!("{path}/withdrawal"), &json!({ "after": after, "reason": reason }))
    };
    let reason = "The flaw is in another product, says maria.lopez@bank.example.";
    back(ada, 2, reason).fails(403);
    back(ben, 2, reason).fails(404);
    back(root, 2, " ").fails(422);
    back(root, 1, reason).fails(409);
    let done = back(root, 2, reason).is(201);
    assert_eq!((&done["edition"], &done["version"]), (&json!(3), &json!(2)));
    back(root, 3, reason).fails(422);
    let again = json!({ "after": 3, "to": [{ "collection": tiers.early }] });
    root.post(&format!("{path}/releases"), &again).fails(422);
    ada.json("PUT", &format!("{path}/document?after=3"), &[], &document()).fails(422);

    let mine = ben.get("/advisories").is(200)["items"].clone();
    let line =
        mine.as_array().expect("items").iter().find(|a| a["tracking"] == "FIRST-2026-2").expect("it").clone();
    assert_eq!(
        (&line["title"], &line["withdrawn"], &line["version"]),
        (&json!("Withdrawn: Gate lets strangers in"), &json!(true), &json!(2))
    );
    assert_eq!(ada.get(path).is(200)["state"], "withdrawn");
    // Whoever had done with it has something new to read.
    ben.post(&format!("{path}/receipts"), &json!({ "state": "acknowledged", "words": "" })).is(201);
    let csaf = ben.get(&format!("{path}/formats/csaf")).is(200);
    let part = &csaf["document"];
    assert_eq!((&part["category"], &part["tracking"]["status"]), (&json!("csaf_base"), &json!("final")));
    assert_eq!(part["tracking"]["revision_history"][1]["summary"], "Withdrawn.");
    assert_eq!(part["notes"][0]["title"], "Reasoning for Withdrawal");
    assert_eq!(part["notes"][0]["text"], "The flaw is in another product, says [removed:email].");
    assert_eq!(part["acknowledgments"][0]["names"][0], "Ada Byron <ada@lab.example>");
    assert!(csaf.get("vulnerabilities").is_none());
    let as_21 = ben.get(&format!("{path}/formats/csaf-2.1")).is(200);
    assert_eq!(as_21["document"]["category"], "csaf_withdrawn");
    let record = ben.get(&format!("{path}/formats/osv")).is(200);
    assert_eq!(
        (&record["id"], &record["withdrawn"]),
        (&before["id"], &part["tracking"]["current_release_date"])
    );
    assert!(record.get("affected").is_none(), "{record}");
    let vex = ben.get(&format!("{path}/formats/openvex")).is(200);
    let open = |s: &Value| s["status"] == "under_investigation";
    assert!(vex["statements"].as_array().is_some_and(|all| !all.is_empty() && all.iter().all(open)), "{vex}");
    let revoked = ben.get(&format!("{path}/formats/stix")).is(200);
    let ids = |bundle: &Value, only: bool| -> Vec<String> {
        let all = bundle["objects"].as_array().expect("objects").iter();
        let kept = |o: &&Value| !matches!(text(&o["type"]), "identity" | "marking-definition");
        all.filter(kept)
            .filter(|o| !only || o["revoked"] == true)
            .map(|o| text(&o["id"]).to_owned())
            .collect()
    };
    assert_eq!(ids(&revoked, true), ids(&stix, false), "each object that was told of");
    let page = ben.send("GET", &format!("{path}/formats/html"), &[], b"").body;
    assert!(page.contains("This advisory was withdrawn."), "{page}");
    let news = ben.send("GET", &format!("/collections/{}/advisories.rss", tiers.early), &[], b"").body;
    assert!(news.contains("FIRST-2026-2: Withdrawn: Gate lets strangers in (version 2)"), "{news}");
    for (format, kind) in [
        ("csaf", "csaf-2.0"),
        ("csaf-2.1", "csaf-2.1"),
        ("vex", "vex-2.0"),
        ("openvex", "openvex"),
        ("osv", "osv"),
        ("stix", "stix"),
    ] {
        let file = ben.send("GET", &format!("{path}/formats/{format}"), &[], b"");
        assert_eq!(file.status, 200, "{format}: {file:?}");
        assert!(!file.body.contains("maria"), "{format}: {}", file.body);
        leave(kind, &format!("withdrawn-{format}.json"), &file.body);
    }
    // The provider goes on serving it, to everybody.
    let year = &time::text(by().now)[..4];
    let file = format!("/csaf/first/white/{year}/first-2026-2.json");
    let open = |place: &str| node.nobody().send_at("GET", place, &[], b"");
    assert_eq!(open(&file).is(200)["document"]["title"], "Withdrawn: Gate lets strangers in");
    assert!(
        open("/csaf/first/white/changes.csv").body.starts_with(&format!("\"{year}/first-2026-2.json\","))
    );
    assert_eq!(
        open("/csaf/first/white/feed.json").is(200)["feed"]["entry"][0]["title"],
        "Withdrawn: Gate lets strangers in"
    );
    assert_eq!(open(&format!("{file}.asc")).status, 200);
    assert!(root.get("/audit/verify").is(200)["whole"] != json!(false));
}

#[test]
fn what_is_released_is_read_by_tier_on_sqlite() {
    story(&Node::new());
}

#[test]
fn what_is_released_is_read_by_tier_on_postgres() {
    on_postgres(story);
}
