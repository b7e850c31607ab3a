//! Grants: who may call which model, until when, with how much.

use bartizan_clearinghouse::access::PersonId;

use super::window_thing;
use crate::audit::{self, Action};
use crate::db::Store;
use crate::error::Error;
use crate::sql::{Row, values};

/// A grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestGrant {
    /// Its number here.
    pub id: i64,
    /// What the outside calls it by.
    pub uuid: String,
    /// Its window's number.
    pub window: i64,
    /// Who may call.
    pub tester: PersonId,
    /// Terms, JSON.
    pub terms: String,
    /// Where calls go and the developer's key, sealed.
    pub endpoint: String,
    /// When it was given, microseconds since 1970.
    pub created: i64,
    /// From when.
    pub begins: i64,
    /// Until when.
    pub ends: i64,
    /// When it was revoked.
    pub revoked: Option<i64>,
}

/// A grant to be given.
#[derive(Clone, Copy, Debug)]
pub struct NewTestGrant<'a> {
    /// Random.
    pub uuid: &'a str,
    /// The window: its number and what the outside calls it by.
    pub window: (i64, &'a str),
    /// Who may call.
    pub tester: PersonId,
    /// SHA-256 of the credential, hexadecimal.
    pub credential: &'a str,
    /// See [`TestGrant`].
    pub terms: &'a str,
    /// See [`TestGrant`].
    pub endpoint: &'a str,
    /// From and until when.
    pub between: (i64, i64),
}

pub(super) const COLUMNS: &str = "SELECT g.id, g.uuid, g.test_window, g.tester, g.terms, g.endpoint, g.created, g.begins, g.ends, g.revoked";

pub(super) fn read(row: &Row) -> Result<TestGrant, Error> {
    Ok(TestGrant {
        id: row.number(0)?,
        uuid: row.text(1)?,
        window: row.number(2)?,
        tester: row.number(3)?.into(),
        terms: row.text(4)?,
        endpoint: row.text(5)?,
        created: row.number(6)?,
        begins: row.number(7)?,
        ends: row.number(8)?,
        revoked: row.number_or_none(9)?,
    })
}

impl Store {
    /// Gives a grant; the event of the window that says so is added by the caller before.
    pub async fn give_grant(&self, by: &Action<'_>, new: &NewTestGrant<'_>) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let (id, mark) = (tx.next("test_grant").await?, tx.next("broker").await?);
        let sql = "INSERT INTO test_grant (id, uuid, test_window, tester, credential, terms, endpoint, created, begins, ends, changed)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        let (begins, ends) = new.between;
        let row = values![
            id,
            new.uuid,
            new.window.0,
            new.tester.0,
            new.credential,
            new.terms,
            new.endpoint,
            by.now,
            begins,
            ends,
            mark
        ];
        tx.run(sql, row).await?;
        audit::write(
            &mut tx,
            by,
            "window.grant",
            &window_thing(new.window.1),
            &serde_json::json!({ "grant": new.uuid }).to_string(),
        )
        .await?;
        tx.commit().await
    }

    /// Revokes a grant. `false`: there is none that can be revoked.
    pub async fn revoke_grant(
        &self,
        by: &Action<'_>,
        window: (i64, &str),
        uuid: &str,
    ) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let mark = tx.next("broker").await?;
        let sql = "UPDATE test_grant SET revoked = $1, changed = $2 WHERE uuid = $3 AND test_window = $4 AND revoked IS NULL";
        if tx.run(sql, values![by.now, mark, uuid, window.0]).await? == 0 {
            return Ok(false);
        }
        audit::write(
            &mut tx,
            by,
            "window.revoke",
            &window_thing(window.1),
            &serde_json::json!({ "grant": uuid }).to_string(),
        )
        .await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The grants of a window, oldest first.
    pub async fn grants_of_window(&self, window: i64) -> Result<Vec<TestGrant>, Error> {
        let rows = self
            .read(
                &format!("{COLUMNS} FROM test_grant g WHERE g.test_window = $1 ORDER BY g.id"),
                values![window],
            )
            .await?;
        rows.iter().map(read).collect()
    }
}
