//! The scores of a log, collected while its samples go by.

use std::collections::BTreeSet;

use super::Value;
use crate::json::Json;
use crate::log::{Definition, Id, Log, Metrics};
use crate::sample::Sample;

/// Memory of all rows, in bytes.
const MEMORY: usize = 64 << 20;

/// The scores of a log: what is needed of each sample to recompute its metrics, and no more.
///
/// ```no_run
/// # fn read(file: &mut bartizan_inspect::LogFile<std::io::Cursor<&[u8]>>) -> Result<(), bartizan_inspect::Error> {
/// use std::ops::ControlFlow;
///
/// use bartizan_inspect::score::{Book, Comparison};
///
/// let mut book = Book::new(file.log());
/// file.each(|sample| {
///     book.add(&sample);
///     ControlFlow::<()>::Continue(())
/// })?;
/// assert!(Comparison::of(file.log(), &book).is_equal());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Book {
    /// A row for each sample and epoch, in the order in which they were added.
    pub rows: Vec<Row>,
    /// Rows that were left out, because the scores took too much memory.
    pub left_out: usize,
    wanted: Vec<String>,
    memory: usize,
}

/// The scores of a sample in an epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The sample.
    pub id: Id,
    /// The epoch.
    pub epoch: u64,
    /// Whether it failed.
    pub failed: bool,
    /// Whether Inspect's log calls it invalidated.
    pub invalidated: bool,
    /// Values by scorer.
    pub scores: Vec<(Box<str>, Value)>,
    /// The metadata that metrics group by.
    pub metadata: Vec<(Box<str>, Json)>,
    /// Tokens and the sum of their logarithms of probability, by scorer, where a scorer put these down.
    pub likelihood: Vec<(Box<str>, f64, f64)>,
}

impl Row {
    /// The value that a scorer gave.
    pub fn value(&self, scorer: &str) -> Option<&Value> {
        self.scores.iter().find(|(name, _)| **name == *scorer).map(|(_, value)| value)
    }

    fn weight(&self) -> usize {
        let scores: usize = self.scores.iter().map(|(name, value)| 64 + name.len() + value.weight()).sum();
        let metadata: usize =
            self.metadata.iter().map(|(key, value)| 64 + key.len() + value.to_string().len()).sum();
        160 + self.id.text.len() + scores + metadata + 64 * self.likelihood.len()
    }
}

impl Book {
    /// An empty book that takes from samples what the metrics of this log need.
    pub fn new(log: &Log) -> Self {
        let mut wanted = Vec::new();
        let scorers = log.eval.scorers.iter().flatten().map(|scorer| &scorer.metrics);
        for metrics in scorers.chain(&log.eval.metrics) {
            let (single, tables) = match metrics {
                Metrics::List(single, tables) => (single.as_slice(), tables.as_slice()),
                Metrics::PerKey(table) => (&[][..], std::slice::from_ref(table)),
            };
            for definition in single.iter().chain(tables.iter().flatten().flat_map(|(_, list)| list)) {
                groups(definition, &mut wanted);
            }
        }
        for (_, metric) in
            log.results.iter().flat_map(|results| &results.scores).flat_map(|score| &score.metrics)
        {
            groups(&metric.definition(), &mut wanted);
        }
        wanted.sort();
        wanted.dedup();
        Self { rows: Vec::new(), left_out: 0, wanted, memory: MEMORY }
    }

    /// Takes the scores of a sample.
    pub fn add(&mut self, sample: &Sample) {
        let wanted = |key: &str| self.wanted.iter().any(|one| one == key);
        let metadata = sample.metadata().iter().filter(|(key, _)| wanted(key)).cloned().collect();
        let row = Row {
            id: sample.id.clone(),
            epoch: sample.epoch,
            failed: sample.error.is_some(),
            invalidated: sample.invalidation.is_some(),
            scores: sample
                .scores
                .iter()
                .map(|(name, score)| (name.as_str().into(), score.value.clone()))
                .collect(),
            metadata,
            likelihood: likelihood(sample),
        };
        match self.memory.checked_sub(row.weight()) {
            Some(left) => {
                self.memory = left;
                self.rows.push(row);
            }
            None => self.left_out += 1,
        }
    }

    /// Every scorer that a sample has a score of, in the order in which they were met.
    pub fn scorers(&self) -> Vec<&str> {
        let (mut names, mut known) = (Vec::new(), BTreeSet::new());
        for (name, _) in self.rows.iter().flat_map(|row| &row.scores) {
            if known.insert(&**name) {
                names.push(&**name);
            }
        }
        names
    }
}

/// The metadata that a metric groups by, and the metrics within it.
fn groups(definition: &Definition, wanted: &mut Vec<String>) {
    let mut open: Vec<&Json> = definition.options.iter().map(|(_, value)| value).collect();
    for (key, value) in &definition.options {
        if matches!(key.as_str(), "group_key" | "cluster") {
            wanted.extend(value.as_str().map(str::to_owned));
        }
    }
    while let Some(json) = open.pop() {
        for (key, value) in json.members() {
            if matches!(&**key, "group_key" | "cluster") {
                wanted.extend(value.as_str().map(str::to_owned));
            }
            open.push(value);
        }
    }
}

fn likelihood(sample: &Sample) -> Vec<(Box<str>, f64, f64)> {
    let scores = sample.json.get("scores").map(Json::members).unwrap_or_default().iter();
    let found = scores.filter_map(|(name, score)| {
        let metadata = score.get("metadata")?;
        let tokens = metadata.get("num_tokens")?.as_f64()?.trunc();
        Some((name.clone(), tokens, metadata.get("sum_log_probs")?.as_f64()?))
    });
    found.collect()
}
