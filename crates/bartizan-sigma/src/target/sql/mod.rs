//! SQL: SQLite, ClickHouse, OpenObserve and SurrealDB.

mod clickhouse;
mod databricks;
mod openobserve;
mod sqlite;
mod surrealql;

use super::{Label, Op, Target, network};
use crate::rule::{Cidr, Part, Text};

pub(super) const TARGETS: &[Target] =
    &[sqlite::TARGET, clickhouse::TARGET, databricks::TARGET, openobserve::TARGET, surrealql::TARGET];

pub(super) const LABELS: &[Label] = &[
    Label { name: "sqlite2.1", target: "sqlite", pipelines: &[], format: "default" },
    Label { name: "clickhouse", target: "clickhouse", pipelines: &[], format: "default" },
    Label { name: "databricks", target: "databricks", pipelines: &[], format: "default" },
    Label { name: "openobserve", target: "openobserve", pipelines: &[], format: "default" },
    Label { name: "surrealql", target: "surrealql", pipelines: &[], format: "default" },
];

/// A network as strings; of IPv6 only the known digits, as these two products' conversions have them.
fn networks(cidr: &Cidr) -> Vec<Text> {
    if cidr.address.is_ipv6() && cidr.prefix == 128 {
        return vec![Text::plain(&cidr.to_string())];
    }
    let texts = network::patterns(cidr).into_iter();
    texts
        .map(|text| match text.parts() {
            [Part::Plain(head), _, ..] => Text::from_parts([Part::Plain(head.clone()), Part::Any]),
            _ => text,
        })
        .collect()
}
