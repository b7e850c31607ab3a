//! Pipelines of the targets in `target/cloud`.

mod stix;

use super::{Builtin, Work};

pub(super) const PIPELINES: &[Builtin] =
    &[Builtin { name: "stix_2_0", about: "fields as STIX 2 object paths", apply: stix::apply }];
