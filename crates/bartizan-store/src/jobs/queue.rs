//! Jobs asked for, leased, finished, given up.

use serde::de::IgnoredAny;
use serde_json::json;

use super::content::{self, Content};
use super::row::{COLUMNS, read};
use super::{Enqueued, Fault, Job, JobId, JobProgress, JobState, Lease, NewJob, backoff};
use crate::audience;
use crate::audit::{self, Action};
use crate::db::{Engine, Store};
use crate::error::Error;
use crate::hooks::{self, Happening};
use crate::outward;
use crate::reports::{self, NewReport};
use crate::sql::{Tx, Value, places, values};

/// Longest arguments and results, in bytes.
const LONGEST: usize = 256 << 10;
/// Longest words of a failure, in characters.
const LONGEST_WORDS: usize = 1_000;
/// How far clocks of several machines may be apart, in microseconds.
const SKEW: i64 = 60_000_000;

/// Asks for a job within a unit of work; it is there when that is.
pub(crate) async fn enqueue(tx: &mut Tx, by: &Action<'_>, new: &NewJob<'_>) -> Result<Enqueued, Error> {
    let NewJob { name, arguments, key, organisation, person, most_attempts, .. } = *new;
    let plain = |text: &str, most: usize, more: &[u8]| {
        let good =
            |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b) || more.contains(&b);
        !text.is_empty() && text.len() <= most && text.bytes().all(good)
    };
    if !plain(name, 60, b"") || !plain(key, 200, b"_:") {
        return Err(Error::invalid("a job has a name and a key of small letters, digits, - and ."));
    }
    if arguments.len() > LONGEST || serde_json::from_str::<IgnoredAny>(arguments).is_err() {
        return Err(Error::invalid("the arguments of a job are JSON of at most 256 KiB"));
    }
    let slot = format!("{name}/{}/{key}", organisation.0);
    let find = "SELECT id FROM job WHERE slot = $1";
    if let Some(row) = tx.one(find, values![&slot]).await? {
        return Ok(Enqueued { id: JobId(row.number(0)?), fresh: false });
    }
    let audience = match new.audience {
        Some(audience) => audience::number(tx, audience).await?,
        None => 0,
    };
    let id = tx.next("job").await?;
    let sql = "INSERT INTO job (id, name, arguments, key, slot, organisation, person, audience, state, attempts, most_attempts,
                                not_before, lease, worker, stage, done, total, created, changed, uuid)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'queued', 0, $9, 0, 0, '', '', 0, 0, $10, $10, $11)
               ON CONFLICT (slot) DO NOTHING";
    let person = person.map_or(0, |p| p.0);
    let uuid = outward::name(tx, "job", id).await?;
    let row = values![
        id,
        name,
        arguments,
        key,
        &slot,
        organisation.0,
        person,
        audience,
        most_attempts.max(1),
        by.now,
        &uuid
    ];
    if tx.run(sql, row).await? == 0 {
        // Somebody was quicker, and has committed.
        let row = tx.one(find, values![&slot]).await?;
        let row = row.ok_or_else(|| Error::conflict("the same job is being asked for"))?;
        return Ok(Enqueued { id: JobId(row.number(0)?), fresh: false });
    }
    if let Some(content) = &new.content {
        content::keep(tx, content, by.now).await?;
    }
    let detail = json!({ "name": name, "key": key, "organisation": organisation.0 }).to_string();
    audit::write(tx, by, "job.enqueue", &thing(JobId(id)), &detail).await?;
    Ok(Enqueued { id: JobId(id), fresh: true })
}

/// Whether a lease still holds; if so, nobody takes it before the end of the unit of work.
pub(crate) async fn holds(tx: &mut Tx, lease: &Lease) -> Result<bool, Error> {
    let sql =
        "UPDATE job SET lease = lease WHERE id = $1 AND state = 'running' AND worker = $2 AND attempts = $3";
    let Lease { job, worker, attempt } = lease;
    Ok(tx.run(sql, values![job.0, worker, *attempt]).await? > 0)
}

/// The same, for a job that waits until a moment.
pub(crate) async fn enqueue_at(
    tx: &mut Tx,
    by: &Action<'_>,
    new: &NewJob<'_>,
    not_before: i64,
) -> Result<Enqueued, Error> {
    let enqueued = enqueue(tx, by, new).await?;
    if enqueued.fresh {
        tx.run("UPDATE job SET not_before = $1 WHERE id = $2", values![not_before, enqueued.id.0]).await?;
    }
    Ok(enqueued)
}

pub(super) fn thing(id: JobId) -> String {
    format!("job/{}", id.0)
}

/// Words as they are kept.
fn cut(text: &str) -> String {
    text.chars().take(LONGEST_WORDS).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

impl Store {
    /// Asks for a job; the same work is not asked for twice.
    pub async fn enqueue(&self, by: &Action<'_>, new: &NewJob<'_>) -> Result<Enqueued, Error> {
        let mut tx = self.begin().await?;
        let enqueued = enqueue(&mut tx, by, new).await?;
        tx.commit().await?;
        Ok(enqueued)
    }

    /// Leases the job that has waited longest, of these names, until a time.
    pub async fn claim_job(
        &self,
        names: &[&str],
        worker: &str,
        now: i64,
        until: i64,
    ) -> Result<Option<Job>, Error> {
        if names.is_empty() {
            return Ok(None);
        }
        // PostgreSQL has many writers, who pass what another one is taking; SQLite has one.
        let lock = match self.engine() {
            Engine::Sqlite => "",
            Engine::Postgres => "FOR UPDATE SKIP LOCKED",
        };
        // A job that changed in the future was written by a clock that has since been put right.
        let sql = format!(
            "UPDATE job SET state = 'running', attempts = attempts + 1, lease = $1, worker = $2, changed = $3,
                            stage = '', done = 0, total = 0
             WHERE id = (SELECT id FROM job
                         WHERE state = 'queued' AND (not_before <= $3 OR changed > $3) AND name IN ({})
                         ORDER BY not_before, id LIMIT 1 {lock})
             RETURNING {COLUMNS}",
            places(4, names.len())
        );
        let mut values = vec![Value::from(until), Value::from(worker), Value::from(now)];
        values.extend(names.iter().map(|name| Value::from(*name)));
        let mut tx = self.begin().await?;
        let row = tx.one(&sql, &values).await?;
        tx.commit().await?;
        row.as_ref().map(read).transpose()
    }

    /// Keeps a lease, and says how far the job is. `false`: the lease is not ours any more, whatever is being done is to end.
    pub async fn beat_job(
        &self,
        lease: &Lease,
        progress: &JobProgress,
        now: i64,
        until: i64,
    ) -> Result<bool, Error> {
        let sql = "UPDATE job SET lease = $1, stage = $2, done = $3, total = $4, changed = $5
                   WHERE id = $6 AND state = 'running' AND worker = $7 AND attempts = $8";
        let stage = cut(&progress.stage);
        let Lease { job, worker, attempt } = lease;
        let mut tx = self.begin().await?;
        let values = values![until, &stage, progress.done, progress.of, now, job.0, worker, *attempt];
        let kept = tx.run(sql, values).await? > 0;
        tx.commit().await?;
        Ok(kept)
    }

    /// The job is done: its result, the report and what else came of it are there with it, or not at all. `false`: the lease is not ours any
    /// more, and nothing was kept.
    pub async fn finish_job(
        &self,
        by: &Action<'_>,
        lease: &Lease,
        result: &str,
        contents: &[Content<'_>],
        report: Option<&NewReport<'_>>,
    ) -> Result<bool, Error> {
        if result.len() > LONGEST || serde_json::from_str::<IgnoredAny>(result).is_err() {
            return Err(Error::invalid("the result of a job is JSON of at most 256 KiB"));
        }
        let sql = "UPDATE job SET state = 'done', result = $1, code = NULL, message = NULL, lease = 0, done = total, changed = $2
                   WHERE id = $3 AND state = 'running' AND worker = $4 AND attempts = $5";
        let Lease { job, worker, attempt } = lease;
        let mut tx = self.begin().await?;
        if tx.run(sql, values![result, by.now, job.0, worker, *attempt]).await? == 0 {
            return Ok(false);
        }
        for content in contents {
            content::keep(&mut tx, content, by.now).await?;
        }
        if let Some(report) = report {
            reports::keep(&mut tx, by, job.0, report).await?;
        }
        audit::write(&mut tx, by, "job.done", &thing(*job), result).await?;
        hooks::tell(&mut tx, by, &Happening::Ended { job: *job }).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The attempt gave no result: the job waits for the next, or is given up. None: the lease is not ours any more.
    pub async fn fail_job(
        &self,
        by: &Action<'_>,
        lease: &Lease,
        fault: Fault<'_>,
        random: u64,
    ) -> Result<Option<JobState>, Error> {
        let Lease { job, worker, attempt } = lease;
        let mut tx = self.begin().await?;
        let sql = "SELECT most_attempts FROM job WHERE id = $1 AND state = 'running' AND worker = $2 AND attempts = $3";
        let Some(row) = tx.one(sql, values![job.0, worker, *attempt]).await? else { return Ok(None) };
        let state = match fault.passing {
            false => JobState::Failed,
            true if *attempt >= row.number(0)? => JobState::Dead,
            true => JobState::Queued,
        };
        let kept = give_up(&mut tx, by, lease, state, fault, random).await?;
        tx.commit().await?;
        Ok(kept.then_some(state))
    }

    /// Gives a lease back that was not used: the job waits again as if nobody had had it.
    pub async fn release_job(&self, lease: &Lease, now: i64) -> Result<bool, Error> {
        let sql = "UPDATE job SET state = 'queued', attempts = attempts - 1, not_before = 0, lease = 0, changed = $1
                   WHERE id = $2 AND state = 'running' AND worker = $3 AND attempts = $4";
        let mut tx = self.begin().await?;
        let Lease { job, worker, attempt } = lease;
        let released = tx.run(sql, values![now, job.0, worker, *attempt]).await? > 0;
        tx.commit().await?;
        Ok(released)
    }

    /// Takes back the leases that have run out; how many. Their workers are gone, or will find that the lease is not theirs.
    pub async fn reclaim_jobs(&self, by: &Action<'_>, random: u64) -> Result<usize, Error> {
        let sql = "SELECT id, worker, attempts, most_attempts FROM job
                   WHERE state = 'running' AND (lease < $1 OR changed > $2) ORDER BY id LIMIT 100";
        let rows = self.read(sql, values![by.now, by.now.saturating_add(SKEW)]).await?;
        let mut taken = 0;
        for row in &rows {
            let lease = Lease { job: JobId(row.number(0)?), worker: row.text(1)?, attempt: row.number(2)? };
            let state = if lease.attempt >= row.number(3)? { JobState::Dead } else { JobState::Queued };
            let message = format!("{} did not come back", lease.worker);
            let fault = Fault { code: "job.lost", message: &message, passing: true };
            let mut tx = self.begin().await?;
            // Its worker may have come back since: then the lease has moved.
            let sql = "UPDATE job SET lease = 0 WHERE id = $1 AND state = 'running' AND worker = $2 AND attempts = $3
                       AND (lease < $4 OR changed > $5)";
            let own = values![lease.job.0, &lease.worker, lease.attempt, by.now, by.now.saturating_add(SKEW)];
            if tx.run(sql, own).await? > 0 && give_up(&mut tx, by, &lease, state, fault, random).await? {
                tx.commit().await?;
                taken += 1;
            }
        }
        Ok(taken)
    }

    /// Ends a job that is not done. `false`: it is over already, or was never there. Who may, the caller has decided.
    pub async fn cancel_job(&self, by: &Action<'_>, id: JobId) -> Result<bool, Error> {
        let sql = "UPDATE job SET state = 'failed', slot = $1, code = 'job.cancelled', message = $2, lease = 0, changed = $3
                   WHERE id = $4 AND state IN ('queued', 'running')";
        let message = cut(&format!("cancelled by {}", by.actor));
        let mut tx = self.begin().await?;
        let cancelled = tx.run(sql, values![&gone(id), &message, by.now, id.0]).await? > 0;
        if cancelled {
            audit::write(&mut tx, by, "job.cancel", &thing(id), "{}").await?;
        }
        tx.commit().await?;
        Ok(cancelled)
    }
}

/// The slot of a job that was given up.
fn gone(id: JobId) -> String {
    format!("gone/{}", id.0)
}

/// Writes what a failed attempt leads to, if the lease still holds.
async fn give_up(
    tx: &mut Tx,
    by: &Action<'_>,
    lease: &Lease,
    state: JobState,
    fault: Fault<'_>,
    random: u64,
) -> Result<bool, Error> {
    let Lease { job, worker, attempt } = lease;
    let (code, message) = (cut(fault.code), cut(fault.message));
    let next = match state {
        JobState::Queued => by.now.saturating_add(backoff(*attempt, random)),
        _ => 0,
    };
    let sql = "UPDATE job SET state = $1, not_before = $2, code = $3, message = $4, lease = 0, changed = $5
               WHERE id = $6 AND state = 'running' AND worker = $7 AND attempts = $8";
    let values = values![state.as_str(), next, &code, &message, by.now, job.0, worker, *attempt];
    if tx.run(sql, values).await? == 0 {
        return Ok(false);
    }
    if state.is_final() {
        tx.run("UPDATE job SET slot = $1 WHERE id = $2", values![&gone(*job), job.0]).await?;
        let detail = json!({ "code": code, "message": message, "attempts": attempt }).to_string();
        audit::write(tx, by, &format!("job.{}", state.as_str()), &thing(*job), &detail).await?;
        hooks::tell(tx, by, &Happening::Ended { job: *job }).await?;
    }
    Ok(true)
}
