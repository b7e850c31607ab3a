//! Cases of coordination. The log of a case is what counts; columns beside it are derived from the fold of it, in the transaction
//! that adds to it, so that lists can be asked for.

mod derived;
mod find;
mod keep;
mod reports;

use bartizan_clearinghouse::access::{Admission, OrganisationId, PersonId};
use bartizan_clearinghouse::case::{Event, Name};
use bartizan_stix::Tlp;

pub use find::CaseQuestion;
pub(crate) use keep::add_events;
pub use keep::{NewCase, NewEvent, NewParty, Said};
pub use reports::CaseReport;

/// A case, as lists have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseEntry {
    /// Its number here: a place in lists, for nobody outside.
    pub id: i64,
    /// What the outside calls it by.
    pub uuid: String,
    /// Who coordinates it.
    pub runs: OrganisationId,
    /// What people call it.
    pub title: String,
    /// What it is about.
    pub summary: String,
    /// How far it goes.
    pub marking: Tlp,
    /// CVE identifiers.
    pub cves: Vec<String>,
    /// When it was opened, microseconds since 1970.
    pub opened: i64,
    /// Time of the last event.
    pub changed: i64,
    /// How many events there are.
    pub events: i64,
    /// How often anything of it changed besides its log.
    pub revision: i64,
    /// Where the report stands with the coordinator: a word of `case::ReportState`.
    pub report: String,
    /// The embargo: a word of `case::EmbargoState`.
    pub embargo: String,
    /// Until when an embargo binds, if one does.
    pub embargo_until: Option<i64>,
    /// Whether it is closed.
    pub closed: bool,
    /// What the asker's organisation was let into; nothing if it is not in the case.
    pub admission: Admission,
    /// Whether the asker is read in now, or handed in a report of it.
    pub read_in: bool,
}

/// A participant of a case, as a party of the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartyEntry {
    /// Its name in the log.
    pub name: Name,
    /// The organisation of this node, if it is one.
    pub organisation: Option<OrganisationId>,
    /// What it is called.
    pub title: String,
    /// Its time zone, a name of the IANA database; empty if not known.
    pub zone: String,
    /// Where it is reached; empty if by this node.
    pub contact: String,
    /// What it was let into.
    pub admission: Admission,
}

/// An event of the log, and who said it for the participant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptEvent {
    /// The event.
    pub event: Event,
    /// Who said it; none if it was the node.
    pub person: Option<PersonId>,
}

/// A case without its log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseHead {
    /// As in lists.
    pub entry: CaseEntry,
    /// Who is in it.
    pub parties: Vec<PartyEntry>,
    /// Who is read in at the time of the question, or handed in a report of it.
    pub read_in: Vec<PersonId>,
}
