//! The broker between testers and a model's endpoint: what passes, what is refused, what ends, what is recorded.

mod model;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bartizan_clearinghouse::access::{OrganisationId, PersonId, Role, Roles};
use bartizan_clearinghouse::token;
use bartizan_knowledge::Pack;
use bartizan_server::{App, Config, Seal, Surroundings, System, serve};
use bartizan_store::{NewProgramme, NewTestGrant, NewWindow, Store, WindowColumns};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::harness::{Schema, by, person, run, uuid};

const HOUR: i64 = 3_600_000_000;
/// What revocation, or the end of the clock, may take.
const SECOND: Duration = Duration::from_secs(1);

struct Stand {
    store: Store,
    key: std::path::PathBuf,
    model: SocketAddr,
    tester: PersonId,
    window: (i64, String),
}

/// A node that serves; it ends with its drop.
struct Node {
    address: SocketAddr,
    _stop: oneshot::Sender<()>,
}

impl Stand {
    async fn new(store: Store, folder: &tempfile::TempDir, model: SocketAddr) -> Self {
        let by = by();
        let runs: OrganisationId =
            store.add_organisation(&by, &uuid(), "Institute", None).await.expect("one");
        let developer = store.add_organisation(&by, &uuid(), "Lab", None).await.expect("one");
        let tester = person(&store, &by, runs, "tess", Roles::of(&[Role::Analyst])).await;
        let programme = NewProgramme {
            uuid: &uuid(),
            runs,
            person: tester,
            name: "thirty-day",
            version: "1",
            title: "Thirty days",
            digest: "0",
            rules: b"",
        };
        assert!(store.keep_programme(&by, &programme).await.expect("kept"));
        let id = store.programmes().await.expect("programmes")[0].id;
        let window = uuid();
        let new = NewWindow { uuid: &window, programme: id, runs, developer, title: "Falcon" };
        let columns = WindowColumns {
            state: "running".into(),
            runs_between: Some((by.now - HOUR, by.now + HOUR)),
            parts: vec![],
        };
        store.open_window(&by, &new, &[], &columns).await.expect("a window");
        let id = store.window(&window).await.expect("found").expect("one").id;
        Self { store, key: folder.path().join("node.key"), model, tester, window: (id, window) }
    }

    /// Gives a grant and its credential.
    async fn grant(&self, change: impl FnOnce(&mut Value), between: (i64, i64)) -> (String, String) {
        let (id, secret) = (uuid(), format!("tester-{}", uuid()));
        let mut terms = json!({ "checkpoint": "falcon-7", "level": "AL1", "sources": [], "calls": 1000, "tokens": 1_000_000, "answer": 64 });
        change(&mut terms);
        let endpoint = json!({ "url": format!("http://{}/v1", self.model), "key": model::KEY, "model": "internal-falcon" }).to_string();
        let endpoint = Seal::new(Some(self.key.clone()))
            .seal(&System, &format!("test-grant/{id}"), &endpoint)
            .expect("sealed");
        let digest = token::digest(&secret);
        let new = NewTestGrant {
            uuid: &id,
            window: (self.window.0, &self.window.1),
            tester: self.tester,
            credential: &digest,
            terms: &terms.to_string(),
            endpoint: &endpoint,
            between,
        };
        self.store.give_grant(&by(), &new).await.expect("given");
        (id, secret)
    }

    async fn now(&self) -> (String, String) {
        self.grant(|_| {}, (0, i64::MAX)).await
    }

    async fn serves(&self) -> Node {
        let mut config = Config { key: Some(self.key.clone()), ..Config::local(([127, 0, 0, 1], 0).into()) };
        config.fetch.allowed = vec!["127.0.0.0/8".parse().expect("a network")];
        let app = App::new(self.store.clone(), config, Pack::built_in(), Arc::new(System));
        let ((told, ready), (stop, stopped)) = (oneshot::channel(), oneshot::channel::<()>());
        tokio::spawn(serve(app, move |address| told.send(address).expect("somebody waits"), async {
            let _ = stopped.await;
        }));
        Node { address: ready.await.expect("an address"), _stop: stop }
    }
}

/// A call on a connection of its own; what comes back as it comes.
struct Asked {
    stream: TcpStream,
    seen: String,
}

impl Asked {
    async fn new(node: SocketAddr, path: &str, secret: &str, body: &Value) -> Self {
        let mut stream = TcpStream::connect(node).await.expect("a connection");
        let body = body.to_string();
        let head = format!(
            "POST /broker/v1/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {secret}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.expect("sent");
        stream.write_all(body.as_bytes()).await.expect("sent");
        Self { stream, seen: String::new() }
    }

    /// Reads until the text was seen, or the end.
    async fn until(&mut self, text: &str) -> bool {
        let mut piece = [0; 4096];
        while !self.seen.contains(text) {
            match self.stream.read(&mut piece).await {
                Ok(0) | Err(_) => return false,
                Ok(length) => self.seen.push_str(&String::from_utf8_lossy(&piece[..length])),
            }
        }
        true
    }

    async fn end(mut self) -> String {
        self.until("\u{0}never").await;
        self.seen
    }
}

fn chat(words: &str, stream: bool) -> Value {
    json!({ "model": "falcon-7", "messages": [{ "role": "user", "content": words }], "stream": stream })
}

async fn whole(node: &Node, secret: &str, words: &str) -> String {
    Asked::new(node.address, "chat/completions", secret, &chat(words, false)).await.end().await
}

/// Runs a story on both engines.
fn on_both<F: Future<Output = ()>>(story: impl Fn(Store, tempfile::TempDir) -> F) {
    run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::sqlite(&folder.path().join("b.db")).await.expect("a store");
        story(store, folder).await;
        let schema = Schema::new().await;
        let store = schema.store().await;
        story(store.clone(), tempfile::tempdir().expect("a folder")).await;
        store.close().await;
        schema.drop().await;
    });
}

#[test]
fn a_call_passes_is_metered_and_recorded_and_the_key_stays_here() {
    on_both(|store, folder| async move {
        let (address, seen) = model::start().await;
        let stand = Stand::new(store, &folder, address).await;
        let (id, secret) = stand.now().await;
        let node = stand.serves().await;
        let answer = whole(&node, &secret, "one two").await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("heard one two"), "{answer}");
        assert!(!answer.contains(model::KEY) && !answer.contains("internal-falcon"), "{answer}");
        // Token by token: the model goes on only when the word before was seen.
        let mut stream =
            Asked::new(node.address, "chat/completions", &secret, &chat("alpha beta gamma", true)).await;
        for word in ["alpha", "beta", "gamma"] {
            assert!(stream.until(word).await, "{}", stream.seen);
            seen.go.notify_one();
        }
        let stream = stream.end().await;
        assert!(stream.contains("[DONE]") && !stream.contains("total_tokens"), "{stream}");

        let grant = stand.store.grants_of_window(stand.window.0).await.expect("grants").remove(0);
        assert_eq!(grant.uuid, id);
        let mut lines = stand.store.calls_of_grant(grant.id, 0, 100).await.expect("lines");
        // The last line is written behind the answer.
        for _ in 0..100 {
            if lines.len() == 4 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
            lines = stand.store.calls_of_grant(grant.id, 0, 100).await.expect("lines");
        }
        assert_eq!(lines.len(), 4);
        let mut previous = String::new();
        for (place, line) in lines.iter().enumerate() {
            let said: Value = serde_json::from_str(&line.line).expect("JSON");
            assert_eq!(
                (said["previous"].as_str(), said["number"].as_u64()),
                (Some(&previous[..]), Some(place as u64 + 1))
            );
            assert_eq!(token::digest_bytes(line.line.as_bytes()), line.digest);
            assert!(!line.line.contains("one two"), "{}", line.line);
            if said["event"] == "ended" {
                let thing = format!("test-call/{}", said["call"].as_str().expect("a call"));
                let opened =
                    Seal::new(Some(stand.key.clone())).open(&System, &thing, &line.sealed).expect("opened");
                assert!(opened.contains("heard one two") || opened.contains("gamma"), "{opened}");
                assert_eq!(said["tokens"], 8);
            }
            previous.clone_from(&line.digest);
        }
        let (number, _, used) = stand.store.end_of_calls(grant.id).await.expect("the end");
        assert_eq!((number, used), (4, (2, 16)));
    });
}

#[test]
fn what_a_grant_does_not_allow_is_refused_and_goes_nowhere() {
    on_both(|store, folder| async move {
        let (address, seen) = model::start().await;
        let stand = Stand::new(store, &folder, address).await;
        let now = System.now();
        let always = (0, i64::MAX);
        let good = stand.now().await.1;
        let early = stand.grant(|_| {}, (now + HOUR, i64::MAX)).await.1;
        let late = stand.grant(|_| {}, (0, now - 1)).await.1;
        let elsewhere = stand.grant(|terms| terms["sources"] = json!(["192.0.2.0/24"]), always).await.1;
        let garbled = stand.grant(|terms| terms["sources"] = json!(["everywhere"]), always).await.1;
        let poor = stand.grant(|terms| terms["tokens"] = json!(50), always).await.1;
        let once = stand.grant(|terms| terms["calls"] = json!(1), always).await.1;
        let node = stand.serves().await;
        assert!(whole(&node, &once, "x").await.starts_with("HTTP/1.1 200"));
        let before = seen.calls.load(std::sync::atomic::Ordering::SeqCst);
        let other = json!({ "model": "falcon-8", "messages": [] });
        for (secret, path, body, status, code) in [
            ("nobody", "chat/completions", chat("x", false), 401, "broker.unknown-credential"),
            (&early, "chat/completions", chat("x", false), 403, "broker.outside-grant"),
            (&late, "chat/completions", chat("x", false), 403, "broker.outside-grant"),
            (&elsewhere, "chat/completions", chat("x", false), 403, "broker.source"),
            (&garbled, "chat/completions", chat("x", false), 403, "broker.source"),
            (&poor, "chat/completions", chat("x", false), 429, "broker.budget"),
            (&once, "chat/completions", chat("x", false), 429, "broker.budget"),
            (&good, "chat/completions", other, 403, "broker.checkpoint"),
            (&good, "files", chat("x", false), 404, "broker.path"),
            (&good, "chat%2fcompletions/../../files", chat("x", false), 404, "broker.path"),
            (&good, "chat/completions", json!([1]), 400, "broker.body"),
        ] {
            let answer = Asked::new(node.address, path, secret, &body).await.end().await;
            assert!(
                answer.starts_with(&format!("HTTP/1.1 {status}")) && answer.contains(code),
                "{code}: {answer}"
            );
        }
        assert_eq!(seen.calls.load(std::sync::atomic::Ordering::SeqCst), before);
    });
}

#[test]
fn nothing_goes_on_a_second_after_revocation_or_the_end_of_the_clock() {
    on_both(|store, folder| async move {
        let (address, _seen) = model::start().await;
        let stand = Stand::new(store, &folder, address).await;
        let (revoked, secret) = stand.now().await;
        let (_, other) = stand.now().await;
        let node = stand.serves().await;
        // Answers under way, none of which ends by itself.
        let mut under_way = Vec::new();
        for secret in std::iter::repeat_n(&secret, 24).chain(std::iter::repeat_n(&other, 8)) {
            let mut one =
                Asked::new(node.address, "chat/completions", secret, &chat("first second third", true)).await;
            assert!(one.until("first").await, "{}", one.seen);
            under_way.push(one);
        }
        let ended = |asked: Asked| async {
            tokio::time::timeout(SECOND, asked.end()).await.expect("it ended within a second")
        };
        // By another process: straight in the database.
        assert!(
            stand
                .store
                .revoke_grant(&by(), (stand.window.0, &stand.window.1), &revoked)
                .await
                .expect("revoked")
        );
        let rest = under_way.split_off(24);
        let cut = futures_util::future::join_all(under_way.into_iter().map(ended)).await;
        assert!(
            cut.iter().all(|answer| answer.contains("broker.revoked") && !answer.contains("second")),
            "{}",
            cut[0]
        );
        assert!(whole(&node, &secret, "x").await.contains("broker.revoked"));
        assert!(whole(&node, &other, "x").await.starts_with("HTTP/1.1 200"));
        // The clock ends.
        let entry = stand.store.window(&stand.window.1).await.expect("found").expect("one");
        let columns = WindowColumns { state: "ended".into(), runs_between: None, parts: vec![] };
        assert!(stand.store.add_to_window(&by(), &entry, 0, &[], &columns).await.expect("ended"));
        let cut = futures_util::future::join_all(rest.into_iter().map(ended)).await;
        assert!(cut.iter().all(|answer| answer.contains("broker.window-closed")), "{}", cut[0]);
        // A node that starts anew knows it before it answers.
        let again = stand.serves().await;
        assert!(whole(&again, &secret, "x").await.contains("broker.revoked"));
        assert!(whole(&again, &other, "x").await.contains("broker.window-closed"));
    });
}
