//! Other nodes: whom your organisation trusts, and the cases that are between (docs/relay.md). Trusting one is an act of who
//! administers the node (`bartizan relay trust`): it makes an organisation and an account.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::time;
use bartizan_store::{RelayLink, RelayPeer};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ask::{Asker, Body, Place, Query};
use super::endpoint::Endpoint;
use super::problem::Problem;
use super::shapes::{Items, Named};
use super::tagged;
use crate::app::App;
use crate::relay;

/// Refused messages that are listed.
const LISTED: i64 = 50;

pub(super) fn list() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/relay-peers",
            "listRelayPeers",
            "Nodes that your organisation hands cases to; for coordinators.",
            all,
        )
        .gives::<Items<Peer>>(),
        Endpoint::patch("/relay-peers/{id}", "pauseRelayPeer", "Stops a link, or lets it go on.", pause)
            .takes::<Pausing>()
            .gives::<Peer>(),
        Endpoint::get(
            "/cases/{id}/handovers",
            "listHandovers",
            "The nodes that a case is shared with; for who coordinates it.",
            handovers,
        )
        .gives::<Items<Handover>>(),
        Endpoint::post(
            "/cases/{id}/handovers",
            "handOver",
            "Hands a case over to a node whose organisation is in it; again finds it handed over.",
            hand_over,
        )
        .status(202)
        .takes::<HandingOver>()
        .gives::<Items<Handover>>(),
        Endpoint::patch(
            "/cases/{id}/handovers/{peer}",
            "passStatements",
            "Decides whether a node is told what vendors state of products that both cases name.",
            pass,
        )
        .takes::<Passing>()
        .gives::<Items<Handover>>(),
    ]
}

/// A node that is trusted.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RelayPeer")]
struct Peer {
    id: String,
    title: String,
    /// Its public key.
    node: String,
    url: String,
    /// The organisation that stands for it in cases.
    organisation: Named,
    paused: bool,
    /// When it was last reached.
    #[schemars(extend("format" = "date-time"))]
    reached: Option<String>,
    /// When it was last heard of.
    #[schemars(extend("format" = "date-time"))]
    heard: Option<String>,
    /// Why it could not be reached last.
    fault: Option<String>,
    /// How often in a row.
    failures: i64,
    /// Messages that wait to be sent.
    unsent: i64,
    /// Messages that wait to be taken up.
    waiting: i64,
    /// What it said that the rules refused, newest first.
    refused: Vec<Refused>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RefusedMessage")]
struct Refused {
    code: String,
    reason: String,
    #[schemars(extend("format" = "date-time"))]
    received: String,
}

/// A case between two nodes.
#[derive(Serialize, JsonSchema)]
struct Handover {
    peer: String,
    title: String,
    /// The node that handed it over, and what that calls it.
    origin_node: String,
    origin_case: String,
    /// What the other handles it by.
    handling: Option<String>,
    /// Whether statements of vendors are passed on.
    passes: bool,
    /// Whether the other said what you have to decide about.
    flagged: bool,
    sent: i64,
    received: i64,
    taken_up: i64,
    /// SHA-256 of where its reports come from, as sent: the same at both nodes.
    provenance_sha256: Option<String>,
}

async fn peer(app: &App, asker: &Asker, peer: &RelayPeer) -> Result<Peer, Problem> {
    let refused = app.store.refused_messages(peer.id, LISTED).await?;
    let refused = refused.into_iter().map(|(_, code, reason, received)| {
        let received = time::text(received);
        Refused { code, reason, received }
    });
    Ok(Peer {
        id: peer.uuid.clone(),
        title: peer.title.clone(),
        node: peer.node.clone(),
        url: peer.url.clone(),
        organisation: asker.organisation(peer.organisation),
        paused: peer.paused,
        reached: peer.reached.map(time::text),
        heard: peer.heard.map(time::text),
        fault: (!peer.note.is_empty()).then(|| peer.note.clone()),
        failures: peer.failures,
        unsent: peer.unsent,
        waiting: peer.waiting,
        refused: refused.collect(),
    })
}

fn handover((peer, link): &(RelayPeer, RelayLink)) -> Handover {
    let digest = || bartizan_clearinghouse::token::digest(&link.provenance);
    Handover {
        peer: peer.uuid.clone(),
        title: peer.title.clone(),
        origin_node: link.origin_node.clone(),
        origin_case: link.origin_case.clone(),
        handling: (!link.handling.is_empty()).then(|| link.handling.clone()),
        passes: link.passes,
        flagged: link.flagged,
        sent: link.out.0,
        received: link.arrived.0,
        taken_up: link.taken,
        provenance_sha256: (!link.provenance.is_empty()).then(digest),
    }
}

fn manages(asker: &Asker) -> Result<(), Problem> {
    let what = "Links to other nodes are for coordinators, with a token for managing.";
    asker.must(Verb::Manage, &Thing::Library(asker.organisation), what)
}

/// `GET /relay-peers`
async fn all(State(app): State<App>, asker: Asker, query: Query) -> Result<Response, Problem> {
    query.only(&[])?;
    manages(&asker)?;
    let mut items = Vec::new();
    for found in app.store.relay_peers(Some(asker.organisation)).await? {
        items.push(peer(&app, &asker, &found).await?);
    }
    Ok(tagged::json(StatusCode::OK, &Items { items, next: None }))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PausingRelayPeer")]
struct Pausing {
    paused: bool,
}

/// `PATCH /relay-peers/{id}`
async fn pause(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    body: Body<Pausing>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    manages(&asker)?;
    let own = |found: &RelayPeer| found.runs == asker.organisation && found.uuid == id;
    let found = app.store.relay_peer(&id).await?.filter(own).ok_or_else(Problem::not_found)?;
    app.store.pause_relay_peer(&asker.by(), &found.uuid, body.value.paused).await?;
    let found = app.store.relay_peer(&id).await?.ok_or_else(Problem::not_found)?;
    Ok(tagged::json(StatusCode::OK, &peer(&app, &asker, &found).await?))
}

async fn shown(app: &App, asker: &Asker, case: &str, status: StatusCode) -> Result<Response, Problem> {
    let found = relay::handed_over(app, &asker.acting(), case).await?;
    let items = found.iter().map(handover).collect();
    Ok(tagged::json(status, &Items { items, next: None }))
}

/// `GET /cases/{id}/handovers`
async fn handovers(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    shown(&app, &asker, &id, StatusCode::OK).await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct HandingOver {
    /// The node, by its identifier.
    #[schemars(length(min = 1, max = 64))]
    peer: String,
}

/// `POST /cases/{id}/handovers`
async fn hand_over(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    body: Body<HandingOver>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    relay::hand_over(&app, &asker.acting(), &id, &body.value.peer).await?;
    shown(&app, &asker, &id, StatusCode::ACCEPTED).await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PassingStatements")]
struct Passing {
    passes: bool,
}

/// `PATCH /cases/{id}/handovers/{peer}`
async fn pass(
    State(app): State<App>,
    asker: Asker,
    Place((id, peer)): Place<(String, String)>,
    query: Query,
    body: Body<Passing>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    relay::pass(&app, &asker.acting(), &id, &peer, body.value.passes).await?;
    shown(&app, &asker, &id, StatusCode::OK).await
}
