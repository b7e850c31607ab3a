//! The events of one group in their window.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use super::{judge::over, node::Plan};
use crate::rule::correlation::Kind;

/// A match that takes part: an event, or a correlation that matched.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// When it was complete, and when its first event was.
    pub(super) time: i64,
    pub(super) first: i64,
    /// The number of its last event: what is later in the stream has a higher one.
    pub(super) order: u64,
    /// The numbers of its events.
    pub(super) events: Arc<[u64]>,
    /// The values of the fields that correlations ask for.
    pub(super) fields: Arc<[Option<String>]>,
    /// Which of the correlation's rules it is a match of.
    pub(super) member: usize,
}

impl Entry {
    /// About the memory it takes.
    pub(super) fn bytes(&self) -> usize {
        let fields: usize = self.fields.iter().map(|f| 24 + f.as_ref().map_or(0, String::len)).sum();
        128 + 8 * self.events.len() + fields
    }
}

/// The entries of a correlation that is complete.
#[derive(Debug)]
pub(super) struct Closed {
    pub(super) key: Arc<[String]>,
    pub(super) entries: Vec<Entry>,
    /// When it is known.
    pub(super) time: i64,
}

/// What a group holds.
#[derive(Debug)]
pub(super) enum Group {
    /// All events of the window.
    Window(Window),
    /// The latest match of each rule.
    Latest(Vec<Option<Entry>>),
    /// For each step the matches that lead up to it, as late as they can be.
    Steps(Vec<Vec<Entry>>),
}

impl Group {
    pub(super) fn new(plan: &Plan) -> Self {
        match plan {
            Plan::Latest { members } => Self::Latest(vec![None; *members]),
            Plan::Steps { members } => Self::Steps(vec![Vec::new(); *members]),
            Plan::Growing | Plan::AtEnd => Self::Window(Window::default()),
        }
    }

    /// Every entry, and the group left empty.
    pub(super) fn take(&mut self) -> Vec<Entry> {
        match self {
            Self::Window(window) => {
                std::mem::take(window).entries.into_iter().map(|(entry, _)| entry).collect()
            }
            Self::Latest(latest) => {
                let mut entries: Vec<Entry> = latest.iter_mut().filter_map(Option::take).collect();
                entries.sort_by_key(|entry| (entry.time, entry.order));
                entries
            }
            Self::Steps(steps) => {
                let last = steps.last_mut().map(std::mem::take).unwrap_or_default();
                steps.iter_mut().for_each(Vec::clear);
                last
            }
        }
    }

    /// About the memory of its entries.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Window(window) => {
                window.entries.iter().map(|(entry, value)| weight(entry, value.as_deref())).sum()
            }
            Self::Latest(latest) => latest.iter().flatten().map(Entry::bytes).sum(),
            Self::Steps(steps) => steps.iter().flatten().map(Entry::bytes).sum(),
        }
    }

    /// The memory of entries that replace each other; those of a window are counted as they come and go.
    pub(super) fn kept(&self) -> usize {
        match self {
            Self::Window(_) => 0,
            Self::Latest(_) | Self::Steps(_) => self.bytes(),
        }
    }

    /// How many events it holds.
    pub(super) fn events(&self) -> u64 {
        let entries: usize = match self {
            Self::Window(window) => window.entries.iter().map(|(entry, _)| entry.events.len()).sum(),
            Self::Latest(latest) => latest.iter().flatten().map(|entry| entry.events.len()).sum(),
            Self::Steps(steps) => steps.iter().flatten().map(|entry| entry.events.len()).sum(),
        };
        entries as u64
    }
}

/// Events with their values.
#[derive(Debug, Default)]
pub(super) struct Window {
    pub(super) entries: VecDeque<(Entry, Option<Arc<str>>)>,
    /// How often each value is among them.
    values: HashMap<Arc<str>, usize>,
    sum: f64,
}

impl Window {
    /// Takes an entry in; the memory it takes.
    pub(super) fn push(&mut self, entry: Entry, value: Option<Arc<str>>) -> usize {
        if let Some(value) = &value {
            *self.values.entry(value.clone()).or_insert(0) += 1;
            self.sum += number(value);
        }
        let more = weight(&entry, value.as_deref());
        self.entries.push_back((entry, value));
        more
    }

    /// Lets go what is older than `span` at `time`; the memory that is free again.
    pub(super) fn expire(&mut self, time: i64, span: i64) -> usize {
        let mut less = 0;
        while self.entries.front().is_some_and(|(first, _)| time.saturating_sub(first.time) > span) {
            let Some((old, value)) = self.entries.pop_front() else { break };
            less += weight(&old, value.as_deref());
            let Some(value) = value else { continue };
            self.sum -= number(&value);
            if let Some(count) = self.values.get_mut(&value) {
                *count -= 1;
                if *count == 0 {
                    self.values.remove(&value);
                }
            }
        }
        less
    }

    /// The measure of what only grows, or of all of it at the end.
    pub(super) fn measure(&self, kind: Kind, percentile: f64) -> f64 {
        match kind {
            Kind::EventCount => self.entries.len() as f64,
            Kind::ValueCount => self.values.len() as f64,
            Kind::ValueSum => self.sum,
            Kind::Temporal | Kind::TemporalOrdered => {
                let mut members: Vec<usize> = self.entries.iter().map(|(entry, _)| entry.member).collect();
                members.sort_unstable();
                members.dedup();
                members.len() as f64
            }
            kind => over(kind, self.numbers(), percentile),
        }
    }

    /// The newest value.
    pub(super) fn newest(&self) -> f64 {
        self.entries.back().and_then(|(_, value)| value.as_deref()).map_or(0.0, number)
    }

    fn numbers(&self) -> Vec<f64> {
        self.entries.iter().filter_map(|(_, value)| value.as_deref()).map(number).collect()
    }
}

/// A value as a number; what is none was not taken in where numbers are measured.
fn number(value: &str) -> f64 {
    value.trim().parse().unwrap_or(0.0)
}

/// About the memory of an entry with its value.
pub(super) fn weight(entry: &Entry, value: Option<&str>) -> usize {
    entry.bytes() + value.map_or(0, |value| 2 * value.len() + 64)
}
