//! Editions of one text: which there are, and which of two is the newer.

use bartizan_clearinghouse::access::PersonId;

use super::find::{COLUMNS, read};
use super::keep::cut;
use super::{Report, ReportId};
use crate::db::Store;
use crate::error::Error;
use crate::sql::{Tx, Value, places, values};

/// Most editions of one text that are shown, and candidates that are looked at.
const MOST: usize = 50;

/// What a report is a new edition of, and what is known of it from there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Former {
    /// The former edition.
    pub report: ReportId,
    /// Decisions about it that still hold, with the places of the new edition, in order.
    pub carried: Vec<CarriedDecision>,
    /// So many claims are decided with them.
    pub reviewed: i64,
}

/// A decision that goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarriedDecision {
    /// Who decided.
    pub person: PersonId,
    /// When, microseconds.
    pub at: i64,
    /// What, as JSON.
    pub body: String,
}

/// A report's place among the editions of its text, of which only those are counted that may be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditionLine {
    /// All of them, the oldest first.
    pub editions: Vec<Report>,
    /// So many of the report's decisions were made about the one before.
    pub carried: i64,
}

/// Puts a new report behind its former edition, in the transaction that keeps it.
pub(super) async fn keep(tx: &mut Tx, report: i64, former: &Former) -> Result<(), Error> {
    let sql = "INSERT INTO report_edition (report, line, former, carried) VALUES ($1, $1, 0, 0)
               ON CONFLICT (report) DO NOTHING";
    tx.run(sql, values![former.report.0]).await?;
    let carried = i64::try_from(former.carried.len()).unwrap_or_default();
    let row = tx.one("SELECT line FROM report_edition WHERE report = $1", values![former.report.0]).await?;
    let line = row.ok_or_else(|| Error::invalid("the former edition is not here"))?.number(0)?;
    let sql = "INSERT INTO report_edition (report, line, former, carried) VALUES ($1, $2, $3, $4)";
    tx.run(sql, values![report, line, former.report.0, carried]).await?;
    let sql = "INSERT INTO decision (report, number, person, at, body) VALUES ($1, $2, $3, $4, $5)";
    for (decision, number) in former.carried.iter().zip(1i64..) {
        tx.run(sql, values![report, number, decision.person.0, decision.at, &decision.body]).await?;
    }
    Ok(())
}

/// A condition that leaves out reports with a newer edition that these audiences may read: the first arguments of the statement.
pub(super) fn newest(readable: usize) -> String {
    format!(
        "NOT EXISTS (SELECT 1 FROM report_edition e JOIN report_edition f ON f.line = e.line AND f.report > e.report
                     JOIN report q ON q.id = f.report WHERE e.report = r.id AND q.audience IN ({}))",
        places(1, readable)
    )
}

impl Store {
    /// The editions of a report's text that these audiences may read.
    pub async fn editions(&self, readable: &[i64], report: &Report) -> Result<EditionLine, Error> {
        let own =
            self.read("SELECT carried FROM report_edition WHERE report = $1", values![report.id.0]).await?;
        let Some(own) = own.first() else {
            return Ok(EditionLine { editions: vec![report.clone()], carried: 0 });
        };
        let carried = own.number(0)?;
        if readable.is_empty() {
            return Ok(EditionLine { editions: Vec::new(), carried: 0 });
        }
        let mut values: Vec<Value<'_>> = readable.iter().map(|n| Value::Number(*n)).collect();
        values.push(Value::Number(report.id.0));
        let sql = format!(
            "SELECT {COLUMNS} FROM report r JOIN report_edition f ON f.report = r.id
             WHERE r.audience IN ({}) AND f.line = (SELECT e.line FROM report_edition e WHERE e.report = ${})
             ORDER BY r.id DESC LIMIT {MOST}",
            places(1, readable.len()),
            readable.len() + 1
        );
        let mut editions: Vec<Report> =
            self.read(&sql, &values).await?.iter().map(read).collect::<Result<_, _>>()?;
        editions.reverse();
        Ok(EditionLine { editions, carried })
    }

    /// Reports that may be earlier editions of a text from this address, or with this title of this publisher; newest first.
    pub async fn alike(
        &self,
        readable: &[i64],
        source: &str,
        title: &str,
        publisher: &str,
    ) -> Result<Vec<Report>, Error> {
        if readable.is_empty() {
            return Ok(Vec::new());
        }
        let [source, title, publisher] = [source, title, publisher].map(cut);
        let mut values: Vec<Value<'_>> = readable.iter().map(|n| Value::Number(*n)).collect();
        values.extend([&source, &title, &publisher].map(|text| Value::Text(text)));
        let at = readable.len();
        let sql = format!(
            "SELECT {COLUMNS} FROM report r WHERE r.audience IN ({})
               AND ((r.source <> '' AND r.source = ${}) OR
                    (r.title <> '' AND r.publisher <> '' AND r.title = ${} AND r.publisher = ${}))
             ORDER BY r.id DESC LIMIT {MOST}",
            places(1, at),
            at + 1,
            at + 2,
            at + 3
        );
        self.read(&sql, &values).await?.iter().map(read).collect()
    }
}
