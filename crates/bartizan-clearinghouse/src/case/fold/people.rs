//! Who is read in.

use std::collections::BTreeSet;

use super::{Case, MOST_PEOPLE, MOST_TERMS, ahead};
use crate::case::fault::{Code, Refusal, need};
use crate::case::name::{Name, Words};
use crate::case::readin::{EMERGENCY, Finding, Gate, Grant, Judged, LONGEST_READ_IN, Prerequisites};

impl Case {
    pub(super) fn gate(
        &mut self,
        by: &Name,
        at: i64,
        person: &Name,
        judge: &Name,
        finding: Finding,
        words: &Words,
    ) -> Result<(), Refusal> {
        self.coordinates(by)?;
        need(person != judge, Code::OwnGate)?;
        need(finding.grounded(), Code::NoGround)?;
        need(self.people.len() < MOST_PEOPLE || self.people.contains_key(person), Code::TooMany)?;
        let judged = Judged { finding, judge: judge.clone(), at, words: words.clone() };
        self.people.entry(person.clone()).or_default().gates.insert(finding.gate(), judged);
        Ok(())
    }

    pub(super) fn read_in(
        &mut self,
        by: &Name,
        at: i64,
        (person, participant): (&Name, &Name),
        until: i64,
        prerequisites: Prerequisites,
        emergency: bool,
    ) -> Result<(), Refusal> {
        self.coordinates(by)?;
        self.participant(participant)?;
        ahead(at, until)?;
        let candidate = self.people.get_mut(person).ok_or(Code::GateMissing)?;
        need(candidate.grants.len() < MOST_TERMS, Code::TooMany)?;
        let passed = |gate: Gate| {
            candidate
                .gates
                .get(&gate)
                .filter(|judged| judged.finding.passed())
                .cloned()
                .ok_or(Code::GateMissing)
        };
        let gates = [passed(Gate::NeedToKnow)?, passed(Gate::Capacity)?, passed(Gate::Identity)?];
        let longest = if emergency { EMERGENCY } else { LONGEST_READ_IN };
        need(until - at <= longest, Code::ReadInTooLong)?;
        let Prerequisites { hardware_key, agreements } = prerequisites;
        // An emergency is one time: after it there are the prerequisites or nothing.
        let ready = if emergency {
            !candidate.grants.iter().any(|g| g.emergency)
        } else {
            hardware_key && agreements
        };
        need(ready, Code::Prerequisite)?;
        let participant = participant.clone();
        candidate.grants.push(Grant { participant, from: at, until, emergency, ended: None, gates });
        Ok(())
    }

    pub(super) fn read_out(
        &mut self,
        by: &Name,
        at: i64,
        person: &Name,
        reason: &Words,
    ) -> Result<(), Refusal> {
        let candidate = self.people.get(person).filter(|c| c.read_in(at)).ok_or(Code::NotReadIn)?;
        let own = candidate.grants.iter().filter(|g| g.holds(at)).all(|g| g.participant == *by);
        // Whether somebody of another participant is read in is told to nobody.
        need(own || *by == self.coordinator, Code::NotReadIn)?;
        let grants = self.people.get_mut(person).into_iter().flat_map(|c| &mut c.grants);
        for grant in grants.filter(|g| g.holds(at)) {
            grant.ended = Some((at, reason.clone()));
        }
        Ok(())
    }

    /// Everybody who is read in at a time.
    pub fn knowers(&self, now: i64) -> BTreeSet<&Name> {
        self.people.iter().filter(|(_, candidate)| candidate.read_in(now)).map(|(name, _)| name).collect()
    }
}
