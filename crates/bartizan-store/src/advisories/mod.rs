//! Advisories: written in editions by their owner, released to collections from a time on, and what operators say of them.
//!
//! What a reader gets is always an edition that was released to an audience that they read; the row of the advisory itself tells of
//! the newest edition, which may be a draft, and is for its owner alone.

mod find;
mod keep;
mod publisher;
mod readable;
mod receipts;
mod release;

use bartizan_clearinghouse::access::{Audience, CollectionId, OrganisationId, PersonId};
use bartizan_clearinghouse::advisory::{Receipt, State};
use bartizan_stix::Tlp;

pub use keep::{EditionAbout, NewAdvisory, NewEdition, NewShelf};
pub use publisher::{NewPublisher, PublisherEntry};
pub use readable::{AdvisoryQuestion, AdvisoryShelf, ReadableAdvisory};
pub use receipts::NewAdvisoryReceipt;
pub use release::{NewRelease, NewWithdrawal};

/// An advisory as its owner has it: of the newest edition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advisory {
    /// Its number here: a place in lists, for nobody outside.
    pub id: i64,
    /// What the outside calls it by.
    pub uuid: String,
    /// Whose it is.
    pub owner: OrganisationId,
    /// Who began it.
    pub person: PersonId,
    /// The case it comes from.
    pub case: Option<String>,
    /// What its readers know it by.
    pub tracking: String,
    /// The name of its file.
    pub filename: String,
    /// Its title.
    pub title: String,
    /// How far it may go.
    pub marking: Tlp,
    /// The number of the newest edition, from 1.
    pub edition: i64,
    /// How far it is.
    pub state: State,
    /// The newest version that was released, 0 for none.
    pub version: i64,
    /// When it was begun, microseconds since 1970.
    pub created: i64,
    /// When it was last changed, microseconds since 1970.
    pub changed: i64,
}

impl Advisory {
    /// Who has it as long as it is released to nobody: what the rule of access is asked about.
    pub fn audience(&self) -> Audience {
        Audience { author: Some(self.person), ..Audience::new(self.owner, self.marking) }
    }
}

/// An edition, without what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdvisoryEdition {
    /// Its number, from 1.
    pub number: i64,
    /// The version that it says it has, if it is one to release; 0 for a draft.
    pub version: i64,
    /// Its title.
    pub title: String,
    /// How far it may go.
    pub marking: Tlp,
    /// SHA-256 of what it says.
    pub digest: String,
    /// What changed.
    pub summary: String,
    /// When it was written, microseconds since 1970.
    pub at: i64,
    /// By whom.
    pub person: PersonId,
    /// Whether it takes the advisory back.
    pub withdraws: bool,
    /// The record of what was taken out before it was released, JSON; empty: nothing was found.
    pub scrubbed: String,
}

/// An edition in a collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdvisoryRelease {
    /// Which edition.
    pub edition: i64,
    /// Where.
    pub collection: CollectionId,
    /// From when on its readers have it, microseconds since 1970.
    pub begins: i64,
    /// When that was said, microseconds since 1970.
    pub at: i64,
    /// By whom.
    pub person: PersonId,
    /// Since when they have it no more, microseconds since 1970.
    pub ended: Option<i64>,
}

/// What an organisation said of an advisory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdvisoryReceipt {
    /// Who.
    pub organisation: OrganisationId,
    /// Which of its people.
    pub person: PersonId,
    /// Of which edition.
    pub edition: i64,
    /// When, microseconds since 1970.
    pub at: i64,
    /// What.
    pub state: Receipt,
    /// In words; may be empty.
    pub words: String,
}

/// What the log calls an advisory.
fn thing(uuid: &str) -> String {
    format!("advisory/{uuid}")
}
