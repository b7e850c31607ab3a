//! The state of a window, from its log.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::clock::Clock;
use super::event::{Action, Actor, Event};
use super::evidence::{Certificate, Published, Recorded};
use super::intake::Checked;
use super::people::Person;
use super::proposal::Proposed;
use super::state::State;
use super::submission::{MOST_CHECKPOINTS, MOST_CONTACTS, Submission};
use crate::agreement::Register;
use crate::determination::Determination;
use crate::fault::{Code, Error, need};
use crate::grant::Grant;
use crate::plan::Plan;
use crate::rules::{Act, Programme};
use crate::run::Run;
use crate::time::LAST_TIME;
use crate::word::{Id, Name, Words};

/// Events of one log, and grants, plans, runs, findings or people of one window.
pub const MOST_EVENTS: u64 = 100_000;
/// See [`MOST_EVENTS`].
pub const MOST_EACH: usize = 10_000;

/// A window.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// The rules it began under.
    pub programme: Arc<Programme>,
    /// The organisation whose model it is.
    pub developer: Name,
    /// The organisation that runs the programme.
    pub runs: Name,
    /// What was handed in.
    pub submission: Submission,
    /// Checks that were made.
    pub checked: BTreeMap<Id, Checked>,
    /// The clock.
    pub clock: Clock,
    /// Everybody who has or had a role.
    pub people: BTreeMap<Name, Person>,
    /// Acts that wait for a second person, by the number of their event; some may have lapsed.
    pub proposals: BTreeMap<u64, Proposed>,
    /// Keys and agreements.
    pub agreements: Register,
    /// Grants.
    pub grants: BTreeMap<Name, Grant>,
    /// Test plans.
    pub plans: BTreeMap<Name, Plan>,
    /// Runs.
    pub runs_made: BTreeMap<Name, Run>,
    /// Findings.
    pub findings: BTreeMap<Name, Recorded>,
    /// Determinations, in order; the last one counts.
    pub determinations: Vec<Determination>,
    /// Editions that were published, in order.
    pub published: Vec<Published>,
    /// Certificates of destruction, by organisation.
    pub certificates: BTreeMap<Name, Certificate>,
    /// When and why it was declined or withdrawn.
    pub left: Option<(State, i64, Words)>,
    /// When it was closed.
    pub closed: Option<i64>,
    /// How many events there were.
    pub events: u64,
    /// Time of the first and the last, in microseconds since 1970.
    pub times: (i64, i64),
}

/// Something that is done: by whom, with whom, when, by which event.
pub(super) struct Done<'a> {
    pub(super) by: &'a Actor,
    pub(super) second: Option<&'a Actor>,
    pub(super) at: i64,
    pub(super) number: u64,
}

impl Window {
    /// A window from its first event, under the rules whose digest the event has.
    ///
    /// # Errors
    /// [`Code::NotSubmitted`], [`Code::OtherRules`], and what is wrong with the parts.
    pub fn open(programme: &Arc<Programme>, event: &Event) -> Result<Self, Error> {
        let Action::Submit { rules, developer, runs, submission, parts } = &event.action else {
            return Err(Code::NotSubmitted.into());
        };
        need(event.number == 1, Code::WrongOrder)?;
        need((0..=LAST_TIME).contains(&event.at), Code::TimeRunsBack)?;
        need(*rules == programme.digest, Code::OtherRules)?;
        need(developer != runs, Code::SameOrganisation)?;
        let (checkpoints, contacts) = (submission.checkpoints.len(), submission.contacts.len());
        need(checkpoints <= MOST_CHECKPOINTS && contacts <= MOST_CONTACTS, Code::TooMany)?;
        let mut window = Self {
            programme: Arc::clone(programme),
            developer: developer.clone(),
            runs: runs.clone(),
            submission: submission.clone(),
            checked: BTreeMap::new(),
            clock: Clock::new(programme),
            people: BTreeMap::new(),
            proposals: BTreeMap::new(),
            agreements: Register::default(),
            grants: BTreeMap::new(),
            plans: BTreeMap::new(),
            runs_made: BTreeMap::new(),
            findings: BTreeMap::new(),
            determinations: Vec::new(),
            published: Vec::new(),
            certificates: BTreeMap::new(),
            left: None,
            closed: None,
            events: 1,
            times: (event.at, event.at),
        };
        window.clock.release_on(programme, submission.release);
        for part in parts {
            window.assign(part)?;
        }
        need(window.has(&event.by), Code::NoRole)?;
        need(programme.act(Act::Submit).by.contains(&event.by.role), Code::NotAllowed)?;
        let assigns = &programme.act(Act::Assign).by;
        need(parts.iter().any(|part| assigns.contains(&part.role)), Code::NobodyAssigns)?;
        Ok(window)
    }

    /// The state that a log leads to; or the number of the first event that is refused, and why.
    ///
    /// # Errors
    /// See [`Self::open`] and [`Self::apply`].
    pub fn fold<'e>(
        programme: &Arc<Programme>,
        log: impl IntoIterator<Item = &'e Event>,
    ) -> Result<Self, (u64, Error)> {
        let mut log = log.into_iter();
        let first = log.next().ok_or_else(|| (1, Error::from(Code::NotSubmitted)))?;
        let mut window = Self::open(programme, first).map_err(|error| (first.number, error))?;
        for event in log {
            window.apply(event).map_err(|error| (event.number, error))?;
        }
        Ok(window)
    }

    /// Takes one more event, or refuses it and stays as it is.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn apply(&mut self, event: &Event) -> Result<(), Error> {
        need(self.events < MOST_EVENTS, Code::TooMany)?;
        need(event.number == self.events + 1, Code::WrongOrder)?;
        need((self.times.1..=LAST_TIME).contains(&event.at), Code::TimeRunsBack)?;
        need(self.closed.is_none(), Code::WindowClosed)?;
        let Event { number, at, by, action } = event;
        match (action, action.act()) {
            (Action::Submit { .. }, _) => return Err(Code::AlreadySubmitted.into()),
            (Action::Second { proposal }, _) => self.second(*proposal, by, *at, *number)?,
            (Action::Refuse { proposal, words }, _) => self.refuse(*proposal, by, *at, words)?,
            (Action::Retract { proposal }, _) => self.retract(*proposal, by, *at)?,
            (_, Some(act)) => {
                self.may(by, act, *at)?;
                if self.programme.act(act).second.is_empty() {
                    self.take(act, action, &Done { by, second: None, at: *at, number: *number })?;
                } else {
                    self.propose(act, action, by, *at, *number)?;
                }
            }
            // Every other action is an act.
            (_, None) => return Err(Code::WrongState.into()),
        }
        self.events = *number;
        self.times.1 = *at;
        Ok(())
    }

    /// Where it stands at a time that is not before the last event.
    pub fn state(&self, now: i64) -> State {
        match &self.left {
            _ if self.closed.is_some() => State::Closed,
            Some((state, ..)) => *state,
            None if !self.determinations.is_empty() => State::Determined,
            None => match self.clock.begins() {
                None => State::Submitted,
                Some(_) if self.clock.over(now) => State::Ended,
                Some(begins) if now < begins => State::Accepted,
                Some(_) if self.clock.paused() => State::Paused,
                Some(_) => State::Running,
            },
        }
    }

    /// Since and until when calls may be made, as known at a time: what a broker is told. `None`: not now.
    pub fn runs_between(&self, now: i64) -> Option<(i64, i64)> {
        let open = matches!(self.state(now), State::Accepted | State::Running);
        self.clock.runs_between(now).filter(|_| open)
    }

    /// Does an act whose right and place were looked at.
    pub(super) fn take(&mut self, act: Act, action: &Action, done: &Done<'_>) -> Result<(), Error> {
        // An act is named for the rules; what it is, the action says.
        debug_assert_eq!(action.act(), Some(act));
        if self.take_clock(action, done)? || self.take_evidence(action, done)? {
            return Ok(());
        }
        Err(Code::WrongState.into())
    }
}
