//! What people see of an object: its name and what it is about.

use bartizan::{ObservableKind, exchange};
use bartizan_clearinghouse::access::CollectionId;
use bartizan_store::{Directory, Hit};
use serde_json::Value;

/// The most characters of what an object is about, in a list.
pub(crate) const ABOUT: usize = 240;

/// The most characters of a name, in a list.
const NAME: usize = 300;

/// What an object is called: its name, else its value or pattern; empty if it has none.
pub(crate) fn name(object: &Value) -> String {
    let text = |name: &str| object[name].as_str().unwrap_or_default();
    let named = ["name", "value", "pattern", "path", "key", "subject", "opinion", "abstract", "content"];
    let first = named.into_iter().map(text).find(|text| !text.trim().is_empty());
    if let Some(first) = first {
        return cut(first, NAME);
    }
    match text("type") {
        "relationship" => {
            let end = |name: &str| text(name).split("--").next().unwrap_or_default().to_owned();
            format!("{} {} {}", end("source_ref"), text("relationship_type"), end("target_ref"))
        }
        "file" => object["hashes"]
            .as_object()
            .and_then(|h| h.values().next())
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        "marking-definition" => object["definition"]
            .as_object()
            .and_then(|d| d.values().next())
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        _ => String::new(),
    }
}

/// The same for people: an address no longer works as one.
pub(crate) fn shown(object: &Value) -> String {
    let name = name(object);
    let kind = match object["type"].as_str().unwrap_or_default() {
        "ipv4-addr" => ObservableKind::Ipv4,
        "ipv6-addr" => ObservableKind::Ipv6,
        "domain-name" => ObservableKind::Domain,
        "email-addr" => ObservableKind::Email,
        "url" => ObservableKind::Url,
        _ => return name,
    };
    exchange::defang(kind, &name)
}

/// Where a page of what was found ends. It holds nothing that would tell of what the reader does not see.
pub(crate) fn cursor(directory: &Directory, last: &Hit) -> Option<String> {
    let entry = directory.collections.get(&last.collection)?;
    Some(format!("{:x}-{}", last.added, entry.uuid))
}

/// The place that a cursor names, if there is such a collection.
pub(crate) fn place(directory: &Directory, cursor: &str) -> Option<(CollectionId, i64)> {
    let (added, uuid) = cursor.split_once('-')?;
    let added = i64::from_str_radix(added, 16).ok().filter(|n| (0..1 << 52).contains(n))?;
    let entry = directory.collections.values().find(|c| c.uuid == uuid)?;
    Some((entry.access.id, added))
}

/// The beginning of its description.
pub(crate) fn about(object: &Value, characters: usize) -> String {
    cut(object["description"].as_str().unwrap_or_default(), characters)
}

/// The first characters of a text, on one line.
fn cut(text: &str, characters: usize) -> String {
    let mut words = String::new();
    for word in text.split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
        if words.len() > characters * 4 {
            break;
        }
    }
    match words.char_indices().nth(characters) {
        Some((at, _)) => format!("{}…", &words[..at]),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_object_is_called_what_people_would_call_it() {
        assert_eq!(name(&json!({"type": "indicator", "pattern": "[a:b = 'c']"})), "[a:b = 'c']");
        assert_eq!(name(&json!({"type": "malware", "name": " Mist\nLoader "})), "Mist Loader");
        let relation = json!({"type": "relationship", "source_ref": "malware--1", "target_ref": "tool--2", "relationship_type": "uses"});
        assert_eq!(name(&relation), "malware uses tool");
        assert_eq!(shown(&json!({"type": "domain-name", "value": "a.bad.top"})), "a[.]bad[.]top");
        assert_eq!(name(&json!({"name": 7})), "");
        assert_eq!(about(&json!({"description": "éééé"}), 3), "ééé…");
    }
}
