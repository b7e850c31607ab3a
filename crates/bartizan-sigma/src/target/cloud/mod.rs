//! STIX patterns.

mod stix;

use super::{Label, Target};

pub(super) const TARGETS: &[Target] = &[stix::TARGET];

pub(super) const LABELS: &[Label] =
    &[Label { name: "stix-shifter", target: "stix", pipelines: &["stix_2_0"], format: "default" }];
