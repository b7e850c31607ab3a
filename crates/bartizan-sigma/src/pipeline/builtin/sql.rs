//! Pipelines of the targets in `target/sql.rs`.

use super::Builtin;

pub(super) const PIPELINES: &[Builtin] = &[];
