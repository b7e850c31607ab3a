//! What was sent, and what became of it.

use super::manage::{count, off};
use super::{Event, Webhook, WebhookId};
use crate::audit::Action;
use crate::db::Store;
use crate::error::Error;
use crate::sql::values;

/// Longest words of a failure, in characters.
const LONGEST: usize = 300;
/// Messages of a webhook that are remembered.
const KEPT: i64 = 500;

/// What became of an attempt.
#[derive(Clone, Debug)]
pub struct Delivery<'a> {
    /// The message's identifier, the same for each attempt.
    pub message: &'a str,
    /// What it told of.
    pub event: Event,
    /// Whether the receiver took it.
    pub arrived: bool,
    /// HTTP's status; none without an answer.
    pub status: Option<u16>,
    /// What went wrong; empty if nothing did.
    pub note: &'a str,
    /// The receiver wants no more: the webhook is turned off.
    pub gone: bool,
}

/// A message as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The message's identifier.
    pub message: String,
    /// What it told of.
    pub event: String,
    /// How often it was tried.
    pub attempts: i64,
    /// Whether it arrived.
    pub arrived: bool,
    /// HTTP's status of the last attempt, 0 without an answer.
    pub status: i64,
    /// What went wrong at the last attempt.
    pub note: String,
    /// When it was first tried, microseconds.
    pub first: i64,
    /// When it was last tried, microseconds.
    pub last: i64,
}

impl Store {
    /// Remembers an attempt.
    pub async fn delivered(&self, by: &Action<'_>, hook: &Webhook, new: &Delivery<'_>) -> Result<(), Error> {
        let note: String =
            new.note.chars().take(LONGEST).map(|c| if c.is_control() { ' ' } else { c }).collect();
        let status = new.status.map_or(0, i64::from);
        let mut tx = self.begin().await?;
        // The webhook may have been removed while the message was under way.
        if tx.one("SELECT id FROM webhook WHERE id = $1", values![hook.id.0]).await?.is_none() {
            return Ok(());
        }
        let sql =
            "UPDATE delivery SET attempts = attempts + 1, arrived = $1, status = $2, note = $3, last = $4
                   WHERE webhook = $5 AND message = $6";
        let row = values![new.arrived, status, &note, by.now, hook.id.0, new.message];
        if tx.run(sql, row).await? == 0 {
            let id = tx.next("delivery").await?;
            let sql = "INSERT INTO delivery (id, webhook, message, event, attempts, arrived, status, note, first, last)
                       VALUES ($1, $2, $3, $4, 1, $5, $6, $7, $8, $8)";
            let event = new.event.as_str();
            let row = values![id, hook.id.0, new.message, event, new.arrived, status, &note, by.now];
            tx.run(sql, row).await?;
            let sql = "DELETE FROM delivery WHERE webhook = $1 AND id <= (
                         SELECT MIN(id) FROM (SELECT id FROM delivery WHERE webhook = $1 ORDER BY id DESC LIMIT $2) AS kept
                       ) - 1";
            tx.run(sql, values![hook.id.0, KEPT]).await?;
        }
        count(&mut tx, by, hook, new.arrived).await?;
        if new.gone {
            off(&mut tx, by, hook, "its receiver answered that it is gone (410)").await?;
        }
        tx.commit().await
    }

    /// What a webhook was sent, newest first.
    pub async fn deliveries(&self, id: WebhookId, limit: i64) -> Result<Vec<Sent>, Error> {
        let sql = "SELECT message, event, attempts, arrived, status, note, first, last FROM delivery
                   WHERE webhook = $1 ORDER BY id DESC LIMIT $2";
        let rows = self.read(sql, values![id.0, limit.clamp(0, KEPT)]).await?;
        rows.iter()
            .map(|row| {
                Ok(Sent {
                    message: row.text(0)?,
                    event: row.text(1)?,
                    attempts: row.number(2)?,
                    arrived: row.flag(3)?,
                    status: row.number(4)?,
                    note: row.text(5)?,
                    first: row.number(6)?,
                    last: row.number(7)?,
                })
            })
            .collect()
    }
}
