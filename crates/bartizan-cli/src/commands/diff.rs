//! `bartizan diff`: what changed between two analyses.

use crate::args::Global;
use crate::args_library::DiffArgs;
use crate::exit::{Exit, Failure};

/// Runs it.
pub fn run(_: &Global, _: &DiffArgs) -> Result<Exit, Failure> {
    Err(Failure::new(Exit::Usage, "usage", "not built in".to_owned()))
}
