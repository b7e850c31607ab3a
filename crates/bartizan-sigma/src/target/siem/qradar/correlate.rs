//! Correlations as grouped searches over a last stretch of time.
//!
//! Source: IBM, "Ariel Query Language Guide": "AQL query structure" (`GROUP BY`, `HAVING` over a named column, `LAST`),
//! "AQL data aggregation functions" (`COUNT`, `UNIQUECOUNT`, `SUM`, `AVG`, `MIN`, `MAX`), `DOUBLE`. AQL joins nothing, so
//! that what asks for several rules in one window is refused.

use crate::{
    convert::Conversion,
    error::Failure,
    rule::correlation::Kind,
    target::{Query, correlate::Plan},
};

/// The search.
///
/// # Errors
/// Kinds that ask which rules matched, medians, percentiles, windows with seconds.
pub(super) fn query(plan: &Plan<'_>) -> Result<Conversion, Failure> {
    let note = plan.stepped_windows()?;
    let kind = plan.correlation.kind;
    let field = plan.one_field()?;
    let measure = match kind {
        Kind::EventCount => "COUNT(*)".to_owned(),
        Kind::ValueCount => format!("UNIQUECOUNT({field})"),
        Kind::ValueSum => format!("SUM(DOUBLE({field}))"),
        Kind::ValueAvg => format!("AVG(DOUBLE({field}))"),
        Kind::ValueMin => format!("MIN(DOUBLE({field}))"),
        Kind::ValueMax => format!("MAX(DOUBLE({field}))"),
        Kind::ValueMedian | Kind::ValuePercentile | Kind::Temporal | Kind::TemporalOrdered => {
            return Err(Failure::expression(format!("`{}`", kind.name())));
        }
    };
    let keys = plan.keys.join(", ");
    let (shown, grouped) = match keys.is_empty() {
        true => (String::new(), String::new()),
        false => (format!("{keys}, "), format!(" GROUP BY {keys}")),
    };
    let name = plan.measure();
    let checks = plan.checks().unwrap_or_default();
    let checks: Vec<String> =
        checks.iter().map(|(sign, number)| format!("{name} {} {number}", sign.sign("="))).collect();
    let text = format!(
        "SELECT {shown}{measure} AS {name} FROM events{}{grouped} HAVING {}{}",
        asked(plan, field)?,
        checks.join(" AND "),
        last(plan)?
    );
    Ok(Conversion { queries: vec![Query::Text(text)], notes: vec![note] })
}

/// The events of one of the rules that have all fields of the group and what is measured.
fn asked(plan: &Plan<'_>, field: &str) -> Result<String, Failure> {
    let rules = plan.rules()?;
    if plan.parts.iter().any(|part| part.keys != plan.keys) {
        return Err(Failure::expression("rules with different names of fields"));
    }
    // A rule without condition is every event.
    let whole = rules.iter().any(|(_, _, condition)| condition.is_empty());
    let rules = rules.iter().map(|(_, _, condition)| format!("({condition})")).collect::<Vec<_>>();
    let any = match (whole, rules.as_slice()) {
        (true, _) => None,
        (false, [one]) => Some(one.clone()),
        (false, several) => Some(format!("({})", several.join(" OR "))),
    };
    let fields = plan.keys.iter().map(String::as_str).chain([field]).filter(|field| !field.is_empty());
    let known = fields.map(|field| format!("{field} IS NOT NULL"));
    let all: Vec<String> = any.into_iter().chain(known).collect();
    Ok(if all.is_empty() { String::new() } else { format!(" WHERE {}", all.join(" AND ")) })
}

/// The window, which ends now.
fn last(plan: &Plan<'_>) -> Result<String, Failure> {
    let minutes = plan.minutes()?;
    Ok(match (minutes % 1440, minutes % 60) {
        (0, _) => format!(" LAST {} DAYS", minutes / 1440),
        (_, 0) => format!(" LAST {} HOURS", minutes / 60),
        _ => format!(" LAST {minutes} MINUTES"),
    })
}
