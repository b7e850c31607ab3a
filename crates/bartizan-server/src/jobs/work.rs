//! What a job does.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use bartizan_stix::Tlp;
use bartizan_store::{Former, Job, JobProgress, KeptRule, Named, NewReport};

/// What came of a job.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Outcome {
    /// JSON; what a page shows of the job.
    pub result: String,
    /// Bytes that are kept with it, by their hash.
    pub contents: Vec<Vec<u8>>,
    /// What the library keeps of it, if it is a report.
    pub report: Option<Box<Head>>,
}

/// What the library keeps of an analysed report, beside its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// How far it may go.
    pub marking: Tlp,
    /// Its title.
    pub title: String,
    /// Who published it; may be empty.
    pub publisher: String,
    /// When, as far as it says; may be empty.
    pub published: String,
    /// What kind of text it is; may be empty.
    pub kind: String,
    /// Where it came from; may be empty.
    pub source: String,
    /// JSON: name of a file to the digest of its bytes.
    pub contents: String,
    /// How many claims there are to decide about.
    pub claims: i64,
    /// What it can be found by.
    pub words: String,
    /// What it names.
    pub names: Vec<Named>,
    /// Rules that the analysis made.
    pub rules: Vec<KeptRule>,
    /// The language of its text; may be empty.
    pub language: String,
    /// The edition before it.
    pub former: Option<Former>,
}

impl Head {
    pub(super) fn report<'a>(&'a self, uuid: &'a str) -> NewReport<'a> {
        NewReport {
            uuid,
            marking: self.marking,
            title: &self.title,
            publisher: &self.publisher,
            published: &self.published,
            kind: &self.kind,
            source: &self.source,
            contents: &self.contents,
            claims: self.claims,
            words: &self.words,
            names: &self.names,
            rules: &self.rules,
            language: &self.language,
            former: self.former.as_ref(),
        }
    }
}

/// Why an attempt gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkFault {
    /// Stable code.
    pub code: String,
    /// In words.
    pub message: String,
    /// Whether another attempt may fare better.
    pub passing: bool,
}

/// Kinds of work. Safe to repeat: an attempt may be cut off anywhere, and another one begins anew.
pub trait Work: Send + Sync + 'static {
    /// The names of the jobs it does.
    fn names(&self) -> &[&str];

    /// Does one job. The future is dropped if its time is over.
    fn run(&self, job: &Job, tell: Tell) -> impl Future<Output = Result<Outcome, WorkFault>> + Send;
}

/// A word on how far a job is; the runner passes it on with its next beat.
#[derive(Clone, Debug, Default)]
pub struct Tell(Arc<Mutex<JobProgress>>);

impl Tell {
    /// Says it.
    pub fn say(&self, progress: JobProgress) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = progress;
    }

    /// The last word.
    pub fn last(&self) -> JobProgress {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
