//! Elements as JSON: attributes under `#attributes`, text beside them under `#text`, data by its name.

use serde_json::{Map, Value};

use super::binxml::{Child, Element};

/// `{"Event": {…}}`
pub(super) fn document(root: Element) -> Value {
    let mut map = Map::new();
    let name = root.name.clone();
    map.insert(name, value(root));
    Value::Object(map)
}

fn value(element: Element) -> Value {
    let mut map = Map::new();
    let attributes: Map<String, Value> =
        element.attributes.into_iter().filter_map(|(name, values)| Some((name, joined(values)?))).collect();
    if !attributes.is_empty() {
        map.insert("#attributes".into(), Value::Object(attributes));
    }
    let mut texts = Vec::new();
    for child in element.children {
        match child {
            Child::Value(value) => texts.push(value),
            Child::Element(inner) => {
                let (name, value) = named(inner);
                put(&mut map, name, value);
            }
        }
    }
    let text = joined(texts);
    if map.is_empty() {
        return text.unwrap_or(Value::Null);
    }
    if let Some(text) = text {
        map.insert("#text".into(), text);
    }
    Value::Object(map)
}

/// `<Data Name="Image">…</Data>` is a field `Image`; without a value it is empty text.
fn named(mut element: Element) -> (String, Value) {
    if element.name == "Data" {
        let at = element.attributes.iter().position(|(name, _)| name == "Name");
        let name = at.and_then(|at| joined(element.attributes.remove(at).1));
        let name = name.as_ref().and_then(Value::as_str).unwrap_or("Data").to_owned();
        let value = match value(element) {
            Value::Null => Value::String(String::new()),
            value => value,
        };
        return (name, value);
    }
    (element.name.clone(), value(element))
}

/// What stands several times becomes a list.
fn put(map: &mut Map<String, Value>, name: String, value: Value) {
    match map.get_mut(&name) {
        None => drop(map.insert(name, value)),
        Some(Value::Array(items)) => match value {
            Value::Array(more) => items.extend(more),
            value => items.push(value),
        },
        Some(first) => {
            let mut items = vec![std::mem::take(first)];
            match value {
                Value::Array(more) => items.extend(more),
                value => items.push(value),
            }
            *first = Value::Array(items);
        }
    }
}

/// One value as it is, several as one text.
fn joined(mut values: Vec<Value>) -> Option<Value> {
    match values.len() {
        0 => None,
        1 => values.pop(),
        _ => Some(Value::String(values.iter().map(text).collect())),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
