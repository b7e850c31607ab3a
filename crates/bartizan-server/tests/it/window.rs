//! A window of model testing, by the API: a lab whose model it is, an institute that runs the programme, a firm that tests, a court that
//! looks after them. Everybody has their own token, and says what their role lets them.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::http::Method;
use bartizan_clearinghouse::access::{PersonId, Role, Roles, Scopes};
use bartizan_clearinghouse::{time, token};
use bartizan_programme::agreement::Agreement;
use bartizan_programme::rules::THIRTY_DAY;
use bartizan_server::{App, Surroundings};
use bartizan_store::{Action, Store};
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

use crate::harness::{Answer, ask, person, secret, uuid};

pub const DAY: i64 = 86_400_000_000;
const HOUR: i64 = DAY / 24;

/// Who is who: organisation, person, role in the window.
const PEOPLE: [(&str, &str, &str); 8] = [
    ("lab", "lin", "developer-liaison"),
    ("lab", "ove", "developer-officer"),
    ("institute", "mo", "programme-manager"),
    ("institute", "pat", "programme-officer"),
    ("institute", "eva", "evaluation-lead"),
    ("firm", "tess", "tester"),
    ("firm", "toni", "test-lead"),
    ("court", "aud", "auditor"),
];

/// Kinds of agreements that AL1 needs, and who signs them.
const AL1: [(&str, [&str; 2]); 5] = [
    ("confidentiality", ["lab", "firm"]),
    ("intellectual-property", ["lab", "firm"]),
    ("use-limits", ["lab", "firm"]),
    ("retention", ["lab", "firm"]),
    ("insider-risk", ["firm", "institute"]),
];

pub struct Person {
    pub id: PersonId,
    pub uuid: String,
    pub secret: String,
    pub role: &'static str,
}

/// A node with these people on it, and a window in it.
pub struct Stage {
    pub store: Store,
    pub router: Router,
    pub people: BTreeMap<&'static str, Person>,
    /// UUIDs of the organisations.
    pub organisations: BTreeMap<&'static str, String>,
    pub programme: String,
    pub window: String,
    around: Arc<dyn Surroundings>,
}

fn key(organisation: &str) -> Ed25519KeyPair {
    let digest = token::digest(organisation);
    Ed25519KeyPair::from_seed_unchecked(&digest.as_bytes()[..32]).expect("32 bytes")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Stage {
    /// People, a programme with its staff, and a model handed in.
    pub async fn submitted(store: Store, app: App, around: Arc<dyn Surroundings>) -> Self {
        let by = Action { actor: "test", now: around.now() };
        let mut organisations = BTreeMap::new();
        let mut people = BTreeMap::new();
        let mut known = BTreeMap::new();
        for (organisation, name, role) in PEOPLE {
            if !organisations.contains_key(organisation) {
                let id = uuid();
                known.insert(
                    organisation,
                    store.add_organisation(&by, &id, organisation, None).await.expect("one"),
                );
                organisations.insert(organisation, id);
            }
            let roles = if role == "auditor" { Role::Auditor } else { Role::Coordinator };
            let id = person(&store, &by, known[organisation], name, Roles::of(&[roles, Role::Analyst])).await;
            let secret = secret(&store, &by, id, Scopes::ALL, None).await;
            let directory = store.fresh().await.expect("a directory");
            let uuid = directory.people[&id].uuid.clone();
            people.insert(name, Person { id, uuid, secret, role });
        }
        let router = bartizan_server::router(app);
        let (programme, window) = (String::new(), String::new());
        let mut stage = Self { store, router, people, organisations, programme, window, around };
        stage.submit().await;
        stage
    }

    async fn submit(&mut self) {
        let brought = self.bytes("mo", Method::POST, "/programmes", THIRTY_DAY.as_bytes()).await;
        assert_eq!(brought.status, 201, "{}", brought.body);
        self.programme = brought.json()["id"].as_str().expect("an id").to_owned();
        let part =
            |name: &&str| json!({ "person": self.people[*name].uuid, "role": self.people[*name].role });
        let staff: Vec<Value> = ["mo", "pat", "eva", "aud"].iter().map(part).collect();
        let place = format!("/programmes/{}/staff", self.programme);
        let staffed = self.json("mo", Method::PUT, &place, &json!({ "staff": staff })).await;
        assert_eq!(staffed.status, 200, "{}", staffed.body);
        let parts: Vec<Value> = ["lin", "ove"].iter().map(part).collect();
        let checkpoint = |byte: u8, safeguards: &str| json!({ "digest": token::digest_bytes(&[byte]), "safeguards": safeguards });
        let submission = json!({
            "model": "Falcon",
            "checkpoints": { "falcon-7": checkpoint(7, "on"), "falcon-7-bare": checkpoint(8, "off") },
            "contacts": [{ "name": "Lin", "address": "lin@lab.example", "purpose": "technical" }],
        });
        let body = json!({ "programme": self.programme, "role": "developer-liaison", "submission": submission, "parts": parts });
        let opened = self.json("lin", Method::POST, "/windows", &body).await;
        assert_eq!(opened.status, 201, "{}", opened.body);
        self.window = opened.json()["id"].as_str().expect("an id").to_owned();
    }

    pub fn now(&self) -> i64 {
        self.around.now()
    }

    pub async fn json(&self, who: &str, method: Method, path: &str, body: &Value) -> Answer {
        self.send(who, method, path, "application/json", body.to_string().as_bytes()).await
    }

    pub async fn bytes(&self, who: &str, method: Method, path: &str, body: &[u8]) -> Answer {
        let media = if path == "/programmes" { "application/toml" } else { "application/octet-stream" };
        self.send(who, method, path, media, body).await
    }

    async fn send(&self, who: &str, method: Method, path: &str, media: &str, body: &[u8]) -> Answer {
        let bearer = format!("Bearer {}", self.people[who].secret);
        let headers = [("authorization", bearer.as_str()), ("content-type", media)];
        ask(&self.router, method, &format!("/api/v1{path}"), &headers, body).await
    }

    pub async fn get(&self, who: &str, path: &str) -> Answer {
        self.bytes(who, Method::GET, path, b"").await
    }

    /// Below the window.
    pub fn at(&self, tail: &str) -> String {
        format!("/windows/{}{tail}", self.window)
    }

    pub async fn whole(&self, who: &str) -> Value {
        let answer = self.get(who, &self.at("")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    /// Tries to do something.
    pub async fn tries(&self, who: &str, action: Value) -> Answer {
        let body = json!({ "role": self.people[who].role, "action": action });
        self.json(who, Method::POST, &self.at("/events"), &body).await
    }

    /// Does something that one person does.
    pub async fn does(&self, who: &str, action: Value) -> Value {
        let answer = self.tries(who, action.clone()).await;
        assert_eq!(answer.status, 201, "{action}: {}", answer.body);
        let said = answer.json();
        assert_eq!(said["waits"], false, "{action}");
        said
    }

    /// Does something that one proposes and another agrees to.
    pub async fn both(&self, who: &str, second: &str, action: Value) -> Value {
        let answer = self.tries(who, action.clone()).await;
        assert_eq!(answer.status, 201, "{action}: {}", answer.body);
        self.agrees(second, &answer.json()).await
    }

    /// Agrees to what was said.
    pub async fn agrees(&self, second: &str, said: &Value) -> Value {
        assert_eq!(said["waits"], true);
        // Each has a number of their own for it.
        let waiting = self.whole(second).await["waiting"].clone();
        let last = waiting.as_array().and_then(|all| all.last()).expect("something waits").clone();
        self.does(second, json!({ "do": "second", "proposal": last["proposal"] })).await
    }

    pub async fn code(&self, who: &str, action: Value) -> String {
        let answer = self.tries(who, action).await.json();
        answer["errors"][0]["code"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// Accepts the submission; the clock runs from now on.
    pub async fn runs(&self) {
        for check in [
            "digests-verified",
            "safeguards-stated",
            "contacts-answer",
            "endpoint-reached",
            "conflicts-declared",
            "prior-results",
        ] {
            self.does(
                "pat",
                json!({ "do": "check", "check": check, "result": "passed", "words": "As it should be." }),
            )
            .await;
        }
        self.both("pat", "mo", json!({ "do": "accept", "begins": self.now(), "words": "Welcome." })).await;
        for name in ["toni", "tess"] {
            let Person { uuid, role, .. } = &self.people[name];
            let part = json!({ "person": uuid, "organisation": self.organisations["firm"], "role": role });
            self.does("mo", json!({ "do": "assign", "part": part })).await;
        }
    }

    /// Puts a file into custody and gives its digest.
    pub async fn file(&self, who: &str, name: &str, kind: &str, bytes: &[u8]) -> String {
        let kept = self.bytes(who, Method::PUT, &self.at(&format!("/files/{name}?kind={kind}")), bytes).await;
        assert_eq!(kept.status, 200, "{}", kept.body);
        kept.json()["digest"].as_str().expect("a digest").to_owned()
    }

    /// Signs everything that AL1 needs.
    pub async fn signed(&self) {
        for (organisation, holder) in [("lab", "ove"), ("firm", "toni"), ("institute", "mo")] {
            let (party, signer) = (&self.organisations[organisation], &self.people[holder].uuid);
            let key = hex(key(organisation).public_key().as_ref());
            self.both(
                "pat",
                "mo",
                json!({ "do": "register-key", "party": party, "signer": signer, "key": key }),
            )
            .await;
        }
        for (kind, parties) in AL1 {
            let document = self.file("pat", &format!("{kind}.pdf"), "agreement", kind.as_bytes()).await;
            let people = if kind == "insider-risk" {
                vec![&self.people["tess"].uuid, &self.people["toni"].uuid]
            } else {
                vec![]
            };
            let parties_uuid: Vec<&String> =
                parties.iter().map(|party| &self.organisations[*party]).collect();
            let terms = json!({
                "kind": kind, "document": document, "parties": parties_uuid, "people": people,
                "from": self.now() - HOUR, "until": self.now() + 80 * DAY,
            });
            let agreement: Agreement = serde_json::from_value(terms.clone()).expect("terms");
            self.does("pat", json!({ "do": "agree", "agreement": kind, "terms": terms })).await;
            for party in parties {
                let signer = match party {
                    "lab" => "ove",
                    "firm" => "toni",
                    _ => "mo",
                };
                let signature = hex(key(party).sign(agreement.statement().as_bytes()).as_ref());
                let party = &self.organisations[party];
                self.does(
                    signer,
                    json!({ "do": "sign", "agreement": kind, "party": party, "signature": signature }),
                )
                .await;
            }
        }
    }

    /// Says where a checkpoint is reached.
    pub async fn endpoint(&self, checkpoint: &str, url: &str, secret: &str, model: &str) {
        let body = json!({ "url": url, "key": secret, "model": model });
        let place = self.at(&format!("/endpoints/{checkpoint}"));
        let said = self.json("lin", Method::PUT, &place, &body).await;
        assert_eq!(said.status, 200, "{}", said.body);
        assert!(!said.body.contains(secret));
    }

    /// What a grant is asked for with.
    pub fn wanted(&self, grant: &str, change: impl FnOnce(&mut Value)) -> Value {
        let mut wanted = json!({
            "role": "programme-officer", "grant": grant, "holder": self.people["tess"].uuid, "checkpoint": "falcon-7",
            "level": "AL1", "endpoints": ["chat", "embeddings"], "internals": [], "sources": ["127.0.0.0/24"],
            "budget": { "calls": 1000, "tokens": 1_000_000, "money_micros": 0 },
            "begins": time::text(self.now()), "ends": time::text(self.now() + 10 * DAY),
        });
        change(&mut wanted);
        wanted
    }

    /// Gives a grant, and its credential to who collects it.
    pub async fn grant(&self, grant: &str, change: impl FnOnce(&mut Value)) -> String {
        let wanted = self.wanted(grant, change);
        let said = self.json("pat", Method::POST, &self.at("/grants"), &wanted).await;
        assert_eq!(said.status, 201, "{}", said.body);
        self.agrees("mo", &said.json()).await;
        let collected = self
            .json("tess", Method::POST, &self.at(&format!("/grants/{grant}/credential")), &json!({}))
            .await;
        assert_eq!(collected.status, 201, "{}", collected.body);
        collected.json()["credential"].as_str().expect("a credential").to_owned()
    }
}
