//! Suites of our own, for smoke tests: they show that a window, a broker and a worker work, not what a model can do.

use super::{Format, Question, Scoring, load};

/// A suite that the program carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Builtin {
    /// Its name, e.g. `smoke-knowledge`.
    pub name: &'static str,
    /// Its version; a question changed is a new one.
    pub version: u32,
    /// What it asks.
    pub title: &'static str,
    /// How it is scored.
    pub scoring: Scoring,
    /// Its questions.
    pub questions: Vec<Question>,
}

const FILES: [(&str, u32, &str, &str); 3] = [
    (
        "smoke-knowledge",
        1,
        "Defensive knowledge, multiple choice",
        include_str!("../../data/suites/smoke-knowledge.jsonl"),
    ),
    (
        "smoke-reading",
        1,
        "Reading indicators out of sentences",
        include_str!("../../data/suites/smoke-reading.jsonl"),
    ),
    (
        "smoke-mapping",
        1,
        "Naming the ATT&CK technique of a sentence",
        include_str!("../../data/suites/smoke-mapping.jsonl"),
    ),
];

/// The suites of the program, in order.
pub fn builtin() -> Vec<Builtin> {
    FILES
        .iter()
        .filter_map(|(name, version, title, file)| {
            let (scoring, questions) = load(Format::Lines, file.as_bytes()).ok()?;
            Some(Builtin { name, version: *version, title, scoring, questions })
        })
        .collect()
}
