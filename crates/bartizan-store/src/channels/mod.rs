//! Channels: sources that the node pulls and peers that it pushes to, by itself, on a schedule.
//!
//! A round of a channel is one job, whose key names the round: it is asked for once. What a round takes over is kept in steps
//! ([`Store::step`](crate::Store::step)), each a transaction with its objects or submission, where they came from, how far the
//! channel is, and what the log of rounds says. A round that is killed anywhere goes on from its last step.

mod find;
mod keep;
mod schedule;
mod step;

use bartizan_clearinghouse::access::{CollectionId, OrganisationId, PersonId};
use bartizan_stix::Tlp;

use crate::jobs::{JobId, JobState};

pub use find::Origin;
pub use step::{Credit, Item, Step, Stepped};

/// The number of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelId(pub i64);

/// What is at the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChannelKind {
    /// An RSS or Atom feed: each new article becomes a submission.
    Feed,
    /// A MISP feed: manifest and events.
    Misp,
    /// A collection of a TAXII 2.1 server, pulled.
    Taxii,
    /// The address of one report.
    Page,
    /// A collection of a TAXII 2.1 server, to which one of ours is pushed.
    Push,
}

impl ChannelKind {
    /// All kinds.
    pub const ALL: [ChannelKind; 5] = [Self::Feed, Self::Misp, Self::Taxii, Self::Page, Self::Push];

    /// `feed`, `misp`, `taxii`, `page` or `push`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Feed => "feed",
            Self::Misp => "misp",
            Self::Taxii => "taxii",
            Self::Page => "page",
            Self::Push => "push",
        }
    }

    /// From the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Whether what it brings are reports for the library; else objects of a collection.
    pub fn is_reports(self) -> bool {
        matches!(self, Self::Feed | Self::Page)
    }

    /// The name of its jobs.
    pub fn job(self) -> &'static str {
        if self == Self::Push { "push" } else { "pull" }
    }
}

/// A channel to be made.
#[derive(Clone, Debug)]
pub struct NewChannel<'a> {
    /// What the outside calls it by; random.
    pub uuid: &'a str,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// On whose behalf it works: what they may not do it does not.
    pub person: PersonId,
    /// What is at the other end.
    pub kind: ChannelKind,
    /// What people call it.
    pub title: &'a str,
    /// Where the other end is.
    pub address: &'a str,
    /// The collection there; empty where there is none.
    pub remote: &'a str,
    /// Our collection; none: the library.
    pub collection: Option<CollectionId>,
    /// The organisation that the peer is, whose reading decides what goes out.
    pub reader: Option<OrganisationId>,
    /// What a thing without a marking counts as.
    pub marking: Tlp,
    /// Microseconds between the beginnings of rounds.
    pub every: i64,
    /// Credentials, sealed; empty: none.
    pub sealed: &'a str,
}

/// What becomes different about a channel; what is none stays.
#[derive(Clone, Debug, Default)]
pub struct ChannelChange<'a> {
    /// What people call it.
    pub title: Option<&'a str>,
    /// What a thing without a marking counts as.
    pub marking: Option<Tlp>,
    /// Microseconds between the beginnings of rounds.
    pub every: Option<i64>,
    /// Credentials, sealed; empty: none any more.
    pub sealed: Option<&'a str>,
}

/// A channel as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its number.
    pub id: ChannelId,
    /// What the outside calls it by.
    pub uuid: String,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// On whose behalf it works.
    pub person: PersonId,
    /// What is at the other end.
    pub kind: ChannelKind,
    /// What people call it.
    pub title: String,
    /// Where the other end is.
    pub address: String,
    /// The collection there.
    pub remote: String,
    /// Our collection.
    pub collection: Option<CollectionId>,
    /// The organisation that the peer is.
    pub reader: Option<OrganisationId>,
    /// What a thing without a marking counts as.
    pub marking: Tlp,
    /// Microseconds between the beginnings of rounds.
    pub every: i64,
    /// Whether it rests.
    pub paused: bool,
    /// Credentials, sealed.
    pub sealed: String,
    /// Where to go on, JSON.
    pub place: String,
    /// When the next round is due.
    pub due: i64,
    /// The number of the last round; 0 before the first.
    pub round: i64,
    /// The job of the last round.
    pub job: Option<JobId>,
    /// Whether it was removed.
    pub removed: bool,
}

/// A round as the log tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its number in the channel.
    pub round: i64,
    /// When it was asked for.
    pub begun: i64,
    /// When it ended well.
    pub ended: Option<i64>,
    /// Things that are new.
    pub taken: i64,
    /// Things that were there.
    pub known: i64,
    /// Things that were refused.
    pub refused: i64,
    /// Words on what was refused and why.
    pub notes: Vec<String>,
    /// What has become of its job.
    pub state: JobState,
    /// Code of the last failure of its job.
    pub code: Option<String>,
    /// Words of the last failure of its job.
    pub message: Option<String>,
}

impl Run {
    /// Whether it is under way.
    pub fn is_open(&self) -> bool {
        !self.state.is_final()
    }
}
