//! The events of one group in their window.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use super::node::Plan;

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
    /// All events of the window, and how often each value is among them.
    Window { entries: VecDeque<(Entry, Option<Arc<str>>)>, values: HashMap<Arc<str>, usize>, sum: f64 },
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
            Plan::Growing | Plan::AtEnd => {
                Self::Window { entries: VecDeque::new(), values: HashMap::new(), sum: 0.0 }
            }
        }
    }

    /// Every entry, and the group left empty.
    pub(super) fn take(&mut self) -> Vec<Entry> {
        match self {
            Self::Window { entries, values, sum } => {
                values.clear();
                *sum = 0.0;
                std::mem::take(entries).into_iter().map(|(entry, _)| entry).collect()
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
            Self::Window { entries, .. } => {
                entries.iter().map(|(entry, value)| weight(entry, value.as_deref())).sum()
            }
            Self::Latest(latest) => latest.iter().flatten().map(Entry::bytes).sum(),
            Self::Steps(steps) => steps.iter().flatten().map(Entry::bytes).sum(),
        }
    }

    /// The memory of entries that replace each other; those of a window are counted as they come and go.
    pub(super) fn kept(&self) -> usize {
        match self {
            Self::Window { .. } => 0,
            Self::Latest(_) | Self::Steps(_) => self.bytes(),
        }
    }

    /// How many events it holds.
    pub(super) fn events(&self) -> u64 {
        let entries: usize = match self {
            Self::Window { entries, .. } => entries.iter().map(|(entry, _)| entry.events.len()).sum(),
            Self::Latest(latest) => latest.iter().flatten().map(|entry| entry.events.len()).sum(),
            Self::Steps(steps) => steps.iter().flatten().map(|entry| entry.events.len()).sum(),
        };
        entries as u64
    }
}

/// About the memory of an entry with its value.
pub(super) fn weight(entry: &Entry, value: Option<&str>) -> usize {
    entry.bytes() + value.map_or(0, |value| 2 * value.len() + 64)
}
