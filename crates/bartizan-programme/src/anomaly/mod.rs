//! What looks wrong about a run: its log, the calls that the broker metered and the egress record against the policy of the plan.
//!
//! An anomaly is a reason to look, not a verdict: it makes a run *suspect*. People decide whether it is valid or invalidated, and say why.
//! Times are milliseconds since 1970-01-01T00:00:00Z.

mod find;
mod hosts;
mod log;
mod measure;
mod policy;
mod record;
mod tools;

pub use find::find;
pub use log::of_log;
pub use policy::Policy;
pub use record::{MOST_CONNECTIONS, egress};

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A connection to a host that the policy does not name.
    Egress,
    /// A tool call that touches the harness, its scorer or its log.
    Harness,
    /// A tool call that opens the answers, or a canary or an answer in what a tool or the input gave the model.
    AnswerKey,
    /// The same long answer to different questions, or to one question again although the model draws at random.
    Identical,
    /// Far more tokens than the other samples took, or other than the broker metered.
    Budget,
    /// Times that run backwards, lie outside the window, or a call outside the run.
    Clock,
    /// Samples that the plan wants and the log lacks, or that nobody asked for.
    Samples,
    /// Another model or checkpoint than was granted.
    Model,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Egress,
        Self::Harness,
        Self::AnswerKey,
        Self::Identical,
        Self::Budget,
        Self::Clock,
        Self::Samples,
        Self::Model,
    ];

    /// The stable word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Egress => "anomaly.egress",
            Self::Harness => "anomaly.harness",
            Self::AnswerKey => "anomaly.answer-key",
            Self::Identical => "anomaly.identical",
            Self::Budget => "anomaly.budget",
            Self::Clock => "anomaly.clock",
            Self::Samples => "anomaly.samples",
            Self::Model => "anomaly.model",
        }
    }
}

/// Something that looks wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Anomaly {
    /// What is wrong.
    pub kind: Kind,
    /// The sample and epoch it is about, if it is about one.
    pub sample: Option<(String, u32)>,
    /// What was seen, in words of ours; what the model wrote is quoted and cut.
    pub seen: String,
}

/// A tool call of a sample.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolCall {
    /// When it was made.
    pub at: i64,
    /// The tool.
    pub tool: String,
    /// Its arguments as text.
    pub arguments: String,
    /// What it gave back, as text.
    pub result: String,
}

/// A sample of the log, as far as it can look wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// Its id.
    pub id: String,
    /// Which pass over the suite, from 1.
    pub epoch: u32,
    /// What the model was asked.
    pub input: String,
    /// The right answers.
    pub target: Vec<String>,
    /// Everything the model answered, in order.
    pub answers: Vec<String>,
    /// Its tool calls in the order of the log.
    pub tools: Vec<ToolCall>,
    /// Times of its events in the order of the log.
    pub times: Vec<i64>,
    /// Tokens in and out.
    pub tokens: u64,
}

/// A call that the broker metered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call {
    /// When it began.
    pub at: i64,
    /// The checkpoint it went to.
    pub checkpoint: String,
    /// Tokens in and out.
    pub tokens: u64,
}

/// A connection out of the sandbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connection {
    /// When.
    pub at: i64,
    /// Name or address of the other side.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Bytes sent.
    pub bytes: u64,
}

/// A run, as it is looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// When it began and ended.
    pub span: (i64, i64),
    /// The model as the log names it.
    pub model: String,
    /// The samples of the log.
    pub samples: Vec<Sample>,
    /// The broker's calls; `None` where the run did not go through the broker.
    pub calls: Option<Vec<Call>>,
    /// The egress record; `None` where none was kept.
    pub egress: Option<Vec<Connection>>,
}
