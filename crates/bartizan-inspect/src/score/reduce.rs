//! From the values of a sample in several epochs to one (`inspect_ai/scorer/_reducer/reducer.py`).

use std::collections::BTreeMap;

use super::{Scalar, Value};

/// How values of epochs become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reducer {
    /// Their mean.
    Mean,
    /// Their median.
    Median,
    /// The most frequent; of equally frequent ones, the first.
    Mode,
    /// The one that more than half have.
    Majority,
    /// The largest; of equally large ones, the first.
    Max,
    /// A list of them.
    Collect,
    /// 1 if at least so many are 1 or more.
    AtLeast(u32),
    /// The chance that one of so many tries succeeds (arXiv 2107.03374).
    PassAt(u32),
    /// The chance that all of so many tries succeed (arXiv 2406.12045).
    PassK(u32),
}

impl Reducer {
    /// By the name in a log: `mean`, `at_least_2`, `pass_at_5`. A threshold other than 1 is not in the name; Inspect, too, recomputes
    /// with 1.
    pub fn named(name: &str) -> Option<Self> {
        let plain = match name {
            "mean" => Some(Self::Mean),
            "median" => Some(Self::Median),
            "mode" => Some(Self::Mode),
            "majority" => Some(Self::Majority),
            "max" => Some(Self::Max),
            "collect" => Some(Self::Collect),
            _ => None,
        };
        plain.or_else(|| {
            let (kind, k) = name.rsplit_once('_')?;
            let k = k.parse().ok()?;
            match kind {
                "at_least" => Some(Self::AtLeast(k)),
                "pass_at" => Some(Self::PassAt(k)),
                "pass_k" => Some(Self::PassK(k)),
                _ => None,
            }
        })
    }

    /// The value of a sample from those of its epochs, in their order.
    ///
    /// # Errors
    /// Values of several shapes, for which Inspect, too, has no rule.
    pub fn reduce(self, values: &[&Value]) -> Result<Value, String> {
        const NAN: Value = Value::One(Scalar::Float(f64::NAN));
        if self == Self::Collect {
            return collect(values);
        }
        match values.iter().find(|value| !value.is_unscored()) {
            None => Ok(NAN),
            Some(Value::One(_)) => {
                let scalars: Result<Vec<&Scalar>, String> =
                    values.iter().map(|value| self.scalar(value)).collect();
                Ok(Value::One(self.one(&scalars?, values.len())))
            }
            Some(Value::List(first)) => {
                let lists = lists(values, first.len())?;
                let places =
                    (0..first.len()).map(|place| lists.iter().map(|list| &list[place]).collect::<Vec<_>>());
                Ok(Value::List(places.map(|column| self.one(&column, values.len())).collect()))
            }
            Some(Value::Keys(first)) => {
                let mut reduced = Vec::with_capacity(first.len());
                for (key, column) in columns(values, first)? {
                    reduced.push((key.to_owned(), self.one(&column, values.len())));
                }
                Ok(Value::Keys(reduced))
            }
        }
    }

    fn scalar(self, value: &Value) -> Result<&Scalar, String> {
        const ZERO: &Scalar = &Scalar::Int(0);
        match value {
            Value::One(one) => Ok(one),
            // `value_to_float()` makes 0 of it.
            _ if matches!(self, Self::Mean | Self::Median | Self::PassAt(_) | Self::PassK(_) | Self::Max) => {
                Ok(ZERO)
            }
            _ => Err("a plain value in one epoch, and none in another".into()),
        }
    }

    fn one(self, column: &[&Scalar], panel: usize) -> Scalar {
        let scored: Vec<&Scalar> = column.iter().copied().filter(|one| !one.is_nan()).collect();
        let floats: Vec<f64> = scored.iter().map(|one| one.to_float()).filter(|one| !one.is_nan()).collect();
        if scored.is_empty() || floats.is_empty() {
            return Scalar::Float(f64::NAN);
        }
        match self {
            Self::Mean => Scalar::Float(crate::statistics::mean(&floats)),
            Self::Median => Scalar::Float(median(floats)),
            Self::Mode => most_common(&scored).0.clone(),
            Self::Majority => match most_common(&scored) {
                (value, count) if count * 2 > panel => value.clone(),
                _ => Scalar::Float(f64::NAN),
            },
            Self::Max => largest(&scored).clone(),
            Self::AtLeast(k) => {
                Scalar::Int(i128::from(floats.iter().filter(|one| **one >= 1.0).count() >= k as usize))
            }
            Self::PassAt(k) => Scalar::Float(pass_at(&floats, k)),
            Self::PassK(k) => Scalar::Float(pass_k(&floats, k)),
            Self::Collect => Scalar::Null,
        }
    }
}

fn collect(values: &[&Value]) -> Result<Value, String> {
    let mut list = Vec::new();
    for value in values {
        match value {
            Value::One(one) if one.is_nan() => {}
            Value::One(one) => list.push(one.clone()),
            _ => return Err("only plain values can be collected".into()),
        }
    }
    Ok(if list.is_empty() { Value::One(Scalar::Float(f64::NAN)) } else { Value::List(list) })
}

fn lists<'a>(values: &[&'a Value], length: usize) -> Result<Vec<&'a [Scalar]>, String> {
    let mut lists = Vec::new();
    for value in values {
        match value {
            Value::List(items) if items.len() == length => lists.push(items.as_slice()),
            Value::List(_) => return Err("lists of several lengths".into()),
            other if other.is_unscored() => {}
            _ => return Err("a list in one epoch, and none in another".into()),
        }
    }
    Ok(lists)
}

type Column<'a> = (&'a str, Vec<&'a Scalar>);

fn columns<'a>(values: &[&'a Value], first: &'a [(String, Scalar)]) -> Result<Vec<Column<'a>>, String> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut columns: Vec<Column<'a>> = Vec::new();
    for (key, _) in first {
        places.entry(key).or_insert_with(|| {
            columns.push((key, Vec::new()));
            columns.len() - 1
        });
    }
    for value in values {
        match value {
            Value::Keys(members) => {
                // Of a key that stands twice, the last counts.
                let found: BTreeMap<&str, &'a Scalar> =
                    members.iter().map(|(key, one)| (key.as_str(), one)).collect();
                if found.len() != places.len() || found.keys().any(|key| !places.contains_key(key)) {
                    return Err("members that are not the same in every epoch".into());
                }
                for (key, one) in found {
                    columns[places[key]].1.push(one);
                }
            }
            other if other.is_unscored() => {}
            _ => return Err("an object in one epoch, and none in another".into()),
        }
    }
    Ok(columns)
}

/// The most frequent value, the first of equally frequent ones, and how often it is there.
fn most_common<'a>(values: &[&'a Scalar]) -> (&'a Scalar, usize) {
    let mut counts: BTreeMap<(u8, u64, &str), (usize, usize)> = BTreeMap::new();
    for (place, one) in values.iter().enumerate() {
        counts.entry(one.key()).or_insert((0, place)).0 += 1;
    }
    let best = counts.values().copied().max_by_key(|(count, place)| (*count, std::cmp::Reverse(*place)));
    best.map_or((&Scalar::Null, 0), |(count, place)| (values[place], count))
}

fn largest<'a>(values: &[&'a Scalar]) -> &'a Scalar {
    let best = values
        .iter()
        .copied()
        .reduce(|best, next| if next.to_float() > best.to_float() { next } else { best });
    best.unwrap_or(&Scalar::Null)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    if values.len() % 2 == 1 { values[half] } else { f64::midpoint(values[half - 1], values[half]) }
}

fn right(values: &[f64]) -> (f64, f64) {
    (count(values.len()), count(values.iter().filter(|one| **one >= 1.0).count()))
}

fn pass_at(values: &[f64], k: u32) -> f64 {
    let (total, right) = right(values);
    let k = f64::from(k);
    if total < k {
        return f64::NAN;
    }
    if total - right < k {
        return 1.0;
    }
    let (mut product, mut one) = (1.0, total - right + 1.0);
    while one <= total {
        product *= 1.0 - k / one;
        one += 1.0;
    }
    1.0 - product
}

/// `C(right, k) / C(total, k)`.
fn pass_k(values: &[f64], k: u32) -> f64 {
    let (total, right) = right(values);
    if total < f64::from(k) {
        return f64::NAN;
    }
    // Beyond `right` tries the product is 0; before that it is shorter than the list of values.
    if f64::from(k) > right {
        return 0.0;
    }
    (0..k).map(|one| (right - f64::from(one)) / (total - f64::from(one))).product()
}

#[expect(clippy::cast_precision_loss, reason = "numbers of epochs")]
fn count(values: usize) -> f64 {
    values as f64
}
