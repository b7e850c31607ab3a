//! What the world does to a node: no room left, the file gone, the database gone and back, a clock that jumps. Every request is
//! answered with a coded error, and when the cause is gone the node goes on without hands.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use bartizan_clearinghouse::access::{Role, Roles, Scopes};
use bartizan_server::{Surroundings, System};
use bartizan_stix::Tlp;
use bartizan_store::{NewCollection, Store};
use serde_json::{Value, json};
use sqlx::Connection;

use crate::harness::{self, Answer, MEDIA, NOW, app, then as by, uuid};

/// A clock that is put where one wants.
struct Put(AtomicI64);

impl Surroundings for Put {
    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
    fn fill(&self, bytes: &mut [u8]) {
        System.fill(bytes);
    }
}

struct Node {
    store: Store,
    router: Router,
    clock: Arc<Put>,
    bearer: String,
    cookie: String,
    collection: String,
}

async fn node(store: Store) -> Node {
    let first = store.add_organisation(&by(), &uuid(), "First", None).await.expect("first");
    let roles = Roles::of(&[Role::Analyst, Role::Coordinator]);
    let ada = harness::person(&store, &by(), first, "ada", roles).await;
    let secret = harness::secret(&store, &by(), ada, Scopes::ALL, None).await;
    let session = harness::session(&store, &by(), ada).await;
    let collection = uuid();
    let new = NewCollection {
        uuid: &collection,
        alias: None,
        owner: first,
        title: "Shared",
        description: "",
        marking: Tlp::Green,
        public: false,
    };
    store.add_collection(&by(), &new).await.expect("a collection");
    let clock = Arc::new(Put(AtomicI64::new(NOW)));
    let router = app(&store, Arc::clone(&clock) as Arc<dyn Surroundings>);
    Node {
        store,
        router,
        clock,
        bearer: format!("Bearer {secret}"),
        cookie: format!("bartizan={session}"),
        collection,
    }
}

impl Node {
    async fn ask(&self, method: &str, path: &str, kind: &str, body: &str) -> Answer {
        let method = axum::http::Method::from_bytes(method.as_bytes()).expect("a method");
        let headers = [
            ("accept", "*/*"),
            ("content-type", kind),
            ("authorization", self.bearer.as_str()),
            ("cookie", self.cookie.as_str()),
        ];
        harness::ask(&self.router, method, path, &headers, body.as_bytes()).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "", "").await
    }

    /// Adds a tool of so many bytes; the answer.
    async fn add(&self, bytes: usize) -> Answer {
        let object = json!({ "type": "tool", "spec_version": "2.1", "id": format!("tool--{}", uuid()), "name": "x".repeat(bytes) });
        let path = format!("/taxii2/root/collections/{}/objects/", self.collection);
        self.ask("POST", &path, MEDIA, &json!({ "objects": [object] }).to_string()).await
    }

    async fn objects(&self) -> usize {
        let path = format!("/taxii2/root/collections/{}/manifest/?limit=5000", self.collection);
        self.get(&path).await.is(200)["objects"].as_array().map_or(0, Vec::len)
    }

    /// A change by every part of the node: TAXII, API, page.
    async fn changes(&self) -> [Answer; 3] {
        let body = json!({ "title": "t", "marking": "TLP:GREEN" }).to_string();
        let form = format!("csrf={}&title=t", harness::CSRF.replace(' ', "+"));
        [
            self.add(2_000).await,
            self.ask("POST", "/api/v1/collections", "application/json", &body).await,
            self.ask("POST", "/collections", "application/x-www-form-urlencoded", &form).await,
        ]
    }
}

/// A coded error, in the words of its part.
fn coded(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{answer:?}");
    let kind = answer.header("content-type").unwrap_or_default();
    if kind.starts_with("text/html") {
        assert!(answer.body.contains("<h1"), "{}", answer.body);
        return;
    }
    let body: Value = answer.json();
    let told = if kind == MEDIA {
        body["http_status"] == json!(status.to_string())
    } else {
        body["status"] == status
    };
    assert!(told, "{answer:?}");
    assert!(
        !answer.body.contains("SQL") && !answer.body.contains("sqlx"),
        "nothing of the inside: {}",
        answer.body
    );
    assert_eq!(answer.header("retry-after").is_some(), status == 503, "{answer:?}");
}

/// A file system of a few megabytes, as long as the value lives.
struct Small<'a>(&'a Path);

impl Small<'_> {
    fn new(path: &Path) -> Option<Small<'_>> {
        std::fs::create_dir_all(path).ok()?;
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", "size=3m", "bartizan-test"]).arg(path).output();
        mounted.is_ok_and(|m| m.status.success()).then_some(Small(path))
    }
}

impl Drop for Small<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

#[test]
fn a_disk_that_is_full_is_told_and_used_again() {
    harness::run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("small");
        let Some(small) = Small::new(&path) else {
            eprintln!("skipped: mounting a small file system takes root");
            return;
        };
        let node = node(Store::sqlite(&path.join("node.db")).await.expect("SQLite")).await;
        assert_eq!(node.add(2_000).await.status, 202);
        let mut kept = node.objects().await;
        let ballast = path.join("ballast");
        let bytes = vec![0; 3 << 20];
        // It is filled to the last byte; what is written reports an error.
        let _ = std::fs::write(&ballast, &bytes);
        let mut told = 0;
        for _ in 0..40 {
            let answer = node.add(60_000).await;
            match answer.status {
                202 => kept += 1,
                _ => {
                    coded(&answer, 507);
                    told += 1;
                }
            }
        }
        assert!(told > 0, "it was never full");
        for answer in node.changes().await {
            match answer.status {
                202 => kept += 1,
                201 | 303 => {}
                _ => coded(&answer, 507),
            }
        }
        // What is kept is read meanwhile.
        assert_eq!(node.objects().await, kept, "nothing acknowledged is lost");
        std::fs::remove_file(&ballast).expect("room again");
        for answer in node.changes().await {
            assert!(answer.status < 400, "{answer:?}");
        }
        assert_eq!(node.objects().await, kept + 1);
        assert_eq!(node.store.verify_audit().await.expect("verified").broken, None);
        assert_eq!(node.get("/health/ready").await.status, 200);
        node.store.close().await;
        drop(small);
    });
}

#[test]
fn a_file_that_is_gone_is_not_ready() {
    harness::run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("node.db");
        let node = node(Store::sqlite(&path).await.expect("SQLite")).await;
        assert_eq!(node.get("/health/ready").await.status, 200);
        let aside = folder.path().join("aside.db");
        std::fs::rename(&path, &aside).expect("moved");
        assert_eq!(node.get("/health/ready").await.status, 503, "it was moved");
        std::fs::write(&path, b"").expect("another");
        assert_eq!(node.get("/health/ready").await.status, 503, "it was replaced");
        std::fs::rename(&aside, &path).expect("moved back");
        assert_eq!(node.get("/health/ready").await.status, 200, "it is there again");
        std::fs::remove_file(&path).expect("deleted");
        assert_eq!(node.get("/health/ready").await.status, 503, "it was deleted");
        assert_eq!(node.get("/health/live").await.status, 200);
    });
}

#[test]
fn a_database_that_is_gone_is_told_and_used_again() {
    harness::run(async {
        let server = std::env::var("BARTIZAN_TEST_PG_URL")
            .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned());
        let name = format!("faults_{}", std::process::id());
        let mut admin = sqlx::PgConnection::connect(&server).await.expect("PostgreSQL: is it running?");
        let mut run = async |sql: String| {
            sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut admin).await.expect("a statement");
        };
        run(format!("CREATE DATABASE {name}")).await;
        let own = server.rsplit_once('/').map_or(server.as_str(), |(host, _)| host).to_owned();
        let node = node(Store::postgres(&format!("{own}/{name}")).await.expect("PostgreSQL")).await;
        assert_eq!(node.add(10).await.status, 202);
        run(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).await;
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = ";
        run(format!("{cut}'{name}'")).await;
        // All at once: each waits a while for the database.
        let (api, page, taxii, changes) = tokio::join!(
            node.get("/api/v1/me"),
            node.get("/library"),
            node.get("/taxii2/root/collections/"),
            node.changes()
        );
        for answer in [api, page, taxii].iter().chain(&changes) {
            coded(answer, 503);
        }
        assert_eq!(node.get("/health/ready").await.status, 503);
        assert_eq!(node.get("/health/live").await.status, 200);
        run(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")).await;
        for path in ["/api/v1/me", "/library", "/taxii2/root/collections/", "/health/ready"] {
            assert_eq!(node.get(path).await.status, 200, "{path}");
        }
        assert_eq!(node.objects().await, 1);
        for answer in node.changes().await {
            assert!(answer.status < 400, "{answer:?}");
        }
        // Cut in the middle of many requests: each is done or told, and what was done is there once.
        let mut kept = node.objects().await;
        for n in 0..30 {
            if n % 5 == 2 {
                run(format!("{cut}'{name}'")).await;
            }
            let answer = node.add(10).await;
            match answer.status {
                202 => kept += 1,
                _ => coded(&answer, 503),
            }
        }
        assert_eq!(node.objects().await, kept);
        assert_eq!(node.store.verify_audit().await.expect("verified").broken, None);
        node.store.close().await;
        run(format!("DROP DATABASE {name} WITH (FORCE)")).await;
    });
}

#[test]
fn a_clock_that_jumps_back_breaks_nothing() {
    harness::run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let node = node(Store::sqlite(&folder.path().join("node.db")).await.expect("SQLite")).await;
        let last = async || {
            let path = format!("/taxii2/root/collections/{}/objects/", node.collection);
            node.get(&path).await.header("x-taxii-date-added-last").expect("a time").to_owned()
        };
        let (mut seen, hour) = (Vec::new(), 3_600_000_000);
        for jump in [0, -24 * hour, -24 * hour, hour, -25 * hour, 48 * hour] {
            node.clock.0.store(NOW + jump, Ordering::SeqCst);
            for answer in node.changes().await {
                assert!(answer.status < 400, "{jump}: {answer:?}");
            }
            seen.push(last().await);
            for path in ["/api/v1/me", "/api/v1/audit"] {
                assert!(node.get(path).await.status < 500, "{jump} {path}");
            }
            // A session ends by the clock; it does not end by one that went back.
            assert_eq!(node.get("/library").await.status == 200, jump <= 0, "{jump}");
        }
        let mut sorted = seen.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(seen, sorted, "later is later, whatever the clock says");
        // A reader that went on from each of them missed nothing.
        let after = format!("/taxii2/root/collections/{}/objects/?added_after={}", node.collection, seen[0]);
        assert_eq!(node.get(&after).await.is(200)["objects"].as_array().map(Vec::len), Some(5));
        assert_eq!(node.store.verify_audit().await.expect("verified").broken, None);
    });
}
