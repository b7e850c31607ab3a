//! Pipelines of the targets in `target/kusto.rs`.

use super::Builtin;

pub(super) const PIPELINES: &[Builtin] = &[];
