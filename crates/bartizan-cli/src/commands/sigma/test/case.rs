//! One test and its verdict.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// A test.
pub struct Case {
    /// What it is called.
    pub name: String,
    /// The file it stands in.
    pub file: PathBuf,
    /// What is tested, or code and message of why nothing can be.
    pub given: Result<Given, (String, String)>,
}

/// A rule, events and what is expected.
pub struct Given {
    /// The rule's id, name, title or file.
    pub rule: String,
    /// Events that stand in the test itself.
    pub inline: Vec<Value>,
    /// Files of events.
    pub files: Vec<PathBuf>,
    /// What is expected.
    pub expected: Expected,
}

/// What is expected of the events together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// So many match, or more.
    AtLeast(u64),
    /// So many match; with 0 none does.
    Count(u64),
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As expected.
    Passed,
    /// Otherwise, in words.
    Failed(String),
    /// Nothing could be asked: code and message.
    Error(String, String),
}

/// A test that was run.
pub struct Done {
    pub case: Case,
    pub verdict: Verdict,
}

impl Expected {
    /// The verdict over so many events, of which so many matched.
    pub fn verdict(self, events: u64, matched: u64) -> Verdict {
        let good = match self {
            // No event can match where there is none: that is a test without a question.
            _ if events == 0 => {
                return Verdict::Error("sigma.no-events".into(), "there are no events".into());
            }
            Self::AtLeast(count) => matched >= count,
            Self::Count(count) => matched == count,
        };
        let expected = match self {
            Self::AtLeast(1) => "a match".to_owned(),
            Self::AtLeast(count) => format!("{count} matches or more"),
            Self::Count(0) => "no match".to_owned(),
            Self::Count(count) => format!("{count} matches"),
        };
        match good {
            true => Verdict::Passed,
            false => Verdict::Failed(format!("expected {expected}, found {matched} in {events} events")),
        }
    }
}

impl Verdict {
    /// The word of `--json`.
    pub fn state(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed(_) => "failed",
            Self::Error(..) => "error",
        }
    }
}

impl Case {
    /// A file that holds no tests that can be read.
    pub fn broken(file: &Path, code: &str, message: String) -> Self {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Self { name, file: file.to_owned(), given: Err((code.to_owned(), message)) }
    }

    fn rule(&self) -> &str {
        self.given.as_ref().map_or("", |given| given.rule.as_str())
    }
}

impl Done {
    /// One line of text.
    pub fn line(&self) -> String {
        let (name, rule, file) = (&self.case.name, self.case.rule(), self.case.file.display());
        match &self.verdict {
            Verdict::Passed => format!("passed: {file}: {name} [{rule}]"),
            Verdict::Failed(why) => format!("FAILED: {file}: {name} [{rule}]: {why}"),
            Verdict::Error(code, why) => format!("ERROR: {file}: {name} [{rule}]: {why} [{code}]"),
        }
    }

    /// One object of JSON.
    pub fn record(&self) -> Value {
        let mut record = json!({ "name": self.case.name, "file": self.case.file.display().to_string(),
            "rule": self.case.rule(), "verdict": self.verdict.state() });
        match &self.verdict {
            Verdict::Passed => {}
            Verdict::Failed(why) => record["message"] = json!(why),
            Verdict::Error(code, why) => {
                record["code"] = json!(code);
                record["message"] = json!(why);
            }
        }
        record
    }
}
