//! Pipelines of the targets in `target/edr.rs`.

use super::Builtin;

pub(super) const PIPELINES: &[Builtin] = &[];
