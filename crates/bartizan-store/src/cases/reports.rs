//! Which reports a case is about.

use bartizan_clearinghouse::access::{OrganisationId, PersonId};
use serde_json::json;

use super::find;
use super::keep::{Said, add_events};
use crate::audit::{self, Action};
use crate::db::Store;
use crate::error::Error;
use crate::sql::{Tx, values};

/// A report of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseReport {
    /// Its number here.
    pub id: i64,
    /// What the outside calls it by.
    pub uuid: String,
    /// What stands in lists.
    pub title: String,
    /// Who sent it.
    pub sender: OrganisationId,
    /// Which person.
    pub person: PersonId,
    /// When it was put into the case, microseconds since 1970.
    pub added: i64,
    /// Why: that cause and fix are the same.
    pub because: String,
    /// When and why it was taken out again.
    pub removed: Option<(i64, String)>,
    /// The report, JSON.
    pub body: String,
}

/// Puts a report into a case; it is in no other.
pub(super) async fn put(
    tx: &mut Tx,
    by: &Action<'_>,
    case: i64,
    report: i64,
    because: &str,
) -> Result<(), Error> {
    // Holds the report, so that two cases do not take it at once.
    let sql = "UPDATE vulnerability_report SET changed = changed WHERE id = $1";
    if tx.run(sql, values![report]).await? == 0 {
        return Err(Error::invalid("there is no such report"));
    }
    let sql = "SELECT case_id FROM case_report WHERE report = $1 AND removed IS NULL";
    if tx.one(sql, values![report]).await?.is_some() {
        return Err(Error::conflict("the report is in a case already; take it out there first"));
    }
    let sql = "INSERT INTO case_report (case_id, report, added, because, removed, regret) VALUES ($1, $2, $3, $4, NULL, '')";
    tx.run(sql, values![case, report, by.now, because]).await.map(drop)
}

/// That something besides the log has changed, and what is said of it there.
async fn log(
    tx: &mut Tx,
    by: &Action<'_>,
    place: (i64, &str),
    said: Option<Said<'_>>,
) -> Result<bool, Error> {
    tx.run("UPDATE case_file SET revision = revision + 1 WHERE id = $1", values![place.0]).await?;
    let Some(Said { events, before, after }) = said else { return Ok(true) };
    add_events(tx, by, place, events, before, after).await
}

impl Store {
    /// Says that a report is about the vulnerability of a case: same root cause, same fix, and on what that is based; with what is said of it
    /// in the log. `false`: somebody else added to the log meanwhile, and nothing was done.
    pub async fn put_into_case(
        &self,
        by: &Action<'_>,
        place: (i64, &str),
        report: (i64, &str),
        because: &str,
        said: Option<Said<'_>>,
    ) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        if !log(&mut tx, by, place, said).await? {
            return Ok(false);
        }
        put(&mut tx, by, place.0, report.0, because).await?;
        let detail = json!({ "report": report.1 }).to_string();
        audit::write(&mut tx, by, "case.merge", &find::thing(place.1), &detail).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Takes that back, with what is said of it in the log. `false` as there; `None`: it is not in the case.
    pub async fn take_out_of_case(
        &self,
        by: &Action<'_>,
        place: (i64, &str),
        report: (i64, &str),
        regret: &str,
        said: Option<Said<'_>>,
    ) -> Result<Option<bool>, Error> {
        let mut tx = self.begin().await?;
        if !log(&mut tx, by, place, said).await? {
            return Ok(Some(false));
        }
        let sql = "UPDATE case_report SET removed = $1, regret = $2 WHERE case_id = $3 AND report = $4 AND removed IS NULL";
        if tx.run(sql, values![by.now, regret, place.0, report.0]).await? == 0 {
            return Ok(None);
        }
        let detail = json!({ "report": report.1 }).to_string();
        audit::write(&mut tx, by, "case.split", &find::thing(place.1), &detail).await?;
        tx.commit().await?;
        Ok(Some(true))
    }

    /// The reports of a case, in the order in which they were put into it; also what was taken out again.
    pub async fn case_reports(&self, case: i64) -> Result<Vec<CaseReport>, Error> {
        let sql = "SELECT r.id, r.uuid, r.title, r.organisation, r.person, c.added, c.because, c.removed, c.regret, r.body
                   FROM case_report c JOIN vulnerability_report r ON r.id = c.report
                   WHERE c.case_id = $1 ORDER BY c.added, r.id";
        let rows = self.read(sql, values![case]).await?;
        rows.iter()
            .map(|row| {
                let removed = row.number_or_none(7)?;
                let regret = row.text(8)?;
                Ok(CaseReport {
                    id: row.number(0)?,
                    uuid: row.text(1)?,
                    title: row.text(2)?,
                    sender: OrganisationId(row.number(3)?),
                    person: PersonId(row.number(4)?),
                    added: row.number(5)?,
                    because: row.text(6)?,
                    removed: removed.map(|at| (at, regret)),
                    body: row.text(9)?,
                })
            })
            .collect()
    }

    /// Which case each report of a desk is in, by numbers.
    pub async fn cases_of_desk(
        &self,
        desk: OrganisationId,
    ) -> Result<std::collections::BTreeMap<i64, i64>, Error> {
        let sql =
            "SELECT c.report, c.case_id FROM case_report c JOIN vulnerability_report v ON v.id = c.report
                   WHERE v.desk = $1 AND c.removed IS NULL";
        let rows = self.read(sql, values![desk.0]).await?;
        rows.iter().map(|row| Ok((row.number(0)?, row.number(1)?))).collect()
    }
}
