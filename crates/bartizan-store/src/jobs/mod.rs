//! Jobs: long work that waits in a table, is leased to a worker, and is done once.
//!
//! A job is leased until a time; whoever works on it moves the time ([`Store::beat_job`]) and can finish only while the lease
//! is its own. A lease that runs out is taken back ([`Store::reclaim_jobs`]): a worker that was killed loses nothing but its
//! attempt. All clocks and random numbers are arguments; a wall clock that jumps back delays nothing for longer than the jump
//! is unknown: times in the future of the present are not believed.

mod content;
mod forget;
mod list;
mod queue;
mod retry;
mod row;

use bartizan_clearinghouse::access::{Audience, OrganisationId, PersonId};

pub use content::Content;
pub(crate) use content::keep as keep_content;
pub use list::JobFilter;
pub(crate) use queue::{enqueue, enqueue_at, holds};

/// The number of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub i64);

/// What has become of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JobState {
    /// It waits.
    Queued,
    /// Somebody has it.
    Running,
    /// Its result is there.
    Done,
    /// It cannot be done, or was cancelled; trying again would change nothing.
    Failed,
    /// It was tried as often as it may.
    Dead,
}

impl JobState {
    /// All states.
    pub const ALL: [JobState; 5] = [Self::Queued, Self::Running, Self::Done, Self::Failed, Self::Dead];

    /// `queued`, `running`, `done`, `failed` or `dead`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Dead => "dead",
        }
    }

    /// From the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether nothing will change any more.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}

/// A job to be done.
#[derive(Clone, Debug)]
pub struct NewJob<'a> {
    /// What kind of work: small letters, digits, `-`, `.`.
    pub name: &'a str,
    /// Arguments, JSON.
    pub arguments: &'a str,
    /// What makes it the same work: the hash of what it works on, and of the arguments that matter. The same work of the same
    /// organisation is not queued twice; other organisations never learn of it.
    pub key: &'a str,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Who asked for it.
    pub person: Option<PersonId>,
    /// Who may see it and its result; none: its organisation's own business, which only the server looks at.
    pub audience: Option<&'a Audience>,
    /// What it works on, kept in the same transaction.
    pub content: Option<Content<'a>>,
    /// How often it is tried.
    pub most_attempts: i64,
}

/// What became of asking for a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enqueued {
    /// The job: a new one, or the one that does the same.
    pub id: JobId,
    /// Whether it is new.
    pub fresh: bool,
}

/// How far a job is.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct JobProgress {
    /// What is being done; empty before the first word.
    pub stage: String,
    /// Steps that are done.
    pub done: i64,
    /// Of how many.
    pub of: i64,
}

/// A job as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its number, which stays inside: it tells how many there are.
    pub id: JobId,
    /// What the outside calls it by.
    pub uuid: String,
    /// What kind of work.
    pub name: String,
    /// Arguments, JSON.
    pub arguments: String,
    /// What makes it the same work.
    pub key: String,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Who asked for it.
    pub person: Option<PersonId>,
    /// Number of the audience that may see it.
    pub audience: Option<i64>,
    /// What has become of it.
    pub state: JobState,
    /// How often it was begun.
    pub attempts: i64,
    /// How often it may be begun.
    pub most_attempts: i64,
    /// It waits until then; 0: it does not.
    pub not_before: i64,
    /// Whoever has it has it until then.
    pub lease: i64,
    /// Who has it, or had it last.
    pub worker: String,
    /// How far it is.
    pub progress: JobProgress,
    /// What came of it, JSON.
    pub result: Option<String>,
    /// Code of the last failure.
    pub code: Option<String>,
    /// Words of the last failure.
    pub message: Option<String>,
    /// When it was asked for.
    pub created: i64,
    /// When it last changed.
    pub changed: i64,
}

impl Job {
    /// What its worker shows to change it.
    pub fn lease(&self) -> Lease {
        Lease { job: self.id, worker: self.worker.clone(), attempt: self.attempts }
    }
}

/// The right to change a job: of one worker, for one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Which.
    pub job: JobId,
    /// Whose.
    pub worker: String,
    /// Which attempt.
    pub attempt: i64,
}

/// Why an attempt gave no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault<'a> {
    /// Stable code.
    pub code: &'a str,
    /// In words.
    pub message: &'a str,
    /// Whether another attempt may fare better.
    pub passing: bool,
}

/// First wait after a failure, in microseconds.
const FIRST_WAIT: i64 = 5_000_000;
/// Longest wait.
const LONGEST_WAIT: i64 = 3_600_000_000;

/// How long a job waits after so many attempts: twice as long each time, up to an hour, and between half and all of that, by
/// chance, so that what failed together is not tried together.
pub fn backoff(attempts: i64, random: u64) -> i64 {
    let doubled = 1i64 << attempts.saturating_sub(1).clamp(0, 20);
    let whole = FIRST_WAIT.saturating_mul(doubled).min(LONGEST_WAIT);
    whole / 2 + i64::try_from(random % (whole as u64 / 2 + 1)).unwrap_or_default()
}
