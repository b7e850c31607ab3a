//! Pipelines of the targets in `target/siem.rs`.

use super::Builtin;

pub(super) const PIPELINES: &[Builtin] = &[];
