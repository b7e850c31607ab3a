//! Tests of `bartizan-sigma` through its public face.

mod conditions;
mod documents;
mod events;
mod evtx;
mod findings;
mod limits;
mod pipelines;
mod targets;
mod values;

use bartizan_sigma::rule::{self, Document, Rule};

/// A rule around a detection.
fn rule(detection: &str) -> Rule {
    let source = format!(
        "title: t\nid: 2e8c1f0a-6f0c-4b0e-9d0b-0f2a7a1c9b11\nlogsource:\n  product: windows\n  category: process_creation\ndetection:\n{detection}"
    );
    let documents = rule::parse(&source).unwrap_or_else(|e| panic!("{e}\n{source}"));
    match documents.into_iter().next() {
        Some(Document::Rule(rule)) => *rule,
        _ => panic!("no rule"),
    }
}
