//! A node with a clock that is set, and browsers that keep cookies.

use std::collections::BTreeMap;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use bartizan_clearinghouse::access::{OrganisationId, PersonId, Role, Roles, Scope, Scopes};
use bartizan_clearinghouse::token;
use bartizan_knowledge::Pack;
use bartizan_server::{App, Config, Connection, Surroundings, System, hash_password, router};
use bartizan_store::{Action, NewPerson, NewToken, Store};
use base64::Engine as _;
use tower::ServiceExt;

/// 2026-11-30T11:00:00Z.
pub const NOW: i64 = 1_796_036_400_000_000;
pub const SECOND: i64 = 1_000_000;
pub const PASSWORD: &str = "correct horse battery";

/// A clock that is set; randomness of the machine.
#[derive(Clone)]
pub struct Clock(pub Arc<AtomicI64>);

impl Surroundings for Clock {
    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
    fn fill(&self, bytes: &mut [u8]) {
        System.fill(bytes);
    }
}

pub fn uuid() -> String {
    let mut bytes = [0; 16];
    System.fill(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

pub fn by() -> Action<'static> {
    Action { actor: "test", now: NOW }
}

pub struct Node {
    pub store: Store,
    pub clock: Clock,
    pub router: Router,
    pub ada: PersonId,
    pub root: PersonId,
    /// Of Ada, for reading.
    pub token: String,
}

pub async fn person(store: &Store, organisation: OrganisationId, name: &str, roles: &[Role]) -> PersonId {
    let phc = hash_password(PASSWORD, &System).expect("hashed");
    let new = NewPerson {
        uuid: &uuid(),
        organisation,
        name,
        shown: name,
        roles: Roles::of(roles),
        password: Some(&phc),
    };
    store.add_person(&by(), &new).await.expect("a person")
}

async fn node(store: Store, change: impl FnOnce(&mut Config)) -> Node {
    made(store, change).await.0
}

async fn made(store: Store, change: impl FnOnce(&mut Config)) -> (Node, App) {
    let organisation = store.add_organisation(&by(), &uuid(), "First", None).await.expect("first");
    let ada = person(&store, organisation, "ada", &[Role::Analyst]).await;
    let root = person(&store, organisation, "root", &[Role::Admin, Role::Coordinator, Role::Auditor]).await;
    person(&store, organisation, "ben", &[Role::Reader]).await;
    let secret = token::make([7; 20]);
    let new = NewToken {
        person: ada,
        label: "t",
        digest: &token::digest(&secret),
        scopes: Scopes::of(&[Scope::Read]),
        expires: None,
    };
    store.add_token(&by(), &new).await.expect("a token");
    let mut config = Config::local(([127, 0, 0, 1], 0).into());
    config.key = Some(concat!(env!("CARGO_TARGET_TMPDIR"), "/node.key").into());
    change(&mut config);
    let clock = Clock(Arc::new(AtomicI64::new(NOW)));
    let app = App::new(store.clone(), config, Pack::built_in(), Arc::new(clock.clone()));
    (Node { router: router(app.clone()), store, clock, ada, root, token: secret }, app)
}

/// Runs a story on a node of either engine.
pub fn both(change: impl Fn(&mut Config), story: impl AsyncFn(Node)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::sqlite(&folder.path().join("node.db")).await.expect("SQLite");
        story(node(store, &change).await).await;

        let server = std::env::var("BARTIZAN_TEST_PG_URL")
            .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned());
        let schema = format!("identity_{}", uuid().replace('-', ""));
        use sqlx::Connection;
        let mut admin = sqlx::PgConnection::connect(&server).await.expect("PostgreSQL: is it running?");
        let make = sqlx::AssertSqlSafe(format!("CREATE SCHEMA {schema}"));
        sqlx::query(make).execute(&mut admin).await.expect("a schema");
        let store = Store::postgres(&format!("{server}?options[search_path]={schema}")).await;
        let store = store.expect("PostgreSQL");
        story(node(store.clone(), &change).await).await;
        store.close().await;
        let gone = sqlx::AssertSqlSafe(format!("DROP SCHEMA {schema} CASCADE"));
        sqlx::query(gone).execute(&mut admin).await.expect("schema dropped");
    });
}

/// Runs a story on a node of SQLite.
pub fn one(change: impl Fn(&mut Config), story: impl AsyncFn(Node)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::sqlite(&folder.path().join("node.db")).await.expect("SQLite");
        story(node(store, &change).await).await;
    });
}

/// A node that listens on a socket.
pub struct Served {
    pub store: Store,
    pub clock: Clock,
    pub ada: PersonId,
    pub address: SocketAddr,
    runtime: tokio::runtime::Runtime,
}

impl Served {
    pub fn block<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    pub fn later(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds * SECOND, Ordering::SeqCst);
    }
}

/// Runs a story on a node that listens.
pub fn served(change: impl Fn(&mut Config), story: impl FnOnce(&Served)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("node.db");
    let (node, app) = runtime.block_on(async {
        made(Store::sqlite(&path).await.expect("SQLite"), |config| {
            change(config);
        })
        .await
    });
    let (tell, told) = std::sync::mpsc::channel();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let ready = move |address| tell.send(address).expect("somebody waits");
    let serving = runtime.spawn(bartizan_server::serve(app, ready, async move {
        let _ = stopped.await;
    }));
    let address = told.recv_timeout(std::time::Duration::from_secs(10)).expect("listening");
    let served = Served { store: node.store, clock: node.clock, ada: node.ada, address, runtime };
    story(&served);
    let _ = stop.send(());
    served.runtime.block_on(serving).expect("no panic").expect("served");
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// The text between two texts.
    pub fn between(&self, before: &str, after: &str) -> &str {
        let (_, rest) = self.body.split_once(before).unwrap_or_else(|| panic!("{before} in {}", self.body));
        rest.split_once(after).expect("an end").0
    }
}

/// A browser: keeps cookies, and the token of the last page's forms.
#[derive(Clone, Default)]
pub struct Browser {
    pub cookies: BTreeMap<String, String>,
    pub csrf: String,
    pub headers: Vec<(&'static str, String)>,
    /// Behind a proxy of ours at 10.0.0.1, from here.
    pub address: Option<String>,
}

impl Browser {
    pub fn at(last: u8) -> Self {
        Self { address: Some(format!("192.0.2.{last}")), ..Self::default() }
    }

    pub async fn send(&mut self, node: &Node, method: Method, path: &str, body: String) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
        if !self.cookies.is_empty() {
            let text: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
            request = request.header("cookie", text.join("; "));
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        request = request.header("content-type", "application/x-www-form-urlencoded");
        if let Some(address) = &self.address {
            let connection = Connection { address: ([10, 0, 0, 1], 443).into(), certificate: None };
            request = request.header("x-forwarded-for", address).extension(connection);
        }
        let request = request.body(Body::from(body)).expect("a request");
        let response = node.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 24).await.expect("a body");
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let text = cookie.to_str().expect("text");
            let (pair, rest) = text.split_once(';').expect("attributes");
            let (name, value) = pair.split_once('=').expect("a pair");
            assert!(rest.contains("HttpOnly") && rest.contains("SameSite=Lax"), "{text}");
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let body = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((_, rest)) = body.split_once("name=\"csrf\" value=\"") {
            self.csrf = rest.split('"').next().unwrap_or_default().to_owned();
        }
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub async fn get(&mut self, node: &Node, path: &str) -> Answer {
        self.send(node, Method::GET, path, String::new()).await
    }

    pub async fn post(&mut self, node: &Node, path: &str, pairs: &[(&str, &str)]) -> Answer {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("csrf", &self.csrf);
        body.extend_pairs(pairs);
        self.send(node, Method::POST, path, body.finish()).await
    }

    /// Shows name and password.
    pub async fn enter(&mut self, node: &Node, name: &str, password: &str) -> Answer {
        self.post(node, "/sign-in", &[("name", name), ("password", password), ("next", "/account")]).await
    }

    pub async fn is_in(&mut self, node: &Node) -> bool {
        self.get(node, "/account").await.status == StatusCode::OK
    }
}

impl Node {
    pub fn later(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds * SECOND, Ordering::SeqCst);
    }

    pub fn now(&self) -> i64 {
        self.clock.0.load(Ordering::SeqCst)
    }

    /// The status of a request to the API with this `Authorization`.
    pub async fn api(&self, authorization: &str, path: &str) -> StatusCode {
        let headers = vec![("authorization", authorization.to_owned())];
        Browser { headers, ..Browser::default() }.get(self, path).await.status
    }

    /// Actions of the audit log with their details, oldest first.
    pub async fn log(&self) -> Vec<(String, String, String)> {
        let mut entries = self.store.audit(None, 10_000).await.expect("the log");
        entries.reverse();
        entries.into_iter().map(|e| (e.actor, e.action, e.detail)).collect()
    }
}

pub fn basic(name: &str, password: &str) -> String {
    let pair = format!("{name}:{password}");
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair))
}
