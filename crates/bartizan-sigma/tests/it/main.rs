//! Tests of `bartizan-sigma` through its public face.

mod collections;
mod conditions;
mod correlation_platforms;
mod correlation_queries;
mod correlations;
mod documents;
mod events;
mod evtx;
mod findings;
mod fortisiem;
mod graylog;
mod hostile;
mod limits;
mod literals;
mod logs;
mod pipelines;
mod platforms;
mod qradar_helix;
mod secops;
mod sql;
mod targets;
mod values;
mod wazuh;
mod wide;

use bartizan_sigma::{
    convert,
    rule::{self, Document, Rule},
    target::{Job, Query},
};

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

/// The one text that a rule becomes, or why it becomes none.
fn written(target: &str, pipelines: &[&str], format: Option<&str>, rule: &Rule) -> Result<String, String> {
    let pipelines: Vec<String> = pipelines.iter().map(|name| (*name).to_owned()).collect();
    let job = Job::new(target, &pipelines, format)?;
    let queries = convert(rule, &job).map_err(|failure| failure.to_string())?.queries;
    match queries.as_slice() {
        [Query::Text(text)] => Ok(text.clone()),
        other => Err(format!("{other:?}")),
    }
}
