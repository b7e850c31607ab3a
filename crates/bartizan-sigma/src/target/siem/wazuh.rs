//! Wazuh rules.

use super::super::{Label, Target};

pub(crate) const TARGETS: &[Target] = &[];

pub(crate) const LABELS: &[Label] = &[];
