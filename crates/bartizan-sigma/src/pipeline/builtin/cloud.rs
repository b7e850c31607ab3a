//! Pipelines of the targets in `target/cloud.rs`.

use super::Builtin;

pub(super) const PIPELINES: &[Builtin] = &[];
