//! SQL: SQLite, ClickHouse, OpenObserve and SurrealDB.

mod clickhouse;
mod databricks;
mod openobserve;
mod sqlite;
mod surrealql;

use super::{Label, Target};

pub(super) const TARGETS: &[Target] =
    &[sqlite::TARGET, clickhouse::TARGET, databricks::TARGET, openobserve::TARGET, surrealql::TARGET];

pub(super) const LABELS: &[Label] = &[
    Label { name: "sqlite2.1", target: "sqlite", pipelines: &[], format: "default" },
    Label { name: "clickhouse", target: "clickhouse", pipelines: &[], format: "default" },
    Label { name: "databricks", target: "databricks", pipelines: &[], format: "default" },
    Label { name: "openobserve", target: "openobserve", pipelines: &[], format: "default" },
    Label { name: "surrealql", target: "surrealql", pipelines: &[], format: "default" },
];
