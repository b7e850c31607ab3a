//! What the server keeps, in one SQLite file or in PostgreSQL 15 or newer.
//!
//! Statements are written once, in the subset that both engines share (`sql` carries them); the tests run on both. A unit of work
//! is one transaction: the change, its audit entry and what else belongs to it, or nothing.
//!
//! Nothing here decides about access: callers ask `bartizan_clearinghouse::access::decide` and hand over the audiences that may
//! be read (ARCHITECTURE.md, "The walk of a request to the server").

mod advisories;
mod audience;
mod audit;
mod cases;
mod channels;
mod collections;
mod db;
mod directory;
mod error;
mod hooks;
mod idempotency;
mod identity;
mod intake;
mod inventories;
mod jobs;
mod migrate;
mod names;
mod nodelay;
mod objects;
mod outward;
mod people;
mod programmes;
mod relay;
mod reports;
mod rows;
mod scans;
mod searches;
mod sql;
mod words;

pub use advisories::{
    Advisory, AdvisoryEdition, AdvisoryQuestion, AdvisoryReceipt, AdvisoryRelease, AdvisoryShelf,
    EditionAbout, NewAdvisory, NewAdvisoryReceipt, NewEdition, NewPublisher, NewRelease, NewShelf,
    NewWithdrawal, PublisherEntry, ReadableAdvisory,
};
pub use audit::{Action, AuditState};
pub use cases::{
    CaseEntry, CaseHead, CaseQuestion, CaseReport, KeptEvent, NewCase, NewEvent, NewParty, PartyEntry, Said,
};
pub use channels::{
    Channel, ChannelChange, ChannelId, ChannelKind, Credit, Item, NewChannel, Origin, Run, Step, Stepped,
};
pub use collections::{NewCollection, NewGrant};
pub use db::{Engine, Store};
pub use directory::{CollectionEntry, Directory, GroupEntry, OrganisationEntry, PersonEntry, TokenEntry};
pub use error::Error;
pub use hooks::{Delivery, Event, NewWebhook, Sent, Webhook, WebhookId};
pub use idempotency::{Attempt, Earlier, KeptAnswer};
pub use identity::{CertificateEntry, Factors, NewCertificate, NewPasskey, Passkey};
pub use intake::{
    Between, CaseOfReport, DeskEntry, Looker, NewFile, NewVulnerabilityReport, ReportQuestion, ReportState,
    Taken, VulnerabilityFile, VulnerabilityReport,
};
pub use inventories::{
    DueNote, FactArrival, FactFile, FactKind, InventoryDocument, InventoryEntry, NewDueNote, NewFactFile,
    NewInventory, NewInventoryDocument, NoteKind,
};
pub use jobs::{
    Content, Enqueued, Fault, Job, JobFilter, JobId, JobProgress, JobState, Lease, NewJob, backoff,
};
pub use names::{KeptRule, NameCount, Named, NamedIn, RuleFilter, RuleKind, name_key};
pub use objects::{
    Added, Arrival, COUNTED, Filter, Held, Hit, Incoming, Kept, Manifest, ObjectQuestion, Outcome, Page,
    Receipt, Stored, VersionWanted, Written,
};
pub use people::{NewPerson, NewToken, Session};
pub use programmes::{
    CallLine, GrantStanding, KeptEdition, NewProgramme, NewTestGrant, NewWindow, Part, ProgrammeEntry,
    SourceVersion, TestEndpoint, TestFile, TestGrant, WindowColumns, WindowEffects, WindowEntry, WindowEvent,
    WindowLog, WindowQuestion,
};
pub use relay::{
    Arrived, Arriving, HandedOver, NewMessage, NewRelayPeer, RelayLink, RelayPeer, Settled, Told, Unsent,
    Waiting,
};
pub use reports::{
    CarriedDecision, EditionLine, Facet, FacetCount, Former, KeptDecision, Marked, NewPublication, NewReport,
    Publication, PublishedObjects, Report, ReportFilter, ReportId, facet_key,
};
pub use scans::{
    Listed, MOST_CELLS, NewScan, RangeState, ScanDecision, ScanEvent, ScanIntent, ScanNote, ScanQuestion,
    ScanRange, ScanUnits,
};
pub use searches::SavedSearch;
