//! What a node is told: read from the log of the case, from where it was told last.

use bartizan_clearinghouse::access::{Verb, decide};
use bartizan_clearinghouse::relay::{Body, Message, NodeId, NodeKey, Origin, VERSION};
use bartizan_clearinghouse::{time, token};
use bartizan_stix::Tlp;
use bartizan_store::{Action, NewMessage, RelayLink, RelayPeer, Told};

use super::leave::Leaving;
use super::{room, speak, speaker};
use crate::app::App;
use crate::sharing::Wrong;

/// A message that follows those before it.
pub(super) struct Writer<'a> {
    pub(super) app: &'a App,
    pub(super) key: &'a NodeKey,
    pub(super) to: NodeId,
    pub(super) origin: Origin,
    pub(super) handling: Option<String>,
    /// Number and digest of the last one.
    pub(super) last: (i64, String),
    pub(super) messages: Vec<NewMessage>,
}

impl Writer<'_> {
    /// Writes one behind the last.
    pub(super) fn write(&mut self, body: Body) {
        let (sequence, previous) = (self.last.0 + 1, std::mem::take(&mut self.last.1));
        let message = Message {
            body,
            from: self.key.id(),
            handling: self.handling.clone(),
            id: self.app.uuid(),
            origin: self.origin.clone(),
            previous: (!previous.is_empty()).then_some(previous),
            sent: time::text(self.app.now()),
            sequence: u64::try_from(sequence).unwrap_or_default(),
            to: self.to.clone(),
            version: VERSION,
        };
        let bytes = message.bytes();
        let digest = token::digest_bytes(&bytes);
        self.last = (sequence, digest.clone());
        let signature = self.key.sign(&bytes);
        self.messages.push(NewMessage { id: message.id, body: bytes, digest, signature });
    }
}

/// Writes down what a node is to be told about a case, with how far the log was looked at, in one transaction.
pub(super) async fn tell(app: &App, peer: &RelayPeer, link: i64, key: &NodeKey) -> Result<(), Wrong> {
    let Some(link) = app.store.relay_link(link).await? else { return Ok(()) };
    let Ok(to) = peer.node.parse::<NodeId>() else { return Ok(()) };
    let Ok(node) = link.origin_node.parse::<NodeId>() else { return Ok(()) };
    let origin = Origin { case: link.origin_case.clone(), node };
    let handling = (!link.handling.is_empty()).then(|| link.handling.clone());
    let last = link.out.clone();
    let mut writer = Writer { app, key, to, origin, handling, last, messages: Vec::new() };
    // The first word to who handed a case over: it is here.
    if link.out.0 == 0
        && let Some((_, receipt)) = &link.report
    {
        writer.write(Body::Receipt { handling: receipt.clone() });
    }
    let (up_to, looked) = log(app, peer, &link, key, &mut writer).await?;
    if writer.messages.is_empty() && up_to == (link.told_terms, link.told) && looked == link.looked {
        return Ok(());
    }
    let by = Action { actor: "system", now: app.now() };
    let told = Told { up_to, looked, messages: writer.messages };
    // If somebody else told it meanwhile, it was told.
    app.store.tell_peer(&by, &link, &told).await?;
    Ok(())
}

/// Writes what the log has for the node; how far it was told, of terms and of the rest, and how many events there are.
async fn log(
    app: &App,
    peer: &RelayPeer,
    link: &RelayLink,
    key: &NodeKey,
    writer: &mut Writer<'_>,
) -> Result<((i64, i64), i64), Wrong> {
    let before = (link.told_terms, link.told);
    let as_it_was = Ok((before, link.looked));
    let Some((_, uuid)) = &link.case else { return as_it_was };
    let directory = app.store.fresh().await?;
    let (Some(principal), now) = (speaker(&directory, peer), app.now()) else { return as_it_was };
    let Some(room) = room(app, &directory, peer, uuid, now).await? else { return as_it_was };
    let may = |verb| decide(&principal, verb, &room.thing(), now).allowed();
    // What has become TLP:RED goes nowhere, and waits here in case that is put right.
    if room.entry.marking == Tlp::Red || !room.case.participants.contains_key(&room.me) {
        return Ok((before, room.entry.events));
    }
    let (terms, content) = (may(Verb::List), may(Verb::Read));
    let words = app.store.case_words(room.entry.id).await?;
    let mut leaving = Leaving::new(app, key);
    for report in app.store.case_reports(room.entry.id).await? {
        leaving.credits(&report.body);
    }
    let own = key.id();
    let mut up_to = before;
    for kept in room.log.iter() {
        let number = i64::try_from(kept.event.number).unwrap_or(i64::MAX);
        let of_terms = speak::of_terms(&kept.event.action);
        // Of what the case says, nothing goes while its participant may not have it; it waits, and terms go on.
        let (told, goes) = if of_terms { (before.0, terms) } else { (before.1, content) };
        if number <= told || !goes {
            continue;
        }
        let nodes = (&writer.to.clone(), &own);
        let found = speak::told(&room, link, kept, |name| words.get(name.as_str()).cloned(), nodes);
        if let Some(body) = found.and_then(|body| leaving.body(body)) {
            writer.write(body);
        }
    }
    leaving.note(app, &Action { actor: "system", now }, uuid).await?;
    let end = i64::try_from(room.case.events).unwrap_or(i64::MAX);
    if terms {
        up_to.0 = end;
    }
    if content {
        up_to.1 = end;
    }
    Ok((up_to, end))
}
