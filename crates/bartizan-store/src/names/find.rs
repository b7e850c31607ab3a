//! Reading what reports name. Every statement joins the report, whose audience has to be one that may be read.

use super::{NameCount, Named, NamedIn, name_key};
use crate::audience;
use crate::db::Store;
use crate::error::Error;
use crate::reports::{COLUMNS, ReportFilter, ReportId, WIDE, read_report};
use crate::sql::{Row, Value, places};

/// How many of the newest reports are looked at for what else they name: a name that is in all of them costs no more.
const NEWEST: usize = 500;
/// Most rows of an answer.
const MOST: usize = 20_000;

const COUNTS: &str =
    "MIN(n.kind), MIN(n.value), MIN(n.shown), COUNT(*), MAX(a.marking), MIN(r.created), MAX(r.created)";
const FROM: &str = "FROM report_name n JOIN report r ON r.id = n.report JOIN audience a ON a.id = r.audience";

fn count(row: &Row) -> Result<NameCount, Error> {
    Ok(NameCount {
        kind: row.text(0)?,
        value: row.text(1)?,
        shown: row.text(2)?,
        reports: row.number(3)?,
        marking: audience::marking(row.number(4)?),
        first: row.number(5)?,
        last: row.number(6)?,
    })
}

/// The columns of a name, from so many on.
const NAME: &str = "n.kind, n.value, n.shown, n.sure, n.sentence, n.hit_from, n.hit_to";

fn named(row: &Row, from: usize) -> Result<Named, Error> {
    Ok(Named {
        kind: row.text(from)?,
        value: row.text(from + 1)?,
        shown: row.text(from + 2)?,
        sure: row.text(from + 3)?,
        sentence: row.text(from + 4)?,
        hit: (row.number(from + 5)?, row.number(from + 6)?),
    })
}

fn named_in(row: &Row) -> Result<NamedIn, Error> {
    Ok(NamedIn { report: read_report(row)?, named: named(row, WIDE)? })
}

fn start<'a>(readable: &[i64]) -> (String, Vec<Value<'a>>) {
    let condition = format!("r.audience IN ({})", places(1, readable.len()));
    (condition, readable.iter().map(|n| Value::Number(*n)).collect())
}

impl Store {
    /// What is known of one name; `None` if no readable report names it.
    pub async fn name(&self, readable: &[i64], kind: &str, value: &str) -> Result<Option<NameCount>, Error> {
        if readable.is_empty() {
            return Ok(None);
        }
        let (condition, mut values) = start(readable);
        let (key, at) = (name_key(kind, value), readable.len());
        values.extend([Value::Text(kind), Value::Text(&key)]);
        let sql = format!(
            "SELECT {COUNTS} {FROM} WHERE {condition} AND n.kind = ${} AND n.value = ${} GROUP BY n.kind, n.value",
            at + 1,
            at + 2
        );
        self.read(&sql, &values).await?.first().map(count).transpose()
    }

    /// Reports that name it, newest first, older than one if it is given.
    pub async fn named_in(
        &self,
        readable: &[i64],
        kind: &str,
        value: &str,
        before: Option<ReportId>,
        limit: usize,
    ) -> Result<Vec<NamedIn>, Error> {
        if readable.is_empty() {
            return Ok(Vec::new());
        }
        let (condition, mut values) = start(readable);
        let (key, at) = (name_key(kind, value), readable.len());
        values.extend([Value::Text(kind), Value::Text(&key)]);
        values.push(Value::Number(before.map_or(i64::MAX, |id| id.0)));
        let sql = format!(
            "SELECT {COLUMNS}, {NAME} FROM report_name n JOIN report r ON r.id = n.report
             WHERE {condition} AND n.kind = ${} AND n.value = ${} AND n.report < ${}
             ORDER BY n.report DESC LIMIT {}",
            at + 1,
            at + 2,
            at + 3,
            limit.min(MOST)
        );
        self.read(&sql, &values).await?.iter().map(named_in).collect()
    }

    /// What else the reports that name it name, most often first. Of a name that very many reports have, the newest reports count.
    pub async fn named_beside(
        &self,
        readable: &[i64],
        kind: &str,
        value: &str,
        limit: usize,
    ) -> Result<Vec<NameCount>, Error> {
        if readable.is_empty() {
            return Ok(Vec::new());
        }
        let (condition, mut values) = start(readable);
        let (key, at) = (name_key(kind, value), readable.len());
        values.extend([Value::Text(kind), Value::Text(&key)]);
        let (kind_at, value_at) = (at + 1, at + 2);
        let sql = format!(
            "SELECT {COUNTS} {FROM} WHERE {condition}
               AND n.report IN (
                 SELECT c.report FROM report_name c JOIN report r ON r.id = c.report
                 WHERE {condition} AND c.kind = ${kind_at} AND c.value = ${value_at}
                 ORDER BY c.report DESC LIMIT {NEWEST})
               AND NOT (n.kind = ${kind_at} AND n.value = ${value_at})
             GROUP BY n.kind, n.value ORDER BY COUNT(*) DESC, n.kind, n.value LIMIT {}",
            limit.min(MOST)
        );
        self.read(&sql, &values).await?.iter().map(count).collect()
    }

    /// What is called so, of these kinds, most often named first.
    pub async fn names_called(
        &self,
        readable: &[i64],
        kinds: &[&str],
        value: &str,
        limit: usize,
    ) -> Result<Vec<NameCount>, Error> {
        let (key, exact) = (name_key("", value), name_key("indicator", value));
        if readable.is_empty() || kinds.is_empty() || key.is_empty() {
            return Ok(Vec::new());
        }
        let (condition, mut values) = start(readable);
        let at = readable.len();
        values.extend([Value::Text(&key), Value::Text(&exact)]);
        values.extend(kinds.iter().map(|kind| Value::Text(kind)));
        let sql = format!(
            "SELECT {COUNTS} {FROM} WHERE {condition} AND n.value IN (${}, ${}) AND n.kind IN ({})
             GROUP BY n.kind, n.value ORDER BY COUNT(*) DESC, n.kind, n.value LIMIT {}",
            at + 1,
            at + 2,
            places(at + 3, kinds.len()),
            limit.min(MOST)
        );
        self.read(&sql, &values).await?.iter().map(count).collect()
    }

    /// How many reports name each technique of ATT&CK; `families` counts a technique with its sub-techniques.
    pub async fn technique_counts(
        &self,
        readable: &[i64],
        families: bool,
    ) -> Result<Vec<(String, i64)>, Error> {
        self.technique_counts_of(readable, &ReportFilter::default(), families).await
    }

    /// The same among the reports of a filter.
    pub async fn technique_counts_of(
        &self,
        readable: &[i64],
        filter: &ReportFilter<'_>,
        families: bool,
    ) -> Result<Vec<(String, i64)>, Error> {
        if readable.is_empty() {
            return Ok(Vec::new());
        }
        let question = self.question(readable, filter, None);
        let (kin, many) = if families {
            ("SUBSTR(n.value, 1, 5)", "COUNT(DISTINCT n.report)")
        } else {
            ("n.value", "COUNT(*)")
        };
        let sql = format!(
            "SELECT {kin}, {many} FROM report_name n JOIN report r ON r.id = n.report
             WHERE {} AND n.kind = 'technique' AND SUBSTR(n.value, 1, 1) = 't'
             GROUP BY {kin} ORDER BY {kin} LIMIT {MOST}",
            question.sql
        );
        let rows = self.read(&sql, &question.values()).await?;
        rows.iter().map(|row| Ok((row.text(0)?.to_uppercase(), row.number(1)?))).collect()
    }

    /// When each report that names it was published, as it says, and when it was analysed; newest editions alone, oldest first.
    pub async fn name_days(
        &self,
        readable: &[i64],
        kind: &str,
        value: &str,
    ) -> Result<Vec<(String, i64)>, Error> {
        if readable.is_empty() {
            return Ok(Vec::new());
        }
        let key = name_key(kind, value);
        let filter = ReportFilter { newest: true, ..ReportFilter::default() };
        let mut question = self.question(readable, &filter, None);
        question.values.extend([Value::Text(kind), Value::Text(&key)]);
        let at = question.values.len();
        let sql = format!(
            "SELECT r.published, r.created FROM report_name n JOIN report r ON r.id = n.report
             WHERE {} AND n.kind = ${} AND n.value = ${at} ORDER BY r.id LIMIT {MOST}",
            question.sql,
            at - 1
        );
        let rows = self.read(&sql, &question.values()).await?;
        rows.iter().map(|row| Ok((row.text(0)?, row.number(1)?))).collect()
    }

    /// What these reports name, newest report first; so many rows at most.
    pub async fn names_of(
        &self,
        readable: &[i64],
        reports: &[ReportId],
        limit: usize,
    ) -> Result<Vec<NamedIn>, Error> {
        if readable.is_empty() || reports.is_empty() {
            return Ok(Vec::new());
        }
        let (condition, mut values) = start(readable);
        values.extend(reports.iter().map(|id| Value::Number(id.0)));
        let sql = format!(
            "SELECT {COLUMNS}, {NAME} FROM report_name n JOIN report r ON r.id = n.report
             WHERE {condition} AND n.report IN ({}) ORDER BY n.report DESC, n.kind, n.value LIMIT {}",
            places(readable.len() + 1, reports.len()),
            limit.min(MOST)
        );
        self.read(&sql, &values).await?.iter().map(named_in).collect()
    }
}
