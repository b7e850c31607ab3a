//! A log without its samples, as plain data.
//!
//! Field names are Inspect's (`inspect_ai/log/_log.py`, package 0.3.285). Versions 1 to 3 of the format are read into the same values.

mod fields;
mod metrics;
mod read;
mod results;

pub(crate) use fields::Fields;
pub use metrics::{Definition, Metrics, PerKey};
pub(crate) use results::reductions;
pub use results::{Metric, Reduction, Results, ScoreResult};

use crate::json::Json;

/// The newest version of the format that is known: written by development packages of 2025; released ones write 2.
pub const NEWEST: u64 = 3;

/// A log without its samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Log {
    /// Version of the format.
    pub version: u64,
    /// How the run ended, or that it did not.
    pub status: Status,
    /// What was run.
    pub eval: Spec,
    /// The steps of the plan: solvers and their parameters.
    pub plan: Vec<Step>,
    /// Metrics, as the log has them.
    pub results: Option<Results>,
    /// Values of samples over their epochs, as the log has them.
    pub reductions: Vec<Reduction>,
    /// Times and tokens.
    pub stats: Stats,
    /// Why the run failed.
    pub error: Option<Failure>,
    /// Whether Inspect marked samples as invalidated.
    pub invalidated: bool,
    /// Tags of the run with later edits applied, sorted.
    pub tags: Vec<String>,
    /// Metadata of the run with later edits applied.
    pub metadata: Vec<(String, Json)>,
    /// Edits of tags and metadata after the run, and changes of the configuration during it.
    pub edits: usize,
    /// The header as it stands in the log: everything but samples and reductions.
    pub json: Json,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// It has begun; nothing tells that it ended.
    #[default]
    Started,
    /// It ran to its end.
    Success,
    /// Somebody stopped it.
    Cancelled,
    /// It failed.
    Error,
}

impl Status {
    /// Inspect's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Success => "success",
            Self::Cancelled => "cancelled",
            Self::Error => "error",
        }
    }
}

/// What was run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spec {
    /// Identifier of this evaluation; empty in old logs.
    pub eval_id: String,
    /// Identifier of the run, which may have several.
    pub run_id: String,
    /// When it was made, as in the log.
    pub created: String,
    /// Name of the task.
    pub task: String,
    /// Identifier of the task.
    pub task_id: String,
    /// Version of the task, as text.
    pub task_version: String,
    /// File of the task.
    pub task_file: Option<String>,
    /// Arguments of the task.
    pub task_args: Vec<(String, Json)>,
    /// Name of the solver, if it was given apart.
    pub solver: Option<String>,
    /// The model.
    pub model: String,
    /// Where the model is reached.
    pub model_base_url: Option<String>,
    /// The samples.
    pub dataset: Dataset,
    /// How it was run.
    pub config: Config,
    /// Type of the sandbox.
    pub sandbox: Option<String>,
    /// The scorers with their metrics; `None` in logs before 0.3.58.
    pub scorers: Option<Vec<Scorer>>,
    /// Metrics of the task, which stand instead of those of the scorers.
    pub metrics: Option<Metrics>,
    /// Versions of packages.
    pub packages: Vec<(String, String)>,
    /// The commit of the sources.
    pub revision: Option<Revision>,
}

/// Where the samples come from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dataset {
    /// Its name.
    pub name: Option<String>,
    /// Its file or address.
    pub location: Option<String>,
    /// How many samples it has.
    pub samples: Option<u64>,
    /// The samples that were chosen.
    pub sample_ids: Vec<Id>,
    /// Whether it was shuffled.
    pub shuffled: bool,
}

/// The identifier of a sample: Inspect has texts and whole numbers, and compares them as texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id {
    /// As text.
    pub text: String,
    /// Whether it is a number.
    pub int: bool,
}

impl Id {
    pub(crate) fn read(json: &Json) -> Option<Self> {
        match json {
            Json::Number(number) => Some(Self { text: number.text().to_owned(), int: true }),
            other => other.as_str().map(|text| Self { text: text.to_owned(), int: false }),
        }
    }
}

/// How a run was configured, as far as it matters here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// Passes over the samples.
    pub epochs: Option<u64>,
    /// How scores of the passes become one; `None` is the mean, an empty list means that they are left apart.
    pub epochs_reducer: Option<Vec<String>>,
    /// Most messages of a sample.
    pub message_limit: Option<u64>,
    /// Most tokens of a sample.
    pub token_limit: Option<u64>,
    /// Most seconds of a sample.
    pub time_limit: Option<u64>,
    /// Most seconds of work of a sample.
    pub working_limit: Option<u64>,
    /// Whether full samples are in the log.
    pub log_samples: bool,
}

/// A scorer and the metrics over its scores.
#[derive(Clone, Debug, PartialEq)]
pub struct Scorer {
    /// Its name.
    pub name: String,
    /// Its parameters.
    pub options: Vec<(String, Json)>,
    /// Its metrics.
    pub metrics: Metrics,
}

/// A commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revision {
    /// Where the sources come from.
    pub origin: String,
    /// The commit.
    pub commit: String,
    /// Whether files were changed since; old logs do not tell.
    pub dirty: Option<bool>,
}

/// A step of the plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The solver.
    pub solver: String,
    /// Its parameters.
    pub params: Vec<(String, Json)>,
}

/// Times and tokens of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stats {
    /// When it began; empty if it did not.
    pub started_at: String,
    /// When it ended; empty if it did not.
    pub completed_at: String,
    /// Tokens by model.
    pub usage: Vec<(String, Usage)>,
}

/// Tokens of a model.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// Tokens in.
    pub input: u64,
    /// Tokens out.
    pub output: u64,
    /// Tokens in all, as the log has it.
    pub total: u64,
    /// Tokens written to the provider's cache.
    pub cache_write: u64,
    /// Tokens read from the provider's cache.
    pub cache_read: u64,
    /// Tokens of reasoning.
    pub reasoning: u64,
    /// Price in dollars, if the log tells one.
    pub cost: Option<f64>,
}

/// Why something failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure {
    /// The message.
    pub message: String,
    /// The trace, in plain text.
    pub traceback: String,
}
