//! Webhooks: who is told of what. A message is asked for in the transaction of what it tells of, as a job; what it says is put
//! together when it is sent, by what its maker may read then (docs/api.md).

mod deliveries;
mod manage;
mod tell;

use bartizan_clearinghouse::access::{CollectionId, OrganisationId, PersonId};

pub use deliveries::{Delivery, Sent};
pub(crate) use tell::{Happening, SEND, tell};

/// The number of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WebhookId(pub i64);

/// What a webhook can be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// Objects were added to a collection.
    ObjectsAdded,
    /// A report was published to a collection.
    ReportPublished,
    /// An embargo has ended, or was lifted.
    EmbargoEnded,
    /// Somebody decided about a claim of a report.
    ReportDecided,
    /// A job was done or given up.
    JobEnded,
    /// A scan of the own organisation is to stop.
    ScanStopped,
    /// An advisory came into a collection.
    AdvisoryReleased,
    /// A newer edition of one that was there did.
    AdvisoryRevised,
    /// It was taken back by a last edition.
    AdvisoryWithdrawn,
    /// Somebody pressed the button for a test.
    Test,
}

impl Event {
    /// Those that can be chosen.
    pub const ALL: [Event; 9] = [
        Event::ObjectsAdded,
        Event::ReportPublished,
        Event::EmbargoEnded,
        Event::ReportDecided,
        Event::JobEnded,
        Event::ScanStopped,
        Event::AdvisoryReleased,
        Event::AdvisoryRevised,
        Event::AdvisoryWithdrawn,
    ];

    /// `objects.added`, `report.published`, `embargo.ended`, `report.decided`, `job.ended`, `scan.stopped`,
    /// `advisory.released`, `advisory.revised`, `advisory.withdrawn`, `webhook.test`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ObjectsAdded => "objects.added",
            Self::ReportPublished => "report.published",
            Self::EmbargoEnded => "embargo.ended",
            Self::ReportDecided => "report.decided",
            Self::JobEnded => "job.ended",
            Self::ScanStopped => "scan.stopped",
            Self::AdvisoryReleased => "advisory.released",
            Self::AdvisoryRevised => "advisory.revised",
            Self::AdvisoryWithdrawn => "advisory.withdrawn",
            Self::Test => "webhook.test",
        }
    }

    /// From what [`Event::as_str`] gives.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().chain([Self::Test]).find(|event| event.as_str() == text)
    }
}

/// A webhook to be made.
#[derive(Clone, Debug)]
pub struct NewWebhook<'a> {
    /// What the outside calls it by; random.
    pub uuid: &'a str,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Who makes it: it is told what they may read.
    pub person: PersonId,
    /// Of this collection; none: of everything they read.
    pub collection: Option<CollectionId>,
    /// What they call it.
    pub label: &'a str,
    /// Where messages go.
    pub url: &'a str,
    /// What it is told of.
    pub events: &'a [Event],
    /// What messages are signed with, as it is shown: `whsec_…`.
    pub secret: &'a str,
}

/// A webhook as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Its number.
    pub id: WebhookId,
    /// What the outside calls it by.
    pub uuid: String,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Who made it.
    pub person: PersonId,
    /// Of this collection; none: of everything they read.
    pub collection: Option<CollectionId>,
    /// What they call it.
    pub label: String,
    /// Where messages go.
    pub url: String,
    /// What it is told of.
    pub events: Vec<Event>,
    /// What messages are signed with.
    pub secret: String,
    /// What they were signed with before, and until when they still are, microseconds.
    pub former: Option<(String, i64)>,
    /// Attempts that failed since the last that did not.
    pub failures: i64,
    /// Since when it is off (microseconds), and why.
    pub off: Option<(i64, String)>,
    /// When it was made, microseconds.
    pub created: i64,
}
