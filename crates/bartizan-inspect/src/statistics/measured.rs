//! The numbers of a log that statistics are about.

use std::collections::BTreeMap;

use super::mean;
use crate::score::Book;

/// What a sample counts for that failed or was not scored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Failed {
    /// Nothing: it is left out, as Inspect does. What remains may be the easier part.
    LeftOut,
    /// A value, such as 0 for a wrong answer.
    As(f64),
}

/// The values of a scorer by sample.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    /// Samples in order of their identifiers.
    pub samples: Vec<MeasuredSample>,
    /// Rows (a sample in an epoch) that were left out or counted as failed.
    pub failed: usize,
    /// Rows that were left out because the log calls them invalidated.
    pub invalidated: usize,
}

/// The values of a sample, one for each epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredSample {
    /// Its identifier.
    pub id: String,
    /// The values.
    pub values: Vec<f64>,
}

impl MeasuredSample {
    /// Their mean.
    pub fn mean(&self) -> f64 {
        mean(&self.values)
    }
}

impl Measured {
    /// Values of a scorer: of the whole score, or of one of its members. Invalidated samples are left out.
    pub fn of(book: &Book, scorer: &str, key: Option<&str>, failed: Failed) -> Self {
        let mut measured = Self::default();
        let mut samples: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for row in &book.rows {
            if row.invalidated {
                measured.invalidated += 1;
                continue;
            }
            let value =
                row.value(scorer).and_then(|value| value.number(key)).filter(|value| value.is_finite());
            let value = match (value, failed) {
                (Some(value), _) => value,
                (None, Failed::As(value)) => {
                    measured.failed += 1;
                    value
                }
                (None, Failed::LeftOut) => {
                    measured.failed += 1;
                    continue;
                }
            };
            samples.entry(&row.id.text).or_default().push(value);
        }
        measured.samples =
            samples.into_iter().map(|(id, values)| MeasuredSample { id: id.to_owned(), values }).collect();
        measured
    }

    /// From bare values, one of each sample.
    pub fn plain(values: impl IntoIterator<Item = f64>) -> Self {
        let samples = values.into_iter().enumerate();
        Self {
            samples: samples
                .map(|(number, value)| MeasuredSample { id: number.to_string(), values: vec![value] })
                .collect(),
            ..Self::default()
        }
    }

    /// The mean of each sample.
    pub fn means(&self) -> Vec<f64> {
        self.samples.iter().map(MeasuredSample::mean).collect()
    }

    /// Values in all.
    pub fn values(&self) -> usize {
        self.samples.iter().map(|sample| sample.values.len()).sum()
    }

    /// Whether every value is from 0 to 1.
    pub(super) fn is_share(&self) -> bool {
        self.samples.iter().flat_map(|sample| &sample.values).all(|value| (0.0..=1.0).contains(value))
    }

    /// Whether every value is 0 or 1.
    pub(super) fn is_binary(&self) -> bool {
        self.samples.iter().flat_map(|sample| &sample.values).all(|value| *value == 0.0 || *value == 1.0)
    }
}
