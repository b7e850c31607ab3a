//! SQL: SQLite, ClickHouse, Databricks, DuckDB, PostgreSQL, Snowflake, Athena, OpenObserve,
//! SurrealDB.

use super::{Label, Target};

pub(super) const TARGETS: &[Target] = &[];

pub(super) const LABELS: &[Label] = &[];
