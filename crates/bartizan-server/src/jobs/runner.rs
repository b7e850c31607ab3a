//! Workers that lease jobs, do them, and store what comes of them.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bartizan_store::{Content, Fault, Job, JobProgress, Lease};
use tokio::sync::{Notify, watch};
use tokio::task::{JoinError, JoinSet};

use super::queue::{Queue, QueueFault};
use super::work::{Outcome, Tell, Work, WorkFault};
use crate::app::Surroundings;

/// Longest wait between two tries of a queue that does not answer.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// How a runner runs.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Jobs at the same time.
    pub workers: usize,
    /// How long a lease holds without a word, microseconds of the clock.
    pub lease: i64,
    /// How often a lease is kept.
    pub beat: Duration,
    /// How often the queue is asked when nobody says that there is something.
    pub poll: Duration,
    /// How long jobs under way may take once the runner is told to stop.
    pub grace: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            workers: std::thread::available_parallelism().map_or(1, usize::from),
            lease: 60_000_000,
            beat: Duration::from_secs(3),
            poll: Duration::from_secs(2),
            grace: Duration::from_secs(20),
        }
    }
}

/// Tells the runners of this process that a job was committed, so that they need not wait to be asked.
#[derive(Clone, Debug, Default)]
pub struct Wake(Vec<Arc<Notify>>);

impl Wake {
    /// Tells them.
    pub fn now(&self) {
        self.0.iter().for_each(|notify| notify.notify_one());
    }

    /// Tells those of another one too.
    #[must_use]
    pub fn and(mut self, other: &Wake) -> Self {
        self.0.extend(other.0.iter().cloned());
        self
    }
}

/// Does jobs until it is told to stop.
pub struct Runner<Q, W> {
    shared: Arc<Shared<Q, W>>,
}

struct Shared<Q, W> {
    queue: Q,
    work: Arc<W>,
    around: Arc<dyn Surroundings>,
    settings: Settings,
    wake: Arc<Notify>,
    /// Who we are: random, so that no lease of another process is ever taken for ours.
    name: String,
    claims: AtomicU64,
}

impl<Q: Queue, W: Work> Runner<Q, W> {
    /// Puts a runner together; nothing runs yet.
    pub fn new(queue: Q, work: W, around: Arc<dyn Surroundings>, settings: Settings) -> Self {
        let name = format!("w{:016x}", random(&*around));
        let (work, wake, claims) = (Arc::new(work), Arc::default(), AtomicU64::new(0));
        Self { shared: Arc::new(Shared { queue, work, around, settings, wake, name, claims }) }
    }

    /// By which a submission tells that it is there.
    pub fn wake(&self) -> Wake {
        Wake(vec![Arc::clone(&self.shared.wake)])
    }

    /// Runs until `stop` is ready: then no job is begun, those under way may finish within the grace, and the rest is given
    /// back to the queue.
    pub async fn run(self, stop: impl Future<Output = ()> + Send) {
        let (stopping, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        for _ in 0..self.shared.settings.workers.max(1) {
            tasks.spawn(Arc::clone(&self.shared).work_on(stopped.clone()));
        }
        tasks.spawn(Arc::clone(&self.shared).take_back(stopped));
        stop.await;
        // Nobody listens only if all are gone.
        let _ = stopping.send(true);
        while tasks.join_next().await.is_some() {}
    }
}

pub(super) fn random(around: &dyn Surroundings) -> u64 {
    let mut bytes = [0; 8];
    around.fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

/// Why a job was left.
enum Left {
    /// It ended by itself.
    Ended(Box<Result<Outcome, WorkFault>>),
    /// The lease is another's, or nobody's: whatever comes of it, nobody wants it.
    Lost,
    /// The runner stops.
    Stopped,
}

impl<Q: Queue, W: Work> Shared<Q, W> {
    /// One worker.
    async fn work_on(self: Arc<Self>, mut stopped: watch::Receiver<bool>) {
        let mut wait = self.settings.poll;
        while !*stopped.borrow() {
            let now = self.around.now();
            let worker = format!("{}/{}", self.name, self.claims.fetch_add(1, Ordering::Relaxed));
            match self.queue.claim(self.work.names(), &worker, now, now + self.settings.lease).await {
                Ok(Some(job)) => {
                    // There may be more.
                    self.wake.notify_one();
                    self.one(job, &mut stopped).await;
                    wait = self.settings.poll;
                    continue;
                }
                Ok(None) => wait = self.settings.poll,
                Err(fault) => {
                    tracing::warn!(%fault, "the queue does not answer");
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
            }
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.wake.notified() => {}
                _ = stopped.changed() => {}
            }
        }
    }

    /// Leases that have run out go back to the queue.
    async fn take_back(self: Arc<Self>, mut stopped: watch::Receiver<bool>) {
        while !*stopped.borrow() {
            match self.queue.reclaim(self.around.now(), random(&*self.around)).await {
                Ok(0) => {}
                Ok(count) => tracing::warn!(count, "jobs whose worker did not come back wait again"),
                Err(fault) => tracing::warn!(%fault, "the queue does not answer"),
            }
            tokio::select! {
                () = tokio::time::sleep(self.settings.beat) => {}
                _ = stopped.changed() => {}
            }
        }
    }

    /// One job, from its lease to its end.
    async fn one(&self, job: Job, stopped: &mut watch::Receiver<bool>) {
        let lease = job.lease();
        let tell = Tell::default();
        // A task of its own: a job that panics is a job that failed. Dropping the set ends it.
        let mut task = JoinSet::new();
        let (work, its_job, its_tell) = (Arc::clone(&self.work), job.clone(), tell.clone());
        task.spawn(async move { work.run(&its_job, its_tell).await });
        let left = self.watch(&lease, &tell, &mut task, stopped).await;
        // Whatever of it still runs ends now, its child with it.
        task.shutdown().await;
        let job = job.id.0;
        match left {
            Left::Ended(ended) => match *ended {
                Ok(outcome) => self.store(&lease, &outcome).await,
                Err(fault) => self.tell_of(&lease, &fault).await,
            },
            Left::Lost => tracing::warn!(job, "the job is not ours any more"),
            Left::Stopped => match self.queue.release(&lease, self.around.now()).await {
                Ok(_) => tracing::info!(job, "given back"),
                // Then its lease runs out.
                Err(fault) => tracing::warn!(job, %fault, "could not be given back"),
            },
        }
    }

    /// Waits for a job and keeps its lease.
    async fn watch(
        &self,
        lease: &Lease,
        tell: &Tell,
        task: &mut JoinSet<Result<Outcome, WorkFault>>,
        stopped: &mut watch::Receiver<bool>,
    ) -> Left {
        let mut until = self.around.now() + self.settings.lease;
        let mut grace = pin!(async {
            let _ = stopped.wait_for(|stop| *stop).await;
            tokio::time::sleep(self.settings.grace).await;
        });
        loop {
            tokio::select! {
                ended = task.join_next() => {
                    return Left::Ended(Box::new(ended.map_or_else(|| Err(panicked(None)), flat)));
                }
                () = &mut grace => return Left::Stopped,
                () = tokio::time::sleep(self.settings.beat) => {}
            }
            match self.beat(lease, &tell.last()).await {
                Ok(Some(next)) => until = next,
                Ok(None) => return Left::Lost,
                // The database may come back; but once the lease has run out another may have the job.
                Err(_) if self.around.now() < until => {}
                Err(_) => return Left::Lost,
            }
        }
    }

    /// Keeps the lease; until when.
    async fn beat(&self, lease: &Lease, progress: &JobProgress) -> Result<Option<i64>, QueueFault> {
        let now = self.around.now();
        let until = now + self.settings.lease;
        let kept = self.queue.beat(lease, progress, now, until).await?;
        Ok(kept.then_some(until))
    }

    /// Stores what came of a job. A database that is gone for a moment is asked again while the lease holds.
    async fn store(&self, lease: &Lease, outcome: &Outcome) {
        let contents: Vec<Content<'_>> = outcome.contents.iter().map(|bytes| Content::new(bytes)).collect();
        let uuid = crate::app::uuid(&*self.around);
        let report = outcome.report.as_ref().map(|head| head.report(&uuid));
        let job = lease.job.0;
        let until = self.around.now() + self.settings.lease;
        let mut wait = Duration::from_millis(50);
        loop {
            let (now, result) = (self.around.now(), &outcome.result);
            let fault = match self.queue.finish(lease, now, result, &contents, report.as_ref()).await {
                Ok(true) => return tracing::info!(job, "done"),
                Ok(false) => return tracing::warn!(job, "the job is not ours any more"),
                Err(fault) => fault,
            };
            if !fault.passing {
                let (code, message) = ("job.unstorable".to_owned(), fault.message);
                return self.tell_of(lease, &WorkFault { code, message, passing: false }).await;
            }
            if self.around.now() >= until {
                return tracing::warn!(job, %fault, "the result could not be stored; the job will be done again");
            }
            tracing::warn!(job, %fault, "the result is not stored yet");
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    /// Tells the queue of an attempt without a result.
    async fn tell_of(&self, lease: &Lease, fault: &WorkFault) {
        let (job, WorkFault { code, message, passing }) = (lease.job.0, fault);
        let told = Fault { code, message, passing: *passing };
        match self.queue.fail(lease, self.around.now(), told, random(&*self.around)).await {
            Ok(Some(state)) => {
                tracing::warn!(job, code, message, state = state.as_str(), "the attempt failed")
            }
            Ok(None) => tracing::warn!(job, "the job is not ours any more"),
            // Then its lease runs out.
            Err(fault) => tracing::warn!(job, %fault, "a failure could not be told"),
        }
    }
}

fn flat(ended: Result<Result<Outcome, WorkFault>, JoinError>) -> Result<Outcome, WorkFault> {
    ended.unwrap_or_else(|error| Err(panicked(Some(error))))
}

fn panicked(error: Option<JoinError>) -> WorkFault {
    let message = error.map_or_else(|| "it ended without a word".to_owned(), |e| e.to_string());
    WorkFault { code: "job.panicked".to_owned(), message, passing: true }
}
