//! What waits, what changed, what is due.

use crate::shell::Shell;
use crate::time::Moment;
use askama::Template;
use bartizan_stix::Tlp;

/// `GET /`.
#[derive(Clone, Debug, Template)]
#[template(path = "home.html")]
pub struct Home {
    /// What stands around the page.
    pub shell: Shell,
    /// Reports that wait for this reader's review, most urgent first; the first twenty or so.
    pub queue: Vec<Waiting>,
    /// Jobs of this reader that run, wait or failed.
    pub jobs: Vec<JobLine>,
    /// What changed since [`Home::since`], newest first.
    pub changed: Vec<Change>,
    /// When the reader last looked, or a day ago.
    pub since: Moment,
    /// What is due, soonest first.
    pub due: Vec<Due>,
    /// Searches that this reader keeps, with what is new in them.
    pub saved: Vec<crate::library::SavedLine>,
}

page!(Home, "home");

/// A report that waits for review.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Id of the report.
    pub report: String,
    /// Title.
    pub title: String,
    /// Publisher, or empty.
    pub publisher: String,
    /// Marking.
    pub marking: Tlp,
    /// Claims without a decision.
    pub open: u64,
    /// All claims.
    pub claims: u64,
    /// When it came.
    pub added: Moment,
}

/// A job in a list.
#[derive(Clone, Debug)]
pub struct JobLine {
    /// Id of the job.
    pub id: String,
    /// What it works on; an address defanged.
    pub title: String,
    /// Where it stands, in words: `waiting`, `reading the document`, `failed: not a PDF`.
    pub state: String,
    /// Whether it failed.
    pub failed: bool,
    /// Steps done.
    pub done: u64,
    /// Steps in all; 0 where not known.
    pub whole: u64,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Change {
    /// When.
    pub at: Moment,
    /// Who did it, a person or an organisation; empty for the server itself.
    pub who: String,
    /// What they did, in the past: `published`, `rejected 3 claims of`.
    pub verb: String,
    /// To what.
    pub title: String,
    /// Where that is, an address of this server; empty for nowhere.
    pub href: String,
    /// Marking of it.
    pub marking: Tlp,
    /// Where one sees what is new in it, an address of this server; empty for nowhere.
    pub changes: String,
}

/// Something that is due.
#[derive(Clone, Debug)]
pub struct Due {
    /// Until when.
    pub at: Moment,
    /// What.
    pub what: String,
    /// To what it belongs.
    pub title: String,
    /// Where that is, an address of this server.
    pub href: String,
}

impl Home {
    fn is_late(&self, due: &Due) -> bool {
        due.at < self.shell.now
    }

    fn is_new_server(&self) -> bool {
        self.queue.is_empty() && self.jobs.is_empty() && self.changed.is_empty() && self.due.is_empty()
    }
}
