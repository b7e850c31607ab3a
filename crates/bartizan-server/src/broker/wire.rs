//! What OpenAI-compatible endpoints take and give, as far as the broker reads it.

use bartizan_programme::rules::{Endpoint, Internal};
use serde_json::{Map, Value, json};

/// The most tokens of an answer to a call that does not say.
const ANSWER: i64 = 16_384;

/// What may be called: below `/v1/`.
const PATHS: [(&str, Endpoint); 4] = [
    ("chat/completions", Endpoint::Chat),
    ("completions", Endpoint::Completions),
    ("embeddings", Endpoint::Embeddings),
    ("responses", Endpoint::Responses),
];

/// A call, as it goes on.
pub(super) struct Asked {
    /// The model as the tester named it.
    pub(super) model: String,
    /// The body for the model's endpoint.
    pub(super) body: Vec<u8>,
    /// The most tokens that it may use, in and out.
    pub(super) tokens: i64,
    /// What of the model's inside it asks to see.
    pub(super) internals: Vec<Internal>,
    /// Whether the tester wanted to see the usage at the end of a stream; else that piece is kept back.
    pub(super) usage: bool,
}

/// The path, if it is one that may be called.
pub(super) fn path(path: &str) -> Option<(&'static str, Endpoint)> {
    PATHS.into_iter().find(|(known, _)| *known == path)
}

/// Reads a call and writes what goes on: the endpoint's name of the model, an answer no longer than granted, nothing kept at the other side,
/// and the usage told at the end of a stream, which is what is metered.
pub(super) fn asked(path: &str, body: &[u8], most: i64, model: &str) -> Option<Asked> {
    let mut object: Map<String, Value> = serde_json::from_slice(body).ok()?;
    let internals = internals(&object);
    let named = object.get("model")?.as_str()?.to_owned();
    object.insert("model".to_owned(), model.into());
    let answers = path != "embeddings";
    let mut answer = 0;
    if answers {
        let limit = match path {
            "responses" => "max_output_tokens",
            "chat/completions" if object.contains_key("max_completion_tokens") => "max_completion_tokens",
            _ => "max_tokens",
        };
        answer = object
            .get(limit)
            .and_then(Value::as_i64)
            .filter(|wanted| *wanted > 0)
            .unwrap_or(ANSWER)
            .min(most);
        object.insert(limit.to_owned(), answer.into());
        let several = object.get("n").and_then(Value::as_i64).unwrap_or(1).clamp(1, 128);
        answer = answer.saturating_mul(several);
    }
    if object.contains_key("store") || path == "responses" {
        object.insert("store".to_owned(), false.into());
    }
    let stream = object.get("stream").and_then(Value::as_bool) == Some(true);
    let usage = object.pointer_bool("stream_options", "include_usage");
    if stream && path != "responses" {
        let options = object.entry("stream_options").or_insert_with(|| json!({}));
        if let Some(options) = options.as_object_mut() {
            options.insert("include_usage".to_owned(), true.into());
        } else {
            return None;
        }
    }
    let body = serde_json::to_vec(&object).ok()?;
    // No tokenizer gives more tokens than there are bytes.
    let asked = i64::try_from(body.len()).unwrap_or(i64::MAX);
    Some(Asked {
        model: named,
        internals,
        body,
        tokens: asked.saturating_add(answer),
        usage: usage || path == "responses",
    })
}

/// What of the model's inside a call asks to see, in the words of both kinds of endpoints.
fn internals(object: &Map<String, Value>) -> Vec<Internal> {
    let asks =
        |name: &str| object.get(name).is_some_and(|value| !matches!(value, Value::Null | Value::Bool(false)));
    let includes = |word: &str| {
        let list = object.get("include").and_then(Value::as_array);
        list.is_some_and(|all| all.iter().any(|one| one.as_str().is_some_and(|text| text.contains(word))))
    };
    let mut found = Vec::new();
    if asks("logprobs") || asks("top_logprobs") || includes("logprobs") {
        found.push(Internal::LogProbabilities);
    }
    let summary =
        object.get("reasoning").and_then(|inner| inner.get("summary")).is_some_and(|value| !value.is_null());
    if asks("include_reasoning") || summary || includes("reasoning") {
        found.push(Internal::Reasoning);
    }
    found
}

trait Pointer {
    fn pointer_bool(&self, object: &str, field: &str) -> bool;
}

impl Pointer for Map<String, Value> {
    fn pointer_bool(&self, object: &str, field: &str) -> bool {
        self.get(object).and_then(|inner| inner.get(field)).and_then(Value::as_bool) == Some(true)
    }
}

/// Tokens of an answer or of a piece of one, in and out, if it tells.
pub(super) fn tokens(answer: &Value) -> Option<i64> {
    let usage = answer
        .get("usage")
        .or_else(|| answer.pointer("/response/usage"))
        .filter(|usage| usage.is_object())?;
    let number = |name: &str| usage.get(name).and_then(Value::as_i64).filter(|number| *number >= 0);
    let parts = [["prompt_tokens", "completion_tokens"], ["input_tokens", "output_tokens"]];
    number("total_tokens").or_else(|| {
        parts
            .iter()
            .find_map(|[asked, answered]| Some(number(asked)?.saturating_add(number(answered).unwrap_or(0))))
    })
}

/// The piece of a stream that only tells the usage.
pub(super) fn only_usage(piece: &Value) -> bool {
    tokens(piece).is_some() && piece.get("choices").and_then(Value::as_array).is_some_and(Vec::is_empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_is_renamed_the_answer_bounded_and_nothing_kept() {
        let body =
            br#"{"model":"falcon-7","messages":[],"max_tokens":9000,"n":2,"stream":true,"store":true}"#;
        let asked = asked("chat/completions", body, 64, "internal-x").expect("a call");
        let sent: Value = serde_json::from_slice(&asked.body).expect("JSON");
        assert_eq!(sent["model"], "internal-x");
        assert_eq!(
            (&sent["max_tokens"], &sent["store"], &sent["stream_options"]),
            (&json!(64), &json!(false), &json!({ "include_usage": true }))
        );
        assert_eq!(asked.tokens, 128 + i64::try_from(asked.body.len()).expect("short"));
        assert!(!asked.usage);
    }

    #[test]
    fn what_is_asked_of_the_inside_is_seen() {
        let of = |body: &str| asked("chat/completions", body.as_bytes(), 64, "x").expect("a call").internals;
        assert_eq!(of(r#"{"model":"m","logprobs":true}"#), [Internal::LogProbabilities]);
        assert_eq!(
            of(r#"{"model":"m","logprobs":0,"include":["reasoning.encrypted_content"]}"#),
            [Internal::LogProbabilities, Internal::Reasoning]
        );
        assert_eq!(of(r#"{"model":"m","logprobs":false,"top_logprobs":null}"#), []);
        assert_eq!(of(r#"{"model":"m","reasoning":{"effort":"high"}}"#), []);
        assert_eq!(of(r#"{"model":"m","reasoning":{"summary":"auto"}}"#), [Internal::Reasoning]);
    }

    #[test]
    fn usage_is_read_in_the_forms_of_both_endpoints() {
        for (answer, told) in [
            (json!({ "usage": { "prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7 } }), Some(7)),
            (json!({ "usage": { "input_tokens": 3, "output_tokens": 4 } }), Some(7)),
            (json!({ "response": { "usage": { "total_tokens": 9 } } }), Some(9)),
            (json!({ "usage": null }), None),
            (json!({ "usage": { "total_tokens": -5 } }), None),
        ] {
            assert_eq!(tokens(&answer), told, "{answer}");
        }
    }

    #[test]
    fn what_is_no_call_is_none() {
        for body in [
            "[]",
            "{}",
            "{\"model\": 4}",
            "{",
            "{\"model\":\"falcon-7\",\"stream\":true,\"stream_options\":3}",
        ] {
            assert!(asked("chat/completions", body.as_bytes(), 64, "x").is_none(), "{body}");
        }
        assert_eq!(path("files"), None);
        assert_eq!(path("../files"), None);
    }
}
