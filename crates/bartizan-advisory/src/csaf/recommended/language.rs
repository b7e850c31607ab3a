//! Terms in other languages than English (6.2.39.2 to 6.2.39.4, 6.2.40, 6.2.46).

use crate::csaf::document::Doc;
use crate::csaf::finding::{Severity, Sink};
use crate::csaf::json::{items, text};
use crate::csaf::mandatory::document::{asks_for_licence_text, one_note};
use crate::csaf::mandatory::profile::{external_reference, is};
use crate::translations::{Term, translate};

/// The term in the document's language, which is not English; a note when none is recorded.
fn term(doc: &Doc<'_>, term: Term, sink: &mut Sink<'_>) -> Option<&'static str> {
    let language = doc.language()?;
    let translated = translate(term, &language);
    if translated.is_none() {
        let message = format!(
            "No translation of the standard's term into {language} is recorded: the test was left out, look yourself."
        );
        sink.note(Severity::Information, "/document/lang", message);
    }
    translated
}

pub(crate) fn withdrawal(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if is(doc, &["csaf_withdrawn"])
        && !doc.is_english()
        && let Some(title) = term(doc, Term::ReasoningForWithdrawal, sink)
    {
        one_note(doc, title, "description", sink);
    }
}

pub(crate) fn supersession(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if is(doc, &["csaf_superseded"])
        && !doc.is_english()
        && let Some(title) = term(doc, Term::ReasoningForSupersession, sink)
    {
        one_note(doc, title, "description", sink);
    }
}

pub(crate) fn superseding_document(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if is(doc, &["csaf_superseded"])
        && !doc.is_english()
        && let Some(beginning) = term(doc, Term::SupersedingDocument, sink)
    {
        external_reference(doc, beginning, sink);
    }
}

pub(crate) fn licence_text(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if !doc.is_english()
        && asks_for_licence_text(doc)
        && let Some(title) = term(doc, Term::License, sink)
    {
        one_note(doc, title, "legal_disclaimer", sink);
    }
}

pub(crate) fn product_description(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let descriptions =
        || items(doc.document(), "notes").filter(|(_, note)| text(note, "category") == Some("description"));
    if descriptions().next().is_none() {
        return;
    }
    let title = if doc.is_english() {
        Some("Product Description")
    } else {
        term(doc, Term::ProductDescription, sink)
    };
    let Some(title) = title else { return };
    for (index, note) in descriptions() {
        let is_one = text(note, "title").is_some_and(|given| given.starts_with(title));
        if is_one && note.get("product_ids").is_none() && note.get("group_ids").is_none() {
            let message =
                "The description does not say which product it describes: add product_ids or group_ids.";
            sink.fail(format!("/document/notes/{index}"), message);
        }
    }
}
