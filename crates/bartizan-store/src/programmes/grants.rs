//! Grants that took effect, where their calls go, and credentials that wait to be collected. Their terms are in the log of the window.

use bartizan_clearinghouse::access::PersonId;

use super::window_thing;
use crate::audit::{self, Action};
use crate::db::Store;
use crate::error::Error;
use crate::sql::{Row, Tx, values};

/// A grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestGrant {
    /// Its number here.
    pub id: i64,
    /// What records of calls name it by.
    pub uuid: String,
    /// Its window's number.
    pub window: i64,
    /// Its name in the window.
    pub name: String,
    /// Who may call.
    pub tester: PersonId,
    /// SHA-256 of its credential, hexadecimal.
    pub credential: String,
    /// When it was given, microseconds since 1970.
    pub created: i64,
    /// When it was revoked.
    pub revoked: Option<i64>,
}

/// A grant that takes effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTestGrant {
    /// Random.
    pub uuid: String,
    /// See [`TestGrant`].
    pub name: String,
    /// See [`TestGrant`].
    pub tester: PersonId,
    /// See [`TestGrant`].
    pub credential: String,
}

/// Where a checkpoint is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestEndpoint {
    /// The checkpoint.
    pub checkpoint: String,
    /// The host, for the developer's people.
    pub host: String,
    /// Address and key, sealed.
    pub sealed: String,
    /// When it was last said, microseconds since 1970.
    pub changed: i64,
}

pub(super) const COLUMNS: &str =
    "SELECT g.id, g.uuid, g.test_window, g.name, g.tester, g.credential, g.created, g.revoked";

pub(super) fn read(row: &Row) -> Result<TestGrant, Error> {
    Ok(TestGrant {
        id: row.number(0)?,
        uuid: row.text(1)?,
        window: row.number(2)?,
        name: row.text(3)?,
        tester: row.number(4)?.into(),
        credential: row.text(5)?,
        created: row.number(6)?,
        revoked: row.number_or_none(7)?,
    })
}

/// Gives a grant in the transaction of the event that says so.
pub(super) async fn give(tx: &mut Tx, now: i64, window: i64, new: &NewTestGrant) -> Result<(), Error> {
    let (id, mark) = (tx.next("test_grant").await?, tx.next("broker").await?);
    let sql = "INSERT INTO test_grant (id, uuid, test_window, name, tester, credential, created, changed)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let row = values![id, &new.uuid, window, &new.name, new.tester.0, &new.credential, now, mark];
    tx.run(sql, row).await?;
    Ok(())
}

/// Revokes a grant in the transaction of the event that says so.
pub(super) async fn revoke(tx: &mut Tx, now: i64, window: i64, name: &str) -> Result<(), Error> {
    let mark = tx.next("broker").await?;
    let sql = "UPDATE test_grant SET revoked = $1, changed = $2 WHERE test_window = $3 AND name = $4 AND revoked IS NULL";
    tx.run(sql, values![now, mark, window, name]).await?;
    // What nobody collected opens nothing any more.
    let sql = "DELETE FROM test_credential WHERE credential IN (SELECT credential FROM test_grant WHERE test_window = $1 AND name = $2)";
    tx.run(sql, values![window, name]).await?;
    Ok(())
}

/// A broker in another process hears that something in a window changed.
pub(super) async fn touch(tx: &mut Tx, window: i64) -> Result<(), Error> {
    let mark = tx.next("broker").await?;
    tx.run("UPDATE test_grant SET changed = $1 WHERE test_window = $2", values![mark, window]).await?;
    Ok(())
}

impl Store {
    /// The grants of a window, oldest first.
    pub async fn grants_of_window(&self, window: i64) -> Result<Vec<TestGrant>, Error> {
        let sql = format!("{COLUMNS} FROM test_grant g WHERE g.test_window = $1 ORDER BY g.id");
        let rows = self.read(&sql, values![window]).await?;
        rows.iter().map(read).collect()
    }

    /// Says where a checkpoint is reached, in place of what was said before.
    pub async fn put_test_endpoint(
        &self,
        by: &Action<'_>,
        window: (i64, &str),
        person: PersonId,
        endpoint: &TestEndpoint,
    ) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let TestEndpoint { checkpoint, host, sealed, .. } = endpoint;
        let sql = "DELETE FROM test_endpoint WHERE test_window = $1 AND checkpoint = $2";
        tx.run(sql, values![window.0, checkpoint]).await?;
        let sql = "INSERT INTO test_endpoint (test_window, checkpoint, host, sealed, person, changed)
                   VALUES ($1, $2, $3, $4, $5, $6)";
        tx.run(sql, values![window.0, checkpoint, host, sealed, person.0, by.now]).await?;
        touch(&mut tx, window.0).await?;
        let detail = serde_json::json!({ "checkpoint": checkpoint }).to_string();
        audit::write(&mut tx, by, "window.endpoint", &window_thing(window.1), &detail).await?;
        tx.commit().await
    }

    /// Where the checkpoints of a window are reached, by name.
    pub async fn test_endpoints(&self, window: i64) -> Result<Vec<TestEndpoint>, Error> {
        let sql = "SELECT checkpoint, host, sealed, changed FROM test_endpoint WHERE test_window = $1 ORDER BY checkpoint";
        let rows = self.read(sql, values![window]).await?;
        rows.iter()
            .map(|row| {
                Ok(TestEndpoint {
                    checkpoint: row.text(0)?,
                    host: row.text(1)?,
                    sealed: row.text(2)?,
                    changed: row.number(3)?,
                })
            })
            .collect()
    }

    /// Digests of the credentials of a window that wait to be collected.
    pub async fn waiting_credentials(&self, window: i64) -> Result<Vec<String>, Error> {
        let rows = self
            .read("SELECT credential FROM test_credential WHERE test_window = $1", values![window])
            .await?;
        rows.iter().map(|row| row.text(0)).collect()
    }

    /// Gives a credential that waits, sealed, and keeps it no longer. `None`: none waits.
    pub async fn collect_credential(
        &self,
        by: &Action<'_>,
        window: (i64, &str),
        grant: &str,
        credential: &str,
    ) -> Result<Option<String>, Error> {
        let mut tx = self.begin().await?;
        let sql = "SELECT sealed FROM test_credential WHERE test_window = $1 AND credential = $2";
        let Some(row) = tx.one(sql, values![window.0, credential]).await? else { return Ok(None) };
        let sealed = row.text(0)?;
        let sql = "DELETE FROM test_credential WHERE test_window = $1 AND credential = $2";
        // Of two who collect at once, one takes it.
        if tx.run(sql, values![window.0, credential]).await? == 0 {
            return Ok(None);
        }
        let detail = serde_json::json!({ "grant": grant }).to_string();
        audit::write(&mut tx, by, "window.credential", &window_thing(window.1), &detail).await?;
        tx.commit().await?;
        Ok(Some(sealed))
    }
}
