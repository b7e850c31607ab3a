//! A case from a finder at one node to a vendor at another and back, over connections on which both show certificates, one node on
//! SQLite and the other on PostgreSQL; with the link cut at every single message.

mod side;
mod wire;

use axum::http::Method;
use bartizan_clearinghouse::token;
use bartizan_store::Store;
use serde_json::{Value, json};

use crate::harness::{Schema, run};
use side::{Clock, Side};
use wire::{Authority, Cut};

const DAY: i64 = 24 * 3_600_000_000;

struct Story {
    a: Side,
    b: Side,
    authority: Authority,
    clock: Clock,
    /// What each calls the other: the peer, and its organisation in cases.
    b_at_a: (String, String),
    a_at_b: (String, String),
    /// How a link is cut before each step of it comes through.
    cuts: &'static [Cut],
    /// How often a message was kept of whose arrival its sender was not told.
    lost: std::cell::Cell<usize>,
}

impl Story {
    async fn begin(schema: &Schema, folder: &tempfile::TempDir, cuts: &'static [Cut]) -> Self {
        let (authority, clock) = (Authority::new(), Clock::new());
        let sqlite = Store::sqlite(&folder.path().join("a.db")).await.expect("a store");
        let a = Side::new("Node A", sqlite, &authority, &clock).await;
        let b = Side::new("Node B", schema.store().await, &authority, &clock).await;
        let b_at_a = a.trusts(&b, &authority).await;
        let a_at_b = b.trusts(&a, &authority).await;
        Self { a, b, authority, clock, b_at_a, a_at_b, cuts, lost: std::cell::Cell::new(0) }
    }

    /// Brings everything over, with each message in each direction first met by the cuts.
    async fn relay(&self) {
        let mut before = String::new();
        for _ in 0..12 {
            for (side, other) in [(&self.a, &self.b), (&self.b, &self.a)] {
                let door = &other.door;
                for cut in self.cuts {
                    door.cut(*cut);
                    let came = other.links().await;
                    side.round().await;
                    let waits = side.store.relay_peers(None).await.expect("peers")[0].unsent > 0;
                    if *cut == Cut::Answer && waits && other.links().await != came {
                        self.lost.set(self.lost.get() + 1);
                    }
                    // Longer than any wait after a failure.
                    self.clock.wait(2 * 3_600_000_000);
                }
                door.cut(Cut::None);
                side.round().await;
            }
            let after = format!("{} {}", self.a.links().await, self.b.links().await);
            if after == before {
                return;
            }
            before = after;
        }
        panic!("the nodes do not come to rest");
    }

    async fn at_a(&self, case: &str, said: Value) {
        self.a.post("cora", &format!("/cases/{case}/events"), said).await;
    }

    async fn at_b(&self, case: &str, said: Value) {
        self.b.post("cora", &format!("/cases/{case}/events"), said).await;
    }

    /// The participant that stands for the other node.
    async fn participants(&self, case_a: &str, case_b: &str) -> (Value, Value) {
        let of = |case: Value, name: &str| {
            let all = case["participants"].as_array().expect("participants").clone();
            all.into_iter().find(|p| p["name"] == name || p["id"] == name).unwrap_or_else(|| panic!("{case}"))
        };
        let a = self.a.get("cora", &format!("/cases/{case_a}")).await;
        let b = self.b.get("cora", &format!("/cases/{case_b}")).await;
        (of(a, &self.b_at_a.1), of(b, &self.a_at_b.1))
    }
}

/// What of each case has to be the same however badly the link behaves.
async fn journey(schema: &Schema, cuts: &'static [Cut]) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let s = Story::begin(schema, &folder, cuts).await;
    // A finder reports to A.
    let desk = s.a.get("finn", "/desks").await["items"][0]["id"].as_str().expect("a desk").to_owned();
    let report = json!({
        "title": "Header splitting", "purl": "pkg:npm/example-lib@1.0.1", "public_tooling": false,
        "finders": ["Ann „A“ Ångström <ann>", "Боб"], "references": ["https://example.org/poc"],
        "email": "ann@private.example", "discovery_method": "manual", "description": "A bare CR splits headers.",
    });
    let handed = s.a.post("finn", &format!("/desks/{desk}/reports"), report).await;
    let opened =
        s.a.post("cora", "/cases", json!({ "reports": [handed["id"]], "summary": "One header too many." }))
            .await;
    let case_a = opened["id"].as_str().expect("an id").to_owned();
    let me_a = opened["me"].clone();
    for step in ["validate", "accept"] {
        s.at_a(&case_a, json!({ "do": "report", "participant": me_a, "step": step })).await;
    }
    // A hands it over to B, which handles the vendor.
    let handovers = format!("/cases/{case_a}/handovers");
    let early = s.a.asks("cora", Method::POST, &handovers, &json!({ "peer": s.b_at_a.0 })).await;
    assert_eq!(early.status, 422, "B is not in the case: {early:?}");
    s.at_a(
        &case_a,
        json!({ "do": "add", "participant": s.b_at_a.1, "roles": ["coordinator", "vendor"], "products": ["lib"] }),
    )
    .await;
    s.a.post("cora", &handovers, json!({ "peer": s.b_at_a.0 })).await;
    s.a.post("cora", &handovers, json!({ "peer": s.b_at_a.0 })).await;
    s.relay().await;
    let link_a = s.a.link(&s.b_at_a.0).await;
    assert!(link_a.handling.starts_with("SUB-"), "the receipt came back: {link_a:?}");
    // B finds a report at its desk, and opens a case of it.
    let found = s.b.get("cora", "/vulnerability-reports?box=taken").await["items"][0].clone();
    let opened = s.b.post("cora", "/cases", json!({ "reports": [found["id"]] })).await;
    let case_b = opened["id"].as_str().expect("an id").to_owned();
    let me_b = opened["me"].clone();
    assert_eq!(
        opened["reports"][0]["credits"],
        json!(["Ann „A“ Ångström <ann>", "Боб"]),
        "letter for letter"
    );
    for step in ["validate", "accept"] {
        s.at_b(&case_b, json!({ "do": "report", "participant": me_b, "step": step })).await;
    }
    // The vendor at B.
    let directory = s.b.store.fresh().await.expect("fresh");
    let vendor = directory.people[&directory.names["finn"]].member.organisation;
    let vendor = directory.organisations[&vendor].uuid.clone();
    s.at_b(&case_b, json!({ "do": "add", "participant": vendor, "roles": ["vendor"], "products": ["lib"] }))
        .await;
    s.at_b(&case_b, json!({ "do": "report", "participant": vendor, "step": "receive" })).await;
    s.relay().await;
    let (b_at_a, _) = s.participants(&case_a, &case_b).await;
    assert_eq!(b_at_a["report"], "accepted", "A knows that B has taken it on: {b_at_a}");
    // An embargo, agreed on both.
    let until = "2026-12-20T00:00:00.000000Z";
    s.at_a(&case_a, json!({ "do": "propose", "proposal": "e1", "until": until })).await;
    s.at_a(&case_a, json!({ "do": "answer", "participant": me_a, "proposal": "e1", "accept": true })).await;
    s.relay().await;
    let e1 = format!("{}.e1", &s.a.key[..16]);
    s.at_b(&case_b, json!({ "do": "answer", "participant": me_b, "proposal": e1, "accept": true })).await;
    s.relay().await;
    let (b_at_a, a_at_b) = s.participants(&case_a, &case_b).await;
    assert_eq!((&b_at_a["consent"], &a_at_b["consent"]), (&json!("signatory"), &json!("signatory")));
    // The vendor says that it is affected; B's coordinator lets that go on.
    let passing = format!("/cases/{case_b}/handovers/{}", s.a_at_b.0);
    let passed = s.b.asks("cora", Method::PATCH, &passing, &json!({ "passes": true })).await;
    assert_eq!(passed.status, 200, "{passed:?}");
    let words = "All versions before 2.0.";
    s.at_b(
        &case_b,
        json!({ "do": "state", "participant": vendor, "product": "lib", "stand": "affected", "words": words }),
    )
    .await;
    for step in ["validate", "accept"] {
        s.at_b(&case_b, json!({ "do": "report", "participant": vendor, "step": step })).await;
    }
    s.at_b(&case_b, json!({ "do": "fix", "participant": vendor, "step": "ready" })).await;
    s.b.post(
        "cora",
        &format!("/cases/{case_b}/threads/{}", s.a_at_b.1),
        json!({ "text": "The vendor needs a week." }),
    )
    .await;
    s.a.post("cora", &format!("/cases/{case_a}/threads/{}", s.b_at_a.1), json!({ "text": "Agreed." })).await;
    s.relay().await;
    let thread = s.a.get("cora", &format!("/cases/{case_a}/threads/{}", s.b_at_a.1)).await;
    assert!(thread.to_string().contains("The vendor needs a week."), "{thread}");
    let (b_at_a, _) = s.participants(&case_a, &case_b).await;
    assert_eq!(b_at_a["fix"], "ready", "{b_at_a}");
    assert!(b_at_a.to_string().contains(words), "{b_at_a}");
    assert!(
        !s.a.get("cora", &format!("/cases/{case_a}")).await.to_string().contains(&vendor),
        "B's vendor is B's matter"
    );
    // A revised embargo lapses what was agreed on both, and is agreed anew.
    let later = "2026-12-22T00:00:00.000000Z";
    s.at_a(&case_a, json!({ "do": "propose", "proposal": "e2", "until": later })).await;
    // Content waits while it is not agreed; terms go on.
    s.relay().await;
    let (b_at_a, a_at_b) = s.participants(&case_a, &case_b).await;
    assert_eq!((&b_at_a["consent"], &a_at_b["consent"]), (&json!("lapsed"), &json!("lapsed")));
    let e2 = format!("{}.e2", &s.a.key[..16]);
    s.at_b(&case_b, json!({ "do": "answer", "participant": me_b, "proposal": e2, "accept": true })).await;
    s.at_a(&case_a, json!({ "do": "answer", "participant": me_a, "proposal": "e2", "accept": true })).await;
    s.relay().await;
    let (b_at_a, a_at_b) = s.participants(&case_a, &case_b).await;
    assert_eq!((&b_at_a["consent"], &a_at_b["consent"]), (&json!("signatory"), &json!("signatory")));
    same_on_both(&s).await;
    assert_eq!(s.lost.get() >= 6, cuts.contains(&Cut::Answer), "answers that were lost: {}", s.lost.get());
    hostile(&s).await;
    let (a, b) = (
        s.a.get("cora", &format!("/cases/{case_a}")).await,
        s.b.get("cora", &format!("/cases/{case_b}")).await,
    );
    let counts = |case: &Value| json!([case["embargo"], case["events"], case["report"]]);
    json!({ "a": counts(&a), "b": counts(&b), "b at a": stripped(b_at_a), "a at b": stripped(a_at_b) })
}

/// Without what differs from run to run.
fn stripped(mut participant: Value) -> Value {
    if let Some(members) = participant.as_object_mut() {
        members.retain(|name, _| ["report", "fix", "roles", "consent"].contains(&name.as_str()));
    }
    participant
}

/// What one wrote the other has, byte for byte and once; where the report comes from is the same bytes on both.
async fn same_on_both(s: &Story) {
    let (link_a, link_b) = (s.a.link(&s.b_at_a.0).await, s.b.link(&s.a_at_b.0).await);
    let (out_a, in_a) = s.a.store.relay_messages(link_a.id).await.expect("messages");
    let (out_b, in_b) = s.b.store.relay_messages(link_b.id).await.expect("messages");
    assert_eq!((&out_a, &out_b), (&in_b, &in_a));
    assert!(out_a.len() >= 6 && out_b.len() >= 6, "{} {}", out_a.len(), out_b.len());
    assert!(!link_a.provenance.is_empty());
    assert_eq!(link_a.provenance.as_bytes(), link_b.provenance.as_bytes());
    assert!(!link_a.provenance.contains("ann@private.example"), "where the finder is reached stays");
    let provenance: Value = serde_json::from_str(&link_b.provenance).expect("JSON");
    let original = provenance[0]["original"].as_str().expect("text");
    assert_eq!(provenance[0]["original_sha256"], token::digest(original));
    let report = s.b.get("cora", "/vulnerability-reports?box=taken").await["items"][0]["id"].clone();
    let kept =
        s.b.store
            .vulnerability_report(report.as_str().expect("an id"), bartizan_store::Looker::NODE)
            .await
            .expect("read")
            .expect("there");
    assert_eq!(kept.body, original, "B's desk keeps the text of the finder");
    for side in [&s.a, &s.b] {
        let peers = side.store.relay_peers(None).await.expect("peers");
        let refused = side.store.refused_messages(peers[0].id, 10).await.expect("refused");
        assert_eq!(
            (peers[0].unsent, peers[0].waiting, refused.len()),
            (0, 0, 0),
            "{}: {refused:?}",
            side.name
        );
    }
}

/// Messages that are sent again, changed, by others.
async fn hostile(s: &Story) {
    let link = s.a.link(&s.b_at_a.0).await;
    let (out, _) = s.a.store.relay_messages(link.id).await.expect("messages");
    let seal = bartizan_server::Seal::new(None);
    assert!(bartizan_server::relay::own_key(&s.a.store, &seal, &s.clock).await.is_err(), "the key is sealed");
    let url = format!("https://127.0.0.1:{}/relay/v1/messages", s.b.door.address.port());
    let post = |side: &Side, body: Vec<u8>, signature: &'static str| {
        let (poster, url) = (side.poster(&s.authority), url.clone());
        async move {
            let headers = [("bartizan-relay-signature", signature)];
            let told = tokio::task::spawn_blocking(move || poster.tell(&url, &headers, &body)).await;
            let (status, body) = told.expect("ran").expect("answered");
            let body: Value = serde_json::from_slice(&body).unwrap_or_default();
            (status, body["errors"][0]["code"].as_str().unwrap_or_default().to_owned())
        }
    };
    let not_trusted = (403, "relay.not-trusted".to_owned());
    assert_eq!(post(&s.a, out[0].clone(), "").await, not_trusted, "not signed");
    assert_eq!(post(&s.b, out[0].clone(), "").await, not_trusted, "another certificate");
    assert_eq!(post(&s.a, b"{}".to_vec(), "").await, not_trusted, "from nobody");
}

#[test]
fn a_case_goes_to_another_node_and_back_and_every_cut_of_the_link_is_survived() {
    run(async {
        let mut ends = Vec::new();
        let all: [&'static [Cut]; 3] = [&[], &[Cut::Request], &[Cut::Answer, Cut::Request]];
        for cuts in all {
            let schema = Schema::new().await;
            ends.push(journey(&schema, cuts).await);
            schema.drop().await;
        }
        assert!(ends.iter().all(|end| *end == ends[0]), "{ends:#?}");
    });
}

/// Bytes of messages arrive twice, out of order, a week late; each is taken once.
#[test]
fn a_week_without_a_link_and_messages_in_any_order() {
    run(async {
        let schema = Schema::new().await;
        let folder = tempfile::tempdir().expect("a folder");
        let s = Story::begin(&schema, &folder, &[]).await;
        let desk = s.a.get("finn", "/desks").await["items"][0]["id"].as_str().expect("a desk").to_owned();
        let report = json!({ "title": "T", "purl": "pkg:npm/example-lib@1.0.1", "public_tooling": false });
        let handed = s.a.post("finn", &format!("/desks/{desk}/reports"), report).await;
        let opened = s.a.post("cora", "/cases", json!({ "reports": [handed["id"]] })).await;
        let case = opened["id"].as_str().expect("an id").to_owned();
        for step in ["validate", "accept"] {
            s.at_a(&case, json!({ "do": "report", "participant": opened["me"], "step": step })).await;
        }
        s.at_a(
            &case,
            json!({ "do": "add", "participant": s.b_at_a.1, "roles": ["coordinator"], "products": [] }),
        )
        .await;
        s.b.door.cut(Cut::Request);
        s.a.post("cora", &format!("/cases/{case}/handovers"), json!({ "peer": s.b_at_a.0 })).await;
        let mut tries = 0;
        for day in 0..7 {
            let text = json!({ "text": format!("Day {day}.") });
            s.a.post("cora", &format!("/cases/{case}/threads/{}", s.b_at_a.1), text).await;
            for _ in 0..24 * 60 {
                tries += s.a.round().await;
                s.clock.wait(60_000_000);
            }
        }
        let peer = s.a.store.relay_peer(&s.b_at_a.0).await.expect("read").expect("a peer");
        assert!(peer.failures > 100 && peer.unsent == 8, "{peer:?}");
        // Twice as long each time, up to an hour: not more than a try every half hour or so.
        assert!((150..500).contains(&tries), "{tries}");
        // By hand: the last first, each twice.
        s.b.door.cut(Cut::None);
        let unsent = s.a.store.unsent(peer.id, 100).await.expect("unsent");
        let url = format!("https://127.0.0.1:{}/relay/v1/messages", s.b.door.address.port());
        for message in unsent.iter().rev().flat_map(|message| [message, message]) {
            let (poster, url) = (s.a.poster(&s.authority), url.clone());
            let (body, signature) = (message.body.clone(), message.signature.clone());
            let told = tokio::task::spawn_blocking(move || {
                poster.tell(&url, &[("bartizan-relay-signature", &signature)], &body)
            });
            assert_eq!(told.await.expect("ran").expect("answered").0, 202);
        }
        let link = s.b.link(&s.a_at_b.0).await;
        assert_eq!(
            (link.arrived.0, link.taken),
            (8, 1),
            "the handover is a report; the rest waits for a case"
        );
        s.clock.wait(DAY);
        s.relay().await;
        let found = s.b.get("cora", "/vulnerability-reports?box=taken").await["items"].clone();
        assert_eq!(found.as_array().map(Vec::len), Some(1));
        let opened = s.b.post("cora", "/cases", json!({ "reports": [found[0]["id"]] })).await;
        s.relay().await;
        let case_b = opened["id"].as_str().expect("an id");
        let thread = s.b.get("cora", &format!("/cases/{case_b}/threads/{}", s.a_at_b.1)).await;
        let text = thread.to_string();
        let places: Vec<_> = (0..7).map(|day| text.find(&format!("Day {day}.")).expect("there")).collect();
        assert!(places.is_sorted() && text.matches("Day ").count() == 7, "{text}");
        // A link that is paused takes nothing.
        let pausing = format!("/relay-peers/{}", s.a_at_b.0);
        let paused = s.b.asks("cora", Method::PATCH, &pausing, &json!({ "paused": true })).await;
        assert_eq!(paused.json()["paused"], true, "{paused:?}");
        s.a.post("cora", &format!("/cases/{case}/threads/{}", s.b_at_a.1), json!({ "text": "Later." })).await;
        s.a.round().await;
        let peers = s.a.get("cora", "/relay-peers").await;
        assert_eq!(peers["items"][0]["fault"], "it answered 503", "{peers}");
        drop(s);
        schema.drop().await;
    });
}
