//! Versions 3.0 (section 8) and 3.1 (section 7): the equations.

use super::Version;
use super::metrics::Metrics;

/// Base, temporal, environmental score; none if a metric is missing, which a parsed vector has.
pub(super) fn scores(metrics: &Metrics<'_>, version: Version) -> Option<(f64, f64, f64)> {
    let plain = |name: &str| metrics.get(name);
    let modified = |name: &str| metrics.modified(name);
    let time = time(metrics);
    let base = {
        let (c, i, a) = (impact(plain("C"))?, impact(plain("I"))?, impact(plain("A"))?);
        let changed = plain("S") == "C";
        let part = 1.0 - (1.0 - c) * (1.0 - i) * (1.0 - a);
        whole(sub_score(part, changed, Version::V30), exploitability(&plain, changed), changed)
    };
    let environmental = {
        let (c, i, a) = (impact(modified("C"))?, impact(modified("I"))?, impact(modified("A"))?);
        let [cr, ir, ar] = ["CR", "IR", "AR"].map(|m| requirement(metrics.get(m)));
        let changed = modified("S") == "C";
        let part = (1.0 - (1.0 - c * cr) * (1.0 - i * ir) * (1.0 - a * ar)).min(0.915);
        whole(sub_score(part, changed, version), exploitability(&modified, changed), changed)
    };
    Some((base, round_up(base * time), round_up(environmental * time)))
}

fn impact(value: &str) -> Option<f64> {
    match value {
        "H" => Some(0.56),
        "L" => Some(0.22),
        "N" => Some(0.0),
        _ => None,
    }
}

fn requirement(value: &str) -> f64 {
    match value {
        "H" => 1.5,
        "L" => 0.5,
        _ => 1.0,
    }
}

/// 3.1 changed one term, for the environmental score alone.
fn sub_score(part: f64, changed: bool, version: Version) -> f64 {
    match (changed, version) {
        (false, _) => 6.42 * part,
        (true, Version::V31) => 7.52 * (part - 0.029) - 3.25 * (part * 0.9731 - 0.02).powi(13),
        (true, _) => 7.52 * (part - 0.029) - 3.25 * (part - 0.02).powi(15),
    }
}

fn exploitability<'v>(value: &dyn Fn(&str) -> &'v str, changed: bool) -> f64 {
    let vector = match value("AV") {
        "N" => 0.85,
        "A" => 0.62,
        "L" => 0.55,
        _ => 0.2,
    };
    let complexity = if value("AC") == "L" { 0.77 } else { 0.44 };
    let privileges = match (value("PR"), changed) {
        ("N", _) => 0.85,
        ("L", false) => 0.62,
        ("L", true) => 0.68,
        (_, false) => 0.27,
        (_, true) => 0.5,
    };
    let interaction = if value("UI") == "N" { 0.85 } else { 0.62 };
    8.22 * vector * complexity * privileges * interaction
}

fn whole(impact: f64, exploitability: f64, changed: bool) -> f64 {
    let factor = if changed { 1.08 } else { 1.0 };
    // Nothing comes of no impact; "no" is compared with the room that binary fractions need.
    if impact <= 1e-12 { 0.0 } else { round_up((factor * (impact + exploitability)).min(10.0)) }
}

/// Product of the temporal metrics.
fn time(metrics: &Metrics<'_>) -> f64 {
    let exploit = match metrics.get("E") {
        "F" => 0.97,
        "P" => 0.94,
        "U" => 0.91,
        _ => 1.0,
    };
    let remedy = match metrics.get("RL") {
        "W" => 0.97,
        "T" => 0.96,
        "O" => 0.95,
        _ => 1.0,
    };
    let report = match metrics.get("RC") {
        "R" => 0.96,
        "U" => 0.92,
        _ => 1.0,
    };
    exploit * remedy * report
}

/// The smallest number with one decimal that is not less: of decimal fractions, which binary ones miss by less than 1e-12.
fn round_up(value: f64) -> f64 {
    // Of nothing the difference is a negative zero, which would be written with its sign.
    (value * 10.0 - 1e-9).ceil() / 10.0 + 0.0
}
