//! Every TAXII route × verb × object × principal answers as the rule of access says, and an answer is the same bytes whether or not
//! something unreadable is stored.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Router;
use axum::http::{Method, StatusCode};
use bartizan_clearinghouse::access::{
    Audience, CollectionId, OrganisationId, PersonId, Principal, Rights, Role, Roles, Scope, Scopes, Thing,
    Verb, decide,
};
use bartizan_clearinghouse::token;
use bartizan_stix::Tlp;
use bartizan_store::{Arrival, Incoming, NewCollection, NewGrant, Outcome, Receipt, Store};

use crate::harness::{self, MEDIA, NOW, Still, app, person, secret, then as by, uuid};

/// Somebody who asks: who they are, and the token they ask with.
struct Asker {
    name: String,
    principal: Principal,
    secret: Option<String>,
}

/// An object, and the audience it has.
struct Object {
    id: String,
    audience: Audience,
}

struct Node {
    store: Store,
    router: Router,
    collection: CollectionId,
    address: String,
    owner: OrganisationId,
    author: PersonId,
    askers: Vec<Asker>,
    objects: Vec<Object>,
}

/// Adds an object to the collection, as somebody would, with a marking and an embargo.
async fn add(node: &Node, id: &str, version: &str, marking: Tlp, embargo: Option<i64>) {
    let body = format!(r#"{{"type":"malware","id":"{id}","spec_version":"2.1","modified":"{version}"}}"#);
    let digest = token::digest(&body);
    let at = bartizan_clearinghouse::time::parse(version).expect("a time");
    let object = Incoming {
        id,
        kind: "malware",
        spec: "2.1",
        version: Some((at, version)),
        marking: Some(marking),
        embargo,
        digest: &digest,
        body: &body,
    };
    let arrival = Arrival {
        collection: node.collection,
        unmarked: Tlp::Amber,
        owner: node.owner,
        author: node.author,
        readable: &[],
        objects: &[object],
    };
    let receipt = |_: &[Outcome]| Receipt { uuid: uuid(), body: "{}".into() };
    node.store.add_objects(&by(), &arrival, receipt).await.expect("added");
}

/// Four organisations: the first runs the collection, the second reads and writes it, the third is the second's client, the fourth
/// has nothing to do with it; in each a person of every role.
async fn node(folder: &std::path::Path) -> Node {
    let store = Store::sqlite(&folder.join("node.db")).await.expect("a store");
    let first = store.add_organisation(&by(), &uuid(), "First", None).await.expect("first");
    let second = store.add_organisation(&by(), &uuid(), "Second", None).await.expect("second");
    let third = store.add_organisation(&by(), &uuid(), "Third", Some(second)).await.expect("third");
    let fourth = store.add_organisation(&by(), &uuid(), "Fourth", None).await.expect("fourth");
    let address = uuid();
    let new = NewCollection {
        uuid: &address,
        alias: None,
        owner: first,
        title: "Shared",
        description: "",
        marking: Tlp::Amber,
        public: true,
    };
    let collection = store.add_collection(&by(), &new).await.expect("a collection");
    let rights = Rights { read: true, write: true };
    store.grant(&by(), collection, NewGrant::Organisation(second), rights).await.expect("granted");
    let mut askers = vec![Asker { name: "anyone".into(), principal: Principal::anyone(), secret: None }];
    let mut author = PersonId(0);
    for (organisation, word) in [(first, "first"), (second, "second"), (third, "third"), (fourth, "fourth")] {
        for role in Role::ALL {
            let name = format!("{}-{word}", role.as_str());
            let id = person(&store, &by(), organisation, &name, Roles::of(&[role])).await;
            if (word, role) == ("first", Role::Analyst) {
                author = id;
            }
            for (scopes, what) in [(Scopes::ALL, "all"), (Scopes::of(&[Scope::Read]), "read")] {
                let secret = secret(&store, &by(), id, scopes, Some(NOW + 1)).await;
                let principal = store.directory().principal(id, scopes).expect("a principal");
                askers.push(Asker { name: format!("{name}/{what}"), principal, secret: Some(secret) });
            }
        }
    }
    store.name_recipient(&by(), collection, author, true).await.expect("named");
    let router = app(&store, Arc::new(Still));
    let mut node =
        Node { store, router, collection, address, owner: first, author, askers, objects: Vec::new() };
    for marking in Tlp::ALL {
        for embargo in [None, Some(NOW), Some(NOW + 1)] {
            let id = format!("malware--{}", uuid());
            add(&node, &id, "2024-01-01T00:00:00Z", marking, embargo).await;
            let author = (marking == Tlp::Red).then_some(node.author);
            let audience =
                Audience { author, embargo, ..Audience::new(first, marking).in_collection(collection) };
            node.objects.push(Object { id, audience });
        }
    }
    node.store.fresh().await.expect("fresh");
    node
}

impl Node {
    async fn ask(&self, asker: &Asker, method: Method, path: &str) -> (StatusCode, String, String) {
        let answer = self.send(asker, method, path, "").await;
        let status = StatusCode::from_u16(answer.status).expect("a status");
        (status, format!("{:?}", answer.headers), answer.body)
    }

    async fn send(&self, asker: &Asker, method: Method, path: &str, body: &str) -> harness::Answer {
        let uri = format!("/taxii2/root/collections/{}/{path}", self.address);
        let bearer = asker.secret.as_ref().map(|secret| format!("Bearer {secret}"));
        let mut headers = vec![("accept", MEDIA), ("content-type", MEDIA)];
        headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
        harness::ask(&self.router, method, &uri, &headers, body.as_bytes()).await
    }

    fn decide(&self, asker: &Asker, verb: Verb, object: &Object) -> bool {
        let directory = self.store.directory();
        let collection = &directory.collections[&self.collection].access;
        let thing = Thing::Content { audience: &object.audience, collection: Some(collection) };
        decide(&asker.principal, verb, &thing, NOW).allowed()
    }

    fn on_collection(&self, asker: &Asker, verb: Verb) -> bool {
        let directory = self.store.directory();
        let collection = &directory.collections[&self.collection].access;
        decide(&asker.principal, verb, &Thing::Collection(collection), NOW).allowed()
    }
}

fn ids(body: &str) -> BTreeSet<String> {
    let value: serde_json::Value = serde_json::from_str(body).expect("JSON");
    let objects = value["objects"].as_array().cloned().unwrap_or_default();
    objects.iter().filter_map(|o| o["id"].as_str().map(str::to_owned)).collect()
}

fn run(story: impl AsyncFn(Node)) {
    harness::run(async {
        let folder = tempfile::tempdir().expect("a folder");
        story(node(folder.path()).await).await;
    });
}

#[test]
fn every_read_is_as_the_rule_says() {
    run(async |node| {
        let mut asked = 0;
        let mut counts: BTreeMap<bool, usize> = BTreeMap::new();
        for asker in &node.askers {
            let readable: BTreeSet<String> = node
                .objects
                .iter()
                .filter(|object| node.decide(asker, Verb::Read, object))
                .map(|object| object.id.clone())
                .collect();
            let may_read = node.on_collection(asker, Verb::Read);
            for path in ["objects/", "manifest/"] {
                let (status, _, body) = node.ask(asker, Method::GET, path).await;
                assert_eq!(status == StatusCode::OK, may_read, "{} {path}: {status}", asker.name);
                if may_read {
                    assert_eq!(ids(&body), readable, "{} {path}", asker.name);
                }
                asked += 1;
            }
            for object in &node.objects {
                let expected = may_read && readable.contains(&object.id);
                for path in [format!("objects/{}/", object.id), format!("objects/{}/versions/", object.id)] {
                    let (status, _, body) = node.ask(asker, Method::GET, &path).await;
                    let name = format!("{} {:?} {path}", asker.name, object.audience);
                    assert_eq!(status == StatusCode::OK, expected, "{name}: {status}");
                    assert!(expected || !body.contains(&object.id), "{name}: {body}");
                    *counts.entry(expected).or_default() += 1;
                    asked += 1;
                }
            }
        }
        // The matrix means something only if both happen often.
        assert!(counts[&true] > 300 && counts[&false] > 300, "{counts:?} of {asked}");
    });
}

#[test]
fn every_removal_is_as_the_rule_says() {
    run(async |node| {
        let mut removed = 0;
        for asker in &node.askers {
            for object in &node.objects {
                let expected = node.on_collection(asker, Verb::Read)
                    && node.on_collection(asker, Verb::Remove)
                    && node.decide(asker, Verb::Remove, object);
                // Only whether it is allowed is asked, of a version that is not there: nothing is lost for the next asker.
                let path = format!("objects/{}/?match[version]=2001-01-01T00:00:00Z", object.id);
                let (status, _, _) = node.ask(asker, Method::DELETE, &path).await;
                assert_eq!(
                    status == StatusCode::OK,
                    expected,
                    "{} {:?}: {status}",
                    asker.name,
                    object.audience
                );
                removed += usize::from(expected);
            }
        }
        assert!(removed > 20, "{removed}");
    });
}

#[test]
fn adding_is_as_the_rule_says() {
    run(async |node| {
        for asker in &node.askers {
            let body =
                format!(r#"{{"objects":[{{"type":"tool","id":"tool--{}","spec_version":"2.1"}}]}}"#, uuid());
            let status = node.send(asker, Method::POST, "objects/", &body).await.status;
            let expected = node.on_collection(asker, Verb::Add);
            assert_eq!(status == 202, expected, "{}: {status}", asker.name);
        }
    });
}

#[test]
fn an_answer_is_the_same_bytes_whether_or_not_something_unreadable_is_there() {
    run(async |node| {
        let paths = |node: &Node| {
            let mut paths = vec![
                String::new(),
                "objects/".into(),
                "objects/?limit=3".into(),
                "objects/?match[version]=all".into(),
                "objects/?match[version]=first,last".into(),
                "objects/?match[type]=malware,tool&limit=2".into(),
                "manifest/".into(),
                "manifest/?limit=1&match[version]=all".into(),
            ];
            for object in &node.objects {
                paths.push(format!("objects/{}/", object.id));
                paths.push(format!("objects/{}/versions/", object.id));
            }
            paths
        };
        // Readers who do not read what its owner alone reads.
        let blind: Vec<&Asker> =
            node.askers.iter().filter(|a| a.name.contains("second") || a.secret.is_none()).collect();
        let mut before = Vec::new();
        for asker in &blind {
            for path in paths(&node) {
                before.push(node.ask(asker, Method::GET, &path).await);
            }
        }
        // Newer, older and the same versions of everything, and new objects: under embargo, and for named persons.
        for (marking, embargo) in [(Tlp::Clear, Some(NOW + 1)), (Tlp::Red, None)] {
            for object in &node.objects {
                for version in ["2023-01-01T00:00:00Z", "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"] {
                    add(&node, &object.id, version, marking, embargo).await;
                }
            }
            add(&node, &format!("malware--{}", uuid()), "2025-01-01T00:00:00Z", marking, embargo).await;
        }
        node.store.fresh().await.expect("fresh");
        let mut i = 0;
        for asker in &blind {
            for path in paths(&node) {
                let after = node.ask(asker, Method::GET, &path).await;
                assert_eq!(after, before[i], "{} {path}", asker.name);
                i += 1;
            }
        }
        assert!(i > 300);
    });
}
