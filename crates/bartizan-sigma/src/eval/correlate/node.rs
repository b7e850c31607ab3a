//! One correlation with its groups.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{
    Correlated,
    group::{Closed, Entry, Group},
    judge::{plan, satisfied, step},
};
use crate::{
    error::{Failure, Reason},
    rule::{
        Condition, Correlation, Number,
        correlation::{Kind, Sign, Test},
    },
};

/// The values of the `group-by` fields.
pub(super) type Key = Arc<[String]>;

/// How a correlation is judged.
#[derive(Debug)]
pub(super) enum Plan {
    /// At each event over the window that ends there: more events only bring it nearer.
    Growing,
    /// When the window that began with the first event is over.
    AtEnd,
    /// By which rules matched lately.
    Latest { members: usize },
    /// By rules that matched in their order.
    Steps { members: usize },
}

#[derive(Debug)]
pub(super) struct Node {
    kind: Kind,
    plan: Plan,
    span: i64,
    checks: Vec<(Sign, f64)>,
    percentile: f64,
    /// Which rules must have matched, where a condition says so.
    wanted: Option<Condition>,
    names: Vec<String>,
    group_by: Vec<(String, usize)>,
    /// For each member the places of its `group-by` fields, and of the fields that are measured.
    keys: Vec<Vec<usize>>,
    fields: Vec<usize>,
    groups: HashMap<Key, Open>,
}

#[derive(Debug)]
struct Open {
    group: Group,
    end: i64,
}

/// What an entry changed.
#[derive(Debug, Default)]
pub(super) struct Added {
    /// A group is new and ends then.
    pub(super) opened: Option<(i64, Key)>,
    pub(super) complete: Option<Closed>,
    pub(super) more: usize,
    pub(super) less: usize,
    pub(super) no_value: bool,
}

/// A window that is over.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) complete: Option<Closed>,
    pub(super) less: usize,
}

impl Node {
    pub(super) fn new(correlation: &Correlation, names: &mut Vec<String>) -> Result<Self, Failure> {
        let mut place = |name: &str| match names.iter().position(|known| known == name) {
            Some(at) => at,
            None => {
                names.push(name.to_owned());
                names.len() - 1
            }
        };
        let group_by: Vec<(String, usize)> =
            correlation.group_by.iter().map(|name| (name.clone(), place(name))).collect();
        let mut keys = Vec::new();
        for rule in &correlation.rules {
            let field = |name: &String| {
                let field = correlation.field_of(name, &rule.name);
                field.map(&mut place).ok_or_else(|| {
                    Failure::field(format!("the alias `{name}` has no field for `{}`", rule.name))
                })
            };
            keys.push(correlation.group_by.iter().map(field).collect::<Result<Vec<_>, _>>()?);
        }
        let (checks, fields, percentile, wanted) = match &correlation.test {
            Test::Measure { checks, fields, percentile } => {
                let checks: Vec<(Sign, f64)> = checks.iter().map(|(sign, n)| (*sign, n.value())).collect();
                (checks, fields.iter().map(|name| place(name)).collect(), percentile.as_ref(), None)
            }
            Test::Rules(condition) => (Vec::new(), Vec::new(), None, Some(condition.clone())),
            Test::EveryRule => (Vec::new(), Vec::new(), None, None),
        };
        if correlation.kind == Kind::ValuePercentile && percentile.is_none() {
            let message = "`value_percentile` does not say which percentile";
            return Err(Failure::new(Reason::Rule, message));
        }
        Ok(Self {
            kind: correlation.kind,
            plan: plan(correlation, &checks)?,
            span: i64::try_from(correlation.timespan.seconds()).unwrap_or(i64::MAX / 4_000_000) * 1_000_000,
            checks,
            percentile: percentile.map_or(0.0, Number::value),
            wanted,
            names: correlation.rules.iter().map(|rule| rule.name.clone()).collect(),
            group_by,
            keys,
            fields,
            groups: HashMap::new(),
        })
    }

    /// Whether it counts events, whatever rule they are of.
    pub(super) fn counts(&self) -> bool {
        !self.kind.is_temporal()
    }

    /// The values that the entry shares with its group; none where it lacks one.
    pub(super) fn key(&self, entry: &Entry) -> Option<Key> {
        let places = self.keys.get(entry.member)?;
        places
            .iter()
            .map(|at| entry.fields.get(*at).cloned().flatten())
            .collect::<Option<Vec<_>>>()
            .map(Key::from)
    }

    /// The values that are measured, as one text; none where the entry lacks one.
    fn value(&self, entry: &Entry) -> Option<Arc<str>> {
        let parts: Option<Vec<&str>> =
            self.fields.iter().map(|at| entry.fields.get(*at)?.as_deref()).collect();
        let text = parts?.join("\u{1f}");
        let number = self.kind == Kind::ValueCount || text.trim().parse::<f64>().is_ok_and(f64::is_finite);
        number.then(|| text.into())
    }

    pub(super) fn add(&mut self, key: Key, entry: Entry) -> Added {
        let mut added = Added::default();
        let value = match self.kind.asks_field() {
            true => match self.value(&entry) {
                None => return Added { no_value: true, ..added },
                value => value,
            },
            false => None,
        };
        let (time, span) = (entry.time, self.span);
        let end = time.saturating_add(span);
        let at_end = matches!(self.plan, Plan::AtEnd);
        if !self.groups.contains_key(&key) {
            let end = if at_end { end } else { end.saturating_add(1) };
            added.opened = Some((end, key.clone()));
            added.more += weight(&key);
            self.groups.insert(key.clone(), Open { group: Group::new(&self.plan), end });
        }
        let Some(open) = self.groups.get_mut(&key) else { return added };
        if !at_end {
            open.end = end.saturating_add(1);
        }
        let before = open.group.kept();
        let complete = match &mut open.group {
            Group::Window(window) => {
                added.more += window.push(entry, value);
                if at_end {
                    false
                } else {
                    added.less += window.expire(time, span);
                    // The newest alone can be a new least or most.
                    let measure = match self.kind {
                        Kind::ValueMin | Kind::ValueMax => window.newest(),
                        kind => window.measure(kind, self.percentile),
                    };
                    self.checks.iter().all(|(sign, number)| sign.holds(measure, *number))
                }
            }
            Group::Latest(latest) => {
                let member = entry.member;
                if let Some(slot) = latest.get_mut(member) {
                    *slot = Some(entry);
                }
                for slot in latest.iter_mut() {
                    if slot.as_ref().is_some_and(|old| time.saturating_sub(old.time) > span) {
                        *slot = None;
                    }
                }
                let seen: Vec<bool> = latest.iter().map(Option::is_some).collect();
                satisfied(self.wanted.as_ref(), &self.checks, &self.names, &seen)
            }
            Group::Steps(steps) => step(steps, entry, span),
        };
        let after = open.group.kept();
        added.more += after.saturating_sub(before);
        added.less += before.saturating_sub(after);
        if complete {
            added.less += open.group.bytes();
            added.complete = Some(Closed { key, entries: open.group.take(), time });
        }
        added
    }

    /// Ends the window of a group; the new end where it has moved.
    pub(super) fn end(&mut self, key: &Key, end: i64) -> Result<Ended, i64> {
        let Some(open) = self.groups.get(key) else { return Ok(Ended { complete: None, less: 0 }) };
        if open.end > end {
            return Err(open.end);
        }
        let Some(mut open) = self.groups.remove(key) else { return Ok(Ended { complete: None, less: 0 }) };
        let less = open.group.bytes() + weight(key);
        let complete = match (&self.plan, &open.group) {
            (Plan::AtEnd, Group::Window(window)) => {
                let measure = window.measure(self.kind, self.percentile);
                self.checks.iter().all(|(sign, number)| sign.holds(measure, *number))
            }
            _ => false,
        };
        let complete = complete.then(|| Closed { key: key.clone(), entries: open.group.take(), time: end });
        Ok(Ended { complete, less })
    }

    /// Drops a group: how many events it held, and the memory that is free again.
    pub(super) fn give_up(&mut self, key: &Key) -> (u64, usize) {
        let Some(open) = self.groups.remove(key) else { return (0, 0) };
        let less = open.group.bytes() + weight(key);
        (open.group.events(), less)
    }

    pub(super) fn correlated(&self, correlation: usize, closed: &Closed) -> Correlated {
        let group = self.group_by.iter().zip(closed.key.iter());
        let mut known = HashSet::new();
        let events = closed.entries.iter().flat_map(|entry| entry.events.iter().copied());
        let events = events.filter(|event| known.insert(*event)).collect();
        let first = closed.entries.iter().map(|entry| entry.first).min().unwrap_or(closed.time);
        let last = closed.entries.iter().map(|entry| entry.time).max().unwrap_or(closed.time);
        Correlated {
            correlation,
            group: group.map(|((name, _), value)| (name.clone(), value.clone())).collect(),
            events,
            span: (first, last),
        }
    }

    /// The match as one that correlations over this one see: the last event's fields, and what the group shares.
    pub(super) fn entry(&self, closed: Closed) -> Entry {
        let mut fields: Vec<Option<String>> =
            closed.entries.last().map(|entry| entry.fields.to_vec()).unwrap_or_default();
        for ((_, place), value) in self.group_by.iter().zip(closed.key.iter()) {
            if let Some(slot) = fields.get_mut(*place) {
                *slot = Some(value.clone());
            }
        }
        Entry {
            time: closed.time,
            first: closed.entries.iter().map(|entry| entry.first).min().unwrap_or(closed.time),
            order: closed.entries.iter().map(|entry| entry.order).max().unwrap_or(0),
            events: closed.entries.iter().flat_map(|entry| entry.events.iter().copied()).collect(),
            fields: fields.into(),
            member: 0,
        }
    }
}

/// About the memory of a group beside its entries.
fn weight(key: &Key) -> usize {
    key.iter().map(|value| value.len() + 24).sum::<usize>() + 256
}
