//! The embargo and the consent of each participant.

use super::{Case, LAST_TIME, MOST_TERMS, ahead};
use crate::case::consent::{ConsentState, ConsentStep};
use crate::case::embargo::{EmbargoState, EmbargoStep};
use crate::case::event::Tooling;
use crate::case::fault::{Code, Refusal, need};
use crate::case::name::{Name, Words};
use crate::case::report::ReportState;
use crate::case::status::FixState;
use crate::case::terms::{ANSWER_AT_LEAST, ANSWER_WITHIN, ExitReason, LONG, Limit, Terms};

/// Most open proposals of one participant that does not coordinate.
const MOST_OWN_TERMS: usize = 2;

impl Case {
    pub(super) fn limit(&mut self, by: &Name, name: &Name, limit: Limit) -> Result<(), Refusal> {
        self.coordinates(by)?;
        need(self.limits.len() < MOST_TERMS, Code::TooMany)?;
        need(!self.limits.contains_key(name), Code::NameTaken)?;
        need((0..=LAST_TIME).contains(&limit.until), Code::EndNotAhead)?;
        self.limits.insert(name.clone(), limit);
        Ok(())
    }

    /// Whether an embargo may be sought at all.
    fn may_seek(&self) -> Result<(), Refusal> {
        need(self.tooling != Tooling::PublicAi, Code::NoEmbargoAvailable)?;
        need(self.tooling != Tooling::Unknown, Code::ToolingUnknown)?;
        need(self.world.quiet(), Code::NotQuiet)
    }

    pub(super) fn propose(&mut self, name: &Name, mut terms: Terms) -> Result<(), Refusal> {
        let at = terms.proposed;
        let next = self.embargo.after(EmbargoStep::Propose).ok_or(Code::EmbargoStep)?;
        self.may_seek()?;
        ahead(at, terms.until)?;
        // The clock runs from validation; without one, from the opening.
        let long = terms.until - self.validated.unwrap_or(self.times.0) > LONG;
        need(!long || terms.reason.is_some(), Code::LongWithoutReason)?;
        let deployed = self.fix_state() == Some(FixState::Deployed);
        need(!deployed || terms.reason.is_some(), Code::ReasonNeeded)?;
        let coordinator = terms.by == self.coordinator;
        if !coordinator {
            // Whoever does not have the report, or refused, has no terms to offer; and nobody fills all places.
            let proposer = self.participant(&terms.by)?;
            need(
                proposer.report.open() && proposer.consent.state != ConsentState::Declined,
                Code::ConsentStep,
            )?;
            let own = self.proposals.values().filter(|other| other.by == terms.by).count();
            need(own < MOST_OWN_TERMS && self.proposals.len() + MOST_OWN_TERMS < MOST_TERMS, Code::TooMany)?;
        }
        need(self.proposals.len() < MOST_TERMS, Code::TooMany)?;
        need(!self.proposed.contains(name), Code::NameTaken)?;
        need(self.proposed.len() < MOST_TERMS * MOST_TERMS, Code::TooMany)?;
        let (bound, entering) = (self.embargo.binds(), self.embargo == EmbargoState::Active);
        self.embargo = next;
        for participant in self.participants.values_mut() {
            // Who agreed to the terms in force has not agreed to others; who has not agreed is asked.
            if entering && participant.consent.step(ConsentStep::Revise, at) {
                continue;
            }
            // Whom the coordinator has not told yet is not told by another.
            let untold = participant.report == ReportState::Start
                && participant.consent.state == ConsentState::NoEmbargo;
            if participant.consent.state != ConsentState::Lapsed && (coordinator || !untold) {
                participant.consent.step(ConsentStep::Invite, at);
            }
        }
        // Who proposes agrees to what it proposes. But nobody is a signatory right after a revision was proposed (section 9.2): then it
        // answers like the others.
        match self.participants.get_mut(&terms.by) {
            Some(proposer) if !bound => _ = proposer.consent.step(ConsentStep::Accept, at),
            _ => terms.agreed.clear(),
        }
        self.proposed.insert(name.clone());
        self.proposals.insert(name.clone(), terms);
        Ok(())
    }

    pub(super) fn answer(
        &mut self,
        by: &Name,
        at: i64,
        who: &Name,
        proposal: Option<&Name>,
        accept: bool,
    ) -> Result<(), Refusal> {
        self.speaks_for(by, who)?;
        let consent = self.participant(who)?.consent.state;
        let coordinator = *who == self.coordinator;
        let Some(name) = proposal else {
            need(self.embargo.binds(), Code::EmbargoStep)?;
            // The coordinator ends an embargo, it does not refuse one.
            need(!coordinator || accept, Code::EmbargoStep)?;
            let step = if accept { ConsentStep::Accept } else { ConsentStep::Decline };
            need(self.participant_mut(who)?.consent.step(step, at), Code::ConsentStep)?;
            let terms = self.terms.as_mut().ok_or(Code::EmbargoStep)?;
            if accept {
                terms.agreed.insert(who.clone());
            } else {
                terms.agreed.remove(who);
            }
            return Ok(());
        };
        let terms = self.proposals.get(name).ok_or(Code::UnknownProposal)?;
        // Who agreed to one proposal may agree to another, or refuse another, and stays a signatory; who refused is asked again first.
        need(consent != ConsentState::Declined, Code::ConsentStep)?;
        if coordinator && accept {
            self.may_seek()?;
            ahead(at, terms.until)?;
            let shorter = self.proposals.values().any(|other| other.until < terms.until);
            need(!shorter, Code::ShorterOpen)?;
            self.activate(at, name);
        } else if coordinator {
            self.turn_down(at, name);
        } else {
            let step = if accept { ConsentStep::Accept } else { ConsentStep::Decline };
            self.participant_mut(who)?.consent.step(step, at);
            if let Some(terms) = self.proposals.get_mut(name) {
                if accept {
                    terms.agreed.insert(who.clone());
                } else {
                    terms.agreed.remove(who);
                }
            }
        }
        Ok(())
    }

    /// The coordinator agrees: the terms are in force, and other open ones are closed. They can be proposed as revisions.
    fn activate(&mut self, at: i64, name: &Name) {
        let Some(next) = self.embargo.after(EmbargoStep::Accept) else { return };
        let Some(mut terms) = self.proposals.remove(name) else { return };
        terms.agreed.insert(self.coordinator.clone());
        self.embargo = next;
        self.proposals.clear();
        self.terms = Some(terms);
        self.settle(at);
    }

    /// Consents follow the terms in force: who agreed to others has lapsed. The coordinator, whose decision they are, agrees.
    fn settle(&mut self, at: i64) {
        let Some(terms) = &mut self.terms else { return };
        terms.agreed.insert(self.coordinator.clone());
        for (name, participant) in &mut self.participants {
            let consent = &mut participant.consent;
            if *name == self.coordinator {
                consent.step(ConsentStep::Accept, at);
            } else if !terms.agreed.contains(name) {
                consent.step(ConsentStep::Revise, at);
            } else if consent.state == ConsentState::Declined {
                // It agreed, and refused since: the refusal counts.
                terms.agreed.remove(name);
            }
        }
    }

    /// The coordinator turns one proposal down. With the last one, the embargo is what it was before.
    fn turn_down(&mut self, at: i64, name: &Name) {
        self.proposals.remove(name);
        if self.proposals.is_empty() {
            self.drop_proposals(at);
        }
    }

    /// No proposal is open any more.
    pub(super) fn drop_proposals(&mut self, at: i64) {
        self.proposals.clear();
        let Some(next) = self.embargo.after(EmbargoStep::Reject) else { return };
        self.embargo = next;
        if next == EmbargoState::None {
            self.reset(at);
        } else {
            self.settle(at);
        }
    }

    fn reset(&mut self, at: i64) {
        for participant in self.participants.values_mut() {
            participant.consent.step(ConsentStep::Reset, at);
        }
    }

    /// Whatever there is of an embargo ends.
    pub(super) fn end_embargo(&mut self, at: i64, reason: ExitReason, words: Option<&Words>) {
        if let Some(next) = self.embargo.after(EmbargoStep::Terminate) {
            self.embargo = next;
            self.proposals.clear();
            self.exit = Some((reason, at, words.cloned()));
            self.reset(at);
        } else {
            self.drop_proposals(at);
        }
    }

    /// Passing a report on while terms are proposed is agreeing to them (Vultron, "Negotiating Embargoes"): to the shortest.
    pub(super) fn construe_acceptance(&mut self, sender: &Name, at: i64) {
        if self.embargo != EmbargoState::Proposed || self.may_seek().is_err() {
            return;
        }
        let open = self.proposals.iter().filter(|(_, terms)| terms.until > at);
        let Some(name) = open.min_by_key(|(_, terms)| terms.until).map(|(name, _)| name.clone()) else {
            return;
        };
        if *sender == self.coordinator {
            self.activate(at, &name);
            return;
        }
        let Some(participant) = self.participants.get_mut(sender) else { return };
        let agrees = participant.consent.step(ConsentStep::Accept, at) || participant.consent.state.adheres();
        if let Some(terms) = self.proposals.get_mut(&name).filter(|_| agrees) {
            terms.agreed.insert(sender.clone());
        }
    }

    pub(super) fn withdraw(&mut self, by: &Name, at: i64, name: &Name) -> Result<(), Refusal> {
        let terms = self.proposals.get(name).ok_or(Code::UnknownProposal)?;
        need(terms.by == *by, Code::NotYours)?;
        self.turn_down(at, name);
        Ok(())
    }

    pub(super) fn invite(
        &mut self,
        by: &Name,
        at: i64,
        who: &Name,
        answer_by: Option<i64>,
    ) -> Result<(), Refusal> {
        self.coordinates(by)?;
        need(self.embargo.binds() || self.embargo == EmbargoState::Proposed, Code::EmbargoStep)?;
        let answer_by = match answer_by {
            Some(time) => {
                ahead(at, time)?;
                time.max(at.saturating_add(ANSWER_AT_LEAST))
            }
            None => at.saturating_add(ANSWER_WITHIN),
        };
        let consent = &mut self.participant_mut(who)?.consent;
        need(consent.step(ConsentStep::Invite, at), Code::ConsentStep)?;
        consent.answer_by = Some(answer_by);
        Ok(())
    }

    pub(super) fn time_out(&mut self, by: &Name, at: i64, who: &Name) -> Result<(), Refusal> {
        self.coordinates(by)?;
        need(*who != self.coordinator, Code::NotYours)?;
        let consent = &mut self.participant_mut(who)?.consent;
        need(consent.state.after(ConsentStep::TimeOut).is_some(), Code::ConsentStep)?;
        need(consent.answer_by.is_some_and(|time| time <= at), Code::NotOverdue)?;
        consent.step(ConsentStep::TimeOut, at);
        Ok(())
    }

    pub(super) fn leave(
        &mut self,
        by: &Name,
        at: i64,
        reason: ExitReason,
        words: Option<&Words>,
    ) -> Result<(), Refusal> {
        self.coordinates(by)?;
        let end = self.end().ok_or(Code::EmbargoStep)?;
        need(reason == ExitReason::Ended || words.is_some(), Code::ReasonNeeded)?;
        match reason {
            ExitReason::Ended => need(at >= end.at, Code::NotEnded)?,
            // These end it by themselves when they are said to be so.
            ExitReason::PublicAware | ExitReason::ExploitPublic | ExitReason::PublicAi => {
                return Err(Code::EmbargoStep.into());
            }
            ExitReason::AttacksObserved => need(self.world.attacks, Code::EmbargoStep)?,
            ExitReason::FixesReady => {
                need(self.fix_state().is_some_and(|fix| fix >= FixState::Ready), Code::FixStep)?;
            }
            ExitReason::Broken => need(!self.incidents.is_empty(), Code::UnknownBreak)?,
            ExitReason::Other => {}
        }
        self.end_embargo(at, reason, words);
        Ok(())
    }
}
