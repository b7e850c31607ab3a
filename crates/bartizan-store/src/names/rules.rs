//! Rules that analyses made: kept with the report, read through audiences that may be read.

use std::collections::BTreeSet;

use super::name_key;
use crate::db::Store;
use crate::error::Error;
use crate::reports::{COLUMNS, Report, ReportFilter, ReportId, WIDE, read_report};
use crate::sql::{Row, Tx, Value, places, values};

/// The most rules of a report, and the most techniques of a rule.
const MOST: usize = 500;
/// Longest text of a column, and of a rule, in characters.
const LONGEST: usize = 300;
const LONGEST_BODY: usize = 20_000;
/// Most rules of a page.
const PAGE: usize = 200;

/// A rule of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptRule {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// `low`, `medium`, `high`, `critical`.
    pub level: String,
    /// Its log source in words.
    pub source: String,
    /// How its proof went, in words.
    pub verdict: String,
    /// Whether the proof holds.
    pub proven: bool,
    /// The rule as Sigma.
    pub body: String,
    /// Ids of the techniques that it would see.
    pub techniques: Vec<String>,
}

/// How many rules there are of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleKind {
    /// Level.
    pub level: String,
    /// Whether their proof holds.
    pub proven: bool,
    /// Log source in words.
    pub source: String,
    /// How many.
    pub rules: i64,
}

/// Which rules.
#[derive(Clone, Debug, Default)]
pub struct RuleFilter<'a> {
    /// With these words in the title.
    pub words: &'a str,
    /// Of this level.
    pub level: Option<&'a str>,
    /// Proven, or not.
    pub proven: Option<bool>,
    /// That would see this technique.
    pub technique: Option<&'a str>,
    /// For what writes this log: the first word of its log source.
    pub platform: Option<&'a str>,
    /// Of this report.
    pub report: Option<ReportId>,
    /// With this id.
    pub rule: Option<&'a str>,
    /// Behind this rule of this report: the last of the page before.
    pub after: Option<(ReportId, &'a str)>,
}

fn cut(text: &str, most: usize) -> String {
    text.chars().filter(|c| *c == '\n' || *c == '\t' || !c.is_control()).take(most).collect()
}

/// Keeps the rules of a report; the first of two with one id counts.
pub(crate) async fn keep(tx: &mut Tx, report: i64, rules: &[KeptRule]) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    for rule in
        rules.iter().filter(|rule| !rule.id.is_empty() && seen.insert(cut(&rule.id, LONGEST))).take(MOST)
    {
        let [id, title, level, source, verdict] =
            [&rule.id, &rule.title, &rule.level, &rule.source, &rule.verdict].map(|text| cut(text, LONGEST));
        let body = cut(&rule.body, LONGEST_BODY);
        let sql = "INSERT INTO report_rule (report, rule, title, level, source, verdict, proven, body)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        tx.run(sql, values![report, &id, &title, &level, &source, &verdict, rule.proven, &body]).await?;
        let techniques: BTreeSet<String> =
            rule.techniques.iter().map(|t| name_key("technique", t)).take(MOST).collect();
        for technique in &techniques {
            let sql = "INSERT INTO rule_technique (report, rule, technique) VALUES ($1, $2, $3)";
            tx.run(sql, values![report, &id, technique]).await?;
        }
    }
    Ok(())
}

fn rule(row: &Row, from: usize) -> Result<KeptRule, Error> {
    Ok(KeptRule {
        id: row.text(from)?,
        title: row.text(from + 1)?,
        level: row.text(from + 2)?,
        source: row.text(from + 3)?,
        verdict: row.text(from + 4)?,
        proven: row.flag(from + 5)?,
        body: row.text(from + 6)?,
        techniques: Vec::new(),
    })
}

impl Store {
    /// Rules with their reports, newest report first.
    pub async fn rules(
        &self,
        readable: &[i64],
        filter: &RuleFilter<'_>,
        limit: usize,
    ) -> Result<Vec<(Report, KeptRule)>, Error> {
        if readable.is_empty() {
            return Ok(Vec::new());
        }
        let keys = Keys::of(filter);
        let (mut sql, mut values) = conditions(readable, filter, &keys);
        if let Some(level) = filter.level {
            values.push(Value::Text(level));
            sql += &format!(" AND u.level = ${}", values.len());
        }
        if let Some(proven) = filter.proven {
            values.push(Value::Flag(proven));
            sql += &format!(" AND u.proven = ${}", values.len());
        }
        if let Some(platform) = &keys.platform {
            values.push(Value::Text(platform));
            sql += &format!(" AND LOWER(u.source) LIKE ${} ESCAPE '!'", values.len());
        }
        if let Some((report, id)) = filter.after {
            values.extend([Value::Number(report.0), Value::Text(id)]);
            let (report, id) = (values.len() - 1, values.len());
            sql += &format!(" AND (u.report < ${report} OR (u.report = ${report} AND u.rule > ${id}))");
        }
        let sql = format!(
            "SELECT {COLUMNS}, u.rule, u.title, u.level, u.source, u.verdict, u.proven, u.body
             FROM report_rule u JOIN report r ON r.id = u.report
             WHERE {sql} ORDER BY u.report DESC, u.rule LIMIT {}",
            limit.min(PAGE)
        );
        let rows = self.read(&sql, &values).await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            let (report, mut kept) = (read_report(row)?, rule(row, WIDE)?);
            let sql =
                "SELECT technique FROM rule_technique WHERE report = $1 AND rule = $2 ORDER BY technique";
            for row in self.read(sql, values![report.id.0, &kept.id]).await? {
                kept.techniques.push(row.text(0)?.to_uppercase());
            }
            found.push((report, kept));
        }
        Ok(found)
    }

    /// How many there are of each kind, whatever level, proof and platform are asked for.
    pub async fn rule_kinds(
        &self,
        readable: &[i64],
        filter: &RuleFilter<'_>,
    ) -> Result<Vec<RuleKind>, Error> {
        if readable.is_empty() {
            return Ok(Vec::new());
        }
        let keys = Keys::of(filter);
        let (sql, values) = conditions(readable, filter, &keys);
        let sql = format!(
            "SELECT u.level, u.proven, u.source, COUNT(*) FROM report_rule u JOIN report r ON r.id = u.report
             WHERE {sql} GROUP BY u.level, u.proven, u.source ORDER BY u.level, u.proven, u.source LIMIT 5000"
        );
        let rows = self.read(&sql, &values).await?;
        let kind = |row: &Row| {
            Ok(RuleKind {
                level: row.text(0)?,
                proven: row.flag(1)?,
                source: row.text(2)?,
                rules: row.number(3)?,
            })
        };
        rows.iter().map(kind).collect()
    }

    /// How many rules would see each technique; `families` counts a technique with its sub-techniques.
    pub async fn rule_counts(&self, readable: &[i64], families: bool) -> Result<Vec<(String, i64)>, Error> {
        self.rule_counts_of(readable, &ReportFilter::default(), families).await
    }

    /// The same among the rules of the reports of a filter.
    pub async fn rule_counts_of(
        &self,
        readable: &[i64],
        filter: &ReportFilter<'_>,
        families: bool,
    ) -> Result<Vec<(String, i64)>, Error> {
        if readable.is_empty() {
            return Ok(Vec::new());
        }
        let question = self.question(readable, filter, None);
        let kin = if families { "SUBSTR(t.technique, 1, 5)" } else { "t.technique" };
        let sql = format!(
            "SELECT {kin}, COUNT(DISTINCT t.rule) FROM rule_technique t JOIN report r ON r.id = t.report
             WHERE {} AND SUBSTR(t.technique, 1, 1) = 't' GROUP BY {kin} ORDER BY {kin}",
            question.sql
        );
        let rows = self.read(&sql, &question.values()).await?;
        rows.iter().map(|row| Ok((row.text(0)?.to_uppercase(), row.number(1)?))).collect()
    }
}

/// A pattern for words, in which nothing of them is one.
fn like(words: &str) -> String {
    let mut pattern = String::from("%");
    for c in cut(words, LONGEST).to_lowercase().trim().chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// What is compared, made of a filter's words.
struct Keys {
    words: String,
    technique: Option<String>,
    platform: Option<String>,
}

impl Keys {
    fn of(filter: &RuleFilter<'_>) -> Self {
        Self {
            words: like(filter.words),
            technique: filter.technique.map(|id| name_key("technique", id)),
            // From the beginning of the log source.
            platform: filter.platform.map(|word| like(word).split_off(1)),
        }
    }
}

/// What a filter asks for beside level, proof, platform and page.
fn conditions<'a>(readable: &[i64], filter: &RuleFilter<'a>, keys: &'a Keys) -> (String, Vec<Value<'a>>) {
    let mut values: Vec<Value<'a>> = readable.iter().map(|n| Value::Number(*n)).collect();
    let mut sql = format!("r.audience IN ({})", places(1, readable.len()));
    if keys.words != "%%" {
        values.push(Value::Text(&keys.words));
        sql += &format!(" AND LOWER(u.title) LIKE ${} ESCAPE '!'", values.len());
    }
    if let Some(technique) = &keys.technique {
        values.push(Value::Text(technique));
        sql += &format!(
            " AND EXISTS (SELECT 1 FROM rule_technique t
                          WHERE t.technique = ${} AND t.report = u.report AND t.rule = u.rule)",
            values.len()
        );
    }
    if let Some(report) = filter.report {
        values.push(Value::Number(report.0));
        sql += &format!(" AND u.report = ${}", values.len());
    }
    if let Some(rule) = filter.rule {
        values.push(Value::Text(rule));
        sql += &format!(" AND u.rule = ${}", values.len());
    }
    (sql, values)
}
