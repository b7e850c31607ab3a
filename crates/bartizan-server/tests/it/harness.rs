//! What the tests share: clocks, identifiers, people and their credentials, databases; a node on a socket with a client of a few
//! lines; an answer that came without a socket.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request};
use bartizan_clearinghouse::access::{OrganisationId, PersonId, Role, Roles, Scopes};
use bartizan_clearinghouse::token;
use bartizan_knowledge::Pack;
use bartizan_server::{App, Config, Seal, Surroundings, System, router, serve};
use bartizan_store::{Action, NewPerson, NewToken, Session, Store};
use serde_json::Value;
use sqlx::Connection;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tower::ServiceExt;

/// 2026-11-30T11:00:00Z.
pub const NOW: i64 = 1_796_036_400_000_000;
/// TAXII's media type.
pub const MEDIA: &str = "application/taxii+json;version=2.1";
/// What the forms of every session carry.
pub const CSRF: &str = "a token of forms";

static COUNT: AtomicU32 = AtomicU32::new(0);

/// An identifier that differs.
pub fn uuid() -> String {
    let n = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{n:08x}-0000-4000-8000-{:012x}", std::process::id())
}

/// A clock that stands still at [`NOW`]; randomness of the machine.
pub struct Still;

impl Surroundings for Still {
    fn now(&self) -> i64 {
        NOW
    }
    fn fill(&self, bytes: &mut [u8]) {
        System.fill(bytes);
    }
}

/// By the machine's clock.
pub fn by() -> Action<'static> {
    Action { actor: "test", now: System.now() }
}

/// By the clock that stands still.
pub fn then() -> Action<'static> {
    Action { actor: "test", now: NOW }
}

/// All endpoints on a store, without a socket.
pub fn app(store: &Store, around: Arc<dyn Surroundings>) -> Router {
    // Whoever asks everything asks more often than people do; limits have tests of their own.
    let key = Some(concat!(env!("CARGO_TARGET_TMPDIR"), "/node.key").into());
    let config = Config { rate: 0, key, ..Config::local(([127, 0, 0, 1], 0).into()) };
    router(App::new(store.clone(), config, Pack::built_in(), around))
}

/// Makes the node's own key.
pub async fn key(store: &Store) {
    let seal = Seal::new(Some(concat!(env!("CARGO_TARGET_TMPDIR"), "/node.key").into()));
    bartizan_server::relay::own_key(store, &seal, &System).await.expect("a key");
}

/// Runs a story to its end.
pub fn run(story: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(story);
}

/// Adds a person without a password.
pub async fn person(
    store: &Store,
    by: &Action<'_>,
    organisation: OrganisationId,
    name: &str,
    roles: Roles,
) -> PersonId {
    let new = NewPerson { uuid: &uuid(), organisation, name, shown: name, roles, password: None };
    store.add_person(by, &new).await.expect("a person")
}

/// Adds a token of a person.
pub async fn secret(
    store: &Store,
    by: &Action<'_>,
    person: PersonId,
    scopes: Scopes,
    expires: Option<i64>,
) -> String {
    let mut random = [0; 20];
    System.fill(&mut random);
    let secret = token::make(random);
    let new = NewToken { person, label: "test", digest: &token::digest(&secret), scopes, expires };
    store.add_token(by, &new).await.expect("a token");
    secret
}

/// Signs a person in, for pages; the secret is what the cookie holds.
pub async fn session(store: &Store, by: &Action<'_>, person: PersonId) -> String {
    signed_in(store, by, person, CSRF).await
}

/// The same, with a token of forms of its own.
pub async fn signed_in(store: &Store, by: &Action<'_>, person: PersonId, csrf: &str) -> String {
    let mut random = [0; 32];
    System.fill(&mut random);
    let secret = token::secret(random);
    let session = Session { person, csrf: csrf.into(), expires: by.now + 1_000_000_000 };
    store.add_session(by, &token::digest(&secret), &session).await.expect("a session");
    secret
}

/// Sends a request without a socket.
pub async fn ask(
    router: &Router,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(body.to_vec())).expect("a request");
    let response = router.clone().oneshot(request).await.expect("an answer");
    let status = response.status().as_u16();
    let text = |v: &axum::http::HeaderValue| String::from_utf8_lossy(v.as_bytes()).into_owned();
    let headers = response.headers().iter().map(|(n, v)| (n.as_str().to_owned(), text(v))).collect();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 26).await.expect("a body");
    Answer { status, headers, body: String::from_utf8_lossy(&bytes).into_owned() }
}

/// The body of an answer as bytes, and its headers.
pub async fn raw(router: &Router, path: &str, bearer: &str) -> (axum::http::HeaderMap, Vec<u8>) {
    let request = Request::builder().uri(path).header("host", "localhost").header("authorization", bearer);
    let response =
        router.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer");
    let headers = response.headers().clone();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 28).await.expect("a body");
    (headers, bytes.to_vec())
}

/// A schema of its own on the PostgreSQL of the tests.
pub struct Schema {
    server: String,
    name: String,
}

impl Schema {
    pub async fn new() -> Self {
        let server = std::env::var("BARTIZAN_TEST_PG_URL")
            .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned());
        let name = format!("it_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let schema = Self { server, name };
        schema.run(format!("CREATE SCHEMA {}", schema.name)).await;
        schema
    }

    pub fn url(&self) -> String {
        format!("{}?options[search_path]={}", self.server, self.name)
    }

    pub async fn store(&self) -> Store {
        Store::postgres(&self.url()).await.expect("a store")
    }

    pub async fn drop(self) {
        self.run(format!("DROP SCHEMA {} CASCADE", self.name)).await;
    }

    async fn run(&self, sql: String) {
        let mut admin = sqlx::PgConnection::connect(&self.server).await.expect("PostgreSQL: is it running?");
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut admin).await.expect("a statement");
    }
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
        let pack = Pack::built_in();
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
        let person: PersonId = self.store.directory().names[name];
        let scopes = Scopes::parse(scopes).expect("scopes");
        self.runtime.block_on(secret(&self.store, &by(), person, scopes, None))
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
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let schema = runtime.block_on(Schema::new());
    let node = Node::on(&schema.url(), tempfile::tempdir().expect("a folder"));
    story(&node);
    drop(node);
    runtime.block_on(schema.drop());
}

/// Somebody who sends requests.
pub struct Client {
    pub address: SocketAddr,
    pub token: Option<String>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
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
