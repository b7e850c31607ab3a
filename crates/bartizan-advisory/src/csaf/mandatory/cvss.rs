//! CVSS objects against their vector (6.1.9, 6.1.10).

use serde_json::Value;

use super::metrics::cvss_objects;
use crate::csaf::document::Doc;
use crate::csaf::finding::Sink;
use crate::csaf::json::text;
use crate::vector::{self, MetricName};

pub(crate) fn computation(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for_each(doc, |pointer, key, object| {
        // The standard lets the vector count; that properties beyond it count too is as good a reading.
        let Some(scores) = scores(key, object) else { return };
        let plain = text(object, "vectorString").and_then(vector::scores).unwrap_or(scores);
        let parts = [
            ("base", scores.base, plain.base),
            ("temporal", scores.temporal, plain.temporal),
            ("environmental", scores.environmental, plain.environmental),
        ];
        for (part, whole, plain) in parts {
            let key = format!("{part}Score");
            let given = object.get(&key).and_then(Value::as_f64);
            let is_whole = given.is_some_and(|given| (given - whole).abs() < 0.01);
            let score = if is_whole { whole } else { plain };
            if let Some(given) = given
                && (given - score).abs() > 0.01
            {
                sink.fail(
                    format!("{pointer}/{key}"),
                    format!("The vector scores {score:.1}, not {given}: correct the one or the other."),
                );
            }
            let key = format!("{part}Severity");
            let word = vector::severity(score);
            if let Some(given) = text(object, &key)
                && !given.eq_ignore_ascii_case(word)
            {
                sink.fail(
                    format!("{pointer}/{key}"),
                    format!("A score of {score:.1} is {word}, not {given}: correct it."),
                );
            }
        }
    });
}

pub(crate) fn consistency(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for_each(doc, |pointer, key, object| {
        let Some(vector) = text(object, "vectorString") else { return };
        if let (Some(version), Some(rest)) = (text(object, "version"), vector.strip_prefix("CVSS:"))
            && rest.split('/').next() != Some(version)
        {
            sink.fail(
                format!("{pointer}/version"),
                format!("The vector is not of CVSS {version}: correct the one or the other."),
            );
        }
        for name in names(key) {
            let Some(given) = text(object, name.property) else { continue };
            // Where the vector says nothing there is nothing to contradict; a value that it cannot have is the schema's matter.
            let Some(word) = vector::value(vector, name.short).and_then(|value| name.word(value)) else {
                continue;
            };
            if !given.eq_ignore_ascii_case(word) {
                let message = format!(
                    "The vector has {word} for this metric, not {given}: correct the one or the other."
                );
                sink.fail(format!("{pointer}/{}", name.property), message);
            }
        }
    });
}

/// The scores of a CVSS object: of its vector, and of its properties where the vector says nothing.
pub(crate) fn scores(key: &str, object: &Value) -> Option<vector::Scores> {
    let vector = text(object, "vectorString")?;
    vector::scores(&vector::with_properties(vector, names(key), |property| {
        text(object, property).map(str::to_owned)
    }))
}

fn names(key: &str) -> &'static [MetricName] {
    match key {
        "cvss_v2" => vector::V2,
        "cvss_v3" => vector::V3,
        "cvss_v4" => vector::V4,
        _ => &[],
    }
}

/// Calls for each CVSS object with its pointer and its key.
pub(crate) fn for_each<'a>(doc: &Doc<'a>, mut call: impl FnMut(&str, &str, &'a Value)) {
    for vulnerability in &doc.vulnerabilities {
        for metric in vulnerability.metrics(doc.version) {
            for (key, object) in cvss_objects(metric.content) {
                call(&format!("{}/{key}", metric.content_pointer), key, object);
            }
        }
    }
}
