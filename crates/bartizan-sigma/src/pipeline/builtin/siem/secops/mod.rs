//! Google SecOps: from Sigma's fields to the Unified Data Model.

mod events;
mod reference;
mod special;
mod tables;
mod wide;

use super::super::Builtin;
use crate::{
    error::Failure,
    pipeline::{Reach, Work},
};

pub(crate) const PIPELINES: &[Builtin] =
    &[Builtin { name: "secops_udm", about: "Google SecOps Unified Data Model", apply }];

/// Where the values of `metadata.event_type` are left for the target, separated by spaces.
const EVENT_TYPES: &str = "event_types";

fn apply(work: &mut Work) -> Result<(), Failure> {
    match work.reach {
        Reach::Reference => reference::apply(work),
        Reach::Wide => wide::apply(work),
    }
}
