//! Consent to the embargo by one participant (Vultron Protocol Specification, section 9, in its form of five states).
//!
//! Later editions of the specification rename `NO_EMBARGO` and split the end of a deadline from a refusal; here the log tells the
//! two apart, as section 9.4 of this edition says.

use crate::set::closed_set;

closed_set! {
    /// Where one participant stands with the embargo.
    ConsentState {
        /// No embargo concerns it.
        NoEmbargo = "no-embargo",
        /// It was asked and has not answered.
        Invited = "invited",
        /// It agreed to the terms in force, or to those proposed.
        Signatory = "signatory",
        /// It had agreed to terms that are being, or were, changed.
        Lapsed = "lapsed",
        /// It refused, or let the deadline pass.
        Declined = "declined",
    }
}

closed_set! {
    /// What moves a consent.
    ConsentStep {
        /// It is asked.
        Invite = "invite",
        /// It agrees.
        Accept = "accept",
        /// It refuses.
        Decline = "decline",
        /// It did not answer in time.
        TimeOut = "time-out",
        /// The terms it agreed to are no longer those that are spoken of.
        Revise = "revise",
        /// The embargo ended.
        Reset = "reset",
    }
}

impl ConsentState {
    /// The state after a step; none if the step is not allowed here (section 9.2).
    pub const fn after(self, step: ConsentStep) -> Option<Self> {
        use ConsentState as S;
        use ConsentStep as T;
        Some(match (self, step) {
            (S::NoEmbargo | S::Lapsed | S::Declined, T::Invite) => S::Invited,
            (S::NoEmbargo | S::Invited | S::Lapsed, T::Accept) => S::Signatory,
            (S::NoEmbargo | S::Invited | S::Lapsed, T::Decline) => S::Declined,
            (S::Invited | S::Lapsed, T::TimeOut) => S::Declined,
            (S::Signatory, T::Revise) => S::Lapsed,
            (_, T::Reset) => S::NoEmbargo,
            _ => return None,
        })
    }

    /// Whether the participant keeps to the embargo: the specification's `embargo_adherence` (section 9.6).
    pub const fn adheres(self) -> bool {
        matches!(self, Self::Signatory)
    }
}
