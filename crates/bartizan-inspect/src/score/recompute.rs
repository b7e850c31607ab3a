//! All metrics of a log from the scores of its samples (`eval_results()` in `inspect_ai/_eval/task/results.py`).

use std::collections::BTreeMap;

use super::book::{Book, Row};
use super::glob::fits;
use super::metric::{Item, Outcome, compute, is_unreduced};
use super::{Reducer, Scalar, Value};
use crate::log::{Definition, Id, Log, Metrics, PerKey, Reduction};

/// What was recomputed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Computed {
    /// Metrics by score.
    pub scores: Vec<ComputedScore>,
    /// Values of samples over their epochs.
    pub reductions: Vec<Reduction>,
    /// What could not be recomputed, and why: the scorer and the reason.
    pub failed: Vec<(String, String)>,
    /// Metrics that may yet be computed, by the number of samples.
    left: usize,
}

/// Scorers and members of scores that are looked at. More are nothing that people would read.
const MOST: usize = 512;
/// Samples times metrics.
const WORK: usize = 100_000_000;

/// The metrics of a score.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ComputedScore {
    /// Name of the score.
    pub name: String,
    /// Name of the scorer.
    pub scorer: String,
    /// How epochs were reduced.
    pub reducer: Option<String>,
    /// Samples with a value.
    pub scored: u64,
    /// Samples without one.
    pub unscored: u64,
    /// Metrics by key: the value, or why there is none.
    pub metrics: Vec<(String, Result<f64, String>)>,
}

/// The metrics that the header of the log defines, over the scores of the book.
pub fn recompute(log: &Log, book: &Book) -> Computed {
    let mut computed = Computed { left: WORK / book.rows.len().max(1), ..Computed::default() };
    let mut scorers: Vec<(String, Metrics)> = Vec::new();
    for scorer in log.eval.scorers.iter().flatten().take(MOST) {
        let base = scorer.name.rsplit_once('/').map_or(scorer.name.as_str(), |(_, name)| name);
        let used: Vec<&str> = scorers.iter().map(|(name, _)| name.as_str()).collect();
        scorers.push((unique_scorer(base, &used), scorer.metrics.clone()));
    }
    // Scores that solvers gave have no scorer in the header.
    for name in book.scorers() {
        if scorers.len() >= MOST {
            computed.failed.push((name.to_owned(), format!("there are more than {MOST} scorers")));
            break;
        }
        if log.eval.scorers.is_some() && !scorers.iter().any(|(known, _)| known == name) {
            scorers.push((name.to_owned(), log.eval.metrics.clone().unwrap_or_else(usual)));
        }
    }
    for (scorer, metrics) in &scorers {
        if let Err(why) = scorer_results(log, book, scorer, metrics, &mut computed) {
            computed.failed.push((scorer.clone(), why));
        }
    }
    computed
}

impl Computed {
    fn spend(&mut self, metrics: usize) -> Result<(), String> {
        self.left = self
            .left
            .checked_sub(metrics)
            .ok_or("there are more metrics than can be computed over so many samples")?;
        Ok(())
    }
}

/// What Inspect takes where a scorer is not known: accuracy and its standard error.
fn usual() -> Metrics {
    let named = |name: &str| Definition { name: name.into(), options: Vec::new() };
    Metrics::List(vec![named("inspect_ai/accuracy"), named("inspect_ai/stderr")], Vec::new())
}

fn unique_scorer(base: &str, used: &[&str]) -> String {
    let numbered = (1_usize..).map(|number| format!("{base}{number}"));
    std::iter::once(base.to_owned())
        .chain(numbered)
        .find(|name| !used.contains(&name.as_str()))
        .unwrap_or_default()
}

/// The scores of a scorer, one of each sample and epoch.
pub(super) fn items<'a>(book: &'a Book, scorer: &str) -> Vec<(&'a Id, Item<'a>)> {
    book.rows.iter().filter_map(|row| Some((&row.id, item(row, scorer)?))).collect()
}

fn item<'a>(row: &'a Row, scorer: &str) -> Option<Item<'a>> {
    let likelihood =
        row.likelihood.iter().find(|(name, _, _)| **name == *scorer).map(|(_, tokens, log)| (*tokens, *log));
    Some(Item { value: row.value(scorer)?.clone(), metadata: &row.metadata, likelihood })
}

/// One value of each sample.
pub(super) fn reduced<'a>(
    items: &[(&'a Id, Item<'a>)],
    reducer: Reducer,
) -> Result<Vec<(&'a Id, Item<'a>)>, String> {
    let mut samples: Vec<(&Id, Vec<&Item<'a>>)> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for (id, item) in items {
        let place = *places.entry(&id.text).or_insert(samples.len());
        if place == samples.len() {
            samples.push((id, Vec::new()));
        }
        samples[place].1.push(item);
    }
    let one = samples.into_iter().map(|(id, items)| {
        let values: Vec<&Value> = items.iter().map(|item| &item.value).collect();
        Ok((id, Item { value: reducer.reduce(&values)?, ..items[0].clone() }))
    });
    one.collect()
}

fn scorer_results(
    log: &Log,
    book: &Book,
    scorer: &str,
    metrics: &Metrics,
    computed: &mut Computed,
) -> Result<(), String> {
    let items = items(book, scorer);
    let reducers = log.eval.config.epochs_reducer.as_deref();
    if reducers == Some(&[]) {
        return views(&bare(&items), metrics, scorer, None, computed);
    }
    let (over_samples, over_epochs) = (filtered(metrics, false), filtered(metrics, true));
    if let Some(metrics) = over_samples {
        let names: Vec<Option<&str>> = match reducers {
            None => vec![over_epochs.is_some().then_some("mean")],
            Some(names) => names.iter().map(|name| Some(name.as_str())).collect(),
        };
        for name in names {
            let reducer = Reducer::named(name.unwrap_or("mean"));
            let reducer = reducer.ok_or_else(|| {
                format!("the reducer {} is not one of Inspect's own", name.unwrap_or_default())
            })?;
            let samples = reduced(&items, reducer)?;
            computed.reductions.push(Reduction {
                scorer: scorer.to_owned(),
                reducer: name.map(str::to_owned),
                samples: samples.iter().map(|(id, item)| ((*id).clone(), item.value.clone())).collect(),
            });
            views(&bare(&samples), &metrics, scorer, name, computed)?;
        }
    }
    if let Some(metrics) = over_epochs {
        views(&bare(&items), &metrics, scorer, None, computed)?;
    }
    Ok(())
}

pub(super) fn bare<'a>(items: &[(&Id, Item<'a>)]) -> Vec<Item<'a>> {
    items.iter().map(|(_, item)| item.clone()).collect()
}

/// The metrics for which each epoch counts by itself, or the others; `None` if there are none.
fn filtered(metrics: &Metrics, unreduced: bool) -> Option<Metrics> {
    let list = |list: &[Definition]| -> Vec<Definition> {
        list.iter().filter(|one| is_unreduced(one) == unreduced).cloned().collect()
    };
    let table = |table: &PerKey| -> PerKey {
        table
            .iter()
            .map(|(key, metrics)| (key.clone(), list(metrics)))
            .filter(|(_, metrics)| !metrics.is_empty())
            .collect()
    };
    match metrics {
        Metrics::PerKey(only) => Some(table(only)).filter(|left| !left.is_empty()).map(Metrics::PerKey),
        Metrics::List(single, tables) => {
            let (single, tables) =
                (list(single), tables.iter().map(table).filter(|one| !one.is_empty()).collect::<Vec<_>>());
            (!single.is_empty() || !tables.is_empty()).then_some(Metrics::List(single, tables))
        }
    }
}

fn views(
    items: &[Item<'_>],
    metrics: &Metrics,
    scorer: &str,
    reducer: Option<&str>,
    computed: &mut Computed,
) -> Result<(), String> {
    let tables = match metrics {
        Metrics::PerKey(table) => std::slice::from_ref(table),
        Metrics::List(single, tables) => {
            computed.spend(single.len())?;
            computed.scores.push(whole(items, single, scorer, reducer));
            tables.as_slice()
        }
    };
    for table in tables {
        for (key, metrics) in resolved(table, items)? {
            computed.spend(metrics.len() + 1)?;
            computed.scores.push(member(items, &key, &metrics, scorer, reducer)?);
        }
    }
    Ok(())
}

/// The value of a metric; over nothing, what it makes of nothing if that has several values.
fn value(definition: &Definition, items: &[Item<'_>]) -> Result<Outcome, String> {
    match compute(definition, items)? {
        Outcome::One(_) if items.is_empty() => Ok(Outcome::One(f64::NAN)),
        Outcome::Several(values) if items.is_empty() && values.is_empty() => Ok(Outcome::One(f64::NAN)),
        outcome => Ok(outcome),
    }
}

fn whole(items: &[Item<'_>], metrics: &[Definition], scorer: &str, reducer: Option<&str>) -> ComputedScore {
    let scored: Vec<Item<'_>> = items.iter().filter(|item| !item.value.is_unscored()).cloned().collect();
    let mut found: Vec<(String, Result<f64, String>)> = Vec::new();
    for definition in metrics {
        let key = unique_key(definition.short_name(), &found);
        match value(definition, &scored) {
            Ok(Outcome::One(one)) => found.push((key, Ok(one))),
            Err(why) => found.push((key, Err(why))),
            Ok(Outcome::Several(several)) => {
                for (name, one) in several {
                    let name = unique_key(&name, &found);
                    found.push((name, Ok(one)));
                }
            }
        }
    }
    ComputedScore {
        name: scorer.to_owned(),
        scorer: scorer.to_owned(),
        reducer: reducer.map(str::to_owned),
        scored: scored.len() as u64,
        unscored: (items.len() - scored.len()) as u64,
        metrics: found,
    }
}

/// The key of a metric in results: its name, and a number if that is taken.
fn unique_key(name: &str, taken: &[(String, Result<f64, String>)]) -> String {
    if !taken.iter().any(|(key, _)| key == name) {
        return name.to_owned();
    }
    let mut next = 2_u64;
    for (key, _) in taken {
        let Some(rest) = key.strip_prefix(name) else { continue };
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        if let Ok(number) = digits.parse::<u64>() {
            if number >= next {
                next = number.saturating_add(1);
            }
        }
    }
    format!("{name}{next}")
}

/// The keys that the patterns of a table name, by the first score that is an object.
fn resolved(table: &PerKey, items: &[Item<'_>]) -> Result<PerKey, String> {
    let Some(base) = items
        .iter()
        .find_map(|item| if let Value::Keys(members) = &item.value { Some(members) } else { None })
    else {
        return Ok(table.clone());
    };
    let letters = |names: &mut dyn Iterator<Item = usize>| names.fold(0_usize, usize::saturating_add);
    let (keys, patterns) = (
        letters(&mut base.iter().map(|(key, _)| key.len() + 1)),
        letters(&mut table.iter().map(|(key, _)| key.len() + 1)),
    );
    if keys.saturating_mul(patterns) > WORK {
        return Err("members and patterns are more than can be compared".into());
    }
    let mut found: PerKey = Vec::new();
    for (pattern, metrics) in table {
        for (key, _) in base.iter().filter(|(key, _)| fits(pattern, key)) {
            let place = found.iter().position(|(name, _)| name == key).unwrap_or_else(|| {
                found.push((key.clone(), Vec::new()));
                found.len() - 1
            });
            if found.len() > MOST {
                return Err(format!("there are more than {MOST} members"));
            }
            for metric in metrics {
                if !found[place].1.iter().any(|one| one.log_name() == metric.log_name()) {
                    found[place].1.push(metric.clone());
                }
            }
        }
    }
    Ok(found)
}

/// The values of a member: those with a number, and how many have none.
pub(super) fn column<'a>(items: &[Item<'a>], key: &str) -> Result<(Vec<Item<'a>>, usize), String> {
    let (mut scored, mut unscored) = (Vec::new(), 0);
    for item in items {
        match &item.value {
            Value::Keys(members) => {
                let found = members.iter().rev().find(|(name, _)| name == key);
                let (_, one) = found.ok_or_else(|| format!("a score without the member {key}"))?;
                if one.is_nan() {
                    unscored += 1;
                } else {
                    scored.push(Item { value: Value::One(one.clone()), ..item.clone() });
                }
            }
            Value::One(Scalar::Float(value)) if value.is_nan() => unscored += 1,
            _ => return Err("metrics by member over a score that is no object".into()),
        }
    }
    Ok((scored, unscored))
}

fn member(
    items: &[Item<'_>],
    key: &str,
    metrics: &[Definition],
    scorer: &str,
    reducer: Option<&str>,
) -> Result<ComputedScore, String> {
    let (scored, unscored) = column(items, key)?;
    let mut found: Vec<(String, Result<f64, String>)> = Vec::new();
    let mut put =
        |name: String, one: Result<f64, String>| match found.iter_mut().find(|(key, _)| *key == name) {
            Some(same) => same.1 = one,
            None => found.push((name, one)),
        };
    for definition in metrics {
        let name = definition.log_name();
        match value(definition, &scored) {
            Ok(Outcome::One(one)) => put(name.to_owned(), Ok(one)),
            Err(why) => put(name.to_owned(), Err(why)),
            Ok(Outcome::Several(several)) => {
                for (inner, one) in several {
                    put(format!("{name}_{inner}"), Ok(one));
                }
            }
        }
    }
    Ok(ComputedScore {
        name: key.to_owned(),
        scorer: scorer.to_owned(),
        reducer: reducer.map(str::to_owned),
        scored: scored.len() as u64,
        unscored: unscored as u64,
        metrics: found,
    })
}

/// A metric of results that no header defines: from its own name and parameters.
pub(super) fn alone(items: &[Item<'_>], definition: &Definition, name: &str) -> Result<f64, String> {
    match value(definition, items)? {
        Outcome::One(one) => Ok(one),
        Outcome::Several(several) => {
            let found = several.into_iter().find(|(inner, _)| inner == name);
            found.map(|(_, one)| one).ok_or_else(|| format!("it has no value of the name {name}"))
        }
    }
}
