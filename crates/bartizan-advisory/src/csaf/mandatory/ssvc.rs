//! SSVC selections (6.1.47, 6.1.48).

use std::collections::BTreeSet;

use serde_json::Value;

use crate::csaf::document::Doc;
use crate::csaf::finding::Sink;
use crate::csaf::json::{items, text, texts};
use crate::ssvc::{self, Kind};

/// A selected decision point with its pointer.
pub(crate) struct Selection<'a> {
    pub(crate) pointer: String,
    pub(crate) value: &'a Value,
    pub(crate) namespace: &'a str,
    pub(crate) key: &'a str,
    pub(crate) version: &'a str,
}

/// All selections of the document.
pub(crate) fn selections<'a>(doc: &Doc<'a>) -> Vec<Selection<'a>> {
    doc.select("vulnerabilities/*/metrics/*/content/ssvc_v2/selections/*")
        .into_iter()
        .filter_map(|(pointer, value)| {
            let (namespace, key, version) =
                (text(value, "namespace")?, text(value, "key")?, text(value, "version")?);
            Some(Selection { pointer, value, namespace, key, version })
        })
        .collect()
}

pub(crate) fn targets(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let tracking_id = text(doc.tracking(), "id");
    for vulnerability in &doc.vulnerabilities {
        let cve = text(vulnerability.value, "cve");
        let ids: BTreeSet<&str> =
            items(vulnerability.value, "ids").filter_map(|(_, id)| text(id, "text")).collect();
        for (pointer, metric) in vulnerability.items("metrics") {
            let Some(ssvc) = metric.pointer("/content/ssvc_v2") else { continue };
            for (index, target) in texts(ssvc, "target_ids") {
                let pointer = format!("{pointer}/content/ssvc_v2/target_ids/{index}");
                if Some(target) == tracking_id && doc.vulnerabilities.len() > 1 {
                    let message = format!(
                        "{target} is the whole document, which has several vulnerabilities: name this one."
                    );
                    sink.fail(pointer, message);
                } else if Some(target) != cve && !ids.contains(target) {
                    sink.fail(pointer, format!("{target} is not among the names of this vulnerability: add it to ids or remove it here."));
                }
            }
        }
    }
}

pub(crate) fn decision_points(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for selection in selections(doc) {
        let Selection { pointer, value, key, version, .. } = &selection;
        let namespace = ssvc::namespace(selection.namespace);
        match namespace.kind() {
            Kind::Invalid => {
                sink.fail(
                    format!("{pointer}/namespace"),
                    "The namespace invalid is reserved for what is wrong: use another.",
                );
                continue;
            }
            Kind::Reserved | Kind::Unregistered => continue,
            Kind::Registered => {}
        }
        let Some(point) = ssvc::point(namespace.base, key, version) else {
            let message = match ssvc::newest(namespace.base, key) {
                Some(newest) => {
                    format!("{key} has no version {version} in {}: the newest is {newest}.", namespace.base)
                }
                None => format!("There is no decision point {key} in {}: correct the key.", namespace.base),
            };
            sink.fail(pointer.clone(), message);
            continue;
        };
        // An extension may call things otherwise, in another language say.
        let is_plain = namespace.extension.is_empty();
        if is_plain && text(value, "name").is_some_and(|name| name != point.name) {
            sink.fail(
                format!("{pointer}/name"),
                format!("The decision point is called {}: use that name.", point.name),
            );
        }
        let mut last = None;
        for (index, given) in items(value, "values") {
            let Some(given_key) = text(given, "key") else { continue };
            let pointer = format!("{pointer}/values/{index}");
            let Some(position) = point.values.iter().position(|(key, _)| *key == given_key) else {
                let known: Vec<&str> = point.values.iter().map(|(key, _)| *key).collect();
                sink.fail(
                    format!("{pointer}/key"),
                    format!("{} has no value {given_key}: use one of {}.", point.name, known.join(", ")),
                );
                continue;
            };
            if is_plain && text(given, "name").is_some_and(|name| name != point.values[position].1) {
                sink.fail(
                    format!("{pointer}/name"),
                    format!("The value {given_key} is called {}: use that name.", point.values[position].1),
                );
            }
            if last.is_some_and(|last| position <= last) {
                sink.fail(
                    pointer,
                    "The values must stand in the order of their definition, each once: sort them.",
                );
            }
            last = Some(position);
        }
    }
}
