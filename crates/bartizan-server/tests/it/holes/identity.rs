//! Who asks: credentials, keys, links, and whom they can reach.

use bartizan_clearinghouse::access::{Role, Roles, Scope, Scopes};
use serde_json::json;

use super::{bearing, token};
use crate::harness::{self, NOW, then as by};
use crate::world::{Asker, Shows, anyone, run};

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
                .map(|t| t.uuid.clone());
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
