//! SQL: a family of its own for what queries mean ([`family`]), and the forms of the reference tools.

mod clickhouse;
mod databricks;
mod family;
mod openobserve;
mod sqlite;
mod surrealql;
mod zircolite;

use super::{Dialect, Label, Target};

pub(super) const TARGETS: &[Target] = &[
    sqlite::TARGET,
    clickhouse::TARGET,
    member("postgresql", "PostgreSQL, a table of events", &family::POSTGRESQL),
    member("duckdb", "DuckDB, a table of events", &family::DUCKDB),
    member("snowflake", "Snowflake, a table of events", &family::SNOWFLAKE),
    member("athena", "Amazon Athena (Trino), a table of events", &family::ATHENA),
    databricks::TARGET,
    openobserve::TARGET,
    surrealql::TARGET,
];

const fn member(name: &'static str, about: &'static str, dialect: &'static dyn Dialect) -> Target {
    Target { name, about, formats: &["default"], own: &[], dialect }
}

pub(super) const LABELS: &[Label] = &[
    Label { name: "sqlite2.1", target: "sqlite", pipelines: &[], format: "default" },
    Label {
        name: "sqlite2.0-zircolite",
        target: "sqlite",
        pipelines: &["sysmon", "windows-logsources"],
        format: "zircolite",
    },
    Label { name: "clickhouse", target: "clickhouse", pipelines: &[], format: "default" },
    Label { name: "databricks", target: "databricks", pipelines: &[], format: "default" },
    Label { name: "openobserve", target: "openobserve", pipelines: &[], format: "default" },
    Label { name: "surrealql", target: "surrealql", pipelines: &[], format: "default" },
];
