//! Pipelines of the targets in `target/splunk.rs`.

use super::Builtin;

pub(super) const PIPELINES: &[Builtin] = &[];
