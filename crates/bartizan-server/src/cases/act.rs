//! Saying something in a case.

use std::sync::Arc;

use bartizan_clearinghouse::access::Verb;
use bartizan_clearinghouse::case::{Action, Case, Event, Name, Prerequisites};
use bartizan_store::{KeptEvent, NewEvent, NewParty};
use serde_json::{Map, Value};

use super::turn::Turn;
use super::{Room, find, next, participant, person, wire, zone};
use crate::app::App;
use crate::sharing::{Acting, Wrong};

/// Longest message, in bytes.
const MESSAGE: usize = 16 << 10;

/// A participant that is no organisation of this node, or more about one that is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Party {
    pub(crate) title: String,
    pub(crate) zone: String,
    pub(crate) contact: String,
}

/// What somebody wants to say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    /// As JSON has it, without what the node says.
    pub(crate) body: Map<String, Value>,
    /// About a participant that is added.
    pub(crate) party: Party,
    /// Whether a person who is read in has signed the agreements: said by the coordinator.
    pub(crate) agreements: bool,
}

/// What one has to be allowed to say something: `Add` for messages and attempts, `Review` for what one's own organisation decides,
/// `Manage` for what only the coordinator says. And whether the content is needed: terms are answered without.
pub(crate) fn needed(room: &Room, action: &Action) -> (Verb, bool) {
    let talk = matches!(action, Action::Write { .. } | Action::Read { .. } | Action::Attempt { .. });
    let terms = matches!(action, Action::Answer { .. } | Action::Propose { .. } | Action::Withdraw { .. });
    let own = matches!(
        action,
        Action::Report { .. }
            | Action::Fix { .. }
            | Action::State { .. }
            | Action::Unstate { .. }
            | Action::Break { .. }
            | Action::ReadOut { .. }
    );
    match () {
        () if talk => (Verb::Add, true),
        () if room.runs() => (Verb::Manage, true),
        () if terms => (Verb::Review, false),
        () if own => (Verb::Review, true),
        () => (Verb::Manage, true),
    }
}

/// Says something in a case, and gives the case as it is then, with the event.
pub(crate) async fn act(
    app: &App,
    acting: &Acting<'_>,
    uuid: &str,
    asked: &Asked,
) -> Result<(Room, Event), Wrong> {
    let action = action(app, acting, asked).await?;
    say(app, acting, uuid, &action, &asked.party, None).await
}

/// Whether somebody may say it: what is asked before an answer that was kept is given again.
pub(crate) async fn may_act(app: &App, acting: &Acting<'_>, uuid: &str, asked: &Asked) -> Result<(), Wrong> {
    let action = action(app, acting, asked).await?;
    let room = find(app, acting, uuid, Verb::List).await?;
    may(acting, &room, &action)
}

/// What is said, with what the node says about it.
async fn action(app: &App, acting: &Acting<'_>, asked: &Asked) -> Result<Action, Wrong> {
    let own = acting.known()?;
    let who = person(acting.directory, own.1)?;
    let prerequisites = prerequisites(app, acting, asked).await?;
    let ours = |word: &str| match word {
        "gate" => Some(("judge", Value::from(who.as_str()))),
        "attempt" => Some(("verifier", Value::from(who.as_str()))),
        "read-in" => serde_json::to_value(prerequisites).ok().map(|value| ("prerequisites", value)),
        _ => None,
    };
    let action = wire::read(asked.body.clone(), ours).map_err(Wrong::Unfit)?;
    if let Action::Write { .. } = action {
        return Err(Wrong::Unfit("Messages are written by their own request.".into()));
    }
    Ok(action)
}

/// Whether somebody may say this in a case that they know of.
fn may(acting: &Acting<'_>, room: &Room, action: &Action) -> Result<(), Wrong> {
    let (verb, content) = needed(room, action);
    let what = "Your organisation's place in this case, your roles or this token do not allow that.";
    acting.must(verb, &room.thing(), what)?;
    if content { acting.must(Verb::Read, &room.thing(), what) } else { Ok(()) }
}

/// A case, if they may write and read in it.
pub(crate) async fn may_write(app: &App, acting: &Acting<'_>, uuid: &str) -> Result<Room, Wrong> {
    find(app, acting, uuid, Verb::Add).await?;
    find(app, acting, uuid, Verb::Read).await
}

/// Writes a message, called by the second name, into a thread. One of that name that is there already is not written again.
pub(crate) async fn write(
    app: &App,
    acting: &Acting<'_>,
    uuid: &str,
    (thread, message): (&str, &str),
    text: &str,
) -> Result<(Room, Event), Wrong> {
    // Whoever may not is told so before anything is looked at.
    let room = find(app, acting, uuid, Verb::Add).await?;
    let text = text.trim();
    let steers = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\t' | '\r'))
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if text.is_empty() || text.len() > MESSAGE || text.contains(steers) {
        return Err(Wrong::Unfit("A message has 1 byte to 16 KiB of plain text.".into()));
    }
    let thread: Name = thread.parse()?;
    let message: Name = format!("m-{message}").parse()?;
    let same = |kept: &&KeptEvent| {
        kept.event.by == room.me
            && matches!(&kept.event.action, Action::Write { message: m, .. } if *m == message)
    };
    if let Some(event) = room.log.iter().find(same).map(|kept| kept.event.clone()) {
        acting.must(Verb::Read, &room.thing(), super::NEEDS)?;
        return Ok((room, event));
    }
    let action = Action::Write { thread, message };
    say(app, acting, uuid, &action, &Party::default(), Some(text)).await
}

pub(crate) async fn say(
    app: &App,
    acting: &Acting<'_>,
    uuid: &str,
    action: &Action,
    party: &Party,
    text: Option<&str>,
) -> Result<(Room, Event), Wrong> {
    let own = acting.known()?;
    let mut turn = Turn::with(app, uuid).await;
    loop {
        let room = find(app, acting, uuid, Verb::List).await?;
        may(acting, &room, action)?;
        let event = next(Some(&room.case), acting.now, &room.me, action.clone());
        let mut after = Case::clone(&room.case);
        after.apply(&event)?;
        let known = added(acting, action, party)?;
        let added = known.as_ref().map(|(name, organisation, title)| {
            let (zone, contact) = (party.zone.as_str(), party.contact.as_str());
            (name, NewParty { organisation: *organisation, title, zone, contact })
        });
        let message = match action {
            Action::Write { message, .. } => text.map(|text| (message, text)),
            _ => None,
        };
        let new = [NewEvent { event: &event, person: Some(own.1), party: added, message }];
        let place = (room.entry.id, uuid);
        if !app.store.add_to_case(&acting.by(), place, &new, &room.case, &after).await? {
            turn.again(app).await?;
            continue;
        }
        // As it is now, with what was derived.
        let room = find(app, acting, uuid, Verb::List).await.or_else(|wrong| match wrong {
            // Who leaves a case by what they say in it sees it no more.
            Wrong::NotThere => Ok(Room { case: Arc::new(after), ..room }),
            other => Err(other),
        })?;
        return Ok((room, event));
    }
}

type Added = (Name, Option<bartizan_clearinghouse::access::OrganisationId>, String);

/// The participant that an action adds: an organisation of this node by its UUID, or another by what it is called.
fn added(acting: &Acting<'_>, action: &Action, party: &Party) -> Result<Option<Added>, Wrong> {
    let Action::Add { participant: name, .. } = action else { return Ok(None) };
    if !party.zone.is_empty() && zone::find(&party.zone).is_none() {
        return Err(Wrong::Unfit("The time zone is a name like Europe/Brussels.".into()));
    }
    if party.contact.len() > 256 || party.contact.contains(char::is_control) {
        return Err(Wrong::Unfit("Where somebody is reached has at most 256 bytes on one line.".into()));
    }
    let here = acting.directory.organisations.values().find(|o| o.uuid == name.as_str());
    let title = match (here, party.title.trim()) {
        (Some(organisation), _) => organisation.name.clone(),
        (None, "") => name.to_string(),
        (None, title) => title.to_owned(),
    };
    Ok(Some((name.clone(), here.map(|o| o.id), title)))
}

/// What a person who is to be read in has: a key, if they are of this node; agreements, as the coordinator says.
async fn prerequisites(app: &App, acting: &Acting<'_>, asked: &Asked) -> Result<Prerequisites, Wrong> {
    let named = asked.body.get("person").and_then(Value::as_str).unwrap_or_default();
    let found = acting.directory.people.values().find(|entry| entry.uuid == named);
    let hardware_key = match found {
        Some(entry) => !app.store.passkeys(entry.member.id).await?.is_empty(),
        None => false,
    };
    Ok(Prerequisites { hardware_key, agreements: asked.agreements })
}

/// The name of the own organisation.
pub(super) fn me(acting: &Acting<'_>) -> Result<Name, Wrong> {
    participant(acting.directory, acting.known()?.0)
}
