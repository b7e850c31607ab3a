//! `bartizan completions`: a script for the shell.

use clap::CommandFactory;

use crate::args::Cli;
use crate::exit::{Exit, Failure};
use crate::out;

/// Prints the script.
pub fn run(shell: clap_complete::Shell) -> Result<Exit, Failure> {
    // Into a buffer first: the generator panics when its reader closes the pipe.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "bartizan", &mut script);
    out::bytes(&script)?;
    Ok(Exit::Ok)
}
