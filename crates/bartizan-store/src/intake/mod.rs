//! Reports of vulnerabilities as they were handed in to a desk.

mod desk;
mod find;
mod keep;

use bartizan_clearinghouse::access::{OrganisationId, PersonId};

pub use desk::DeskEntry;
pub use find::{CaseOfReport, Looker, ReportQuestion, VulnerabilityFile, VulnerabilityReport};
pub(crate) use keep::take;
pub use keep::{NewFile, NewVulnerabilityReport, Taken};

/// How far a report is (the words of the Akrites intake, "Status").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReportState {
    /// It is kept; nobody has looked.
    Queued,
    /// Somebody is at it.
    Processing,
    /// It was decided about.
    Done,
}

impl ReportState {
    /// All states.
    pub const ALL: [ReportState; 3] = [Self::Queued, Self::Processing, Self::Done];

    /// `queued`, `processing`, `done`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Processing => "processing",
            Self::Done => "done",
        }
    }

    /// From the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// Who sent a report, to whom: what decides who may know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Between {
    /// The organisation whose desk took it.
    pub desk: OrganisationId,
    /// The sender's.
    pub sender: OrganisationId,
    /// Who sent it.
    pub person: PersonId,
}
