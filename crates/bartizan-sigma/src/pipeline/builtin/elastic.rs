//! Pipelines of the targets in `target/elastic.rs`.

use super::Builtin;

pub(super) const PIPELINES: &[Builtin] = &[];
