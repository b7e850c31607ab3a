//! Channels made, paused, taken away.

use serde_json::json;

use super::{Channel, ChannelChange, ChannelId, NewChannel};
use crate::audience::rank;
use crate::audit::{self, Action};
use crate::db::Store;
use crate::error::Error;
use crate::jobs::JobId;
use crate::people;
use crate::sql::values;

/// The shortest time between rounds, microseconds: five minutes.
const SHORTEST: i64 = 300_000_000;
/// The longest: 31 days.
const LONGEST: i64 = 31 * 24 * 3600 * 1_000_000;
const BETWEEN: &str = "between two rounds are five minutes to 31 days";
/// Longest sealed credentials, in bytes.
const SEALED: usize = 8_000;
/// Most channels of an organisation.
const MOST: i64 = 500;

pub(super) fn thing(uuid: &str) -> String {
    format!("channel/{uuid}")
}

impl Store {
    /// Makes a channel; its first round is due at once.
    pub async fn add_channel(&self, by: &Action<'_>, new: &NewChannel<'_>) -> Result<ChannelId, Error> {
        let title = people::title(new.title)?;
        let plain = |text: &str, most: usize| text.len() <= most && !text.chars().any(char::is_control);
        if !plain(new.address, 2_000) || !plain(new.remote, 300) || new.sealed.len() > SEALED {
            return Err(Error::invalid("the address, the collection there or the credentials are too long"));
        }
        if !(SHORTEST..=LONGEST).contains(&new.every) {
            return Err(Error::invalid(BETWEEN));
        }
        let mut tx = self.begin().await?;
        let sql = "SELECT COUNT(*) FROM channel WHERE organisation = $1 AND removed IS NULL";
        let there = tx.one(sql, values![new.organisation.0]).await?.map_or(Ok(0), |row| row.number(0))?;
        if there >= MOST {
            return Err(Error::conflict(format!("an organisation has at most {MOST} sources and peers")));
        }
        let id = tx.next("channel").await?;
        let sql = "INSERT INTO channel (id, uuid, organisation, person, kind, title, address, remote, collection, reader, marking,
                                        every, paused, sealed, place, seen, due, round, job, begun, created)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, '{}', 0, $15, 0, 0, 0, $15)";
        let row = values![
            id,
            new.uuid,
            new.organisation.0,
            new.person.0,
            new.kind.as_str(),
            title,
            new.address,
            new.remote,
            new.collection.map_or(0, |c| c.0),
            new.reader.map_or(0, |o| o.0),
            rank(new.marking),
            new.every,
            false,
            new.sealed,
            by.now
        ];
        tx.run(sql, row).await?;
        // The address may hold a secret behind its question mark.
        let detail = json!({ "kind": new.kind.as_str(), "title": title, "marking": new.marking.as_str() });
        audit::write(&mut tx, by, "channel.create", &thing(new.uuid), &detail.to_string()).await?;
        tx.commit().await?;
        Ok(ChannelId(id))
    }

    /// Changes what a channel is called, how often it works, what things count as, or how it shows who it is. The address stays:
    /// where it had got to belongs to it.
    pub async fn change_channel(
        &self,
        by: &Action<'_>,
        channel: &Channel,
        change: &ChannelChange<'_>,
    ) -> Result<(), Error> {
        let title = change.title.map(people::title).transpose()?;
        if change.sealed.is_some_and(|sealed| sealed.len() > SEALED) {
            return Err(Error::invalid("the credentials are too long"));
        }
        if change.every.is_some_and(|every| !(SHORTEST..=LONGEST).contains(&every)) {
            return Err(Error::invalid(BETWEEN));
        }
        let mut tx = self.begin().await?;
        let every = change.every.unwrap_or(channel.every);
        // A shorter time counts from now on: the next round is not further away than that.
        let sql = "UPDATE channel SET title = $1, marking = $2, every = $3, sealed = $4,
                                      due = CASE WHEN due > $5 THEN $5 ELSE due END
                   WHERE id = $6 AND removed IS NULL";
        let title = title.unwrap_or(&channel.title);
        let marking = change.marking.unwrap_or(channel.marking);
        let sealed = change.sealed.unwrap_or(&channel.sealed);
        let row = values![title, rank(marking), every, sealed, by.now + every, channel.id.0];
        if tx.run(sql, row).await? > 0 {
            let credentials = change.sealed.map(|sealed| if sealed.is_empty() { "forgotten" } else { "new" });
            let minutes = change.every.map(|every| every / 60_000_000);
            let marking = change.marking.map(|marking| marking.as_str());
            let detail = json!({
                "title": change.title.map(|_| title), "minutes": minutes, "marking": marking, "credentials": credentials,
            });
            audit::write(&mut tx, by, "channel.change", &thing(&channel.uuid), &detail.to_string()).await?;
        }
        tx.commit().await
    }

    /// Lets a channel rest, or go on: then its next round is due at once.
    pub async fn pause_channel(&self, by: &Action<'_>, channel: &Channel, paused: bool) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let sql =
            "UPDATE channel SET paused = $1, due = $2 WHERE id = $3 AND removed IS NULL AND paused <> $1";
        if tx.run(sql, values![paused, by.now, channel.id.0]).await? > 0 {
            let what = if paused { "channel.pause" } else { "channel.resume" };
            audit::write(&mut tx, by, what, &thing(&channel.uuid), "{}").await?;
        }
        tx.commit().await
    }

    /// Takes a channel away: no round begins any more, the one under way ends, the credentials are gone. What came by it stays,
    /// and still says so.
    pub async fn remove_channel(&self, by: &Action<'_>, channel: &Channel) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let sql =
            "UPDATE channel SET removed = $1, sealed = '' WHERE id = $2 AND removed IS NULL RETURNING job";
        let row = tx.one(sql, values![by.now, channel.id.0]).await?;
        let Some(row) = row else { return Ok(false) };
        let job = row.number(0)?;
        audit::write(&mut tx, by, "channel.remove", &thing(&channel.uuid), "{}").await?;
        tx.commit().await?;
        // The round under way finds at its next step that its channel is gone; one that waits need not begin.
        if job != 0 {
            self.cancel_job(by, JobId(job)).await?;
        }
        Ok(true)
    }
}
