//! Intervals.

use super::quantile::count;
use super::{Measured, mean, normal_quantile, t_quantile};

/// An interval for a mean or proportion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The mean over samples.
    pub estimate: f64,
    /// Its lower bound; minus infinity if nothing can be said.
    pub lower: f64,
    /// Its upper bound; infinity if nothing can be said.
    pub upper: f64,
    /// How sure: 0.95 is two-sided, 2.5 % beyond each bound.
    pub level: f64,
    /// How it was made.
    pub method: Method,
    /// Samples.
    pub samples: u64,
    /// As many independent values as would tell as much.
    pub effective: f64,
    /// The standard error of the estimate, clusters regarded.
    pub stderr: f64,
}

/// How an interval was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Wilson's score interval for proportions (Wilson 1927).
    Wilson,
    /// The same with the effective number of values and Student's quantile (Korn and Graubard 1998), for samples with several epochs.
    WilsonClustered,
    /// Mean and Student's quantile over the means of samples: robust against whatever hangs together within one.
    Student,
    /// Nothing can be said: too few samples, or all the same on a scale that is not from 0 to 1.
    None,
}

impl Method {
    /// The stable word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Wilson => "wilson",
            Self::WilsonClustered => "wilson-clustered",
            Self::Student => "student",
            Self::None => "none",
        }
    }
}

/// The interval at a level (0.95).
///
/// Values of 0 and 1 are a proportion and get Wilson's; so do values from 0 to 1 that are all the same, for which a deviation of zero
/// would promise too much. All others get Student's over the means of samples.
pub fn interval(measured: &Measured, level: f64) -> Interval {
    let means = measured.means();
    let spread = Spread {
        estimate: mean(&means),
        stderr: stderr(&means),
        samples: count(means.len()),
        values: count(measured.values()),
    };
    let same = spread.stderr == 0.0 || means.len() < 2;
    let share = measured.is_binary() || (measured.is_share() && same);
    let method = match () {
        () if means.is_empty()
            || !spread.estimate.is_finite()
            || !(0.0..1.0).contains(&level)
            || level == 0.0 =>
        {
            Method::None
        }
        () if share && measured.values() > means.len() => Method::WilsonClustered,
        () if share => Method::Wilson,
        () if same => Method::None,
        () => Method::Student,
    };
    let (lower, upper, effective) = spread.bounds(method, level);
    let samples = means.len() as u64;
    Interval {
        estimate: spread.estimate,
        lower,
        upper,
        level,
        method,
        samples,
        effective,
        stderr: spread.stderr,
    }
}

/// What an interval depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spread {
    pub estimate: f64,
    pub stderr: f64,
    pub samples: f64,
    pub values: f64,
}

impl Spread {
    /// Lower bound, upper bound, effective number of values.
    pub fn bounds(self, method: Method, level: f64) -> (f64, f64, f64) {
        let upper_tail = 1.0 - (1.0 - level) / 2.0;
        match method {
            Method::None => (f64::NEG_INFINITY, f64::INFINITY, 0.0),
            Method::Student => {
                let half = t_quantile(upper_tail, self.samples - 1.0) * self.stderr;
                (self.estimate - half, self.estimate + half, self.samples)
            }
            Method::Wilson => {
                let (lower, upper) = wilson_bounds(self.estimate, self.samples, normal_quantile(upper_tail));
                (lower, upper, self.samples)
            }
            Method::WilsonClustered => {
                let variance = self.estimate * (1.0 - self.estimate);
                // Where no deviation is seen, epochs tell nothing beyond their samples.
                let effective = if variance > 0.0 && self.stderr > 0.0 {
                    (variance / (self.stderr * self.stderr)).min(self.values)
                } else {
                    self.samples
                };
                let critical = if self.samples < 2.0 {
                    normal_quantile(upper_tail)
                } else {
                    t_quantile(upper_tail, self.samples - 1.0)
                };
                let (lower, upper) = wilson_bounds(self.estimate, effective, critical);
                (lower, upper, effective)
            }
        }
    }

    /// The same with more samples, everything else as it was.
    pub fn with(self, samples: f64) -> Self {
        let times = samples / self.samples;
        Self { samples, values: self.values * times, stderr: self.stderr / times.sqrt(), ..self }
    }
}

/// Wilson's bounds for a share of `n` values, at a critical value.
pub(crate) fn wilson_bounds(share: f64, n: f64, critical: f64) -> (f64, f64) {
    let square = critical * critical;
    let below = 1.0 + square / n;
    let center = (share + square / (2.0 * n)) / below;
    let half = critical * (share * (1.0 - share) / n + square / (4.0 * n * n)).sqrt() / below;
    ((center - half).max(0.0), (center + half).min(1.0))
}

/// The standard error of the mean of independent values; 0 of fewer than two.
pub(super) fn stderr(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let middle = mean(values);
    let squares: Vec<f64> = values.iter().map(|one| (one - middle) * (one - middle)).collect();
    (mean(&squares) / (count(values.len()) - 1.0)).sqrt()
}
