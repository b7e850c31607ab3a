//! Changing how far a report goes.

use bartizan_clearinghouse::access::{Audience, PersonId};
use bartizan_clearinghouse::pap::Pap;
use bartizan_stix::Tlp;
use serde_json::json;

use super::Report;
use crate::audience;
use crate::audit::{self, Action};
use crate::db::Store;
use crate::error::Error;
use crate::sql::values;

/// A report's marking after a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked<'a> {
    /// How far it goes.
    pub marking: Tlp,
    /// What may be done with it.
    pub pap: Option<Pap>,
    /// Why; may be empty.
    pub reason: &'a str,
}

impl Report {
    /// The audience it would have with this marking: it stays its owner's, and a TLP:RED report is its author's.
    pub fn audience_as(&self, before: &Audience, marking: Tlp) -> Audience {
        let author = self.person.filter(|_| marking == Tlp::Red);
        Audience { marking, author, ..before.clone() }
    }
}

impl Store {
    /// Marks a report anew; its job goes with it. What was published stays where it is. Who may, the caller has decided.
    pub async fn mark_report(&self, by: &Action<'_>, report: &Report, new: &Marked<'_>) -> Result<(), Error> {
        if new.marking == Tlp::Red && report.person.is_none() {
            return Err(Error::invalid("nobody handed it in who could read it as TLP:RED"));
        }
        let mut tx = self.begin().await?;
        // Whoever decided by an older state does not decide about this one.
        let sql = "SELECT a.id, a.collection, a.owner, a.author, a.marking, a.embargo, r.job, r.pap
                   FROM report r JOIN audience a ON a.id = r.audience WHERE r.id = $1 AND r.audience = $2 AND r.pap = $3";
        let known = values![report.id.0, report.audience, audience::pap_rank(report.pap)];
        let row = tx.one(sql, known).await?;
        let row =
            row.ok_or_else(|| Error::conflict("somebody has marked it meanwhile: load the page again"))?;
        let before = audience::read(&row)?;
        let job = row.number(6)?;
        let number = audience::number(&mut tx, &report.audience_as(&before, new.marking)).await?;
        let sql = "UPDATE report SET audience = $1, pap = $2 WHERE id = $3";
        tx.run(sql, values![number, audience::pap_rank(new.pap), report.id.0]).await?;
        let sql = "UPDATE job SET audience = $1 WHERE id = $2 AND audience <> 0";
        tx.run(sql, values![number, job]).await?;
        let label = |pap: Option<Pap>| pap.map(Pap::as_str);
        let detail = json!({
            "from": before.marking.as_str(), "to": new.marking.as_str(),
            "pap_from": label(report.pap), "pap_to": label(new.pap), "reason": new.reason
        });
        let thing = format!("report/{}", report.uuid);
        audit::write(&mut tx, by, "report.mark", &thing, &detail.to_string()).await?;
        tx.commit().await
    }

    /// Decisions of others about readable reports since a moment: the report, who, how many, when last. Newest first.
    pub async fn decided_since(
        &self,
        readable: &[i64],
        since: i64,
        but: PersonId,
        limit: usize,
    ) -> Result<Vec<(Report, PersonId, i64, i64)>, Error> {
        use crate::sql::{Value, places};
        if readable.is_empty() {
            return Ok(Vec::new());
        }
        let columns = super::COLUMNS;
        let sql = format!(
            "SELECT {columns}, g.person, g.n, g.at FROM report r JOIN (
               SELECT d.report AS report, d.person AS person, COUNT(*) AS n, MAX(d.at) AS at FROM decision d
               WHERE d.at > $1 AND d.person <> $2 GROUP BY d.report, d.person
             ) g ON g.report = r.id WHERE r.audience IN ({}) ORDER BY g.at DESC, r.id DESC LIMIT {}",
            places(3, readable.len()),
            limit.min(100)
        );
        let mut values = vec![Value::Number(since), Value::Number(but.0)];
        values.extend(readable.iter().map(|n| Value::Number(*n)));
        let rows = self.read(&sql, &values).await?;
        rows.iter()
            .map(|row| {
                Ok((
                    super::read_report(row)?,
                    PersonId(row.number(super::WIDE)?),
                    row.number(super::WIDE + 1)?,
                    row.number(super::WIDE + 2)?,
                ))
            })
            .collect()
    }
}
