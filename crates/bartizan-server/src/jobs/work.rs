//! What a job does.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use bartizan_store::{Job, JobProgress};

/// What came of a job.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Outcome {
    /// JSON; what a page shows of the job.
    pub result: String,
    /// Bytes that are kept with it, by their hash.
    pub contents: Vec<Vec<u8>>,
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
