//! How weaknesses of CWE are used (6.2.23 to 6.2.26).

use serde_json::Value;

use crate::csaf::document::Doc;
use crate::csaf::finding::{Severity, Sink};
use crate::csaf::json::text;
use crate::cwe;

/// The weaknesses of the document that are known, with pointer, id and version.
fn weaknesses<'a>(doc: &Doc<'a>) -> Vec<(String, &'a str, &'a str, &'static cwe::Weakness)> {
    let read = |(pointer, given): (String, &'a Value)| {
        let (id, version) = (text(given, "id")?, text(given, "version")?);
        Some((pointer, id, version, cwe::weakness(id, cwe::version(version)?)?))
    };
    doc.select("vulnerabilities/*/cwes/*").into_iter().filter_map(read).collect()
}

pub(crate) fn deprecated(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for (pointer, id, version, weakness) in weaknesses(doc) {
        if weakness.is_deprecated {
            sink.fail(
                format!("{pointer}/id"),
                format!("{id} is deprecated in CWE {version}: use its successor."),
            );
        }
    }
}

pub(crate) fn not_newest_version(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let released = text(doc.tracking(), "current_release_date").and_then(|date| date.get(..10));
    let Some((day, newest)) = released.and_then(|day| Some((day, cwe::newest_on(day)?))) else { return };
    for (pointer, given) in doc.select("vulnerabilities/*/cwes/*") {
        let Some(version) = text(given, "version").filter(|version| *version != newest) else { continue };
        let pointer = format!("{pointer}/version");
        if cwe::is_newer(version) && day > cwe::known_until() {
            sink.note(
                Severity::Information,
                pointer,
                format!("CWE {version} is newer than those known here: look whether it was the newest."),
            );
        } else {
            sink.fail(pointer, format!("On {day} CWE {newest} was the newest, not {version}: use it."));
        }
    }
}

pub(crate) fn not_for_mapping(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for (pointer, id, _, weakness) in weaknesses(doc) {
        if !matches!(weakness.usage, "" | "Allowed" | "Allowed-with-Review") {
            let message = format!(
                "CWE has {id} as {} for vulnerabilities: use a weakness below it.",
                weakness.usage.to_lowercase()
            );
            sink.fail(format!("{pointer}/id"), message);
        }
    }
}

pub(crate) fn review(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for (pointer, id, _, weakness) in weaknesses(doc) {
        if weakness.usage == "Allowed-with-Review" {
            sink.fail(
                format!("{pointer}/id"),
                format!("CWE allows {id} only after a review: see whether a weakness below it fits better."),
            );
        }
    }
}
