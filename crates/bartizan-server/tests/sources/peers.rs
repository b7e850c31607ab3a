//! Two nodes of ours that pull from and push to each other.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bartizan_clearinghouse::access::{PersonId, Rights, Role, Roles, Scopes};
use bartizan_clearinghouse::pap::Pap;
use bartizan_clearinghouse::token;
use bartizan_server::sources::Secret;
use bartizan_server::{App, Config, Surroundings, System, serve};
use bartizan_stix::Tlp;
use bartizan_store::{
    Arrival, ChannelKind, Credit, Incoming, JobState, NewGrant, NewPerson, NewToken, Outcome, Receipt,
};
use tokio::sync::oneshot;

use crate::harness::{Node, by, uuid};

/// A node that others reach, with an account of its second organisation.
struct Reached {
    node: Node,
    address: SocketAddr,
    bob: PersonId,
    token: String,
    stop: Option<oneshot::Sender<()>>,
}

impl Reached {
    async fn new() -> Self {
        let node = Node::new().await;
        let (stop, stopped) = oneshot::channel::<()>();
        let (told, ready) = oneshot::channel();
        let config = Config::local("127.0.0.1:0".parse().expect("an address"));
        let app =
            App::new(node.store.clone(), config, bartizan_knowledge::Pack::built_in(), Arc::new(System));
        tokio::spawn(async move {
            let ready = move |address| {
                let _ = told.send(address);
            };
            serve(app, ready, async {
                let _ = stopped.await;
            })
            .await
            .expect("served");
        });
        let address = ready.await.expect("an address");
        let new = NewPerson {
            uuid: &uuid(),
            organisation: node.second,
            name: "bob",
            shown: "Bob",
            roles: Roles::of(&[Role::Analyst]),
            password: None,
        };
        let bob = node.store.add_person(&by(), &new).await.expect("a person");
        let mut random = [0; 20];
        System.fill(&mut random);
        let token = token::make(random);
        let new = NewToken {
            person: bob,
            label: "the other node",
            digest: &token::digest(&token),
            scopes: Scopes::parse("read,write").expect("scopes"),
            expires: None,
        };
        node.store.add_token(&by(), &new).await.expect("a token");
        let rights = Rights { read: true, write: true };
        let whom = NewGrant::Organisation(node.second);
        node.store.grant(&by(), node.collection, whom, rights).await.expect("granted");
        Self { node, address, bob, token, stop: Some(stop) }
    }

    fn url(&self) -> String {
        format!("http://{}/taxii2/", self.address)
    }

    fn secret(&self) -> Option<Secret> {
        Some(Secret::Bearer(self.token.clone()))
    }

    /// Adds an object, as Ada of the first organisation or as Bob of the second.
    async fn add(&self, n: u32, marking: Option<Tlp>, embargo: Option<i64>, bob: bool) -> String {
        let refs = marking.map(|m| m.marking_id().to_string());
        self.put(n, refs.as_deref(), marking, embargo, bob).await
    }

    /// Adds an object of Ada's that names a marking definition.
    async fn add_marked(&self, n: u32, definition: &str) -> String {
        self.put(n, Some(definition), None, None, false).await
    }

    /// Adds an object of Ada's that is called so.
    async fn named(&self, n: u32, name: &str) -> String {
        let green = Tlp::Green.marking_id().to_string();
        self.put_named(n, name, Some(&green), (Some(Tlp::Green), None, false)).await
    }

    async fn put(
        &self,
        n: u32,
        definition: Option<&str>,
        marking: Option<Tlp>,
        embargo: Option<i64>,
        bob: bool,
    ) -> String {
        self.put_named(n, &format!("n{n}"), definition, (marking, embargo, bob)).await
    }

    async fn put_named(
        &self,
        n: u32,
        name: &str,
        definition: Option<&str>,
        (marking, embargo, bob): (Option<Tlp>, Option<i64>, bool),
    ) -> String {
        let id = format!("malware--{n:08x}-0000-4000-8000-000000000001");
        let refs = definition.map(|id| format!(",\"object_marking_refs\":[\"{id}\"]"));
        let body = format!(
            "{{ \"type\":\"malware\",\"spec_version\":\"2.1\",\"id\":\"{id}\",\"created\":\"2026-11-30T11:00:00.000Z\",\"modified\":\"2026-11-30T11:00:00.000Z\",\"name\":\"{name}\",\"is_family\":false{} }}",
            refs.unwrap_or_default()
        );
        let digest = token::digest(&body);
        let object = Incoming {
            id: &id,
            kind: "malware",
            spec: "2.1",
            version: Some((1_796_036_400_000_000, "2026-11-30T11:00:00.000Z")),
            marking,
            embargo,
            digest: &digest,
            body: &body,
        };
        let node = &self.node;
        let (owner, author) = if bob { (node.second, self.bob) } else { (node.first, node.ada) };
        let arrival = Arrival {
            collection: node.collection,
            unmarked: Tlp::Green,
            owner,
            author,
            readable: &[],
            objects: &[object],
        };
        let receipt = |_: &[Outcome]| Receipt { uuid: uuid(), body: "{}".into() };
        node.store.add_objects(&by(), &arrival, receipt).await.expect("added");
        body
    }
}

impl Drop for Reached {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_peer_gets_what_its_organisation_may_read_and_nothing_of_its_own() {
    let (a, mut b) = (Reached::new().await, Reached::new().await);
    let embargo = System.now() + 4_000_000;
    let green = a.add(1, Some(Tlp::Green), None, false).await;
    let strict = a.add(2, Some(Tlp::AmberStrict), None, false).await;
    let plain = a.add(3, None, None, false).await;
    a.add(4, Some(Tlp::Red), None, false).await;
    a.add_marked(17, Pap::Red.marking_id()).await;
    let amber = a.add_marked(18, Pap::Amber.marking_id()).await;
    let later = a.add(5, Some(Tlp::Green), Some(embargo), false).await;
    a.add(6, Some(Tlp::Green), None, true).await;
    let peer = a.node.source(ChannelKind::Push, &b.url(), "shared", b.secret()).await;
    let run = a.node.round(&peer).await;
    assert_eq!((run.state, run.taken, run.refused), (JobState::Done, 4, 0), "{run:?}");
    let mut there = b.node.objects().await;
    there.sort();
    let mut expected = vec![green, strict, plain, amber];
    expected.sort();
    assert_eq!(
        there, expected,
        "byte for byte; nothing of TLP:RED, PAP:RED, under embargo, or of the peer's own"
    );
    let run = a.node.round(&peer).await;
    assert_eq!((run.taken, run.known), (0, 0), "nothing new: {run:?}");

    // The way back: what A brought to B is A's own there.
    let back = b.node.source(ChannelKind::Push, &a.url(), "shared", a.secret()).await;
    let run = b.node.round(&back).await;
    assert_eq!((run.state, run.taken), (JobState::Done, 0), "{run:?}");
    // What B pulled from A is not sent back either, though it is B's there.
    let pull = b.node.source(ChannelKind::Taxii, &a.url(), "shared", a.secret()).await;
    let run = b.node.round(&pull).await;
    assert_eq!(run.state, JobState::Done, "{run:?}");
    assert_eq!(
        run.taken, 2,
        "only what A does not push: what Bob himself had added, and PAP:RED, to be read: {run:?}"
    );
    let run = b.node.round(&back).await;
    assert_eq!((run.state, run.taken, run.known), (JobState::Done, 0, 2), "{run:?}");
    // Something of B's own goes.
    let own = b.add(7, Some(Tlp::Green), None, false).await;
    assert_eq!(b.node.round(&back).await.taken, 1);
    assert!(a.node.objects().await.contains(&own));
    // And does not come back: neither side has anything to say any more.
    assert_eq!(a.node.round(&peer).await.taken, 0);
    assert_eq!(b.node.round(&back).await.taken, 0);

    // The embargo ends: it is sent, though it lies before what was sent already.
    tokio::time::sleep(Duration::from_micros((embargo - System.now()).max(0) as u64 + 50_000)).await;
    assert_eq!(a.node.round(&peer).await.taken, 1);
    assert!(b.node.objects().await.contains(&later));

    // The peer is away: told, tried again, and nothing is lost.
    a.add(8, Some(Tlp::Green), None, false).await;
    drop(b.stop.take());
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(
        a.node
            .store
            .begin_channel(&by(), &a.node.store.channel(&peer.uuid).await.expect("asked").expect("there"), 0)
            .await
            .expect("begun")
    );
    let run = a.node.until(&peer, |run| run.code.is_some()).await;
    assert_eq!(
        (run.code.as_deref(), run.state, run.taken),
        (Some("fetch.network"), JobState::Queued, 0),
        "{run:?}"
    );
    // Whom the collection is not given to any more gets nothing more.
    a.node
        .store
        .grant(&by(), a.node.collection, NewGrant::Organisation(a.node.second), Rights::default())
        .await
        .expect("taken away");
    let run = a.node.until(&peer, |run| run.state.is_final()).await;
    assert_eq!(run.code.as_deref(), Some("peer.not-allowed"), "{run:?}");
}

/// What is pushed goes without personal data that has nothing to do with the threat (docs/privacy.md); who pulls has it as it came.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_pushed_goes_without_personal_data_and_what_is_pulled_stays_as_it_is() {
    let (a, b) = (Reached::new().await, Reached::new().await);
    let plain = a.add(1, Some(Tlp::Green), None, false).await;
    let private = a.named(2, "sent to maria.lopez@bank.example").await;
    assert!(private.contains("maria.lopez"), "{private}");
    let peer = a.node.source(ChannelKind::Push, &b.url(), "shared", b.secret()).await;
    let run = a.node.round(&peer).await;
    assert_eq!((run.state, run.taken), (JobState::Done, 2), "{run:?}");
    let there = b.node.objects().await;
    assert!(there.contains(&plain), "byte for byte: {there:?}");
    let text = there.join("\n");
    assert!(text.contains("sent to [removed:email]") && !text.contains("maria"), "{text}");
    let notes = run.notes.join("\n");
    assert!(notes.contains("personal data was taken out 1 times, of 1 objects"), "{notes}");
    // Who pulls it has it byte for byte.
    let c = Reached::new().await;
    let pull = c.node.source(ChannelKind::Taxii, &a.url(), "shared", a.secret()).await;
    assert_eq!(c.node.round(&pull).await.taken, 2);
    assert!(c.node.objects().await.contains(&private));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_collection_elsewhere_is_pulled_on_from_where_it_ended() {
    let (a, b) = (Reached::new().await, Reached::new().await);
    for n in 0..30 {
        a.add(n, if n % 3 == 0 { Some(Tlp::Clear) } else { None }, None, false).await;
    }
    a.add(99, Some(Tlp::Red), None, false).await;
    let source = b.node.source(ChannelKind::Taxii, &a.url(), "Shared", a.secret()).await;
    let run = b.node.round(&source).await;
    let expected = Credit { taken: 30, known: 0, refused: 0 };
    assert_eq!(
        (run.state, Credit { taken: run.taken, known: run.known, refused: run.refused }),
        (JobState::Done, expected)
    );
    // Unmarked objects are under the source's TLP:AMBER, though the collection says TLP:GREEN.
    let directory = b.node.store.fresh().await.expect("a directory");
    let markings: Vec<Tlp> = directory.audiences.values().map(|a| a.marking).collect();
    assert!(
        markings.contains(&Tlp::Amber) && markings.contains(&Tlp::Clear) && markings.len() == 2,
        "{markings:?}"
    );
    let place = b.node.store.channel(&source.uuid).await.expect("asked").expect("a channel").place;
    assert!(place.contains("added_after\":\"20"), "{place}");
    let run = b.node.round(&source).await;
    assert_eq!((run.state, run.taken, run.known), (JobState::Done, 0, 0), "{run:?}");
    let new = a.add(500, None, None, false).await;
    let run = b.node.round(&source).await;
    assert_eq!((run.state, run.taken, run.known), (JobState::Done, 1, 0), "{run:?}");
    assert!(b.node.objects().await.contains(&new), "byte for byte");
    // A collection that is not there, and one that is not for us.
    let missing = b.node.source(ChannelKind::Taxii, &a.url(), "nowhere", a.secret()).await;
    let run = b.node.round(&missing).await;
    assert_eq!((run.state, run.code.as_deref()), (JobState::Failed, Some("fetch.status")), "{run:?}");
    let stranger = b.node.source(ChannelKind::Taxii, &a.url(), "shared", None).await;
    let run = b.node.round(&stranger).await;
    assert_eq!((run.state, run.code.as_deref()), (JobState::Failed, Some("fetch.status")), "{run:?}");
    // Every object says by which source it came.
    let page = b
        .node
        .store
        .manifest(
            b.node.collection,
            &directory.audiences.keys().copied().collect::<Vec<_>>(),
            &bartizan_store::Filter::default(),
            100,
        )
        .await
        .expect("a page");
    let places: Vec<i64> = page.items.iter().map(|item| item.added).collect();
    let origins = b.node.store.object_origins(b.node.collection, &places).await.expect("origins");
    assert_eq!(origins.len(), places.len());
    assert!(origins.iter().all(|o| o.channel == source.uuid));
}
