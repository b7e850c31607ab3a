//! What is reached: inside by an address, one thing by another, another organisation's.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use bartizan_clearinghouse::access::{Role, Roles, Scope, Scopes};
use bartizan_stix::Tlp;
use serde_json::json;

use super::{bearing, token};
use crate::harness::{self, MEDIA, NOW, then as by};
use crate::world::{Asker, Shows, anyone, run};

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
            // Where a name leads is looked at by the job that fetches (the tests of sources), not while somebody waits.
            let expected = if url.contains("localhost") { 303 } else { 422 };
            assert_eq!(answer.status, expected, "{url}: {answer:?}");
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
        let digest = bartizan_clearinghouse::token::digest(&ben);
        let number = store.fresh().await.expect("fresh").tokens[&digest].uuid.clone();
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
