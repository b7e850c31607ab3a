//! Correlations as metric queries.
//!
//! Source: Grafana Loki documentation, "Metric queries" (`count_over_time`, unwrapped ranges, which of them may be
//! grouped, aggregation operators) and "Log queries" (comparisons and `and`, `or` between vectors, `label_format`,
//! `__error__`). A range ends where the query is evaluated.

use super::leaf::literal;
use crate::{
    convert::Conversion,
    error::Failure,
    eval::correlate::every,
    rule::correlation::{Kind, Sign},
    target::{
        Query,
        correlate::{Part, Plan, short},
    },
};

/// The metric query.
///
/// # Errors
/// An order of rules, events of several rules counted together, a measure that cannot be grouped as asked.
pub(super) fn query(plan: &Plan<'_>) -> Result<Conversion, Failure> {
    let note = plan.stepped_windows()?;
    let text = match plan.correlation.kind {
        Kind::TemporalOrdered => return Err(Failure::expression("an order of rules")),
        Kind::Temporal => temporal(plan)?,
        kind => compared(plan, measured(plan, kind)?),
    };
    Ok(Conversion { queries: vec![Query::Text(text)], notes: vec![note] })
}

/// What is measured, by group.
fn measured(plan: &Plan<'_>, kind: Kind) -> Result<String, Failure> {
    let (part, stream) = plan.one_rule()?;
    let field = plan.one_field()?;
    let events = events(plan, part, stream);
    let span = short(plan.timespan());
    let range = format!("{events} [{span}]");
    // A value that is no number is left out.
    let numbers = format!("{events} | unwrap {field} | __error__=`` [{span}]");
    let by = by(&plan.keys);
    let grouped = |call: String| match plan.keys.is_empty() {
        true => Err(Failure::expression(format!("`{}` without `group-by`", kind.name()))),
        false => Ok(format!("{call}{by}")),
    };
    Ok(match kind {
        Kind::ValueCount => {
            let keys: Vec<String> = plan.keys.iter().cloned().chain([field.to_owned()]).collect();
            format!("count{by} (sum{} (count_over_time({events} | {field}!=`` [{span}])))", self::by(&keys))
        }
        Kind::ValueSum => format!("sum{by} (sum_over_time({numbers}))"),
        Kind::ValueMin => format!("min{by} (min_over_time({numbers}))"),
        Kind::ValueMax => format!("max{by} (max_over_time({numbers}))"),
        Kind::ValueAvg => grouped(format!("avg_over_time({numbers})"))?,
        Kind::ValueMedian => grouped(format!("quantile_over_time(0.5, {numbers})"))?,
        Kind::ValuePercentile => {
            let part = plan.percentile()?.value() / 100.0;
            grouped(format!("quantile_over_time({part}, {numbers})"))?
        }
        Kind::EventCount | Kind::Temporal | Kind::TemporalOrdered => {
            format!("sum{by} (count_over_time({range}))")
        }
    })
}

/// A comparison keeps the groups for which it holds.
fn compared(plan: &Plan<'_>, measure: String) -> String {
    let checks = plan.checks().unwrap_or_default();
    checks.iter().enumerate().fold(measure, |text, (at, (sign, number))| {
        let text = if at == 0 { text } else { format!("({text})") };
        format!("{text} {} {number}", if *sign == Sign::Equal { "==" } else { sign.sign("==") })
    })
}

/// The groups in which all rules, or those of the condition, have events.
fn temporal(plan: &Plan<'_>) -> Result<String, Failure> {
    let span = short(plan.timespan());
    let by = by(&plan.keys);
    let counts: Vec<(&str, String)> = plan
        .rules()?
        .into_iter()
        .map(|(part, _, stream)| {
            let events = events(plan, part, stream);
            (part.label.as_str(), format!("sum{by} (count_over_time({events} [{span}]))"))
        })
        .collect();
    let of = |label: &str| {
        let found = counts.iter().find(|(name, _)| *name == label);
        found.map(|(_, count)| count.clone()).unwrap_or_default()
    };
    match plan.rules_wanted(of, (" and ", " or "))? {
        Some(wanted) => Ok(wanted),
        None if every(plan.correlation) => {
            Ok(counts.iter().map(|(_, count)| count.as_str()).collect::<Vec<_>>().join(" and "))
        }
        None => Err(Failure::expression("a number of rules of a temporal correlation")),
    }
}

/// The events of a rule that have all fields of the group, under the names of the result.
fn events(plan: &Plan<'_>, part: &Part<'_>, stream: &str) -> String {
    let mut out = stream.to_owned();
    for (name, key) in plan.keys.iter().zip(&part.keys) {
        if name != key {
            out.push_str(&format!(" | label_format {name}={}", literal(&format!("{{{{ .{key} }}}}"))));
        }
        out.push_str(&format!(" | {name}!=``"));
    }
    out
}

fn by(keys: &[String]) -> String {
    match keys.is_empty() {
        true => String::new(),
        false => format!(" by ({})", keys.join(", ")),
    }
}
