//! Two logs over the samples that both have, and a log beside a number.

use std::collections::BTreeMap;

use super::decide::needed;
use super::interval::{Spread, stderr, wilson_bounds};
use super::quantile::count;
use super::{Measured, Method, interval, mean, normal_quantile, t_quantile};

/// A difference, with its uncertainty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// How much more the first has than the second.
    pub estimate: f64,
    /// Lower bound.
    pub lower: f64,
    /// Upper bound.
    pub upper: f64,
    /// How sure: 0.95 is two-sided.
    pub level: f64,
    /// Which of them is larger.
    pub direction: Direction,
    /// Samples that both have; those of the first, if the second is a number.
    pub samples: u64,
    /// Samples that only the first has.
    pub only_first: u64,
    /// Samples that only the second has.
    pub only_second: u64,
}

/// Which of two is larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The first.
    Higher,
    /// The second.
    Lower,
    /// The interval has zero in it: not decidable with this many samples.
    NotDecidable {
        /// How many samples would decide it if everything else stayed as it is; `None` if ten million would not.
        needed: Option<u64>,
    },
}

impl Direction {
    /// The stable word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Higher => "higher",
            Self::Lower => "lower",
            Self::NotDecidable { .. } => "not-decidable",
        }
    }

    fn of(lower: f64, upper: f64, needed: impl FnOnce() -> Option<u64>) -> Self {
        match () {
            () if lower > 0.0 => Self::Higher,
            () if upper < 0.0 => Self::Lower,
            () => Self::NotDecidable { needed: needed() },
        }
    }
}

/// The paired difference over shared samples: how hard a sample is drops out, since both answered it.
pub fn paired(first: &Measured, second: &Measured, level: f64) -> Difference {
    let others: BTreeMap<&str, f64> =
        second.samples.iter().map(|sample| (sample.id.as_str(), sample.mean())).collect();
    let both =
        first.samples.iter().filter_map(|sample| Some(sample.mean() - others.get(sample.id.as_str())?));
    let off: Vec<f64> = both.collect();
    let (estimate, error, shared) = (mean(&off), stderr(&off), count(off.len()));
    let spread = Spread { estimate, stderr: error, samples: shared, values: shared };
    let bounded = first.is_share() && second.is_share();
    let method = match () {
        () if off.len() >= 2 && error > 0.0 => Method::Student,
        // All the same: Student's would be a point, so the widest that the scale allows, from -1 to 1.
        () if bounded && !off.is_empty() => Method::Wilson,
        () => Method::None,
    };
    let (lower, upper) = match method {
        Method::Wilson => {
            let critical = normal_quantile(1.0 - (1.0 - level) / 2.0);
            let (lower, upper) = wilson_bounds(f64::midpoint(estimate, 1.0), shared, critical);
            (2.0 * lower - 1.0, 2.0 * upper - 1.0)
        }
        other => {
            let (lower, upper, _) = spread.bounds(other, level);
            (lower, upper)
        }
    };
    let direction = Direction::of(lower, upper, || match method {
        Method::Wilson => {
            needed(Spread { estimate: f64::midpoint(estimate, 1.0), ..spread }, method, level, 0.5)
        }
        other => needed(spread, other, level, 0.0),
    });
    let shared = off.len() as u64;
    Difference {
        estimate: if off.is_empty() { f64::NAN } else { estimate },
        lower,
        upper,
        level,
        direction,
        samples: shared,
        only_first: (first.samples.len() as u64).saturating_sub(shared),
        only_second: (second.samples.len() as u64).saturating_sub(shared),
    }
}

/// A number to compare with: people, another model, an earlier checkpoint of which no log is left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Baseline {
    /// The number.
    pub value: f64,
    /// Its standard error; `None` if it counts as exact.
    pub stderr: Option<f64>,
    /// From how many samples it is; `None` if its standard error counts as exact.
    pub samples: Option<u64>,
}

/// The difference from a number. An exact number moves the interval of the mean; one with an error makes it wider (Welch 1947).
pub fn against(measured: &Measured, baseline: Baseline, level: f64) -> Difference {
    let own = interval(measured, level);
    let estimate = own.estimate - baseline.value;
    let (samples, other) = (count(measured.samples.len()), baseline.stderr.filter(|error| *error > 0.0));
    let (lower, upper) = match (other, own.method) {
        (_, Method::None) => (f64::NEG_INFINITY, f64::INFINITY),
        (None, _) => (own.lower - baseline.value, own.upper - baseline.value),
        (Some(error), _) => {
            let (a, b) = (own.stderr * own.stderr, error * error);
            let of = |part: f64, freedom: f64| if part == 0.0 { 0.0 } else { part * part / freedom };
            let theirs = baseline.samples.map_or(0.0, |samples| of(b, (whole(samples) - 1.0).max(1.0)));
            let below = of(a, (samples - 1.0).max(1.0)) + theirs;
            let upper_tail = 1.0 - (1.0 - level) / 2.0;
            let critical = if below > 0.0 {
                t_quantile(upper_tail, (a + b) * (a + b) / below)
            } else {
                normal_quantile(upper_tail)
            };
            let half = critical * (a + b).sqrt();
            (estimate - half, estimate + half)
        }
    };
    let spread =
        Spread { estimate: own.estimate, stderr: own.stderr, samples, values: count(measured.values()) };
    // How many samples a baseline would need itself is not ours to say.
    let direction = Direction::of(lower, upper, || {
        if other.is_none() { needed(spread, own.method, level, baseline.value) } else { None }
    });
    Difference {
        estimate,
        lower,
        upper,
        level,
        direction,
        samples: own.samples,
        only_first: 0,
        only_second: 0,
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of samples")]
fn whole(value: u64) -> f64 {
    value as f64
}
