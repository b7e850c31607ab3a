//! A threshold, decided with its uncertainty.

use super::interval::Spread;
use super::{Interval, Measured, Method, interval};

/// Where a model stands to a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The whole interval lies below the threshold.
    Below,
    /// The whole interval lies at or above the threshold.
    AtOrAbove,
    /// The threshold lies within the interval: not decidable with this many samples.
    NotDecidable {
        /// How many samples would decide it if the estimate stayed as it is; `None` if ten million would not.
        needed: Option<u64>,
    },
}

impl Decision {
    /// The stable word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Below => "below",
            Self::AtOrAbove => "at-or-above",
            Self::NotDecidable { .. } => "not-decidable",
        }
    }
}

/// A decision and what it stands on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decided {
    /// The threshold.
    pub threshold: f64,
    /// The decision.
    pub decision: Decision,
    /// The interval.
    pub interval: Interval,
}

/// More samples than this are not asked for.
const MOST: f64 = 1e7;

/// Decides about a threshold at a level.
///
/// ```
/// use bartizan_inspect::statistics::{Decision, Measured, decide};
///
/// // 8 of 10: between 0.49 and 0.94.
/// let measured = Measured::plain([1., 1., 1., 1., 1., 1., 1., 1., 0., 0.]);
/// assert_eq!(decide(&measured, 0.45, 0.95).decision, Decision::AtOrAbove);
/// assert_eq!(decide(&measured, 0.60, 0.95).decision, Decision::NotDecidable { needed: Some(24) });
/// assert_eq!(decide(&measured, 0.95, 0.95).decision, Decision::Below);
/// ```
pub fn decide(measured: &Measured, threshold: f64, level: f64) -> Decided {
    let interval = interval(measured, level);
    let decision = stands(interval.lower, interval.upper, threshold).unwrap_or_else(|| {
        let values = super::quantile::count(measured.values());
        let samples = super::quantile::count(measured.samples.len());
        let spread = Spread { estimate: interval.estimate, stderr: interval.stderr, samples, values };
        Decision::NotDecidable { needed: needed(spread, interval.method, level, threshold) }
    });
    Decided { threshold, decision, interval }
}

fn stands(lower: f64, upper: f64, threshold: f64) -> Option<Decision> {
    if lower >= threshold {
        return Some(Decision::AtOrAbove);
    }
    (upper < threshold).then_some(Decision::Below)
}

/// The fewest samples whose interval would leave the threshold out.
pub(super) fn needed(spread: Spread, method: Method, level: f64, threshold: f64) -> Option<u64> {
    if method == Method::None || spread.estimate == threshold || threshold.is_nan() {
        return None;
    }
    let decides = |samples: f64| {
        let (lower, upper, _) = spread.with(samples).bounds(method, level);
        stands(lower, upper, threshold).is_some()
    };
    let (mut low, mut high) = (spread.samples, spread.samples);
    while !decides(high) {
        if high >= MOST {
            return None;
        }
        low = high;
        high = (high * 2.0).min(MOST);
    }
    while high - low > 1.0 {
        let middle = f64::midpoint(low, high).floor();
        if decides(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(whole(high))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to ten million")]
fn whole(value: f64) -> u64 {
    value.ceil() as u64
}
