//! Taking up what came from a node: a report at the own desk, a receipt, or what its participant says in the case.

use bartizan_clearinghouse::access::{Thing, Verb, decide};
use bartizan_clearinghouse::case::{Action as Saying, Case, Code as CaseCode, Name, ReportStep};
use bartizan_clearinghouse::relay::{Body, Handover, Message, NodeId};
use bartizan_clearinghouse::token;
use bartizan_store::{
    Action, Between, NewEvent, NewVulnerabilityReport, RelayLink, RelayPeer, Settled, Waiting,
};
use serde_json::Value;

use super::speak::{self, Meant};
use super::{room, speaker};
use crate::app::App;
use crate::cases::{needed, next};
use crate::intake::receipt;
use crate::sharing::Wrong;

/// Somebody else was first so often that something is wrong.
const TRIES: u32 = 16;

/// What came of looking at a message.
enum Looked {
    /// It was taken up, or somebody else did.
    Done,
    /// It waits, and what comes behind it with it: for a case, or for what the coordinator has to say first.
    Waits,
}

/// Takes up everything of a node that can be.
pub(super) async fn take_up(app: &App, peer: &RelayPeer) -> Result<(), bartizan_store::Error> {
    for link in app.store.relay_links(peer.id).await? {
        let mut id = Some(link.id);
        while let Some(link) = id {
            let Some(link) = app.store.relay_link(link).await? else { break };
            if link.case.is_none() && link.report.is_some() && app.store.find_case_of_link(&link).await? {
                continue;
            }
            let Some(waiting) = app.store.next_message(&link).await? else { break };
            match one(app, peer, &link, &waiting).await {
                Ok(Looked::Done) => {}
                Ok(Looked::Waits) => id = None,
                Err(Wrong::Store(e)) => return Err(e),
                Err(wrong) => {
                    tracing::warn!(?wrong, link = link.id, "a message of a node waits");
                    id = None;
                }
            }
        }
    }
    Ok(())
}

async fn one(app: &App, peer: &RelayPeer, link: &RelayLink, waiting: &Waiting) -> Result<Looked, Wrong> {
    let by = Action { actor: "system", now: app.now() };
    // It was read and its signature was good when it was kept.
    let Ok(message) = serde_json::from_slice::<Message>(&waiting.body) else {
        let what =
            Settled { outcome: "relay.malformed", note: "it cannot be read any more", ..Settled::default() };
        app.store.take_up(&by, link, waiting.sequence, &what).await?;
        return Ok(Looked::Done);
    };
    match &message.body {
        Body::Handover(handover) => handed(app, peer, link, waiting.sequence, &message, handover).await,
        Body::Receipt { handling } => {
            let what = Settled { outcome: "receipt", handling: Some(handling), ..Settled::default() };
            app.store.take_up(&by, link, waiting.sequence, &what).await?;
            Ok(Looked::Done)
        }
        Body::Said(_) | Body::Closed {} => said(app, peer, link, waiting.sequence, &message).await,
    }
}

/// A case is handed over: its reports are at the desk, letter for letter, from the organisation that stands for the node.
async fn handed(
    app: &App,
    peer: &RelayPeer,
    link: &RelayLink,
    sequence: i64,
    message: &Message,
    handover: &Handover,
) -> Result<Looked, Wrong> {
    let directory = app.store.fresh().await?;
    let by = Action { actor: &format!("relay-{}", message.from.prefix()), now: app.now() };
    let (Some(principal), Some(desk)) = (speaker(&directory, peer), directory.desks.get(&peer.runs)) else {
        return Ok(Looked::Waits);
    };
    if !decide(&principal, Verb::Add, &Thing::Desk(desk.organisation, !desk.closed), by.now).allowed() {
        return Ok(Looked::Waits);
    }
    let mut reports = Vec::new();
    for provenance in &handover.provenances {
        let report = provenance.report().map_err(|e| Wrong::Unfit(e.to_string()))?;
        let title = report.title.clone().unwrap_or_else(|| handover.title.clone());
        let origin = &message.origin;
        let digest = token::digest(&format!("{}/{}\n{}", origin.node, origin.case, provenance.original));
        let names = (app.uuid(), receipt(app));
        reports.push((names, digest, title, report.product().to_owned(), &provenance.original));
    }
    let between = Between { desk: desk.organisation, sender: peer.organisation, person: peer.person };
    let new: Vec<NewVulnerabilityReport<'_>> = reports
        .iter()
        .map(|((uuid, receipt), digest, title, product, original)| NewVulnerabilityReport {
            uuid,
            receipt,
            digest,
            between,
            body: original,
            title,
            product,
            files: &[],
        })
        .collect();
    // As it was sent: whoever hands it on takes it from here.
    let value: Value = serde_json::to_value(&handover.provenances).unwrap_or_default();
    let provenance = bartizan_clearinghouse::relay::canonical(&value);
    let products: Vec<&str> = handover.products.iter().map(Name::as_str).collect();
    let products = products.join(" ");
    let what = Settled {
        outcome: "handed-over",
        reports: Some((&new, &provenance, &products)),
        ..Settled::default()
    };
    app.store.take_up(&by, link, sequence, &what).await?;
    app.wake.now();
    Ok(Looked::Done)
}

/// What a node says in a case is said by its participant, by the rules for participants.
async fn said(
    app: &App,
    peer: &RelayPeer,
    link: &RelayLink,
    sequence: i64,
    message: &Message,
) -> Result<Looked, Wrong> {
    let Some((_, uuid)) = &link.case else { return Ok(Looked::Waits) };
    let (own, their): (NodeId, &NodeId) = (message.to.clone(), &message.from);
    let actor = format!("relay-{}", their.prefix());
    for _ in 0..TRIES {
        let by = Action { actor: &actor, now: app.now() };
        let directory = app.store.fresh().await?;
        let Some(principal) = speaker(&directory, peer) else { return Ok(Looked::Waits) };
        let Some(room) = room(app, &directory, peer, uuid, by.now).await? else { return Ok(Looked::Waits) };
        let close = Saying::Report { participant: room.me.clone(), step: ReportStep::Close };
        let meant = match message.said() {
            Some(said) => speak::meant(&room, said, (their, &own)),
            None => Meant::Event(close),
        };
        let (action, text, flag) = match meant {
            Meant::Event(action) => (action, None, false),
            Meant::Words(text, flag) => {
                let message: Name = format!("m-{}", app.uuid()).parse()?;
                (Saying::Write { thread: room.me.clone(), message }, Some(text), flag)
            }
            Meant::Nothing | Meant::Foreign => {
                let outcome =
                    if matches!(meant, Meant::Nothing) { "as-it-is" } else { "relay.not-transitive" };
                let what = Settled { outcome, ..Settled::default() };
                app.store.take_up(&by, link, sequence, &what).await?;
                return Ok(Looked::Done);
            }
        };
        let flag = flag || matches!(action, Saying::Break { .. });
        let (verb, content) = needed(&room, &action);
        let may = |verb| decide(&principal, verb, &room.thing(), by.now).allowed();
        let refused = |outcome: &str, note: String| (outcome.to_owned(), note);
        let mut after = Case::clone(&room.case);
        let event = next(Some(&room.case), by.now, &room.me, action.clone());
        let (outcome, note) = if !may(verb) || (content && !may(Verb::Read)) {
            refused("relay.not-allowed", "its place in the case does not allow that".to_owned())
        } else {
            match after.apply(&event) {
                Ok(()) => ("said".to_owned(), String::new()),
                // The coordinator says that first; then this is said.
                Err(e) if e.code == CaseCode::ToolingUnknown => return Ok(Looked::Waits),
                Err(e) => refused(e.code.as_str(), e.message),
            }
        };
        let name = match &action {
            Saying::Write { message, .. } => Some(message.clone()),
            _ => None,
        };
        let words = name.as_ref().zip(text.as_deref());
        let events = [NewEvent { event: &event, person: None, party: None, message: words }];
        let place = (room.entry.id, uuid.as_str());
        let events = (outcome == "said").then_some((place, &events[..], &*room.case, &after));
        let what = Settled { outcome: &outcome, note: &note, flag, events, ..Settled::default() };
        if app.store.take_up(&by, link, sequence, &what).await? {
            return Ok(Looked::Done);
        }
        // Somebody else took it up, or said something in the case meanwhile.
        let now = app.store.relay_link(link.id).await?;
        if now.is_none_or(|now| now.taken >= sequence) {
            return Ok(Looked::Done);
        }
    }
    Err(Wrong::Store(bartizan_store::Error::busy("too much happens in this case at once")))
}
