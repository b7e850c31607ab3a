//! Correlations in SQL: one query over the events of all rules, joined with itself over the window that ends at each
//! event. Only common SQL: `WITH`, `UNION ALL`, `JOIN`, `GROUP BY`, `HAVING`.

use super::{Judged, Part, Plan, Source};
use crate::{
    convert::Conversion,
    error::Failure,
    rule::correlation::{Kind, Sign},
    target::{Query, Template, fill},
};

/// What SQL dialects write differently.
#[derive(Clone, Copy, Debug)]
pub struct Sql {
    /// The table of events.
    pub table: &'static str,
    /// Seconds since 1970 of an event, fractions kept; `{field}` is its time.
    pub seconds: Template,
    /// The field with an event's time, unless the pipelines say `time_field`.
    pub time_field: &'static str,
    /// The number of the window of `{value}` seconds that the time `{field}` is in.
    pub window: Template,
    /// A value as a number.
    pub number: Template,
    /// A percentile of `{field}`; `{value}` is its fraction, as `0.95`.
    pub percentile: Option<Template>,
}

impl Sql {
    pub(crate) fn correlate(&self, plan: &Plan<'_>) -> Result<Conversion, Failure> {
        let (text, fixed) = self.select(plan, 0)?;
        let notes = if fixed { vec![plan.fixed_windows()] } else { Vec::new() };
        Ok(Conversion { queries: vec![Query::Text(text)], notes })
    }

    /// The query, and whether windows begin at fixed times in it.
    fn select(&self, plan: &Plan<'_>, depth: usize) -> Result<(String, bool), Failure> {
        let (events, mut fixed) = self.events(plan, depth)?;
        let body = match (plan.correlation.kind, plan.judged()) {
            (Kind::TemporalOrdered, _) => self.ordered(plan)?,
            (_, Judged::Growing) => self.sliding(plan)?,
            (_, Judged::AtEnd) => {
                fixed = true;
                self.buckets(plan)?
            }
        };
        Ok((format!("WITH events AS ({events}) {body}"), fixed))
    }

    /// The events of all rules: rule, time `t`, `key_1` …, `value_1` ….
    fn events(&self, plan: &Plan<'_>, depth: usize) -> Result<(String, bool), Failure> {
        let mut selects = Vec::new();
        let mut fixed = false;
        if let Some(select) = self.either(plan) {
            return Ok((select, false));
        }
        for part in &plan.parts {
            selects.push(match &part.source {
                Source::Rule { condition, .. } => self.rule(plan, part, condition),
                Source::Correlation(inner) => {
                    let (query, inner_fixed) = self.select(inner, depth + 1)?;
                    fixed |= inner_fixed;
                    columns(part, "last_seen", &format!("({query}) AS inner_{depth}"))
                }
            });
        }
        Ok((selects.join(" UNION ALL "), fixed))
    }

    /// Several rules whose events are counted, where fields are called the same: an event that two match counts once.
    fn either(&self, plan: &Plan<'_>) -> Option<String> {
        let first = plan.parts.first()?;
        let same = plan.parts.iter().all(|part| part.keys == first.keys && part.fields == first.fields);
        if plan.correlation.kind.is_temporal() || plan.parts.len() < 2 || !same {
            return None;
        }
        let rules = plan.rules().ok()?;
        let conditions: Vec<String> =
            rules.iter().map(|(_, condition, _)| format!("({condition})")).collect();
        Some(self.rule(plan, first, &conditions.join(" OR ")))
    }

    /// The events of one condition.
    fn rule(&self, plan: &Plan<'_>, part: &Part<'_>, condition: &str) -> String {
        let field = plan.state.get("time_field").map_or(self.time_field, String::as_str);
        let place = if condition.is_empty() { String::new() } else { format!(" WHERE {condition}") };
        columns(part, &fill(self.seconds, field, ""), &format!("{}{place}", self.table))
    }

    /// Over the window that ends at each time an event has.
    fn sliding(&self, plan: &Plan<'_>) -> Result<String, Failure> {
        let keys = numbered("", plan);
        let span = plan.timespan().seconds();
        let on = keys.iter().map(|key| format!("b.{key} = a.{key}")).collect::<Vec<_>>();
        let join = match on.is_empty() {
            true => "CROSS JOIN events b".to_owned(),
            false => format!("JOIN events b ON {}", on.join(" AND ")),
        };
        let distinct = keys.iter().map(|key| format!("{key}, ")).collect::<String>();
        let (measure, having) = self.measure(plan, "b.")?;
        Ok(format!(
            "SELECT {}MIN(b.t) AS first_seen, a.t AS last_seen, {measure} FROM (SELECT DISTINCT {distinct}t FROM events) a {join} WHERE b.t BETWEEN a.t - {span} AND a.t GROUP BY {}a.t HAVING {having}",
            named("a.", plan),
            numbered("a.", plan).iter().map(|key| format!("{key}, ")).collect::<String>(),
        ))
    }

    /// Over windows that begin at fixed times.
    fn buckets(&self, plan: &Plan<'_>) -> Result<String, Failure> {
        let keys = numbered("", plan);
        let (measure, having) = self.measure(plan, "")?;
        let known = keys.iter().map(|key| format!("{key} IS NOT NULL")).collect::<Vec<_>>();
        let known = if known.is_empty() { String::new() } else { format!(" WHERE {}", known.join(" AND ")) };
        Ok(format!(
            "SELECT {}MIN(t) AS first_seen, MAX(t) AS last_seen, {measure} FROM events{known} GROUP BY {}{} HAVING {having}",
            named("", plan),
            keys.iter().map(|key| format!("{key}, ")).collect::<String>(),
            fill(self.window, "t", &plan.timespan().seconds().to_string()),
        ))
    }

    /// One event after the other.
    fn ordered(&self, plan: &Plan<'_>) -> Result<String, Failure> {
        plan.ordered()?;
        let last = plan.parts.len();
        let mut tables = Vec::new();
        let mut tests = Vec::new();
        for (at, part) in plan.parts.iter().enumerate() {
            let number = at + 1;
            let on = numbered("", plan)
                .iter()
                .map(|key| format!("e{number}.{key} = e1.{key}"))
                .collect::<Vec<_>>();
            tables.push(match (at, on.is_empty()) {
                (0, _) => "events e1".to_owned(),
                (_, true) => format!("CROSS JOIN events e{number}"),
                (_, false) => format!("JOIN events e{number} ON {}", on.join(" AND ")),
            });
            tests.push(format!("e{number}.rule_name = '{}'", part.label));
            if at > 0 {
                tests.push(format!("e{at}.t <= e{number}.t"));
            }
        }
        if last == 1 {
            tests.extend(numbered("e1.", plan).iter().map(|key| format!("{key} IS NOT NULL")));
        }
        tests.push(format!("e{last}.t - e1.t <= {}", plan.timespan().seconds()));
        Ok(format!(
            "SELECT DISTINCT {}e1.t AS first_seen, e{last}.t AS last_seen FROM {} WHERE {}",
            named("e1.", plan),
            tables.join(" "),
            tests.join(" AND "),
        ))
    }

    /// The measure for the result, and what must hold of it.
    fn measure(&self, plan: &Plan<'_>, from: &str) -> Result<(String, String), Failure> {
        if plan.parts.first().is_some_and(|part| part.fields.len() > 1) {
            return Err(Failure::expression("the count of several fields together"));
        }
        let number = fill(self.number, &format!("{from}value_1"), "");
        let percentile = |fraction: &str| {
            let template = self.percentile.ok_or_else(|| Failure::expression("percentiles"))?;
            Ok(fill(template, &number, fraction))
        };
        let measure = match plan.correlation.kind {
            Kind::EventCount => "COUNT(*)".to_owned(),
            Kind::ValueCount => format!("COUNT(DISTINCT {from}value_1)"),
            Kind::ValueSum => format!("SUM({number})"),
            Kind::ValueAvg => format!("AVG({number})"),
            Kind::ValueMin => format!("MIN({number})"),
            Kind::ValueMax => format!("MAX({number})"),
            Kind::ValueMedian => percentile("0.5")?,
            Kind::ValuePercentile => percentile(&(plan.percentile()?.value() / 100.0).to_string())?,
            Kind::Temporal | Kind::TemporalOrdered => format!("COUNT(DISTINCT {from}rule_name)"),
        };
        let flag = |label: &str| format!("SUM(CASE WHEN {from}rule_name = '{label}' THEN 1 ELSE 0 END) > 0");
        let having = match plan.rules_wanted(flag, (" AND ", " OR "))? {
            Some(wanted) => wanted,
            None => {
                let checks = plan.checks().unwrap_or_default();
                let check = |(sign, number): &(Sign, String)| {
                    // `!=` is in no standard.
                    let sign = if *sign == Sign::NotEqual { "<>" } else { sign.sign("=") };
                    format!("{measure} {sign} {number}")
                };
                checks.iter().map(check).collect::<Vec<_>>().join(" AND ")
            }
        };
        Ok((format!("{measure} AS {}", plan.measure()), having))
    }
}

/// Rule, time, keys and values of a part's events.
fn columns(part: &Part<'_>, time: &str, from: &str) -> String {
    let keys = part.keys.iter().enumerate().map(|(at, key)| format!(", {key} AS key_{}", at + 1));
    let values = part.fields.iter().enumerate().map(|(at, field)| format!(", {field} AS value_{}", at + 1));
    let (keys, values) = (keys.collect::<String>(), values.collect::<String>());
    format!("SELECT '{}' AS rule_name, {time} AS t{keys}{values} FROM {from}", part.label)
}

/// `key_1`, `key_2`, … of a table.
fn numbered(from: &str, plan: &Plan<'_>) -> Vec<String> {
    (1..=plan.keys.len()).map(|number| format!("{from}key_{number}")).collect()
}

/// `a.key_1 AS User, …` for the front of a `SELECT`.
fn named(from: &str, plan: &Plan<'_>) -> String {
    let keys = numbered(from, plan).into_iter().enumerate();
    keys.map(|(at, key)| format!("{key} AS {}, ", plan.column(at))).collect()
}
