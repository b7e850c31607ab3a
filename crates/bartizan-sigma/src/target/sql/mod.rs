//! SQL: SQLite and ClickHouse.

mod clickhouse;
mod sqlite;

use super::{Label, Target};

pub(super) const TARGETS: &[Target] = &[sqlite::TARGET, clickhouse::TARGET];

pub(super) const LABELS: &[Label] = &[
    Label { name: "sqlite2.1", target: "sqlite", pipelines: &[], format: "default" },
    Label { name: "clickhouse", target: "clickhouse", pipelines: &[], format: "default" },
];
