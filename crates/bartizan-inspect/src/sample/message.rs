//! Messages of a transcript.

use super::Sample;
use crate::json::Json;

/// A message, as a view of the sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Message<'a> {
    /// Its identifier.
    pub id: Option<&'a str>,
    /// `system`, `user`, `assistant` or `tool`.
    pub role: &'a str,
    /// Where it comes from: `input`, `generate`, `operator`, …
    pub source: Option<&'a str>,
    /// Its parts in order.
    pub parts: Vec<Part<'a>>,
    /// Tool calls that it asks for.
    pub calls: Vec<ToolCall<'a>>,
    /// Of a tool's message: the call that it answers.
    pub call_id: Option<&'a str>,
    /// Of a tool's message: the tool.
    pub function: Option<&'a str>,
    /// Of a tool's message: what went wrong.
    pub error: Option<&'a str>,
    /// The model that wrote it.
    pub model: Option<&'a str>,
    /// Everything.
    pub json: &'a Json,
}

/// A part of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Part<'a> {
    /// `text`, `reasoning`, `image`, `audio`, `video`, `document`, `data`, `tool_use`.
    pub kind: &'a str,
    /// Its text; of a picture or sound, its address.
    pub text: &'a str,
    /// Everything; `None` if the message is a bare string.
    pub json: Option<&'a Json>,
}

/// A tool call that a model asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolCall<'a> {
    /// Its identifier.
    pub id: &'a str,
    /// The tool.
    pub function: &'a str,
    /// The arguments.
    pub arguments: &'a Json,
    /// Why the arguments could not be read.
    pub parse_error: Option<&'a str>,
}

impl Message<'_> {
    /// Its text parts, one a line.
    pub fn text(&self) -> String {
        let texts: Vec<&str> =
            self.parts.iter().filter(|part| part.kind == "text").map(|part| part.text).collect();
        texts.join("\n")
    }
}

impl Sample {
    /// The conversation at the end of the sample.
    pub fn messages(&self) -> impl Iterator<Item = Message<'_>> {
        self.json.get("messages").map(Json::items).unwrap_or_default().iter().map(|json| self.message(json))
    }

    /// What was asked, as messages; a bare string is one of the user.
    pub fn input(&self) -> Vec<Message<'_>> {
        match self.json.get("input") {
            Some(Json::Array(items)) => items.iter().map(|json| self.message(json)).collect(),
            Some(json) => vec![Message { role: "user", ..self.message(json) }],
            None => Vec::new(),
        }
    }

    /// Everything that the model said, in order.
    pub fn answers(&self) -> impl Iterator<Item = String> {
        self.messages().filter(|message| message.role == "assistant").map(|message| message.text())
    }

    pub(super) fn message<'a>(&'a self, json: &'a Json) -> Message<'a> {
        let content = json.get("content");
        let parts = match content.or_else(|| json.as_str().map(|_| json)) {
            Some(Json::Array(items)) => items.iter().map(|item| self.part(item)).collect(),
            Some(one) => one
                .as_str()
                .map(|text| Part { kind: "text", text: self.resolve(text), json: None })
                .into_iter()
                .collect(),
            None => Vec::new(),
        };
        let calls = json.get("tool_calls").map(Json::items).unwrap_or_default();
        Message {
            id: json.str("id"),
            role: json.str("role").unwrap_or_default(),
            source: json.str("source"),
            parts,
            calls: calls.iter().map(tool_call).collect(),
            call_id: json.str("tool_call_id"),
            function: json.str("function"),
            error: json.get("error").and_then(|error| error.str("message").or_else(|| error.as_str())),
            model: json.str("model"),
            json,
        }
    }

    fn part<'a>(&'a self, json: &'a Json) -> Part<'a> {
        let kind = json.str("type").unwrap_or("text");
        let text = json.as_str().or_else(|| match kind {
            "tool_use" => json.str("result").or_else(|| json.str("arguments")),
            other => json.str(other),
        });
        Part { kind, text: self.resolve(text.unwrap_or_default()), json: Some(json) }
    }
}

pub(super) fn tool_call(json: &Json) -> ToolCall<'_> {
    const NOTHING: &Json = &Json::Null;
    ToolCall {
        id: json.str("id").unwrap_or_default(),
        function: json.str("function").unwrap_or_default(),
        arguments: json.get("arguments").unwrap_or(NOTHING),
        parse_error: json.str("parse_error"),
    }
}
