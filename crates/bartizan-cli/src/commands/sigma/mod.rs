//! `bartizan sigma`: rules parsed, converted, run and checked.

mod convert;
mod correlated;
mod coverage;
pub mod events;
mod fields;
mod jobs;
mod lint;
pub mod rules;
mod run;
mod set;
mod targets;
mod test;

use crate::args::Global;
use crate::args_sigma::SigmaCommand;
use crate::exit::{Exit, Failure};

/// Runs a command of `sigma`.
pub fn run(global: &Global, command: &SigmaCommand) -> Result<Exit, Failure> {
    match command {
        SigmaCommand::Convert(args) => convert::run(global, args),
        SigmaCommand::Targets => targets::run(global),
        SigmaCommand::List(args) => targets::list(global, args),
        SigmaCommand::Run(args) => run::run(global, args),
        SigmaCommand::Test(args) => test::run(global, args),
        SigmaCommand::Lint(args) => lint::run(global, args),
        SigmaCommand::Coverage(args) => coverage::run(global, args),
        SigmaCommand::Fields(args) => fields::run(global, args),
    }
}
