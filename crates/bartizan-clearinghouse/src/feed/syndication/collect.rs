//! A feed of a collection of STIX objects.

use super::{Dialect, Entry, Feed, Text};
use crate::feed::StixObject;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// A feed of the objects that have a name, newest first, at most `most` of them; only the newest version of each.
///
/// `id` identifies the feed for good, `page` gives the address of an object's page from its identifier. Whoever calls
/// hands in what the reader may see and nothing else.
pub fn collection(
    id: &str,
    title: &str,
    objects: &[StixObject],
    most: usize,
    page: impl Fn(&str) -> Option<String>,
) -> Feed {
    let mut newest: BTreeMap<String, Entry> = BTreeMap::new();
    for object in objects {
        let Some(entry) = entry(object, &page) else { continue };
        match newest.get(&entry.id) {
            Some(old) if old.updated >= entry.updated => {}
            _ => {
                newest.insert(entry.id.clone(), entry);
            }
        }
    }
    let mut entries: Vec<Entry> = newest.into_values().collect();
    // Sorting is stable: what changed at the same moment stands in order of identifiers.
    entries.sort_by_key(|e| std::cmp::Reverse(e.updated));
    entries.truncate(most);
    Feed {
        dialect: Dialect::Atom,
        id: Some(id.to_owned()),
        title: Some(title.to_owned()),
        link: None,
        updated: entries.iter().filter_map(|e| e.updated).max(),
        entries,
    }
}

/// What describes other objects and is no news.
const ACCESSORIES: [&str; 3] = ["extension-definition", "identity", "marking-definition"];

fn entry(object: &StixObject, page: &impl Fn(&str) -> Option<String>) -> Option<Entry> {
    let text = |key: &str| object.get(key)?.as_str().filter(|t| !t.is_empty());
    let time = |key: &str| text(key)?.parse::<Timestamp>().ok();
    let (id, kind, name) = (text("id")?, text("type")?, text("name")?);
    if ACCESSORIES.contains(&kind) {
        return None;
    }
    let uuid = id.split_once("--")?.1;
    Some(Entry {
        // RFC 4287 asks for an IRI; an object's UUID is its own.
        id: format!("urn:uuid:{uuid}"),
        title: Some(if kind == "report" { name.to_owned() } else { format!("{kind}: {name}") }),
        link: page(id),
        published: time("published").or_else(|| time("created")),
        updated: time("modified"),
        summary: text("description").map(|d| Text { html: false, value: d.to_owned() }),
        ..Entry::default()
    })
}
