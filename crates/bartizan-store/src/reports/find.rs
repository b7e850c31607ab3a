//! Finding reports.

use bartizan_clearinghouse::access::{OrganisationId, PersonId};
use bartizan_clearinghouse::pap::Pap;

use super::{Report, ReportId};
use crate::audience;
use crate::db::Store;
use crate::error::Error;
use crate::sql::{Row, Value, places};
use crate::words;

/// Most reports of a page, and one that tells whether there are more.
const PAGE: usize = 501;

/// Which reports.
#[derive(Clone, Debug, Default)]
pub struct ReportFilter<'a> {
    /// That hold all these words; empty: any.
    pub words: &'a str,
    /// Of this kind.
    pub kind: Option<&'a str>,
    /// With claims that nobody has decided about.
    pub open: bool,
    /// Older than this one: the last of the page before.
    pub before: Option<ReportId>,
    /// With this PAP label.
    pub pap: Option<Pap>,
}

pub(crate) const COLUMNS: &str =
    "r.id, r.uuid, r.audience, r.organisation, r.person, r.title, r.publisher, r.published, r.kind, r.source,
                       r.contents, r.claims, r.reviewed, r.created, r.pap";

/// How many columns that are.
pub(crate) const WIDE: usize = 15;

pub(crate) fn read(row: &Row) -> Result<Report, Error> {
    let person = row.number(4)?;
    Ok(Report {
        id: ReportId(row.number(0)?),
        uuid: row.text(1)?,
        audience: row.number(2)?,
        organisation: OrganisationId(row.number(3)?),
        person: (person != 0).then_some(PersonId(person)),
        title: row.text(5)?,
        publisher: row.text(6)?,
        published: row.text(7)?,
        kind: row.text(8)?,
        source: row.text(9)?,
        contents: row.text(10)?,
        claims: row.number(11)?,
        reviewed: row.number(12)?,
        created: row.number(13)?,
        pap: audience::pap(row.number(14)?),
    })
}

impl Store {
    /// Reports that these audiences may read, newest first, so many at most.
    pub async fn reports(
        &self,
        readable: &[i64],
        filter: &ReportFilter<'_>,
        limit: usize,
    ) -> Result<Vec<Report>, Error> {
        if readable.is_empty() {
            return Ok(Vec::new());
        }
        let (conditions, words) = self.conditions(readable, filter);
        let mut values: Vec<Value<'_>> = readable.iter().map(|n| Value::Number(*n)).collect();
        values.push(Value::Number(filter.before.map_or(i64::MAX, |id| id.0)));
        values.extend(filter.kind.map(Value::Text));
        values.extend(words.as_deref().map(Value::Text));
        let limit = limit.min(PAGE);
        let sql =
            format!("SELECT {COLUMNS} FROM report r WHERE {conditions} ORDER BY r.id DESC LIMIT {limit}");
        self.read(&sql, &values).await?.iter().map(read).collect()
    }

    /// How many there are of each kind.
    pub async fn report_kinds(
        &self,
        readable: &[i64],
        filter: &ReportFilter<'_>,
    ) -> Result<Vec<(String, i64)>, Error> {
        if readable.is_empty() {
            return Ok(Vec::new());
        }
        let filter = ReportFilter { kind: None, before: None, ..filter.clone() };
        let (conditions, words) = self.conditions(readable, &filter);
        let mut values: Vec<Value<'_>> = readable.iter().map(|n| Value::Number(*n)).collect();
        values.push(Value::Number(i64::MAX));
        values.extend(words.as_deref().map(Value::Text));
        let sql = format!(
            "SELECT r.kind, COUNT(*) FROM report r WHERE {conditions} GROUP BY r.kind ORDER BY r.kind"
        );
        let rows = self.read(&sql, &values).await?;
        rows.iter().map(|row| Ok((row.text(0)?, row.number(1)?))).collect()
    }

    /// How many there are with each PAP label, strictest first.
    pub async fn report_paps(
        &self,
        readable: &[i64],
        filter: &ReportFilter<'_>,
    ) -> Result<Vec<(Pap, i64)>, Error> {
        if readable.is_empty() {
            return Ok(Vec::new());
        }
        let filter = ReportFilter { pap: None, before: None, ..filter.clone() };
        let (conditions, words) = self.conditions(readable, &filter);
        let mut values: Vec<Value<'_>> = readable.iter().map(|n| Value::Number(*n)).collect();
        values.push(Value::Number(i64::MAX));
        values.extend(filter.kind.map(Value::Text));
        values.extend(words.as_deref().map(Value::Text));
        let sql = format!(
            "SELECT r.pap, COUNT(*) FROM report r WHERE {conditions} AND r.pap > 0 GROUP BY r.pap ORDER BY r.pap DESC"
        );
        let rows = self.read(&sql, &values).await?;
        let counted =
            rows.iter().map(|row| Ok::<_, Error>(audience::pap(row.number(0)?).zip(Some(row.number(1)?))));
        counted.filter_map(Result::transpose).collect()
    }

    /// One report, if these audiences may read it.
    pub async fn report(&self, readable: &[i64], uuid: &str) -> Result<Option<Report>, Error> {
        if readable.is_empty() {
            return Ok(None);
        }
        let sql = format!(
            "SELECT {COLUMNS} FROM report r WHERE r.uuid = $1 AND r.audience IN ({})",
            places(2, readable.len())
        );
        let mut values = vec![Value::Text(uuid)];
        values.extend(readable.iter().map(|n| Value::Number(*n)));
        self.read(&sql, &values).await?.first().map(read).transpose()
    }

    /// The report that a job made, whoever may read it.
    pub async fn report_of_job(&self, job: i64) -> Result<Option<String>, Error> {
        let rows = self.read("SELECT uuid FROM report WHERE job = $1", &[Value::Number(job)]).await?;
        rows.first().map(|row| row.text(0)).transpose()
    }

    /// Conditions, whose arguments are the audiences, the number before which, the kind, the words.
    fn conditions(&self, readable: &[i64], filter: &ReportFilter<'_>) -> (String, Option<String>) {
        let mut place = readable.len() + 1;
        let mut sql = format!("r.audience IN ({}) AND r.id < ${place}", places(1, readable.len()));
        if filter.kind.is_some() {
            place += 1;
            sql += &format!(" AND r.kind = ${place}");
        }
        if let Some(pap) = filter.pap {
            // A number of this crate's own.
            sql += &format!(" AND r.pap = {}", audience::pap_rank(Some(pap)));
        }
        if filter.open {
            sql += " AND r.reviewed < r.claims";
        }
        match words::question(self.engine(), filter.words, place + 1) {
            Some((condition, question)) => (format!("{sql} AND {condition}"), Some(question)),
            None => (sql, None),
        }
    }
}
