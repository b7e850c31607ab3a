//! The server's pages: values in, HTML out.
//!
//! Each page is a plain struct with public fields and a `render`; the server fills the fields and sends what comes out.
//! A page decides nothing about access: what may not be seen or done is not in its fields. Every page holds a
//! [`Shell`]: who looks, what they may open, the token of their forms, the marking of what is shown.
//!
//! No value becomes markup: the templates escape, and characters that would be invisible or turn text around are
//! written by name. Pages work under [`POLICY`], which allows no inline script and no inline style; what they load is in
//! [`assets`].
//!
//! ```
//! use bartizan_workbench::{Shell, SignIn};
//! let page = SignIn { problem: Some("Name or password is wrong.".into()), ..SignIn::new(Shell::default()) };
//! assert!(page.render().contains("<h1>Sign in</h1>"));
//! ```
//!
//! `docs/workbench.md` describes the pages for those who use them; `examples/gallery.rs` writes all of them to a folder.

#[macro_use]
mod page;

mod account;
mod admin;
mod advisories;
mod assets;
mod audit;
mod cases;
mod changes;
mod collections;
mod confirm;
mod coverage;
mod due;
mod error;
mod factor;
mod facts;
mod full;
mod graph;
mod home;
mod href;
mod inventories;
mod job;
mod keys;
mod library;
mod name;
mod nodes;
mod objects;
mod report;
mod review;
mod rules;
mod scans;
mod sharing;
mod shell;
mod sign_in;
mod sources;
mod submit;
mod testing;
mod text;
mod time;
mod vulnerabilities;

pub use account::{Account, NewToken, Session, Token};
pub use admin::{Group, Groups, Invitation, Organisation, Organisations, People, PersonLine};
pub use advisories::{
    AckRow, Advisories, AdvisoryChanges, AdvisoryEdit, AdvisoryFigures, AdvisoryForm, AdvisoryLine,
    AdvisoryPage, AdvisoryPublisher, CoordinatorFigures, EditionLine, FindingLine, MarkedAs, NoteRow,
    OperatorFigures, OwnAdvisory, ProductRow, PublicFigures, ReceiptLine, ReleaseLine, RemedyRow,
    TierFigures, advisory_document,
};
pub use assets::{Asset, POLICY, assets};
pub use audit::{Audit, AuditLine, Chain};
pub use cases::{
    ActForm, Acts, AttemptLine, Calendar, CalendarDay, CalendarLine, CaseLine, CaseReportLine, CaseRoom,
    CaseThread, Cases, Clock, Compare, CompareLine, Decided, Field, FieldKind, IncidentLine, KnowerLine,
    Local, MemberLine, MessageLine, PairLine, Pairs, PointLine, ProductLine, ProposalLine, Step, Timeline,
    TimelineLine,
};
pub use changes::{ChangePart, ChangeRow, Changes, EditionHead, Sign};
pub use collections::{ClosedCollection, Collection, CollectionLine, Collections, Grant, ObjectLine};
pub use confirm::Confirm;
pub use coverage::{BoardCell, Coverage, Show, TacticColumn};
pub use due::{
    DueAdvisory, DueGroup, DueHelp, DueItem, DueLine, DueList, DueNote, DuePoint, DueRule, PastLine,
};
pub use error::ErrorPage;
pub use factor::{FactorStage, KeyForm, KeyLine, SecondFactor};
pub use facts::{FactLine, Facts};
pub use full::Full;
pub use graph::{Edge, Graph, GraphPage, Node};
pub use home::{Change, Due, Home, JobLine, Waiting};
pub use href::part as path_part;
pub use inventories::{AssetLine, ComponentLine, Inventories, Inventory, InventoryLine, OwnLogLine};
pub use job::{Job, Progress, State, Trouble};
pub use keys::Keys;
pub use library::{Facet, FacetValue, Hit, Library, Piece, SavedLine};
pub use name::{Mention, Name, Named, RelationLine};
pub use nodes::{NodeCase, NodeLine, Nodes};
pub use objects::{Object, ObjectHit, Objects};
pub use report::{Deed, Edition, Figure, Place, Report, Tally};
pub use review::{Act, Answer, Claim, ClaimKind, Decide, Decision, Review};
pub use rules::{Query, RuleLine, RulePage, Rules};
pub use scans::{
    RangeLine, Scan, ScanEvent, ScanForm, ScanLine, ScanOverlap, ScanPart, ScanRanges, ScanTyped, Scans,
};
pub use sharing::{Embargo, Recipient, SentLine, Sharing, Taken, Webhook, WebhookLine, Webhooks};
pub use shell::{Choice, Flash, Problem, Sees, Shell, Who};
pub use sign_in::{FirstAdmin, KeySignIn, SignIn};
pub use sources::{Source, SourceLine, SourceRun, Sources, TypedSource};
pub use submit::Submit;
pub use testing::{
    TestBoard, TestCell, TestClock, TestEdition, TestGrid, TestLeak, TestLine, TestMessage, TestPart,
    TestProgramme, TestRun, TestSample, TestScore, TestTab, TestUpload, TestWait, TestWindow,
};
pub use time::Moment;
pub use vulnerabilities::{
    Desk, DeskLine, ReportForm, SealedFile, Vulnerabilities, Vulnerability, VulnerabilityLine,
};
