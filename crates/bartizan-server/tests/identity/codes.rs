//! Codes by time, recovery codes, and a node that wants them.

use axum::http::StatusCode;
use bartizan_clearinghouse::access::{Role, Roles};

use super::harness::{Browser, Node, PASSWORD, basic, both, one};

/// The code that an app shows.
fn code(secret: &str, now: i64) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret.replace(' ', "")).expect("letters");
    let totp = totp_rs::Builder::new().with_secret(secret).build().expect("a secret");
    totp.generate(u64::try_from(now / 1_000_000).expect("after 1970")).to_string()
}

/// Sets codes up at the account's page; the secret and the recovery codes.
async fn set_up(node: &Node, browser: &mut Browser, name: &str) -> (String, Vec<String>) {
    assert_eq!(browser.enter(node, name, PASSWORD).await.location(), "/account");
    browser.get(node, "/account/second-factor").await;
    let wrong = browser.post(node, "/account/second-factor", &[("current", "not it")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "the present password is wanted");
    let begun = browser.post(node, "/account/second-factor", &[("current", PASSWORD)]).await;
    let secret = begun.between("<code class=\"secret\">", "<").to_owned();
    let letters = secret.replace(' ', "");
    assert!(
        begun.body.contains(&format!("otpauth://totp/Bartizan:{name}?secret={letters}")),
        "{}",
        begun.body
    );
    assert!(begun.body.contains("<svg"), "a picture");
    let wrong = browser.post(node, "/account/second-factor/confirm", &[("code", "000000")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!node.store.fresh().await.expect("fresh").people.values().any(|p| p.second_factor));
    let shown = code(&secret, node.now());
    let done = browser.post(node, "/account/second-factor/confirm", &[("code", &shown)]).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    let codes: Vec<String> = done
        .between("<pre", "</pre>")
        .split("<code>")
        .nth(1)
        .expect("codes")
        .split_whitespace()
        .map(|c| c.replace("</code>", ""))
        .filter(|c| !c.is_empty())
        .collect();
    assert_eq!(codes.len(), 10);
    (secret, codes)
}

async fn story(node: Node) {
    let mut browser = Browser::default();
    let password = basic("ada", PASSWORD);
    assert_eq!(node.api(&password, "/api/v1/me").await, StatusCode::OK);
    let (secret, recovery) = set_up(&node, &mut browser, "ada").await;

    // The password alone opens nothing any more, remembered as it was; a token does.
    assert_eq!(node.api(&password, "/api/v1/me").await, StatusCode::UNAUTHORIZED);
    assert_eq!(node.api(&password, "/taxii2/root/collections/").await, StatusCode::UNAUTHORIZED);
    assert_eq!(node.api(&format!("Bearer {}", node.token), "/api/v1/me").await, StatusCode::OK);
    assert_eq!(node.api(&basic("ada", &node.token), "/api/v1/me").await, StatusCode::OK);

    // Half-way is nowhere: neither page nor API, nor as the session's cookie.
    let mut half = Browser::default();
    let answer = half.enter(&node, "ada", PASSWORD).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/sign-in/second"));
    assert!(!half.is_in(&node).await);
    let mut forged = Browser::default();
    let value = half.cookies.get("bartizan-half").expect("half").clone();
    forged.cookies.insert("bartizan".into(), value);
    assert!(!forged.is_in(&node).await);
    assert_eq!(half.get(&node, "/account/second-factor").await.status, StatusCode::SEE_OTHER);
    let mut none = Browser::default();
    assert_eq!(none.post(&node, "/sign-in/second", &[("code", "123456")]).await.location(), "/sign-in");

    // The code that turned it on was taken: it is none any more. The next one lets in, once.
    let taken = code(&secret, node.now());
    let answer = half.post(&node, "/sign-in/second", &[("code", &taken)]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    node.later(30);
    let mut second = half.clone();
    let next = code(&secret, node.now());
    let answer = half.post(&node, "/sign-in/second", &[("code", &next)]).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/account"), "{}", answer.body);
    assert!(half.is_in(&node).await);
    // Half a sign-in that was finished is finished, and the code is used up for everybody.
    assert_eq!(second.post(&node, "/sign-in/second", &[("code", &next)]).await.location(), "/sign-in");
    let mut third = Browser::default();
    third.enter(&node, "ada", PASSWORD).await;
    let answer = third.post(&node, "/sign-in/second", &[("code", &next)]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "a code is taken once");
    let late = code(&secret, node.now() - 90_000_000);
    assert_eq!(
        third.post(&node, "/sign-in/second", &[("code", &late)]).await.status,
        StatusCode::UNAUTHORIZED
    );

    // A recovery code, in capitals and without hyphens, once.
    let typed = recovery[3].to_uppercase().replace('-', " ");
    assert_eq!(third.post(&node, "/sign-in/second", &[("code", &typed)]).await.location(), "/account");
    let mut fourth = Browser::default();
    fourth.enter(&node, "ada", PASSWORD).await;
    let answer = fourth.post(&node, "/sign-in/second", &[("code", &recovery[3])]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "once each");

    // Half a sign-in ends by itself.
    node.later(11 * 60);
    let answer = fourth.post(&node, "/sign-in/second", &[("code", &recovery[4])]).await;
    assert_eq!(answer.location(), "/sign-in");

    // New recovery codes make the old ones useless; turning it off asks for the password.
    half.get(&node, "/account/second-factor").await;
    let renewed = half.post(&node, "/account/second-factor/recovery", &[("current", PASSWORD)]).await;
    assert_eq!(renewed.status, StatusCode::OK);
    let mut fifth = Browser::default();
    fifth.enter(&node, "ada", PASSWORD).await;
    let answer = fifth.post(&node, "/sign-in/second", &[("code", &recovery[5])]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    half.get(&node, "/account/second-factor").await;
    let kept = half.post(&node, "/account/second-factor/end", &[("current", "wrong one")]).await;
    assert_eq!(kept.status, StatusCode::UNPROCESSABLE_ENTITY);
    half.post(&node, "/account/second-factor/end", &[("current", PASSWORD)]).await;
    assert_eq!(node.api(&password, "/api/v1/me").await, StatusCode::OK);
    let factors = node.store.factors(node.ada).await.expect("factors");
    assert_eq!((factors.set_up(), factors.recovery), (false, 0));

    let log = node.log().await;
    let ways: Vec<&str> = log.iter().filter(|e| e.1 == "session.begin").map(|e| e.2.as_str()).collect();
    assert_eq!(
        ways,
        [r#"{"way":"password"}"#, r#"{"way":"password, code"}"#, r#"{"way":"password, recovery code"}"#]
    );
    for action in ["second-factor.on", "second-factor.off", "recovery-code.use", "recovery-code.renew"] {
        assert_eq!(log.iter().filter(|e| e.1 == action && e.0 == "ada").count(), 1, "{action}");
    }
    assert!(log.iter().any(|e| e.1 == "session.refused" && e.2.contains("second factor")));
    assert!(
        log.iter().all(|e| !e.2.contains(&secret) && !e.2.contains(&recovery[3])),
        "no secret in the log"
    );
    assert!(node.store.verify_audit().await.expect("verified").broken.is_none());
}

#[test]
fn a_code_is_asked_for_after_the_password_and_taken_once() {
    both(|_| {}, story);
}

#[test]
fn wrong_codes_are_limited_and_an_administrator_resets() {
    one(
        |_| {},
        async |node| {
            let mut browser = Browser::default();
            let (secret, recovery) = set_up(&node, &mut browser, "ada").await;
            let mut half = Browser::default();
            half.enter(&node, "ada", PASSWORD).await;
            node.later(30);
            let mut refused = 0;
            for _ in 0..12 {
                let answer = half.post(&node, "/sign-in/second", &[("code", "000001")]).await;
                refused += u32::from(answer.status == StatusCode::TOO_MANY_REQUESTS);
            }
            // Nine were left: one was wrong when it was set up.
            assert_eq!(refused, 3);
            let right = code(&secret, node.now());
            for shown in [&right, &recovery[0]] {
                let answer = half.post(&node, "/sign-in/second", &[("code", shown)]).await;
                assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "nor does the right one");
            }

            // A reader may not reset; an administrator may, and Ada's sessions end.
            let uuid = node.store.directory().people[&node.ada].uuid.clone();
            let path = format!("/admin/people/{uuid}/second-factor");
            let mut ben = Browser::default();
            ben.enter(&node, "ben", PASSWORD).await;
            ben.get(&node, "/account").await;
            assert_ne!(ben.post(&node, &path, &[]).await.status, StatusCode::SEE_OTHER);
            let mut root = Browser::default();
            root.enter(&node, "root", PASSWORD).await;
            let people = root.get(&node, "/admin/people").await;
            assert!(people.body.contains("Reset second factor: ada"));
            assert!(browser.is_in(&node).await);
            assert_eq!(root.post(&node, &path, &[]).await.location(), "/admin/people");
            assert!(!browser.is_in(&node).await);
            assert_eq!(Browser::default().enter(&node, "ada", PASSWORD).await.location(), "/account");
        },
    );
}

#[test]
fn a_node_may_want_a_second_factor() {
    let wanted = |config: &mut bartizan_server::Config| {
        config.second_factor = Roles::of(&[Role::Admin, Role::Analyst]);
    };
    one(wanted, async |node| {
        assert_eq!(Browser::default().enter(&node, "ben", PASSWORD).await.location(), "/account");
        assert_eq!(node.api(&basic("ben", PASSWORD), "/api/v1/me").await, StatusCode::OK);
        assert_eq!(node.api(&basic("ada", PASSWORD), "/api/v1/me").await, StatusCode::UNAUTHORIZED);
        let mut ada = Browser::default();
        assert_eq!(ada.enter(&node, "ada", PASSWORD).await.location(), "/sign-in/enrol");
        assert!(!ada.is_in(&node).await);
        let page = ada.get(&node, "/sign-in/enrol").await;
        let secret = page.between("<code class=\"secret\">", "<").to_owned();
        let again = ada.get(&node, "/sign-in/enrol").await;
        assert_eq!(again.between("<code class=\"secret\">", "<"), secret, "looking again changes nothing");
        let wrong = ada.post(&node, "/sign-in/enrol", &[("code", "111111")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!ada.is_in(&node).await);
        let shown = code(&secret, node.now());
        let done = ada.post(&node, "/sign-in/enrol", &[("code", &shown)]).await;
        assert!(done.body.contains("recovery codes"), "{}", done.body);
        assert!(ada.is_in(&node).await);
        assert!(!ada.cookies.contains_key("bartizan-half"));
        // Whoever has one is not shown how to make another.
        let mut other = Browser::default();
        assert_eq!(other.enter(&node, "ada", PASSWORD).await.location(), "/sign-in/second");
        assert_eq!(other.get(&node, "/sign-in/enrol").await.location(), "/sign-in/second");
        assert_eq!(
            other.post(&node, "/sign-in/enrol", &[("code", &shown)]).await.location(),
            "/sign-in/second"
        );
    });
}

#[test]
fn a_new_password_ends_what_was_half_open() {
    one(
        |_| {},
        async |node| {
            let mut browser = Browser::default();
            let (_, recovery) = set_up(&node, &mut browser, "ada").await;
            let mut half = Browser::default();
            half.enter(&node, "ada", PASSWORD).await;
            let phc = bartizan_server::hash_password("another one altogether", &bartizan_server::System);
            node.store
                .set_password(&super::harness::by(), node.ada, &phc.expect("hashed"))
                .await
                .expect("set");
            let answer = half.post(&node, "/sign-in/second", &[("code", &recovery[0])]).await;
            assert_eq!(answer.location(), "/sign-in");
            assert!(!half.is_in(&node).await);
        },
    );
}
