//! The broker between testers and a model's endpoint: what passes, what is refused, what ends, what is recorded.

mod model;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bartizan_clearinghouse::{time, token};
use bartizan_knowledge::Pack;
use bartizan_server::{App, Config, Seal, Surroundings, System, serve};
use bartizan_store::{Store, TestGrant};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::harness::{Schema, run};
use crate::window::{DAY, Stage};

const HOUR: i64 = 3_600_000_000;
/// What revocation, or the end of the clock, may take.
const SECOND: Duration = Duration::from_secs(1);

/// The machine's clock, moved on by so much.
#[derive(Default)]
struct Moved(AtomicI64);

impl Surroundings for Moved {
    fn now(&self) -> i64 {
        System.now() + self.0.load(Ordering::SeqCst)
    }
    fn fill(&self, bytes: &mut [u8]) {
        System.fill(bytes);
    }
}

struct Stand {
    store: Store,
    stage: Stage,
    key: std::path::PathBuf,
    clock: Arc<Moved>,
    names: AtomicI64,
}

/// A node that serves; it ends with its drop.
struct Node {
    address: SocketAddr,
    _stop: oneshot::Sender<()>,
}

impl Stand {
    /// A window that runs, everything signed, the model's endpoint said.
    async fn new(store: Store, folder: &tempfile::TempDir, model: SocketAddr) -> Self {
        let key = folder.path().join("node.key");
        let clock = Arc::new(Moved::default());
        let app = Self::app(&store, &key, &clock);
        let around: Arc<dyn Surroundings> = Arc::<Moved>::clone(&clock);
        let stage = Stage::submitted(store.clone(), app, around).await;
        stage.runs().await;
        stage.signed().await;
        stage.endpoint("falcon-7", &format!("http://{model}/v1"), model::KEY, "internal-falcon").await;
        Self { store, stage, key, clock, names: AtomicI64::new(0) }
    }

    fn app(store: &Store, key: &Path, clock: &Arc<Moved>) -> App {
        let mut config =
            Config { key: Some(key.to_owned()), rate: 0, ..Config::local(([127, 0, 0, 1], 0).into()) };
        config.fetch.allowed = vec!["127.0.0.0/8".parse().expect("a network")];
        let around: Arc<dyn Surroundings> = Arc::<Moved>::clone(clock);
        App::new(store.clone(), config, Pack::built_in(), around)
    }

    /// Gives a grant: its name and its credential.
    async fn grant(&self, change: impl FnOnce(&mut Value)) -> (String, String) {
        let name = format!("grant-{}", self.names.fetch_add(1, Ordering::SeqCst));
        let secret = self.stage.grant(&name, change).await;
        (name, secret)
    }

    async fn now(&self) -> (String, String) {
        self.grant(|_| {}).await
    }

    async fn serves(&self) -> Node {
        let app = Self::app(&self.store, &self.key, &self.clock);
        let ((told, ready), (stop, stopped)) = (oneshot::channel(), oneshot::channel::<()>());
        tokio::spawn(serve(app, move |address| told.send(address).expect("somebody waits"), async {
            let _ = stopped.await;
        }));
        Node { address: ready.await.expect("an address"), _stop: stop }
    }

    async fn kept(&self, grant: &str) -> TestGrant {
        let window = self.store.window(&self.stage.window).await.expect("found").expect("one");
        let all = self.store.grants_of_window(window.id).await.expect("grants");
        all.into_iter().find(|one| one.name == grant).expect("the grant")
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

        let grant = stand.kept(&id).await;
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
        let good = stand.now().await.1;
        let early = stand.grant(|wanted| wanted["begins"] = json!(time::text(now + HOUR))).await.1;
        let late = stand.grant(|wanted| wanted["ends"] = json!(time::text(System.now() + HOUR))).await.1;
        let elsewhere = stand.grant(|wanted| wanted["sources"] = json!(["192.0.2.0/24"])).await.1;
        let poor = stand.grant(|wanted| wanted["budget"]["tokens"] = json!(50)).await.1;
        let once = stand.grant(|wanted| wanted["budget"]["calls"] = json!(1)).await.1;
        let node = stand.serves().await;
        assert!(whole(&node, &once, "x").await.starts_with("HTTP/1.1 200"));
        let before = seen.calls.load(Ordering::SeqCst);
        let other = json!({ "model": "falcon-8", "messages": [] });
        let inside = json!({ "model": "falcon-7", "messages": [], "logprobs": true });
        for (secret, path, body, status, code) in [
            ("nobody", "chat/completions", chat("x", false), 401, "broker.unknown-credential"),
            (&early, "chat/completions", chat("x", false), 403, "broker.outside-grant"),
            (&elsewhere, "chat/completions", chat("x", false), 403, "broker.source"),
            (&poor, "chat/completions", chat("x", false), 429, "broker.budget"),
            (&once, "chat/completions", chat("x", false), 429, "broker.budget"),
            (&good, "chat/completions", other, 403, "broker.checkpoint"),
            (&good, "chat/completions", inside, 403, "broker.internal"),
            (&good, "responses", chat("x", false), 403, "broker.endpoint"),
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
        // Its time is over by the clock alone.
        assert!(whole(&node, &late, "x").await.starts_with("HTTP/1.1 200"));
        stand.clock.0.store(2 * HOUR, Ordering::SeqCst);
        assert!(whole(&node, &late, "x").await.contains("broker.outside-grant"));
        assert_eq!(seen.calls.load(Ordering::SeqCst), before + 1);
    });
}

#[test]
fn who_loses_what_access_stands_on_calls_no_more() {
    on_both(|store, folder| async move {
        let (address, _seen) = model::start().await;
        let stand = Stand::new(store, &folder, address).await;
        let (_, secret) = stand.now().await;
        let node = stand.serves().await;
        assert!(whole(&node, &secret, "x").await.starts_with("HTTP/1.1 200"));
        let refused = async |code: &str| {
            tokio::time::sleep(SECOND).await;
            let answer = whole(&node, &secret, "x").await;
            assert!(answer.contains(code), "{code}: {answer}");
        };
        let stage = &stand.stage;
        let tess = &stage.people["tess"];
        stage
            .does(
                "mo",
                json!({ "do": "relieve", "person": tess.uuid, "role": "tester", "words": "She left." }),
            )
            .await;
        refused("broker.holder").await;
        let part =
            json!({ "person": tess.uuid, "organisation": stage.organisations["firm"], "role": "tester" });
        stage.does("mo", json!({ "do": "assign", "part": part })).await;
        tokio::time::sleep(SECOND).await;
        assert!(whole(&node, &secret, "x").await.starts_with("HTTP/1.1 200"));
        stage
            .does("ove", json!({ "do": "end-agreement", "agreement": "use-limits", "words": "Broken." }))
            .await;
        refused("broker.agreement").await;
        stage
            .does(
                "pat",
                json!({ "do": "pause", "reason": "agreement-lapsed", "words": "Until it is signed." }),
            )
            .await;
        refused("broker.window-closed").await;
    });
}

#[test]
fn the_end_of_the_clock_cuts_what_is_under_way() {
    on_both(|store, folder| async move {
        let (address, _seen) = model::start().await;
        let stand = Stand::new(store, &folder, address).await;
        stand.clock.0.store(25 * DAY, Ordering::SeqCst);
        let until = time::text(stand.stage.now() + 5 * DAY - HOUR);
        let (_, secret) = stand.grant(|wanted| wanted["ends"] = json!(until)).await;
        let node = stand.serves().await;
        let mut asked =
            Asked::new(node.address, "chat/completions", &secret, &chat("first second", true)).await;
        assert!(asked.until("first").await, "{}", asked.seen);
        stand.clock.0.store(31 * DAY, Ordering::SeqCst);
        let cut = tokio::time::timeout(SECOND, asked.end()).await.expect("within a second");
        assert!(!cut.contains("second") && cut.contains("broker."), "{cut}");
        assert!(whole(&node, &secret, "x").await.starts_with("HTTP/1.1 403"));
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
        // By another node: this one hears of it by the database.
        let words = json!({ "do": "revoke", "grant": revoked, "words": "Found in a public place." });
        stand.stage.does("aud", words).await;
        let rest = under_way.split_off(24);
        let cut = futures_util::future::join_all(under_way.into_iter().map(ended)).await;
        assert!(
            cut.iter().all(|answer| answer.contains("broker.revoked") && !answer.contains("second")),
            "{}",
            cut[0]
        );
        assert!(whole(&node, &secret, "x").await.contains("broker.revoked"));
        assert!(whole(&node, &other, "x").await.starts_with("HTTP/1.1 200"));
        // The window ends before its time.
        stand.stage.both("pat", "mo", json!({ "do": "end", "words": "Enough was seen." })).await;
        let cut = futures_util::future::join_all(rest.into_iter().map(ended)).await;
        assert!(cut.iter().all(|answer| answer.contains("broker.window-closed")), "{}", cut[0]);
        // A node that starts anew knows it before it answers.
        let again = stand.serves().await;
        assert!(whole(&again, &secret, "x").await.contains("broker.revoked"));
        assert!(whole(&again, &other, "x").await.contains("broker.window-closed"));
    });
}
