//! What an event of a transcript is.

use super::{Message, ToolCall};
use crate::json::Json;
use crate::log::{Failure, Usage};

/// An event, as a view of the sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Event<'a> {
    /// Inspect's word for it: `model`, `tool`, `sandbox`, `span_begin`, …
    pub kind: &'a str,
    /// Its identifier; old logs have none.
    pub uuid: Option<&'a str>,
    /// The span in which it happened.
    pub span: Option<&'a str>,
    /// When it happened or began: milliseconds since 1970-01-01T00:00:00Z.
    pub at: Option<i64>,
    /// When it ended, likewise.
    pub completed: Option<i64>,
    /// Seconds of work of the sample before it.
    pub working_start: Option<f64>,
    /// Whether it had not ended when the log was written.
    pub pending: bool,
    /// How many events it lies within, in logs that nested them.
    pub depth: usize,
    /// What happened.
    pub body: Body<'a>,
    /// Everything.
    pub json: &'a Json,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Body<'a> {
    /// A call of a model.
    Model(Box<ModelCall<'a>>),
    /// A tool ran.
    Tool(ToolRun<'a>),
    /// Something was done in the sandbox.
    Sandbox(SandboxCall<'a>),
    /// A span of events began; a step, in logs before 0.3.80.
    Begin(Span<'a>),
    /// The span of that identifier ended; of a step, its name.
    End(&'a str),
    /// A tool call was approved or not.
    Approval(Approval<'a>),
    /// A score was given: the scorer, and the score as JSON.
    Score(Option<&'a str>, &'a Json),
    /// A limit cut the sample short: which, and the message.
    Limit(&'a str, &'a str),
    /// The sample failed.
    Error(Failure),
    /// Something that solvers and agents tell: the source, and the data.
    Info(Option<&'a str>, &'a Json),
    /// A line of Python's log.
    Logger(Logged<'a>),
    /// Something else: see [`Event::json`].
    Other,
}

/// A call of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelCall<'a> {
    /// The model.
    pub model: &'a str,
    /// Its role.
    pub role: Option<&'a str>,
    /// What it answered, if it did.
    pub answer: Option<Message<'a>>,
    /// Why it stopped: `stop`, `max_tokens`, `tool_calls`, `content_filter`, …
    pub stop_reason: Option<&'a str>,
    /// Tokens.
    pub usage: Usage,
    /// Tries before it worked.
    pub retries: u64,
    /// What went wrong.
    pub error: Option<&'a str>,
    /// `read` or `write`, if Inspect's cache had a part in it.
    pub cache: Option<&'a str>,
}

/// A run of a tool.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolRun<'a> {
    /// The call that asked for it.
    pub id: &'a str,
    /// The tool.
    pub function: &'a str,
    /// Its arguments.
    pub arguments: &'a Json,
    /// What it gave back: a string, a number, or parts of a message.
    pub result: &'a Json,
    /// What went wrong.
    pub error: Option<&'a str>,
    /// Of what kind that is: `timeout`, `permission`, `approval`, …
    pub error_kind: Option<&'a str>,
}

/// Something done in the sandbox.
#[derive(Clone, Debug, PartialEq)]
pub struct SandboxCall<'a> {
    /// `exec`, `read_file` or `write_file`.
    pub action: &'a str,
    /// The command.
    pub cmd: Option<&'a str>,
    /// The file.
    pub file: Option<&'a str>,
    /// What went in, shortened by Inspect.
    pub input: Option<&'a str>,
    /// What came out, shortened by Inspect.
    pub output: Option<&'a str>,
    /// The exit status.
    pub result: Option<i64>,
}

/// A span of events.
#[derive(Clone, Debug, PartialEq)]
pub struct Span<'a> {
    /// Its identifier; of a step, its name.
    pub id: &'a str,
    /// The span in which it lies.
    pub parent: Option<&'a str>,
    /// Its name.
    pub name: &'a str,
    /// `solver`, `agent`, `tool`, `scorer`, `scorers`, `init`, …
    pub kind: Option<&'a str>,
}

/// A decision about a tool call.
#[derive(Clone, Debug, PartialEq)]
pub struct Approval<'a> {
    /// Who decided.
    pub approver: &'a str,
    /// `approve`, `modify`, `reject`, `escalate` or `terminate`.
    pub decision: &'a str,
    /// The call.
    pub call: ToolCall<'a>,
    /// Why.
    pub explanation: Option<&'a str>,
}

/// A line of Python's log.
#[derive(Clone, Debug, PartialEq)]
pub struct Logged<'a> {
    /// The logger.
    pub name: Option<&'a str>,
    /// `debug`, `info`, `warning`, `error`, …
    pub level: &'a str,
    /// The line.
    pub message: &'a str,
}
