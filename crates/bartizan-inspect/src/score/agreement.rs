//! Krippendorff's alpha (`inspect_ai/scorer/_metrics/krippendorff.py`): how far several judges agree.

use std::collections::BTreeMap;

use super::spread::count;
use super::{Scalar, Value};

/// The scale of the judgements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    Nominal,
    Ordinal,
    Interval,
}

/// Alpha over the lists of judgements, one of each sample.
pub(super) fn alpha(values: &[&Value], scale: Scale) -> Result<f64, String> {
    let lists = values.iter().filter_map(|value| match value {
        Value::List(items) if items.len() >= 2 => Some(items.as_slice()),
        _ => None,
    });
    if scale == Scale::Nominal {
        let mut names = BTreeMap::new();
        let units: Vec<Vec<usize>> = lists
            .map(|items| {
                let numbered = items.iter().map(|one| {
                    let next = names.len();
                    *names.entry(one.key()).or_insert(next)
                });
                numbered.collect()
            })
            .collect();
        return Ok(ratio(&units, nominal));
    }
    let mut units: Vec<Vec<f64>> = Vec::new();
    for items in lists {
        let numbers: Option<Vec<f64>> = items.iter().map(Scalar::numeric).collect();
        units.push(numbers.ok_or("judgements that are no numbers have no order")?);
    }
    if scale == Scale::Ordinal {
        ranks(&mut units);
    }
    Ok(ratio(&units, squared))
}

fn ratio<T: Copy>(units: &[Vec<T>], disagreement: impl Fn(&[T]) -> f64) -> f64 {
    let flat: Vec<T> = units.iter().flatten().copied().collect();
    if flat.len() < 2 {
        return f64::NAN;
    }
    let all = count(flat.len());
    let observed = units.iter().map(|unit| disagreement(unit) / (count(unit.len()) - 1.0)).sum::<f64>() / all;
    let expected = disagreement(&flat) / (all * (all - 1.0));
    if expected == 0.0 { 1.0 } else { 1.0 - observed / expected }
}

fn nominal(unit: &[usize]) -> f64 {
    let mut counts: BTreeMap<usize, f64> = BTreeMap::new();
    for one in unit {
        *counts.entry(*one).or_default() += 1.0;
    }
    count(unit.len()).powi(2) - counts.values().map(|one| one * one).sum::<f64>()
}

fn squared(unit: &[f64]) -> f64 {
    let middle = crate::statistics::mean(unit);
    2.0 * count(unit.len()) * unit.iter().map(|one| (one - middle).powi(2)).sum::<f64>()
}

/// In place of each value, how many are below it and half of those that equal it.
fn ranks(units: &mut [Vec<f64>]) {
    let mut sorted: Vec<f64> = units.iter().flatten().copied().collect();
    sorted.sort_by(f64::total_cmp);
    for one in units.iter_mut().flatten() {
        let (below, to) =
            (sorted.partition_point(|other| other < one), sorted.partition_point(|other| other <= one));
        *one = f64::midpoint(count(below), count(to));
    }
}
