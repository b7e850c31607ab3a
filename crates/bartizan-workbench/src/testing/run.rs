//! A run, and an edition beside what it withholds.

use askama::Template;

use crate::ActForm;
use crate::shell::Shell;

/// `GET /testing/{uuid}/runs/{run}`
#[derive(Clone, Debug, Template)]
#[template(path = "test-run.html")]
pub struct TestRun {
    /// What stands around the page.
    pub shell: Shell,
    /// UUID and title of the window.
    pub window: (String, String),
    /// The run.
    pub name: String,
    /// Names and values.
    pub facts: Vec<(String, String)>,
    /// What the log is not, in words: it failed, or its own metrics are not those of its samples.
    pub problems: Vec<String>,
    /// Scores, recomputed.
    pub scores: Vec<TestScore>,
    /// Code, where, what was seen.
    pub anomalies: Vec<(String, String, String)>,
    /// Judgements in order: what, why, by whom.
    pub judged: Vec<(String, String, String)>,
    /// What the reader may do.
    pub acts: Vec<ActForm>,
    /// Whether it has a log.
    pub has_log: bool,
    /// What is searched for.
    pub search: String,
    /// Samples.
    pub samples: Vec<TestSample>,
    /// Where to go on.
    pub next: Option<String>,
}

page!(TestRun, "testing");

impl TestRun {
    fn back(&self) -> String {
        format!("/testing/{}/runs", crate::href::part(&self.window.0))
    }
}

/// A score against its threshold.
#[derive(Clone, Debug)]
pub struct TestScore {
    /// The scorer.
    pub scorer: String,
    /// Estimate and interval in words.
    pub words: String,
    /// `below`, `at or above`, `not decidable`.
    pub decision: String,
    /// Lower end, upper end, estimate, threshold, of 1000.
    pub bar: (u32, u32, u32, u32),
}

/// A sample.
#[derive(Clone, Debug)]
pub struct TestSample {
    /// Its id and epoch.
    pub name: String,
    /// The right answers.
    pub target: String,
    /// Scorer and value.
    pub scores: Vec<(String, String)>,
    /// Why it failed; may be empty.
    pub error: String,
    /// The conversation.
    pub messages: Vec<TestMessage>,
}

/// A message.
#[derive(Clone, Debug)]
pub struct TestMessage {
    /// `system`, `user`, `assistant`, `tool`.
    pub role: String,
    /// What it says.
    pub text: String,
    /// Tool calls: the tool and its arguments.
    pub calls: Vec<(String, String)>,
}

/// `GET /testing/{uuid}/editions/{audience}`
#[derive(Clone, Debug, Template)]
#[template(path = "test-edition.html")]
pub struct TestEdition {
    /// What stands around the page.
    pub shell: Shell,
    /// UUID and title of the window.
    pub window: (String, String),
    /// Who it is for.
    pub audience: String,
    /// Its marking.
    pub marking: String,
    /// Which version of the source.
    pub source: u64,
    /// What those read who read everything.
    pub whole: String,
    /// What this audience reads.
    pub shown: String,
    /// What is sealed and survives.
    pub leaks: Vec<TestLeak>,
    /// What the reader may do.
    pub acts: Vec<ActForm>,
}

page!(TestEdition, "testing");

impl TestEdition {
    fn back(&self) -> String {
        format!("/testing/{}/editions", crate::href::part(&self.window.0))
    }

    /// What this audience reads, cut where something is withheld.
    fn pieces(&self) -> Vec<&str> {
        self.shown.split("[withheld]").collect()
    }
}

/// Something sealed that survives.
#[derive(Clone, Debug)]
pub struct TestLeak {
    /// `words`, `name`, `number`.
    pub kind: String,
    /// What.
    pub text: String,
    /// Where, with what stands around it.
    pub place: String,
    /// The line of the source that seals it; 0: the window does.
    pub line: usize,
}
