//! Scans: the map of who is at what as far as it concerns the reader, one scan, registering one, ranges and the catalogue.

use askama::Template;

use crate::shell::{Choice, Problem, Shell};
use crate::time::Moment;

/// `GET /scans`
#[derive(Clone, Debug, Template)]
#[template(path = "scans.html")]
pub struct Scans {
    /// What stands around the page.
    pub shell: Shell,
    /// Whether this person may register one.
    pub may_register: bool,
    /// The own organisation's.
    pub own: Vec<ScanLine>,
    /// On what is the own organisation's.
    pub owned: Vec<ScanLine>,
    /// At the desk that this person coordinates; none for who does not.
    pub desk: Option<Vec<ScanLine>>,
    /// What the lines of time span.
    pub span: (Moment, Moment),
    /// Whether there are more than are shown.
    pub more: bool,
}

page!(Scans, "vulnerabilities", "scans");

/// A scan in a list.
#[derive(Clone, Debug)]
pub struct ScanLine {
    /// UUID.
    pub uuid: String,
    /// The first target and how many more.
    pub title: String,
    /// Whose it is.
    pub scanner: String,
    /// Where it is.
    pub state: String,
    /// Whether it is over.
    pub over: bool,
    /// Whether it waits for a decision of the reader's organisation.
    pub wanted: bool,
    /// From when until when.
    pub window: (Moment, Moment),
    /// Until when it is held.
    pub lease: Moment,
    /// Where its window begins on the line of time, and how long it is, of 1000.
    pub bar: (u32, u32),
}

/// `GET /scans/{uuid}`. Forms post to `stop` (`reason`, `words`), `decision` (`approve`, `words`), `message` (`choice`, `part`, `words`)
/// and `withdraw` below it.
#[derive(Clone, Debug, Template)]
#[template(path = "scan.html")]
pub struct Scan {
    /// What stands around the page.
    pub shell: Shell,
    /// What the list says of it.
    pub line: ScanLine,
    /// Why it was stopped; else empty.
    pub reason: String,
    /// When its scanner was told that it is over.
    pub told: Option<Moment>,
    /// What is scanned; for an owner, of what is theirs.
    pub scope: Vec<String>,
    /// The rest, as names and values.
    pub facts: Vec<(String, String)>,
    /// Others at parts of it; for its scanner.
    pub parts: Vec<ScanPart>,
    /// What overlaps; for the coordinator.
    pub overlaps: Vec<ScanOverlap>,
    /// Owners and what they decided, as far as the reader may know.
    pub owners: Vec<(String, String)>,
    /// What happened, in order.
    pub events: Vec<ScanEvent>,
    /// Whether this person may stop it.
    pub may_stop: bool,
    /// Whether this person decides for an owner.
    pub may_decide: bool,
    /// Whether this person keeps it: takes it back.
    pub may_keep: bool,
    /// Whether this person writes to the other side.
    pub may_write: bool,
    /// Why it may be stopped.
    pub reasons: Vec<Choice>,
    /// What may be done about an overlap; for its scanner.
    pub choices: Vec<Choice>,
}

page!(Scan, "vulnerabilities", "scans");

/// What is told of a part of a scan.
#[derive(Clone, Debug)]
pub struct ScanPart {
    /// What to call it by.
    pub handle: String,
    /// The reader's own targets in it.
    pub scope: Vec<String>,
    /// What is told, in words.
    pub seen: String,
    /// Whether somebody is or was at it.
    pub occupied: bool,
    /// Until about when.
    pub until: Option<Moment>,
}

/// Another scan at the same.
#[derive(Clone, Debug)]
pub struct ScanOverlap {
    /// UUID.
    pub uuid: String,
    /// Whose it is.
    pub scanner: String,
    /// What they have in common.
    pub targets: Vec<String>,
}

/// Something that happened to a scan.
#[derive(Clone, Debug)]
pub struct ScanEvent {
    /// When.
    pub at: Moment,
    /// Whose word it is.
    pub by: String,
    /// What it is.
    pub what: String,
    /// Words.
    pub words: String,
}

impl Scan {
    fn href(&self) -> String {
        format!("/scans/{}", crate::href::part(&self.line.uuid))
    }
}

/// `GET /scans/register`. Its form posts `csrf`, `desk` and the names of [`ScanTyped`] to the same address.
#[derive(Clone, Debug, Template)]
#[template(path = "scan-form.html")]
pub struct ScanForm {
    /// What stands around the page.
    pub shell: Shell,
    /// Where it can be registered.
    pub desks: Vec<Choice>,
    /// Typed before.
    pub form: ScanTyped,
    /// How it is scanned.
    pub methods: Vec<Choice>,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

page!(ScanForm, "vulnerabilities", "scans");

/// What was typed.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the names are those of bartizan_clearinghouse::scan::Wire")]
pub struct ScanTyped {
    /// One in a line.
    pub scope: String,
    pub tooling: String,
    pub from: String,
    pub until: String,
    /// One in a line.
    pub sources: String,
    pub contact: String,
    pub note: String,
}

impl ScanForm {
    fn wrong(&self, field: &str) -> Option<&Problem> {
        self.problems.iter().find(|p| p.field == field || p.field.starts_with(&format!("{field}[")))
    }

    fn others(&self) -> Vec<&Problem> {
        const FIELDS: [&str; 7] = ["scope", "tooling", "from", "until", "sources", "contact", "note"];
        self.problems.iter().filter(|p| !FIELDS.iter().any(|field| p.field.starts_with(field))).collect()
    }
}

/// `GET /scans/ranges`. Forms post `desk`, `range` and `note` to the same address, `state` to a range's own, and `things` or
/// `remove` to `/scans/catalogue`.
#[derive(Clone, Debug, Template)]
#[template(path = "scan-ranges.html")]
pub struct ScanRanges {
    /// What stands around the page.
    pub shell: Shell,
    /// The own organisation's.
    pub own: Vec<RangeLine>,
    /// Those at the desk that this person coordinates; none for who does not.
    pub desk: Option<Vec<RangeLine>>,
    /// How many projects its catalogue has in blocks, how many wait, and the least members of a block.
    pub catalogue: (u64, u64, u64),
    /// Where a range can be registered; empty for who may not.
    pub desks: Vec<Choice>,
}

page!(ScanRanges, "vulnerabilities", "ranges");

/// A range.
#[derive(Clone, Debug)]
pub struct RangeLine {
    /// UUID.
    pub uuid: String,
    /// What it is.
    pub range: String,
    /// Whose it is.
    pub owner: String,
    /// By what the coordinator can make sure.
    pub note: String,
    /// How far it is.
    pub state: String,
    /// When it was registered.
    pub created: Moment,
}
