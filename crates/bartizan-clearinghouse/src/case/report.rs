//! Report management: where one participant stands with one report (Vultron Protocol Specification, section 6).

use crate::set::closed_set;

closed_set! {
    /// State of a report with one participant; each participant has its own.
    ReportState {
        /// Not yet received.
        Start = "start",
        /// Received, not judged.
        Received = "received",
        /// Judged to be no vulnerability, or not enough to tell.
        Invalid = "invalid",
        /// Judged to be a vulnerability, not yet decided about.
        Valid = "valid",
        /// Valid, and put off.
        Deferred = "deferred",
        /// Valid, and worked on.
        Accepted = "accepted",
        /// Done.
        Closed = "closed",
    }
}

closed_set! {
    /// What a participant does with a report.
    ReportStep {
        /// It gets the report.
        Receive = "receive",
        /// It finds the report valid.
        Validate = "validate",
        /// It finds the report invalid.
        Invalidate = "invalidate",
        /// It takes the work on.
        Accept = "accept",
        /// It puts the work off.
        Defer = "defer",
        /// It is done with the report.
        Close = "close",
    }
}

impl ReportState {
    /// The state after a step; none if the step is not allowed here. There are eleven transitions (section 6.2).
    pub const fn after(self, step: ReportStep) -> Option<Self> {
        use ReportState as S;
        use ReportStep as T;
        Some(match (self, step) {
            (S::Start, T::Receive) => S::Received,
            (S::Received | S::Invalid, T::Validate) => S::Valid,
            (S::Received, T::Invalidate) => S::Invalid,
            (S::Valid | S::Deferred, T::Accept) => S::Accepted,
            (S::Valid | S::Accepted, T::Defer) => S::Deferred,
            (S::Invalid | S::Deferred | S::Accepted, T::Close) => S::Closed,
            _ => return None,
        })
    }

    /// Whether the participant has the report and is not done with it.
    pub const fn open(self) -> bool {
        !matches!(self, Self::Start | Self::Closed)
    }
}
