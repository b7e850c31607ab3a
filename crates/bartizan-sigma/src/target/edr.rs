//! CrowdStrike LogScale, Carbon Black, Cortex XDR, SentinelOne.

use super::{Label, Target};

pub(super) const TARGETS: &[Target] = &[];

pub(super) const LABELS: &[Label] = &[];
