//! Embargo management: whether the case as a whole is under embargo (Vultron Protocol Specification, section 7).

use crate::set::closed_set;

closed_set! {
    /// State of the embargo of a case.
    EmbargoState {
        /// There is none, and none was agreed before.
        None = "none",
        /// One is proposed, none is in force.
        Proposed = "proposed",
        /// One is in force.
        Active = "active",
        /// One is in force, and other terms are proposed.
        Revise = "revise",
        /// It ended. There is no way back.
        Exited = "exited",
    }
}

closed_set! {
    /// What happens to an embargo.
    EmbargoStep {
        /// Terms are proposed.
        Propose = "propose",
        /// Proposed terms are agreed to.
        Accept = "accept",
        /// Proposed terms are turned down.
        Reject = "reject",
        /// The embargo ends.
        Terminate = "terminate",
    }
}

impl EmbargoState {
    /// The state after a step; none if the step is not allowed here. There are ten transitions (section 7.2).
    pub const fn after(self, step: EmbargoStep) -> Option<Self> {
        use EmbargoState as S;
        use EmbargoStep as T;
        Some(match (self, step) {
            (S::None | S::Proposed, T::Propose) => S::Proposed,
            (S::Proposed, T::Reject) => S::None,
            (S::Proposed | S::Revise, T::Accept) => S::Active,
            (S::Active | S::Revise, T::Propose) => S::Revise,
            // Turning down a revision leaves the terms that are in force.
            (S::Revise, T::Reject) => S::Active,
            (S::Active | S::Revise, T::Terminate) => S::Exited,
            _ => return None,
        })
    }

    /// Whether agreed terms bind: also while a revision is open.
    pub const fn binds(self) -> bool {
        matches!(self, Self::Active | Self::Revise)
    }
}
