//! Finding reports.

use bartizan_clearinghouse::access::{OrganisationId, PersonId};
use bartizan_clearinghouse::pap::Pap;

use super::facets::{self, Facet};
use super::{Report, ReportId, editions};
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
    /// Without those of which a newer edition may be read.
    pub newest: bool,
    /// Published on this day or later, `YYYY-MM-DD` or the beginning of one.
    pub since: Option<&'a str>,
    /// Published on this day or earlier; a month stands for all its days.
    pub until: Option<&'a str>,
    /// With one of the values chosen of each facet.
    pub facets: &'a [(Facet, String)],
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
        let question = self.question(readable, filter, None);
        let limit = limit.min(PAGE);
        let sql =
            format!("SELECT {COLUMNS} FROM report r WHERE {} ORDER BY r.id DESC LIMIT {limit}", question.sql);
        self.read(&sql, &question.values()).await?.iter().map(read).collect()
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
        let question = self.question(readable, &filter, None);
        let sql = format!(
            "SELECT r.kind, COUNT(*) FROM report r WHERE {} GROUP BY r.kind ORDER BY r.kind",
            question.sql
        );
        let rows = self.read(&sql, &question.values()).await?;
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
        self.paps(&self.question(readable, &filter, None)).await
    }

    /// The PAP labels among the reports of a question, strictest first.
    pub(super) async fn paps(&self, question: &Question<'_>) -> Result<Vec<(Pap, i64)>, Error> {
        let sql = format!(
            "SELECT r.pap, COUNT(*) FROM report r WHERE {} AND r.pap > 0 GROUP BY r.pap ORDER BY r.pap DESC",
            question.sql
        );
        let rows = self.read(&sql, &question.values()).await?;
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

    /// What a filter asks, without one of its facets.
    pub(crate) fn question<'a>(
        &self,
        readable: &[i64],
        filter: &ReportFilter<'a>,
        but: Option<Facet>,
    ) -> Question<'a> {
        let mut values: Vec<Value<'a>> = readable.iter().map(|n| Value::Number(*n)).collect();
        values.push(Value::Number(filter.before.map_or(i64::MAX, |id| id.0)));
        let sql = format!("r.audience IN ({}) AND r.id < ${}", places(1, readable.len()), values.len());
        let mut question = Question { sql, values, words: None };
        if let Some(kind) = filter.kind {
            question.values.push(Value::Text(kind));
            question.sql += &format!(" AND r.kind = ${}", question.values.len());
        }
        if let Some(pap) = filter.pap {
            // A number of this crate's own.
            question.sql += &format!(" AND r.pap = {}", audience::pap_rank(Some(pap)));
        }
        if filter.open {
            question.sql += " AND r.reviewed < r.claims";
        }
        if filter.newest {
            question.sql += &format!(" AND {}", editions::newest(readable.len()));
        }
        if let Some(since) = filter.since {
            question.values.push(Value::Text(since));
            question.sql += &format!(" AND r.published >= ${}", question.values.len());
        }
        if let Some(until) = filter.until {
            question.values.push(Value::Text(until));
            let at = question.values.len();
            // Whatever begins with it is not later.
            question.sql += &format!(
                " AND r.published <> '' AND (r.published <= ${at} OR SUBSTR(r.published, 1, {}) = ${at})",
                until.len()
            );
        }
        facets::narrow(&mut question, filter, but);
        let place = question.values.len() + 1;
        if let Some((condition, words)) = words::question(self.engine(), filter.words, place) {
            // Its place is kept; the words themselves are lent out when the statement is made.
            question.values.push(Value::NoText);
            question.words = Some((place - 1, words));
            question.sql += &format!(" AND {condition}");
        }
        question
    }
}

/// Conditions of a statement about reports, and their arguments.
pub(crate) struct Question<'a> {
    pub(crate) sql: String,
    pub(crate) values: Vec<Value<'a>>,
    /// Where among them the words belong, and the words.
    words: Option<(usize, String)>,
}

impl Question<'_> {
    /// The arguments in order.
    pub(crate) fn values(&self) -> Vec<Value<'_>> {
        let mut values: Vec<Value<'_>> = self.values.clone();
        if let Some((place, words)) = &self.words {
            values[*place] = Value::Text(words);
        }
        values
    }
}
