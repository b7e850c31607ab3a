//! An event as the evaluator sees it: fields by name, values lower-cased once.

use std::cell::OnceCell;
use std::collections::HashMap;

use serde_json::Value;

/// An event with its fields laid flat.
///
/// `{"Event": {"System": {…}, "EventData": {…}}}`, as Windows logs are written in JSON, becomes the fields of both
/// parts; other nested objects become `outer.inner`, and their inner names stay reachable only so.
#[derive(Debug)]
pub struct Event {
    fields: HashMap<String, usize>,
    values: Vec<Field>,
}

#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) value: Value,
    lower: OnceCell<Vec<String>>,
}

impl Field {
    /// The texts of the value, lower-cased: one, or one for each member of a list.
    pub(super) fn lower(&self) -> &[String] {
        self.lower.get_or_init(|| {
            let mut out = Vec::new();
            texts(&self.value, &mut |text| out.push(text.to_lowercase()));
            out
        })
    }

    /// The texts of the value as they are.
    pub(super) fn texts(&self) -> Vec<String> {
        let mut out = Vec::new();
        texts(&self.value, &mut |text| out.push(text.to_owned()));
        out
    }
}

/// Calls `f` on each text of a value. Numbers and truth values are their JSON text.
fn texts(value: &Value, f: &mut impl FnMut(&str)) {
    match value {
        Value::Null | Value::Object(_) => {}
        Value::String(text) => f(text),
        Value::Bool(yes) => f(if *yes { "true" } else { "false" }),
        Value::Number(number) => f(&number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, f)),
    }
}

impl Event {
    /// Lays an event flat. What is no object has no fields.
    pub fn new(value: Value) -> Self {
        let mut event = Self { fields: HashMap::new(), values: Vec::new() };
        event.lay(String::new(), value, 0);
        event
    }

    fn lay(&mut self, name: String, value: Value, depth: usize) {
        // Deeper than this nothing is laid flat: serde_json reads at most 128 levels.
        match value {
            Value::Object(map) if depth < 16 => {
                for (key, value) in map {
                    let name = flat(&name, &key);
                    self.lay(name, value, depth + 1);
                }
            }
            value if !name.is_empty() => {
                let at = self.values.len();
                // Windows writes `Threat Name`, Sigma rules `ThreatName`.
                if name.contains(' ') {
                    self.fields.entry(name.replace(' ', "")).or_insert(at);
                }
                self.fields.entry(name.clone()).or_insert(at);
                self.values.push(Field { name, value, lower: OnceCell::new() });
            }
            _ => {}
        }
    }

    /// The field of this name, if the event has it.
    pub(super) fn get(&self, name: &str) -> Option<&Field> {
        self.fields.get(name).and_then(|at| self.values.get(*at))
    }

    /// The first text of a field.
    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name)?.texts().into_iter().next()
    }

    pub(super) fn all(&self) -> &[Field] {
        &self.values
    }
}

/// The name of `key` inside `outer`.
fn flat(outer: &str, key: &str) -> String {
    const WINDOWS: [&str; 4] = ["Event", "Event.System", "Event.EventData", "Event.UserData"];
    let path = if outer.is_empty() { key.to_owned() } else { format!("{outer}.{key}") };
    if WINDOWS.contains(&path.as_str()) || outer == "Event.UserData" {
        return path;
    }
    if WINDOWS.contains(&outer) {
        return key.to_owned();
    }
    // Under UserData the provider's own element stands between.
    if let Some(inner) = outer.strip_prefix("Event.UserData.") {
        return if inner.contains('.') { format!("{inner}.{key}") } else { key.to_owned() };
    }
    // XML's attributes and text, as they are written in JSON.
    match path.as_str() {
        "Provider.#attributes.Name" => "Provider_Name".into(),
        "EventID.#text" => "EventID".into(),
        _ => path,
    }
}
