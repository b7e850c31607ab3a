//! Microsoft: KQL for Defender XDR, Sentinel ASIM and Azure Monitor.

use super::{Label, Target};

pub(super) const TARGETS: &[Target] = &[];

pub(super) const LABELS: &[Label] = &[];
