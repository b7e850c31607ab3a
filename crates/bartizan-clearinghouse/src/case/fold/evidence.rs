//! Attempts, and what decides how urgent a case is.

use std::collections::BTreeSet;

use super::{Case, LAST_TIME, MOST_ATTEMPTS, MOST_EVIDENCE, MOST_SAID};
use crate::case::attempt::{Attempt, Tried, Verified};
use crate::case::event::Role;
use crate::case::fault::{Code, Refusal, need};
use crate::case::name::Name;
use crate::priority::{BuiltIn, Evidence, Said};

impl Case {
    pub(super) fn attempt(&mut self, attempt: Attempt) -> Result<(), Refusal> {
        let shown = attempt.result != Tried::Reproduced || !attempt.evidence.is_empty();
        need(shown, Code::EvidenceNeeded)?;
        need(attempt.evidence.len() <= MOST_EVIDENCE, Code::TooMany)?;
        need(self.attempts.len() < MOST_ATTEMPTS, Code::TooMany)?;
        let has = self.participant(&attempt.by)?.report.open();
        need(has, Code::ReportStep)?;
        self.attempts.push(attempt);
        Ok(())
    }

    /// How well the vulnerability is verified by the attempts so far. Of several by one participant the last counts.
    pub fn verified(&self) -> Verified {
        let finds = |by: &Name| self.participants.get(by).is_some_and(|p| p.roles.contains(&Role::Finder));
        let last =
            |by: &Name| self.attempts.iter().rfind(|attempt| attempt.by == *by).map(|attempt| attempt.result);
        let who: BTreeSet<&Name> = self.attempts.iter().map(|attempt| &attempt.by).collect();
        let did = who.into_iter().filter(|by| last(by) == Some(Tried::Reproduced));
        let (finders, others): (Vec<_>, Vec<_>) = did.partition(|by| finds(by));
        match (others.len(), finders.len()) {
            (0, 0) => Verified::Claimed,
            (0, _) => Verified::ByFinder,
            (1, _) => Verified::Confirmed,
            _ => Verified::Independently,
        }
    }

    pub(super) fn say(&mut self, by: &Name, said: Said) -> Result<(), Refusal> {
        self.coordinates(by)?;
        let point = BuiltIn::point(&said.point).ok_or(Code::UnknownPoint)?;
        let known = said.keys.iter().all(|key| point.value(key).is_some());
        need(known && !said.keys.is_empty(), Code::UnknownPoint)?;
        need((0..=LAST_TIME).contains(&said.evidence.date), Code::TimeRunsBack)?;
        let same = |one: &Said| one.point == said.point && one.evidence.source == said.evidence.source;
        let others = self.said.iter().filter(|one| !same(one)).count();
        need(others < MOST_SAID, Code::TooMany)?;
        self.said.retain(|one| !same(one));
        self.said.push(said);
        Ok(())
    }
}

/// What an event says of a decision point.
pub(super) fn said(point: &Name, keys: &BTreeSet<Name>, source: &Name, date: i64, words: &str) -> Said {
    let evidence = Evidence { source: source.to_string(), date, words: words.to_owned() };
    Said { point: point.to_string(), keys: keys.iter().map(Name::to_string).collect(), evidence }
}
