//! What a broker asks for and writes.

use super::grants::{self, TestGrant};
use crate::db::Store;
use crate::error::Error;
use crate::sql::{Value, places, values};

/// A grant as a broker knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantStanding {
    /// The grant.
    pub grant: TestGrant,
    /// What the outside calls its window by.
    pub window: String,
}

/// A line of the record of calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallLine {
    /// The grant's number.
    pub grant: i64,
    /// The place in the grant's record, from 1.
    pub number: i64,
    /// Microseconds since 1970.
    pub at: i64,
    /// Canonical JSON.
    pub line: String,
    /// What was asked and answered, sealed; empty for a line that has none.
    pub sealed: String,
    /// SHA-256 of the line, hexadecimal.
    pub digest: String,
    /// What it adds to the calls and tokens that are used up.
    pub uses: (i64, i64),
}

/// Rows of one statement.
const ROWS: usize = 64;

impl Store {
    /// Moves with every change of a grant and of a window that has one.
    pub async fn broker_mark(&self) -> Result<i64, Error> {
        let rows = self.read("SELECT last FROM counter WHERE name = 'broker'", &[]).await?;
        rows.first().map_or(Ok(0), |row| row.number(0))
    }

    /// Grants that changed after a mark, with how they stand.
    pub async fn grants_since(&self, mark: i64) -> Result<Vec<GrantStanding>, Error> {
        let sql = format!(
            "{}, w.uuid FROM test_grant g JOIN test_window w ON w.id = g.test_window WHERE g.changed > $1 ORDER BY g.id",
            grants::COLUMNS
        );
        let rows = self.read(&sql, values![mark]).await?;
        rows.iter().map(|row| Ok(GrantStanding { grant: grants::read(row)?, window: row.text(8)? })).collect()
    }

    /// Writes lines of the record, all or none. They are on the disk when this returns.
    pub async fn write_calls(&self, lines: &[CallLine]) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        for chunk in lines.chunks(ROWS) {
            let rows: Vec<String> =
                (0..chunk.len()).map(|row| format!("({})", places(row * 8 + 1, 8))).collect();
            let sql = format!(
                "INSERT INTO test_call (test_grant, number, at, line, sealed, digest, calls, tokens) VALUES {}",
                rows.join(", ")
            );
            let bound: Vec<Value<'_>> = chunk
                .iter()
                .flat_map(|line| {
                    let CallLine { grant, number, at, line, sealed, digest, uses } = line;
                    let row: [Value<'_>; 8] = [
                        (*grant).into(),
                        (*number).into(),
                        (*at).into(),
                        line.into(),
                        sealed.into(),
                        digest.into(),
                        uses.0.into(),
                        uses.1.into(),
                    ];
                    row
                })
                .collect();
            tx.run(&sql, &bound).await?;
        }
        tx.commit().await
    }

    /// Where a grant's record ends: the place of the last line and its digest (0 and an empty text before the first), and the calls and
    /// tokens that are used up.
    pub async fn end_of_calls(&self, grant: i64) -> Result<(i64, String, (i64, i64)), Error> {
        let sql = "SELECT CAST(COUNT(*) AS BIGINT), CAST(COALESCE(SUM(calls), 0) AS BIGINT), CAST(COALESCE(SUM(tokens), 0) AS BIGINT)
                   FROM test_call WHERE test_grant = $1";
        let rows = self.read(sql, values![grant]).await?;
        let Some(row) = rows.first() else { return Ok((0, String::new(), (0, 0))) };
        let number = row.number(0)?;
        let last = self
            .read(
                "SELECT digest FROM test_call WHERE test_grant = $1 AND number = $2",
                values![grant, number],
            )
            .await?;
        let digest = last.first().map_or(Ok(String::new()), |row| row.text(0))?;
        Ok((number, digest, (row.number(1)?, row.number(2)?)))
    }

    /// Lines of a grant's record after a place, in order.
    pub async fn calls_of_grant(&self, grant: i64, after: i64, limit: i64) -> Result<Vec<CallLine>, Error> {
        let sql = "SELECT test_grant, number, at, line, sealed, digest, calls, tokens FROM test_call
                   WHERE test_grant = $1 AND number > $2 ORDER BY number LIMIT $3";
        let rows = self.read(sql, values![grant, after, limit]).await?;
        rows.iter()
            .map(|row| {
                Ok(CallLine {
                    grant: row.number(0)?,
                    number: row.number(1)?,
                    at: row.number(2)?,
                    line: row.text(3)?,
                    sealed: row.text(4)?,
                    digest: row.text(5)?,
                    uses: (row.number(6)?, row.number(7)?),
                })
            })
            .collect()
    }
}
