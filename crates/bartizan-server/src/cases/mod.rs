//! Cases of coordination, as pages and API do alike: what somebody may see of one, and what they say in it.

mod act;
pub(crate) mod advisory;
pub(crate) mod dates;
mod folded;
mod open;
mod priority;
pub(crate) mod reports;
mod turn;
pub(crate) mod wire;
pub(crate) mod zone;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bartizan_clearinghouse::access::{CaseAccess, OrganisationId, PersonId, Thing, Verb};
use bartizan_clearinghouse::case::{Case, Event, FixState, Name, Verified};
use bartizan_stix::Tlp;
use bartizan_store::{CaseEntry, CaseHead, CaseQuestion, Directory, KeptEvent, PartyEntry};

pub(crate) use folded::Folds;
pub(crate) use turn::Turns;

pub(crate) use act::{Asked, Party, act, may_act, may_write, needed, say, write};
pub(crate) use open::{Description, Opening, describe, open};
pub(crate) use priority::decisions;

use self::folded::{Folded, folded};
use crate::app::App;
use crate::sharing::{Acting, Wrong};

/// A case that somebody looks at.
pub(crate) struct Room {
    /// As lists have it.
    pub(crate) entry: CaseEntry,
    /// Its state.
    pub(crate) case: Arc<Case>,
    /// What happened, in order.
    pub(crate) log: Arc<Vec<KeptEvent>>,
    /// Who is in it.
    pub(crate) parties: BTreeMap<Name, PartyEntry>,
    /// Which participant the looker's organisation is.
    pub(crate) me: Name,
    /// For the rule of access.
    pub(crate) access: CaseAccess,
}

impl Room {
    /// A case as an organisation and a person of it see it; none if there is none, whether they may know of it or not.
    pub(crate) async fn read(
        app: &App,
        uuid: &str,
        (organisation, who): (OrganisationId, PersonId),
        own: &Name,
        now: i64,
    ) -> Result<Option<Self>, Wrong> {
        let Some(found) = app.store.case(uuid, organisation, who, now).await? else { return Ok(None) };
        let CaseHead { entry, parties, read_in } = found;
        let Folded { case, log, .. } = folded(app, (entry.id, uuid), entry.events).await?;
        let mut access = CaseAccess::new(entry.runs);
        access.parties = parties.iter().filter_map(|p| Some((p.organisation?, p.admission))).collect();
        access.named_only = case.embargoed(now) || entry.marking == Tlp::Red;
        access.read_in = read_in.into_iter().collect();
        let parties = parties.into_iter().map(|party| (party.name.clone(), party)).collect();
        Ok(Some(Self { entry, case, log, parties, me: own.clone(), access }))
    }

    /// For the rule of access.
    pub(crate) fn thing(&self) -> Thing<'_> {
        Thing::Case(&self.access)
    }

    /// Whether who looks coordinates the case.
    pub(crate) fn runs(&self) -> bool {
        self.me == self.case.coordinator
    }

    /// What a participant is called.
    pub(crate) fn title(&self, directory: &Directory, name: &Name) -> String {
        if *name == self.case.coordinator {
            return organisation(directory, self.entry.runs);
        }
        self.parties.get(name).map_or_else(|| name.to_string(), |party| party.title.clone())
    }

    /// The events that the looker is shown, in order.
    pub(crate) fn shown(&self) -> impl Iterator<Item = &KeptEvent> {
        self.log.iter().filter(|kept| self.case.shows(&self.me, &kept.event))
    }
}

fn organisation(directory: &Directory, id: OrganisationId) -> String {
    directory.organisations.get(&id).map(|o| o.name.clone()).unwrap_or_default()
}

/// The name of an organisation in cases: its UUID.
pub(crate) fn participant(directory: &Directory, id: OrganisationId) -> Result<Name, Wrong> {
    let entry = directory.organisations.get(&id).ok_or(Wrong::NotThere)?;
    entry.uuid.parse().map_err(|_| Wrong::NotThere)
}

/// The name of a person in cases: their UUID.
pub(crate) fn person(directory: &Directory, id: PersonId) -> Result<Name, Wrong> {
    let entry = directory.people.get(&id).ok_or(Wrong::NotThere)?;
    entry.uuid.parse().map_err(|_| Wrong::NotThere)
}

/// Who a name of a case is, for people: somebody of this node, or the name itself.
pub(crate) fn person_title(directory: &Directory, name: &Name) -> String {
    let found = directory.people.values().find(|entry| entry.uuid == name.as_str());
    found.map_or_else(|| name.to_string(), |entry| entry.shown.clone())
}

/// Why not, in words.
const NEEDS: &str =
    "Only whoever has the content of a case does this, and running it is for its coordinator.";

/// A case, if they may do this with it.
pub(crate) async fn find(app: &App, acting: &Acting<'_>, uuid: &str, verb: Verb) -> Result<Room, Wrong> {
    let (own, who) = acting.known()?;
    let name = participant(acting.directory, own)?;
    let room = Room::read(app, uuid, (own, who), &name, acting.now).await?.ok_or(Wrong::NotThere)?;
    acting.must(verb, &room.thing(), NEEDS)?;
    Ok(room)
}

/// Whether somebody may know of a case in a list, and whether they may read it.
pub(crate) fn listed(acting: &Acting<'_>, entry: &CaseEntry) -> Option<bool> {
    let (own, who) = acting.known().ok()?;
    let mut access = CaseAccess::new(entry.runs);
    access.parties = BTreeMap::from([(own, entry.admission)]);
    access.named_only =
        entry.embargo_until.is_some_and(|until| acting.now < until) || entry.marking == Tlp::Red;
    access.read_in = if entry.read_in { BTreeSet::from([who]) } else { BTreeSet::new() };
    let thing = Thing::Case(&access);
    acting.may(Verb::List, &thing).then(|| acting.may(Verb::Read, &thing))
}

/// Up to so many cases that they may know of, newest first, each with whether they may read it.
pub(crate) async fn list(
    app: &App,
    acting: &Acting<'_>,
    mut asked: CaseQuestion<'_>,
    limit: usize,
) -> Result<Vec<(CaseEntry, bool)>, Wrong> {
    const BATCH: i64 = 200;
    let mut kept = Vec::new();
    // What may not be known is passed over, so that a page is full of what may.
    loop {
        let found = app.store.cases(&asked, BATCH).await?;
        let last = found.last().map(|entry| entry.id);
        let full = found.len() as i64 == BATCH;
        for entry in found {
            if kept.len() < limit
                && let Some(reads) = listed(acting, &entry)
            {
                kept.push((entry, reads));
            }
        }
        match last {
            Some(last) if full && kept.len() < limit => asked.before = Some(last),
            _ => return Ok(kept),
        }
    }
}

/// What somebody who asks for everything they may know of asks.
pub(crate) fn everything(acting: &Acting<'_>) -> Result<CaseQuestion<'static>, Wrong> {
    let (own, person) = acting.known()?;
    let now = acting.now;
    Ok(CaseQuestion {
        own,
        person,
        now,
        runs: true,
        takes_part: true,
        closed: None,
        embargo: None,
        before: None,
    })
}

/// An event that comes next.
pub(crate) fn next(
    case: Option<&Case>,
    now: i64,
    by: &Name,
    action: bartizan_clearinghouse::case::Action,
) -> Event {
    let number = case.map_or(1, |case| case.events + 1);
    // The log never runs back, whatever the clock does.
    let at = case.map_or(now, |case| now.max(case.times.1));
    Event { number, at, by: by.clone(), action }
}

/// How far a fix is, in a word.
pub(crate) fn fix_word(fix: FixState) -> &'static str {
    match fix {
        FixState::Unaware => "unaware",
        FixState::Aware => "aware",
        FixState::Ready => "ready",
        FixState::Deployed => "deployed",
    }
}

/// How far the fix is: for who runs the case that of all, for others their own.
pub(crate) fn fix(room: &Room) -> Option<FixState> {
    if room.runs() {
        return room.case.fix_state();
    }
    room.case.participants.get(&room.me).and_then(|p| p.fix)
}

/// How well it is verified: for who runs the case by all attempts, for others by those they are shown.
pub(crate) fn verified(room: &Room) -> Verified {
    if room.runs() {
        return room.case.verified();
    }
    let mut seen = Case::clone(&room.case);
    seen.attempts.retain(|attempt| attempt.by == room.me || attempt.by == room.case.coordinator);
    seen.verified()
}
