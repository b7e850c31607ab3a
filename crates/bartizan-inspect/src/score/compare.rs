//! What was recomputed beside what the log has.

use std::collections::BTreeMap;

use super::book::Book;
use super::metric::Item;
use super::recompute::{Computed, ComputedScore, MOST, WORK, alone, bare, items, recompute, reduced};
use super::tables::column;
use super::value::close;
use super::{Reducer, Value};
use crate::log::{Id, Log, Metric, Reduction, ScoreResult};

/// How far a number may be off; relative for numbers larger than 1.
pub const TOLERANCE: f64 = 1e-9;

/// The metrics and reductions of a log, checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// Every metric that the log has or should have.
    pub metrics: Vec<Checked>,
    /// Every reduction that the log has or should have.
    pub reductions: Vec<CheckedReduction>,
    /// Scores, metrics and reductions of the log that were not looked at, because there are too many.
    pub left_out: usize,
    /// Whether the log has metrics at all: a run that failed, goes on or was killed has none.
    pub has_results: bool,
}

/// A metric, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// Name of the scorer.
    pub scorer: String,
    /// Name of the score.
    pub score: String,
    /// How epochs were reduced.
    pub reducer: Option<String>,
    /// Key of the metric; `scored_samples` and `unscored_samples` are checked like metrics.
    pub metric: String,
    /// What the log has.
    pub stored: Option<f64>,
    /// What it is.
    pub computed: Option<f64>,
    /// How they go together.
    pub verdict: Verdict,
}

/// How a stored and a computed value go together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They are equal but for [`TOLERANCE`].
    Equal,
    /// They are not.
    Differs,
    /// The log does not have it.
    NotStored,
    /// It cannot be recomputed, and why.
    NotRecomputed(String),
}

/// A reduction, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedReduction {
    /// Name of the scorer.
    pub scorer: String,
    /// How epochs were reduced.
    pub reducer: Option<String>,
    /// Samples whose values are equal.
    pub equal: usize,
    /// Samples whose values are not: what the log has, what it is.
    pub differs: Vec<(Id, Option<Value>, Option<Value>)>,
    /// Why it was not recomputed.
    pub not_recomputed: Option<String>,
}

impl Comparison {
    /// Recomputes, and compares.
    pub fn of(log: &Log, book: &Book) -> Self {
        let computed = recompute(log, book);
        let has_results = log.results.as_ref().is_some_and(|results| !results.scores.is_empty());
        let mut comparison = Self { has_results, ..Self::default() };
        let mut used = vec![false; computed.scores.len()];
        let mut left = WORK / book.rows.len().max(1);
        for (number, stored) in log.results.iter().flat_map(|results| &results.scores).enumerate() {
            let most = left.checked_sub(stored.metrics.len() + 1).filter(|_| number < MOST);
            let Some(most) = most else {
                comparison.left_out += 1;
                continue;
            };
            left = most;
            let place = partner(stored, &computed.scores, &used);
            if let Some(place) = place {
                used[place] = true;
            }
            comparison.score(log, book, stored, place.map(|place| &computed.scores[place]), &computed);
        }
        for (one, _) in computed.scores.iter().zip(&used).filter(|(one, used)| !**used && one.scored > 0) {
            comparison.extra(one);
        }
        comparison.reductions(log, book, &computed);
        comparison
    }

    /// Whether nothing differs: every metric and reduction that can be recomputed is equal, and, if there are results, none is missing.
    pub fn is_equal(&self) -> bool {
        self.differences().next().is_none()
            && self.left_out == 0
            && self.reductions.iter().all(|one| one.differs.is_empty())
    }

    /// The metrics that differ, or that are missing in results.
    pub fn differences(&self) -> impl Iterator<Item = &Checked> {
        let missing = |one: &Checked| one.verdict == Verdict::NotStored && self.has_results;
        self.metrics.iter().filter(move |one| one.verdict == Verdict::Differs || missing(one))
    }

    fn score(
        &mut self,
        log: &Log,
        book: &Book,
        stored: &ScoreResult,
        computed: Option<&ComputedScore>,
        all: &Computed,
    ) {
        let own = stored_items(log, book, stored);
        for (key, metric) in &stored.metrics {
            let from_header = computed
                .and_then(|one| one.metrics.iter().find(|(name, _)| name == key))
                .map(|(_, value)| value.clone());
            let value = from_header.unwrap_or_else(|| alone_of(&own, metric, stored, all));
            // Over no samples there is nothing to compare with, unless the log says so too.
            let value = match (&own, value) {
                (Err(why), Ok(value)) if !close(value, metric.value, TOLERANCE) => Err(why.clone()),
                (_, value) => value,
            };
            self.push(stored, key, Some(metric.value), value);
        }
        let count = |of: fn(&ComputedScore) -> u64| computed.map(|one| whole(of(one)));
        for (key, stored_count, count) in [
            ("scored_samples", stored.scored, count(|one| one.scored)),
            ("unscored_samples", stored.unscored, count(|one| one.unscored)),
        ] {
            if let (Some(stored_count), Some(count), Ok(_)) = (stored_count, count, &own) {
                self.push(stored, key, Some(whole(stored_count)), Ok(count));
            }
        }
        for (key, value) in computed.map(|one| one.metrics.as_slice()).unwrap_or_default() {
            if !stored.metrics.iter().any(|(name, _)| name == key) {
                self.push(stored, key, None, value.clone());
            }
        }
    }

    fn push(&mut self, of: &ScoreResult, metric: &str, stored: Option<f64>, computed: Result<f64, String>) {
        let verdict = match (&stored, &computed) {
            (_, Err(why)) => Verdict::NotRecomputed(why.clone()),
            (None, Ok(_)) => Verdict::NotStored,
            (Some(a), Ok(b)) if close(*a, *b, TOLERANCE) => Verdict::Equal,
            (Some(_), Ok(_)) => Verdict::Differs,
        };
        self.metrics.push(Checked {
            scorer: of.scorer.clone(),
            score: of.name.clone(),
            reducer: of.reducer.clone(),
            metric: metric.to_owned(),
            stored,
            computed: computed.ok(),
            verdict,
        });
    }

    fn extra(&mut self, one: &ComputedScore) {
        let of = ScoreResult {
            name: one.name.clone(),
            scorer: one.scorer.clone(),
            reducer: one.reducer.clone(),
            ..ScoreResult::default()
        };
        for (key, value) in &one.metrics {
            self.push(&of, key, None, value.clone());
        }
    }

    fn reductions(&mut self, log: &Log, book: &Book, computed: &Computed) {
        let mut used = vec![false; computed.reductions.len()];
        self.left_out += log.reductions.len().saturating_sub(MOST);
        for stored in log.reductions.iter().take(MOST) {
            let place = computed.reductions.iter().zip(&used).position(|(one, used)| {
                !used
                    && one.scorer == stored.scorer
                    && same_reducer(stored.reducer.as_deref(), one.reducer.as_deref())
            });
            if let Some(place) = place {
                used[place] = true;
            }
            let own = place
                .map_or_else(|| reduction_of(book, stored), |place| Ok(computed.reductions[place].clone()));
            self.reductions.push(checked(stored, own));
        }
    }
}

/// The first that has not been used: of the same scorer, score and reducer, or of a mean that one of them does not name.
fn partner(stored: &ScoreResult, computed: &[ComputedScore], used: &[bool]) -> Option<usize> {
    let candidates = || {
        computed
            .iter()
            .enumerate()
            .filter(|(place, one)| !used[*place] && one.scorer == stored.scorer && one.name == stored.name)
    };
    let exact = candidates().find(|(_, one)| one.reducer == stored.reducer);
    exact
        .or_else(|| {
            candidates().find(|(_, one)| same_reducer(stored.reducer.as_deref(), one.reducer.as_deref()))
        })
        .map(|(place, _)| place)
}

/// A run without reducers of its own has the mean, and logs write its name in the header, but not in the results.
fn same_reducer(a: Option<&str>, b: Option<&str>) -> bool {
    a == b || matches!((a, b), (None, Some("mean")) | (Some("mean"), None))
}

fn reducer_of(log: Option<&Log>, name: Option<&str>) -> Result<Option<Reducer>, String> {
    let configured = log.and_then(|log| log.eval.config.epochs_reducer.as_deref());
    let name = match (name, configured) {
        (Some(name), _) => name,
        (None, Some([])) => return Ok(None),
        (None, Some([only])) => only.as_str(),
        (None, _) => "mean",
    };
    Reducer::named(name).map(Some).ok_or_else(|| format!("the reducer {name} is not one of Inspect's own"))
}

/// What a score of results is computed from, by what the results say themselves.
fn stored_items<'a>(log: &Log, book: &'a Book, stored: &ScoreResult) -> Result<Vec<Item<'a>>, String> {
    let all = items(book, &stored.scorer);
    if all.is_empty() {
        return Err(if book.left_out > 0 {
            "the scores take too much memory".into()
        } else {
            "no sample of the log has a score of it".into()
        });
    }
    let samples = match reducer_of(Some(log), stored.reducer.as_deref())? {
        Some(reducer) => bare(&reduced(&all, reducer)?),
        None => bare(&all),
    };
    if stored.name == stored.scorer {
        return Ok(samples.into_iter().filter(|item| !item.value.is_unscored()).collect());
    }
    Ok(column(&samples, &stored.name)?.0)
}

fn alone_of(
    own: &Result<Vec<Item<'_>>, String>,
    metric: &Metric,
    stored: &ScoreResult,
    all: &Computed,
) -> Result<f64, String> {
    if let Some((_, why)) = all.failed.iter().find(|(scorer, _)| *scorer == stored.scorer) {
        return Err(why.clone());
    }
    alone(own.as_ref().map_err(Clone::clone)?, &metric.definition(), &metric.name)
}

fn reduction_of(book: &Book, stored: &Reduction) -> Result<Reduction, String> {
    let all = items(book, &stored.scorer);
    if all.is_empty() {
        return Err("no sample of the log has a score of it".into());
    }
    let reducer = reducer_of(None, stored.reducer.as_deref())?.unwrap_or(Reducer::Mean);
    let samples = reduced(&all, reducer)?.into_iter().map(|(id, item)| (id.clone(), item.value)).collect();
    Ok(Reduction { samples, ..stored.clone() })
}

fn checked(stored: &Reduction, own: Result<Reduction, String>) -> CheckedReduction {
    let mut checked = CheckedReduction {
        scorer: stored.scorer.clone(),
        reducer: stored.reducer.clone(),
        equal: 0,
        differs: Vec::new(),
        not_recomputed: None,
    };
    let own = match own {
        Ok(own) if own.samples.is_empty() && !stored.samples.is_empty() => {
            checked.not_recomputed = Some("no sample of the log has a score of it".into());
            return checked;
        }
        Ok(own) => own,
        Err(why) => {
            checked.not_recomputed = Some(why);
            return checked;
        }
    };
    let mut values: BTreeMap<&str, (&Id, &Value)> =
        own.samples.iter().map(|(id, value)| (id.text.as_str(), (id, value))).collect();
    for (id, value) in &stored.samples {
        match values.remove(id.text.as_str()) {
            Some((_, own)) if value.is_close(own, TOLERANCE) => checked.equal += 1,
            found => {
                checked.differs.push((id.clone(), Some(value.clone()), found.map(|(_, own)| own.clone())))
            }
        }
    }
    checked.differs.extend(values.into_values().map(|(id, own)| (id.clone(), None, Some(own.clone()))));
    checked
}

#[expect(clippy::cast_precision_loss, reason = "numbers of samples")]
fn whole(value: u64) -> f64 {
    value as f64
}
