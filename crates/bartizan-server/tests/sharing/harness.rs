//! A node with a clock that is moved by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request};
use bartizan_clearinghouse::access::{Audience, OrganisationId, PersonId, Rights, Role, Roles, Scopes};
use bartizan_clearinghouse::token;
use bartizan_knowledge::Pack;
use bartizan_server::jobs::hooks::Hooks;
use bartizan_server::jobs::{Tell, Work, WorkFault};
use bartizan_server::{App, Config, Seal, Surroundings, System, router};
use bartizan_stix::Tlp;
use bartizan_store::{
    Action, Content, Fault, JobState, NewCollection, NewGrant, NewJob, NewPerson, NewReport, NewToken,
    Session, Store,
};
use serde_json::Value;
use sqlx::Connection;
use tower::ServiceExt;

/// 2026-11-30T11:00:00Z.
pub const NOW: i64 = 1_796_036_400_000_000;
pub const HOUR: i64 = 3_600_000_000;
pub const CSRF: &str = "a token of forms";

pub struct Clock(pub AtomicI64);

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

/// Somebody, and what they ask with.
pub struct Who {
    pub person: PersonId,
    pub uuid: String,
    pub organisation: OrganisationId,
    pub token: String,
    pub session: String,
}

pub struct Node {
    pub store: Store,
    pub router: Router,
    pub clock: Arc<Clock>,
    pub hooks: Hooks,
    /// Organisation First runs the collection; Second reads it and adds to it; Third has nothing to do with it.
    pub ann: Who,
    pub rex: Who,
    pub cora: Who,
    pub bob: Who,
    pub zoe: Who,
    pub collection: String,
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {} {}", self.status, self.body))
    }

    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned()
    }
}

fn by(now: i64) -> Action<'static> {
    Action { actor: "test", now }
}

async fn who(store: &Store, organisation: OrganisationId, name: &str, roles: &[Role]) -> Who {
    let id = uuid();
    let roles = Roles::of(roles);
    let new = NewPerson { uuid: &id, organisation, name, shown: name, roles, password: None };
    let person = store.add_person(&by(NOW), &new).await.expect("a person");
    let mut random = [0; 20];
    System.fill(&mut random);
    let secret = token::make(random);
    let digest = token::digest(&secret);
    let new = NewToken { person, label: "test", digest: &digest, scopes: Scopes::ALL, expires: None };
    store.add_token(&by(NOW), &new).await.expect("a token");
    let session = format!("{name:-<64}");
    let new = Session { person, csrf: CSRF.into(), expires: NOW + 10_000 * HOUR };
    store.add_session(&by(NOW), &token::digest(&session), &new).await.expect("a session");
    Who { person, uuid: id, organisation, token: secret, session }
}

/// Runs a story on a fresh database of each engine.
pub fn run(story: impl AsyncFn(Node)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::sqlite(&folder.path().join("node.db")).await.expect("a store");
        story(node(store).await).await;

        let server = std::env::var("BARTIZAN_TEST_PG_URL")
            .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned());
        let schema = format!("sharing_{}_{}", std::process::id(), uuid().replace('-', ""));
        let mut admin = sqlx::PgConnection::connect(&server).await.expect("PostgreSQL: is it running?");
        let make = format!("CREATE SCHEMA {schema}");
        sqlx::query(sqlx::AssertSqlSafe(make)).execute(&mut admin).await.expect("a schema");
        let store = Store::postgres(&format!("{server}?options[search_path]={schema}")).await;
        let store = store.expect("PostgreSQL");
        story(node(store.clone()).await).await;
        store.close().await;
        let drop = format!("DROP SCHEMA {schema} CASCADE");
        sqlx::query(sqlx::AssertSqlSafe(drop)).execute(&mut admin).await.expect("schema dropped");
    });
}

async fn node(store: Store) -> Node {
    let by = by(NOW);
    let first = store.add_organisation(&by, &uuid(), "First", None).await.expect("first");
    let second = store.add_organisation(&by, &uuid(), "Second", None).await.expect("second");
    let third = store.add_organisation(&by, &uuid(), "Third", None).await.expect("third");
    let ann = who(&store, first, "ann", &[Role::Analyst]).await;
    let rex = who(&store, first, "rex", &[Role::Reviewer]).await;
    let cora = who(&store, first, "cora", &[Role::Coordinator]).await;
    let bob = who(&store, second, "bob", &[Role::Analyst, Role::Coordinator]).await;
    let zoe = who(&store, third, "zoe", &[Role::Analyst, Role::Coordinator]).await;
    let collection = uuid();
    let new = NewCollection {
        uuid: &collection,
        alias: Some("shared"),
        owner: first,
        title: "Shared",
        description: "",
        marking: Tlp::Green,
        public: false,
    };
    let id = store.add_collection(&by, &new).await.expect("a collection");
    let rights = Rights { read: true, write: true };
    store.grant(&by, id, NewGrant::Organisation(second), rights).await.expect("granted");
    store.fresh().await.expect("fresh");
    let clock = Arc::new(Clock(AtomicI64::new(NOW)));
    let mut config = Config::local(([127, 0, 0, 1], 0).into());
    // Receivers of the tests are on this machine; nothing else is allowed by it.
    config.fetch.allowed.push("127.0.0.1/32".parse().expect("a network"));
    let key: std::path::PathBuf = concat!(env!("CARGO_TARGET_TMPDIR"), "/node.key").into();
    config.key = Some(key.clone());
    let hooks = Hooks::new(store.clone(), Arc::new(Seal::new(Some(key))), &config.fetch, clock.clone());
    let router = router(App::new(store.clone(), config, Pack::built_in(), clock.clone()));
    Node { store, router, clock, hooks, ann, rex, cora, bob, zoe, collection }
}

impl Node {
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    pub fn pass(&self, micros: i64) {
        self.clock.0.fetch_add(micros, Ordering::SeqCst);
    }

    /// One request to the API (or another path, if it begins with `!`).
    pub async fn ask(
        &self,
        who: &Who,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let uri = path.strip_prefix('!').map_or_else(|| format!("/api/v1{path}"), str::to_owned);
        let mut request = Request::builder().method(method).uri(uri);
        request = request.header("authorization", format!("Bearer {}", who.token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_owned())).expect("a request")).await
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 26).await.expect("a body");
        Answer { status, headers, body: String::from_utf8(bytes.to_vec()).expect("text") }
    }

    pub async fn get(&self, who: &Who, path: &str) -> Answer {
        self.ask(who, Method::GET, path, &[], "").await
    }

    pub async fn json(&self, who: &Who, method: Method, path: &str, body: Value) -> Answer {
        self.ask(who, method, path, &[("content-type", "application/json")], &body.to_string()).await
    }

    /// A page.
    pub async fn page(&self, who: &Who, path: &str) -> Answer {
        let request = Request::builder().uri(path).header("cookie", format!("bartizan={}", who.session));
        self.send(request.body(Body::empty()).expect("a request")).await
    }

    /// A form.
    pub async fn post(&self, who: &Who, path: &str, pairs: &[(&str, &str)]) -> Answer {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("csrf", CSRF).extend_pairs(pairs);
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header("host", "localhost")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", format!("bartizan={}", who.session));
        self.send(request.body(Body::from(body.finish())).expect("a request")).await
    }

    /// Adds objects as somebody, under an embargo or none.
    pub async fn add(&self, who: &Who, objects: &[Value], embargo: Option<&str>) -> Value {
        let body = serde_json::json!({ "type": "bundle", "objects": objects });
        let mut path = "/collections/shared/objects".to_owned();
        if let Some(until) = embargo {
            path += &format!("?embargo={until}");
        }
        self.json(who, Method::POST, &path, body).await.is(201).json()
    }

    /// Identifiers of what somebody reads in the collection.
    pub async fn ids(&self, who: &Who) -> Vec<String> {
        let answer = self.get(who, "/collections/shared/objects").await.is(200).json();
        let items = answer["items"].as_array().cloned().unwrap_or_default();
        items.iter().filter_map(|o| o["id"].as_str().map(str::to_owned)).collect()
    }

    /// Does every job of the server's own that is due; how many that were.
    pub async fn work(&self) -> usize {
        let mut done = 0;
        loop {
            let now = self.now();
            let claimed =
                self.store.claim_job(self.hooks.names(), "w", now, now + HOUR).await.expect("asked");
            let Some(job) = claimed else { return done };
            done += 1;
            let by = Action { actor: "system", now };
            match self.hooks.run(&job, Tell::default()).await {
                Ok(outcome) => {
                    let finished = self.store.finish_job(&by, &job.lease(), &outcome.result, &[], None).await;
                    assert!(finished.expect("finished"));
                }
                Err(WorkFault { code, message, passing }) => {
                    let fault = Fault { code: &code, message: &message, passing };
                    let state = self.store.fail_job(&by, &job.lease(), fault, 0).await.expect("told");
                    assert_ne!(state, Some(JobState::Failed), "{code}: {message}");
                }
            }
        }
    }

    /// A report of somebody, with what its text says.
    pub async fn report(&self, who: &Who, marking: Tlp, text: &str) -> String {
        let (uuid, key) = (uuid(), uuid());
        let by = Action { actor: "test", now: self.now() };
        let audience = Audience { author: Some(who.person), ..Audience::new(who.organisation, marking) };
        let new = NewJob {
            name: "analyze",
            arguments: "{}",
            key: &key,
            organisation: who.organisation,
            person: Some(who.person),
            audience: Some(&audience),
            content: None,
            most_attempts: 1,
        };
        self.store.enqueue(&by, &new).await.expect("queued");
        let now = self.now();
        let job = self.store.claim_job(&["analyze"], "w", now, now + 1).await.expect("asked").expect("a job");
        let input = bartizan::Input::new("report.txt", text.as_bytes().to_vec());
        let options = bartizan::Options { now: now / 1_000_000, ..bartizan::Options::default() };
        let analysis = bartizan::Analyzer::new(Pack::built_in()).analyze(&input, &options);
        let analysis = analysis.expect("analysed");
        let bytes = serde_json::to_vec(&bartizan::exchange::json::document(&analysis)).expect("JSON");
        let content = Content::new(&bytes);
        let contents = serde_json::json!({ "analysis.json": content.digest() }).to_string();
        let report = NewReport {
            uuid: &uuid,
            marking,
            title: "A report",
            publisher: "",
            published: "",
            kind: "",
            source: "",
            contents: &contents,
            claims: 1,
            words: text,
            names: &[],
            rules: &[],
            language: "",
            former: None,
        };
        let done = self.store.finish_job(&by, &job.lease(), "{}", &[content], Some(&report)).await;
        assert!(done.expect("finished"));
        self.store.fresh().await.expect("fresh");
        uuid
    }
}

/// An object with a name.
pub fn malware(name: &str, more: Value) -> Value {
    let mut object = serde_json::json!({
        "type": "malware", "spec_version": "2.1", "id": format!("malware--{}", uuid()), "name": name, "is_family": false,
        "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
    });
    if let (Some(object), Some(more)) = (object.as_object_mut(), more.as_object()) {
        object.extend(more.clone());
    }
    object
}
