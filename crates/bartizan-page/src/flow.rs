//! The flow tab: behaviours in order, as a picture and a list.

use crate::key::Key;
use crate::source::Source;
use bartizan::{Analysis, Evidence};
use bartizan_response::Assessment;

/// Everything of the tab.
#[derive(Debug)]
pub(crate) struct Section {}

/// Places in the text that the tab links and no claim covers.
pub(crate) fn places(_: &Assessment) -> Vec<(Key, Evidence)> {
    Vec::new()
}

pub(crate) fn section(_: &Analysis, _: &Assessment, _: &Source<'_>) -> Section {
    Section {}
}
