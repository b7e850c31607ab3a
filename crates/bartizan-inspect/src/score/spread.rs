//! Means, deviations and intervals as Inspect's metrics have them (`inspect_ai/scorer/_metrics/std.py`).

use crate::statistics::{mean, normal_quantile, t_quantile};

/// The sample variance; 0 for fewer than two values.
pub(super) fn variance(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let middle = mean(values);
    let squares: Vec<f64> = values.iter().map(|one| (one - middle) * (one - middle)).collect();
    mean(&squares) * count(values.len()) / (count(values.len()) - 1.0)
}

/// The standard error of the mean.
pub(super) fn stderr(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { variance(values).sqrt() / count(values.len()).sqrt() }
}

/// The same where values of a cluster hang together (arXiv 2411.00640, appendix A, with the correction for few clusters).
pub(super) fn clustered(clusters: &[Vec<f64>]) -> f64 {
    if clusters.len() < 2 {
        return 0.0;
    }
    let all: Vec<f64> = clusters.iter().flatten().copied().collect();
    let middle = mean(&all);
    let sums = clusters.iter().map(|cluster| {
        let off: Vec<f64> = cluster.iter().map(|one| one - middle).collect();
        let sum = mean(&off) * count(off.len());
        sum * sum
    });
    let many = count(clusters.len());
    (sums.sum::<f64>() * many / (many - 1.0)).sqrt() / count(all.len())
}

/// `ci(method="t")`: from, to.
pub(super) fn t_interval(values: &[f64], clusters: Option<&[Vec<f64>]>, level: f64) -> (f64, f64) {
    if values.len() < 2 {
        let point = values.first().copied().unwrap_or(0.0);
        return (point, point);
    }
    let (error, freedom) = match clusters {
        Some(clusters) => (clustered(clusters), (count(clusters.len()) - 1.0).max(1.0)),
        None => (stderr(values), count(values.len()) - 1.0),
    };
    let half = t_quantile(1.0 - (1.0 - level) / 2.0, freedom) * error;
    (mean(values) - half, mean(values) + half)
}

/// `ci_wilson()`: from, to. Clusters make the number of values smaller, to what independent ones would tell as much as.
pub(super) fn wilson(values: &[f64], clusters: Option<&[Vec<f64>]>, level: f64) -> (f64, f64) {
    if values.is_empty() {
        return (0.0, 0.0);
    }
    let tail = (1.0 - level) / 2.0;
    let (mut n, share) = (count(values.len()), mean(values));
    let mut critical = -normal_quantile(tail);
    if let Some(clusters) = clusters {
        let (spread, error) = (share * (1.0 - share), clustered(clusters).powi(2));
        if spread > 0.0 && error > 0.0 {
            n = n.min(spread / error);
        }
        critical = t_quantile((1.0 - tail).min(1.0_f64.next_down()), count(clusters.len()) - 1.0);
    }
    crate::statistics::wilson_bounds(share, n, critical)
}

#[expect(clippy::cast_precision_loss, reason = "numbers of samples")]
pub(super) fn count(values: usize) -> f64 {
    values as f64
}
