//! Where jobs wait.

use std::future::Future;

use bartizan_store::{Action, Content, Fault, Job, JobProgress, JobState, Lease, NewReport, Store};

/// Why a queue did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct QueueFault {
    /// In words.
    pub message: String,
    /// Whether asking again may help; else what was asked makes no sense.
    pub passing: bool,
}

impl From<bartizan_store::Error> for QueueFault {
    fn from(error: bartizan_store::Error) -> Self {
        Self { passing: !error.is_invalid(), message: error.to_string() }
    }
}

/// Answer of a queue.
pub type Answer<T> = Result<T, QueueFault>;

/// Jobs that wait. Every method is one unit of work; a lease that is not the caller's any more changes nothing.
pub trait Queue: Send + Sync + 'static {
    /// Leases the job that has waited longest, of these names.
    fn claim(
        &self,
        names: &[&str],
        worker: &str,
        now: i64,
        until: i64,
    ) -> impl Future<Output = Answer<Option<Job>>> + Send;

    /// Keeps a lease. `false`: it is not ours any more.
    fn beat(
        &self,
        lease: &Lease,
        progress: &JobProgress,
        now: i64,
        until: i64,
    ) -> impl Future<Output = Answer<bool>> + Send;

    /// Stores a result, and the report if it is one, with the end of the job. `false`: the lease is not ours any more.
    fn finish(
        &self,
        lease: &Lease,
        now: i64,
        result: &str,
        contents: &[Content<'_>],
        report: Option<&NewReport<'_>>,
    ) -> impl Future<Output = Answer<bool>> + Send;

    /// Tells of an attempt without a result; what becomes of the job.
    fn fail(
        &self,
        lease: &Lease,
        now: i64,
        fault: Fault<'_>,
        random: u64,
    ) -> impl Future<Output = Answer<Option<JobState>>> + Send;

    /// Gives an unused lease back.
    fn release(&self, lease: &Lease, now: i64) -> impl Future<Output = Answer<bool>> + Send;

    /// Takes back leases that have run out; how many.
    fn reclaim(&self, now: i64, random: u64) -> impl Future<Output = Answer<usize>> + Send;
}

/// The table of the server's own database.
#[derive(Clone)]
pub struct TableQueue(pub Store);

/// Who the audit log says it was.
fn system(now: i64) -> Action<'static> {
    Action { actor: "system", now }
}

impl Queue for TableQueue {
    async fn claim(&self, names: &[&str], worker: &str, now: i64, until: i64) -> Answer<Option<Job>> {
        Ok(self.0.claim_job(names, worker, now, until).await?)
    }

    async fn beat(&self, lease: &Lease, progress: &JobProgress, now: i64, until: i64) -> Answer<bool> {
        Ok(self.0.beat_job(lease, progress, now, until).await?)
    }

    async fn finish(
        &self,
        lease: &Lease,
        now: i64,
        result: &str,
        contents: &[Content<'_>],
        report: Option<&NewReport<'_>>,
    ) -> Answer<bool> {
        Ok(self.0.finish_job(&system(now), lease, result, contents, report).await?)
    }

    async fn fail(&self, lease: &Lease, now: i64, fault: Fault<'_>, random: u64) -> Answer<Option<JobState>> {
        Ok(self.0.fail_job(&system(now), lease, fault, random).await?)
    }

    async fn release(&self, lease: &Lease, now: i64) -> Answer<bool> {
        Ok(self.0.release_job(lease, now).await?)
    }

    async fn reclaim(&self, now: i64, random: u64) -> Answer<usize> {
        Ok(self.0.reclaim_jobs(&system(now), random).await?)
    }
}
