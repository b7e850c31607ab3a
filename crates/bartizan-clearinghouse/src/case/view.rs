//! What of a case a participant is shown: who else is in it, and what others say of themselves, is between each and the coordinator.

use super::event::{Action, Event};
use super::fold::Case;
use super::name::Name;
use super::participant::Participant;

impl Case {
    /// Whether a participant is shown that another is in the case: the coordinator, itself, and whom it shares a thread with.
    pub fn meets(&self, viewer: &Name, other: &Name) -> bool {
        let together = |thread: &Name| self.in_thread(viewer, thread) && self.in_thread(other, thread);
        let coordinator = |name: &Name| *name == self.coordinator;
        coordinator(viewer) || coordinator(other) || viewer == other || self.threads.keys().any(together)
    }

    /// The participants that one is shown, with their names.
    pub fn met<'c>(&'c self, viewer: &'c Name) -> impl Iterator<Item = (&'c Name, &'c Participant)> {
        self.participants.iter().filter(move |(name, _)| self.meets(viewer, name))
    }

    /// Whether a participant is shown an event: everything for the coordinator; for others what they said, what was said to or of
    /// them, and what concerns all.
    pub fn shows(&self, viewer: &Name, event: &Event) -> bool {
        if *viewer == self.coordinator || event.by == *viewer {
            return true;
        }
        match &event.action {
            Action::Open { .. }
            | Action::SayTooling { .. }
            | Action::Happen { .. }
            | Action::Limit { .. }
            | Action::Exit { .. }
            | Action::Break { .. }
            | Action::Decide { .. }
            | Action::Say { .. } => true,
            // Terms concern all, who proposed or answered them only those it meets.
            Action::Propose { .. } | Action::Withdraw { .. } => true,
            Action::Answer { participant, .. } => participant == viewer || *participant == self.coordinator,
            Action::Add { participant, .. }
            | Action::Report { participant, .. }
            | Action::Fix { participant, .. }
            | Action::Invite { participant, .. }
            | Action::TimeOut { participant }
            | Action::State { participant, .. }
            | Action::Unstate { participant, .. } => participant == viewer,
            Action::ReadIn { participant, .. } => participant == viewer,
            // A thread that somebody was put into is theirs from its opening.
            Action::Thread { thread, .. } | Action::Write { thread, .. } | Action::Read { thread, .. } => {
                self.in_thread(viewer, thread)
            }
            Action::Gate { .. } | Action::ReadOut { .. } => false,
            // That there is another report is told to nobody; what it changes for all is, as `as_shown` says it.
            Action::Merge { report, public_ai, public_on, .. } => {
                let limit = self.merged.get(report).is_some_and(|merged| merged.limit.is_some());
                *public_ai || (public_on.is_some() && limit)
            }
            Action::Split { .. } => false,
            Action::Attempt { .. } => event.by == self.coordinator,
        }
    }

    /// Whether a participant is shown who said an event: the proposer of terms stays unnamed to whom it does not meet.
    pub fn names(&self, viewer: &Name, event: &Event) -> bool {
        self.meets(viewer, &event.by)
    }
}
