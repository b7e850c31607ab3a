//! Headers and cookies on every class of route, as OWASP's Secure Headers and Session Management pages ask for, and errors in the
//! words of the part that was asked.

use std::sync::Arc;

use axum::http::Method;
use bartizan_clearinghouse::access::Scopes;
use bartizan_knowledge::Pack;
use bartizan_server::{App, Config, System, hash_password, router};
use serde_json::Value;

use crate::harness::{self, Answer, MEDIA, Still, then as by};
use crate::world::{World, anyone, run};

/// A route of each class: method, path, whether a session or token is shown, and whether a page is answered.
const CLASSES: [(&str, &str, bool, bool); 26] = [
    ("GET", "/sign-in", false, true),
    ("GET", "/", false, false),
    ("GET", "/", true, true),
    ("GET", "/library", true, true),
    ("GET", "/graph/around?node=malware:tarrask", true, false),
    ("GET", "/collections", true, true),
    ("GET", "/account", true, true),
    ("GET", "/admin/groups", true, true),
    ("GET", "/first/nothing", false, true),
    ("GET", "/nothing", false, true),
    ("GET", "/jobs/x", true, true),
    ("GET", "/reports/%ff", true, true),
    ("POST", "/sign-in", false, true),
    ("POST", "/library", true, true),
    ("GET", "/health/live", false, false),
    ("GET", "/metrics", false, false),
    ("GET", "/assets/nothing", false, false),
    ("GET", "/api/v1/openapi.json", false, false),
    ("GET", "/api/v1/me", false, false),
    ("GET", "/api/v1/reports", true, false),
    ("GET", "/api/v1/nothing", true, false),
    ("PURGE", "/api/v1/me", true, false),
    ("GET", "/taxii2/", false, false),
    ("GET", "/taxii2/root/collections/", false, false),
    ("GET", "/taxii2/root/collections/", true, false),
    ("GET", "/taxii2/nothing/", false, false),
];

fn guarded(answer: &Answer, what: &str, page: bool) {
    let header =
        |name: &str| answer.header(name).unwrap_or_else(|| panic!("{what} has no {name}: {answer:?}"));
    assert_eq!(header("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(header("referrer-policy"), "no-referrer", "{what}");
    assert_eq!(header("x-frame-options"), "DENY", "{what}");
    assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{what}");
    assert_eq!(header("cross-origin-resource-policy"), "same-origin", "{what}");
    assert_eq!(header("x-permitted-cross-domain-policies"), "none", "{what}");
    assert!(header("permissions-policy").contains("camera=()"), "{what}");
    assert_eq!(header("cache-control"), "no-store", "{what}: what is private is kept by nobody");
    let policy = header("content-security-policy");
    assert!(policy.contains("frame-ancestors 'none'"), "{what}: {policy}");
    assert!(
        !policy.contains("unsafe-") && !policy.contains('*') && !policy.contains("http:"),
        "{what}: {policy}"
    );
    for name in ["server", "x-powered-by", "access-control-allow-origin", "access-control-allow-credentials"]
    {
        assert_eq!(answer.header(name), None, "{what}");
    }
    let kind = answer.header("content-type").unwrap_or_default();
    assert_eq!(kind.starts_with("text/html"), page, "{what}: {kind}");
    if page {
        for part in [
            "default-src 'self'",
            "script-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(part), "{what}: {policy}");
        }
    } else if !kind.is_empty() {
        assert!(policy.contains("default-src 'none'"), "{what}: {policy}");
    }
}

#[test]
fn every_answer_carries_the_headers_that_owasp_asks_for() {
    run(async |world| {
        for (method, path, shown, page) in CLASSES {
            let asker = match (shown, path.starts_with("/api") || path.starts_with("/taxii2")) {
                (false, _) => anyone(),
                (true, true) => world.caller("analyst-first/read,write,manage").clone(),
                (true, false) => world.visitor("analyst-first").clone(),
            };
            let answer = world.ask(&asker, method, path, &[("accept", "*/*")], b"").await;
            guarded(&answer, &format!("{method} {path}"), page);
            assert_eq!(answer.header("set-cookie"), None, "{path}: a cookie is set by signing in alone");
            assert_eq!(answer.header("strict-transport-security"), None, "{path} is reached by plain HTTP");
        }
        let ada = world.visitor("analyst-first");
        for name in ["analysis.json", "bundle.json", "package.zip"] {
            let answer = world.get(ada, &format!("/reports/{}/files/{name}", world.reports[0].id)).await;
            guarded(&answer, name, false);
            let saved = answer.header("content-disposition").unwrap_or_default();
            assert_eq!(saved, format!("attachment; filename=\"{name}\""), "files are saved, never shown");
        }
        // The page that the analysis wrote is kept from this origin.
        let full = world.get(ada, &format!("/reports/{}/full/page", world.reports[0].id)).await;
        let policy = full.header("content-security-policy").expect("a policy");
        assert!(policy.starts_with("sandbox ") && !policy.contains("allow-same-origin"), "{policy}");
        assert!(policy.contains("frame-ancestors 'self'"), "{policy}");
        assert_eq!(
            full.header("x-frame-options"),
            Some("SAMEORIGIN"),
            "it stands in a frame of its report's page"
        );
        // Scripts are named by their content and everybody's.
        let script = bartizan_workbench::assets().iter().find(|a| a.path.ends_with(".js")).expect("a script");
        let answer = world.get(&anyone(), &script.path).await;
        assert_eq!(answer.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    });
}

#[test]
fn a_session_is_a_cookie_that_no_script_and_no_other_site_can_use() {
    harness::run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let store = bartizan_store::Store::sqlite(&folder.path().join("node.db")).await.expect("a store");
        let of = store.add_organisation(&by(), &harness::uuid(), "First", None).await.expect("first");
        let roles =
            bartizan_clearinghouse::access::Roles::of(&[bartizan_clearinghouse::access::Role::Analyst]);
        let ada = harness::person(&store, &by(), of, "ada", roles).await;
        let phc = hash_password("correct horse battery staple", &System).expect("hashed");
        store.set_password(&by(), ada, &phc).await.expect("set");
        for (url, name, secure) in
            [(None, "bartizan", false), (Some("https://node.example"), "__Host-bartizan", true)]
        {
            let mut config = Config::local(([127, 0, 0, 1], 0).into());
            config.public_url = url.map(str::to_owned);
            let router = router(App::new(store.clone(), config, Pack::built_in(), Arc::new(Still)));
            let form = b"name=ada&password=correct+horse+battery+staple&next=%2F";
            let kind = [("content-type", "application/x-www-form-urlencoded")];
            let answer = harness::ask(&router, Method::POST, "/sign-in", &kind, form).await;
            assert_eq!(answer.status, 303, "{answer:?}");
            let cookie = answer.header("set-cookie").expect("a cookie").to_owned();
            let mut parts = cookie.split("; ");
            let (found, secret) = parts.next().and_then(|p| p.split_once('=')).expect("a pair");
            assert_eq!((found, secret.len()), (name, 64));
            let flags: Vec<&str> = parts.collect();
            for flag in ["Path=/", "HttpOnly", "SameSite=Lax"] {
                assert!(flags.contains(&flag), "{cookie}");
            }
            assert_eq!(flags.contains(&"Secure"), secure, "{cookie}");
            assert!(!cookie.contains("Domain"), "{cookie}");
            let strict = answer.header("strict-transport-security");
            assert_eq!(strict.is_some(), secure, "{answer:?}");
            // A cookie of the other name, or a secret that somebody chose beforehand, is nobody's.
            let other = if secure { "bartizan" } else { "__Host-bartizan" };
            for cookie in [format!("{other}={secret}"), format!("{name}={}", "0".repeat(64))] {
                let answer =
                    harness::ask(&router, Method::GET, "/library", &[("cookie", &cookie)], b"").await;
                assert_eq!(answer.status, 303, "{cookie}");
            }
            let held = format!("{name}={secret}");
            let page = harness::ask(&router, Method::GET, "/account", &[("cookie", &held)], b"").await;
            assert_eq!(page.status, 200);
            assert!(!page.body.contains(secret), "the secret is in no page");
            let csrf =
                page.body.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
            let form = format!("csrf={}", csrf.expect("a token of forms"));
            let headers = [kind[0], ("cookie", held.as_str())];
            let left = harness::ask(&router, Method::POST, "/sign-out", &headers, form.as_bytes()).await;
            assert!(left.header("set-cookie").is_some_and(|c| c.contains("Max-Age=0")), "{left:?}");
            // It has ended here, not only in the browser.
            let after = harness::ask(&router, Method::GET, "/account", &[("cookie", &held)], b"").await;
            assert_eq!(after.status, 303);
        }
    });
}

/// Whatever an extractor or a layer refuses is told in the words of the part that was asked.
#[test]
fn refusals_are_in_the_words_of_the_part_that_was_asked() {
    run(async |world| {
        let token = world.caller("coordinator-first/read,write,manage");
        let page = world.visitor("coordinator-first");
        let shared = format!("/taxii2/root/collections/{}", world.shared.uuid);
        let (zip, form) = (("content-encoding", "br"), ("content-type", "application/x-www-form-urlencoded"));
        let machine = [
            ("GET", "/api/v1/reports/%ff".to_owned(), vec![], 404),
            ("GET", "/api/v1/nothing/%ff/x".to_owned(), vec![], 404),
            ("GET", "/api".to_owned(), vec![], 404),
            ("GET", "/api/v2/me".to_owned(), vec![], 404),
            ("PURGE", "/api/v1/people".to_owned(), vec![], 405),
            ("POST", "/api/v1/collections".to_owned(), vec![form], 415),
            ("POST", "/api/v1/collections".to_owned(), vec![("content-type", "application/json"), zip], 415),
            ("GET", format!("/api/v1/reports?q={}", "x".repeat(60_000)), vec![], 400),
            ("GET", "/taxii2/root/collections/%ff/".to_owned(), vec![], 404),
            ("GET", format!("{shared}/objects/%ff/"), vec![], 404),
            ("GET", "/taxii2/root/status/%ff/".to_owned(), vec![], 404),
            ("PURGE", format!("{shared}/objects/"), vec![], 405),
            ("PUT", format!("{shared}/objects/"), vec![], 405),
            ("GET", "/taxii2/other/root/".to_owned(), vec![], 404),
            ("POST", format!("{shared}/objects/"), vec![("content-type", "text/plain")], 415),
            ("POST", format!("{shared}/objects/"), vec![("content-type", MEDIA), zip], 415),
            ("GET", format!("{shared}/objects/?added_after={}", "1".repeat(60_000)), vec![], 400),
        ];
        for (method, path, mut headers, status) in machine {
            headers.push(("accept", "*/*"));
            let answer = world.ask(token, method, &path, &headers, b"{}").await;
            let what = format!("{method} {}", path.chars().take(80).collect::<String>());
            assert_eq!(answer.status, status, "{what}: {answer:?}");
            if status == 405 {
                assert!(answer.header("allow").is_some_and(|a| a.contains("GET")), "{what}: {answer:?}");
            }
            let body: Value =
                serde_json::from_str(&answer.body).unwrap_or_else(|e| panic!("{what}: {e}: {answer:?}"));
            if path.starts_with("/api") {
                assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{what}");
                assert_eq!(body["status"], status, "{what}");
                assert!(body["type"].as_str().is_some_and(|t| t.starts_with("/problems/")), "{what}: {body}");
            } else {
                assert_eq!(answer.header("content-type"), Some(MEDIA), "{what}");
                assert_eq!(body["http_status"], status.to_string(), "{what}");
            }
        }
        let people = [
            ("GET", "/jobs/x", vec![], 404),
            ("GET", "/reports/%ff", vec![], 404),
            ("GET", "/names/%ff/%ff", vec![], 404),
            ("PURGE", "/library", vec![], 405),
            ("POST", "/collections", vec![("content-type", "application/json")], 415),
            ("POST", "/collections", vec![form], 422),
            ("POST", "/collections", vec![form, zip], 415),
            ("POST", "/submit", vec![("content-type", "multipart/form-data")], 400),
            ("POST", "/submit", vec![form], 400),
            ("POST", "/account/second-factor/key/x/remove", vec![form], 400),
        ];
        for (method, path, headers, status) in people {
            let answer = world.ask(page, method, path, &headers, b"a=b").await;
            assert_eq!(answer.status, status, "{method} {path}: {answer:?}");
            guarded(&answer, &format!("{method} {path}"), true);
            assert!(answer.body.starts_with("<!doctype html>"), "{method} {path}: {}", answer.body);
        }
    });
}

/// A token in the address would stand in logs, histories and `Referer`: it is no way to say who one is.
#[test]
fn a_secret_in_an_address_is_nobodys() {
    run(async |world: World| {
        let ada = world.person("analyst-first");
        let secret = harness::secret(&world.store, &by(), ada, Scopes::ALL, None).await;
        for name in ["token", "access_token", "api_key", "authorization", "bartizan"] {
            let path = format!("/api/v1/me?{name}={secret}");
            assert_eq!(world.get(&anyone(), &path).await.status, 401, "{name}");
            let path = format!("/library?{name}={secret}");
            assert_eq!(world.get(&anyone(), &path).await.status, 303, "{name}");
        }
    });
}
