//! `bartizan playbook`: CACAO playbooks checked.

use crate::args::Global;
use crate::args_response::PlaybookCommand;
use crate::exit::{Exit, Failure};

/// Runs it.
pub fn run(_: &Global, _: &PlaybookCommand) -> Result<Exit, Failure> {
    Err(Failure::new(Exit::Usage, "usage", "not built in".to_owned()))
}
