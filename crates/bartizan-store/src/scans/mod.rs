//! Scan intents: registered, kept by heartbeats, decided about, stopped; owners' ranges; the coordinator's catalogue.

mod catalogue;
mod find;
mod keep;
mod ranges;

use bartizan_clearinghouse::access::{OrganisationId, PersonId};
use bartizan_clearinghouse::scan::{Held, State};

pub use catalogue::{Listed, MOST_CELLS, ScanUnits};
pub use find::ScanQuestion;
pub use keep::{NewScan, ScanDecision, ScanNote};
pub use ranges::{RangeState, ScanRange};

/// An intent as it is kept. Times are microseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanIntent {
    /// Its number here: a place in lists, for nobody outside.
    pub id: i64,
    /// What the outside calls it by.
    pub uuid: String,
    /// At whose desk it is registered.
    pub desk: OrganisationId,
    /// Who scans.
    pub scanner: OrganisationId,
    /// Who registered it.
    pub person: PersonId,
    /// JSON, as `bartizan_clearinghouse::scan::Intent` writes it.
    pub body: String,
    /// What stands in lists.
    pub title: String,
    /// Whether what is scanned is alive.
    pub live: bool,
    /// State, window and lease; the state as it was written last, see [`Held::state`].
    pub held: Held,
    /// When that was.
    pub changed: i64,
    /// Since when it is active.
    pub began: Option<i64>,
    /// When it was ended before its time.
    pub ended: Option<i64>,
    /// When the scanner was told to stop.
    pub told: Option<i64>,
    /// When it was registered.
    pub received: i64,
    /// Whose it is what would be scanned, and what each has decided.
    pub owners: Vec<(OrganisationId, Option<bool>)>,
}

impl ScanIntent {
    /// Where it is now.
    pub fn state(&self, now: i64) -> State {
        self.held.state(now)
    }

    /// Whose it is what would be scanned.
    pub fn owned_by(&self) -> Vec<OrganisationId> {
        self.owners.iter().map(|(owner, _)| *owner).collect()
    }
}

/// Something that happened to an intent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanEvent {
    /// When.
    pub at: i64,
    /// `registered`, `approved`, `refused`, `stopped`, `withdrawn`, `lapsed`, `told`, `choice`, `message`.
    pub kind: String,
    /// Whose people did it; none if it was the node.
    pub organisation: Option<OrganisationId>,
    /// Who did it; none if it was the node.
    pub person: Option<PersonId>,
    /// A reason or a choice; may be empty.
    pub code: String,
    /// Which part of the scope it is about; may be empty.
    pub part: String,
    /// Words; may be empty.
    pub words: String,
}

fn thing(uuid: &str) -> String {
    format!("scan-intent/{uuid}")
}
