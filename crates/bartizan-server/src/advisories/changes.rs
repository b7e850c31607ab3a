//! What is different between two editions, place by place: an order of lines says nothing of JSON.

use serde_json::Value;

/// The most places that are told of.
pub(crate) const MOST: usize = 500;
/// The longest text of a value, in characters.
const LONG: usize = 2_000;

/// One place that is different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// Where: a JSON pointer (RFC 6901).
    pub(crate) pointer: String,
    /// What was there; none: nothing.
    pub(crate) before: Option<String>,
    /// What is there.
    pub(crate) after: Option<String>,
}

/// The differences, in the order of the document; and whether there are more than are told.
pub(crate) fn changes(before: &Value, after: &Value) -> (Vec<Change>, bool) {
    let mut found = Vec::new();
    walk(Some(before), Some(after), String::new(), &mut found);
    let more = found.len() > MOST;
    found.truncate(MOST);
    (found, more)
}

fn walk(before: Option<&Value>, after: Option<&Value>, pointer: String, found: &mut Vec<Change>) {
    if before == after || found.len() > MOST {
        return;
    }
    match (before, after) {
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            let keys: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for key in keys {
                let place = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
                walk(a.get(key), b.get(key), place, found);
            }
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) => {
            for i in 0..a.len().max(b.len()) {
                walk(a.get(i), b.get(i), format!("{pointer}/{i}"), found);
            }
        }
        _ => found.push(Change { pointer, before: before.map(text), after: after.map(text) }),
    }
}

fn text(value: &Value) -> String {
    let whole = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match whole.char_indices().nth(LONG) {
        Some((end, _)) => format!("{}…", &whole[..end]),
        None => whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_place_that_is_different_is_told_once() {
        let before = json!({ "a": 1, "b": ["x", "y"], "c/d": { "e": "old" }, "gone": true });
        let after = json!({ "a": 1, "b": ["x", "z", "w"], "c/d": { "e": "new" } });
        let (found, more) = changes(&before, &after);
        let told: Vec<_> =
            found.iter().map(|c| (c.pointer.as_str(), c.before.as_deref(), c.after.as_deref())).collect();
        assert_eq!(
            told,
            [
                ("/b/1", Some("y"), Some("z")),
                ("/b/2", None, Some("w")),
                ("/c~1d/e", Some("old"), Some("new")),
                ("/gone", Some("true"), None),
            ]
        );
        assert!(!more);
        let many = Value::Array((0..MOST + 5).map(|n| json!(n)).collect());
        let (found, more) = changes(&json!([]), &many);
        assert_eq!((found.len(), more), (MOST, true));
    }
}
