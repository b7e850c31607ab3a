//! One file for each command.

mod analyze;
mod benchmark;
mod completions;
mod custody;
mod detect;
mod diff;
mod doctor;
mod evaluate;
mod exit_codes;
mod explain;
mod feed;
mod knowledge;
mod library;
mod man;
mod map;
#[cfg(feature = "server")]
mod node;
mod observables;
mod playbook;
mod scan;
pub mod sigma;
mod taxii;
mod train;
mod window;
mod worker;

use crate::args::{Cli, Command};
use crate::exit::{Exit, Failure};

/// Runs the command that was typed.
pub fn dispatch(cli: Cli) -> Result<Exit, Failure> {
    match cli.command {
        Command::Analyze(args) => analyze::run(&cli.global, &args),
        Command::Detect(args) => detect::run(&cli.global, &args),
        Command::Observables(args) => observables::run(&cli.global, &args),
        Command::Map(args) => map::run(&cli.global, &args),
        Command::Explain(args) => explain::run(&cli.global, &args),
        Command::Evaluate(args) => evaluate::run(&cli.global, &args),
        Command::Train(args) => train::run(&cli.global, &args),
        Command::Library(args) => library::run(&cli.global, &args),
        Command::Diff(args) => diff::run(&cli.global, &args),
        Command::Knowledge(command) => knowledge::run(&cli.global, &command),
        Command::Sigma(command) => sigma::run(&cli.global, &command),
        Command::Taxii(command) => taxii::run(&cli.global, &command),
        Command::Feed(command) => feed::run(&cli.global, &command),
        Command::Scan(command) => scan::run(&cli.global, &command),
        Command::Benchmark(command) => benchmark::run(&cli.global, &command),
        Command::Programme(args) => window::programme(&cli.global, &args),
        Command::Window(args) => window::window(&cli.global, &args),
        Command::Custody(command) => custody::run(&cli.global, &command),
        Command::Playbook(command) => playbook::run(&cli.global, &command),
        #[cfg(feature = "server")]
        Command::Node(command) => node::run(&cli.global, &command),
        Command::Doctor => doctor::run(&cli.global),
        Command::Completions { shell } => completions::run(shell),
        Command::Man { dir } => man::run(dir.as_deref()),
        Command::ExitCodes => exit_codes::run(&cli.global),
        Command::Worker(args) => worker::run(&cli.global, &args),
    }
}
