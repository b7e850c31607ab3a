//! CrowdStrike: event names and fields.
//!
//! Source: CrowdStrike Falcon, "Events Data Dictionary".

use crate::{error::Failure, pipeline::Work};

/// Events as Falcon Data Replicator writes them.
pub(super) fn replicator(work: &mut Work) -> Result<(), Failure> {
    apply(work, "event_simpleName")
}

/// Events as Falcon's own search shows them.
pub(super) fn falcon(work: &mut Work) -> Result<(), Failure> {
    apply(work, "#event_simpleName")
}

fn apply(_work: &mut Work, _event: &'static str) -> Result<(), Failure> {
    Ok(())
}
