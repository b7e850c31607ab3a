//! Acts that wait for a second person.

use super::event::{Action, Actor};
use super::fold::{Done, Window};
use crate::fault::{Code, Error, need};
use crate::rules::Act;
use crate::time::HOUR;
use crate::word::Words;

/// Proposals that wait at once.
pub const MOST_PROPOSALS: usize = 256;

/// An act that waits for a second person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    /// What is proposed.
    pub action: Action,
    /// Who proposed it.
    pub by: Actor,
    /// When, microseconds since 1970.
    pub at: i64,
    /// When it waits no longer.
    pub lapses: i64,
}

impl Window {
    /// What waits for a second person at a time, by the number of its event.
    pub fn waiting(&self, now: i64) -> impl Iterator<Item = (u64, &Proposed)> {
        self.proposals.iter().filter(move |(_, one)| now < one.lapses).map(|(number, one)| (*number, one))
    }

    /// Lets an act wait. It is tried first: what could not be done now is not proposed.
    pub(super) fn propose(
        &mut self,
        act: Act,
        action: &Action,
        by: &Actor,
        at: i64,
        number: u64,
    ) -> Result<(), Error> {
        match action {
            // The most frequent one, in windows that may be large.
            Action::Grant { grant, terms } => drop(self.grant(grant, terms, at)?),
            _ => self.clone().take(act, action, &Done { by, second: Some(by), at, number })?,
        }
        let waiting = self.proposals.values().filter(|one| at < one.lapses).count();
        need(waiting < MOST_PROPOSALS, Code::TooMany)?;
        // What has lapsed is in the log and nowhere else.
        self.proposals.retain(|_, one| at < one.lapses);
        let hours = i64::from(self.programme.window.proposal_hours);
        let lapses = at.saturating_add(hours.saturating_mul(HOUR));
        self.proposals.insert(number, Proposed { action: action.clone(), by: by.clone(), at, lapses });
        Ok(())
    }

    /// The second person agrees, and it is done, if it still can be.
    pub(super) fn second(&mut self, proposal: u64, by: &Actor, at: i64, number: u64) -> Result<(), Error> {
        let (act, proposed) = self.proposed(proposal, by, at)?;
        need(self.programme.act(act).second.contains(&by.role), Code::NotSecond)?;
        need(proposed.by.person != by.person, Code::SamePerson)?;
        // Who has lost the role since then proposes nothing any more.
        need(self.has(&proposed.by), Code::ProposerGone)?;
        self.placed(act, at)?;
        self.take(act, &proposed.action, &Done { by: &proposed.by, second: Some(by), at, number })?;
        self.proposals.remove(&proposal);
        Ok(())
    }

    /// Somebody who could have agreed refuses.
    pub(super) fn refuse(&mut self, proposal: u64, by: &Actor, at: i64, _words: &Words) -> Result<(), Error> {
        let (act, proposed) = self.proposed(proposal, by, at)?;
        need(self.programme.act(act).second.contains(&by.role), Code::NotSecond)?;
        need(proposed.by.person != by.person, Code::SamePerson)?;
        self.proposals.remove(&proposal);
        Ok(())
    }

    /// Who proposed it takes it back.
    pub(super) fn retract(&mut self, proposal: u64, by: &Actor, at: i64) -> Result<(), Error> {
        let (_, proposed) = self.proposed(proposal, by, at)?;
        need(proposed.by.person == by.person, Code::NotProposer)?;
        self.proposals.remove(&proposal);
        Ok(())
    }

    fn proposed(&self, proposal: u64, by: &Actor, at: i64) -> Result<(Act, Proposed), Error> {
        need(self.has(by), Code::NoRole)?;
        let unknown = || Error::of(Code::UnknownProposal, &proposal.to_string());
        let proposed = self.proposals.get(&proposal).ok_or_else(unknown)?;
        need(at < proposed.lapses, Code::ProposalLapsed)?;
        Ok((proposed.action.act().ok_or_else(unknown)?, proposed.clone()))
    }
}
