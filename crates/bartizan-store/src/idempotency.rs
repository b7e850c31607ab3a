//! Answers kept by the key of their request, so that a repeated request makes nothing twice.

use bartizan_clearinghouse::access::PersonId;

use crate::db::Store;
use crate::error::Error;
use crate::sql::values;

/// How long an answer is kept, microseconds.
const KEPT: i64 = 24 * 3600 * 1_000_000;
/// From when on an unfinished attempt counts as given up, microseconds: longer than any request takes.
const STALE: i64 = 60 * 1_000_000;

/// A request that carries a key.
#[derive(Clone, Debug)]
pub struct Attempt<'a> {
    /// Whose it is: keys of different people have nothing to do with each other.
    pub person: PersonId,
    /// The key.
    pub key: &'a str,
    /// Digest of what is asked for.
    pub fingerprint: &'a str,
    /// What the thing would be called by, if it is made now.
    pub thing: &'a str,
    /// Microseconds since 1970.
    pub now: i64,
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    /// Status of the answer.
    pub status: i64,
    /// Where the thing is; may be empty.
    pub location: String,
    /// The answer's body, without secrets.
    pub body: String,
}

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Earlier {
    /// Nothing, or an attempt that was given up: go on, and call the thing this.
    Go(String),
    /// The key was used for something else.
    Other,
    /// Another request of this key is under way.
    Busy,
    /// It is done; this was the answer.
    Done(KeptAnswer),
}

impl Store {
    /// Begins an attempt: for exactly one of those who try at once it is [`Earlier::Go`].
    pub async fn attempt(&self, attempt: &Attempt<'_>) -> Result<Earlier, Error> {
        let Attempt { person, key, fingerprint, thing, now } = *attempt;
        let mut tx = self.begin().await?;
        tx.run("DELETE FROM idempotency WHERE created < $1", values![now - KEPT]).await?;
        let sql = "INSERT INTO idempotency
                   (person, key, fingerprint, thing, status, location, body, created, begun)
                   VALUES ($1, $2, $3, $4, 0, '', '', $5, $5) ON CONFLICT (person, key) DO NOTHING";
        if tx.run(sql, values![person.0, key, fingerprint, thing, now]).await? == 1 {
            tx.commit().await?;
            return Ok(Earlier::Go(thing.to_owned()));
        }
        let sql = "SELECT fingerprint, thing, status, location, body, begun FROM idempotency
                   WHERE person = $1 AND key = $2";
        let Some(row) = tx.one(sql, values![person.0, key]).await? else {
            return Ok(Earlier::Busy);
        };
        if row.text(0)? != fingerprint {
            return Ok(Earlier::Other);
        }
        let status = row.number(2)?;
        if status != 0 {
            return Ok(Earlier::Done(KeptAnswer { status, location: row.text(3)?, body: row.text(4)? }));
        }
        let (thing, begun) = (row.text(1)?, row.number(5)?);
        // A time in the future was written by a clock that was wrong: not believed.
        if (0..STALE).contains(&(now - begun)) {
            return Ok(Earlier::Busy);
        }
        let sql = "UPDATE idempotency SET begun = $1 WHERE person = $2 AND key = $3 AND begun = $4";
        let taken = tx.run(sql, values![now, person.0, key, begun]).await? == 1;
        tx.commit().await?;
        Ok(if taken { Earlier::Go(thing) } else { Earlier::Busy })
    }

    /// Keeps the answer of an attempt.
    pub async fn settle(&self, person: PersonId, key: &str, answer: &KeptAnswer) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE idempotency SET status = $1, location = $2, body = $3
                   WHERE person = $4 AND key = $5";
        let KeptAnswer { status, location, body } = answer;
        tx.run(sql, values![*status, location, body, person.0, key]).await?;
        tx.commit().await
    }

    /// Forgets an attempt that made nothing: the key is free again.
    pub async fn forget(&self, person: PersonId, key: &str) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let sql = "DELETE FROM idempotency WHERE person = $1 AND key = $2 AND status = 0";
        tx.run(sql, values![person.0, key]).await?;
        tx.commit().await
    }
}
