//! Which extensions are used (6.2.39.5, 6.2.54; 6.3.21 beside it).
//!
//! The OASIS CSAF TC has published no official and no registered extension yet, so every one is experimental (2.1, section 2.4.1).

use serde_json::Value;

use crate::csaf::document::Doc;
use crate::csaf::finding::Sink;
use crate::csaf::mandatory::extension::all;
use crate::csaf::mandatory::profile::is;

pub(crate) fn in_withdrawn(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if is(doc, &["csaf_withdrawn", "csaf_superseded"]) {
        for pointer in ["/x_extensions", "/document/x_extensions"] {
            if doc.root.pointer(pointer).is_some() {
                sink.fail(
                    pointer,
                    "What is withdrawn or superseded has nothing to add: remove the extensions.",
                );
            }
        }
    }
}

fn each(doc: &Doc<'_>, message: &str, sink: &mut Sink<'_>) {
    for (pointer, _) in all(doc) {
        sink.fail(pointer, message);
    }
}

pub(crate) fn not_registered(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    each(
        doc,
        "The extension is not registered with the OASIS CSAF TC, so few know it: register it or do without.",
        sink,
    );
}

pub(crate) fn not_official(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    each(
        doc,
        "The extension is none of the OASIS CSAF TC's own, so not all tools know it: see whether an official one will do.",
        sink,
    );
}

pub(crate) fn critical(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for (pointer, item) in all(doc) {
        if item.get("critical").and_then(Value::as_bool) == Some(true) {
            sink.fail(
                format!("{pointer}/critical"),
                "Tools that do not know the extension refuse the document: do without it being critical.",
            );
        }
    }
}

const EXPERIMENTAL: &str =
    "The extension is experimental, and readers may not know what it means: do without it outside of tests.";

pub(crate) fn experimental_on_clear(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if doc.tlp() == Some("CLEAR") {
        each(doc, EXPERIMENTAL, sink);
    }
}

pub(crate) fn experimental_not_on_clear(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if doc.tlp() != Some("CLEAR") {
        each(doc, EXPERIMENTAL, sink);
    }
}
