//! Releasing editions to collections, and taking them back.

use bartizan_clearinghouse::access::{Audience, CollectionId, PersonId};
use bartizan_clearinghouse::advisory::State;
use bartizan_stix::Tlp;
use serde_json::json;

use super::keep::{NewEdition, next};
use super::{Advisory, AdvisoryRelease, thing};
use crate::audience;
use crate::audit::{self, Action};
use crate::db::Store;
use crate::error::Error;
use crate::hooks::{self, Event, Happening};
use crate::sql::{Tx, values};

/// A release to be kept.
#[derive(Clone, Copy, Debug)]
pub struct NewRelease<'a> {
    /// The edition, written with it: what is released says so itself. `None`: the newest edition, which was released before, goes to
    /// more collections.
    pub edition: Option<NewEdition<'a>>,
    /// The newest edition that whoever releases has seen.
    pub after: i64,
    /// Its version.
    pub version: i64,
    /// How far it may go.
    pub marking: Tlp,
    /// Where to, and from when on, microseconds since 1970; what has passed is now.
    pub to: &'a [(CollectionId, i64)],
    /// Who releases.
    pub person: PersonId,
}

/// An edition that takes an advisory back.
#[derive(Clone, Copy, Debug)]
pub struct NewWithdrawal<'a> {
    /// It; it says so itself.
    pub edition: NewEdition<'a>,
    /// The newest edition that whoever withdraws has seen.
    pub after: i64,
    /// Who withdraws.
    pub person: PersonId,
}

impl Store {
    /// Releases an edition to collections, each from a time on, in one transaction; the number of the edition. A conflict: there is
    /// a newer edition than the one that was seen.
    pub async fn release_advisory(
        &self,
        by: &Action<'_>,
        advisory: &Advisory,
        new: &NewRelease<'_>,
    ) -> Result<i64, Error> {
        let NewRelease { edition, after, version, marking, to, person } = *new;
        let mut tx = self.begin().await?;
        let number = match edition {
            Some(edition) => next(&mut tx, by, advisory, after, &edition).await?,
            None => after,
        };
        let sql = "UPDATE advisory SET state = $1, version = $2, changed = $3 WHERE id = $4 AND edition = $5";
        let row = values![State::Released.as_str(), version, by.now, advisory.id, number];
        if tx.run(sql, row).await? == 0 {
            return Err(Error::conflict("somebody has written a newer edition: look at it, then release"));
        }
        for (collection, begins) in to {
            let event = if had(&mut tx, advisory, number, *collection).await? {
                Event::AdvisoryRevised
            } else {
                Event::AdvisoryReleased
            };
            let placed = Placed { advisory, number, version, marking, person, event };
            placed.put(&mut tx, by, (*collection, (*begins).max(by.now))).await?;
        }
        tx.commit().await?;
        // The audience may be new.
        self.fresh().await?;
        Ok(number)
    }

    /// Takes an advisory back by a last edition, in one transaction: whoever has an edition now has that one, whoever was to have one
    /// later has none. The number of the edition. A conflict: there is a newer edition than the one that was seen, or nobody has any.
    pub async fn retract_advisory(
        &self,
        by: &Action<'_>,
        advisory: &Advisory,
        new: &NewWithdrawal<'_>,
    ) -> Result<i64, Error> {
        let NewWithdrawal { edition, after, person } = *new;
        let NewEdition { version, marking, .. } = edition;
        let mut tx = self.begin().await?;
        let number = next(&mut tx, by, advisory, after, &edition).await?;
        let sql = "UPDATE advisory SET state = $1, version = $2, changed = $3 WHERE id = $4 AND edition = $5";
        let row = values![State::Withdrawn.as_str(), version, by.now, advisory.id, number];
        if tx.run(sql, row).await? == 0 {
            return Err(Error::conflict("somebody has written a newer edition: look at it, then withdraw"));
        }
        let sql =
            "UPDATE advisory_release SET ended = $1 WHERE advisory = $2 AND ended IS NULL AND begins > $1";
        tx.run(sql, values![by.now, advisory.id]).await?;
        let sql = "SELECT DISTINCT collection FROM advisory_release WHERE advisory = $1 AND ended IS NULL ORDER BY collection";
        let rows = tx.all(sql, values![advisory.id]).await?;
        if rows.is_empty() {
            return Err(Error::conflict("nobody has it: there is nothing to withdraw"));
        }
        let placed = Placed { advisory, number, version, marking, person, event: Event::AdvisoryWithdrawn };
        for row in &rows {
            placed.put(&mut tx, by, (CollectionId(row.number(0)?), by.now)).await?;
        }
        tx.commit().await?;
        self.fresh().await?;
        Ok(number)
    }

    /// Takes every edition of an advisory out of a collection; how many releases that ended.
    pub async fn withdraw_advisory(
        &self,
        by: &Action<'_>,
        advisory: &Advisory,
        collection: CollectionId,
        reason: &str,
    ) -> Result<u64, Error> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE advisory_release SET ended = $1 WHERE advisory = $2 AND collection = $3 AND ended IS NULL";
        let ended = tx.run(sql, values![by.now, advisory.id, collection.0]).await?;
        if ended == 0 {
            return Ok(0);
        }
        let sql = "SELECT 1 AS one FROM advisory_release WHERE advisory = $1 AND ended IS NULL";
        if tx.one(sql, values![advisory.id]).await?.is_none() {
            let sql = "UPDATE advisory SET state = $1, changed = $2 WHERE id = $3";
            tx.run(sql, values![State::Withdrawn.as_str(), by.now, advisory.id]).await?;
        }
        let detail = json!({ "collection": collection.0, "reason": reason }).to_string();
        audit::write(&mut tx, by, "advisory.withdraw", &thing(&advisory.uuid), &detail).await?;
        tx.commit().await?;
        Ok(ended)
    }

    /// Where an advisory was released, the first first; for its owner.
    pub async fn advisory_releases(&self, advisory: i64) -> Result<Vec<AdvisoryRelease>, Error> {
        let sql = "SELECT edition, collection, begins, at, person, ended FROM advisory_release WHERE advisory = $1 ORDER BY id";
        let rows = self.read(sql, values![advisory]).await?;
        rows.iter()
            .map(|row| {
                Ok(AdvisoryRelease {
                    edition: row.number(0)?,
                    collection: CollectionId(row.number(1)?),
                    begins: row.number(2)?,
                    at: row.number(3)?,
                    person: PersonId(row.number(4)?),
                    ended: row.number_or_none(5)?,
                })
            })
            .collect()
    }
}

/// An edition, as it is put into collections.
struct Placed<'a> {
    advisory: &'a Advisory,
    number: i64,
    version: i64,
    marking: Tlp,
    person: PersonId,
    event: Event,
}

impl Placed<'_> {
    /// Puts it there from a time on, and asks for the messages about it from then on.
    async fn put(
        &self,
        tx: &mut Tx,
        by: &Action<'_>,
        (collection, begins): (CollectionId, i64),
    ) -> Result<(), Error> {
        let Placed { advisory, number, version, marking, person, event } = *self;
        // The same again, at another time, stands in place of what was said before.
        let sql =
            "UPDATE advisory_release SET ended = $1 WHERE advisory = $2 AND edition = $3 AND collection = $4
                   AND ended IS NULL";
        tx.run(sql, values![by.now, advisory.id, number, collection.0]).await?;
        let audience = Audience {
            author: Some(advisory.person),
            embargo: (begins > by.now).then_some(begins),
            ..Audience::new(advisory.owner, marking).in_collection(collection)
        };
        let audience = audience::number(tx, &audience).await?;
        let id = tx.next("advisory_release").await?;
        let sql =
            "INSERT INTO advisory_release (id, advisory, edition, collection, audience, begins, at, person)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let row = values![id, advisory.id, number, collection.0, audience, begins, by.now, person.0];
        tx.run(sql, row).await?;
        let detail =
            json!({ "edition": number, "version": version, "collection": collection.0, "from": begins });
        let what = if event == Event::AdvisoryWithdrawn { "advisory.retract" } else { "advisory.release" };
        audit::write(tx, by, what, &thing(&advisory.uuid), &detail.to_string()).await?;
        let told =
            Happening::Advised { event, collection, advisory: &advisory.uuid, edition: number, begins };
        hooks::tell(tx, by, &told).await
    }
}

/// Whether an earlier edition is in the collection, or will be.
async fn had(tx: &mut Tx, advisory: &Advisory, number: i64, collection: CollectionId) -> Result<bool, Error> {
    let sql = "SELECT 1 AS one FROM advisory_release
               WHERE advisory = $1 AND collection = $2 AND edition < $3 AND ended IS NULL";
    Ok(tx.one(sql, values![advisory.id, collection.0, number]).await?.is_some())
}
