//! The states that one participant can be in (Vultron, "Formal Protocol", "States").
//!
//! Report state (7), embargo state (5), fix path or none (5) and the world (8) make 1,400 combinations. Most are the same state or
//! cannot last: before the report is received and after it is closed nothing else matters; a public exploit makes the vulnerability
//! public; and once it is public the embargo no longer matters. 352 are left, and fewer for each role.

use std::collections::BTreeSet;

use super::embargo::EmbargoState;
use super::report::ReportState;
use super::status::{FixState, World};
use crate::set::closed_set;

closed_set! {
    /// What a participant can do about a fix; it decides which states it can be in.
    Part {
        /// Makes fixes, others deploy them.
        Vendor = "vendor",
        /// Makes fixes and deploys them.
        VendorDeployer = "vendor-deployer",
        /// Deploys fixes of others.
        Deployer = "deployer",
        /// Neither: coordinators and others.
        Other = "other",
        /// Found the vulnerability and reported it: known to the case only from `accepted` on.
        Reporter = "reporter",
    }
}

/// One of the 1,400 combinations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParticipantState {
    /// Where the report stands.
    pub report: ReportState,
    /// Where the embargo of the case stands.
    pub embargo: EmbargoState,
    /// How far the participant's fix is; none if it has no part in fixes. Of a deployer that is no vendor, `Unaware` stands for "not
    /// deployed" and `Deployed` for "deployed".
    pub fix: Option<FixState>,
    /// What is true in the world.
    pub world: World,
}

/// A state with what does not matter left out. Two combinations of the same reduced state are one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reduced {
    /// The report was not received.
    Start,
    /// The public does not know.
    Private(ReportState, EmbargoState, Option<FixState>, World),
    /// The public knows.
    Public(ReportState, Option<FixState>, World),
    /// The report is closed.
    Closed,
}

impl ParticipantState {
    /// All 1,400.
    pub fn all() -> impl Iterator<Item = Self> {
        let fixes = || std::iter::once(None).chain(FixState::ALL.iter().copied().map(Some));
        ReportState::ALL.iter().flat_map(move |&report| {
            EmbargoState::ALL.iter().flat_map(move |&embargo| {
                fixes()
                    .flat_map(move |fix| World::all().map(move |world| Self { report, embargo, fix, world }))
            })
        })
    }

    /// The state without what does not matter; none if it cannot last.
    pub fn reduced(self) -> Option<Reduced> {
        match self.report {
            ReportState::Start => Some(Reduced::Start),
            ReportState::Closed => Some(Reduced::Closed),
            _ if self.world.public => Some(Reduced::Public(self.report, self.fix, self.world)),
            _ if self.world.exploit => None,
            _ => Some(Reduced::Private(self.report, self.embargo, self.fix, self.world)),
        }
    }

    /// Whether a participant of this part can be in the state.
    pub fn possible(self, part: Part) -> bool {
        if self.reduced().is_none() {
            return false;
        }
        if matches!(self.report, ReportState::Start | ReportState::Closed) {
            return part != Part::Reporter || self.report == ReportState::Closed;
        }
        // A fix is made and deployed only by who accepted the report, though it may be put off later.
        let decided = matches!(self.report, ReportState::Deferred | ReportState::Accepted);
        match part {
            Part::Other => self.fix.is_none(),
            Part::Reporter => self.fix.is_none() && decided,
            Part::Deployer => match self.fix {
                Some(FixState::Unaware) => true,
                Some(FixState::Deployed) => decided,
                _ => false,
            },
            Part::Vendor | Part::VendorDeployer => match self.fix {
                Some(FixState::Aware) => true,
                Some(FixState::Ready) => decided,
                Some(FixState::Deployed) => decided && part == Part::VendorDeployer,
                _ => false,
            },
        }
    }

    /// The different states a participant can be in: 352, or those of one part.
    pub fn space(part: Option<Part>) -> BTreeSet<Reduced> {
        Self::all()
            .filter(|state| part.is_none_or(|part| state.possible(part)))
            .filter_map(Self::reduced)
            .collect()
    }
}
