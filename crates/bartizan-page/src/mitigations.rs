//! The mitigations tab: what answers each technique.

use crate::source::Source;
use bartizan::Analysis;
use bartizan_response::Assessment;

/// Everything of the tab.
#[derive(Debug)]
pub(crate) struct Section {}

pub(crate) fn section(_: &Analysis, _: &Assessment, _: &Source<'_>) -> Section {
    Section {}
}
