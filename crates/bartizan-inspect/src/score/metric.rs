//! Metrics over the scores of a log, by name.

use super::agreement::{Scale, alpha};
use super::spread::{clustered, count, stderr, t_interval, variance, wilson};
use super::value::python_repr;
use super::{Scalar, Value};
use crate::json::Json;
use crate::log::Definition;
use crate::statistics::mean;

/// What a metric is computed from: one sample, or one sample in one epoch.
#[derive(Clone, Debug)]
pub(super) struct Item<'a> {
    pub value: Value,
    pub metadata: &'a [(Box<str>, Json)],
    /// Tokens, and the sum of the logarithms of their probability.
    pub likelihood: Option<(f64, f64)>,
}

/// What a metric gives.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Outcome {
    One(f64),
    Several(Vec<(String, f64)>),
}

/// Metrics within metrics go no deeper.
const DEPTH: usize = 8;
/// A metric has no more values than this.
const VALUES: usize = 4_096;

/// Whether each epoch counts by itself for this metric, whatever the reducers.
pub(super) fn is_unreduced(definition: &Definition) -> bool {
    definition.log_name() == "frequency"
}

/// The metric over the items; why not, where it cannot be recomputed.
pub(super) fn compute(definition: &Definition, items: &[Item<'_>]) -> Result<Outcome, String> {
    match nested(definition, items, DEPTH)? {
        Outcome::Several(values) if values.len() > VALUES => Err(format!("it has more than {VALUES} values")),
        outcome => Ok(outcome),
    }
}

fn nested(definition: &Definition, items: &[Item<'_>], depth: usize) -> Result<Outcome, String> {
    let name = definition.log_name();
    let Some(depth) = depth.checked_sub(1) else { return Err("metrics within metrics, too deep".into()) };
    known(definition)?;
    let one = |value: f64| Ok(Outcome::One(value));
    let values = || -> Vec<f64> { items.iter().map(|item| number(&item.value)).collect() };
    match name {
        "accuracy" | "mean" => one(if items.is_empty() { 0.0 } else { mean(&values()) }),
        "var" => one(variance(&values())),
        "std" => one(variance(&values()).sqrt()),
        "stderr" => match clusters(definition, items)? {
            Some(clusters) => one(clustered(&clusters)),
            None => one(stderr(&values())),
        },
        "bootstrap_stderr" => Err("it draws at random".into()),
        "ci" => {
            if definition.option("method").and_then(Json::as_str).is_some_and(|method| method != "t") {
                return Err("it draws at random".into());
            }
            Ok(bounds(t_interval(&values(), clusters(definition, items)?.as_deref(), level(definition)?)))
        }
        "ci_wilson" => {
            let values = values();
            if values.iter().any(|value| !(0.0..=1.0).contains(value)) {
                return Err("values outside of 0 to 1 are no proportion".into());
            }
            let clusters = clusters(definition, items)?;
            if clusters.as_ref().is_some_and(|clusters| clusters.len() < 2) {
                return Err("one cluster does not tell how clusters differ".into());
            }
            Ok(bounds(wilson(&values, clusters.as_deref(), level(definition)?)))
        }
        "grouped" => grouped(definition, items, depth),
        "aggregate" => aggregate(definition, items, depth),
        "frequency" => frequency(definition, items),
        "krippendorff_alpha" => {
            let scale = match definition.option("level").and_then(Json::as_str) {
                None | Some("nominal") => Scale::Nominal,
                Some("ordinal") => Scale::Ordinal,
                Some("interval") => Scale::Interval,
                Some(_) => return Err("a level that is not known".into()),
            };
            let values: Vec<&Value> = items.iter().map(|item| &item.value).collect();
            one(alpha(&values, scale)?)
        }
        "perplexity_per_token" => {
            let sum = |of: fn((f64, f64)) -> f64| {
                items.iter().filter_map(|item| item.likelihood).map(of).sum::<f64>()
            };
            let tokens = sum(|(tokens, _)| tokens);
            one(if tokens == 0.0 { f64::NAN } else { (-sum(|(_, log)| log) / tokens).exp() })
        }
        "perplexity_per_seq" => {
            let each = items.iter().filter_map(|item| item.likelihood).filter(|(tokens, _)| *tokens > 0.0);
            let each: Vec<f64> = each.map(|(tokens, log)| -log / tokens).collect();
            one(if each.is_empty() { f64::NAN } else { mean(&each).exp() })
        }
        other => Err(format!("the metric {other} is not one of Inspect's own")),
    }
}

/// Parameters that change what is computed in a way that the log does not tell.
fn known(definition: &Definition) -> Result<(), String> {
    let known: &[&str] = match definition.log_name() {
        "stderr" => &["cluster"],
        "bootstrap_stderr" => &["num_samples"],
        "ci" => &["level", "method", "num_samples", "cluster"],
        "ci_wilson" => &["level", "cluster"],
        "grouped" => &["metric", "group_key", "all", "all_label", "name_template"],
        "aggregate" => &["key", "agg", "on_missing"],
        "frequency" => &["categories", "normalize"],
        "krippendorff_alpha" => &["level"],
        _ => &[],
    };
    let other =
        definition.options.iter().find(|(key, value)| !known.contains(&key.as_str()) && *value != Json::Null);
    match other {
        Some((key, _)) => Err(format!("its parameter {key} is a function of the task, or not known")),
        None => Ok(()),
    }
}

/// Inspect's `value_to_float()`: of a list or object, 0.
fn number(value: &Value) -> f64 {
    value.number(None).unwrap_or(0.0)
}

fn bounds((lower, upper): (f64, f64)) -> Outcome {
    Outcome::Several(vec![("lower".into(), lower), ("upper".into(), upper)])
}

fn level(definition: &Definition) -> Result<f64, String> {
    let level = definition.option("level").map_or(Some(0.95), Json::as_f64);
    level
        .filter(|level| *level > 0.0 && *level < 1.0)
        .ok_or_else(|| "a level that is not between 0 and 1".into())
}

/// Python compares keys as it compares values: `1`, `1.0` and `True` are one.
fn same(a: &Json, b: &Json) -> bool {
    Scalar::read(a) == Scalar::read(b)
}

fn clusters(definition: &Definition, items: &[Item<'_>]) -> Result<Option<Vec<Vec<f64>>>, String> {
    let Some(key) = definition.option("cluster").and_then(Json::as_str) else { return Ok(None) };
    let mut clusters: Vec<(&Json, Vec<f64>)> = Vec::new();
    // A text leads to its cluster at once; other values are few.
    let mut texts = std::collections::BTreeMap::new();
    for item in items {
        let found = metadata(item, key)
            .filter(|value| !matches!(value, Json::Null | Json::Array(_) | Json::Object(_)));
        let found = found.filter(|value| !Scalar::read(value).is_nan());
        let value = found.ok_or_else(|| format!("a sample has no {key} in its metadata"))?;
        let place = match value.as_str() {
            Some(text) => *texts.entry(text).or_insert(clusters.len()),
            None => clusters
                .iter()
                .position(|(other, _)| other.as_str().is_none() && same(other, value))
                .unwrap_or(clusters.len()),
        };
        if place == clusters.len() {
            clusters.push((value, Vec::new()));
        }
        clusters[place].1.push(number(&item.value));
    }
    Ok(Some(clusters.into_iter().map(|(_, values)| values).collect()))
}

fn metadata<'a>(item: &Item<'a>, key: &str) -> Option<&'a Json> {
    item.metadata.iter().rev().find(|(name, _)| **name == *key).map(|(_, value)| value)
}

/// A metric that is a parameter of another.
fn inner(definition: &Definition, key: &str) -> Result<Definition, String> {
    let json = definition.option(key).ok_or_else(|| format!("its parameter {key} is missing"))?;
    let name = json.str("name").ok_or_else(|| format!("its parameter {key} is no metric of the log"))?;
    let options = json.get("params").map(Json::members).unwrap_or_default();
    let options = options.iter().map(|(key, value)| (key.to_string(), value.clone())).collect();
    Ok(Definition { name: name.to_owned(), options })
}

fn grouped(definition: &Definition, items: &[Item<'_>], depth: usize) -> Result<Outcome, String> {
    let metric = inner(definition, "metric")?;
    let key =
        definition.option("group_key").and_then(Json::as_str).ok_or("its parameter group_key is missing")?;
    let label = definition.option("all_label").and_then(Json::as_str).unwrap_or("all");
    let template = definition.option("name_template").and_then(Json::as_str).unwrap_or("{group_name}");
    if template.replace("{group_name}", "").contains(['{', '}']) {
        return Err("a template of names that is not known".into());
    }
    let all = match definition.option("all") {
        None => Some("samples"),
        Some(Json::Bool(false)) => None,
        Some(other) => other.as_str(),
    };
    if items.is_empty() {
        return Ok(Outcome::Several(all.map(|_| (label.to_owned(), f64::NAN)).into_iter().collect()));
    }
    let mut groups: Vec<(String, Vec<Item<'_>>)> = Vec::new();
    let mut places = std::collections::BTreeMap::new();
    for item in items {
        let value = metadata(item, key).ok_or_else(|| format!("a sample has no {key} in its metadata"))?;
        let name = label_of(value)?;
        let place = *places.entry(name.clone()).or_insert(groups.len());
        if place == groups.len() {
            groups.push((name, Vec::new()));
        }
        groups[place].1.push(item.clone());
    }
    let mut values = Vec::new();
    for (name, items) in &groups {
        values.push((template.replace("{group_name}", name), single(nested(&metric, items, depth)?)?));
    }
    if all.is_some() && values.iter().any(|(name, _)| name == label) {
        return Err("a group of the name of the whole".into());
    }
    match all {
        Some("samples") => values.push((label.to_owned(), single(nested(&metric, items, depth)?)?)),
        Some("groups") => {
            let each: Vec<f64> = values.iter().map(|(_, value)| *value).collect();
            values.push((label.to_owned(), mean(&each)));
        }
        Some(_) => return Err("a parameter all that is not known".into()),
        None => {}
    }
    Ok(Outcome::Several(values))
}

fn single(outcome: Outcome) -> Result<f64, String> {
    match outcome {
        Outcome::One(value) => Ok(value),
        Outcome::Several(_) => Err("a metric of several values within another".into()),
    }
}

fn label_of(value: &Json) -> Result<String, String> {
    match value {
        Json::Array(_) | Json::Object(_) => Err("groups that are lists or objects".into()),
        Json::Number(number) if !number.is_int() => Ok(python_repr(number.as_f64())),
        other => Ok(Scalar::read(other).label()),
    }
}

fn aggregate(definition: &Definition, items: &[Item<'_>], depth: usize) -> Result<Outcome, String> {
    let metric = inner(definition, "agg")?;
    let key = definition.option("key").and_then(Json::as_str).ok_or("its parameter key is missing")?;
    let missing = definition.option("on_missing").and_then(Json::as_str).unwrap_or("error");
    let mut kept = Vec::new();
    for item in items.iter().filter(|item| !item.value.is_unscored()) {
        let Value::Keys(members) = &item.value else { return Err("a score that is no object".into()) };
        let found = members.iter().rev().find(|(name, _)| name == key).map(|(_, one)| one.clone());
        let one = match (found, missing) {
            (Some(one), _) if one.is_nan() => continue,
            (None | Some(Scalar::Null), "skip") => continue,
            (None | Some(Scalar::Null), "zero") => Scalar::Float(0.0),
            (None | Some(Scalar::Null), _) => return Err(format!("a score without the member {key}")),
            (Some(one), _) => one,
        };
        kept.push(Item { value: Value::One(one), ..item.clone() });
    }
    if kept.is_empty() { Ok(Outcome::One(f64::NAN)) } else { nested(&metric, &kept, depth) }
}

fn frequency(definition: &Definition, items: &[Item<'_>]) -> Result<Outcome, String> {
    let named = definition.option("categories").map(Json::items).unwrap_or_default();
    let mut counts: Vec<(String, f64)> =
        named.iter().filter_map(|one| Some((one.as_str()?.to_owned(), 0.0))).collect();
    let mut places: std::collections::BTreeMap<String, usize> =
        counts.iter().enumerate().map(|(place, (name, _))| (name.clone(), place)).collect();
    for item in items {
        let Value::One(one) = &item.value else { return Err("a score that is no plain value".into()) };
        let name = one.label();
        let place = *places.entry(name.clone()).or_insert(counts.len());
        if place == counts.len() {
            counts.push((name, 0.0));
        }
        counts[place].1 += 1.0;
    }
    let share = definition.option("normalize").and_then(Json::as_bool).unwrap_or(true) && !items.is_empty();
    if share {
        counts.iter_mut().for_each(|(_, one)| *one /= count(items.len()));
    }
    Ok(Outcome::Several(counts))
}
