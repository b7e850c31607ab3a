//! Finding, one rule a file. Each walks over the text once and looks only so far around what it stopped at.

mod account;
mod email;
mod home;
mod number;
mod phone;
mod secret;

use std::collections::BTreeMap;

use super::{Keep, Kind};

/// Something found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Everything that is not kept, in order, nothing twice. Of what overlaps, the rule that comes first here has it.
pub(super) fn all(text: &str, keep: &Keep) -> Vec<Found> {
    let rules: [fn(&str, &mut Vec<Found>); 6] =
        [secret::find, account::find, email::find, home::find, number::find, phone::find];
    let mut all: Vec<(Found, usize)> = Vec::new();
    for (place, rule) in rules.iter().enumerate() {
        let mut more = Vec::new();
        rule(text, &mut more);
        all.extend(more.into_iter().filter(|f| f.start < f.end).map(|f| (f, place)));
    }
    // Of those that overlap the first rule wins; of one rule the first and longest.
    all.sort_by_key(|(f, place)| (*place, f.start, std::cmp::Reverse(f.end)));
    let mut taken: BTreeMap<usize, Found> = BTreeMap::new();
    for (one, _) in all {
        let before = taken.range(..one.end).next_back();
        if before.is_none_or(|(_, f)| f.end <= one.start) {
            taken.insert(one.start, one);
        }
    }
    let mut found: Vec<Found> = taken.into_values().collect();
    let kept = keep.spans(text);
    found.retain(|f| !kept.iter().any(|(start, end)| *start <= f.start && f.end <= *end));
    found
}

/// The character before a place.
fn before(text: &str, at: usize) -> Option<char> {
    text[..at].chars().next_back()
}

/// The character at a place.
fn at(text: &str, at: usize) -> Option<char> {
    text[at..].chars().next()
}

/// Whether a word could go on there.
fn joins(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_alphanumeric() || c == '_')
}

/// Whether a text stands for something that is to be filled in: `<user>`, `%USERNAME%`, `$HOME`, `{name}`, `***`, what was removed.
fn placeholder(text: &str) -> bool {
    text.starts_with(['<', '%', '$', '{', '*', '[']) || text.contains("***")
}
