//! Namespaces of SSVC decision points (6.2.34 to 6.2.37; 6.3.13 to 6.3.15 beside them).

use crate::csaf::document::Doc;
use crate::csaf::finding::Sink;
use crate::csaf::json::{items, text};
use crate::csaf::mandatory::ssvc::selections;
use crate::ssvc::{self, Kind};

pub(crate) fn unknown_base(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for selection in selections(doc) {
        let namespace = ssvc::namespace(selection.namespace);
        if matches!(namespace.kind(), Kind::Unregistered | Kind::Invalid) {
            let message = format!(
                "{} is no registered namespace, so readers may not know its decision points: use a registered one.",
                namespace.base
            );
            sink.fail(format!("{}/namespace", selection.pointer), message);
        }
    }
}

fn unregistered(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for selection in selections(doc) {
        let namespace = ssvc::namespace(selection.namespace);
        if namespace.kind() == Kind::Unregistered {
            let message = format!(
                "Readers may not know the decision points of {}, which is not registered: use a registered namespace.",
                namespace.base
            );
            sink.fail(format!("{}/namespace", selection.pointer), message);
        }
    }
}

fn extended(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for selection in selections(doc) {
        let namespace = ssvc::namespace(selection.namespace);
        if !namespace.extension.is_empty() && namespace.kind() != Kind::Reserved {
            let message = format!(
                "Readers may not know the extension {}: use {} itself if it will do.",
                namespace.extension, namespace.base
            );
            sink.fail(format!("{}/namespace", selection.pointer), message);
        }
    }
}

pub(crate) fn unregistered_on_clear(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if doc.tlp() == Some("CLEAR") {
        unregistered(doc, sink);
    }
}

pub(crate) fn unregistered_not_on_clear(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if doc.tlp() != Some("CLEAR") {
        unregistered(doc, sink);
    }
}

pub(crate) fn extended_on_clear(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if doc.tlp() == Some("CLEAR") {
        extended(doc, sink);
    }
}

pub(crate) fn extended_not_on_clear(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if doc.tlp() != Some("CLEAR") {
        extended(doc, sink);
    }
}

/// How many namespaces are looked for in how many summaries, at most, for one object.
const MAX_LOOKUPS: usize = 100_000;

pub(crate) fn without_resource(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for (pointer, ssvc) in doc.select("vulnerabilities/*/metrics/*/content/ssvc_v2") {
        let summaries: Vec<&str> =
            items(ssvc, "decision_point_resources").filter_map(|(_, item)| text(item, "summary")).collect();
        let most = MAX_LOOKUPS / summaries.len().max(1);
        for (index, selection) in items(ssvc, "selections").take(most) {
            let Some(full) = text(selection, "namespace") else { continue };
            let namespace = ssvc::namespace(full);
            let is_known = namespace.extension.is_empty() && namespace.kind() == Kind::Registered;
            if is_known || namespace.kind() == Kind::Reserved {
                continue;
            }
            if !summaries.iter().any(|summary| summary.contains(full)) {
                let message = format!(
                    "Nothing says where {full} is described: add a decision point resource whose summary names it."
                );
                sink.fail(format!("{pointer}/selections/{index}/namespace"), message);
            }
        }
    }
}

/// SSVC's repository does not date the versions of its decision points: the newest known here is asked for.
pub(crate) fn not_newest(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for selection in selections(doc) {
        let namespace = ssvc::namespace(selection.namespace);
        if namespace.kind() != Kind::Registered {
            continue;
        }
        if let Some(newest) =
            ssvc::newest(namespace.base, selection.key).filter(|newest| *newest != selection.version)
        {
            let message = format!("The newest version of {} is {newest}: use it.", selection.key);
            sink.fail(format!("{}/version", selection.pointer), message);
        }
    }
}
