//! An event as the evaluator sees it: fields by name, values lower-cased once.

use std::borrow::Cow;
use std::cell::OnceCell;

use serde_json::Value;

/// An event with its fields laid flat.
///
/// `{"Event": {"System": {…}, "EventData": {…}}}`, as Windows logs are written in JSON, becomes the fields of both
/// parts; other nested objects become `outer.inner`, and their inner names stay reachable only so.
#[derive(Debug)]
pub struct Event {
    values: Vec<Field>,
}

#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: String,
    /// The name without spaces, where it has some: Windows writes `Threat Name`, Sigma rules `ThreatName`.
    pub(super) closed: Option<String>,
    pub(super) value: Value,
    lower: OnceCell<Texts>,
}

/// The texts of a value: mostly one.
#[derive(Debug)]
enum Texts {
    One(String),
    Many(Vec<String>),
}

impl Field {
    /// The texts of the value, lower-cased: one, or one for each member of a list.
    pub(super) fn lower(&self) -> &[String] {
        let texts = self.lower.get_or_init(|| match &self.value {
            Value::String(text) => Texts::One(lower(text)),
            value => {
                let mut out = Vec::new();
                texts(value, &mut |text| {
                    out.push(lower(text));
                    false
                });
                Texts::Many(out)
            }
        });
        match texts {
            Texts::One(text) => std::slice::from_ref(text),
            Texts::Many(texts) => texts,
        }
    }

    /// Whether `test` holds for one of the texts as they are.
    pub(super) fn any(&self, mut test: impl FnMut(&str) -> bool) -> bool {
        texts(&self.value, &mut test)
    }

    /// The first text as it is.
    pub(super) fn first(&self) -> Option<String> {
        let mut first = None;
        self.any(|text| {
            first = Some(text.to_owned());
            true
        });
        first
    }
}

/// Letters of a text without their case: one character stays one, so that a part of a text is lower-cased alike.
pub(super) fn lower(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().map(lower_letter).collect()
}

fn lower_letter(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(c), None) => c,
        _ => c,
    }
}

/// Calls `f` on each text of a value until it says yes. Numbers and truth values are their JSON text.
fn texts(value: &Value, f: &mut impl FnMut(&str) -> bool) -> bool {
    match value {
        Value::Null | Value::Object(_) => false,
        Value::String(text) => f(text),
        Value::Bool(yes) => f(if *yes { "true" } else { "false" }),
        Value::Number(number) => f(&digits(number)),
        Value::Array(items) => items.iter().any(|item| texts(item, f)),
    }
}

/// A number in its shortest form: `5` and `5.0` are the same in JSON.
fn digits(number: &serde_json::Number) -> Cow<'static, str> {
    match number.as_f64() {
        Some(value) if number.is_f64() && value.fract() == 0.0 && value.abs() < 1e15 => {
            (value as i64).to_string().into()
        }
        _ => number.to_string().into(),
    }
}

impl Event {
    /// Lays an event flat. What is no object has no fields.
    pub fn new(value: Value) -> Self {
        let mut event = Self { values: Vec::with_capacity(32) };
        event.lay(String::new(), value, 0);
        event
    }

    fn lay(&mut self, name: String, value: Value, depth: usize) {
        // Deeper than this nothing is laid flat: serde_json reads at most 128 levels.
        match value {
            Value::Object(map) if depth < 16 => {
                for (key, value) in map {
                    let name = flat(&name, key);
                    self.lay(name, value, depth + 1);
                }
            }
            value if !name.is_empty() => {
                let closed = name.contains(' ').then(|| name.replace(' ', ""));
                self.values.push(Field { name, closed, value, lower: OnceCell::new() });
            }
            _ => {}
        }
    }

    /// The field of this name, if the event has it; the first of several.
    pub(super) fn get(&self, name: &str) -> Option<&Field> {
        self.values.iter().find(|field| field.name == name || field.closed.as_deref() == Some(name))
    }

    /// The first text of a field.
    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name)?.first()
    }

    pub(super) fn all(&self) -> &[Field] {
        &self.values
    }
}

/// The name of `key` inside `outer`.
fn flat(outer: &str, key: String) -> String {
    const WINDOWS: [&str; 4] = ["Event", "Event.System", "Event.EventData", "Event.UserData"];
    if outer.is_empty() || WINDOWS[1..3].contains(&outer) && key != "Provider" {
        return key;
    }
    let path = format!("{outer}.{key}");
    if WINDOWS.contains(&path.as_str()) || outer == "Event.UserData" {
        return path;
    }
    if WINDOWS.contains(&outer) {
        return key;
    }
    // Under UserData the provider's own element stands between.
    if let Some(inner) = outer.strip_prefix("Event.UserData.") {
        return if inner.contains('.') { format!("{inner}.{key}") } else { key };
    }
    // XML's attributes and text, as they are written in JSON.
    match path.as_str() {
        "Provider.#attributes.Name" => "Provider_Name".into(),
        "EventID.#text" => "EventID".into(),
        _ => path,
    }
}
