//! Elasticsearch, OpenSearch and what reads their queries.

mod elastalert;
mod eql;
mod eql_wide;
mod esql;
mod lucene;
mod ppl;
mod quickwit;
mod siem_rule;

use super::{Label, Target};
use eql::EQL;
use esql::ESQL;
use lucene::LUCENE;
use ppl::PPL;

/// The query alone, or in a detection rule.
const RULES: &[&str] = &["default", "siem_rule", "siem_rule_ndjson"];

const ECS: &[&str] = &["ecs_windows"];

pub(super) const TARGETS: &[Target] = &[
    Target {
        name: "lucene",
        about: "Elasticsearch, Lucene query string",
        formats: &["default", "dsl_lucene", "siem_rule", "siem_rule_ndjson"],
        own: &[],
        dialect: &LUCENE,
    },
    Target {
        name: "opensearch_lucene",
        about: "OpenSearch, Lucene query string",
        formats: &["default", "dsl_lucene", "monitor_rule"],
        own: &[],
        dialect: &LUCENE,
    },
    Target {
        name: "elastalert",
        about: "ElastAlert 2 rule",
        formats: &["default"],
        own: &[],
        dialect: &elastalert::ELASTALERT,
    },
    Target { name: "eql", about: "Elasticsearch, EQL", formats: RULES, own: &[], dialect: &EQL },
    Target { name: "esql", about: "Elasticsearch, ES|QL", formats: RULES, own: &[], dialect: &ESQL },
    Target {
        name: "open_search_ppl",
        about: "OpenSearch, Piped Processing Language",
        formats: &["default"],
        own: &[],
        dialect: &PPL,
    },
    Target {
        name: "quickwit",
        about: "Quickwit",
        formats: &["default"],
        own: &[],
        dialect: &quickwit::QUICKWIT,
    },
];

pub(super) const LABELS: &[Label] = &[
    Label { name: "elastic-lucene", target: "lucene", pipelines: ECS, format: "default" },
    Label { name: "elastic-lucene-dsl", target: "lucene", pipelines: ECS, format: "dsl_lucene" },
    Label { name: "elastic-lucene-siemrule", target: "lucene", pipelines: ECS, format: "siem_rule_ndjson" },
    Label { name: "opensearch-lucene", target: "opensearch_lucene", pipelines: ECS, format: "default" },
    Label { name: "elastic-eql", target: "eql", pipelines: ECS, format: "default" },
    Label { name: "elastic-esql", target: "esql", pipelines: ECS, format: "default" },
    Label { name: "opensearch-ppl", target: "open_search_ppl", pipelines: ECS, format: "default" },
    Label { name: "opensearch-monitor", target: "opensearch_lucene", pipelines: ECS, format: "monitor_rule" },
    Label { name: "elastalert", target: "elastalert", pipelines: ECS, format: "default" },
    Label { name: "quickwit", target: "quickwit", pipelines: &["quickwit_windows"], format: "default" },
];
