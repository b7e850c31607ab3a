#![no_main]

mod memory;

use bartizan_sigma::convert;
use bartizan_sigma::pipeline::Pipeline;
use bartizan_sigma::rule::{self, Document, Rule};
use bartizan_sigma::target::{Job, Query};
use std::sync::{Arc, LazyLock};

const RULE: &str = include_str!("../seeds/sigma_rules/every-kind.yml");

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let documents = rule::parse(RULE).unwrap_or_default();
    documents.into_iter().filter_map(|document| match document {
        Document::Rule(rule) => Some(*rule),
        _ => None,
    })
    .collect()
});

static JOBS: LazyLock<Vec<Job>> = LazyLock::new(|| {
    ["splunk", "lucene", "loki", "sqlite"].iter().filter_map(|name| Job::new(name, &[], None).ok()).collect()
});

// A pipeline of a user, applied to rules of every kind of value.
libfuzzer_sys::fuzz_target!(init: { assert!(!RULES.is_empty() && !JOBS.is_empty()); }, |data: &[u8]| {
    let Ok(source) = std::str::from_utf8(data) else { return };
    memory::bounded(128 << 20, || {
        let Ok(pipeline) = Pipeline::parse(source) else { return };
        let pipeline = Arc::new(pipeline);
        for job in JOBS.iter() {
            let job = Job { user: vec![Arc::clone(&pipeline)], ..job.clone() };
            for rule in RULES.iter() {
                let Ok(conversion) = convert(rule, &job) else { continue };
                let queries: Vec<serde_json::Value> = conversion.queries.into_iter().map(|query| match query {
                    Query::Text(text) => text.into(),
                    Query::Json(json) => json,
                })
                .collect();
                let _ = pipeline.finish_all(&queries);
            }
        }
    });
});
