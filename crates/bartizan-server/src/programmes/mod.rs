//! Windows of model testing, as pages and API do alike: what somebody may see of one, and what they say in it.
//!
//! A window is the fold of its log (`bartizan_programme::window`); people and organisations are named in it by their UUIDs here. Who does
//! what is said by the programme's rules, who reads what by the one rule of access (`Thing::Window`): `matter` says what of a window
//! something is, and nothing is shown, answered or counted but through [`Room::reads`].

mod act;
pub(crate) mod archive;
pub(crate) mod editions;
pub(crate) mod files;
mod folds;
pub(crate) mod grants;
pub(crate) mod handover;
mod matter;
mod open;
pub(crate) mod rules;
pub(crate) mod runs;
mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bartizan_clearinghouse::access::{
    Decision, Matter, OrganisationId, PersonId, Principal, Refusal, Thing, Verb, WindowAccess, WindowSide,
    decide,
};
use bartizan_programme::rules::{Programme, Side};
use bartizan_programme::window::{Event, Window};
use bartizan_programme::{Id, Name};
use bartizan_store::{Directory, WindowEntry, WindowQuestion};

pub(crate) use act::{Said, say, sent};
pub(crate) use folds::Folds;
pub(crate) use matter::{grant_of, of_event, run_of};
pub(crate) use open::{Opening, open};
pub(crate) use told::{calendar, finding, lack, reads_finding, without_runs};

use crate::app::App;
use crate::sharing::{Acting, Wrong, lacking};

/// A window that somebody looks at.
pub(crate) struct Room {
    /// As lists have it.
    pub(crate) entry: WindowEntry,
    /// Its state.
    pub(crate) window: Arc<Window>,
    /// What happened, in order.
    pub(crate) log: Arc<Vec<Event>>,
    /// Who looks: their name in the window.
    pub(crate) me: Name,
    /// For the rule of access.
    pub(crate) access: WindowAccess,
    principal: Principal,
    organisations: BTreeMap<Name, OrganisationId>,
    now: i64,
}

impl Room {
    fn decision(&self, matter: Matter, of: Option<&Name>) -> Decision {
        // What names nobody of this node belongs to nobody who could look.
        let of = of.map(|name| self.organisations.get(name).copied().unwrap_or(OrganisationId(-1)));
        let thing = Thing::Window { window: &self.access, matter, of };
        decide(&self.principal, Verb::Read, &thing, self.now)
    }

    /// Whether the looker reads a matter, of everybody or of an organisation.
    pub(crate) fn reads(&self, matter: Matter, of: Option<&Name>) -> bool {
        self.decision(matter, of).allowed()
    }

    /// The same, or why not.
    pub(crate) fn must_read(&self, matter: Matter, of: Option<&Name>) -> Result<(), Wrong> {
        match self.decision(matter, of) {
            Decision::Allow => Ok(()),
            Decision::Deny(Refusal::Forbidden) => {
                Err(Wrong::Forbidden(lacking(&self.principal, Verb::Read).unwrap_or(NEEDS)))
            }
            Decision::Deny(Refusal::Unknown | Refusal::SignIn) => Err(Wrong::NotThere),
        }
    }

    /// The events that the looker is shown, each with its number for them: for who does not read all, the place among those they are
    /// shown, so that a number tells nothing of the others.
    pub(crate) fn shown(&self) -> Vec<(u64, &Event)> {
        if self.reads(Matter::Whole, None) {
            return self.log.iter().map(|event| (event.number, event)).collect();
        }
        let shown = self.log.iter().filter(|event| {
            let (matter, of) = of_event(&self.window, &self.log, event);
            self.reads(matter, of.as_ref())
        });
        (1..).zip(shown).collect()
    }

    /// The number in the log of an event that has this number for the looker.
    pub(crate) fn number(&self, shown: u64) -> Option<u64> {
        self.shown().iter().find(|(number, _)| *number == shown).map(|(_, event)| event.number)
    }

    /// The roles that the looker has.
    pub(crate) fn my_roles(&self) -> BTreeSet<Id> {
        self.window.people.get(&self.me).map(|person| person.roles.clone()).unwrap_or_default()
    }

    /// The name of the looker's organisation in the window.
    pub(crate) fn own(&self) -> Option<&Name> {
        let own = self.principal.organisation?;
        self.organisations.iter().find(|(_, id)| **id == own).map(|(name, _)| name)
    }

    /// The number here of an organisation that a name of the window stands for.
    pub(crate) fn organisation(&self, name: &Name) -> Option<OrganisationId> {
        self.organisations.get(name).copied()
    }
}

/// The name of an organisation in windows: its UUID.
pub(crate) fn organisation_name(directory: &Directory, id: OrganisationId) -> Result<Name, Wrong> {
    let entry = directory.organisations.get(&id).ok_or(Wrong::NotThere)?;
    entry.uuid.parse().map_err(|_| Wrong::NotThere)
}

/// The name of a person in windows: their UUID.
pub(crate) fn person_name(directory: &Directory, id: PersonId) -> Result<Name, Wrong> {
    let entry = directory.people.get(&id).ok_or(Wrong::NotThere)?;
    entry.uuid.parse().map_err(|_| Wrong::NotThere)
}

/// The person that a name of a window stands for.
pub(crate) fn person_of(directory: &Directory, name: &Name) -> Option<PersonId> {
    directory.people.values().find(|entry| entry.uuid == name.as_str()).map(|entry| entry.member.id)
}

/// What people call somebody or an organisation that a window names.
pub(crate) fn title(directory: &Directory, name: &Name) -> String {
    let person = directory.people.values().find(|entry| entry.uuid == name.as_str());
    let organisation = || directory.organisations.values().find(|entry| entry.uuid == name.as_str());
    person
        .map(|entry| entry.shown.clone())
        .or_else(|| organisation().map(|entry| entry.name.clone()))
        .unwrap_or_else(|| name.to_string())
}

fn side(side: Side) -> WindowSide {
    match side {
        Side::Developer => WindowSide::Developer,
        Side::Tester => WindowSide::Tester,
        Side::Programme => WindowSide::Programme,
        Side::Oversight => WindowSide::Oversight,
    }
}

/// Who has a part, from the columns beside the log: the same as its fold has, without reading it.
fn access(directory: &Directory, entry: &WindowEntry, programme: &Programme) -> WindowAccess {
    let mut people: BTreeMap<PersonId, BTreeSet<WindowSide>> = BTreeMap::new();
    for (person, role) in &entry.parts {
        let role = role.parse::<Id>().ok().and_then(|role| programme.side(&role));
        // Who has no account any more has no part.
        if let Some(of) = role.filter(|_| directory.people.contains_key(person)) {
            people.entry(*person).or_default().insert(side(of));
        }
    }
    WindowAccess { runs: entry.runs, developer: entry.developer, people }
}

fn front(access: &WindowAccess) -> Thing<'_> {
    Thing::Window { window: access, matter: Matter::Front, of: None }
}

/// Why not, in words.
const NEEDS: &str = "Whoever acts in a window has a role in it; its people give one.";

/// A window, if they may do this with it.
pub(crate) async fn find(app: &App, acting: &Acting<'_>, uuid: &str, verb: Verb) -> Result<Room, Wrong> {
    let (_, who) = acting.known()?;
    let entry = app.store.window(uuid).await?.ok_or(Wrong::NotThere)?;
    let folded = folds::folded(&app.store, &app.windows, &entry).await?;
    let directory = acting.directory;
    let access = access(directory, &entry, &folded.window.programme);
    acting.must(verb, &front(&access), NEEDS)?;
    let named = directory.organisations.values().filter_map(|o| Some((o.uuid.parse().ok()?, o.id)));
    Ok(Room {
        me: person_name(directory, who)?,
        principal: acting.principal.clone(),
        organisations: named.collect(),
        now: acting.now,
        window: folded.window,
        log: folded.log,
        entry,
        access,
    })
}

/// Up to so many windows that they may know of, newest first.
pub(crate) async fn list(
    app: &App,
    acting: &Acting<'_>,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Room>, Wrong> {
    const BATCH: i64 = 100;
    let (own, who) = acting.known()?;
    let mut asked = WindowQuestion { organisation: Some(own), person: Some(who), before, limit: BATCH };
    let mut kept = Vec::new();
    loop {
        let found = app.store.windows(&asked).await?;
        let (last, full) = (found.last().map(|entry| entry.id), found.len() as i64 == BATCH);
        for entry in found {
            if kept.len() == limit {
                return Ok(kept);
            }
            match find(app, acting, &entry.uuid, Verb::List).await {
                Ok(room) => kept.push(room),
                Err(Wrong::NotThere | Wrong::Forbidden(_)) => {}
                Err(other) => return Err(other),
            }
        }
        match last {
            Some(last) if full => asked.before = Some(last),
            _ => return Ok(kept),
        }
    }
}
