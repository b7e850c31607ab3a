//! From the log to the state of a case.
//!
//! An event is checked in full before it changes anything: what is refused leaves the state as it was.

mod break_out;
mod embargo;
mod evidence;
mod merged;
mod people;
mod report;
mod talk;

use std::collections::{BTreeMap, BTreeSet};

use super::attempt::Attempt;
use super::breaks::Incident;
use super::embargo::EmbargoState;
use super::event::{Action, Event, Happening, Role, Tooling};
use super::fault::{Code, Refusal, need};
use super::name::{Name, Words};
use super::participant::Participant;
use super::readin::Candidate;
use super::report::ReportState;
use super::space::ParticipantState;
use super::status::{FixState, World};
use super::terms::{End, ExitReason, Limit, Terms, end};
use crate::priority::Said;

pub use merged::{Came, MOST_MERGED, Merged};

/// The latest time that is one: the last of the year 9999.
const LAST_TIME: i64 = 253_402_300_799_999_999;
/// Most events of a case.
pub const MOST_EVENTS: u64 = 1_000_000;
/// From so many on, only the coordinator adds: a case is read by reading all of them.
pub const MOST_EVENTS_OF_OTHERS: u64 = 50_000;
/// Most participants of a case; the largest known had about 1,600 vendors.
pub const MOST_PARTICIPANTS: usize = 4096;
/// Most products of one participant.
pub const MOST_PRODUCTS: usize = 1024;
/// Most open proposals, limits, breaks.
pub const MOST_TERMS: usize = 64;
/// Most people of whom gates are judged.
pub const MOST_PEOPLE: usize = 4096;
/// Most threads besides those of the participants.
pub const MOST_THREADS: usize = 1024;
/// Most messages of a thread.
pub const MOST_MESSAGES: usize = 100_000;

/// Most attempts to reproduce.
pub const MOST_ATTEMPTS: usize = 4096;
/// Most digests that show one attempt.
pub const MOST_EVIDENCE: usize = 64;
/// Most of what is said about decision points.
pub const MOST_SAID: usize = 256;

/// A thread of messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thread {
    /// Who is in it, besides the coordinator.
    pub participants: BTreeSet<Name>,
    /// Who wrote what, when.
    pub messages: Vec<Message>,
    /// How many messages each has read.
    pub read: BTreeMap<Name, u32>,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Who wrote it.
    pub by: Name,
    /// When, in microseconds since 1970.
    pub at: i64,
    /// Digest of the words, or where they are kept.
    pub body: Name,
}

/// The state of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Which participant coordinates it.
    pub coordinator: Name,
    /// Everybody in it.
    pub participants: BTreeMap<Name, Participant>,
    /// What the reports were made with.
    pub tooling: Tooling,
    /// What the coordinator said of that; reports that are merged may say more.
    pub said_tooling: Tooling,
    /// Reports that were merged, by their names; also those that were taken out again.
    pub merged: BTreeMap<Name, Merged>,
    /// What participants have by these reports alone.
    pub came: BTreeMap<Name, Came>,
    /// When the coordinator found the report valid, in microseconds since 1970.
    pub validated: Option<i64>,
    /// What is true in the world.
    pub world: World,
    /// When it became so, in microseconds since 1970.
    pub happened: BTreeMap<Happening, i64>,
    /// Where the embargo stands.
    pub embargo: EmbargoState,
    /// The terms in force.
    pub terms: Option<Terms>,
    /// Open proposals.
    pub proposals: BTreeMap<Name, Terms>,
    /// Every name a proposal ever had.
    pub proposed: BTreeSet<Name>,
    /// Limits that no embargo may outlast.
    pub limits: BTreeMap<Name, Limit>,
    /// Why the embargo was kept though attacks were seen.
    pub kept: Option<Words>,
    /// Why and when the embargo ended.
    pub exit: Option<(ExitReason, i64, Option<Words>)>,
    /// What got out.
    pub incidents: BTreeMap<Name, Incident>,
    /// People who are, were, or may be read in.
    pub people: BTreeMap<Name, Candidate>,
    /// Threads by name; each participant's own has its name.
    pub threads: BTreeMap<Name, Thread>,
    /// Attempts to reproduce it, in order.
    pub attempts: Vec<Attempt>,
    /// What is said of decision points.
    pub said: Vec<Said>,
    /// How many events there were.
    pub events: u64,
    /// Time of the first and the last, in microseconds since 1970.
    pub times: (i64, i64),
}

impl Case {
    /// A case from its first event.
    pub fn open(event: &Event) -> Result<Self, Refusal> {
        let Action::Open { roles, products, tooling } = &event.action else {
            return Err(Code::NotOpened.into());
        };
        need(event.number == 1, Code::WrongOrder)?;
        need((0..=LAST_TIME).contains(&event.at), Code::TimeRunsBack)?;
        let mut roles = roles.clone();
        roles.insert(Role::Coordinator);
        roles_fit(&roles, products)?;
        let mut coordinator = Participant::new(&roles, products, false, event.at);
        if coordinator.report == ReportState::Start {
            coordinator.report = ReportState::Received;
            coordinator.become_aware();
        }
        Ok(Self {
            coordinator: event.by.clone(),
            participants: BTreeMap::from([(event.by.clone(), coordinator)]),
            tooling: *tooling,
            said_tooling: *tooling,
            merged: BTreeMap::new(),
            came: BTreeMap::new(),
            validated: None,
            world: World::default(),
            happened: BTreeMap::new(),
            embargo: EmbargoState::None,
            terms: None,
            proposals: BTreeMap::new(),
            proposed: BTreeSet::new(),
            limits: BTreeMap::new(),
            kept: None,
            exit: None,
            incidents: BTreeMap::new(),
            people: BTreeMap::new(),
            threads: BTreeMap::new(),
            attempts: Vec::new(),
            said: Vec::new(),
            events: 1,
            times: (event.at, event.at),
        })
    }

    /// The state that a log leads to; or the number of the first event that is refused, and why.
    pub fn fold<'e>(log: impl IntoIterator<Item = &'e Event>) -> Result<Self, (u64, Refusal)> {
        let mut log = log.into_iter();
        let first = log.next().ok_or((1, Refusal::from(Code::NotOpened)))?;
        let mut case = Self::open(first).map_err(|refusal| (first.number, refusal))?;
        for event in log {
            case.apply(event).map_err(|refusal| (event.number, refusal))?;
        }
        Ok(case)
    }

    /// Takes one more event, or refuses it and stays as it is.
    pub fn apply(&mut self, event: &Event) -> Result<(), Refusal> {
        // The coordinator's places are not for others to fill.
        let most = if event.by == self.coordinator { MOST_EVENTS } else { MOST_EVENTS_OF_OTHERS };
        need(self.events < most, Code::TooMany)?;
        need(event.number == self.events + 1, Code::WrongOrder)?;
        need((self.times.1..=LAST_TIME).contains(&event.at), Code::TimeRunsBack)?;
        need(!self.closed(), Code::CaseClosed)?;
        need(self.participant(&event.by)?.report != ReportState::Closed, Code::CaseClosed)?;
        let (by, at) = (&event.by, event.at);
        match &event.action {
            Action::Open { .. } => return Err(Code::AlreadyOpened.into()),
            Action::SayTooling { tooling } => self.say_tooling(by, at, *tooling)?,
            Action::Add { participant, roles, products } => self.add(by, at, participant, roles, products)?,
            Action::Merge { report, finder, public_ai, public_on } => {
                self.merge((by, at), report, finder, *public_ai, *public_on)?;
            }
            Action::Split { report, words } => self.split((by, at), report, words)?,
            Action::Report { participant, step } => self.report(by, at, participant, *step)?,
            Action::Fix { participant, step } => self.fix(by, participant, *step)?,
            Action::Happen { what, keep } => self.happen(by, at, *what, keep.as_ref())?,
            Action::Limit { limit, source, until, words } => {
                let new = Limit { source: *source, until: *until, words: words.clone() };
                self.limit(by, limit, new)?;
            }
            Action::Propose { proposal, until, reason } => {
                let agreed = BTreeSet::from([by.clone()]);
                let (until, reason) = (*until, reason.clone());
                self.propose(proposal, Terms { by: by.clone(), proposed: at, until, reason, agreed })?;
            }
            Action::Answer { participant, proposal, accept } => {
                self.answer(by, at, participant, proposal.as_ref(), *accept)?;
            }
            Action::Withdraw { proposal } => self.withdraw(by, at, proposal)?,
            Action::Invite { participant, answer_by } => self.invite(by, at, participant, *answer_by)?,
            Action::TimeOut { participant } => self.time_out(by, at, participant)?,
            Action::Exit { reason, words } => self.leave(by, at, *reason, words.as_ref())?,
            Action::Break { incident, exposure, origin, words } => {
                let (by, words) = (by.clone(), words.clone());
                let new = Incident { at, by, exposure: *exposure, origin: *origin, words, decided: None };
                self.break_out(incident, new)?;
            }
            Action::Decide { incident, course, reason } => {
                self.decide(by, at, incident, *course, reason.as_ref())?;
            }
            Action::Gate { person, judge, finding, words } => {
                self.gate(by, at, person, judge, *finding, words)?;
            }
            Action::ReadIn { person, participant, until, prerequisites, emergency } => {
                self.read_in(by, at, (person, participant), *until, *prerequisites, *emergency)?;
            }
            Action::ReadOut { person, reason } => self.read_out(by, at, person, reason)?,
            Action::State { participant, product, stand, justification, words } => {
                self.state_product(event, (participant, product), *stand, *justification, words)?;
            }
            Action::Unstate { participant, product } => self.unstate(by, participant, product)?,
            Action::Attempt { verifier, environment, result, evidence, words } => {
                self.attempt(Attempt {
                    by: by.clone(),
                    verifier: verifier.clone(),
                    at,
                    environment: environment.clone(),
                    result: *result,
                    evidence: evidence.clone(),
                    words: words.clone(),
                    event: event.number,
                })?;
            }
            Action::Say { point, keys, source, date, words } => {
                self.say(by, evidence::said(point, keys, source, *date, words.as_str()))?;
            }
            Action::Thread { thread, participants } => self.thread(by, thread, participants)?,
            Action::Write { thread, message } => self.write(by, at, thread, message)?,
            Action::Read { thread, up_to } => self.read(by, thread, *up_to)?,
        }
        self.events = event.number;
        self.times.1 = at;
        Ok(())
    }

    /// Whether the coordinator closed it: nothing more happens.
    pub fn closed(&self) -> bool {
        self.participants.get(&self.coordinator).is_none_or(|p| p.report == ReportState::Closed)
    }

    /// When the embargo in force ends, and why then; none if none is in force.
    pub fn end(&self) -> Option<End> {
        self.embargo.binds().then(|| self.terms.as_ref().map(|terms| end(terms, &self.limits)))?
    }

    /// Whether the embargo binds at a time: agreed, not ended, its time not over.
    pub fn embargoed(&self, now: i64) -> bool {
        self.end().is_some_and(|end| now < end.at)
    }

    /// How far the fix is: that of the vendor who is furthest; none if no vendor is in the case.
    pub fn fix_state(&self) -> Option<FixState> {
        let vendors = self.participants.values().filter(|p| p.vendor()).filter_map(|p| p.fix).max()?;
        let deployed = self.participants.values().any(|p| p.fix == Some(FixState::Deployed));
        Some(if deployed { FixState::Deployed } else { vendors })
    }

    /// The state of one participant in the protocol's terms.
    pub fn state_of(&self, participant: &Name) -> Option<ParticipantState> {
        let found = self.participants.get(participant)?;
        let (report, fix) = (found.report, found.fix);
        Some(ParticipantState { report, embargo: self.embargo, fix, world: self.world })
    }

    /// Whether the content of the case may be given to a participant: it has the report, is not done with it, and keeps to the
    /// embargo if there is one (Vultron Protocol Specification, section 9.7). Messages about the embargo itself reach everybody.
    pub fn may_have_content(&self, participant: &Name) -> bool {
        let has = |p: &Participant| p.report.open() && (!self.embargo.binds() || p.consent.state.adheres());
        *participant == self.coordinator || self.participants.get(participant).is_some_and(has)
    }

    fn participant(&self, name: &Name) -> Result<&Participant, Refusal> {
        self.participants.get(name).ok_or_else(|| Code::UnknownParticipant.into())
    }

    fn participant_mut(&mut self, name: &Name) -> Result<&mut Participant, Refusal> {
        self.participants.get_mut(name).ok_or_else(|| Code::UnknownParticipant.into())
    }

    /// Only the coordinator may.
    fn coordinates(&self, by: &Name) -> Result<(), Refusal> {
        need(*by == self.coordinator, Code::CoordinatorOnly)
    }

    /// The participant itself may, and the coordinator for it.
    fn speaks_for(&self, by: &Name, participant: &Name) -> Result<(), Refusal> {
        need(by == participant || *by == self.coordinator, Code::NotYours)
    }
}

/// A vendor has products and nobody else has; everybody is something.
fn roles_fit(roles: &BTreeSet<Role>, products: &BTreeSet<Name>) -> Result<(), Refusal> {
    need(products.len() <= MOST_PRODUCTS, Code::TooMany)?;
    need(!roles.is_empty() && roles.contains(&Role::Vendor) != products.is_empty(), Code::NoRole)
}

/// A time that lies ahead and is one.
fn ahead(at: i64, until: i64) -> Result<(), Refusal> {
    need(at < until && until <= LAST_TIME, Code::EndNotAhead)
}
