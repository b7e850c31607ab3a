//! One sample in one epoch: what was asked, said and done, and how it was scored.

mod event;
mod events;
mod message;
mod time;
mod view;

pub use event::{Approval, Body, Event, Logged, ModelCall, SandboxCall, Span, ToolRun};
pub use message::{Message, Part, ToolCall};
pub use time::millis;

use crate::diagnostic::Told;
use crate::json::Json;
use crate::log::{Failure, Fields, Id, Usage};
use crate::score::Value;

/// A sample in an epoch. What is looked at most is typed; everything is in [`Sample::json`], and messages and events are views of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Its identifier.
    pub id: Id,
    /// Which pass over the samples, from 1.
    pub epoch: u64,
    /// Identifier of this run of the sample; old logs have none.
    pub uuid: Option<String>,
    /// Choices of a multiple-choice question.
    pub choices: Vec<String>,
    /// The right answers.
    pub target: Vec<String>,
    /// Scores by scorer, in order.
    pub scores: Vec<(String, Score)>,
    /// Tokens by model.
    pub usage: Vec<(String, Usage)>,
    /// When it began, as in the log.
    pub started_at: Option<String>,
    /// When it ended, as in the log.
    pub completed_at: Option<String>,
    /// Seconds it took.
    pub total_time: Option<f64>,
    /// Seconds of work: without waiting for limits and retries.
    pub working_time: Option<f64>,
    /// Why it failed.
    pub error: Option<Failure>,
    /// How often it was tried again after an error.
    pub retries: usize,
    /// What cut it short.
    pub limit: Option<Limit>,
    /// Who invalidated it, and why.
    pub invalidation: Option<Invalidation>,
    /// The sample as it stands in the log.
    pub json: Json,
    /// Numbers of attachments in the order of their names.
    attachments: Vec<u32>,
}

/// A score of a sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// Its value.
    pub value: Value,
    /// The answer that was found in what the model said.
    pub answer: Option<String>,
    /// Why.
    pub explanation: Option<String>,
    /// Why there is no value.
    pub reason: Option<String>,
    /// How often it was edited after the run.
    pub edits: usize,
}

/// A limit that cut a sample short.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Limit {
    /// Which: `message`, `token`, `time`, `working`, `context`, `turn`, `cost`, `operator`, `custom`.
    pub kind: String,
    /// Its value.
    pub limit: Option<f64>,
    /// Why, in words.
    pub reason: Option<String>,
}

/// Who invalidated a sample.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invalidation {
    /// Who.
    pub author: String,
    /// Why.
    pub reason: Option<String>,
    /// When, as in the log.
    pub timestamp: Option<String>,
}

/// The scorer of version 1, which had no name of its own in a sample.
pub(crate) const UNNAMED: &str = "88F74D2C";

impl Sample {
    /// Reads a sample. `scorer` is the name of the only scorer of a version 1 log, whose samples have a score without a name.
    pub(crate) fn read(json: Json, scorer: Option<&str>, place: &str, told: &mut Told) -> Self {
        let mut fields = Fields::new(&json, place, told);
        if json.some("id").is_none() {
            fields.wrong("id", "a string or number", &Json::Null);
        }
        let mut sample = Self {
            id: fields.id("id").unwrap_or_default(),
            epoch: fields.u64("epoch").unwrap_or(1),
            uuid: fields.str("uuid"),
            choices: fields.strings("choices").unwrap_or_default(),
            target: fields.strings("target").unwrap_or_default(),
            scores: scores(&mut fields, scorer),
            usage: fields.usages("model_usage"),
            started_at: fields.str("started_at"),
            completed_at: fields.str("completed_at"),
            total_time: fields.f64("total_time"),
            working_time: fields.f64("working_time"),
            error: fields.failure("error"),
            retries: fields.array("error_retries").len(),
            limit: fields.object("limit").map(|json| limit(&mut fields.within(json))),
            invalidation: fields.object("invalidation").map(|json| invalidation(&mut fields.within(json))),
            json: Json::Null,
            attachments: Vec::new(),
        };
        sample.json = json;
        sample.index();
        sample
    }

    /// The metadata of the dataset.
    pub fn metadata(&self) -> &[(Box<str>, Json)] {
        self.json.get("metadata").map(Json::members).unwrap_or_default()
    }

    /// A score.
    pub fn score(&self, scorer: &str) -> Option<&Score> {
        self.scores.iter().find(|(name, _)| name == scorer).map(|(_, score)| score)
    }

    /// Tokens of all models.
    pub fn tokens(&self) -> u64 {
        self.usage.iter().map(|(_, usage)| usage.total).fold(0, u64::saturating_add)
    }
}

fn scores(fields: &mut Fields<'_, '_>, scorer: Option<&str>) -> Vec<(String, Score)> {
    // Version 1: one score, without a name.
    if let Some(json) = fields.json.some("score").filter(|_| fields.json.get("scores").is_none()) {
        return vec![(scorer.unwrap_or(UNNAMED).to_owned(), score(&mut fields.within(json)))];
    }
    let members = fields.members("scores").iter();
    let named = members.map(|(name, json)| {
        let name = match scorer {
            Some(scorer) if **name == *UNNAMED => scorer,
            _ => name,
        };
        (name.to_owned(), score(&mut fields.within(json)))
    });
    named.collect()
}

fn score(fields: &mut Fields<'_, '_>) -> Score {
    let legacy = fields.json.get("metadata").and_then(|metadata| metadata.str("unscored_reason"));
    Score {
        value: Value::read(fields.json.get("value").unwrap_or(&Json::Null)),
        answer: fields.str("answer"),
        explanation: fields.str("explanation"),
        reason: fields.str("reason").or_else(|| legacy.map(str::to_owned)),
        edits: fields.array("history").len(),
    }
}

fn limit(fields: &mut Fields<'_, '_>) -> Limit {
    Limit { kind: fields.text("type"), limit: fields.f64("limit"), reason: fields.str("reason") }
}

fn invalidation(fields: &mut Fields<'_, '_>) -> Invalidation {
    Invalidation {
        author: fields.text("author"),
        reason: fields.str("reason"),
        timestamp: fields.str("timestamp"),
    }
}
