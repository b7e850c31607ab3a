//! What a hostile reviewer found in the TAXII server and around it, each held by a case.

use std::sync::Arc;

use axum::Router;
use axum::http::{Method, StatusCode};
use bartizan_clearinghouse::access::{OrganisationId, Rights, Role, Roles, Scopes};
use bartizan_clearinghouse::token;
use bartizan_server::{System, hash_password};
use bartizan_stix::Tlp;
use bartizan_store::{NewCollection, NewGrant, NewPerson, Store};

use crate::harness::{self, MEDIA, Schema, app, by, run, uuid};

struct Node {
    store: Store,
    router: Router,
    collection: String,
    ada: String,
    ben: String,
}

async fn member(store: &Store, organisation: OrganisationId, name: &str) -> String {
    let person = harness::person(store, &by(), organisation, name, Roles::of(&[Role::Analyst])).await;
    harness::secret(store, &by(), person, Scopes::ALL, None).await
}

async fn node(store: Store) -> Node {
    let first = store.add_organisation(&by(), &uuid(), "First", None).await.expect("first");
    let second = store.add_organisation(&by(), &uuid(), "Second", None).await.expect("second");
    let (ada, ben) = (member(&store, first, "ada").await, member(&store, second, "ben").await);
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
    let id = store.add_collection(&by(), &new).await.expect("a collection");
    let rights = Rights { read: true, write: true };
    store.grant(&by(), id, NewGrant::Organisation(second), rights).await.expect("granted");
    let router = app(&store, Arc::new(System));
    Node { store, router, collection, ada, ben }
}

impl Node {
    async fn ask(
        &self,
        secret: &str,
        method: Method,
        path: &str,
        body: Option<&str>,
    ) -> (StatusCode, serde_json::Value) {
        let uri = format!("/taxii2/root/collections/{}/{path}", self.collection);
        let bearer = format!("Bearer {secret}");
        let headers = [("accept", MEDIA), ("content-type", MEDIA), ("authorization", bearer.as_str())];
        let body = body.unwrap_or_default().as_bytes();
        let answer = harness::ask(&self.router, method, &uri, &headers, body).await;
        let status = StatusCode::from_u16(answer.status).expect("a status");
        (status, serde_json::from_str(&answer.body).unwrap_or_default())
    }

    async fn add(&self, objects: &str) -> (StatusCode, serde_json::Value) {
        self.ask(&self.ada, Method::POST, "objects/", Some(&format!("{{\"objects\":[{objects}]}}"))).await
    }
}

/// Runs a story on SQLite and on a PostgreSQL.
fn both(story: impl AsyncFn(Node)) {
    run(async {
        let folder = tempfile::tempdir().expect("a folder");
        story(node(Store::sqlite(&folder.path().join("node.db")).await.expect("SQLite")).await).await;
        let schema = Schema::new().await;
        story(node(schema.store().await).await).await;
        schema.drop().await;
    });
}

fn malware(id: &str, more: &str) -> String {
    format!(
        r#"{{"type":"malware","id":"{id}","spec_version":"2.1","modified":"2024-01-01T00:00:00Z"{more}}}"#
    )
}

#[test]
fn a_question_of_many_parts_is_bounded() {
    both(async |node| {
        let id = format!("malware--{}", uuid());
        node.add(&malware(&id, "")).await;
        let list = |n: usize, word: &str| (0..n).map(|i| format!("{word}{i}")).collect::<Vec<_>>().join(",");
        let many = list(900, "t");
        let (status, _) =
            node.ask(&node.ada, Method::GET, &format!("objects/?match[type]={many}"), None).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        let ids = list(5000, "x");
        let (status, _) = node.ask(&node.ada, Method::GET, &format!("objects/?match[id]={ids}"), None).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        // As much as is allowed is answered, and the same version over and over is one.
        let (types, ids) = (format!("malware,{}", list(39, "t")), format!("{id},{}", list(499, "x")));
        let times: Vec<String> = (10..47).map(|i| format!("2024-01-01T00:00:{i}Z")).collect();
        let versions = format!("{},first,last,all,last,last", times.join(","));
        let path = format!("objects/?match[type]={types}&match[id]={ids}&match[version]={versions}");
        let begun = std::time::Instant::now();
        let (status, body) = node.ask(&node.ada, Method::GET, &path, None).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        assert_eq!(body["objects"][0]["id"], id.as_str(), "after {:?}", begun.elapsed());
    });
}

#[test]
fn what_is_no_object_is_not_kept_and_text_that_cannot_be_is_no_fault() {
    both(async |node| {
        let id = format!("malware--{}", uuid());
        for objects in [
            format!(r#"["malware","{id}"]"#),
            malware("malware--0B1D3F5A-0000-4000-8000-00000000ABCD", ""),
            malware(&id, r#","created":"2024-01-01T00:00:00Z","spec_version":"2"#)
                .replace("\"spec_version\":\"2.1\",", ""),
            format!(r#"{{"type":"malware","id":"{id}","spec_version":"2.\u0000"}}"#),
            malware(&id, "").replace("00:00:00Z", "00:00:00.1234567Z"),
        ] {
            let (status, body) = node.add(&objects).await;
            let kept = body["success_count"].as_u64().unwrap_or(0);
            assert!(status.is_client_error() || kept == 0, "{objects}: {status} {body}");
        }
        let (status, _) =
            node.ask(&node.ada, Method::POST, "objects/", Some(r#"[[{"type":"malware"}]]"#)).await;
        assert!(status.is_client_error());
        for path in ["objects/%00/", "objects/?match[id]=%00", "objects/%00/versions/"] {
            let (status, body) = node.ask(&node.ada, Method::GET, path, None).await;
            assert!(status.is_client_error(), "{path}: {status} {body}");
        }
    });
}

#[test]
fn a_label_counts_in_whatever_case_its_reference_is_written() {
    both(async |node| {
        let id = format!("malware--{}", uuid());
        let red = r#","object_marking_refs":["marking-definition--5E57C739-391A-4EB3-B6BE-7D15CA92D5ED"]"#;
        let (status, _) = node.add(&malware(&id, red)).await;
        assert_eq!(status, StatusCode::ACCEPTED);
        let (own, _) = node.ask(&node.ada, Method::GET, &format!("objects/{id}/"), None).await;
        let (other, _) = node.ask(&node.ben, Method::GET, &format!("objects/{id}/"), None).await;
        assert_eq!((own, other), (StatusCode::OK, StatusCode::NOT_FOUND));
    });
}

#[test]
fn taking_back_by_several_types_takes_back() {
    both(async |node| {
        let id = format!("malware--{}", uuid());
        node.add(&malware(&id, "")).await;
        let path = format!("objects/{id}/?match[type]=indicator,malware");
        let (status, _) = node.ask(&node.ada, Method::DELETE, &path, None).await;
        assert_eq!(status, StatusCode::OK);
        let (status, _) = node.ask(&node.ada, Method::GET, &format!("objects/{id}/"), None).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn many_versions_of_one_object_come_in_one_pass() {
    both(async |node| {
        let id = format!("malware--{}", uuid());
        let versions: Vec<String> = (0..3000)
            .map(|n| {
                malware(&id, "")
                    .replace("00:00:00Z", &format!("{:02}:{:02}:{:02}Z", n / 3600, n / 60 % 60, n % 60))
            })
            .collect();
        let (status, body) = node.add(&versions.join(",")).await;
        assert_eq!((status, &body["success_count"]), (StatusCode::ACCEPTED, &3000.into()));
        let (_, body) = node.ask(&node.ada, Method::GET, &format!("objects/{id}/"), None).await;
        assert_eq!(body["objects"][0]["modified"], "2024-01-01T00:49:59Z");
    });
}

#[test]
fn a_link_makes_one_administrator_and_only_of_an_empty_node() {
    both(async |node| {
        let link = token::digest("secret");
        node.store.add_link(&by(), &link, "first", None, i64::MAX).await.expect("a link");
        let new = NewPerson {
            uuid: &uuid(),
            organisation: OrganisationId(0),
            name: "eve",
            shown: "Eve",
            roles: Roles::of(&[Role::Admin]),
            password: None,
        };
        let made = node.store.first_admin(&by(), (&link, "first"), (&uuid(), "Evil"), &new).await;
        assert_eq!(made.expect("asked"), None, "somebody is there already");
        for name in ["system", "anyone", "SYSTEM"] {
            let new = NewPerson { name, organisation: OrganisationId(1), ..new.clone() };
            assert!(node.store.add_person(&by(), &new).await.expect_err("refused").is_invalid(), "{name}");
        }
    });
}

#[test]
fn sixty_passwords_at_once_are_sixty_passwords() {
    run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let node = node(Store::sqlite(&folder.path().join("node.db")).await.expect("SQLite")).await;
        let person = node.store.directory().names["ada"];
        let phc = hash_password("correct horse battery staple", &System).expect("hashed");
        node.store.set_password(&by(), person, &phc).await.expect("set");
        let mut asked = Vec::new();
        for i in 0..60 {
            let password = if i == 59 {
                "correct horse battery staple".to_owned()
            } else {
                format!("wrong password {i}")
            };
            let form = format!("name=ada&password={}", password.replace(' ', "+"));
            let router = node.router.clone();
            asked.push(tokio::spawn(async move {
                let kind = [("content-type", "application/x-www-form-urlencoded")];
                harness::ask(&router, Method::POST, "/sign-in", &kind, form.as_bytes()).await
            }));
        }
        let mut statuses = Vec::new();
        for each in asked {
            statuses.push(each.await.expect("a task").status);
        }
        let compared = statuses.iter().filter(|s| matches!(s, 401 | 303)).count();
        assert!(compared <= 10, "{compared} of 60 were compared");
        assert!(statuses.contains(&429));
    });
}
