//! Wrong passwords, too many requests, slow and many connections, and what figures and log say of them.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use bartizan_clearinghouse::access::{Scope, Scopes};
use bartizan_clearinghouse::token;
use bartizan_store::NewToken;

use super::harness::{Browser, Node, PASSWORD, basic, by, one, served};

/// A node behind one proxy of ours: the browser's address is what the proxy says.
fn behind(config: &mut bartizan_server::Config) {
    config.proxies = vec!["10.0.0.1/32".parse().expect("a network")];
}

#[test]
fn an_attacker_elsewhere_locks_nobody_out_and_is_in_the_log() {
    one(behind, async |node| {
        let mut attacker = Browser::at(66);
        let mut statuses = Vec::new();
        for n in 0..14 {
            statuses.push(attacker.enter(&node, "ada", &format!("a wrong password {n}")).await.status);
        }
        assert_eq!(statuses.iter().filter(|s| **s == StatusCode::UNAUTHORIZED).count(), 10);
        assert_eq!(statuses.iter().filter(|s| **s == StatusCode::TOO_MANY_REQUESTS).count(), 4);
        // Nor is the right one compared there any more; elsewhere it is.
        assert_eq!(attacker.enter(&node, "ada", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(Browser::at(7).enter(&node, "ada", PASSWORD).await.location(), "/account");
        node.later(601);
        assert_eq!(attacker.enter(&node, "ada", PASSWORD).await.location(), "/account");

        let log = node.log().await;
        let refused: Vec<_> = log.iter().filter(|e| e.1 == "session.refused").collect();
        assert_eq!(refused.len(), 10);
        assert_eq!(refused[0].0, "anyone");
        assert_eq!(refused[0].2, r#"{"address":"192.0.2.66","name":"ada","wrong":"password"}"#);
    });
}

#[test]
fn what_was_typed_is_cut_and_escaped_in_the_log() {
    one(behind, async |node| {
        let long = format!("<script>\u{7}\"\\{}", "x".repeat(300));
        Browser::at(1).enter(&node, &long, "whatever it is").await;
        assert_eq!(
            node.api(&basic("nobody", "whatever it is"), "/api/v1/me").await,
            StatusCode::UNAUTHORIZED
        );
        let log = node.log().await;
        let refused: Vec<_> = log.iter().filter(|e| e.1 == "session.refused").collect();
        let detail: serde_json::Value = serde_json::from_str(&refused[0].2).expect("JSON");
        let name = detail["name"].as_str().expect("a name");
        assert_eq!(name.chars().count(), 100);
        assert!(name.starts_with("<script>\"\\xxx"), "{name}");
        assert!(refused[1].2.contains("\"nobody\""), "programs are in it too");
        let mut root = Browser::at(2);
        root.enter(&node, "root", PASSWORD).await;
        let page = root.get(&node, "/audit").await;
        assert!(page.body.contains("&#60;script&#62;") || page.body.contains("&lt;script&gt;"));
        assert!(!page.body.contains("<script>\""));
    });
}

async fn token_of(node: &Node, seed: u8, scopes: &[Scope]) -> String {
    let secret = token::make([seed; 20]);
    let new = NewToken {
        person: node.root,
        label: "t",
        digest: &token::digest(&secret),
        scopes: Scopes::of(scopes),
        expires: None,
    };
    node.store.add_token(&by(), &new).await.expect("a token");
    format!("Bearer {secret}")
}

#[test]
fn who_asks_too_often_waits_and_nobody_else() {
    let two = |config: &mut bartizan_server::Config| config.rate = 2;
    one(two, async |node| {
        let first = token_of(&node, 1, &[Scope::Read]).await;
        let mut through = 0;
        let mut last = StatusCode::OK;
        for _ in 0..30 {
            last = node.api(&first, "/api/v1/me").await;
            through += u32::from(last == StatusCode::OK);
        }
        assert!((20..=22).contains(&through), "{through} of 30");
        assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(node.api(&first, "/taxii2/root/collections/").await, StatusCode::TOO_MANY_REQUESTS);
        let headers = vec![("authorization", first.clone())];
        let answer = Browser { headers, ..Browser::default() }.get(&node, "/api/v1/me").await;
        assert!(answer.headers.contains_key("retry-after"));
        assert!(answer.body.contains("/problems/too-many"), "{}", answer.body);
        let second = token_of(&node, 2, &[Scope::Manage]).await;
        assert_eq!(node.api(&second, "/metrics").await, StatusCode::OK);
        // The address has a limit too: all of these came from one.
        let mut browser = Browser::default();
        let mut limited = 0;
        for _ in 0..100 {
            let status = browser.get(&node, "/sign-in").await.status;
            limited += u32::from(status == StatusCode::TOO_MANY_REQUESTS);
        }
        assert!(limited > 0);
        assert_eq!(browser.get(&node, "/health/live").await.status, StatusCode::OK, "probes are let through");
    });
}

#[test]
fn figures_are_what_an_operator_expects() {
    one(
        |_| {},
        async |node| {
            Browser::default().enter(&node, "ada", "a wrong password").await;
            let mut browser = Browser::default();
            browser.get(&node, "/reports/0f8fad5b-d9cb-469f-a165-70867728950e").await;
            browser.get(&node, "/no/such/place").await;
            assert_eq!(browser.get(&node, "/metrics").await.status, StatusCode::UNAUTHORIZED);
            let reading = token_of(&node, 3, &[Scope::Read]).await;
            assert_eq!(node.api(&reading, "/metrics").await, StatusCode::FORBIDDEN);
            let headers = vec![("authorization", token_of(&node, 4, &[Scope::Manage]).await)];
            let page = Browser { headers, ..Browser::default() }.get(&node, "/metrics").await;
            for line in [
                "bartizan_sign_ins_refused_total{wrong=\"password\"} 1",
                "bartizan_requests_total{method=\"POST\",route=\"/sign-in\",status=\"401\"} 1",
                "bartizan_requests_total{method=\"GET\",route=\"/reports/{id}\",status=\"303\"} 1",
                "bartizan_request_duration_seconds_count{route=\"/sign-in\"} 1",
                "bartizan_requests_under_way 1",
                "bartizan_people 3",
                "bartizan_jobs{state=\"queued\"} 0",
            ] {
                assert!(page.body.lines().any(|l| l == line), "{line} in\n{}", page.body);
            }
            let size =
                page.body.lines().find_map(|l| l.strip_prefix("bartizan_database_bytes ")).expect("a size");
            assert!(size.parse::<i64>().expect("a number") > 4096);
            assert!(!page.body.contains("0f8fad5b"), "routes, never addresses");
            for line in page.body.lines() {
                let good = line.starts_with("# HELP bartizan_")
                    || line.starts_with("# TYPE bartizan_")
                    || line.strip_prefix("bartizan_").is_some_and(|l| {
                        l.rsplit_once(' ').is_some_and(|(_, value)| value.parse::<f64>().is_ok())
                    });
                assert!(good, "{line}");
            }
        },
    );
}

#[test]
fn one_address_cannot_take_every_connection() {
    let few = |config: &mut bartizan_server::Config| config.connections = 8;
    served(few, |node| {
        // Two of eight are this address's share: a third is closed at once, and when one goes there is room again.
        let ask = |stream: &mut TcpStream| {
            stream.set_read_timeout(Some(Duration::from_secs(5))).expect("set");
            // It may be closed already.
            let _ = stream.write_all(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n");
            let mut bytes = [0; 12];
            stream.read_exact(&mut bytes).map(|()| bytes.ends_with(b"200")).unwrap_or(false)
        };
        let open = || TcpStream::connect(node.address).expect("connected");
        let (mut one, mut two) = (open(), open());
        assert!(ask(&mut one) && ask(&mut two));
        assert!(!ask(&mut open()));
        drop(one);
        let from = Instant::now();
        while !ask(&mut open()) {
            assert!(from.elapsed() < Duration::from_secs(5), "room again");
        }
    });
}

#[test]
fn headers_that_do_not_arrive_are_not_waited_for() {
    served(
        |_| {},
        |node| {
            let mut stream = TcpStream::connect(node.address).expect("connected");
            stream.write_all(b"GET / HTTP/1.1\r\nhost: loc").expect("written");
            stream.set_read_timeout(Some(Duration::from_secs(40))).expect("set");
            let from = Instant::now();
            let mut rest = Vec::new();
            // Closed, with or without a word.
            stream.read_to_end(&mut rest).expect("closed, not left open");
            let waited = from.elapsed();
            assert!(waited > Duration::from_secs(15) && waited < Duration::from_secs(35), "{waited:?}");
            // A head without end is refused.
            let mut stream = TcpStream::connect(node.address).expect("connected");
            stream.set_read_timeout(Some(Duration::from_secs(10))).expect("set");
            let _ = stream.write_all(b"GET / HTTP/1.1\r\n");
            for n in 0..200 {
                if stream.write_all(format!("x-{n}: {}\r\n", "y".repeat(4000)).as_bytes()).is_err() {
                    break;
                }
            }
            let mut bytes = Vec::new();
            // A reset is an answer too.
            let _ = stream.read_to_end(&mut bytes);
            assert!(bytes.is_empty() || bytes.starts_with(b"HTTP/1.1 4"));
        },
    );
}
