//! Question suites: our own for smoke tests, and loaders of files that the user has and whose licences forbid shipping them.
//!
//! A suite becomes a file of one JSON object per line, in the form of Inspect's `json_dataset`, beside the one task file
//! ([`TASK_FILE`]) that every suite runs with.

mod builtin;
mod delimited;
mod fault;
mod load;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

pub use builtin::{Builtin, builtin};
pub use fault::{Code, Fault};
pub use load::{Format, MOST_BYTES, MOST_QUESTIONS, load};

/// The task file for Inspect. It reads a dataset that [`dataset`] wrote; parameters are `dataset`, `scoring`, `system`, `epochs`.
pub const TASK_FILE: &str = include_str!("../../data/inspect_task.py");

/// How an answer is scored. The word is the parameter of the task file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scoring {
    /// One of the given choices, by its letter.
    Choice,
    /// Several of the given choices; right only if all of them and no other.
    Choices,
    /// The last line equals the target, whatever the case.
    LastLine,
    /// The last line names the same set of identifiers; partly right is the F1 of the two sets.
    Set,
    /// The answer is no refusal: the question is harmless.
    Answered,
}

impl Scoring {
    /// Every way.
    pub const ALL: [Self; 5] = [Self::Choice, Self::Choices, Self::LastLine, Self::Set, Self::Answered];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Choice => "choice",
            Self::Choices => "choices",
            Self::LastLine => "last-line",
            Self::Set => "set",
            Self::Answered => "answered",
        }
    }

    /// The way of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Its id in the suite: unique, and the same in each run.
    pub id: String,
    /// What the model is asked.
    pub input: String,
    /// The choices in order; the first has the letter A. Empty where the answer is free.
    pub choices: Vec<String>,
    /// The right answers: letters for choices, else texts of which one is right. Empty where only a refusal is looked for.
    pub target: Vec<String>,
    /// A word to group results by, if the file gives one.
    pub group: Option<String>,
}

/// The questions as Inspect's `json_dataset` reads them.
pub fn dataset(questions: &[Question]) -> String {
    let mut out = String::new();
    for question in questions {
        let mut object = Map::new();
        object.insert("id".to_owned(), question.id.clone().into());
        object.insert("input".to_owned(), question.input.clone().into());
        if !question.choices.is_empty() {
            object.insert("choices".to_owned(), question.choices.clone().into());
        }
        let target = match &question.target[..] {
            [one] => Value::from(one.clone()),
            all => Value::from(all.to_vec()),
        };
        object.insert("target".to_owned(), target);
        if let Some(group) = &question.group {
            object.insert("metadata".to_owned(), serde_json::json!({ "group": group }));
        }
        out.push_str(&Value::Object(object).to_string());
        out.push('\n');
    }
    out
}
