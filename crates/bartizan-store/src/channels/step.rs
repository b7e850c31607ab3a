//! A step of a round: what it took over, where that came from, how far the channel is, in one transaction.

use serde_json::json;

use super::keep::thing;
use super::{Channel, ChannelId};
use crate::audit::{self, Action};
use crate::db::{Store, TRIES};
use crate::error::Error;
use crate::jobs::{self, JobId, Lease, NewJob};
use crate::objects::{Arrival, Outcome, add};
use crate::sql::{Tx, values};

/// Most words that the log of a round keeps.
const NOTES: usize = 100;
/// Longest of them, in characters.
const NOTE: usize = 300;

/// An entry that was looked at.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// What it is known again by: a digest.
    pub key: &'a str,
    /// In which version.
    pub version: &'a str,
    /// How often it was tried in vain; 0: it was taken over.
    pub tries: i64,
}

/// What the log of the round adds up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Credit {
    /// Things that are new.
    pub taken: i64,
    /// Things that were there.
    pub known: i64,
    /// Things that were refused.
    pub refused: i64,
}

/// A step.
#[derive(Clone, Debug, Default)]
pub struct Step<'a> {
    /// Objects that came.
    pub arrival: Option<&'a Arrival<'a>>,
    /// A submission that came: its job, and which entry it is.
    pub submission: Option<(&'a NewJob<'a>, &'a str)>,
    /// Entries that were looked at.
    pub items: &'a [Item<'a>],
    /// Where to go on, JSON.
    pub place: Option<&'a str>,
    /// How far an audience was sent: its number, and the `added` of the last object.
    pub reach: Option<(i64, i64)>,
    /// To the log, beside what objects and submission add to it.
    pub credit: Credit,
    /// Words on what was refused and why.
    pub notes: &'a [String],
    /// The round is over; the next is due then, if that is sooner.
    pub end: Option<i64>,
}

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stepped {
    /// What the log added up.
    pub credit: Credit,
    /// The job of the submission.
    pub job: Option<JobId>,
}

impl Store {
    /// Keeps a step. None: the lease is not ours any more, or the channel is gone; nothing was kept.
    pub async fn step(
        &self,
        by: &Action<'_>,
        lease: &Lease,
        channel: &Channel,
        round: i64,
        step: &Step<'_>,
    ) -> Result<Option<Stepped>, Error> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.try_step(by, lease, channel, round, step).await {
                Err(e) if e.is_passing() && tries < TRIES => {}
                other => return other,
            }
        }
    }

    async fn try_step(
        &self,
        by: &Action<'_>,
        lease: &Lease,
        channel: &Channel,
        round: i64,
        step: &Step<'_>,
    ) -> Result<Option<Stepped>, Error> {
        let mut tx = self.begin().await?;
        if !jobs::holds(&mut tx, lease).await? {
            return Ok(None);
        }
        let sql = "UPDATE channel SET place = COALESCE($1, place) WHERE id = $2 AND removed IS NULL";
        if tx.run(sql, values![step.place, channel.id.0]).await? == 0 {
            return Ok(None);
        }
        let mut stepped = Stepped { credit: step.credit, job: None };
        if let Some(arrival) = step.arrival.filter(|a| !a.objects.is_empty()) {
            for outcome in add(&mut tx, by, arrival).await? {
                match outcome {
                    Outcome::Added(added) => {
                        stepped.credit.taken += 1;
                        let sql = "INSERT INTO object_origin (collection, added, channel, at) VALUES ($1, $2, $3, $4)";
                        let row = values![arrival.collection.0, added.added, channel.id.0, by.now];
                        tx.run(sql, row).await?;
                    }
                    Outcome::Known { .. } => stepped.credit.known += 1,
                }
            }
        }
        if let Some((new, item)) = step.submission {
            let queued = jobs::enqueue(&mut tx, by, new).await?;
            let count = if queued.fresh { &mut stepped.credit.taken } else { &mut stepped.credit.known };
            *count += 1;
            stepped.job = Some(queued.id);
            let sql = "INSERT INTO job_origin (job, channel, item, at) VALUES ($1, $2, $3, $4)
                       ON CONFLICT (job, channel) DO NOTHING";
            let item: String = item.chars().filter(|c| !c.is_control()).take(500).collect();
            tx.run(sql, values![queued.id.0, channel.id.0, &item, by.now]).await?;
        }
        for item in step.items {
            let sql =
                "INSERT INTO channel_item (channel, key, version, tries, at) VALUES ($1, $2, $3, $4, $5)
                       ON CONFLICT (channel, key) DO UPDATE SET version = $3, tries = $4, at = $5";
            tx.run(sql, values![channel.id.0, item.key, item.version, item.tries, by.now]).await?;
        }
        if let Some((audience, after)) = step.reach {
            let sql = "INSERT INTO channel_reach (channel, audience, after) VALUES ($1, $2, $3)
                       ON CONFLICT (channel, audience) DO UPDATE SET after = $3";
            tx.run(sql, values![channel.id.0, audience, after]).await?;
        }
        log(&mut tx, channel.id, round, &stepped.credit, step.notes).await?;
        if let Some(due) = step.end {
            end(&mut tx, by, channel, round, due).await?;
        }
        tx.commit().await?;
        Ok(Some(stepped))
    }
}

async fn log(
    tx: &mut Tx,
    channel: ChannelId,
    round: i64,
    credit: &Credit,
    notes: &[String],
) -> Result<(), Error> {
    let sql = "UPDATE channel_run SET taken = taken + $1, known = known + $2, refused = refused + $3
               WHERE channel = $4 AND round = $5 RETURNING notes";
    let Credit { taken, known, refused } = *credit;
    let row = tx.one(sql, values![taken, known, refused, channel.0, round]).await?;
    let (Some(row), false) = (row, notes.is_empty()) else { return Ok(()) };
    let mut kept: Vec<String> = serde_json::from_str(&row.text(0)?).unwrap_or_default();
    for note in notes.iter().take(NOTES.saturating_sub(kept.len())) {
        kept.push(note.chars().filter(|c| !c.is_control()).take(NOTE).collect());
    }
    let text = json!(kept).to_string();
    let sql = "UPDATE channel_run SET notes = $1 WHERE channel = $2 AND round = $3";
    tx.run(sql, values![&text, channel.0, round]).await.map(drop)
}

async fn end(tx: &mut Tx, by: &Action<'_>, channel: &Channel, round: i64, due: i64) -> Result<(), Error> {
    let sql = "UPDATE channel_run SET ended = $1 WHERE channel = $2 AND round = $3 AND ended IS NULL
               RETURNING taken, known, refused";
    let Some(row) = tx.one(sql, values![by.now, channel.id.0, round]).await? else { return Ok(()) };
    tx.run("UPDATE channel SET due = $1 WHERE id = $2 AND due > $1", values![due, channel.id.0]).await?;
    let detail = json!({
        "round": round, "taken": row.number(0)?, "known": row.number(1)?, "refused": row.number(2)?
    });
    let what = format!("channel.{}", channel.kind.job());
    audit::write(tx, by, &what, &thing(&channel.uuid), &detail.to_string()).await
}
