//! Analysed reports: kept with the end of their job, found again, decided about, published.

mod decisions;
mod editions;
mod facets;
mod find;
mod keep;
mod mark;
mod publications;

use bartizan_clearinghouse::access::{CollectionId, OrganisationId, PersonId};
use bartizan_clearinghouse::pap::Pap;
use bartizan_stix::Tlp;

use crate::names::{KeptRule, Named};

pub use editions::{CarriedDecision, EditionLine, Former};
pub use facets::{Facet, FacetCount, facet_key};
pub use find::ReportFilter;
pub(crate) use find::{COLUMNS, WIDE, read as read_report};
pub(crate) use keep::keep;
pub use mark::Marked;
pub use publications::PublishedObjects;

/// The number of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReportId(pub i64);

/// A report that a job made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReport<'a> {
    /// What the outside calls it by; random.
    pub uuid: &'a str,
    /// How far it may go, as the analysis found or its sender said.
    pub marking: Tlp,
    /// Its title.
    pub title: &'a str,
    /// Who published it; may be empty.
    pub publisher: &'a str,
    /// When, as far as it says; may be empty.
    pub published: &'a str,
    /// What kind of text it is; may be empty.
    pub kind: &'a str,
    /// Where it came from; may be empty.
    pub source: &'a str,
    /// JSON: name of a file to the digest of its bytes.
    pub contents: &'a str,
    /// How many claims there are to decide about.
    pub claims: i64,
    /// What it can be found by.
    pub words: &'a str,
    /// What it names.
    pub names: &'a [Named],
    /// Rules that its analysis made.
    pub rules: &'a [KeptRule],
    /// The language of its text; may be empty.
    pub language: &'a str,
    /// The edition before it, if it is a new one of a report that is here.
    pub former: Option<&'a Former>,
}

/// A report as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Its number.
    pub id: ReportId,
    /// What the outside calls it by.
    pub uuid: String,
    /// Number of the audience that may read it.
    pub audience: i64,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Who handed it in.
    pub person: Option<PersonId>,
    /// Its title.
    pub title: String,
    /// Who published it.
    pub publisher: String,
    /// When, as far as it says.
    pub published: String,
    /// What kind of text it is.
    pub kind: String,
    /// Where it came from.
    pub source: String,
    /// JSON: name of a file to the digest of its bytes.
    pub contents: String,
    /// How many claims there are to decide about.
    pub claims: i64,
    /// How many of them are decided.
    pub reviewed: i64,
    /// When it was analysed, microseconds.
    pub created: i64,
    /// What may be done with it.
    pub pap: Option<Pap>,
}

impl Report {
    /// The digest of one of its files.
    pub fn content(&self, name: &str) -> Option<String> {
        let files: serde_json::Value = serde_json::from_str(&self.contents).ok()?;
        files[name].as_str().map(str::to_owned)
    }
}

/// A decision as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptDecision {
    /// Its number in the report, from 1.
    pub number: i64,
    /// Who decided.
    pub person: PersonId,
    /// When, microseconds.
    pub at: i64,
    /// What, as JSON.
    pub body: String,
}

/// Where a report was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// The collection.
    pub collection: CollectionId,
    /// Who published it.
    pub person: PersonId,
    /// When last, microseconds.
    pub at: i64,
    /// How many objects.
    pub objects: i64,
    /// What the copy was marked with; none for those from before this was kept.
    pub marking: Option<Tlp>,
    /// Until when only their owner reads the copy, microseconds.
    pub embargo: Option<i64>,
}

/// A publication to be told of.
#[derive(Clone, Copy, Debug)]
pub struct NewPublication<'a> {
    /// What was written, and where.
    pub written: PublishedObjects<'a>,
    /// Who published it.
    pub person: PersonId,
    /// The marking of the report when it was published.
    pub marking: Tlp,
    /// Until when only their owner reads the objects, microseconds.
    pub embargo: Option<i64>,
    /// Places of the first and last object that was new.
    pub span: Option<(i64, i64)>,
}
