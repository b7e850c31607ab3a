//! Correlations as threshold rules of Cloud SIEM.
//!
//! Source: Datadog API reference, "Security Monitoring", "Create a detection rule" (`queries` with `aggregation`,
//! `groupByFields`, `distinctFields`, `metrics`, `hasOptionalGroupByFields`; `cases`; the periods that `options` takes), and
//! "Log detection rules" (cases compare named queries by `>` and `>=`, joined by `&&` and `||`; the evaluation window
//! slides).

use serde_json::json;

use crate::{
    convert::Conversion,
    error::Failure,
    eval::correlate::every,
    rule::{Rule, correlation::Kind},
    target::{Query, correlate::Plan},
};

/// Evaluation windows, in seconds.
const WINDOWS: &[u64] = &[60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

/// The longest time that a signal stays open after its last match, in seconds.
const KEPT: u64 = 21_600;

/// The longest time that a signal stays open at all, in seconds.
const OPEN: u64 = 86_400;

/// The rule, as the API takes it.
///
/// # Errors
/// Windows and measures that a rule does not have, comparisons other than `gt` and `gte`.
pub(super) fn rule(plan: &Plan<'_>) -> Result<Conversion, Failure> {
    let window = plan.timespan().seconds();
    if !WINDOWS.contains(&window) {
        return Err(Failure::expression(format!("a window of {window} seconds: Cloud SIEM has {WINDOWS:?}")));
    }
    let about = &plan.correlation.about;
    let (queries, condition) = if plan.correlation.kind.is_temporal() { together(plan)? } else { one(plan)? };
    let message = plain(about.description.as_deref().unwrap_or(&about.title));
    let document = json!({
        "name": about.title,
        "type": "log_detection",
        "isEnabled": true,
        "message": message,
        "tags": about.tags,
        "queries": queries,
        "cases": [{ "name": "", "status": status(about), "condition": condition, "notifications": [] }],
        "options": {
            "detectionMethod": "threshold",
            "evaluationWindow": window,
            "keepAlive": window.min(KEPT),
            "maxSignalDuration": OPEN,
        },
    });
    Ok(Conversion { queries: vec![Query::Json(document)], notes: Vec::new() })
}

/// One query that counts the events of all rules, or measures a field in them.
fn one(plan: &Plan<'_>) -> Result<(serde_json::Value, String), Failure> {
    if plan.parts.iter().any(|part| part.keys != plan.keys) {
        return Err(Failure::expression("rules with different names of fields"));
    }
    let kind = plan.correlation.kind;
    let (aggregation, key) = match kind {
        Kind::EventCount => ("count", ""),
        Kind::ValueCount => ("cardinality", "distinctFields"),
        Kind::ValueSum => ("sum", "metrics"),
        Kind::ValueMax => ("max", "metrics"),
        kind => return Err(Failure::expression(format!("`{}`", kind.name()))),
    };
    let rules = plan.rules()?;
    let text = match rules.as_slice() {
        [(_, _, query)] => (*query).to_owned(),
        several => {
            let parts: Vec<String> = several.iter().map(|(_, _, query)| format!("({query})")).collect();
            parts.join(" OR ")
        }
    };
    let name = plan.measure();
    let mut query = query(name, &text, aggregation, &plan.keys);
    if let (false, Some(query)) = (key.is_empty(), query.as_object_mut()) {
        query.insert(key.to_owned(), json!([attribute(plan.one_field()?)]));
    }
    Ok((json!([query]), plan.only_above(name)?.join(" && ")))
}

/// A query for each rule; the groups are joined by the names of their fields.
fn together(plan: &Plan<'_>) -> Result<(serde_json::Value, String), Failure> {
    if plan.correlation.kind == Kind::TemporalOrdered {
        return Err(Failure::expression("an order of rules"));
    }
    if plan.parts.iter().any(|part| part.keys != plan.keys) {
        return Err(Failure::expression("rules with different names of fields"));
    }
    let rules = plan.rules()?;
    let queries = rules.iter().map(|(part, _, text)| query(&part.label, text, "count", &plan.keys)).collect();
    let seen = |label: &str| format!("{label} > 0");
    let condition = match plan.rules_wanted(seen, (" && ", " || "))? {
        Some(wanted) => wanted,
        None if every(plan.correlation) => {
            rules.iter().map(|(part, ..)| seen(&part.label)).collect::<Vec<_>>().join(" && ")
        }
        None => return Err(Failure::expression("a number of rules of a temporal correlation")),
    };
    Ok((queries, condition))
}

fn query(name: &str, text: &str, aggregation: &str, keys: &[String]) -> serde_json::Value {
    let keys: Vec<String> = keys.iter().map(|key| attribute(key)).collect();
    json!({
        "name": name,
        "query": text,
        "aggregation": aggregation,
        "groupByFields": keys,
        "distinctFields": [],
        "hasOptionalGroupByFields": false,
        "dataSource": "logs",
    })
}

/// A field as the log's attribute, as in a search.
fn attribute(field: &str) -> String {
    format!("@{field}")
}

fn status(about: &Rule) -> &'static str {
    match about.level.as_deref() {
        Some("critical") => "critical",
        Some("high") => "high",
        Some("low") => "low",
        Some("informational") => "info",
        _ => "medium",
    }
}

/// A message that notifies nobody and is filled with nothing: `@name` and `{{name}}` mean something there.
fn plain(text: &str) -> String {
    text.trim().replace('@', "(at)").replace("{{", "{ {")
}
