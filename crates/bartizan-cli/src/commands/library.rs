//! `bartizan library`: earlier analyses.

use crate::args::Global;
use crate::args_library::LibraryCommand;
use crate::exit::{Exit, Failure};

/// Runs it.
pub fn run(_: &Global, _: &LibraryCommand) -> Result<Exit, Failure> {
    Err(Failure::new(Exit::Usage, "usage", "not built in".to_owned()))
}
