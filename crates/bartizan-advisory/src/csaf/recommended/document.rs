//! The document as a whole (6.2.4 to 6.2.6, 6.2.10 to 6.2.15, 6.2.20 to 6.2.22, 6.2.28 to 6.2.30, 6.2.38, 6.2.43 to 6.2.45).

use serde_json::Value;

use crate::csaf::document::Doc;
use crate::csaf::finding::Sink;
use crate::csaf::json::{items, text};
use crate::csaf::mandatory::document::{MAX_UUID, NIL_UUID, sharing_group};
use crate::csaf::mandatory::identifiers::languages;
use crate::csaf::{Version, file_name, schema, time};
use crate::language;
use crate::licence::{self, State};

pub(crate) fn build_metadata(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for (index, item) in items(doc.tracking(), "revision_history") {
        if text(item, "number").is_some_and(|number| number.contains('+')) {
            let pointer = format!("/document/tracking/revision_history/{index}/number");
            sink.fail(
                pointer,
                "The number of a revision needs no build metadata: remove what follows the plus sign.",
            );
        }
    }
}

fn revision_dates(doc: &Doc<'_>) -> impl Iterator<Item = time::Instant> {
    items(doc.tracking(), "revision_history").filter_map(|(_, item)| text(item, "date").and_then(time::parse))
}

pub(crate) fn initial_release(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let date = text(doc.tracking(), "initial_release_date").and_then(time::parse);
    if let (Some(date), Some(oldest)) = (date, revision_dates(doc).min())
        && date < oldest
    {
        sink.fail(
            "/document/tracking/initial_release_date",
            "The first release is dated before the oldest revision: correct one of them.",
        );
    }
}

pub(crate) fn current_release(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let date = text(doc.tracking(), "current_release_date").and_then(time::parse);
    if let (Some(date), Some(newest)) = (date, doc.newest_revision())
        && date < newest
    {
        sink.fail(
            "/document/tracking/current_release_date",
            "The current release is dated before the newest revision: correct one of them.",
        );
    }
}

pub(crate) fn missing_tlp(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if doc.tlp().is_none() {
        sink.fail(
            "/document/distribution/tlp/label",
            "Nothing says with whom this may be shared: set a TLP label.",
        );
    }
}

/// The canonical URL of the document.
pub(crate) fn canonical_url<'a>(doc: &Doc<'a>) -> Option<&'a str> {
    let name = file_name(text(doc.tracking(), "id")?);
    let is_canonical = |url: &str| {
        let Some(rest) = url.strip_prefix("https://") else { return false };
        match doc.version {
            Version::V2_0 => rest.ends_with(&name),
            Version::V2_1 => {
                rest.strip_suffix(name.as_str()).and_then(|rest| rest.strip_suffix('/')).is_some_and(|rest| {
                    let host = rest.split('/').next().unwrap_or("");
                    !host.is_empty() && !host.starts_with(':')
                })
            }
        }
    };
    items(doc.document(), "references")
        .filter(|(_, reference)| text(reference, "category") == Some("self"))
        .filter_map(|(_, reference)| text(reference, "url"))
        .find(|url| is_canonical(url))
}

pub(crate) fn missing_canonical_url(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if canonical_url(doc).is_none() {
        let name = text(doc.tracking(), "id").map(file_name).unwrap_or_default();
        let message = format!(
            "Nothing says where the document is: add a reference of the category self, https://…/{name}."
        );
        sink.fail("/document/references", message);
    }
}

/// Fails when a text is missing or empty, and says which.
fn wants(doc: &Doc<'_>, key: &str, why: &str, sink: &mut Sink<'_>) {
    let pointer = format!("/document/{key}");
    match doc.document().get(key) {
        None => sink.fail(pointer, format!("{why}: add {key}.")),
        Some(value) if value.as_str().is_none_or(str::is_empty) => {
            sink.fail(pointer, format!("{why}: {key} is there but empty, set it."))
        }
        Some(_) => {}
    }
}

pub(crate) fn missing_language(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    wants(doc, "lang", "Nothing says which language this is", sink);
}

pub(crate) fn missing_licence(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    wants(doc, "license_expression", "Nothing says how the document may be used", sink);
}

pub(crate) fn sorting(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for pointer in &doc.keys.unsorted {
        sink.fail(
            pointer.clone(),
            "The key comes before its place in the alphabet: sort the keys of the object.",
        );
    }
}

pub(crate) fn private_language(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for (pointer, tag) in languages(doc) {
        if language::is_private(tag) {
            sink.fail(
                pointer,
                format!("{tag} has a part of private use, which others cannot know: use a registered one."),
            );
        }
    }
}

pub(crate) fn default_language(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for (pointer, tag) in languages(doc) {
        if tag.eq_ignore_ascii_case("i-default") {
            sink.fail(pointer, "i-default says no language: name it or leave this out.");
        }
    }
}

pub(crate) fn additional_properties(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    schema::additional(doc, sink);
}

pub(crate) fn same_timestamps(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let mut seen = std::collections::BTreeSet::new();
    for (index, item) in items(doc.tracking(), "revision_history") {
        if let Some(date) = text(item, "date").and_then(time::parse)
            && !seen.insert(date)
        {
            let pointer = format!("/document/tracking/revision_history/{index}/date");
            sink.fail(
                pointer,
                "Another revision has the same date, so their order cannot be told: correct one of them.",
            );
        }
    }
}

pub(crate) fn id_in_title(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if let (Some(title), Some(id)) = (text(doc.document(), "title"), text(doc.tracking(), "id"))
        && title.contains(id)
    {
        sink.fail(
            "/document/title",
            "The title holds the document's id, which readers show anyway: remove it from the title.",
        );
    }
}

pub(crate) fn max_uuid(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if sharing_group(doc) == Some(MAX_UUID) {
        sink.fail(
            "/document/distribution/sharing_group/id",
            "The Max UUID is no group: remove the sharing group.",
        );
    }
}

pub(crate) fn nil_uuid(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if sharing_group(doc) == Some(NIL_UUID) {
        sink.fail(
            "/document/distribution/sharing_group/id",
            "The Nil UUID is no group: remove the sharing group.",
        );
    }
}

pub(crate) fn group_on_clear(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if doc.tlp() == Some("CLEAR") && doc.root.pointer("/document/distribution/sharing_group").is_some() {
        sink.fail(
            "/document/distribution/sharing_group",
            "A TLP:CLEAR document is for all: remove the sharing group.",
        );
    }
}

pub(crate) fn deprecated_profile(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if doc.category().starts_with("csaf_deprecated_") {
        sink.fail("/document/category", "The profile is deprecated: use its successor.");
    }
}

fn licences(doc: &Doc<'_>, state: State, message: impl Fn(&str) -> String, sink: &mut Sink<'_>) {
    let names = doc.document().get("license_expression").and_then(Value::as_str).and_then(licence::names);
    for name in names.into_iter().flatten().filter(|name| name.state() == state) {
        sink.fail("/document/license_expression", message(&name.text()));
    }
}

pub(crate) fn deprecated_licence(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    licences(
        doc,
        State::Deprecated,
        |name| format!("The licence name {name} is deprecated: use its successor."),
        sink,
    );
}

pub(crate) fn missing_licence_name(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    licences(
        doc,
        State::Missing,
        |name| format!("No registry has the licence {name}: correct it or use a LicenseRef- of your own."),
        sink,
    );
}
