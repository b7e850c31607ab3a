//! One score of a kind for a product and a source (6.1.7, 6.1.56).

use std::collections::BTreeSet;

use serde_json::Value;

use crate::csaf::document::Doc;
use crate::csaf::finding::Sink;
use crate::csaf::json::text;

/// The CVSS objects of a metric's content, each with its key. Keys of versions to come are among them.
pub(crate) fn cvss_objects(content: &Value) -> impl Iterator<Item = (&str, &Value)> {
    content
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, _)| key.starts_with("cvss_v"))
        .map(|(key, value)| (key.as_str(), value))
}

pub(crate) fn several_scores(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for vulnerability in &doc.vulnerabilities {
        let mut seen = BTreeSet::new();
        for metric in vulnerability.metrics(doc.version) {
            for (key, object) in cvss_objects(metric.content) {
                let version = text(object, "version").unwrap_or(key);
                for id in &metric.products {
                    if !seen.insert((*id, version, metric.source)) {
                        let message = format!(
                            "The product {id} has a score of CVSS {version} from this source already: keep one."
                        );
                        sink.fail(format!("{}/{key}", metric.content_pointer), message);
                    }
                }
            }
        }
    }
}

pub(crate) fn cvss_and_rating(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for vulnerability in &doc.vulnerabilities {
        let metrics = vulnerability.metrics(doc.version);
        let mut scored = BTreeSet::new();
        for metric in metrics.iter().filter(|metric| cvss_objects(metric.content).next().is_some()) {
            scored.extend(metric.products.iter().map(|id| (*id, metric.source)));
        }
        for metric in
            metrics.iter().filter(|metric| metric.content.get("qualitative_severity_rating").is_some())
        {
            for id in metric.products.iter().filter(|id| scored.contains(&(**id, metric.source))) {
                let message = format!(
                    "The product {id} has a CVSS score from this source: leave out the qualitative rating."
                );
                sink.fail(format!("{}/qualitative_severity_rating", metric.content_pointer), message);
            }
        }
    }
}
