//! Reports that are merged into a case, and what holds for the case by them.
//!
//! A report that public tools have seen leaves nothing to keep, and the day on which a finder goes public ends every embargo, whether a
//! case was opened of the report or it came to it later. Who found it takes part. Taking the report out again takes all of that back; only
//! an embargo that has ended stays so, since it was told that it had.

use std::collections::BTreeSet;

use super::{Case, LAST_TIME, MOST_PARTICIPANTS, MOST_TERMS};
use crate::case::event::{Action, Event, Role, Tooling};
use crate::case::fault::{Code, Refusal, need};
use crate::case::name::{Name, Words};
use crate::case::participant::Participant;
use crate::case::report::{ReportState, ReportStep};
use crate::case::terms::{ExitReason, Limit, Source};

/// Most reports of a case, with those that were taken out again.
pub const MOST_MERGED: usize = 4096;

/// A report of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// Who found it.
    pub finder: Name,
    /// Whether a public AI service has seen it.
    pub public_ai: bool,
    /// The limit that came with it, by its name.
    pub limit: Option<Name>,
    /// When it was merged, in microseconds since 1970.
    pub at: i64,
    /// When it was taken out again, and why.
    pub split: Option<(i64, Words)>,
}

/// What a participant has by the reports that it sent alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Came {
    /// That it is a finder.
    pub role: bool,
    /// That it has the report.
    pub informed: bool,
}

impl Case {
    pub(super) fn merge(
        &mut self,
        (by, at): (&Name, i64),
        report: &Name,
        finder: &Name,
        public_ai: bool,
        public_on: Option<i64>,
    ) -> Result<(), Refusal> {
        self.coordinates(by)?;
        need(self.merged.get(report).is_none_or(|merged| merged.split.is_some()), Code::ReportMerged)?;
        need(self.merged.len() < MOST_MERGED || self.merged.contains_key(report), Code::TooMany)?;
        let known = self.participants.contains_key(finder);
        need(known || self.participants.len() < MOST_PARTICIPANTS, Code::TooMany)?;
        need(known || !self.threads.contains_key(finder), Code::NameTaken)?;
        need(public_on.is_none_or(|until| (0..=LAST_TIME).contains(&until)), Code::EndNotAhead)?;
        need(public_on.is_none() || self.limits.len() < MOST_TERMS, Code::TooMany)?;
        // The words are fixed, and names of limits have a free one among so many.
        let limit = public_on.and_then(|until| {
            let free = (1..=MOST_TERMS + 1).filter_map(|n| format!("finder-{n}").parse::<Name>().ok());
            let name = free.into_iter().find(|name| !self.limits.contains_key(name))?;
            let words: Words = "the day on which the finder makes it public".parse().ok()?;
            self.limits.insert(name.clone(), Limit { source: Source::Commitment, until, words });
            Some(name)
        });
        self.found_by(finder, at);
        let merged = Merged { finder: finder.clone(), public_ai, limit, at, split: None };
        self.merged.insert(report.clone(), merged);
        self.derive_tooling();
        if public_ai {
            self.end_embargo(at, ExitReason::PublicAi, None);
        }
        Ok(())
    }

    /// Who reports a vulnerability knows of it, has found it valid, and has decided to work on it ("Finder-Reporters").
    fn found_by(&mut self, finder: &Name, at: i64) {
        let Some(known) = self.participants.get_mut(finder) else {
            let roles = BTreeSet::from([Role::Finder]);
            let new = Participant::new(&roles, &BTreeSet::new(), self.world.public, at);
            self.participants.insert(finder.clone(), new);
            self.came.insert(finder.clone(), Came { role: true, informed: true });
            return;
        };
        let informed = known.report == ReportState::Start;
        let role = known.roles.insert(Role::Finder);
        for step in [ReportStep::Receive, ReportStep::Validate, ReportStep::Accept] {
            // Put off stays put off, and done stays done.
            let next = known.report.after(step).filter(|_| known.report != ReportState::Deferred);
            known.report = next.unwrap_or(known.report);
        }
        known.become_aware();
        if *finder == self.coordinator && self.validated.is_none() {
            self.validated = Some(at);
        }
        let came = self.came.entry(finder.clone()).or_default();
        came.role |= role;
        came.informed |= informed;
    }

    pub(super) fn split(
        &mut self,
        (by, at): (&Name, i64),
        report: &Name,
        words: &Words,
    ) -> Result<(), Refusal> {
        self.coordinates(by)?;
        let merged = self.merged.get_mut(report).filter(|m| m.split.is_none()).ok_or(Code::UnknownMerge)?;
        merged.split = Some((at, words.clone()));
        let (finder, limit) = (merged.finder.clone(), merged.limit.clone());
        if let Some(limit) = limit {
            self.limits.remove(&limit);
        }
        self.derive_tooling();
        let others = self.merged.values().any(|m| m.split.is_none() && m.finder == finder);
        let came = if others { None } else { self.came.remove(&finder) };
        if let (Some(came), Some(participant)) = (came, self.participants.get_mut(&finder)) {
            if came.role {
                participant.roles.remove(&Role::Finder);
            }
            if participant.roles.is_empty() {
                participant.roles.insert(Role::Other);
            }
            // It had the report by that alone: it is done with it, and has nothing more of the case.
            if came.informed && finder != self.coordinator {
                participant.report =
                    participant.report.after(ReportStep::Close).unwrap_or(participant.report);
            }
        }
        Ok(())
    }

    /// What is known of the tools: what the coordinator said, unless a report was seen by a public one.
    pub(super) fn derive_tooling(&mut self) {
        let public = self.merged.values().any(|merged| merged.split.is_none() && merged.public_ai);
        self.tooling = if public { Tooling::PublicAi } else { self.said_tooling };
    }

    /// What a participant is shown of what happened: of a report that was merged no more than what changes for everybody.
    pub fn as_shown(&self, viewer: &Name, event: &Event) -> Action {
        match &event.action {
            Action::Merge { report, public_ai, public_on, .. } if *viewer != self.coordinator => {
                let limit = self.merged.get(report).and_then(|merged| merged.limit.clone());
                match (public_ai, public_on, limit) {
                    (false, Some(until), Some(limit)) => {
                        let words = "the day on which the finder makes it public".parse();
                        let (source, until) = (Source::Commitment, *until);
                        words.map_or(event.action.clone(), |words| Action::Limit {
                            limit,
                            source,
                            until,
                            words,
                        })
                    }
                    _ => Action::SayTooling { tooling: Tooling::PublicAi },
                }
            }
            action => action.clone(),
        }
    }
}
