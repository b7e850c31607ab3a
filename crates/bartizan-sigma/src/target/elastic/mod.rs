//! Elasticsearch, OpenSearch and what reads their queries.

mod lucene;

use super::{Label, Target};
use lucene::LUCENE;

const ECS: &[&str] = &["ecs_windows"];

pub(super) const TARGETS: &[Target] = &[
    Target {
        name: "lucene",
        about: "Elasticsearch, Lucene query string",
        formats: &["default", "dsl_lucene"],
        own: &[],
        dialect: &LUCENE,
    },
    Target {
        name: "opensearch_lucene",
        about: "OpenSearch, Lucene query string",
        formats: &["default", "dsl_lucene"],
        own: &[],
        dialect: &LUCENE,
    },
];

pub(super) const LABELS: &[Label] = &[
    Label { name: "elastic-lucene", target: "lucene", pipelines: ECS, format: "default" },
    Label { name: "elastic-lucene-dsl", target: "lucene", pipelines: ECS, format: "dsl_lucene" },
    Label { name: "opensearch-lucene", target: "opensearch_lucene", pipelines: ECS, format: "default" },
];
