//! Version 4.0, section 8, by the crate `cvss`.

use super::metrics::Metrics;
use cvss::v4::Vector;

/// Scores of the base metrics, with the threat metric, with all. The rules of nomenclature (section 1.3) call them CVSS-B,
/// CVSS-BT and CVSS-BTE.
pub(super) fn scores(metrics: &Metrics<'_>) -> Option<(f64, f64, f64)> {
    let base = score(metrics, |name| !environmental(name) && name != "E")?;
    let temporal = score(metrics, |name| !environmental(name))?;
    Some((base, temporal, score(metrics, |_| true)?))
}

/// Whether it is an environmental metric: a requirement or a modified base metric.
fn environmental(name: &str) -> bool {
    name.starts_with('M') || matches!(name, "CR" | "IR" | "AR")
}

fn score(metrics: &Metrics<'_>, keep: impl Fn(&str) -> bool) -> Option<f64> {
    let vector: Vector = format!("CVSS:4.0/{}", metrics.text(keep)).parse().ok()?;
    Some(vector.score().value())
}
