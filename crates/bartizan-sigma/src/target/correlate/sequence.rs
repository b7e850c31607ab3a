//! Correlations in languages with sequences or joins of events: EQL, LogScale, KQL. Their windows slide.

use super::{Part, Plan, short, tables};
use crate::{
    convert::Conversion,
    error::Failure,
    rule::correlation::{Kind, Sign, Test},
    target::Query,
};

/// The longest sequence of one event over and over that is written.
const MOST_RUNS: f64 = 100.0;
/// The most rules whose orders are all written.
const MOST_ORDERED: usize = 3;

/// EQL.
///
/// Source: Elasticsearch Guide, "EQL syntax reference": `sequence by … with maxspan`, `with runs`. A sequence has no
/// event that lacks a field it is joined by.
pub(in crate::target) fn eql(plan: &Plan<'_>) -> Result<Conversion, Failure> {
    let parts = plan.rules()?;
    let item = |(part, _, stream): &(&Part<'_>, &str, &str)| {
        let by = if part.keys.is_empty() { String::new() } else { format!(" by {}", part.keys.join(", ")) };
        format!("\n  [{stream}]{by}")
    };
    let head = format!("sequence with maxspan={}", short(plan.timespan()));
    let queries = match plan.correlation.kind {
        Kind::EventCount => {
            let [part] = parts.as_slice() else {
                return Err(Failure::expression("the events of several rules counted together"));
            };
            let (by, runs) = (item(part), runs(plan)?);
            let (event, by) = by.rsplit_once(']').unwrap_or((&by, ""));
            vec![format!("{head}{event}]{by} with runs={runs}")]
        }
        Kind::TemporalOrdered => {
            plan.ordered()?;
            vec![format!("{head}{}", parts.iter().map(item).collect::<String>())]
        }
        Kind::Temporal if crate::eval::correlate::every(plan.correlation) && parts.len() <= MOST_ORDERED => {
            let orders = orders(parts.len()).into_iter();
            let one = |order: Vec<usize>| {
                let items = order.iter().filter_map(|at| parts.get(*at)).map(item);
                format!("{head}{}", items.collect::<String>())
            };
            orders.map(one).collect()
        }
        Kind::Temporal => {
            return Err(Failure::expression(format!(
                "a temporal correlation of more than {MOST_ORDERED} rules, or of some of them"
            )));
        }
        kind => return Err(Failure::expression(format!("`{}`", kind.name()))),
    };
    if queries.iter().any(|query| query.matches("\n  [").count() < 2 && !query.contains(" with runs=")) {
        return Err(Failure::expression("a sequence of one event"));
    }
    Ok(Conversion { queries: queries.into_iter().map(Query::Text).collect(), notes: Vec::new() })
}

/// How often an event must come, where that alone is asked.
fn runs(plan: &Plan<'_>) -> Result<u64, Failure> {
    let refused = || Failure::expression(format!("a count other than at least 2 to {MOST_RUNS} events"));
    let Test::Measure { checks, .. } = &plan.correlation.test else { return Err(refused()) };
    let [(sign, number)] = checks.as_slice() else { return Err(refused()) };
    let least = match sign {
        Sign::GreaterEqual => number.value().ceil(),
        Sign::Greater => number.value().floor() + 1.0,
        _ => return Err(refused()),
    };
    match (2.0..=MOST_RUNS).contains(&least) {
        true => Ok(least as u64),
        false => Err(refused()),
    }
}

/// Every order of so many.
fn orders(count: usize) -> Vec<Vec<usize>> {
    let mut out = vec![Vec::new()];
    for _ in 0..count {
        let longer = |order: &Vec<usize>| {
            let left = (0..count).filter(|at| !order.contains(at));
            left.map(|at| [order.as_slice(), &[at]].concat()).collect::<Vec<_>>()
        };
        out = out.iter().flat_map(longer).collect();
    }
    out
}

/// LogScale.
///
/// Source: LogScale documentation, functions `groupBy` and `correlate`.
pub(in crate::target) fn log_scale(plan: &Plan<'_>) -> Result<Conversion, Failure> {
    if !plan.correlation.kind.is_temporal() {
        return tables::LOG_SCALE.correlate(plan);
    }
    plan.ordered().map_err(|_| Failure::expression("a temporal correlation of some of its rules"))?;
    let parts = plan.rules()?;
    let Some((first, ..)) = parts.first() else { return Err(Failure::expression("no rules")) };
    if parts.len() < 2 {
        return Err(Failure::expression("a sequence of one event"));
    }
    let mut out = String::from("correlate(");
    for (part, _, stream) in &parts {
        let mut links = String::new();
        for (mine, other) in part.keys.iter().zip(&first.keys).filter(|(mine, other)| mine != other) {
            links.push_str(&format!(" | {mine} <=> {}.{other}", first.label));
        }
        let include = match part.keys.is_empty() {
            true => String::new(),
            false => format!(" include: [{}]", part.keys.join(", ")),
        };
        out.push_str(&format!("\n  {}: {{ {stream}{links} }}{include},", part.label));
    }
    let same = |at: &usize| parts.iter().all(|(part, ..)| part.keys.get(*at) == first.keys.get(*at));
    let shared: Vec<&str> =
        (0..first.keys.len()).filter(same).filter_map(|at| first.keys.get(at).map(String::as_str)).collect();
    let sequence = plan.correlation.kind == Kind::TemporalOrdered;
    out.push_str(&format!("\n  sequence={sequence}, within={}", short(plan.timespan())));
    if !shared.is_empty() {
        out.push_str(&format!(", globalConstraints=[{}]", shared.join(", ")));
    }
    out.push_str("\n)");
    Ok(Conversion { queries: vec![Query::Text(out)], notes: Vec::new() })
}

/// KQL.
///
/// Source: Kusto Query Language reference, `summarize`, `join kind=inner`; Defender XDR's tables have their time in
/// `Timestamp`, those of Azure Monitor in `TimeGenerated`.
pub(in crate::target) fn kql(plan: &Plan<'_>) -> Result<Conversion, Failure> {
    const DEFENDER: [&str; 7] = ["Device", "Email", "Identity", "CloudApp", "Alert", "UrlClick", "EntraId"];
    let table = plan.state.get("table").map(String::as_str).unwrap_or_default();
    let defender = DEFENDER.iter().any(|prefix| table.starts_with(prefix));
    let time = if defender { "Timestamp" } else { "TimeGenerated" };
    if plan.correlation.kind != Kind::TemporalOrdered {
        return tables::kusto(defender).correlate(plan);
    }
    plan.ordered()?;
    let parts = plan.rules()?;
    let on: Vec<String> = (0..plan.keys.len().max(1)).map(|at| format!("key_{at}")).collect();
    let mut out = String::new();
    for (at, (part, _, stream)) in parts.iter().enumerate() {
        let keys = match part.keys.is_empty() {
            true => vec!["key_0=1".to_owned()],
            false => on.iter().zip(&part.keys).map(|(name, key)| format!("{name}=tostring({key})")).collect(),
        };
        let events = format!("{stream}\n| project {}, t_{at}={time}", keys.join(", "));
        match at.checked_sub(1) {
            None => out.push_str(&events),
            Some(before) => out.push_str(&format!(
                "\n| join kind=inner ({}) on {}\n| where t_{at} >= t_{before}",
                events,
                on.join(", ")
            )),
        }
    }
    let known: String = on.iter().map(|key| format!("isnotempty({key}) and ")).collect();
    let known = if plan.keys.is_empty() { String::new() } else { known };
    let last = parts.len().saturating_sub(1);
    out.push_str(&format!("\n| where {known}t_{last} - t_0 <= {}", short(plan.timespan())));
    let named = on.iter().zip(&plan.keys).map(|(key, name)| format!("{name}={key}, "));
    out.push_str(&format!("\n| project {}first_seen=t_0, last_seen=t_{last}", named.collect::<String>()));
    Ok(Conversion { queries: vec![Query::Text(out)], notes: Vec::new() })
}
