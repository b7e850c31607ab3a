//! Members of an object by type; what has another type is told and counts as absent.

use super::{Failure, Id, Usage};
use crate::Code;
use crate::diagnostic::Told;
use crate::json::Json;

/// The members of one object.
pub(crate) struct Fields<'a, 't> {
    pub json: &'a Json,
    place: &'a str,
    told: &'t mut Told,
}

impl<'a, 't> Fields<'a, 't> {
    pub fn new(json: &'a Json, place: &'a str, told: &'t mut Told) -> Self {
        if !matches!(json, Json::Object(_)) {
            told.add(Code::Member, place, format!("a {} where an object should be", json.kind()));
        }
        Self { json, place, told }
    }

    pub fn wrong(&mut self, key: &str, wanted: &str, found: &Json) {
        let seen = format!("{key} is a {}, it should be {wanted}", found.kind());
        self.told.add(Code::Member, self.place, seen);
    }

    fn typed<T>(&mut self, key: &str, wanted: &str, read: impl FnOnce(&'a Json) -> Option<T>) -> Option<T> {
        let value = self.json.some(key)?;
        let typed = read(value);
        if typed.is_none() {
            self.wrong(key, wanted, value);
        }
        typed
    }

    pub fn str(&mut self, key: &str) -> Option<String> {
        self.typed(key, "a string", |value| value.as_str().map(str::to_owned))
    }

    pub fn text(&mut self, key: &str) -> String {
        self.str(key).unwrap_or_default()
    }

    /// A string, or a number as text.
    pub fn loose(&mut self, key: &str) -> String {
        let read = |value: &Json| {
            value.as_number().map(|one| one.text().to_owned()).or_else(|| value.as_str().map(str::to_owned))
        };
        self.typed(key, "a string or number", read).unwrap_or_default()
    }

    pub fn id(&mut self, key: &str) -> Option<Id> {
        self.typed(key, "a string or number", Id::read)
    }

    pub fn u64(&mut self, key: &str) -> Option<u64> {
        self.typed(key, "a whole number", |value| value.as_u64().or_else(|| value.as_f64().and_then(whole)))
    }

    pub fn f64(&mut self, key: &str) -> Option<f64> {
        self.typed(key, "a number", Json::as_f64)
    }

    pub fn bool(&mut self, key: &str) -> Option<bool> {
        self.typed(key, "a boolean", Json::as_bool)
    }

    pub fn array(&mut self, key: &str) -> &'a [Json] {
        self.typed(key, "an array", |value| matches!(value, Json::Array(_)).then(|| value.items()))
            .unwrap_or_default()
    }

    pub fn members(&mut self, key: &str) -> &'a [(Box<str>, Json)] {
        self.typed(key, "an object", |value| matches!(value, Json::Object(_)).then(|| value.members()))
            .unwrap_or_default()
    }

    pub fn owned(&mut self, key: &str) -> Vec<(String, Json)> {
        self.members(key).iter().map(|(name, value)| (name.to_string(), value.clone())).collect()
    }

    /// A list of strings; a single string counts as one.
    pub fn strings(&mut self, key: &str) -> Option<Vec<String>> {
        self.typed(key, "strings", |value| match value {
            Json::Array(items) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
            other => other.as_str().map(|one| vec![one.to_owned()]),
        })
    }

    /// A member that is an object.
    pub fn object(&mut self, key: &str) -> Option<&'a Json> {
        self.typed(key, "an object", |value| matches!(value, Json::Object(_)).then_some(value))
    }

    /// The same of one of its members, with the same place to tell of.
    pub fn within(&mut self, json: &'a Json) -> Fields<'a, '_> {
        Fields { json, place: self.place, told: self.told }
    }

    pub fn failure(&mut self, key: &str) -> Option<Failure> {
        // Summaries and some old logs have the message only.
        if let Some(message) = self.json.some(key).and_then(Json::as_str) {
            return Some(Failure { message: message.to_owned(), traceback: String::new() });
        }
        let json = self.object(key)?;
        let mut fields = self.within(json);
        Some(Failure { message: fields.text("message"), traceback: fields.text("traceback") })
    }

    pub fn usages(&mut self, key: &str) -> Vec<(String, Usage)> {
        let models = self.members(key);
        models.iter().map(|(model, usage)| (model.to_string(), self.within(usage).usage())).collect()
    }

    pub fn usage(&mut self) -> Usage {
        Usage {
            input: self.u64("input_tokens").unwrap_or_default(),
            output: self.u64("output_tokens").unwrap_or_default(),
            total: self.u64("total_tokens").unwrap_or_default(),
            cache_write: self.u64("input_tokens_cache_write").unwrap_or_default(),
            cache_read: self.u64("input_tokens_cache_read").unwrap_or_default(),
            reasoning: self.u64("reasoning_tokens").unwrap_or_default(),
            cost: self.f64("total_cost"),
        }
    }
}

/// A float that is a whole number, as Python's `pydantic` takes one for an integer.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be whole and within")]
fn whole(value: f64) -> Option<u64> {
    (value.fract() == 0.0 && (0.0..9.0e15).contains(&value)).then_some(value as u64)
}
