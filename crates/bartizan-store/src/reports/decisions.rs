//! Decisions about the claims of a report.

use bartizan_clearinghouse::access::PersonId;
use serde_json::json;

use super::{KeptDecision, Report, ReportId};
use crate::audit::{self, Action};
use crate::db::Store;
use crate::error::Error;
use crate::hooks::{self, Happening};
use crate::sql::values;

impl Store {
    /// Keeps a decision, of which `expected` are there already: somebody who decided meanwhile is not written over unseen.
    /// `reviewed` of the claims are decided with it.
    pub async fn decide(
        &self,
        by: &Action<'_>,
        report: &Report,
        person: PersonId,
        expected: i64,
        body: &str,
        reviewed: i64,
    ) -> Result<i64, Error> {
        let mut tx = self.begin().await?;
        let sql =
            "UPDATE report SET decisions = decisions + 1, reviewed = $1 WHERE id = $2 AND decisions = $3";
        if tx.run(sql, values![reviewed, report.id.0, expected]).await? == 0 {
            return Err(Error::conflict("somebody has decided something meanwhile: load the page again"));
        }
        let number = expected + 1;
        let sql = "INSERT INTO decision (report, number, person, at, body) VALUES ($1, $2, $3, $4, $5)";
        tx.run(sql, values![report.id.0, number, person.0, by.now, body]).await?;
        // Who reads the log does not therefore read the report: what was decided stays with it.
        let detail = json!({ "number": number }).to_string();
        audit::write(&mut tx, by, "report.decide", &format!("report/{}", report.uuid), &detail).await?;
        hooks::tell(&mut tx, by, &Happening::Decided { report, number }).await?;
        tx.commit().await?;
        Ok(number)
    }

    /// All decisions about a report, in order.
    pub async fn decisions(&self, report: ReportId) -> Result<Vec<KeptDecision>, Error> {
        let sql = "SELECT number, person, at, body FROM decision WHERE report = $1 ORDER BY number";
        let rows = self.read(sql, values![report.0]).await?;
        rows.iter()
            .map(|row| {
                Ok(KeptDecision {
                    number: row.number(0)?,
                    person: PersonId(row.number(1)?),
                    at: row.number(2)?,
                    body: row.text(3)?,
                })
            })
            .collect()
    }
}
