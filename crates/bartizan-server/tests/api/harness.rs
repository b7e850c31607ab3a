//! A node on a socket, and a client of a few lines.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use bartizan_clearinghouse::access::{PersonId, Role, Roles, Scopes};
use bartizan_clearinghouse::token;
use bartizan_server::{App, Config, Surroundings, System, serve};
use bartizan_store::{Action, NewPerson, NewToken, Store};
use serde_json::Value;
use sqlx::Connection;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

static COUNT: AtomicU32 = AtomicU32::new(0);

/// An identifier that differs.
pub fn uuid() -> String {
    let n = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{n:08x}-0000-4000-8000-{:012x}", std::process::id())
}

/// A node with two organisations: First with `root` (every role), `ada` (analyst), `red` (analyst, auditor); Second with `ben`
/// (analyst, coordinator).
pub struct Node {
    pub address: SocketAddr,
    pub store: Store,
    pub runtime: Runtime,
    stop: Option<oneshot::Sender<()>>,
    _folder: tempfile::TempDir,
}

pub fn by() -> Action<'static> {
    Action { actor: "test", now: System.now() }
}

impl Node {
    /// On a fresh SQLite file.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("api.db").display().to_string();
        Self::on(&path, folder)
    }

    /// On a database.
    pub fn on(database: &str, folder: tempfile::TempDir) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let store = runtime.block_on(Store::open(database)).expect("a database");
        runtime.block_on(fill(&store));
        let listen = "127.0.0.1:0".parse().expect("an address");
        let pack = bartizan_knowledge::Pack::built_in();
        let config = Config { key: Some(folder.path().join("node.key")), ..Config::local(listen) };
        let app = App::new(store.clone(), config, pack, Arc::new(System));
        let (told, ready) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        runtime.spawn(async move {
            let ready = move |address| told.send(address).expect("somebody listens");
            serve(app, ready, async {
                let _ = stopped.await;
            })
            .await
            .expect("served");
        });
        let address = ready.recv().expect("an address");
        Self { address, store, runtime, stop: Some(stop), _folder: folder }
    }

    /// A token of a person with these scopes.
    pub fn token(&self, name: &str, scopes: &str) -> String {
        let mut random = [0; 20];
        System.fill(&mut random);
        let secret = token::make(random);
        let person: PersonId = self.store.directory().names[name];
        let new = NewToken {
            person,
            label: "test",
            digest: &token::digest(&secret),
            scopes: Scopes::parse(scopes).expect("scopes"),
            expires: None,
        };
        self.runtime.block_on(self.store.add_token(&by(), &new)).expect("a token");
        secret
    }

    /// A client with a fresh token.
    pub fn client(&self, name: &str, scopes: &str) -> Client {
        Client { address: self.address, token: Some(self.token(name, scopes)) }
    }

    /// A client that says nothing of itself.
    pub fn nobody(&self) -> Client {
        Client { address: self.address, token: None }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        self.runtime.block_on(self.store.close());
    }
}

async fn fill(store: &Store) {
    let by = by();
    let first = store.add_organisation(&by, &uuid(), "First", None).await.expect("first");
    let second = store.add_organisation(&by, &uuid(), "Second", None).await.expect("second");
    let every = Roles::of(&Role::ALL);
    let people = [
        ("root", first, every),
        ("ada", first, Roles::of(&[Role::Analyst])),
        ("red", first, Roles::of(&[Role::Analyst, Role::Auditor])),
        ("ben", second, Roles::of(&[Role::Analyst, Role::Coordinator])),
    ];
    for (name, organisation, roles) in people {
        let password = bartizan_server::hash_password("correct horse battery staple", &System);
        let password = if name == "ada" { password } else { None };
        let id = uuid();
        let new =
            NewPerson { uuid: &id, organisation, name, shown: name, roles, password: password.as_deref() };
        store.add_person(&by, &new).await.expect("a person");
    }
}

/// Runs a story on PostgreSQL, in a schema of its own.
pub fn on_postgres(story: impl FnOnce(&Node)) {
    let server = std::env::var("BARTIZAN_TEST_PG_URL")
        .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned());
    let schema = format!("api_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let run = |sql: String| {
        runtime.block_on(async {
            let mut admin = sqlx::PgConnection::connect(&server).await.expect("PostgreSQL: is it running?");
            sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut admin).await.expect("a statement");
        });
    };
    run(format!("CREATE SCHEMA {schema}"));
    let folder = tempfile::tempdir().expect("a folder");
    let node = Node::on(&format!("{server}?options[search_path]={schema}"), folder);
    story(&node);
    drop(node);
    run(format!("DROP SCHEMA {schema} CASCADE"));
}

/// Somebody who sends requests.
pub struct Client {
    pub address: SocketAddr,
    pub token: Option<String>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// The answer's JSON, if it has this status.
    #[track_caller]
    pub fn is(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// Checks that it is a problem of this status.
    #[track_caller]
    pub fn fails(self, status: u16) -> Value {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        assert_eq!(self.header("cache-control"), Some("no-store"), "{self:?}");
        let body = self.json();
        assert_eq!(body["status"], status, "{self:?}");
        assert!(body["type"].as_str().is_some_and(|t| t.starts_with("/problems/")), "{body}");
        assert!(body["title"].is_string() && body["detail"].is_string(), "{body}");
        self.is(status)
    }
}

impl Client {
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"")
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.json("POST", path, &[], body)
    }

    pub fn json(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let mut all = vec![("Content-Type", "application/json")];
        all.extend_from_slice(headers);
        self.send(method, path, &all, body.to_string().as_bytes())
    }

    /// One request on one connection, below the API's root.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.send_at(method, &format!("/api/v1{path}"), headers, body)
    }

    /// One request on one connection.
    pub fn send_at(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut text = format!("{method} {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n");
        if let Some(token) = &self.token {
            text += &format!("Authorization: Bearer {token}\r\n");
        }
        for (name, value) in headers {
            text += &format!("{name}: {value}\r\n");
        }
        text += &format!("Content-Length: {}\r\n\r\n", body.len());
        let mut stream = TcpStream::connect(self.address).expect("a connection");
        stream.write_all(text.as_bytes()).expect("a head");
        // Who is refused early may be cut off in the middle of the body.
        let _ = stream.write_all(body);
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("an answer");
        parse(&bytes)
    }
}

fn parse(bytes: &[u8]) -> Answer {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text}"));
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|l| l.split(' ').nth(1)).and_then(|s| s.parse().ok());
    let headers = lines.filter_map(|l| l.split_once(": ")).map(|(n, v)| (n.to_lowercase(), v.to_owned()));
    let headers: Vec<_> = headers.collect();
    let chunked = headers.iter().any(|(n, v)| n == "transfer-encoding" && v == "chunked");
    let body = if chunked { unchunked(body) } else { body.to_owned() };
    Answer { status: status.expect("a status"), headers, body }
}

fn unchunked(mut text: &str) -> String {
    let mut body = String::new();
    while let Some((size, rest)) = text.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).expect("a size");
        body.push_str(&rest[..size]);
        text = rest[size..].trim_start_matches("\r\n");
    }
    body
}
