//! Sumo Logic CSE.

use super::super::Builtin;

pub(crate) const PIPELINES: &[Builtin] = &[];
