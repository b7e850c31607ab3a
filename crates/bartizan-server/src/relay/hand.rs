//! Handing a case over.

use bartizan_clearinghouse::access::{Verb, decide};
use bartizan_clearinghouse::case::{Action as Saying, Name, ReportState, ReportStep};
use bartizan_clearinghouse::relay::{
    Body, Embargo, Handover, LimitTerm, NodeId, NodeKey, Origin, Provenance, Said, Spoken,
};
use bartizan_clearinghouse::time;
use bartizan_stix::Tlp;
use bartizan_store::{HandedOver, RelayLink, RelayPeer};

use super::key::own_key;
use super::leave::Leaving;
use super::tell::Writer;
use super::{in_force, room, speaker};
use crate::app::App;
use crate::cases::{self, Party, Room};
use crate::sharing::{Acting, Wrong};

/// Most reports of a case that is handed over.
const REPORTS: usize = 64;

/// Hands a case over to a node whose organisation is a participant of it; again finds it handed over.
pub(crate) async fn hand_over(
    app: &App,
    acting: &Acting<'_>,
    uuid: &str,
    peer: &str,
) -> Result<RelayLink, Wrong> {
    let unfit = |text: &str| Err(Wrong::Unfit(text.to_owned()));
    let own = cases::find(app, acting, uuid, Verb::Manage).await?;
    let peer = app.store.relay_peer(peer).await?.filter(|p| p.runs == own.entry.runs && !p.paused);
    let Some(peer) = peer else {
        return unfit("There is no node of this name to which you hand cases over.");
    };
    if let Some(link) = linked(app, &own, &peer).await? {
        return Ok(link);
    }
    if own.entry.marking == Tlp::Red {
        return unfit("What is marked TLP:RED is not handed on between nodes.");
    }
    let name = cases::participant(acting.directory, peer.organisation)?;
    let Some(participant) = own.case.participants.get(&name) else {
        return unfit("The organisation of the node is not in the case: add it first.");
    };
    if participant.report == ReportState::Start {
        let receive = Saying::Report { participant: name, step: ReportStep::Receive };
        cases::say(app, acting, uuid, &receive, &Party::default(), None).await?;
    }
    let directory = app.store.fresh().await?;
    let there = room(app, &directory, &peer, uuid, acting.now).await?.ok_or(Wrong::NotThere)?;
    let principal = speaker(&directory, &peer).ok_or(Wrong::NotThere)?;
    if !decide(&principal, Verb::Read, &there.thing(), acting.now).allowed() {
        return unfit("The node may not have what the case says: it has to agree to the embargo first.");
    }
    let key = own_key(&app.store, &app.seal, &*app.around).await.map_err(|e| {
        tracing::error!(error = %e, "the key of this node cannot be used");
        Wrong::Unfit("This node has no key of its own that it can use.".to_owned())
    })?;
    let mut leaving = Leaving::new(app, &key);
    let provenances = provenances(app, &own, &key, &mut leaving, acting.now).await?;
    let provenance = serde_json::to_value(&provenances).unwrap_or_default();
    let provenance = bartizan_clearinghouse::relay::canonical(&provenance);
    let products: Vec<Name> =
        there.case.participants.get(&there.me).into_iter().flat_map(|p| p.products.keys().cloned()).collect();
    let names: Vec<&str> = products.iter().map(Name::as_str).collect();
    let names = names.join(" ");
    let node = key.id();
    let to: NodeId = peer.node.parse().map_err(|_| Wrong::NotThere)?;
    let origin = Origin { case: uuid.to_owned(), node: node.clone() };
    let mut writer =
        Writer { app, key: &key, to, origin, handling: None, last: (0, String::new()), messages: Vec::new() };
    let embargo = embargo(&there);
    let terms = embargo.proposal.clone().zip(there.case.terms.clone());
    writer.write(Body::Handover(Box::new(Handover {
        cves: there.entry.cves.clone(),
        embargo,
        marking: there.entry.marking.as_str().to_owned(),
        products,
        provenances,
        summary: leaving.text(&there.entry.summary),
        title: leaving.text(&there.entry.title),
    })));
    // The terms under which it is handed over are proposed there: each node decides about its own embargo.
    if let Some((proposal, terms)) = terms {
        let said = Said::Propose {
            of: node.clone(),
            proposal,
            reason: terms.reason.clone(),
            until: time::text(terms.until),
        };
        writer.write(Body::Said(Spoken { at: time::text(terms.proposed), said }));
    }
    let new = HandedOver {
        peer: peer.id,
        node: node.as_str(),
        case: (there.entry.id, uuid),
        provenance: &provenance,
        products: &names,
        told: i64::try_from(there.case.events).unwrap_or(i64::MAX),
        messages: &writer.messages,
    };
    leaving.note(app, &acting.by(), uuid).await?;
    app.store.hand_over(&acting.by(), &new).await?;
    app.wake.now();
    linked(app, &there, &peer).await?.ok_or(Wrong::NotThere)
}

async fn linked(app: &App, room: &Room, peer: &RelayPeer) -> Result<Option<RelayLink>, Wrong> {
    let links = app.store.relay_links_of_case(room.entry.id).await?;
    Ok(links.into_iter().find(|link| link.peer == peer.id))
}

/// The nodes between which a case goes, for whoever runs it, with what is known of each.
pub(crate) async fn handed_over(
    app: &App,
    acting: &Acting<'_>,
    uuid: &str,
) -> Result<Vec<(RelayPeer, RelayLink)>, Wrong> {
    let own = cases::find(app, acting, uuid, Verb::Manage).await?;
    let mut found = Vec::new();
    for link in app.store.relay_links_of_case(own.entry.id).await? {
        if let Some(peer) = app.store.relay_peer_of(link.peer).await? {
            found.push((peer, link));
        }
    }
    Ok(found)
}

/// Decides whether a node is told what vendors state of products that both cases name.
pub(crate) async fn pass(
    app: &App,
    acting: &Acting<'_>,
    uuid: &str,
    peer: &str,
    passes: bool,
) -> Result<(), Wrong> {
    let links = handed_over(app, acting, uuid).await?;
    let (_, link) = links.into_iter().find(|(p, _)| p.uuid == peer).ok_or(Wrong::NotThere)?;
    Ok(app.store.pass_statements(&acting.by(), &link, passes).await?)
}

/// Where the reports of a case come from, passed on by this node: those that came from another keep their way.
async fn provenances(
    app: &App,
    own: &Room,
    key: &NodeKey,
    leaving: &mut Leaving,
    now: i64,
) -> Result<Vec<Provenance>, Wrong> {
    let mut came: Vec<Provenance> = Vec::new();
    for link in app.store.relay_links_of_case(own.entry.id).await? {
        came.extend(serde_json::from_str::<Vec<Provenance>>(&link.provenance).unwrap_or_default());
    }
    let mut found = Vec::new();
    for report in app.store.case_reports(own.entry.id).await? {
        if report.removed.is_some() {
            continue;
        }
        let known = came.iter().find(|provenance| provenance.original == report.body);
        let provenance = match known {
            Some(provenance) => provenance.clone(),
            None => Provenance::of(&leaving.report(&report.body)).map_err(|e| Wrong::Unfit(e.to_string()))?,
        };
        found.push(provenance.passed_on(key, &app.config.title, now));
    }
    if found.is_empty() || found.len() > REPORTS {
        return Err(Wrong::Unfit("A case that is handed over has 1 to 64 reports.".to_owned()));
    }
    Ok(found)
}

fn embargo(room: &Room) -> Embargo {
    let case = &room.case;
    let terms = case.terms.as_ref().filter(|_| case.embargo.binds());
    let limits = case.limits.iter().map(|(name, limit)| LimitTerm {
        name: name.clone(),
        source: limit.source,
        until: time::text(limit.until),
        words: limit.words.clone(),
    });
    Embargo {
        limits: limits.collect(),
        proposal: in_force(case, &room.log),
        reason: terms.and_then(|terms| terms.reason.clone()),
        state: case.embargo,
        until: terms.map(|terms| time::text(terms.until)),
    }
}
