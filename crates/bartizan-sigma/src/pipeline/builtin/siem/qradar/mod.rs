//! IBM QRadar: custom properties and log source types.

mod reference;

use super::super::Builtin;
use crate::{error::Failure, pipeline::Work};

pub(crate) const PIPELINES: &[Builtin] =
    &[Builtin { name: "qradar-aql-fields", about: "IBM QRadar's custom properties", apply }];

/// Names of fields that are expressions of AQL.
pub(crate) fn expressions() -> impl Iterator<Item = &'static str> {
    [reference::HASHES, reference::IMAGE_LOADED, EVENT_NAME, PAYLOAD].into_iter()
}

/// The name of the event in QRadar's map of events.
const EVENT_NAME: &str = "QIDNAME(qid)";
/// The event as it came.
const PAYLOAD: &str = "UTF8(payload)";

/// Custom properties and log source types; once, however often it is named.
fn apply(work: &mut Work) -> Result<(), Failure> {
    if work.state.contains_key("columns") {
        return Ok(());
    }
    reference::apply(work)
}
