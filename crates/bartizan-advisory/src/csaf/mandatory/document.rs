//! The document as a whole: translation, category, sharing, licence (6.1.15, 6.1.26, 6.1.28, 6.1.38 to 6.1.41, 6.1.54, 6.1.55).

use serde_json::Value;

use crate::csaf::Version;
use crate::csaf::document::Doc;
use crate::csaf::finding::Sink;
use crate::csaf::json::{items, text};
use crate::licence::{self, State};

pub(crate) fn translator(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let category = doc.root.pointer("/document/publisher/category").and_then(Value::as_str);
    if category != Some("translator") {
        return;
    }
    match doc.document().get("source_lang") {
        None => sink.fail("/document/source_lang", "A translator says what was translated: add source_lang."),
        Some(value) if value.as_str().is_none_or(str::is_empty) => {
            sink.fail(
                "/document/source_lang",
                "A translator says what was translated: source_lang is there but empty, set it.",
            );
        }
        Some(_) => {}
    }
}

pub(crate) fn translation(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if let (Some(to), Some(from)) = (text(doc.document(), "lang"), text(doc.document(), "source_lang"))
        && to.eq_ignore_ascii_case(from)
    {
        sink.fail(
            "/document/source_lang",
            format!("Nothing is translated from {from} to {to}: remove source_lang or correct one of them."),
        );
    }
}

const PROFILES_2_0: &[&str] =
    &["csaf_security_incident_response", "csaf_informational_advisory", "csaf_security_advisory", "csaf_vex"];
const PROFILES_2_1: &[&str] = &[
    "csaf_security_incident_response",
    "csaf_informational_advisory",
    "csaf_security_advisory",
    "csaf_vex",
    "csaf_deprecated_security_advisory",
    "csaf_withdrawn",
    "csaf_superseded",
    "csaf_vulnerability_report",
];

pub(crate) fn category(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let profiles = if doc.version == Version::V2_0 { PROFILES_2_0 } else { PROFILES_2_1 };
    let category = doc.category();
    if category == "csaf_base" || profiles.contains(&category) {
        return;
    }
    let plain = plain(category);
    let alike = profiles.iter().find(|profile| {
        let name = profile.strip_prefix("csaf_").unwrap_or(profile);
        plain == self::plain(profile) || plain == self::plain(name)
    });
    if let Some(profile) = alike {
        sink.fail(
            "/document/category",
            format!("This reads like the profile {profile}: write exactly that, or choose another word."),
        );
    } else if category.to_lowercase().starts_with("csaf_") {
        sink.fail(
            "/document/category",
            "Categories that begin with csaf_ are the standard's own: choose one of them or another word.",
        );
    }
}

/// In lower case, without blanks, dashes and underscores in all their forms (Unicode: white space, the categories Pd and Pc, minus
/// signs, soft hyphens, combining low lines).
fn plain(text: &str) -> String {
    let dropped = |character: char| {
        character.is_whitespace()
            || matches!(character,
                '-' | '_' | '\u{ad}' | '\u{58a}' | '\u{5be}' | '\u{1400}' | '\u{1806}' | '\u{2010}'..='\u{2015}' | '\u{203f}' | '\u{2040}'
                | '\u{2043}' | '\u{2054}' | '\u{2212}' | '\u{23af}' | '\u{2500}' | '\u{2e17}' | '\u{2e1a}' | '\u{2e3a}' | '\u{2e3b}'
                | '\u{2e40}' | '\u{2e5d}' | '\u{301c}' | '\u{3030}' | '\u{30a0}' | '\u{332}' | '\u{333}' | '\u{fe31}'..='\u{fe34}'
                | '\u{fe4d}'..='\u{fe4f}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' | '\u{ff3f}' | '\u{10ead}' | '\u{180e}' | '\u{200b}'
                | '\u{2060}' | '\u{feff}')
    };
    text.chars().filter(|character| !dropped(*character)).flat_map(char::to_lowercase).collect()
}

pub(crate) const MAX_UUID: &str = "ffffffff-ffff-ffff-ffff-ffffffffffff";
pub(crate) const NIL_UUID: &str = "00000000-0000-0000-0000-000000000000";
const GROUP: &str = "/document/distribution/sharing_group";

/// The id of the sharing group.
pub(crate) fn sharing_group<'a>(doc: &Doc<'a>) -> Option<&'a str> {
    doc.root.pointer(GROUP).and_then(|group| text(group, "id"))
}

pub(crate) fn max_uuid_not_public(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if sharing_group(doc) == Some(MAX_UUID) && doc.tlp() != Some("CLEAR") {
        sink.fail(
            "/document/distribution/tlp/label",
            "The sharing group of the Max UUID is for TLP:CLEAR only: remove it or change the label.",
        );
    }
}

pub(crate) fn public_without_max_uuid(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if doc.tlp() != Some("CLEAR") {
        return;
    }
    match sharing_group(doc) {
        None | Some(MAX_UUID) => {}
        Some(NIL_UUID) if doc.status() == "draft" => {}
        Some(_) => sink.fail(
            format!("{GROUP}/id"),
            "A TLP:CLEAR document has no closed group: remove the sharing group.",
        ),
    }
}

/// The name that an id asks for.
fn reserved_name(id: &str) -> Option<&'static str> {
    match id {
        MAX_UUID => Some("Public"),
        NIL_UUID => Some("No sharing allowed"),
        _ => None,
    }
}

pub(crate) fn sharing_group_name_taken(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let Some(group) = doc.root.pointer(GROUP) else { return };
    if let (Some(id), Some(name)) = (text(group, "id"), text(group, "name"))
        && matches!(name, "Public" | "No sharing allowed")
        && reserved_name(id) != Some(name)
    {
        sink.fail(
            format!("{GROUP}/name"),
            format!("The name {name} is reserved for another id: choose another name."),
        );
    }
}

pub(crate) fn sharing_group_name_missing(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let Some(group) = doc.root.pointer(GROUP) else { return };
    if let Some(name) = text(group, "id").and_then(reserved_name)
        && text(group, "name") != Some(name)
    {
        sink.fail(format!("{GROUP}/name"), format!("The group of this id is called {name}: set the name."));
    }
}

pub(crate) fn licence_expression(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if let Some(expression) = text(doc.document(), "license_expression")
        && licence::names(expression).is_none()
    {
        let message = "This is no SPDX licence expression, or has a DocumentRef: write it like CC-BY-4.0 OR LicenseRef-example.com-own-1.0.";
        sink.fail("/document/license_expression", message);
    }
}

/// Whether the licence is of one's own, so that its text must be in a note. A name that claims a registry which does not have it
/// is no licence of one's own (section 3.2.2.7, rule 3) but a mistake (6.2.45).
pub(crate) fn asks_for_licence_text(doc: &Doc<'_>) -> bool {
    let names = text(doc.document(), "license_expression").and_then(licence::names);
    names.is_some_and(|names| names.iter().any(|name| name.state() == State::Elsewhere))
}

/// Fails unless exactly one note has the title, and it has the category.
pub(crate) fn one_note(doc: &Doc<'_>, title: &str, category: &str, sink: &mut Sink<'_>) {
    let notes: Vec<_> =
        items(doc.document(), "notes").filter(|(_, note)| text(note, "title") == Some(title)).collect();
    match notes.as_slice() {
        [(index, note)] => {
            if text(note, "category") != Some(category) {
                sink.fail(
                    format!("/document/notes/{index}/category"),
                    format!("The note {title} must have the category {category}: set it."),
                );
            }
        }
        [] => sink.fail(
            "/document/notes",
            format!("There is no note {title}: add one of the category {category}."),
        ),
        [_, (index, _), ..] => {
            sink.fail(
                format!("/document/notes/{index}"),
                format!("There must be exactly one note {title}: merge them."),
            );
        }
    }
}

pub(crate) fn licence_text(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if doc.is_english() && asks_for_licence_text(doc) {
        one_note(doc, "License", "legal_disclaimer", sink);
    }
}
