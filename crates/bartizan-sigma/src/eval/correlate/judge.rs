//! When a correlation matches.

use super::{group::Entry, node::Plan};
use crate::{
    error::Failure,
    rule::{
        Condition, Correlation, Quantity,
        correlation::{Kind, Sign, Test},
        matches,
    },
};

/// How a correlation is judged.
pub(super) fn plan(correlation: &Correlation, checks: &[(Sign, f64)]) -> Result<Plan, Failure> {
    let members = correlation.rules.len();
    let above = |(sign, _): &(Sign, f64)| matches!(sign, Sign::Greater | Sign::GreaterEqual);
    let below = |(sign, _): &(Sign, f64)| matches!(sign, Sign::Less | Sign::LessEqual);
    let growing = match correlation.kind {
        Kind::EventCount | Kind::ValueCount | Kind::ValueSum | Kind::ValueMax => checks.iter().all(above),
        Kind::ValueMin => checks.iter().all(below),
        Kind::ValueAvg | Kind::ValueMedian | Kind::ValuePercentile => false,
        Kind::Temporal => match &correlation.test {
            Test::EveryRule => return Ok(Plan::Latest { members }),
            Test::Rules(condition) if negates(condition) => {
                return Err(Failure::expression("a negation in the condition of a temporal correlation"));
            }
            Test::Rules(_) => return Ok(Plan::Latest { members }),
            Test::Measure { .. } if checks.iter().all(above) || every(correlation) => {
                return Ok(Plan::Latest { members });
            }
            Test::Measure { .. } => false,
        },
        Kind::TemporalOrdered if every(correlation) => return Ok(Plan::Steps { members }),
        Kind::TemporalOrdered => {
            return Err(Failure::expression(
                "`temporal_ordered` with a condition other than all of its rules",
            ));
        }
    };
    Ok(if growing { Plan::Growing } else { Plan::AtEnd })
}

/// Whether a temporal correlation asks for every one of its rules.
pub(crate) fn every(correlation: &Correlation) -> bool {
    let most = correlation.rules.len() as f64;
    match &correlation.test {
        Test::EveryRule => true,
        Test::Measure { checks, .. } => checks.iter().all(|(sign, number)| match sign {
            Sign::GreaterEqual | Sign::Equal => number.value() == most,
            Sign::Greater => number.value() == most - 1.0,
            Sign::Less | Sign::LessEqual | Sign::NotEqual => false,
        }),
        Test::Rules(condition) => correlation.rules.iter().all(|rule| needs(condition, &rule.name)),
    }
}

/// Whether the condition fails without this rule.
fn needs(condition: &Condition, rule: &str) -> bool {
    match condition {
        Condition::And(parts) => parts.iter().any(|part| needs(part, rule)),
        Condition::Or(parts) => parts.iter().all(|part| needs(part, rule)),
        Condition::Not(_) => false,
        Condition::Selection(name) => name == rule,
        Condition::Of(quantity, pattern) => *quantity == Quantity::All && matches(pattern, rule),
    }
}

/// Whether a negation is in it.
pub(crate) fn negates(condition: &Condition) -> bool {
    match condition {
        Condition::And(parts) | Condition::Or(parts) => parts.iter().any(negates),
        Condition::Not(_) => true,
        Condition::Selection(_) | Condition::Of(..) => false,
    }
}

/// Whether the rules that were seen are those wanted: of a condition, so many, or all.
pub(super) fn satisfied(
    wanted: Option<&Condition>,
    checks: &[(Sign, f64)],
    names: &[String],
    seen: &[bool],
) -> bool {
    let count = seen.iter().filter(|seen| **seen).count();
    match wanted {
        Some(condition) => holds(condition, names, seen),
        None if checks.is_empty() => count == seen.len(),
        None => checks.iter().all(|(sign, number)| sign.holds(count as f64, *number)),
    }
}

fn holds(condition: &Condition, names: &[String], seen: &[bool]) -> bool {
    let mut both = names.iter().zip(seen);
    match condition {
        Condition::And(parts) => parts.iter().all(|part| holds(part, names, seen)),
        Condition::Or(parts) => parts.iter().any(|part| holds(part, names, seen)),
        Condition::Not(inner) => !holds(inner, names, seen),
        Condition::Selection(wanted) => both.any(|(name, seen)| *seen && name == wanted),
        Condition::Of(Quantity::One, pattern) => both.any(|(name, seen)| *seen && matches(pattern, name)),
        Condition::Of(Quantity::All, pattern) => both.all(|(name, seen)| *seen || !matches(pattern, name)),
    }
}

/// Takes a step; whether it was the last one. Of several ways to a step the one that began last is kept: what can be
/// reached in time from another can be reached from it.
pub(super) fn step(steps: &mut [Vec<Entry>], entry: Entry, span: i64) -> bool {
    let time = entry.time;
    for way in steps.iter_mut() {
        if way.first().is_some_and(|first| time.saturating_sub(first.time) > span) {
            way.clear();
        }
    }
    let at = entry.member;
    let mut way = match at.checked_sub(1).map(|before| steps.get(before)) {
        None => Vec::new(),
        Some(Some(before)) if before.last().is_some_and(|last| last.order < entry.order) => before.clone(),
        Some(_) => return false,
    };
    way.push(entry);
    let last = at + 1 == steps.len();
    if let Some(old) = steps.get_mut(at)
        && old.first().map(|entry| entry.time) <= way.first().map(|entry| entry.time)
    {
        *old = way;
    }
    last
}

/// A measure of numbers, of which there is at least one.
pub(super) fn over(kind: Kind, mut numbers: Vec<f64>, percentile: f64) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let sum: f64 = numbers.iter().sum();
    match kind {
        Kind::ValueSum => sum,
        Kind::ValueAvg => sum / numbers.len() as f64,
        Kind::ValueMin => numbers.first().copied().unwrap_or(f64::NAN),
        Kind::ValueMax => numbers.last().copied().unwrap_or(f64::NAN),
        Kind::ValueMedian => between(&numbers, 50.0),
        _ => between(&numbers, percentile),
    }
}

/// The percentile of sorted numbers, between two of them where it falls there (as SQL's `PERCENTILE_CONT`).
fn between(numbers: &[f64], percentile: f64) -> f64 {
    let at = percentile / 100.0 * numbers.len().saturating_sub(1) as f64;
    let get = |at: f64| numbers.get(at as usize).copied().unwrap_or(f64::NAN);
    let (low, high) = (get(at.floor()), get(at.ceil()));
    low + (high - low) * (at - at.floor())
}
