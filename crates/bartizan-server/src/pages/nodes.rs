//! Other nodes that cases are handed on to.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::access::{OrganisationId, Thing, Verb};
use bartizan_store::{CaseQuestion, RelayLink, RelayPeer};
use bartizan_workbench::{Choice, Flash, Moment, NodeCase, NodeLine, Nodes};
use serde::Deserialize;

use super::home::count;
use super::html;
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;
use crate::sharing::Wrong;
use crate::{cases, relay};

/// Refused messages, and cases, that are listed.
const LISTED: i64 = 50;
const CASES: usize = 200;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    csrf: String,
    #[serde(rename = "do")]
    act: String,
    case: String,
}

fn coordinates(visit: &Visit) -> Result<OrganisationId, Stop> {
    let own = visit.principal.organisation.ok_or_else(|| Stop::Go("/sign-in".into()))?;
    visit.must(Verb::Manage, &Thing::Library(own), "Links to other nodes are for coordinators.")?;
    Ok(own)
}

/// `GET /nodes`
pub(super) async fn show(State(app): State<App>, headers: HeaderMap, uri: Uri) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let own = coordinates(&visit)?;
    let because = |wrong| Stop::because(&visit.shell, wrong);
    let mut nodes = Vec::new();
    for peer in app.store.relay_peers(Some(own)).await.map_err(|e| visit.stop(&e))? {
        nodes.push(line(&app, &visit, &peer).await.map_err(because)?);
    }
    let key = app.store.relay_key().await.map_err(|e| visit.stop(&e))?.map(|(node, _)| node);
    let page = Nodes { shell: visit.shell.clone(), key: key.unwrap_or_default(), nodes };
    Ok(html(page.render()))
}

async fn line(app: &App, visit: &Visit, peer: &RelayPeer) -> Result<NodeLine, Wrong> {
    let links = app.store.relay_links(peer.id).await?;
    let (acting, now) = (visit.actor(), visit.now());
    // Those that this person may know of; a link without a case has come from the other and is a report at the desk.
    let asked = CaseQuestion { closed: Some(false), takes_part: false, now, ..cases::everything(&acting)? };
    let open = cases::list(app, &acting, asked, CASES).await?;
    let handed = |uuid: &str| links.iter().any(|link| link.case.as_ref().is_some_and(|(_, own)| own == uuid));
    let stands = cases::participant(&visit.directory, peer.organisation)?;
    let mut ready = Vec::new();
    for (entry, _) in open.iter().filter(|(entry, reads)| *reads && !handed(&entry.uuid)) {
        let room = cases::find(app, &acting, &entry.uuid, Verb::Manage).await;
        if room.is_ok_and(|room| room.case.participants.contains_key(&stands)) {
            ready.push(Choice { value: entry.uuid.clone(), label: entry.title.clone(), chosen: false });
        }
    }
    let mut between = Vec::new();
    for link in &links {
        between.push(case(app, visit, peer, link).await);
    }
    let refused = app.store.refused_messages(peer.id, LISTED).await?;
    Ok(NodeLine {
        uuid: peer.uuid.clone(),
        title: peer.title.clone(),
        key: peer.node.clone(),
        url: peer.url.clone(),
        paused: peer.paused,
        fault: peer.note.clone(),
        reached: peer.reached.map(Moment),
        heard: peer.heard.map(Moment),
        waiting: (count(peer.unsent), count(peer.waiting)),
        cases: between,
        refused: refused.into_iter().map(|(_, code, words, at)| (code, words, Moment(at))).collect(),
        ready,
    })
}

async fn case(app: &App, visit: &Visit, peer: &RelayPeer, link: &RelayLink) -> NodeCase {
    let own = match &link.case {
        Some((_, uuid)) => cases::find(app, &visit.actor(), uuid, Verb::Read).await.ok(),
        None => None,
    };
    NodeCase {
        own: own.map(|room| (room.entry.uuid.clone(), room.entry.title.clone())),
        handling: link.handling.clone(),
        ours: link.origin_node != peer.node,
        messages: (count(link.out.0), count(link.arrived.0)),
        passes: link.passes,
        flagged: link.flagged,
    }
}

/// `POST /nodes/{uuid}`
pub(super) async fn act(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(typed): Form<Typed>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&typed.csrf)).await?;
    let own = coordinates(&visit)?;
    let because = |wrong| Stop::because(&visit.shell, wrong);
    let found = app.store.relay_peer(&uuid).await.map_err(|e| visit.stop(&e))?;
    let peer = found.filter(|peer| peer.runs == own && peer.uuid == uuid);
    let peer = peer.ok_or_else(|| because(Wrong::NotThere))?;
    let (acting, case) = (visit.actor(), typed.case.as_str());
    let text = match typed.act.as_str() {
        "pause" | "resume" => {
            let paused = typed.act == "pause";
            let kept = app.store.pause_relay_peer(&visit.by(), &uuid, paused).await;
            kept.map_err(|e| visit.stop(&e))?;
            if paused { "Nothing goes there, and nothing is taken from there." } else { "It goes on." }
        }
        "hand-over" => {
            relay::hand_over(&app, &acting, case, &peer.uuid).await.map_err(because)?;
            "It is handed over; the receipt comes back."
        }
        "pass" | "keep" => {
            let passes = typed.act == "pass";
            relay::pass(&app, &acting, case, &peer.uuid, passes).await.map_err(because)?;
            "It is kept."
        }
        _ => return Err(because(Wrong::Unfit("That is nothing that is done with a node.".to_owned()))),
    };
    visit.say(&app, Flash { text: text.into(), ..Flash::default() });
    Ok(Redirect::to("/nodes").into_response())
}
