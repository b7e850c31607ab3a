//! Keys of browsers (WebAuthn credentials).

use bartizan_clearinghouse::access::PersonId;
use serde_json::json;

use super::factor;
use crate::audit::Action;
use crate::db::Store;
use crate::error::Error;
use crate::people::title;
use crate::sql::{Row, values};

/// How many a person may have.
const MOST: i64 = 20;

/// A key to be kept.
#[derive(Clone, Debug)]
pub struct NewPasskey<'a> {
    /// What its owner calls it.
    pub label: &'a str,
    /// Its identifier, base64url.
    pub credential: &'a str,
    /// The random name that the authenticator knows its owner by, base64url.
    pub handle: &'a str,
    /// What never changes.
    pub fixed: &'a [u8],
    /// What changes with each use.
    pub moving: &'a [u8],
}

/// A key that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// Its number.
    pub id: i64,
    /// Whose it is.
    pub person: PersonId,
    /// What its owner calls it.
    pub label: String,
    /// Its identifier, base64url.
    pub credential: String,
    /// The random name that the authenticator knows its owner by, base64url.
    pub handle: String,
    /// What never changes.
    pub fixed: Vec<u8>,
    /// What changes with each use.
    pub moving: Vec<u8>,
    /// When it was made, microseconds.
    pub created: i64,
    /// When it was last used, microseconds.
    pub used: Option<i64>,
}

const COLUMNS: &str =
    "SELECT id, person, label, credential, handle, fixed, moving, created, used FROM passkey";

fn read(row: &Row) -> Result<Passkey, Error> {
    Ok(Passkey {
        id: row.number(0)?,
        person: PersonId(row.number(1)?),
        label: row.text(2)?,
        credential: row.text(3)?,
        handle: row.text(4)?,
        fixed: row.bytes(5)?,
        moving: row.bytes(6)?,
        created: row.number(7)?,
        used: row.number_or_none(8)?,
    })
}

impl Store {
    /// Keeps a key. If it is the person's first second factor, the recovery codes become these.
    pub async fn add_passkey(
        &self,
        by: &Action<'_>,
        person: PersonId,
        new: &NewPasskey<'_>,
        recovery: Option<&[String]>,
    ) -> Result<i64, Error> {
        let label = title(new.label)?;
        let mut tx = self.begin().await?;
        let sql = "SELECT COUNT(*) FROM passkey WHERE person = $1";
        let count = tx.one(sql, values![person.0]).await?;
        if count.map_or(Ok(0), |row| row.number(0))? >= MOST {
            return Err(Error::invalid(format!("a person has at most {MOST} security keys")));
        }
        let id = tx.next("passkey").await?;
        let sql = "INSERT INTO passkey (id, person, label, credential, handle, fixed, moving, created)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let row = values![id, person.0, label, new.credential, new.handle, new.fixed, new.moving, by.now];
        tx.run(sql, row).await?;
        if let Some(digests) = recovery {
            factor::replace(&mut tx, person, digests).await?;
        }
        let detail = json!({ "person": person.0, "label": label }).to_string();
        self.changed(tx, by, "passkey.add", &format!("passkey/{id}"), &detail).await?;
        Ok(id)
    }

    /// The keys of a person, oldest first.
    pub async fn passkeys(&self, person: PersonId) -> Result<Vec<Passkey>, Error> {
        let sql = format!("{COLUMNS} WHERE person = $1 ORDER BY id");
        self.read(&sql, values![person.0]).await?.iter().map(read).collect()
    }

    /// A key by its identifier.
    pub async fn passkey(&self, credential: &str) -> Result<Option<Passkey>, Error> {
        let sql = format!("{COLUMNS} WHERE credential = $1");
        self.read(&sql, values![credential]).await?.first().map(read).transpose()
    }

    /// A key was used: keeps what changed with it, unless another use came in between.
    pub async fn use_passkey(&self, before: &Passkey, moving: &[u8], now: i64) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE passkey SET moving = $1, used = $2 WHERE id = $3 AND moving = $4";
        let used = tx.run(sql, values![moving, now, before.id, &before.moving[..]]).await? == 1;
        tx.commit().await?;
        Ok(used)
    }

    /// Takes a key away; recovery codes too, if no second factor is left that they stand in for.
    pub async fn remove_passkey(&self, by: &Action<'_>, person: PersonId, id: i64) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let sql = "DELETE FROM passkey WHERE id = $1 AND person = $2";
        if tx.run(sql, values![id, person.0]).await? == 0 {
            return Ok(false);
        }
        let sql = "DELETE FROM recovery_code WHERE person = $1
                   AND NOT EXISTS (SELECT 1 FROM passkey WHERE passkey.person = $1)
                   AND NOT EXISTS (SELECT 1 FROM second_factor WHERE second_factor.person = $1)";
        tx.run(sql, values![person.0]).await?;
        self.changed(tx, by, "passkey.remove", &format!("passkey/{id}"), "{}").await?;
        Ok(true)
    }
}
