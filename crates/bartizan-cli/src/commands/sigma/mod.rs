//! `bartizan sigma`: rules parsed, converted, run and checked.

mod convert;
mod correlated;
mod events;
mod lint;
mod rules;
mod run;
mod set;
mod targets;

use crate::args::Global;
use crate::args_sigma::SigmaCommand;
use crate::exit::{Exit, Failure};

/// Runs a command of `sigma`.
pub fn run(global: &Global, command: &SigmaCommand) -> Result<Exit, Failure> {
    match command {
        SigmaCommand::Convert(args) => convert::run(global, args),
        SigmaCommand::Targets => targets::run(global),
        SigmaCommand::Run(args) => run::run(global, args),
        SigmaCommand::Lint(args) => lint::run(global, args),
    }
}
