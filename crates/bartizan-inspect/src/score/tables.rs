//! The metrics of one score, under the keys that results have for them.

use super::ComputedScore;
use super::glob::fits;
use super::metric::{Item, Outcome, compute};
use super::recompute::{MOST, WORK};
use super::{Scalar, Value};
use crate::log::{Definition, PerKey};

/// The value of a metric; over nothing, what it makes of nothing if that has several values.
pub(super) fn value(definition: &Definition, items: &[Item<'_>]) -> Result<Outcome, String> {
    match compute(definition, items)? {
        Outcome::One(_) if items.is_empty() => Ok(Outcome::One(f64::NAN)),
        Outcome::Several(values) if items.is_empty() && values.is_empty() => Ok(Outcome::One(f64::NAN)),
        outcome => Ok(outcome),
    }
}

pub(super) fn whole(
    items: &[Item<'_>],
    metrics: &[Definition],
    scorer: &str,
    reducer: Option<&str>,
) -> ComputedScore {
    let scored: Vec<Item<'_>> = items.iter().filter(|item| !item.value.is_unscored()).cloned().collect();
    let mut found: Vec<(String, Result<f64, String>)> = Vec::new();
    for definition in metrics {
        let key = unique_key(definition.short_name(), &found);
        match value(definition, &scored) {
            Ok(Outcome::One(one)) => found.push((key, Ok(one))),
            Err(why) => found.push((key, Err(why))),
            Ok(Outcome::Several(several)) => {
                for (name, one) in several {
                    let name = unique_key(&name, &found);
                    found.push((name, Ok(one)));
                }
            }
        }
    }
    ComputedScore {
        name: scorer.to_owned(),
        scorer: scorer.to_owned(),
        reducer: reducer.map(str::to_owned),
        scored: scored.len() as u64,
        unscored: (items.len() - scored.len()) as u64,
        metrics: found,
    }
}

/// The key of a metric in results: its name, and a number if that is taken.
fn unique_key(name: &str, taken: &[(String, Result<f64, String>)]) -> String {
    if !taken.iter().any(|(key, _)| key == name) {
        return name.to_owned();
    }
    let mut next = 2_u64;
    for (key, _) in taken {
        let Some(rest) = key.strip_prefix(name) else { continue };
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        if let Ok(number) = digits.parse::<u64>()
            && number >= next
        {
            next = number.saturating_add(1);
        }
    }
    format!("{name}{next}")
}

/// The keys that the patterns of a table name, by the first score that is an object.
pub(super) fn resolved(table: &PerKey, items: &[Item<'_>]) -> Result<PerKey, String> {
    let Some(base) = items
        .iter()
        .find_map(|item| if let Value::Keys(members) = &item.value { Some(members) } else { None })
    else {
        return Ok(table.clone());
    };
    let letters = |names: &mut dyn Iterator<Item = usize>| names.fold(0_usize, usize::saturating_add);
    let (keys, patterns) = (
        letters(&mut base.iter().map(|(key, _)| key.len() + 1)),
        letters(&mut table.iter().map(|(key, _)| key.len() + 1)),
    );
    if keys.saturating_mul(patterns) > WORK {
        return Err("members and patterns are more than can be compared".into());
    }
    let mut found: PerKey = Vec::new();
    for (pattern, metrics) in table {
        for (key, _) in base.iter().filter(|(key, _)| fits(pattern, key)) {
            let place = found.iter().position(|(name, _)| name == key).unwrap_or_else(|| {
                found.push((key.clone(), Vec::new()));
                found.len() - 1
            });
            if found.len() > MOST {
                return Err(format!("there are more than {MOST} members"));
            }
            for metric in metrics {
                if !found[place].1.iter().any(|one| one.log_name() == metric.log_name()) {
                    found[place].1.push(metric.clone());
                }
            }
        }
    }
    Ok(found)
}

/// The values of a member: those with a number, and how many have none.
pub(super) fn column<'a>(items: &[Item<'a>], key: &str) -> Result<(Vec<Item<'a>>, usize), String> {
    let (mut scored, mut unscored) = (Vec::new(), 0);
    for item in items {
        match &item.value {
            Value::Keys(members) => {
                let found = members.iter().rev().find(|(name, _)| name == key);
                let (_, one) = found.ok_or_else(|| format!("a score without the member {key}"))?;
                if one.is_nan() {
                    unscored += 1;
                } else {
                    scored.push(Item { value: Value::One(one.clone()), ..item.clone() });
                }
            }
            Value::One(Scalar::Float(value)) if value.is_nan() => unscored += 1,
            _ => return Err("metrics by member over a score that is no object".into()),
        }
    }
    Ok((scored, unscored))
}

pub(super) fn member(
    items: &[Item<'_>],
    key: &str,
    metrics: &[Definition],
    scorer: &str,
    reducer: Option<&str>,
) -> Result<ComputedScore, String> {
    let (scored, unscored) = column(items, key)?;
    let mut found: Vec<(String, Result<f64, String>)> = Vec::new();
    let mut put =
        |name: String, one: Result<f64, String>| match found.iter_mut().find(|(key, _)| *key == name) {
            Some(same) => same.1 = one,
            None => found.push((name, one)),
        };
    for definition in metrics {
        let name = definition.log_name();
        match value(definition, &scored) {
            Ok(Outcome::One(one)) => put(name.to_owned(), Ok(one)),
            Err(why) => put(name.to_owned(), Err(why)),
            Ok(Outcome::Several(several)) => {
                for (inner, one) in several {
                    put(format!("{name}_{inner}"), Ok(one));
                }
            }
        }
    }
    Ok(ComputedScore {
        name: key.to_owned(),
        scorer: scorer.to_owned(),
        reducer: reducer.map(str::to_owned),
        scored: scored.len() as u64,
        unscored: unscored as u64,
        metrics: found,
    })
}
