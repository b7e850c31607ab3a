//! Ids and names of ATT&CK, for formats of rules that carry them.
//!
//! `data/attack.tsv` is made by `cargo xtask attack-names` from the knowledge pack. It is embedded, as this crate reads no
//! files and does not depend on the pack.

use std::{collections::BTreeMap, sync::LazyLock};

use crate::rule::Rule;

/// A tactic.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tactic {
    /// `initial-access`.
    pub(crate) short_name: &'static str,
    /// `TA0001`.
    pub(crate) id: &'static str,
    /// `Initial Access`.
    pub(crate) name: &'static str,
}

/// A technique or sub-technique.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Technique {
    /// `T1059.001`.
    pub(crate) id: &'static str,
    /// `PowerShell`.
    pub(crate) name: &'static str,
    tactics: &'static str,
}

impl Technique {
    /// Whether it serves this tactic.
    pub(crate) fn serves(&self, tactic: &Tactic) -> bool {
        self.tactics().any(|name| name == tactic.short_name)
    }

    /// The short names of its tactics.
    pub(crate) fn tactics(&self) -> impl Iterator<Item = &'static str> {
        self.tactics.split(',')
    }

    /// The technique it belongs to; a technique itself belongs to none.
    pub(crate) fn parent(&self) -> Option<Technique> {
        technique(self.id.split_once('.')?.0)
    }
}

/// First cell, the other two.
type Lines = BTreeMap<&'static str, (&'static str, &'static str)>;

static LINES: LazyLock<Lines> = LazyLock::new(|| {
    let lines = include_str!("../data/attack.tsv").lines();
    lines
        .filter_map(|line| {
            let (key, rest) = line.split_once('\t')?;
            Some((key, rest.split_once('\t')?))
        })
        .collect()
});

fn line(key: &str) -> Option<(&'static str, &'static str, &'static str)> {
    LINES.get_key_value(key).map(|(key, (second, third))| (*key, *second, *third))
}

/// A tactic by the name of tags, with `-` or `_`.
pub(crate) fn tactic(name: &str) -> Option<Tactic> {
    let (short_name, id, name) = line(&name.replace('_', "-"))?;
    id.starts_with("TA").then_some(Tactic { short_name, id, name })
}

/// A technique by its id.
pub(crate) fn technique(id: &str) -> Option<Technique> {
    let (id, name, tactics) = line(id)?;
    id.starts_with('T').then_some(Technique { id, name, tactics })
}

/// A tag of the name space `attack`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tag<'r> {
    /// `T1059.001`.
    Technique(String),
    /// A tactic, group or software, as written.
    Other(&'r str),
}

/// The tags of a rule that speak of ATT&CK, in order.
pub(crate) fn tags(rule: &Rule) -> impl Iterator<Item = Tag<'_>> {
    rule.tags.iter().filter_map(|tag| tag.strip_prefix("attack.")).map(|name| {
        let digits =
            name.strip_prefix(['t', 'T']).filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        match digits.filter(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.')) {
            Some(digits) => Tag::Technique(format!("T{digits}")),
            None => Tag::Other(name),
        }
    })
}
