//! All metrics of a log from the scores of its samples (`eval_results()` in `inspect_ai/_eval/task/results.py`).

use std::collections::BTreeMap;

use super::book::{Book, Row};
use super::metric::{Item, Outcome, is_unreduced};
use super::tables::{member, resolved, value, whole};
use super::{Reducer, Value};
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
pub(super) const MOST: usize = 512;
/// Samples times metrics.
pub(super) const WORK: usize = 100_000_000;

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
