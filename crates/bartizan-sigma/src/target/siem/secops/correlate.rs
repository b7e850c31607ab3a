//! Correlations as rules of YARA-L over several events.
//!
//! Source: Google SecOps, "YARA-L 2.0 language syntax": placeholders assigned in `events` and named in `match`, windows of
//! one minute to 48 hours, `#event` in `condition`, outcomes with `count_distinct`, every event variable joined to the
//! others. Events that lack a placeholder's field do not match. Windows hop, and overlap.

use super::{EVENTS, yara_l};
use crate::{
    convert::Conversion,
    error::Failure,
    eval::correlate::every,
    rule::correlation::Kind,
    target::{Query, correlate::Plan},
};

/// The longest window, in minutes.
const LONGEST: u64 = 48 * 60;

/// The rule.
///
/// # Errors
/// No `group-by`, windows that `match` does not take, other kinds than counts and all of a few rules.
pub(super) fn rule(plan: &Plan<'_>) -> Result<Conversion, Failure> {
    let note = plan.stepped_windows()?;
    if plan.keys.is_empty() {
        return Err(Failure::expression("a window without `group-by`"));
    }
    let (mut events, outcome, condition) = match plan.correlation.kind {
        Kind::EventCount => (either(plan)?, None, plan.only_above("#event1")?.join(" and ")),
        Kind::ValueCount => {
            let measure = plan.measure();
            let outcome = format!("    ${measure} = count_distinct($event1.{})\n", plan.one_field()?);
            let checks = plan.only_above(&format!("${measure}"))?;
            (either(plan)?, Some(outcome), format!("$event1 and {}", checks.join(" and ")))
        }
        Kind::Temporal | Kind::TemporalOrdered => together(plan)?,
        kind => return Err(Failure::expression(format!("`{}`", kind.name()))),
    };
    let several = plan.correlation.kind.is_temporal();
    for (at, part) in plan.parts.iter().enumerate().take(if several { EVENTS.len() } else { 1 }) {
        for (number, key) in part.keys.iter().enumerate() {
            events.push_str(&format!("    $event{}.{key} = $key_{}\n", at + 1, number + 1));
        }
    }
    let keys: Vec<String> = (1..=plan.keys.len()).map(|number| format!("$key_{number}")).collect();
    let window = format!("    {} over {}\n", keys.join(", "), window(plan)?);
    let mut sections = vec![("events", events), ("match", window)];
    sections.extend(outcome.map(|outcome| ("outcome", outcome)));
    sections.push(("condition", format!("    {condition}\n")));
    let text = yara_l::correlation(&plan.correlation.about, &sections);
    Ok(Conversion { queries: vec![Query::Text(text)], notes: vec![note] })
}

/// One event that any of the rules finds.
fn either(plan: &Plan<'_>) -> Result<String, Failure> {
    if plan.parts.iter().any(|part| part.keys != plan.keys) {
        return Err(Failure::expression("rules with different names of fields"));
    }
    let rules: Vec<String> = plan.rules()?.into_iter().map(|(_, _, events)| events.to_owned()).collect();
    Ok(match rules.as_slice() {
        [one] => format!("    {one}\n"),
        several => format!("    (({}))\n", several.join(") or (")),
    })
}

/// An event of each rule, in order where the correlation has one.
fn together(plan: &Plan<'_>) -> Result<(String, Option<String>, String), Failure> {
    let rules = plan.rules()?;
    if !every(plan.correlation) {
        return Err(Failure::expression("a temporal correlation of some of its rules"));
    }
    if !(2..=EVENTS.len()).contains(&rules.len()) {
        return Err(Failure::expression(format!(
            "a temporal correlation of other than 2 to {} rules",
            EVENTS.len()
        )));
    }
    let mut events: String = rules.iter().map(|(_, _, events)| format!("    {events}\n")).collect();
    if plan.correlation.kind == Kind::TemporalOrdered {
        for at in 1..rules.len() {
            let time = |number: usize| format!("$event{number}.metadata.event_timestamp.seconds");
            events.push_str(&format!("    {} <= {}\n", time(at), time(at + 1)));
        }
    }
    let names: Vec<String> = (1..=rules.len()).map(|number| format!("$event{number}")).collect();
    Ok((events, None, names.join(" and ")))
}

fn window(plan: &Plan<'_>) -> Result<String, Failure> {
    match plan.minutes()? {
        minutes if minutes > LONGEST => Err(Failure::expression("a window of more than 48 hours")),
        minutes if minutes % 60 == 0 => Ok(format!("{}h", minutes / 60)),
        minutes => Ok(format!("{minutes}m")),
    }
}
