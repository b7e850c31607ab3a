//! What is begun and has to be answered soon, once.

use bartizan_clearinghouse::access::PersonId;

use crate::db::Store;
use crate::error::Error;
use crate::sql::{Row, values};

/// How many of a kind may be open at once; when there is no room, nothing new of it begins until some have run out.
const OPEN: i64 = 20_000;

impl Store {
    /// Keeps what was begun, under the digest of a secret, until it runs out; those that have run out are forgotten.
    pub async fn begin_ceremony(
        &self,
        (digest, kind): (&str, &str),
        person: Option<PersonId>,
        state: &[u8],
        now: i64,
        expires: i64,
    ) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        tx.run("DELETE FROM ceremony WHERE expires <= $1", values![now]).await?;
        let count = tx.one("SELECT COUNT(*) FROM ceremony WHERE kind = $1", values![kind]).await?;
        if count.map_or(Ok(0), |row| row.number(0))? >= OPEN {
            return Err(Error::conflict("too many sign-ins are under way; try again in a few minutes"));
        }
        let sql = "INSERT INTO ceremony (digest, kind, person, state, expires) VALUES ($1, $2, $3, $4, $5)";
        tx.run(sql, values![digest, kind, person.map_or(0, |p| p.0), state, expires]).await?;
        tx.commit().await
    }

    /// What was begun, left where it is.
    pub async fn ceremony(
        &self,
        (digest, kind): (&str, &str),
        now: i64,
    ) -> Result<Option<(Option<PersonId>, Vec<u8>)>, Error> {
        let sql = "SELECT person, state FROM ceremony WHERE digest = $1 AND kind = $2 AND expires > $3";
        let rows = self.read(sql, values![digest, kind, now]).await?;
        rows.first().map(read).transpose()
    }

    /// What was begun, for exactly one of those who ask.
    pub async fn take_ceremony(
        &self,
        (digest, kind): (&str, &str),
        now: i64,
    ) -> Result<Option<(Option<PersonId>, Vec<u8>)>, Error> {
        let mut tx = self.begin().await?;
        let sql =
            "DELETE FROM ceremony WHERE digest = $1 AND kind = $2 AND expires > $3 RETURNING person, state";
        let row = tx.one(sql, values![digest, kind, now]).await?;
        tx.commit().await?;
        row.as_ref().map(read).transpose()
    }
}

fn read(row: &Row) -> Result<(Option<PersonId>, Vec<u8>), Error> {
    let person = row.number(0)?;
    Ok(((person != 0).then_some(PersonId(person)), row.bytes(1)?))
}
