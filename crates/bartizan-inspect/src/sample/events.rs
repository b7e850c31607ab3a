//! Events of a transcript, in their order.

use super::message::tool_call;
use super::{Approval, Body, Event, Logged, Message, ModelCall, Sample, SandboxCall, Span, ToolRun, millis};
use crate::diagnostic::Told;
use crate::json::Json;
use crate::log::{Failure, Fields};

/// Events that lie within others (tools and subtasks of old logs) are followed so deep.
const DEPTH: usize = 100;

const NOTHING: &Json = &Json::Null;

impl Sample {
    /// Every event in order; those within others right after them.
    pub fn events(&self) -> Vec<Event<'_>> {
        let own = self.json.get("events").map(Json::items).unwrap_or_default();
        let first =
            || self.json.get("transcript").and_then(|transcript| transcript.get("events")).map(Json::items);
        let mut events = Vec::new();
        self.walk(if own.is_empty() { first().unwrap_or_default() } else { own }, 0, &mut events);
        events
    }

    fn walk<'a>(&'a self, list: &'a [Json], depth: usize, events: &mut Vec<Event<'a>>) {
        for json in list {
            events.push(self.event(json, depth));
            let within = json.get("events").map(Json::items).unwrap_or_default();
            if depth < DEPTH && !within.is_empty() {
                self.walk(within, depth + 1, events);
            }
        }
    }

    fn event<'a>(&'a self, json: &'a Json, depth: usize) -> Event<'a> {
        let kind = json.str("event").unwrap_or_default();
        Event {
            kind,
            uuid: json.str("uuid"),
            span: json.str("span_id"),
            at: json.str("timestamp").and_then(millis),
            completed: json.str("completed").and_then(millis),
            working_start: json.get("working_start").and_then(Json::as_f64),
            pending: json.get("pending").and_then(Json::as_bool).unwrap_or_default(),
            depth,
            body: self.body(kind, json),
            json,
        }
    }

    fn body<'a>(&'a self, kind: &str, json: &'a Json) -> Body<'a> {
        let text = |key: &str| json.str(key).map(|text| self.resolve(text));
        match kind {
            "model" => Body::Model(Box::new(self.model_call(json))),
            "tool" => Body::Tool(self.tool_run(json)),
            "sandbox" => Body::Sandbox(SandboxCall {
                action: json.str("action").unwrap_or_default(),
                cmd: text("cmd"),
                file: text("file"),
                input: text("input"),
                output: text("output"),
                result: json.get("result").and_then(Json::as_number).and_then(crate::Number::as_i64),
            }),
            "span_begin" => Body::Begin(Span {
                id: json.str("id").unwrap_or_default(),
                parent: json.str("parent_id"),
                name: json.str("name").unwrap_or_default(),
                kind: json.str("type"),
            }),
            "span_end" => Body::End(json.str("id").unwrap_or_default()),
            "step" => {
                let name = json.str("name").unwrap_or_default();
                match json.str("action") {
                    Some("end") => Body::End(name),
                    _ => Body::Begin(Span { id: name, parent: None, name, kind: json.str("type") }),
                }
            }
            "approval" => Body::Approval(Approval {
                approver: json.str("approver").unwrap_or_default(),
                decision: json.str("decision").unwrap_or_default(),
                call: tool_call(json.get("call").unwrap_or(NOTHING)),
                explanation: text("explanation"),
            }),
            "score" => Body::Score(json.str("scorer"), json.get("score").unwrap_or(NOTHING)),
            "sample_limit" => {
                Body::Limit(json.str("type").unwrap_or_default(), text("message").unwrap_or_default())
            }
            "error" => {
                let mut told = Told::new(1);
                let failure = Fields::new(json, "", &mut told).failure("error").unwrap_or_default();
                let message = self.resolve(&failure.message).to_owned();
                Body::Error(Failure { message, traceback: self.resolve(&failure.traceback).to_owned() })
            }
            "info" => Body::Info(json.str("source"), json.get("data").unwrap_or(NOTHING)),
            "logger" => {
                let line = json.get("message").unwrap_or(NOTHING);
                Body::Logger(Logged {
                    name: line.str("name"),
                    level: line.str("level").unwrap_or_default(),
                    message: self.resolve(line.str("message").unwrap_or_default()),
                })
            }
            _ => Body::Other,
        }
    }

    fn tool_run<'a>(&'a self, json: &'a Json) -> ToolRun<'a> {
        let error = json.get("error");
        ToolRun {
            id: json.str("id").unwrap_or_default(),
            function: json.str("function").unwrap_or_default(),
            arguments: json.get("arguments").unwrap_or(NOTHING),
            result: json.get("result").unwrap_or(NOTHING),
            error: error.and_then(|error| error.str("message")).map(|text| self.resolve(text)),
            error_kind: error.and_then(|error| error.str("type")),
        }
    }

    fn model_call<'a>(&'a self, json: &'a Json) -> ModelCall<'a> {
        let output = json.get("output").unwrap_or(NOTHING);
        let choice = output.get("choices").and_then(|choices| choices.items().first());
        let mut told = Told::new(1);
        let usage =
            output.some("usage").map(|usage| Fields::new(usage, "", &mut told).usage()).unwrap_or_default();
        ModelCall {
            model: json.str("model").unwrap_or_default(),
            role: json.str("role"),
            answer: choice.and_then(|choice| choice.get("message")).map(|message| self.message(message)),
            stop_reason: choice.and_then(|choice| choice.str("stop_reason")),
            usage,
            retries: json.get("retries").and_then(Json::as_u64).unwrap_or_default(),
            error: json.str("error").or_else(|| output.str("error")).map(|text| self.resolve(text)),
            cache: json.str("cache"),
        }
    }

    /// What a model was given: the messages of the event, or those of the sample's pool that it names by ranges.
    pub fn given<'a>(&'a self, event: &Event<'a>) -> impl Iterator<Item = Message<'a>> {
        // Version 3 had the pool beside the events; Inspect's own reader of today does not look there.
        let pool = self
            .json
            .get("events_data")
            .and_then(|data| data.get("messages"))
            .or_else(|| self.json.get("message_pool"));
        let pool = pool.map(Json::items).unwrap_or_default();
        let refs = event.json.get("input_refs").map(Json::items).unwrap_or_default();
        let own =
            if refs.is_empty() { event.json.get("input").map(Json::items).unwrap_or_default() } else { &[] };
        let place =
            |json: Option<&Json>| json.and_then(Json::as_u64).and_then(|one| usize::try_from(one).ok());
        let ranges = refs.iter().filter_map(move |range| {
            let (from, to) = (place(range.items().first())?, place(range.items().get(1))?);
            pool.get(from..to.min(pool.len()))
        });
        own.iter().chain(ranges.flatten()).map(|json| self.message(json))
    }

    /// Runs of tools with the time of each; from the messages where the log has no events.
    pub fn tool_runs(&self) -> Vec<(Option<i64>, ToolRun<'_>)> {
        let events = self.events();
        if !events.is_empty() {
            let runs = events.into_iter().filter_map(|event| match event.body {
                Body::Tool(run) => Some((event.at, run)),
                _ => None,
            });
            return runs.collect();
        }
        let messages: Vec<Message<'_>> = self.messages().collect();
        let answers: std::collections::BTreeMap<&str, &Message<'_>> =
            messages.iter().filter_map(|message| Some((message.call_id?, message))).collect();
        let calls = messages.iter().flat_map(|message| &message.calls);
        let runs = calls.map(|call| {
            let answer = answers.get(call.id);
            let run = ToolRun {
                id: call.id,
                function: call.function,
                arguments: call.arguments,
                result: answer.and_then(|message| message.json.get("content")).unwrap_or(NOTHING),
                error: answer.and_then(|message| message.error),
                error_kind: None,
            };
            (None, run)
        });
        runs.collect()
    }
}
