//! The rows of the checklist (Table 51) of OASIS's TAXII 2.1 Interoperability Test Document 1.0, as a server answers them. A test is
//! named after its section there; below 3.1 the document numbers nothing, the letters are ours. docs/exchange.md lists the rows that
//! have no test here, and why.

mod filters;
mod objects;
mod rights;

use std::sync::Arc;

use axum::Router;
use axum::http::Method;
use bartizan_clearinghouse::access::{OrganisationId, Rights, Role, Roles, Scopes};
use bartizan_server::{System, hash_password};
use bartizan_stix::Tlp;
use bartizan_store::{NewCollection, NewGrant, Store};
use serde_json::{Value, json};

use crate::harness::{self, Answer, MEDIA, app, by, uuid};

/// A node of two organisations. The first has a collection of each kind of right that the second may have in it.
struct Node {
    router: Router,
    ada: String,
    ben: String,
    read_write: String,
    read_only: String,
    write_only: String,
    neither: String,
}

async fn collection(
    store: &Store,
    owner: OrganisationId,
    second: OrganisationId,
    read: bool,
    write: bool,
) -> String {
    let uuid = uuid();
    let new = NewCollection {
        uuid: &uuid,
        alias: None,
        owner,
        title: "Interoperability",
        description: "Of the tests",
        marking: Tlp::Green,
        public: false,
    };
    let id = store.add_collection(&by(), &new).await.expect("a collection");
    store.grant(&by(), id, NewGrant::Organisation(second), Rights { read, write }).await.expect("granted");
    uuid
}

fn run(story: impl AsyncFn(Node)) {
    harness::run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::sqlite(&folder.path().join("node.db")).await.expect("a store");
        let first = store.add_organisation(&by(), &uuid(), "First", None).await.expect("first");
        let second = store.add_organisation(&by(), &uuid(), "Second", None).await.expect("second");
        let mut secrets = Vec::new();
        for (of, name) in [(first, "ada"), (second, "ben")] {
            let roles = Roles::of(&[Role::Analyst, Role::Coordinator]);
            let person = harness::person(&store, &by(), of, name, roles).await;
            if name == "ben" {
                let phc = hash_password("correct horse battery staple", &System).expect("hashed");
                store.set_password(&by(), person, &phc).await.expect("set");
            }
            secrets.push(harness::secret(&store, &by(), person, Scopes::ALL, None).await);
        }
        let node = Node {
            router: app(&store, Arc::new(System)),
            ada: format!("Bearer {}", secrets[0]),
            ben: format!("Bearer {}", secrets[1]),
            read_write: collection(&store, first, second, true, true).await,
            read_only: collection(&store, first, second, true, false).await,
            write_only: collection(&store, first, second, false, true).await,
            neither: collection(&store, first, second, false, false).await,
        };
        story(node).await;
    });
}

impl Node {
    async fn ask(&self, method: Method, path: &str, who: &str, body: &str) -> Answer {
        let mut headers = vec![("accept", MEDIA), ("content-type", MEDIA)];
        headers.extend((!who.is_empty()).then_some(("authorization", who)));
        let answer = harness::ask(&self.router, method, path, &headers, body.as_bytes()).await;
        assert_eq!(answer.header("content-type"), Some(MEDIA), "{path}: {answer:?}");
        if answer.status >= 400 {
            let body = answer.json();
            assert!(body["title"].is_string(), "{body}");
            assert_eq!(body["http_status"], answer.status.to_string());
        }
        answer
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &self.ben, "").await
    }

    async fn objects(&self, query: &str) -> Value {
        self.get(&format!("{}?{query}", on(&self.read_write, "objects/"))).await.is(200)
    }

    /// Adds objects as somebody; the status.
    async fn add(&self, collection: &str, who: &str, objects: &[Value]) -> Value {
        let body = json!({ "objects": objects }).to_string();
        self.ask(Method::POST, &on(collection, "objects/"), who, &body).await.is(202)
    }
}

fn on(collection: &str, tail: &str) -> String {
    format!("/taxii2/root/collections/{collection}/{tail}")
}

fn thing(kind: &str, n: u32, second: u32) -> Value {
    json!({
        "type": kind, "spec_version": "2.1", "id": format!("{kind}--00000000-0000-4000-8000-{n:012}"), "name": format!("{kind} {n}"),
        "created": "2024-01-01T00:00:00.000Z", "modified": format!("2024-01-01T00:00:{second:02}.000Z"),
    })
}

fn names(envelope: &Value) -> Vec<String> {
    let objects = envelope["objects"].as_array().cloned().unwrap_or_default();
    objects
        .iter()
        .map(|o| {
            format!(
                "{} {}",
                o["name"].as_str().unwrap_or_default(),
                &o["modified"].as_str().unwrap_or_default()[17..19]
            )
        })
        .collect()
}

/// Three versions of a malware, two tools, one of them of STIX 2.0.
async fn filled(node: &Node) {
    let mut old = thing("tool", 2, 0);
    old.as_object_mut().expect("an object").remove("spec_version");
    let all =
        [thing("malware", 1, 0), thing("malware", 1, 1), thing("malware", 1, 2), thing("tool", 1, 0), old];
    assert_eq!(node.add(&node.read_write, &node.ada, &all).await["success_count"], 5);
}
