//! Version 2.0, section 3.2, by the crate `cvss`.

use super::metrics::Metrics;
use cvss::v2::Vector;

/// Base, temporal, environmental score.
pub(super) fn scores(metrics: &Metrics<'_>) -> Option<(f64, f64, f64)> {
    let vector: Vector = metrics.text(|_| true).parse().ok()?;
    Some((vector.score().value(), vector.temporal_score().value(), vector.environmental_score().value()))
}
