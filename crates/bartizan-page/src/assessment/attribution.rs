//! Who is behind it, and links to earlier analyses.

use crate::source::Source;
use bartizan::{Analysis, Evidence};
use bartizan_response::Assessment;

/// What the template shows.
#[derive(Debug)]
pub(crate) struct View {}

/// Places that are linked and no claim covers.
pub(super) fn places(_: &Assessment) -> Vec<Evidence> {
    Vec::new()
}

pub(super) fn view(_: &Analysis, _: &Assessment, _: &Source<'_>) -> View {
    View {}
}
