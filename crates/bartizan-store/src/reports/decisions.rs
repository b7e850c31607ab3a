//! Decisions about the claims of a report, and where it was published.

use bartizan_clearinghouse::access::{CollectionId, PersonId};
use serde_json::json;

use super::{KeptDecision, NewPublication, Publication, Report, ReportId};
use crate::audience;
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

    /// Tells that a report's objects were added to a collection; in place of what was told before.
    pub async fn published(
        &self,
        by: &Action<'_>,
        report: &Report,
        new: &NewPublication,
    ) -> Result<(), Error> {
        let NewPublication { collection, person, objects, marking, embargo, span } = *new;
        let mut tx = self.begin().await?;
        let sql = "DELETE FROM publication WHERE report = $1 AND collection = $2";
        tx.run(sql, values![report.id.0, collection.0]).await?;
        let sql = "INSERT INTO publication (report, collection, person, at, objects, marking, embargo)
             VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let (rank, until) = (audience::rank(marking), embargo.unwrap_or(0));
        tx.run(sql, values![report.id.0, collection.0, person.0, by.now, objects, rank, until]).await?;
        let detail =
            json!({ "collection": collection.0, "objects": objects, "embargo": embargo }).to_string();
        audit::write(&mut tx, by, "report.publish", &format!("report/{}", report.uuid), &detail).await?;
        if let Some(span) = span {
            hooks::tell(&mut tx, by, &Happening::Published { collection, span }).await?;
        }
        tx.commit().await
    }

    /// Where a report was published.
    pub async fn publications(&self, report: ReportId) -> Result<Vec<Publication>, Error> {
        let sql =
            "SELECT collection, person, at, objects, marking, embargo FROM publication WHERE report = $1
             ORDER BY collection";
        let rows = self.read(sql, values![report.0]).await?;
        rows.iter()
            .map(|row| {
                Ok(Publication {
                    collection: CollectionId(row.number(0)?),
                    person: PersonId(row.number(1)?),
                    at: row.number(2)?,
                    objects: row.number(3)?,
                    marking: Some(row.number(4)?).filter(|rank| *rank >= 0).map(audience::marking),
                    embargo: Some(row.number(5)?).filter(|until| *until != 0),
                })
            })
            .collect()
    }
}
