//! Pipelines of the targets in `target/logs.rs`.

use super::Builtin;

pub(super) const PIPELINES: &[Builtin] = &[];
