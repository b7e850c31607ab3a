//! Correlations as rules with a threshold.
//!
//! Source: Panther's documentation, "Writing Python Detections" (`dedup`, `unique`), "Rules and Scheduled Rules" (an alert
//! comes when `Threshold` events, or values of `unique`, of one `dedup` string come within `DedupPeriodMinutes`, which
//! begin with the first event).

use serde_json::json;

use super::{python, report};
use crate::{
    convert::Conversion,
    error::Failure,
    rule::correlation::{Kind, Sign},
    target::{Query, correlate::Plan},
};

/// Deduplication periods, in minutes.
const PERIODS: &[u64] = &[5, 15, 30, 60, 180, 720, 1440];

/// The head of the function that python::rule writes.
const HEAD: &str = "def rule(event):\n";

/// The rule.
///
/// # Errors
/// Other kinds than counts, several rules, periods that Panther does not have.
pub(super) fn rule(plan: &Plan<'_>) -> Result<Conversion, Failure> {
    let kind = plan.correlation.kind;
    if !matches!(kind, Kind::EventCount | Kind::ValueCount) {
        return Err(Failure::expression(format!("`{}`", kind.name())));
    }
    let minutes = plan.minutes()?;
    if !PERIODS.contains(&minutes) {
        return Err(Failure::expression(format!("a window of {minutes} minutes: Panther has {PERIODS:?}")));
    }
    let (_, module) = plan.one_rule()?;
    let field = plan.one_field()?;
    let mut code = guarded(module, plan.keys.iter().map(String::as_str).chain([field]));
    code.push_str(&format!("\n\ndef dedup(event):\n    return {}\n", group(&plan.keys)));
    if kind == Kind::ValueCount {
        code.push_str(&format!("\n\ndef unique(event):\n    return str({})\n", python::field_of(field)));
    }
    let log_type = plan.state.get("log_type").map(String::as_str);
    let mut document = report::document(&plan.correlation.about, log_type, json!([code]))?;
    document["Threshold"] = json!(threshold(plan)?);
    document["DedupPeriodMinutes"] = json!(minutes);
    Ok(Conversion { queries: vec![Query::Json(document)], notes: vec![plan.fixed_windows()] })
}

/// The module, whose rule does not hold where one of these fields is absent.
fn guarded<'f>(module: &str, fields: impl Iterator<Item = &'f str>) -> String {
    let guards: String = fields
        .filter(|field| !field.is_empty())
        .map(|field| format!("    if {} == \"\":\n        return False\n", python::field_of(field)))
        .collect();
    module.replacen(HEAD, &format!("{HEAD}{guards}"), 1)
}

/// One text for each group; a list as text keeps its members apart.
fn group(keys: &[String]) -> String {
    let fields: Vec<String> = keys.iter().map(|key| python::field_of(key)).collect();
    match fields.as_slice() {
        [] => "\"all\"".to_owned(),
        [field] => format!("str({field})"),
        fields => format!("str([{}])", fields.join(", ")),
    }
}

/// How many it takes.
fn threshold(plan: &Plan<'_>) -> Result<u64, Failure> {
    let refused = || Failure::expression("a comparison other than one `gt` or `gte` of what is counted");
    let checks = plan.checks().unwrap_or_default();
    let [(sign, number)] = checks.as_slice() else { return Err(refused()) };
    let number: f64 = number.parse().map_err(|_| refused())?;
    let least = match sign {
        Sign::GreaterEqual => number.ceil(),
        Sign::Greater => number.floor() + 1.0,
        _ => return Err(refused()),
    };
    match (1.0..=1e9).contains(&least) {
        true => Ok(least as u64),
        false => Err(refused()),
    }
}
