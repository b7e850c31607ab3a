//! A test for each class of holes that systems of this kind had, named by its class.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use bartizan::{Analyzer, Input, Options};
use bartizan_clearinghouse::access::{Role, Roles, Scope, Scopes};
use bartizan_knowledge::Pack;
use bartizan_stix::Tlp;
use serde_json::{Value, json};

use crate::harness::{self, MEDIA, NOW, then as by, uuid};
use crate::world::{Asker, Shows, World, anyone, object, run};

const ALL: &str = "/read,write,manage";

fn token(world: &World, name: &str) -> Asker {
    world.caller(&format!("{name}{ALL}")).clone()
}

fn bearing(secret: &str) -> Asker {
    Asker { shows: Shows::Bearer(secret.to_owned()), ..anyone() }
}

/// OpenCTI CVE-2026-27960: an API without credentials acted as somebody, the default administrator among them.
#[test]
fn identity_confusion_without_credentials() {
    run(async |world| {
        let odd = [
            "",
            "Bearer",
            "Bearer ",
            "Bearer null",
            "Bearer undefined",
            "Bearer 0",
            "bearer bzt_",
            "Basic",
            "Basic Og==",
            // admin:, admin:admin, system:, anyone:, admin-first:
            "Basic YWRtaW46",
            "Basic YWRtaW46YWRtaW4=",
            "Basic c3lzdGVtOg==",
            "Basic YW55b25lOg==",
            "Basic YWRtaW4tZmlyc3Q6",
            "Negotiate x",
            "Digest username=\"admin-first\"",
            "Token x",
            "Bearer \u{e9}",
        ];
        for value in odd {
            for path in ["/api/v1/me", "/api/v1/people", "/taxii2/root/collections/", "/metrics"] {
                let answer = world.ask(&anyone(), "GET", path, &[("authorization", value)], b"").await;
                assert_eq!(answer.status, 401, "{value:?} {path}");
            }
        }
        // What a proxy might say of somebody counts for nothing.
        for name in
            ["x-forwarded-user", "x-remote-user", "remote-user", "x-user", "x-auth-request-user", "x-api-key"]
        {
            for path in ["/api/v1/me", "/library"] {
                let answer = world.ask(&anyone(), "GET", path, &[(name, "admin-first")], b"").await;
                assert!(matches!(answer.status, 401 | 303), "{name} {path}: {}", answer.status);
            }
        }
        // Of two that say different things neither is somebody else's: the answer is one's own or none.
        let (ada, ben) = (token(&world, "analyst-first"), token(&world, "admin-second"));
        let Shows::Bearer(secret) = &ben.shows else { panic!("no token") };
        let second = format!("Bearer {secret}");
        let answer = world.ask(&ada, "GET", "/api/v1/me", &[("authorization", &second)], b"").await;
        assert!(answer.status == 401 || answer.status == 200, "{answer:?}");
    });
}

/// OpenCTI CVE-2026-44730: an organisation's administrator pulled somebody more powerful into their own.
#[test]
fn pulling_somebody_more_powerful_into_ones_own_organisation() {
    run(async |world| {
        let (admin, own) = (&world.subjects[1], world.second().uuid.clone());
        let before = world.store.directory().people[&admin.id].clone();
        let path = format!("/api/v1/people/{}", admin.uuid);
        for caller in ["coordinator-first", "coordinator-second"] {
            for body in
                [json!({ "organisation": own }), json!({ "roles": ["reader"] }), json!({ "closed": true })]
            {
                let answer = world.json(&token(&world, caller), "PATCH", &path, &body).await;
                assert!(matches!(answer.status, 403 | 404 | 422), "{caller} {body}: {}", answer.status);
            }
            for tail in ["roles", "invite", "disable"] {
                let form = [("organisation", own.as_str()), ("role", "reader")];
                let path = format!("/admin/people/{}/{tail}", admin.uuid);
                let answer = world.form(world.visitor(caller), &path, &form).await;
                assert!(matches!(answer.status, 403 | 404), "{caller} {tail}: {}", answer.status);
            }
        }
        // Nor is somebody who may be changed moved by a field that no form has.
        let reader = &world.subjects[0];
        let form = [("organisation", own.as_str()), ("role", "reader"), ("role", "coordinator")];
        let path = format!("/admin/people/{}/roles", reader.uuid);
        assert_eq!(world.form(world.visitor("coordinator-first"), &path, &form).await.status, 403);
        let after = world.store.fresh().await.expect("fresh");
        assert_eq!(after.people[&admin.id].member, before.member);
        assert_eq!(after.people[&reader.id].member.organisation, world.first().id);
    });
}

/// OpenCTI CVE-2026-21887: an address that a user gives is fetched from inside.
#[test]
fn requests_forged_through_an_address() {
    run(async |world| {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a listener");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&seen);
        std::thread::spawn(move || {
            for _ in listener.incoming().flatten() {
                counted.fetch_add(1, Ordering::SeqCst);
            }
        });
        let ada = world.visitor("analyst-first");
        let inside = [
            "http://127.0.0.1:P/",
            "http://localhost:P/",
            "http://[::1]:P/",
            "http://[::ffff:127.0.0.1]:P/",
            "http://0.0.0.0:P/",
            "http://127.1:P/",
            "http://2130706433:P/",
            "http://0x7f000001:P/",
            "http://0177.0.0.1:P/",
            "http://user@127.0.0.1:P/",
            "http://169.254.169.254/latest/meta-data/",
            "http://10.0.0.1/",
            "http://[fd00::1]/",
            "file:///etc/passwd",
            "gopher://127.0.0.1:P/x",
            "ftp://127.0.0.1:P/x",
            "http:/127.0.0.1:P/",
            "//127.0.0.1:P/",
            "http://①②⑦.0.0.1:P/",
        ];
        for url in inside {
            let url = url.replace('P', &port.to_string());
            let fields = [("kind", "url"), ("url", url.as_str()), ("marking", "TLP:GREEN")];
            let mut fields: Vec<_> = fields.map(|(n, v)| (n.to_owned(), v.to_owned())).into();
            let Shows::Cookie(_, csrf) = &ada.shows else { panic!("no session") };
            fields.push(("csrf".into(), csrf.clone()));
            let (kind, body) = crate::matrix::multipart(&fields);
            let answer = world.ask(ada, "POST", "/submit", &[("content-type", &kind)], body.as_bytes()).await;
            assert_eq!(answer.status, 422, "{url}: {answer:?}");
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
        assert_eq!(seen.load(Ordering::SeqCst), 0, "nothing was asked inside");
    });
}

/// MISP CVE-2026-56424: A is authorised and B is changed; seeing is taken for editing; a deletion is keyed on the wrong identifier.
#[test]
fn authorise_one_object_and_change_another() {
    run(async |world| {
        let store = &world.store;
        // The private collection of Fourth has an object; First's coordinator names it in a collection of their own.
        let theirs = world.objects.last().expect("an object");
        let mine = world.objects.iter().find(|o| o.audience.marking == Tlp::Green).expect("an object");
        let first = token(&world, "coordinator-first");
        let shared = format!("/taxii2/root/collections/{}/objects", world.shared.uuid);
        let accept = [("accept", MEDIA)];
        let answer = world.ask(&first, "DELETE", &format!("{shared}/{}/", theirs.id), &accept, b"").await;
        assert_eq!(answer.status, 404);
        // A filter does not widen what the address names.
        let path = format!("{shared}/{}/?match[id]={}", mine.id, world.objects[0].id);
        assert_eq!(world.ask(&first, "DELETE", &path, &accept, b"").await.status, 200);
        let there =
            world.ask(&first, "GET", &format!("{shared}/{}/", world.objects[0].id), &accept, b"").await;
        assert_eq!(there.status, 200, "what the filter named is still there");
        let fourth = token(&world, "analyst-fourth");
        let path = format!("/taxii2/root/collections/{}/objects/{}/", world.private.uuid, theirs.id);
        assert_eq!(world.ask(&fourth, "GET", &path, &accept, b"").await.status, 200);
        // Rights in one's own collection are given to nobody else's.
        let path = format!("/api/v1/collections/{}/grants/{}", world.private.uuid, world.first().uuid);
        let all = json!({ "read": true, "write": true });
        assert_eq!(world.json(&first, "PUT", &path, &all).await.status, 404);
        // Another's job and token, by one's own address.
        for job in world.jobs.iter().filter(|j| j.audience.owner == world.second().id) {
            assert_eq!(
                world.ask(&first, "DELETE", &format!("/api/v1/jobs/{}", job.id), &[], b"").await.status,
                404
            );
        }
        let ben = harness::secret(store, &by(), world.person("reader-second"), Scopes::ALL, None).await;
        let number =
            store.fresh().await.expect("fresh").tokens[&bartizan_clearinghouse::token::digest(&ben)].id;
        assert_eq!(
            world.ask(&first, "DELETE", &format!("/api/v1/tokens/{number}"), &[], b"").await.status,
            404
        );
        let page = world.visitor("coordinator-first");
        assert_eq!(world.form(page, &format!("/account/tokens/{number}/revoke"), &[]).await.status, 404);
        assert_eq!(world.get(&bearing(&ben), "/api/v1/me").await.status, 200, "it was not revoked");
        // Seeing is not editing: First's reader sees the report and changes nothing of it.
        let report = &world.reports[0];
        let reader = world.visitor("reader-first");
        assert_eq!(world.get(reader, &format!("/reports/{}", report.id)).await.status, 200);
        for (tail, form) in [
            ("decisions", vec![("act", "complete")]),
            ("decisions/undo", vec![]),
            ("publish", vec![("collection", world.shared.uuid.as_str())]),
        ] {
            let path = format!("/reports/{}/{tail}", report.id);
            assert_eq!(world.form(reader, &path, &form).await.status, 403, "{tail}");
        }
    });
}

/// Dependency-Track 4.14: reads were looked at, writes across organisations were not.
#[test]
fn writes_across_organisations() {
    run(async |world| {
        let entries = world.store.audit(None, 1).await.expect("asked")[0].number;
        for name in [
            "analyst-fourth",
            "reviewer-fourth",
            "coordinator-fourth",
            "coordinator-second",
            "reviewer-third",
        ] {
            let asker = world.visitor(name);
            let report = &world.reports[1].id;
            for (path, form) in [
                (format!("/reports/{report}/decisions"), vec![("act", "complete")]),
                (format!("/reports/{report}/publish"), vec![("collection", world.private.uuid.as_str())]),
                (format!("/jobs/{}/cancel", world.jobs[0].id), vec![]),
                (format!("/collections/{}/public", world.shared.uuid), vec![("public", "0")]),
                (format!("/collections/{}/grants", world.shared.uuid), vec![("to", "organisation:4")]),
                (
                    format!("/admin/groups/{}/add", world.group.1),
                    vec![("organisation", world.fourth().uuid.as_str())],
                ),
            ] {
                let answer = world.form(asker, &path, &form).await;
                assert!(matches!(answer.status, 403 | 404), "{name} {path}: {}", answer.status);
            }
        }
        let after = world.store.audit(None, 1).await.expect("asked")[0].number;
        assert_eq!(after, entries, "nothing was changed: the log has nothing new");
    });
}

/// MISP#1720, melicertes/csp#22: who is in a sharing group showed through; a node that was not in it could pull.
#[test]
fn membership_of_a_sharing_group() {
    run(async |world| {
        // Third reads the shared collection as a client, Fourth has nothing to do with it.
        let shared = &world.shared.uuid;
        for name in ["coordinator-third", "coordinator-fourth", "admin-fourth", "analyst-second"] {
            let visitor = world.visitor(name);
            for path in
                ["/admin/groups".to_owned(), format!("/collections/{shared}"), "/collections".to_owned()]
            {
                let page = world.get(visitor, &path).await;
                assert!(!page.body.contains("Circle"), "{name} {path}");
            }
        }
        let seen =
            world.get(&token(&world, "reader-third"), &format!("/api/v1/collections/{shared}")).await.is(200);
        assert_eq!(seen["grants"], Value::Null, "a client is not told who else is in it");
        let page = world.get(world.visitor("reader-third"), &format!("/collections/{shared}")).await;
        assert!(!page.body.contains("Fifth"), "{}", page.body);
        let page = world.get(world.visitor("reader-fifth"), &format!("/collections/{shared}")).await;
        assert!(page.body.contains("Circle"), "who is in it knows it");
        for tail in ["", "objects/", "manifest/"] {
            let path = format!("/taxii2/root/collections/{}/{tail}", world.private.uuid);
            assert_eq!(world.get(&token(&world, "coordinator-first"), &path).await.status, 404);
        }
    });
}

/// Receipts, counts, and whether something is a repetition tell of what somebody may not know.
#[test]
fn oracles_of_existence() {
    run(async |world| {
        let ben = token(&world, "analyst-second");
        let path = format!("/taxii2/root/collections/{}/objects/", world.shared.uuid);
        let put = async |asker: &Asker, id: &str| {
            let body = format!(
                r#"{{"objects":[{{"type":"malware","id":"{id}","spec_version":"2.1","modified":"2024-01-01T00:00:00Z","name":"m"}}]}}"#
            );
            let headers = [("accept", MEDIA), ("content-type", MEDIA)];
            world.ask(asker, "POST", &path, &headers, body.as_bytes()).await.is(202)
        };
        // The same object is there, under embargo and for somebody else: the answer is that of one that was never there.
        let hidden = format!("malware--{}", uuid());
        let whose = (world.first().id, world.person("analyst-first"));
        let at = (hidden.as_str(), "2024-01-01T00:00:00Z");
        object(&world.store, world.shared.id, whose, at, (Tlp::Clear, Some(NOW + 1))).await;
        let new = format!("malware--{}", uuid());
        let (one, other) = (put(&ben, &hidden).await, put(&ben, &new).await);
        let told = |status: &Value, id: &str| {
            let mut status = status.clone();
            status["id"] = json!("");
            status.to_string().replace(id, "X")
        };
        assert_eq!(told(&one, &hidden), told(&other, &new));
        // A receipt is its sender's; to everybody else it is one that never was.
        let receipt = one["id"].as_str().expect("an id");
        let of = |id: &str| format!("/taxii2/root/status/{id}/");
        for name in ["coordinator-first", "reviewer-second", "analyst-fourth"] {
            let asker = token(&world, name);
            let (theirs, none) =
                (world.get(&asker, &of(receipt)).await, world.get(&asker, &of(&uuid())).await);
            assert_eq!((theirs.status, &theirs), (404, &none), "{name}");
        }
        // The same document, handed in by another organisation, is new here.
        let new = json!({ "name": "a.txt", "marking": "TLP:AMBER", "text": "The same words for both." });
        let first =
            world.json(&token(&world, "analyst-first"), "POST", "/api/v1/submissions", &new).await.is(202);
        let second = world.json(&ben, "POST", "/api/v1/submissions", &new).await.is(202);
        assert_ne!(first["id"], second["id"]);
        assert_eq!((&second["state"], &second["attempts"]), (&json!("queued"), &json!(0)));
        // Who guesses names is told nothing of them.
        let enter = async |name: &str| {
            world.form(&anyone(), "/sign-in", &[("name", name), ("password", "wrong")]).await
        };
        let (there, not) = (enter("analyst-first").await, enter("analyst-ninth").await);
        assert_eq!(there.status, not.status);
        assert_eq!(there.body.replace("analyst-first", "X"), not.body.replace("analyst-ninth", "X"));
    });
}

/// A spreadsheet runs what begins like a formula.
#[test]
fn formulas_in_exported_tables() {
    run(async |world| {
        let ada = token(&world, "analyst-first");
        let formulas = [
            "=cmd|' /C calc'!A0",
            "+1+1",
            "-2+3",
            "@SUM(1)",
            "\t=1",
            "\r=1",
            "=HYPERLINK(\"http://x\")",
            "\u{ff1d}1",
            "%0A=1",
            "|calc",
        ];
        let objects: Vec<Value> = formulas
            .iter()
            .map(|text| {
                json!({
                    "type": "indicator", "spec_version": "2.1", "id": format!("indicator--{}", uuid()), "name": text,
                    "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z", "description": text,
                    "pattern_type": "stix", "pattern": format!("[domain-name:value = '{}']", text.replace('\'', "\\'")),
                    "valid_from": "2026-01-01T00:00:00Z", "labels": [text],
                })
            })
            .collect();
        let body = json!({ "objects": objects }).to_string();
        let path = format!("/taxii2/root/collections/{}/objects/", world.shared.uuid);
        let headers = [("accept", MEDIA), ("content-type", MEDIA)];
        let told = world.ask(&ada, "POST", &path, &headers, body.as_bytes()).await.is(202);
        assert_eq!(told["failure_count"], 0, "{told}");
        let table = world.get(&ada, &format!("/api/v1/collections/{}/objects.csv", world.shared.uuid)).await;
        assert_eq!(table.status, 200);
        let mut cells = 0;
        for row in rows(&table.body) {
            for cell in row {
                cells += 1;
                let start = cell.trim_start_matches([' ', '\u{feff}']).chars().next();
                let runs = start.is_some_and(|c| "=+-@\t\r\n\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}".contains(c));
                assert!(!runs, "a cell begins {cell:?}");
            }
        }
        assert!(cells > 15 * formulas.len(), "{}", table.body);
    });
}

/// Cells as RFC 4180 writes them.
fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        match c {
            '"' if quoted && letters.peek() == Some(&'"') => cell.extend(letters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            '\r' if !quoted => {}
            _ => cell.push(c),
        }
    }
    rows
}

fn docx(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, content) in files {
        archive.start_file(*name, options).expect("a file");
        archive.write_all(content).expect("content");
    }
    archive.finish().expect("an archive").into_inner()
}

fn read(name: &str, bytes: Vec<u8>) -> Option<String> {
    let analysis = Analyzer::new(Pack::built_in()).analyze(&Input::new(name, bytes), &Options::default());
    analysis.ok().map(|analysis| {
        let document = serde_json::to_value(bartizan::exchange::json::document(&analysis)).expect("JSON");
        document["document"]["text"].as_str().unwrap_or_default().to_owned()
    })
}

/// XXE, entities that grow, and archives that grow, in what is handed in.
#[test]
fn entities_and_archives_in_submissions() {
    let body = |doctype: &str, text: &str| {
        format!(
            "<?xml version=\"1.0\"?>{doctype}<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body><w:p><w:r><w:t>Before {text} after the words of the report.</w:t></w:r></w:p></w:body></w:document>"
        )
    };
    let types = br#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#;
    let word = |xml: &str| docx(&[("[Content_Types].xml", types), ("word/document.xml", xml.as_bytes())]);
    let begun = std::time::Instant::now();
    let plain = read("a.docx", word(&body("", "plain"))).expect("a document");
    assert!(plain.contains("Before plain after"), "the reader reads such a document: {plain}");
    let file = r#"<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>"#;
    let web = r#"<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]>"#;
    let mut laughs = String::from("<!DOCTYPE x [<!ENTITY a0 \"ha ha ha ha ha ha ha ha ha ha \">");
    for n in 1..12 {
        laughs += &format!("<!ENTITY a{n} \"{}\">", format!("&a{};", n - 1).repeat(10));
    }
    laughs += "]>";
    for (doctype, text) in [(file, "&e;"), (web, "x"), (laughs.as_str(), "&a11;")] {
        let text = read("a.docx", word(&body(doctype, text))).unwrap_or_default();
        assert!(!text.contains("root:") && text.len() < 1 << 20, "{} letters", text.len());
    }
    for name in ["a.html", "a.md", "a.txt", "a.eml"] {
        let text =
            format!("{file}<html><body><p>Before &e; after the words of the report.</p></body></html>");
        assert!(!read(name, text.into_bytes()).unwrap_or_default().contains("root:"), "{name}");
    }
    // 200 MiB of blanks in 200 KiB.
    let blanks = vec![b' '; 200 << 20];
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for name in ["[Content_Types].xml", "word/document.xml"] {
        archive.start_file(name, options).expect("a file");
        archive.write_all(&blanks).expect("content");
    }
    let bomb = archive.finish().expect("an archive").into_inner();
    assert!(bomb.len() < 1 << 20);
    assert!(read("a.docx", bomb).unwrap_or_default().len() < 1 << 20);
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}

/// The same on the wire: a body is measured after it is unpacked.
#[test]
fn a_body_that_grows_when_it_is_unpacked() {
    run(async |world| {
        let mut packed = flate(&vec![b' '; 64 << 20]);
        let ada = token(&world, "analyst-first");
        let path = format!("/taxii2/root/collections/{}/objects/", world.shared.uuid);
        let headers = [("accept", MEDIA), ("content-type", MEDIA), ("content-encoding", "gzip")];
        assert_eq!(world.ask(&ada, "POST", &path, &headers, &packed).await.status, 413);
        let headers = [("content-type", "application/json"), ("content-encoding", "gzip")];
        for path in ["/api/v1/collections", "/api/v1/submissions"] {
            let answer =
                world.ask(&token(&world, "coordinator-first"), "POST", path, &headers, &packed).await;
            assert!(matches!(answer.status, 400 | 413), "{path}: {answer:?}");
        }
        packed = flate(&packed);
        let headers = [("accept", MEDIA), ("content-type", MEDIA), ("content-encoding", "gzip, gzip")];
        let answer = world.ask(&ada, "POST", &path, &headers, &packed).await;
        assert!((400..500).contains(&answer.status), "{answer:?}");
    });
}

/// gzip of stored or repeated bytes, by the one compressor that is here: a ZIP's, whose deflate stream is the same.
fn flate(bytes: &[u8]) -> Vec<u8> {
    let archive = docx(&[("x", bytes)]);
    // Local header: 30 bytes and the name; the sizes stand in the central directory.
    let central = archive.windows(4).rposition(|w| w == b"PK\x01\x02").expect("a directory");
    let number = |at: usize| u32::from_le_bytes(archive[at..at + 4].try_into().expect("four"));
    let (crc, packed, size) = (number(central + 16), number(central + 20) as usize, number(central + 24));
    let extra = u16::from_le_bytes([archive[28], archive[29]]) as usize;
    let start = 30 + 1 + extra;
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    out.extend_from_slice(&archive[start..start + packed]);
    out.extend_from_slice(&crc.to_le_bytes());
    out.extend_from_slice(&size.to_le_bytes());
    out
}

/// A name that leads out of its folder.
#[test]
fn paths_that_lead_elsewhere() {
    run(async |world| {
        let ada = world.visitor("analyst-first");
        let report = &world.reports[0].id;
        for name in [
            "..%2f..%2fetc%2fpasswd",
            "%2e%2e%2fanalysis.json",
            "..%5canalysis.json",
            "analysis.json%00",
            "analysis.json%00.html",
            "package.zip%2fanalysis.json",
            "%2fetc%2fpasswd",
            "analysis.json/",
            "ANALYSIS.JSON",
            "report.html",
            ".",
            "..",
            "%c0%ae%c0%ae%c0%af",
        ] {
            for path in [format!("/reports/{report}/files/{name}"), format!("/assets/{name}")] {
                let answer = world.get(ada, &path).await;
                let none = answer.status == 404 || (path.starts_with("/assets") && answer.status == 400);
                assert!(none, "{path}: {}", answer.status);
            }
        }
        // A package whose names lead elsewhere is none (jobs::isolate has the cases).
        let isolation = bartizan_server::jobs::isolate::Isolation::new("/bin/false");
        for name in ["../x", "/etc/x", "a/../../x", "a\\..\\x", "C:x", "a//b", ".hidden", "a/."] {
            let package = docx(&[("analysis.json", b"{}"), (name, b"x")]);
            let ended = isolation.unpack(package).await.expect_err("refused");
            assert_eq!(ended.code.as_str(), "worker.broken-package", "{name}");
        }
    });
}

/// Fields that a client should not be able to fill.
#[test]
fn mass_assignment() {
    run(async |world| {
        let root = token(&world, "coordinator-first");
        let admin = token(&world, "admin-first");
        let grant = format!("/collections/{}/grants/{}", world.shared.uuid, world.second().uuid);
        let person = format!("/people/{}", world.subjects[0].uuid);
        let own = world.first().uuid.clone();
        for (asker, method, path, body) in [
            (&root, "POST", "/collections", json!({ "title": "t", "marking": "TLP:GREEN" })),
            (&admin, "POST", "/organisations", json!({ "name": "New" })),
            (&admin, "POST", "/people", json!({ "organisation": own, "name": "new", "roles": ["reader"] })),
            (&admin, "PATCH", person.as_str(), json!({ "closed": false })),
            (&root, "POST", "/tokens", json!({ "label": "l", "scopes": ["read"] })),
            (&root, "PUT", grant.as_str(), json!({ "read": true, "write": true })),
            (&root, "POST", "/submissions", json!({ "name": "n", "marking": "TLP:GREEN", "text": "x" })),
        ] {
            for (name, value) in [
                ("id", json!("00000000-0000-4000-8000-000000000000")),
                ("uuid", json!("x")),
                ("owner", json!(world.fourth().uuid)),
                ("person", json!(1)),
                ("public", json!(true)),
                ("admin", json!(true)),
                ("password", json!("correct horse battery staple")),
                ("created", json!("2020-01-01T00:00:00Z")),
                ("audience", json!(1)),
                ("embargo", json!("2020-01-01T00:00:00Z")),
                ("grants", json!([])),
                ("__proto__", json!({ "admin": true })),
            ] {
                let mut body = body.clone();
                body[name] = value;
                let answer = world.json(asker, method, &format!("/api/v1{path}"), &body).await;
                assert_eq!(answer.status, 422, "{method} {path} with {name}: {answer:?}");
            }
        }
        // Forms have what they have: a field that no form has is not looked at.
        let page = world.visitor("coordinator-first");
        let more = [
            ("title", "Mine"),
            ("owner", &world.fourth().uuid),
            ("public", "1"),
            ("uuid", "00000000-0000-4000-8000-000000000001"),
            ("alias", "taken"),
            ("roles", "admin"),
            ("role", "admin"),
        ];
        let made = world.form(page, "/collections", &more).await;
        let place = made.header("location").expect("a place").to_owned();
        let directory = world.store.fresh().await.expect("fresh");
        let entry = directory.collections.values().find(|c| c.title == "Mine").expect("made");
        assert_eq!((entry.access.owner, entry.access.public, &entry.alias), (world.first().id, false, &None));
        assert_ne!(entry.uuid, "00000000-0000-4000-8000-000000000001");
        assert_eq!(place, format!("/collections/{}", entry.uuid));
        let token =
            [("name", "t"), ("scope", "read"), ("person", "1"), ("scopes", "manage"), ("days", "999999")];
        assert_eq!(world.form(page, "/account/tokens", &token).await.status, 200);
        let directory = world.store.fresh().await.expect("fresh");
        let made = directory.tokens.values().find(|t| t.label == "t").expect("made");
        assert_eq!(
            (made.person, made.scopes),
            (world.person("coordinator-first"), Scopes::of(&[Scope::Read]))
        );
        assert!(made.expires.is_some_and(|end| end <= NOW + 366 * 24 * 3600 * 1_000_000));
    });
}

/// A new password is the end of everything that the old one opened; a link is for one thing, once.
#[test]
fn links_and_passwords_that_are_given_anew() {
    run(async |world| {
        let store = &world.store;
        let reader = &world.subjects[0];
        let secret = harness::signed_in(store, &by(), reader.id, "forms").await;
        let visitor = Asker { shows: Shows::Cookie(secret, "forms".into()), ..anyone() };
        let own = harness::secret(store, &by(), reader.id, Scopes::ALL, None).await;
        assert_eq!(world.get(&visitor, "/account").await.status, 200);
        assert_eq!(world.get(&bearing(&own), "/api/v1/me").await.status, 200);
        let path = format!("/admin/people/{}/invite", reader.uuid);
        let page = world.form(world.visitor("admin-first"), &path, &[]).await;
        assert_eq!(page.status, 200);
        assert_eq!(world.get(&visitor, "/account").await.status, 303, "the session has ended");
        assert_eq!(world.get(&bearing(&own), "/api/v1/me").await.status, 401, "the token is revoked");
        let typed = page.body.split(&format!("{} / ", reader.name)).nth(1).and_then(|rest| rest.get(..24));
        let enter = [("name", reader.name.as_str()), ("password", typed.expect("a password"))];
        assert_eq!(world.form(&anyone(), "/sign-in", &enter).await.status, 303);
        // Whoever is closed gets in by nothing, and comes back with nothing that was open.
        let own = harness::secret(store, &by(), reader.id, Scopes::ALL, None).await;
        let again = harness::signed_in(store, &by(), reader.id, "forms").await;
        let visitor = Asker { shows: Shows::Cookie(again, "forms".into()), ..anyone() };
        store.close_person(&by(), reader.id, true).await.expect("closed");
        for asker in [&visitor, &bearing(&own)] {
            assert!(matches!(world.get(asker, "/api/v1/me").await.status, 401), "closed");
        }
        assert_eq!(world.get(&visitor, "/account").await.status, 303);
        assert_eq!(world.form(&anyone(), "/sign-in", &enter).await.status, 401, "closed");
        // A link of another purpose, of the past, or used before, opens nothing.
        let digest = bartizan_clearinghouse::token::digest;
        store.add_link(&by(), &digest("other"), "invite", None, NOW + 1).await.expect("a link");
        store.add_link(&by(), &digest("late"), "first", None, NOW).await.expect("a link");
        store.add_link(&by(), &digest("used"), "first", None, NOW + 1).await.expect("a link");
        assert!(store.use_link(&by(), &digest("used"), "first").await.expect("used"));
        assert!(!store.use_link(&by(), &digest("used"), "first").await.expect("asked"), "once");
        for link in ["other", "late", "used", "", "%00", "..%2f"] {
            assert_eq!(world.get(&anyone(), &format!("/first/{link}")).await.status, 404, "{link}");
        }
    });
}

/// A key does no more than it was made for, and no longer.
#[test]
fn scopes_and_ends_of_keys() {
    run(async |world| {
        let store = &world.store;
        let person = world.person("coordinator-first");
        let of = async |scopes: &[Scope], expires| {
            bearing(&harness::secret(store, &by(), person, Scopes::of(scopes), expires).await)
        };
        // It has ended at its end, not after it.
        for (expires, status) in [(NOW + 1, 200), (NOW, 401), (NOW - 1, 401)] {
            assert_eq!(
                world.get(&of(&[Scope::Read], Some(expires)).await, "/api/v1/me").await.status,
                status
            );
        }
        let manage = of(&[Scope::Manage], None).await;
        for scopes in [json!(["read"]), json!(["write"]), json!(["read", "manage"])] {
            let new = json!({ "label": "more", "scopes": scopes });
            let answer = world.json(&manage, "POST", "/api/v1/tokens", &new).await;
            assert_eq!(answer.status, 403, "makes what may do more than itself: {scopes}");
        }
        for scopes in [&[Scope::Read][..], &[Scope::Write]] {
            let asker = of(scopes, None).await;
            let new = json!({ "label": "x", "scopes": ["read"] });
            assert_eq!(world.json(&asker, "POST", "/api/v1/tokens", &new).await.status, 403);
            let number = store
                .fresh()
                .await
                .expect("fresh")
                .tokens
                .values()
                .find(|t| t.person == person)
                .map(|t| t.id);
            let path = format!("/api/v1/tokens/{}", number.expect("a token"));
            assert_eq!(world.ask(&asker, "DELETE", &path, &[], b"").await.status, 403);
        }
        // It is its owner's, under no other name, and no more than its owner.
        let secret = harness::secret(store, &by(), person, Scopes::ALL, None).await;
        let basic = |name: &str| {
            let text = base64::Engine::encode(
                &base64::engine::general_purpose::STANDARD,
                format!("{name}:{secret}"),
            );
            format!("Basic {text}")
        };
        for (name, status) in [("coordinator-first", 200), ("", 200), ("admin-first", 401)] {
            let answer =
                world.ask(&anyone(), "GET", "/api/v1/me", &[("authorization", &basic(name))], b"").await;
            assert_eq!(answer.status, status, "{name}");
        }
        let new = json!({ "title": "t", "marking": "TLP:GREEN" });
        assert_eq!(world.json(&bearing(&secret), "POST", "/api/v1/collections", &new).await.status, 201);
        store.set_roles(&by(), person, Roles::of(&[Role::Reader])).await.expect("set");
        assert_eq!(world.json(&bearing(&secret), "POST", "/api/v1/collections", &new).await.status, 403);
        // Nothing of a secret is kept where it could be read again.
        let listed = world.get(&bearing(&secret), "/api/v1/tokens").await;
        assert_eq!(listed.status, 200);
        assert!(!listed.body.contains(&secret[4..]), "{}", listed.body);
    });
}

/// What is sent under the identifier of a TLP label changes nothing of what the label means, in neither direction, and is not
/// thereby everybody's.
#[test]
fn labels_that_are_defined_anew() {
    run(async |world| {
        let ada = token(&world, "analyst-first");
        let path = format!("/taxii2/root/collections/{}/objects/", world.shared.uuid);
        let headers = [("accept", MEDIA), ("content-type", MEDIA)];
        let put = async |objects: Vec<Value>| {
            let body = json!({ "objects": objects }).to_string();
            world.ask(&ada, "POST", &path, &headers, body.as_bytes()).await.is(202)
        };
        let label = |tlp: Tlp, says: Tlp| {
            json!({
                "type": "marking-definition", "spec_version": "2.1", "id": tlp.marking_id().as_str(),
                "created": "2022-10-01T00:00:00.000Z", "name": says.as_str(),
                "extensions": { "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d":
                    { "extension_type": "property-extension", "tlp_2_0": says.extension_value() } },
            })
        };
        let marked = |tlp: Tlp| {
            let id = format!("malware--{}", uuid());
            let object = json!({
                "type": "malware", "spec_version": "2.1", "id": id, "created": "2024-01-01T00:00:00.000Z",
                "modified": "2024-01-01T00:00:00.000Z", "object_marking_refs": [tlp.marking_id().as_str()],
            });
            (id, object)
        };
        let reads = async |asker: &Asker, id: &str| {
            world.ask(asker, "GET", &format!("{path}{id}/"), &[("accept", MEDIA)], b"").await.status == 200
        };
        // TLP:RED that says it is TLP:CLEAR loosens nothing; TLP:CLEAR that says it is TLP:RED leaves nothing open.
        for (tlp, says) in [(Tlp::Red, Tlp::Clear), (Tlp::Clear, Tlp::Red), (Tlp::Green, Tlp::AmberStrict)] {
            let (id, object) = marked(tlp);
            let told = put(vec![object.clone(), label(tlp, says)]).await;
            assert_eq!(told["success_count"], 0, "{tlp} as {says}: {told}");
            assert!(!reads(&anyone(), &id).await);
            // The same object without the odd definition is what it is marked.
            assert_eq!(put(vec![object]).await["success_count"], 1);
            assert_eq!(reads(&anyone(), &id).await, tlp == Tlp::Clear, "{tlp}");
        }
        // As they were published they are everybody's, with their objects in the same envelope.
        for tlp in Tlp::ALL {
            let (_, object) = marked(tlp);
            assert_eq!(put(vec![label(tlp, tlp), object]).await["success_count"], 2, "{tlp}");
            assert!(reads(&anyone(), &tlp.marking_id().as_str()).await, "{tlp}");
        }
        // With more in it, it goes as far as anything else: not to anyone, in a collection whose own marking is TLP:AMBER.
        let mut more = label(Tlp::Clear, Tlp::Clear);
        more["x_secret"] = json!("what nobody may read");
        more["modified"] = json!("2026-11-29T00:00:00.000Z");
        assert_eq!(put(vec![more]).await["success_count"], 1);
        let path = format!("{path}{}/?match[version]=all", Tlp::Clear.marking_id().as_str());
        let seen = world.ask(&anyone(), "GET", &path, &[("accept", MEDIA)], b"").await;
        assert!(seen.status == 200 && !seen.body.contains("what nobody"), "{}", seen.body);
    });
}

/// Whoever takes a report along, by whatever way, stands in the audit log.
#[test]
fn what_is_taken_along_is_in_the_log() {
    run(async |world| {
        let ada = world.visitor("analyst-first");
        let report = &world.reports[0].id;
        let entries = async || {
            let all = world.store.audit(None, 50).await.expect("asked");
            all.into_iter()
                .filter(|e| e.action == "report.export")
                .map(|e| (e.actor, e.thing, e.detail))
                .collect::<Vec<_>>()
        };
        let mut before = entries().await.len();
        for (tail, file) in [
            ("full", "report.html"),
            ("labels", "labels.jsonl"),
            ("files/analysis.json", "analysis.json"),
            ("files/package.zip", "package.zip"),
        ] {
            assert_eq!(world.get(ada, &format!("/reports/{report}/{tail}")).await.status, 200, "{tail}");
            let after = entries().await;
            assert_eq!(after.len(), before + 1, "{tail}");
            let expected =
                ("analyst-first".to_owned(), format!("report/{report}"), json!({ "file": file }).to_string());
            assert_eq!(after[0], expected);
            before += 1;
        }
        // Who may not read it leaves no such entry.
        let eve = world.visitor("analyst-fourth");
        assert_eq!(world.get(eve, &format!("/reports/{report}/full")).await.status, 404);
        assert_eq!(entries().await.len(), before);
    });
}

/// Rights that somebody had once are none.
#[test]
fn what_one_handed_in_and_may_not_read_any_more() {
    run(async |world| {
        let person = world.person("analyst-first");
        // A change of roles ends sessions.
        let enter = async || {
            let secret = harness::signed_in(&world.store, &by(), person, "forms").await;
            Asker { shows: Shows::Cookie(secret, "forms".into()), ..anyone() }
        };
        let ada = &enter().await;
        assert!(world.get(ada, "/").await.body.contains("waits.txt"));
        let cancel = format!("/jobs/{}/cancel", world.jobs[0].id);
        world.store.set_roles(&by(), person, Roles::of(&[Role::Reader])).await.expect("set");
        assert_eq!(world.get(ada, "/").await.status, 303);
        let ada = &enter().await;
        assert!(world.get(ada, "/").await.body.contains("waits.txt"), "a reader reads");
        assert_eq!(world.form(ada, &cancel, &[]).await.status, 403, "and changes nothing");
        world.store.set_roles(&by(), person, Roles::of(&[Role::Auditor])).await.expect("set");
        let ada = &enter().await;
        let home = world.get(ada, "/").await;
        assert!(home.status == 200 && !home.body.contains("waits.txt"), "{}", home.body);
        assert_eq!(world.form(ada, &cancel, &[]).await.status, 404);
    });
}
