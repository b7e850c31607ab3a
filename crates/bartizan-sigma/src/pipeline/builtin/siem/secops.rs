//! Google SecOps: UDM search and YARA-L.

use super::super::Builtin;

pub(crate) const PIPELINES: &[Builtin] = &[];
