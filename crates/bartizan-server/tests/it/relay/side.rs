//! A node of the story: its server on a socket with TLS, its people, its rounds.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::http::Method;
use bartizan_clearinghouse::access::{OrganisationId, Role, Roles, Scopes};
use bartizan_knowledge::Pack;
use bartizan_server::jobs::{Tell, Work};
use bartizan_server::relay::{NewPeer, Relay, own_key, trust};
use bartizan_server::{App, Config, Seal, Surroundings, System, Tls, fingerprint_of_pem, router, serve};
use bartizan_store::{Action, RelayLink, Store};
use serde_json::Value;
use tokio::sync::oneshot;

use super::wire::{Authority, Door};
use crate::harness::{Answer, NOW, ask, person, secret, uuid};

/// A clock that is put forward.
#[derive(Clone)]
pub struct Clock(Arc<AtomicI64>);

impl Clock {
    pub fn new() -> Self {
        Self(Arc::new(AtomicI64::new(NOW)))
    }

    pub fn wait(&self, micros: i64) {
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Surroundings for Clock {
    fn now(&self) -> i64 {
        // Every look is a moment later.
        self.0.fetch_add(1, Ordering::SeqCst)
    }
    fn fill(&self, bytes: &mut [u8]) {
        System.fill(bytes);
    }
}

pub struct Side {
    pub name: &'static str,
    pub store: Store,
    pub door: Door,
    pub key: String,
    pub certificate: String,
    pub clock: Clock,
    cert: (PathBuf, PathBuf),
    router: Router,
    relay: Relay,
    pub own: OrganisationId,
    tokens: std::collections::BTreeMap<&'static str, String>,
    _stop: oneshot::Sender<()>,
    _folder: tempfile::TempDir,
}

impl Side {
    /// A node with a coordinator `cora`, and another organisation with `finn` who finds or makes things.
    pub async fn new(name: &'static str, store: Store, authority: &Authority, clock: &Clock) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let written = |file: &str, text: &str| {
            let path = folder.path().join(file);
            std::fs::write(&path, text).expect("written");
            path
        };
        let (certificate, key) = authority.leaf();
        let cert = (written("node.pem", &certificate), written("node-key.pem", &key));
        let tls = Tls {
            certificate: cert.0.clone(),
            key: cert.1.clone(),
            client_ca: Some(written("ca.pem", &authority.pem)),
            client_crl: None,
        };
        let mut config = Config { rate: 0, ..Config::local(([127, 0, 0, 1], 0).into()) };
        config.title = name.to_owned();
        config.key = Some(folder.path().join("sealed.key"));
        config.tls = Some(tls);
        config.fetch.allowed = vec!["127.0.0.0/8".parse().expect("a network")];
        config.fetch.timeout = std::time::Duration::from_secs(20);
        let seal = Seal::new(config.key.clone());
        let own_key = own_key(&store, &seal, clock).await.expect("a key");
        let by = Action { actor: "test", now: NOW };
        let own = store.add_organisation(&by, &uuid(), name, None).await.expect("own");
        let other = store.add_organisation(&by, &uuid(), "Other", None).await.expect("other");
        let mut tokens = std::collections::BTreeMap::new();
        for (who, of, roles) in [
            ("cora", own, vec![Role::Coordinator, Role::Analyst, Role::Reviewer]),
            ("finn", other, vec![Role::Analyst, Role::Reviewer]),
        ] {
            let person = person(&store, &by, of, who, Roles::of(&roles)).await;
            tokens.insert(who, secret(&store, &by, person, Scopes::ALL, None).await);
        }
        store.open_desk(&by, own, &uuid(), name, "").await.expect("a desk");
        let app = App::new(store.clone(), config, Pack::built_in(), Arc::new(clock.clone()));
        let (told, ready) = oneshot::channel::<SocketAddr>();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = app.clone();
        tokio::spawn(async move {
            let ready = move |address| told.send(address).expect("somebody listens");
            let stopped = async {
                let _ = stopped.await;
            };
            serve(served, ready, stopped).await.expect("served");
        });
        let door = Door::to(ready.await.expect("an address")).await;
        let (key, router, relay) = (own_key.id().to_string(), router(app.clone()), Relay::new(app));
        let clock = clock.clone();
        let certificate = fingerprint_of_pem(certificate.as_bytes()).expect("a certificate");
        Self {
            name,
            store,
            door,
            key,
            certificate,
            clock,
            cert,
            router,
            relay,
            own,
            tokens,
            _stop: stop,
            _folder: folder,
        }
    }

    /// Trusts another; the identifier of the peer, and the name of its organisation in cases.
    pub async fn trusts(&self, other: &Self, authority: &Authority) -> (String, String) {
        let url = format!("https://127.0.0.1:{}", other.door.address.port());
        let new = NewPeer {
            runs: self.own,
            title: other.name,
            url: &url,
            node: &other.key,
            certificate: &other.certificate,
            authority: &authority.pem,
        };
        let by = Action { actor: "test", now: self.clock.now() };
        let peer = trust(&self.store, &self.clock, &by, &new).await.expect("trusted");
        let directory = self.store.fresh().await.expect("fresh");
        (peer.uuid, directory.organisations[&peer.organisation].uuid.clone())
    }

    pub async fn asks(&self, who: &str, method: Method, path: &str, body: &Value) -> Answer {
        let token = format!("Bearer {}", self.tokens[who]);
        let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        ask(&self.router, method, &format!("/api/v1{path}"), &headers, body.as_bytes()).await
    }

    pub async fn post(&self, who: &str, path: &str, body: Value) -> Value {
        let answer = self.asks(who, Method::POST, path, &body).await;
        assert!((200..300).contains(&answer.status), "{} {path} {body}: {answer:?}", self.name);
        answer.json()
    }

    pub async fn get(&self, who: &str, path: &str) -> Value {
        let answer = self.asks(who, Method::GET, path, &Value::Null).await;
        assert_eq!(answer.status, 200, "{} {path}: {answer:?}", self.name);
        answer.json()
    }

    /// One look of the schedule, and the rounds that it asks for; how many.
    pub async fn round(&self) -> usize {
        let by = Action { actor: "system", now: self.clock.now() };
        let begun = self.store.begin_relays(&by).await.expect("begun");
        let until = by.now + 60_000_000;
        while let Some(job) =
            self.store.claim_job(&["relay"], "w", self.clock.now(), until).await.expect("claimed")
        {
            let outcome = self.relay.run(&job, Tell::default()).await.expect("done");
            let by = Action { actor: "system", now: self.clock.now() };
            let kept = self.store.finish_job(&by, &job.lease(), &outcome.result, &[], None).await;
            assert!(kept.expect("finished"));
        }
        begun
    }

    /// How far everything is.
    pub async fn links(&self) -> String {
        let mut all = Vec::new();
        for peer in self.store.relay_peers(None).await.expect("peers") {
            all.push((peer.unsent, peer.waiting, self.store.relay_links(peer.id).await.expect("links")));
        }
        format!("{all:?}")
    }

    /// The only link to a peer.
    pub async fn link(&self, peer: &str) -> RelayLink {
        let peer = self.store.relay_peer(peer).await.expect("read").expect("a peer");
        let links = self.store.relay_links(peer.id).await.expect("links");
        assert_eq!(links.len(), 1, "{}: {links:?}", self.name);
        links.into_iter().next().expect("a link")
    }

    /// What posts as this node, by hand.
    pub fn poster(&self, authority: &Authority) -> bartizan_fetch::Poster {
        let read = |path: &PathBuf| std::fs::read(path).expect("read");
        let mutual = bartizan_fetch::Mutual {
            certificate: read(&self.cert.0),
            key: read(&self.cert.1),
            authority: authority.pem.clone().into_bytes(),
        };
        let allowed = vec!["127.0.0.0/8".parse().expect("a network")];
        let rules = bartizan_fetch::Rules { allowed, ..Default::default() };
        bartizan_fetch::Poster::to_node(rules, &mutual).expect("a poster")
    }
}
