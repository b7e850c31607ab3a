//! What reports name: kept with the report, read only through audiences that may be read.

mod find;
mod keep;
mod rules;

use crate::reports::Report;

pub(crate) use keep::keep;
pub(crate) use rules::keep as keep_rules;
pub use rules::{KeptRule, RuleFilter, RuleKind};

/// Longest key of a name.
const LONGEST: usize = 500;

/// Something that a report names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// `technique`, `indicator`, or the kind of an entity: `actor`, `malware` …
    pub kind: String,
    /// Its id, name or exact value; kept as [`name_key`] makes it.
    pub value: String,
    /// As people read it: defanged.
    pub shown: String,
    /// How it is known and how surely: `inferred, likely, 0.78`.
    pub sure: String,
    /// The first sentence that says so, defanged.
    pub sentence: String,
    /// Where in it, in characters: from, to.
    pub hit: (i64, i64),
}

/// A report that names something, and where it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedIn {
    /// The report.
    pub report: Report,
    /// What it says.
    pub named: Named,
}

/// How often something is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameCount {
    /// Kind.
    pub kind: String,
    /// What makes it one.
    pub value: String,
    /// As people read it.
    pub shown: String,
    /// Reports that name it.
    pub reports: i64,
    /// The most restrictive marking among them.
    pub marking: bartizan_stix::Tlp,
    /// When the first of them was analysed, microseconds.
    pub first: i64,
    /// When the last of them was.
    pub last: i64,
}

/// What makes two namings the same: an exact value for an indicator, else the words without case. Longer ones are cut, which
/// keeps the database's index in bounds.
pub fn name_key(kind: &str, value: &str) -> String {
    let value = value.trim();
    let kept = value.chars().filter(|c| !c.is_control());
    match kind {
        "indicator" => kept.take(LONGEST).collect(),
        _ => kept.flat_map(char::to_lowercase).take(LONGEST).collect(),
    }
}
