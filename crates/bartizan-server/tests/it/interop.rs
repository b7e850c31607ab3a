//! The rows of the checklist (Table 51) of OASIS's TAXII 2.1 Interoperability Test Document 1.0, as a server answers them. A test is
//! named after its section there; below 3.1 the document numbers nothing, the letters are ours. docs/exchange.md lists the rows that
//! have no test here, and why.

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

#[test]
fn row_3_1_a_missing_authorization() {
    run(async |node| {
        for path in [
            "/taxii2/root/collections/".to_owned(),
            on(&node.read_write, ""),
            on(&node.read_write, "objects/"),
        ] {
            let answer = node.ask(Method::GET, &path, "", "").await;
            assert_eq!(answer.status, 401);
            assert!(answer.header("www-authenticate").is_some_and(|a| a.starts_with("Basic")), "{answer:?}");
        }
    });
}

#[test]
fn row_3_1_b_authorization_error() {
    run(async |node| {
        // ben:wrong
        for who in ["Basic YmVuOndyb25n", "Bearer bzt_wrong"] {
            assert_eq!(node.ask(Method::GET, "/taxii2/root/collections/", who, "").await.status, 401);
        }
        let body = json!({ "objects": [thing("tool", 1, 0)] }).to_string();
        let path = on(&node.read_only, "objects/");
        assert_eq!(
            node.ask(Method::POST, &path, &node.ben, &body).await.status,
            403,
            "known, and not allowed"
        );
    });
}

#[test]
fn row_3_1_d_http_basic() {
    run(async |node| {
        // ben:correct horse battery staple
        let who = "Basic YmVuOmNvcnJlY3QgaG9yc2UgYmF0dGVyeSBzdGFwbGU=";
        node.ask(Method::GET, "/taxii2/root/collections/", who, "").await.is(200);
    });
}

#[test]
fn row_3_2_1_discovery() {
    run(async |node| {
        let found = node.get("/taxii2/").await.is(200);
        assert!(found["title"].is_string() && found["default"].is_string());
        assert_eq!(found["api_roots"].as_array().map(Vec::len), Some(1));
    });
}

#[test]
fn row_3_3_1_api_root() {
    run(async |node| {
        let root = node.get("/taxii2/root/").await.is(200);
        assert!(root["title"].is_string() && root["max_content_length"].is_u64());
        assert_eq!(root["versions"], json!([MEDIA]));
    });
}

#[test]
fn row_3_3_2_incorrect_api_root() {
    run(async |node| assert_eq!(node.get("/taxii2/other/").await.status, 404));
}

#[test]
fn row_3_4_1_collections() {
    run(async |node| {
        let all = node.get("/taxii2/root/collections/").await.is(200);
        let ids: Vec<_> =
            all["collections"].as_array().expect("collections").iter().map(|c| c["id"].clone()).collect();
        assert_eq!(ids.len(), 3, "{all}");
        assert!(!ids.contains(&json!(node.neither)), "{all}");
    });
}

async fn rights(node: &Node, collection: &str) -> (Value, Value) {
    let one = node.get(&on(collection, "")).await.is(200);
    assert_eq!((&one["id"], one["title"].is_string()), (&json!(collection), true));
    (one["can_read"].clone(), one["can_write"].clone())
}

#[test]
fn row_3_5_1_1_write_only_collection() {
    run(async |node| assert_eq!(rights(&node, &node.write_only).await, (json!(false), json!(true))));
}

#[test]
fn row_3_5_1_2_read_write_collection() {
    run(async |node| assert_eq!(rights(&node, &node.read_write).await, (json!(true), json!(true))));
}

#[test]
fn row_3_5_1_3_read_only_collection() {
    run(async |node| assert_eq!(rights(&node, &node.read_only).await, (json!(true), json!(false))));
}

#[test]
fn row_3_5_1_4_no_read_no_write_collection() {
    // What somebody may do nothing with is not there for them; the document allows 404 as well as both rights false.
    run(async |node| assert_eq!(node.get(&on(&node.neither, "")).await.status, 404));
}

#[test]
fn row_3_5_2_1_read_of_a_write_only_collection() {
    run(async |node| {
        node.add(&node.write_only, &node.ben, &[thing("tool", 1, 0)]).await;
        for tail in ["objects/", "manifest/", "objects/tool--00000000-0000-4000-8000-000000000001/"] {
            assert_eq!(node.get(&on(&node.write_only, tail)).await.status, 403, "{tail}");
        }
    });
}

#[test]
fn row_3_5_2_2_write_to_a_read_only_collection() {
    run(async |node| {
        let body = json!({ "objects": [thing("tool", 1, 0)] }).to_string();
        assert_eq!(
            node.ask(Method::POST, &on(&node.read_only, "objects/"), &node.ben, &body).await.status,
            403
        );
        assert_eq!(node.get(&on(&node.read_only, "objects/")).await.is(200), json!({}));
    });
}

#[test]
fn row_3_5_2_3_delete_in_a_read_only_or_write_only_collection() {
    run(async |node| {
        let tail = "objects/tool--00000000-0000-4000-8000-000000000001/";
        for collection in [&node.read_only, &node.write_only] {
            node.add(collection, &node.ada, &[thing("tool", 1, 0)]).await;
            assert_eq!(node.ask(Method::DELETE, &on(collection, tail), &node.ben, "").await.status, 403);
            assert_eq!(
                node.ask(Method::GET, &on(collection, tail), &node.ada, "").await.status,
                200,
                "it is there"
            );
        }
    });
}

#[test]
fn row_3_5_2_4_delete_in_a_no_read_no_write_collection() {
    run(async |node| {
        node.add(&node.neither, &node.ada, &[thing("tool", 1, 0)]).await;
        let path = on(&node.neither, "objects/tool--00000000-0000-4000-8000-000000000001/");
        assert_eq!(node.ask(Method::DELETE, &path, &node.ben, "").await.status, 404);
        assert_eq!(node.ask(Method::GET, &path, &node.ada, "").await.status, 200, "it is there");
    });
}

#[test]
fn row_3_5_3_incorrect_collection() {
    run(async |node| {
        for id in [uuid(), "nothing".into()] {
            for tail in ["", "objects/", "manifest/"] {
                assert_eq!(node.get(&on(&id, tail)).await.status, 404);
            }
        }
    });
}

#[test]
fn row_3_6_1_manifest() {
    run(async |node| {
        filled(&node).await;
        let answer = node.get(&on(&node.read_write, "manifest/?match[version]=all")).await;
        for name in ["x-taxii-date-added-first", "x-taxii-date-added-last"] {
            assert!(answer.header(name).is_some_and(|v| v.ends_with('Z')), "{answer:?}");
        }
        let found = answer.is(200);
        let rows = found["objects"].as_array().expect("rows");
        assert_eq!(rows.len(), 5);
        assert_eq!(rows[0]["id"], "malware--00000000-0000-4000-8000-000000000001");
        assert_eq!(rows[1]["version"], "2024-01-01T00:00:01.000Z");
        assert_eq!(rows[0]["media_type"], "application/stix+json;version=2.1");
        assert_eq!(rows[4]["media_type"], "application/stix+json;version=2.0");
        assert!(rows.iter().all(|r| r["date_added"].as_str().is_some_and(|d| d.ends_with('Z'))));
    });
}

#[test]
fn row_3_7_1_objects() {
    run(async |node| {
        filled(&node).await;
        assert_eq!(names(&node.objects("").await), ["malware 1 02", "tool 1 00", "tool 2 00"]);
    });
}

#[test]
fn row_3_7_2_no_objects() {
    run(async |node| {
        assert_eq!(node.objects("").await, json!({}));
        filled(&node).await;
        assert_eq!(node.objects("match[type]=campaign").await, json!({}));
    });
}

#[test]
fn row_3_8_1_object() {
    run(async |node| {
        filled(&node).await;
        let path = on(&node.read_write, "objects/malware--00000000-0000-4000-8000-000000000001/");
        assert_eq!(node.get(&path).await.is(200), json!({ "objects": [thing("malware", 1, 2)] }));
    });
}

#[test]
fn row_3_8_2_object_not_found() {
    run(async |node| {
        filled(&node).await;
        let path = on(&node.read_write, &format!("objects/malware--{}/", uuid()));
        for tail in ["", "versions/"] {
            assert_eq!(node.get(&format!("{path}{tail}")).await.status, 404);
        }
    });
}

#[test]
fn row_3_9_1_versions() {
    run(async |node| {
        filled(&node).await;
        let path = on(&node.read_write, "objects/malware--00000000-0000-4000-8000-000000000001/versions/");
        let versions = ["00", "01", "02"].map(|s| format!("2024-01-01T00:00:{s}.000Z"));
        assert_eq!(node.get(&path).await.is(200), json!({ "versions": versions }));
    });
}

#[test]
fn row_3_10_1_add() {
    run(async |node| {
        let status = node.add(&node.read_write, &node.ben, &[thing("tool", 1, 0), thing("tool", 2, 0)]).await;
        assert_eq!((&status["status"], &status["success_count"]), (&json!("complete"), &json!(2)));
        assert_eq!(names(&node.objects("").await), ["tool 1 00", "tool 2 00"]);
    });
}

#[test]
fn row_3_11_1_status() {
    run(async |node| {
        let status = node.add(&node.read_write, &node.ben, &[thing("tool", 1, 0)]).await;
        let path = format!("/taxii2/root/status/{}/", status["id"].as_str().expect("an id"));
        assert_eq!(node.get(&path).await.is(200), status);
        assert_eq!(node.get(&format!("/taxii2/root/status/{}/", uuid())).await.status, 404);
    });
}

#[test]
fn row_3_11_2_all_status_properties() {
    run(async |node| {
        let odd = json!({ "type": "tool", "id": "tool--1" });
        let status = node.add(&node.read_write, &node.ben, &[thing("tool", 1, 0), odd]).await;
        for (name, expected) in [
            ("status", json!("complete")),
            ("total_count", json!(2)),
            ("success_count", json!(1)),
            ("failure_count", json!(1)),
            ("pending_count", json!(0)),
            ("pendings", json!([])),
        ] {
            assert_eq!(status[name], expected, "{name} of {status}");
        }
        assert!(status["id"].is_string());
        assert!(status["request_timestamp"].as_str().is_some_and(|t| t.ends_with('Z')), "{status}");
        let success = &status["successes"][0];
        assert_eq!(success["id"], "tool--00000000-0000-4000-8000-000000000001");
        assert_eq!(success["version"], "2024-01-01T00:00:00.000Z");
        let failure = &status["failures"][0];
        assert_eq!(failure["id"], "tool--1");
        assert!(failure["version"].is_string() && failure["message"].is_string(), "{failure}");
    });
}

#[test]
fn row_3_12_1_delete() {
    run(async |node| {
        node.add(
            &node.read_write,
            &node.ben,
            &[thing("tool", 1, 0), thing("tool", 1, 1), thing("tool", 2, 0)],
        )
        .await;
        let path = on(&node.read_write, "objects/tool--00000000-0000-4000-8000-000000000001/");
        let one = format!("{path}?match[version]=first");
        node.ask(Method::DELETE, &one, &node.ben, "").await.is(200);
        assert_eq!(names(&node.objects("match[version]=all").await), ["tool 1 01", "tool 2 00"]);
        node.ask(Method::DELETE, &path, &node.ben, "").await.is(200);
        assert_eq!(names(&node.objects("match[version]=all").await), ["tool 2 00"]);
        assert_eq!(node.ask(Method::DELETE, &path, &node.ben, "").await.status, 404);
    });
}

#[test]
fn row_3_13_1_1_added_after() {
    run(async |node| {
        node.add(&node.read_write, &node.ada, &[thing("tool", 1, 0)]).await;
        let first = node.get(&on(&node.read_write, "objects/")).await;
        let last = first.header("x-taxii-date-added-last").expect("a time").to_owned();
        assert_eq!(node.objects(&format!("added_after={last}")).await, json!({}));
        node.add(&node.read_write, &node.ada, &[thing("tool", 2, 0)]).await;
        assert_eq!(names(&node.objects(&format!("added_after={last}")).await), ["tool 2 00"]);
        assert_eq!(node.get(&on(&node.read_write, "objects/?added_after=soon")).await.status, 400);
    });
}

#[test]
fn row_3_13_1_2_limit() {
    run(async |node| {
        filled(&node).await;
        let page = node.objects("limit=2").await;
        assert_eq!(
            (names(&page), &page["more"]),
            (vec!["malware 1 02".into(), "tool 1 00".into()], &json!(true))
        );
        for odd in ["0", "-1", "x", ""] {
            assert_eq!(
                node.get(&on(&node.read_write, &format!("objects/?limit={odd}"))).await.status,
                400,
                "{odd}"
            );
        }
    });
}

/// Filters and the objects that fit them, in the order in which they were added.
async fn fit(node: &Node, cases: &[(&str, &[&str])]) {
    filled(node).await;
    for (filter, expected) in cases {
        assert_eq!(names(&node.objects(filter).await), *expected, "{filter}");
        let rows = node.get(&on(&node.read_write, &format!("manifest/?{filter}"))).await.is(200);
        assert_eq!(
            rows["objects"].as_array().map_or(0, Vec::len),
            expected.len(),
            "the manifest of {filter}"
        );
    }
}

const MALWARE: &str = "malware--00000000-0000-4000-8000-000000000001";

#[test]
fn row_3_13_1_3_match_id() {
    let one = format!("match[id]={MALWARE}");
    run(async |node| fit(&node, &[(&one, &["malware 1 02"]), ("match[id]=malware--x", &[])]).await);
}

#[test]
fn row_3_13_1_4_match_type() {
    let cases: [(&str, &[&str]); 2] =
        [("match[type]=tool", &["tool 1 00", "tool 2 00"]), ("match[type]=campaign", &[])];
    run(async |node| fit(&node, &cases).await);
}

#[test]
fn row_3_13_1_5_match_version() {
    let all = ["malware 1 00", "malware 1 01", "malware 1 02", "tool 1 00", "tool 2 00"];
    let cases: [(&str, &[&str]); 4] = [
        ("match[version]=last", &["malware 1 02", "tool 1 00", "tool 2 00"]),
        ("match[version]=first", &["malware 1 00", "tool 1 00", "tool 2 00"]),
        ("match[version]=all", &all),
        ("match[version]=2024-01-01T00:00:01.000Z", &["malware 1 01"]),
    ];
    run(async |node| fit(&node, &cases).await);
}

#[test]
fn row_3_13_1_6_match_spec_version() {
    let cases: [(&str, &[&str]); 3] = [
        ("match[spec_version]=2.0", &["tool 2 00"]),
        ("match[spec_version]=2.1", &["malware 1 02", "tool 1 00"]),
        ("match[spec_version]=2.0,2.1", &["malware 1 02", "tool 1 00", "tool 2 00"]),
    ];
    run(async |node| fit(&node, &cases).await);
}

#[test]
fn row_3_13_1_7_or() {
    let ids = format!("match[id]={MALWARE},tool--00000000-0000-4000-8000-000000000002");
    let cases: [(&str, &[&str]); 3] = [
        ("match[type]=tool,malware", &["malware 1 02", "tool 1 00", "tool 2 00"]),
        (&ids, &["malware 1 02", "tool 2 00"]),
        ("match[version]=first,last", &["malware 1 00", "malware 1 02", "tool 1 00", "tool 2 00"]),
    ];
    run(async |node| fit(&node, &cases).await);
}

#[test]
fn row_3_13_1_8_and() {
    let both = format!("match[id]={MALWARE}&match[type]=tool");
    let cases: [(&str, &[&str]); 2] =
        [("match[type]=tool&match[spec_version]=2.1", &["tool 1 00"]), (&both, &[])];
    run(async |node| fit(&node, &cases).await);
}

#[test]
fn row_3_13_1_9_or_and_and() {
    let cases: [(&str, &[&str]); 2] = [
        (
            "match[type]=tool,malware&match[spec_version]=2.1&match[version]=first,last",
            &["malware 1 00", "malware 1 02", "tool 1 00"],
        ),
        ("match[type]=tool,campaign&match[spec_version]=2.0,2.2", &["tool 2 00"]),
    ];
    run(async |node| fit(&node, &cases).await);
}

#[test]
fn row_3_13_1_10_duplicate_filter_parameter() {
    // Of two of the same name, both are alternatives: nothing is lost and nothing fails.
    let cases: [(&str, &[&str]); 1] =
        [("match[type]=tool&match[type]=malware", &["malware 1 02", "tool 1 00", "tool 2 00"])];
    run(async |node| fit(&node, &cases).await);
}

#[test]
fn row_3_14_1_pagination() {
    run(async |node| {
        filled(&node).await;
        let (mut seen, mut query) = (Vec::new(), "match[version]=all&limit=2".to_owned());
        for turn in 0.. {
            let page = node.objects(&query).await;
            assert_eq!(page, node.objects(&query).await, "it can be asked again");
            seen.extend(names(&page));
            if page["more"] != json!(true) {
                assert_eq!((turn, page.get("next")), (2, None));
                break;
            }
            let next = page["next"].as_str().expect("more");
            query = format!("match[version]=all&limit=2&next={next}");
            // What is added meanwhile comes at the end, and nothing is repeated.
            if turn == 0 {
                node.add(&node.read_write, &node.ada, &[thing("tool", 3, 0)]).await;
            }
        }
        assert_eq!(seen.len(), 6, "{seen:?}");
        assert_eq!(seen.last().map(String::as_str), Some("tool 3 00"));
        assert_eq!(node.get(&on(&node.read_write, "objects/?next=nonsense")).await.status, 400);
    });
}

#[test]
fn row_3_15_1_custom_properties() {
    run(async |node| {
        let mut object = thing("tool", 1, 0);
        object["x_example_score"] = json!({ "of": [1, 2.50, null] });
        let body = json!({ "x_example_envelope": "kept by nobody", "objects": [object] }).to_string();
        let answer = node.ask(Method::POST, &on(&node.read_write, "objects/"), &node.ben, &body).await;
        assert_eq!(answer.is(202)["success_count"], 1);
        assert_eq!(node.objects("").await["objects"], json!([object]));
    });
}
