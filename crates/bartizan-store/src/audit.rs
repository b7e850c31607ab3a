//! The audit log: written in the transaction of what it tells of.

use bartizan_clearinghouse::audit::{Break, Check, Entry, START};

use crate::db::Store;
use crate::error::Error;
use crate::sql::{Row, Tx, values};

/// Who did what, when. Every change of the store takes one.
#[derive(Clone, Debug)]
pub struct Action<'a> {
    /// A person's name, `system`, or `anyone`.
    pub actor: &'a str,
    /// Microseconds since 1970.
    pub now: i64,
}

/// Whether the log is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditState {
    /// How many entries hold.
    pub entries: i64,
    /// The hash of the last of them: kept elsewhere, it shows whether the log was cut.
    pub hash: String,
    /// Where it is broken.
    pub broken: Option<Break>,
}

/// Adds an entry. Holds the log's counter until the commit, so the chain has no forks.
pub(crate) async fn write(
    tx: &mut Tx,
    action: &Action<'_>,
    what: &str,
    thing: &str,
    detail: &str,
) -> Result<(), Error> {
    let number = tx.next("audit").await?;
    let previous = match number {
        1 => START.to_owned(),
        _ => {
            let row = tx.one("SELECT hash FROM audit WHERE number = $1", values![number - 1]).await?;
            row.ok_or_else(|| Error::invalid(format!("entry {} of the audit log is gone", number - 1)))?
                .text(0)?
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
    let sql = "INSERT INTO audit (number, at, actor, action, thing, detail, previous, hash)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let Entry { number, at, actor, action, thing, detail, previous, hash } = &entry;
    tx.run(sql, values![*number, *at, actor, action, thing, detail, previous, hash]).await.map(drop)
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

const COLUMNS: &str = "SELECT number, at, actor, action, thing, detail, previous, hash FROM audit";

impl Store {
    /// Entries before a number (or the newest), newest first.
    pub async fn audit(&self, before: Option<i64>, limit: i64) -> Result<Vec<Entry>, Error> {
        let sql = format!("{COLUMNS} WHERE number < $1 ORDER BY number DESC LIMIT $2");
        let rows = self.read(&sql, values![before.unwrap_or(i64::MAX), limit]).await?;
        rows.iter().map(read).collect()
    }

    /// Adds an entry that belongs to no other change: a sign-in, an export.
    pub async fn note(
        &self,
        action: &Action<'_>,
        what: &str,
        thing: &str,
        detail: &str,
    ) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        write(&mut tx, action, what, thing, detail).await?;
        tx.commit().await
    }

    /// Runs a statement as an intruder with the database's password would. For tests.
    #[cfg(any(test, feature = "forge"))]
    pub async fn forge_for_test(&self, sql: &str) {
        let mut tx = self.begin().await.expect("a transaction");
        tx.run(sql, &[]).await.expect("a statement");
        tx.commit().await.expect("a commit");
    }

    /// Checks every entry of the log.
    pub async fn verify_audit(&self) -> Result<AuditState, Error> {
        let sql = format!("{COLUMNS} WHERE number > $1 ORDER BY number LIMIT 1000");
        let mut check = Check::default();
        let mut last = 0;
        let mut broken = None;
        'all: loop {
            let rows = self.read(&sql, values![last]).await?;
            for row in &rows {
                let entry = read(row)?;
                last = entry.number;
                if let Err(found) = check.take(&entry) {
                    broken = Some(found);
                    break 'all;
                }
            }
            if rows.is_empty() {
                break;
            }
        }
        let (entries, hash) = check.end();
        if broken.is_none() {
            // Entries cut from the end leave the counter behind.
            let rows = self.read("SELECT last FROM counter WHERE name = 'audit'", &[]).await?;
            let counted = rows.first().map_or(Ok(0), |row| row.number(0))?;
            if counted > entries {
                broken = Some(Break::Missing(entries + 1));
            }
        }
        Ok(AuditState { entries, hash: hash.to_owned(), broken })
    }
}
