//! Participants, their reports and fixes, and what becomes true in the world.

use std::collections::BTreeSet;

use super::{Case, MOST_PARTICIPANTS, roles_fit};
use crate::case::embargo::EmbargoState;
use crate::case::event::{FixStep, Happening, Role, Tooling};
use crate::case::fault::{Code, Refusal, need};
use crate::case::name::{Name, Words};
use crate::case::participant::Participant;
use crate::case::report::{ReportState, ReportStep};
use crate::case::status::FixState;
use crate::case::terms::ExitReason;

impl Case {
    pub(super) fn say_tooling(&mut self, by: &Name, at: i64, tooling: Tooling) -> Result<(), Refusal> {
        self.coordinates(by)?;
        need(tooling > self.said_tooling, Code::ToolingSaid)?;
        self.said_tooling = tooling;
        self.derive_tooling();
        if tooling == Tooling::PublicAi {
            self.end_embargo(at, ExitReason::PublicAi, None);
        }
        Ok(())
    }

    pub(super) fn add(
        &mut self,
        by: &Name,
        at: i64,
        name: &Name,
        roles: &BTreeSet<Role>,
        products: &BTreeSet<Name>,
    ) -> Result<(), Refusal> {
        self.coordinates(by)?;
        need(self.participants.len() < MOST_PARTICIPANTS, Code::TooMany)?;
        need(!self.participants.contains_key(name), Code::ParticipantExists)?;
        need(!self.threads.contains_key(name), Code::NameTaken)?;
        roles_fit(roles, products)?;
        let new = Participant::new(roles, products, self.world.public, at);
        self.participants.insert(name.clone(), new);
        Ok(())
    }

    pub(super) fn report(
        &mut self,
        by: &Name,
        at: i64,
        name: &Name,
        step: ReportStep,
    ) -> Result<(), Refusal> {
        if step == ReportStep::Receive {
            // Who is in the case is told to nobody, so only whoever knows may pass the report on.
            need(self.meets(by, name), Code::NotYours)?;
            need(self.participant(by)?.report == ReportState::Accepted, Code::SenderNotAccepted)?;
        } else {
            self.speaks_for(by, name)?;
        }
        let next = self.participant(name)?.report.after(step);
        let next = next.ok_or(Code::ReportStep)?;
        let coordinator = *name == self.coordinator;
        let rests = matches!(self.embargo, EmbargoState::None | EmbargoState::Exited);
        need(!(coordinator && next == ReportState::Closed) || rests, Code::EmbargoStep)?;
        let participant = self.participant_mut(name)?;
        participant.report = next;
        if step == ReportStep::Receive {
            participant.become_aware();
            self.construe_acceptance(by, at);
        }
        if coordinator && next == ReportState::Valid && self.validated.is_none() {
            self.validated = Some(at);
        }
        Ok(())
    }

    pub(super) fn fix(&mut self, by: &Name, name: &Name, step: FixStep) -> Result<(), Refusal> {
        self.speaks_for(by, name)?;
        let participant = self.participant(name)?;
        let deploys = participant.roles.contains(&Role::Deployer);
        let part = if step == FixStep::Ready { participant.vendor() } else { deploys };
        need(part, Code::NoPartInFix)?;
        need(participant.report == ReportState::Accepted, Code::FixNotAccepted)?;
        let (from, to) = match step {
            FixStep::Ready => (FixState::Aware, FixState::Ready),
            FixStep::Deploy if participant.vendor() => (FixState::Ready, FixState::Deployed),
            FixStep::Deploy => {
                need(self.fix_state().is_some_and(|fix| fix >= FixState::Ready), Code::FixStep)?;
                (FixState::Unaware, FixState::Deployed)
            }
        };
        need(participant.fix == Some(from), Code::FixStep)?;
        self.participant_mut(name)?.fix = Some(to);
        Ok(())
    }

    pub(super) fn happen(
        &mut self,
        by: &Name,
        at: i64,
        what: Happening,
        keep: Option<&Words>,
    ) -> Result<(), Refusal> {
        self.coordinates(by)?;
        let already = match what {
            Happening::PublicAware => self.world.public,
            Happening::ExploitPublic => self.world.exploit,
            Happening::AttacksObserved => self.world.attacks,
        };
        need(!already, Code::CaseEventStep)?;
        need(keep.is_none() || what == Happening::AttacksObserved, Code::EmbargoStep)?;
        self.happened.insert(what, at);
        let reason = match what {
            Happening::PublicAware => ExitReason::PublicAware,
            Happening::ExploitPublic => ExitReason::ExploitPublic,
            Happening::AttacksObserved => ExitReason::AttacksObserved,
        };
        self.world.exploit |= what == Happening::ExploitPublic;
        self.world.attacks |= what == Happening::AttacksObserved;
        // The two states that give way at once: a public exploit is public, and what is public the vendors know.
        if what != Happening::AttacksObserved && !self.world.public {
            self.world.public = true;
            self.happened.entry(Happening::PublicAware).or_insert(at);
            self.participants.values_mut().for_each(Participant::become_aware);
        }
        match keep {
            // Attacks seen should end it, and may be too few to (Vultron, "Attacks Observed"): then somebody says why.
            Some(why) if self.embargo.binds() => {
                self.drop_proposals(at);
                self.kept = Some(why.clone());
            }
            _ => self.end_embargo(at, reason, None),
        }
        Ok(())
    }
}
