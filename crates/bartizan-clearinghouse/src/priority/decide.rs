//! From what is known to the outcomes that are possible, with the rows that give them.

use std::collections::BTreeMap;

use super::fault::{Code, Fault};
use super::table::{BuiltIn, Point, Table, Values};

/// Where something is known from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    /// Who or what says it, e.g. `KEV`, `cert`, `inventory`.
    pub source: String,
    /// Of when that is, in microseconds since 1970.
    pub date: i64,
    /// What it says, in words.
    pub words: String,
}

/// What one source says of one decision point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The point, e.g. `ssvc:A:2.0.0`.
    pub point: String,
    /// Keys of the values that it leaves possible; at least one.
    pub keys: Vec<String>,
    /// Where from.
    pub evidence: Evidence,
}

/// What is known of one decision point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The point.
    pub point: Point,
    /// The values that are possible; all if nothing is known.
    pub values: Values,
    /// Where from; empty if nothing is known.
    pub evidence: Vec<Evidence>,
    /// The sources contradict each other: what each leaves possible stays possible.
    pub disagree: bool,
    /// The decision it was derived by, e.g. human impact from safety and mission.
    pub derived: Option<Box<Decision>>,
}

impl Known {
    /// Keys of the possible values.
    pub fn keys(&self) -> Vec<&str> {
        self.values
            .iter()
            .filter_map(|v| self.point.values.get(usize::from(v)))
            .map(|v| v.key.as_str())
            .collect()
    }
}

/// An outcome that is possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Its place among the outcomes of the table, the least severe 0.
    pub severity: u8,
    /// Numbers of the rows that give it.
    pub rows: Vec<usize>,
}

/// What another value of one point would do, everything else as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The point.
    pub point: String,
    /// Key of the value.
    pub value: String,
    /// Whether the value is possible by what is known: then to learn it is enough.
    pub possible: bool,
    /// Keys of the outcomes there would be.
    pub outcomes: Vec<String>,
}

/// A decision that explains itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Id of the table.
    pub table: String,
    /// What is known of each point, in the order of the table.
    pub known: Vec<Known>,
    /// All possible outcomes and no other, the least severe first.
    pub outcomes: Vec<Outcome>,
    /// What would change the answer.
    pub changes: Vec<Change>,
}

impl Decision {
    /// The outcome, if only one is possible.
    pub fn certain(&self) -> Option<&Outcome> {
        match self.outcomes.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    /// The most severe outcome that is possible: what to plan for until more is known.
    pub fn worst(&self) -> Option<&Outcome> {
        self.outcomes.last()
    }

    /// Keys of the outcomes.
    pub fn keys(&self) -> Vec<&str> {
        self.outcomes.iter().map(|outcome| outcome.key.as_str()).collect()
    }
}

/// Decides by a table from everything that was said. What is said of other points is not looked at; a point of which nothing is said
/// is derived by the table that decides it, if there is one, and else has all its values.
///
/// The set of outcomes is exact for the sets of values. Of a table of one's own, two of whose points derive from the same point, it may
/// be larger; no built-in one is such.
pub fn decide(table: &Table, said: &[Said]) -> Result<Decision, Fault> {
    decide_within(table, said, 3)
}

/// The tables derive from each other at most three deep; a table of a user's cannot make this run for ever.
fn decide_within(table: &Table, said: &[Said], depth: u8) -> Result<Decision, Fault> {
    let known = table.points.iter().map(|p| known(table, p, said, depth)).collect::<Result<Vec<_>, _>>()?;
    let sets: Vec<Values> = known.iter().map(|known| known.values).collect();
    let found = outcomes(table, &sets);
    let keys: Vec<&String> = found.iter().map(|outcome| &outcome.key).collect();
    let mut changes = Vec::new();
    for (at, point) in table.points.iter().enumerate() {
        for (value, named) in (0u8..).zip(&point.values) {
            let mut other = sets.clone();
            other[at] = Values::one(value);
            let then: Vec<String> = outcomes(table, &other).into_iter().map(|outcome| outcome.key).collect();
            if !then.iter().eq(keys.iter().copied()) {
                let (point, value_key) = (point.id.clone(), named.key.clone());
                let possible = sets[at].has(value);
                changes.push(Change { point, value: value_key, possible, outcomes: then });
            }
        }
    }
    Ok(Decision { table: table.id.clone(), known, outcomes: found, changes })
}

/// All outcomes of the rows whose values are all possible.
fn outcomes(table: &Table, sets: &[Values]) -> Vec<Outcome> {
    let mut rows: BTreeMap<u8, Vec<usize>> = BTreeMap::new();
    for (number, row) in table.rows.iter().enumerate() {
        if row.values.iter().zip(sets).all(|(&value, set)| set.has(value)) {
            rows.entry(row.outcome).or_default().push(number);
        }
    }
    let named = |(severity, rows): (u8, Vec<usize>)| {
        let value = table.outcome.values.get(usize::from(severity))?;
        Some(Outcome { key: value.key.clone(), name: value.name.clone(), severity, rows })
    };
    rows.into_iter().filter_map(named).collect()
}

fn known(table: &Table, point: &Point, said: &[Said], depth: u8) -> Result<Known, Fault> {
    let mut sets = Vec::new();
    let mut evidence = Vec::new();
    for one in said.iter().filter(|one| one.point == point.id) {
        let set = point.values_of(one.keys.iter().map(String::as_str))?;
        if set.is_empty() {
            return Err(Fault::new(Code::NoSuchValue, format!("{} is said to have no value", point.id)));
        }
        sets.push(set);
        evidence.push(one.evidence.clone());
    }
    evidence.sort();
    evidence.dedup();
    let mut derived = None;
    // A point that another table decides, of which something is known there.
    if let Some(from) = BuiltIn::of_outcome(&point.id).filter(|from| depth > 0 && from.id != table.id) {
        let decision = decide_within(from, said, depth - 1)?;
        if decision.known.iter().any(|known| !known.evidence.is_empty() || known.derived.is_some()) {
            sets.push(point.values_of(decision.keys())?);
            derived = Some(Box::new(decision));
        }
    }
    let all = point.all();
    let common = sets.iter().fold(all, |common, set| common.both(*set));
    let disagree = common.is_empty();
    let values = if disagree { sets.iter().fold(Values::NONE, |any, set| any.either(*set)) } else { common };
    Ok(Known { point: point.clone(), values, evidence, disagree, derived })
}
