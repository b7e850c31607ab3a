//! The log of what only an organisation knows of: a hash chain of its own.
//!
//! The node's log is read by auditors and administrators of every organisation; that somebody has an inventory, or how often it
//! changes, is none of their business.

use bartizan_clearinghouse::access::OrganisationId;
use bartizan_clearinghouse::audit::{Break, Check, Entry, START};

use crate::audit::Action;
use crate::db::Store;
use crate::error::Error;
use crate::sql::{Row, Tx, values};

const COLUMNS: &str =
    "SELECT number, at, actor, action, thing, detail, previous, hash FROM own_log WHERE organisation = $1";

/// Adds an entry. Holds the chain of the organisation until the commit.
pub(super) async fn write(
    tx: &mut Tx,
    organisation: OrganisationId,
    action: &Action<'_>,
    what: &str,
    thing: &str,
    detail: &str,
) -> Result<(), Error> {
    let own = organisation.0;
    let sql =
        "INSERT INTO own_log_head (organisation, last) VALUES ($1, 0) ON CONFLICT (organisation) DO NOTHING";
    tx.run(sql, values![own]).await?;
    let sql = "UPDATE own_log_head SET last = last + 1 WHERE organisation = $1 RETURNING last";
    let head = tx.one(sql, values![own]).await?;
    let number = head.ok_or_else(|| Error::invalid("an organisation's log has no head"))?.number(0)?;
    let previous = match number {
        1 => START.to_owned(),
        _ => {
            let sql = "SELECT hash FROM own_log WHERE organisation = $1 AND number = $2";
            let row = tx.one(sql, values![own, number - 1]).await?;
            row.ok_or_else(|| Error::invalid("an entry of an organisation's log is gone"))?.text(0)?
        }
    };
    let entry = Entry {
        number,
        at: action.now,
        actor: action.actor.to_owned(),
        action: what.to_owned(),
        thing: thing.to_owned(),
        detail: detail.to_owned(),
        previous,
        hash: String::new(),
    }
    .sealed();
    let sql = "INSERT INTO own_log (organisation, number, at, actor, action, thing, detail, previous, hash)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let Entry { number, at, actor, action, thing, detail, previous, hash } = &entry;
    tx.run(sql, values![own, *number, *at, actor, action, thing, detail, previous, hash]).await.map(drop)
}

fn read(row: &Row) -> Result<Entry, Error> {
    Ok(Entry {
        number: row.number(0)?,
        at: row.number(1)?,
        actor: row.text(2)?,
        action: row.text(3)?,
        thing: row.text(4)?,
        detail: row.text(5)?,
        previous: row.text(6)?,
        hash: row.text(7)?,
    })
}

impl Store {
    /// Entries of an organisation's own log before a number (or the newest), newest first.
    pub async fn own_log(
        &self,
        organisation: OrganisationId,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<Entry>, Error> {
        let sql = format!("{COLUMNS} AND number < $2 ORDER BY number DESC LIMIT $3");
        let rows = self.read(&sql, values![organisation.0, before.unwrap_or(i64::MAX), limit]).await?;
        rows.iter().map(read).collect()
    }

    /// Checks every entry of an organisation's own log: where it is broken, if it is.
    pub async fn verify_own_log(&self, organisation: OrganisationId) -> Result<Option<Break>, Error> {
        let sql = format!("{COLUMNS} AND number > $2 ORDER BY number LIMIT 1000");
        let (mut check, mut last) = (Check::default(), 0);
        loop {
            let rows = self.read(&sql, values![organisation.0, last]).await?;
            for row in &rows {
                let entry = read(row)?;
                last = entry.number;
                if let Err(found) = check.take(&entry) {
                    return Ok(Some(found));
                }
            }
            if rows.is_empty() {
                break;
            }
        }
        let (entries, _) = check.end();
        let rows = self
            .read("SELECT last FROM own_log_head WHERE organisation = $1", values![organisation.0])
            .await?;
        let counted = rows.first().map_or(Ok(0), |row| row.number(0))?;
        Ok((counted > entries).then_some(Break::Missing(entries + 1)))
    }
}
