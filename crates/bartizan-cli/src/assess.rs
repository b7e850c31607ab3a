//! What the reader knows beyond the report: read once, used for every report.

use bartizan_response::Options;

use crate::args_response::AssessArgs;
use crate::exit::Failure;

/// Reads what the user named.
pub fn options(_: &AssessArgs) -> Result<Options, Failure> {
    Ok(Options::default())
}
