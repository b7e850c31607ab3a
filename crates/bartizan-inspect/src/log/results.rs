//! Results and reductions, as a log has them.

use std::io::Read;

use super::{Definition, Fields, Id};
use crate::json::{Fault, Json, Scanner};
use crate::score::Value;

/// Metrics of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Results {
    /// Samples times epochs.
    pub total_samples: u64,
    /// Those that ended without an error.
    pub completed_samples: u64,
    /// The metrics.
    pub scores: Vec<ScoreResult>,
}

/// The metrics of a scorer, or of a member of its scores.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScoreResult {
    /// Name of the score: that of the scorer, or the member.
    pub name: String,
    /// Name of the scorer.
    pub scorer: String,
    /// How epochs were reduced, if more than one way was used or named.
    pub reducer: Option<String>,
    /// Samples with a value; old logs do not tell.
    pub scored: Option<u64>,
    /// Samples without one.
    pub unscored: Option<u64>,
    /// The metrics by their key, in order.
    pub metrics: Vec<(String, Metric)>,
}

/// A metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// Its name, or that of one of its values.
    pub name: String,
    /// The metric of which this is one of several values.
    pub group: Option<String>,
    /// Its value; `NaN` where the log has `NaN` or `null`.
    pub value: f64,
    /// Its parameters.
    pub options: Vec<(String, Json)>,
}

impl Metric {
    /// How it was made, as far as its result tells.
    pub fn definition(&self) -> Definition {
        Definition {
            name: self.group.clone().unwrap_or_else(|| self.name.clone()),
            options: self.options.clone(),
        }
    }
}

/// Values of samples over their epochs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reduction {
    /// Name of the scorer.
    pub scorer: String,
    /// How epochs were reduced.
    pub reducer: Option<String>,
    /// The values, by sample.
    pub samples: Vec<(Id, Value)>,
}

pub(super) fn results(fields: &mut Fields<'_, '_>) -> Results {
    let mut results = Results {
        total_samples: fields.u64("total_samples").unwrap_or_default(),
        completed_samples: fields.u64("completed_samples").unwrap_or_default(),
        scores: Vec::new(),
    };
    for json in fields.array("scores") {
        let score = score(&mut fields.within(json), "metrics");
        results.scores.push(score);
    }
    // Version 1: one scorer, and its metrics beside it.
    if let Some(json) = fields.object("scorer").filter(|_| fields.json.some("scores").is_none()) {
        let mut only = score(&mut fields.within(json), "metrics");
        only.scorer.clone_from(&only.name);
        if fields.json.some("metrics").is_some() {
            only.metrics = metrics(fields, "metrics");
        }
        results.scores.push(only);
    }
    results
}

fn score(fields: &mut Fields<'_, '_>, key: &str) -> ScoreResult {
    let name = fields.text("name");
    ScoreResult {
        scorer: fields.str("scorer").unwrap_or_else(|| name.clone()),
        name,
        reducer: fields.str("reducer"),
        scored: fields.u64("scored_samples"),
        unscored: fields.u64("unscored_samples"),
        metrics: metrics(fields, key),
    }
}

fn metrics(fields: &mut Fields<'_, '_>, key: &str) -> Vec<(String, Metric)> {
    let members = fields.members(key).iter();
    let read = members.map(|(key, json)| {
        // The very first logs had the bare number.
        let value = match json {
            Json::Number(number) => Some(number.as_f64()),
            other => other.some("value").map_or(Some(f64::NAN), Json::as_f64),
        };
        let mut inner = fields.within(json);
        let options = if inner.json.some("params").is_some() { "params" } else { "options" };
        let metric = match json {
            Json::Number(_) => {
                Metric { name: key.to_string(), group: None, value: f64::NAN, options: Vec::new() }
            }
            _ => Metric {
                name: inner.str("name").unwrap_or_else(|| key.to_string()),
                group: inner.str("group"),
                value: f64::NAN,
                options: inner.owned(options),
            },
        };
        if value.is_none() {
            inner.wrong("value", "a number", json.get("value").unwrap_or(&Json::Null));
        }
        (key.to_string(), Metric { value: value.unwrap_or(f64::NAN), ..metric })
    });
    read.collect()
}

/// Reductions from a stream: a log of many samples has many, and of each only sample and value are kept.
pub(crate) fn reductions<R: Read>(scanner: &mut Scanner<R>) -> Result<Vec<Reduction>, Fault> {
    let mut all = Vec::new();
    // `null` where nothing was reduced.
    if scanner.look()? != Some(b'[') {
        scanner.skip()?;
        return Ok(all);
    }
    scanner.open_array()?;
    while scanner.item(all.is_empty())? {
        all.push(reduction(scanner)?);
    }
    Ok(all)
}

fn reduction<R: Read>(scanner: &mut Scanner<R>) -> Result<Reduction, Fault> {
    let mut one = Reduction::default();
    scanner.open_object()?;
    let mut first = true;
    while let Some(key) = scanner.key(first)? {
        first = false;
        match &*key {
            "scorer" => one.scorer = scanner.value()?.as_str().unwrap_or_default().to_owned(),
            "reducer" => one.reducer = scanner.value()?.as_str().map(str::to_owned),
            "samples" if scanner.look()? == Some(b'[') => {
                scanner.open_array()?;
                let mut begun = true;
                while scanner.item(begun)? {
                    begun = false;
                    let left = scanner.memory_left();
                    let json = scanner.value()?;
                    let id = json.get("sample_id").and_then(Id::read).unwrap_or_default();
                    let value = Value::read(json.get("value").unwrap_or(&Json::Null));
                    scanner.restore(left);
                    // Lists grow by doubling.
                    scanner.charge(id.text.len() + 2 * (value.weight() + 64))?;
                    one.samples.push((id, value));
                }
            }
            _ => scanner.skip()?,
        }
    }
    scanner.charge(256)?;
    Ok(one)
}

/// The same from JSON that is read already: where version 1 had them.
pub(super) fn from_json(json: &Json) -> Vec<Reduction> {
    let read = json.items().iter().map(|one| Reduction {
        scorer: one.str("scorer").unwrap_or_default().to_owned(),
        reducer: one.str("reducer").map(str::to_owned),
        samples: one
            .get("samples")
            .map(Json::items)
            .unwrap_or_default()
            .iter()
            .map(|sample| {
                let id = sample.get("sample_id").and_then(Id::read).unwrap_or_default();
                (id, Value::read(sample.get("value").unwrap_or(&Json::Null)))
            })
            .collect(),
    });
    read.collect()
}
