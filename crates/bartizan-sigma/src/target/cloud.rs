//! Sumo Logic, Panther, STIX patterns.

use super::{Label, Target};

pub(super) const TARGETS: &[Target] = &[];

pub(super) const LABELS: &[Label] = &[];
