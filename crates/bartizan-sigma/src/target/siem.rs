//! Google SecOps, QRadar AQL, Rapid7 InsightIDR, Trellix Helix, uberAgent.

use super::{Label, Target};

pub(super) const TARGETS: &[Target] = &[];

pub(super) const LABELS: &[Label] = &[];
