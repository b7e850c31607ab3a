//! The `bartizan` program: arguments → resolved options → one library call → output.

mod args;
mod args_benchmark;
#[cfg(feature = "server")]
mod args_desk;
mod args_exchange;
mod args_history;
#[cfg(feature = "server")]
mod args_node;
mod args_programme;
#[cfg(feature = "server")]
mod args_relay;
mod args_response;
mod args_scan;
mod args_sigma;
#[cfg(feature = "server")]
mod args_source;
mod args_window;
mod assess;
mod assist;
mod commands;
mod epss;
mod exit;
mod history;
mod inputs;
mod jsonl;
mod knowledge;
mod labels;
mod out;
mod package;
mod reach;
mod resolve;
mod run;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use crate::args::Cli;
use crate::exit::{Exit, Failure};

fn main() -> ExitCode {
    // A panic is caught where a report is analysed and reported there, with its code; the default hook would
    // print a second, less useful message.
    std::panic::set_hook(Box::new(|_| {}));
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let global = cli.global.clone();
    let result = std::panic::catch_unwind(|| commands::dispatch(cli))
        .unwrap_or_else(|panic| Err(Failure::internal(run::panic_text(panic.as_ref()))));
    match result {
        Ok(exit) => exit.into(),
        Err(failure) => {
            out::failure(&global, &failure);
            failure.exit.into()
        }
    }
}

/// Help and version go to stdout and succeed; anything else is a usage error in clap's words.
fn usage(error: &clap::Error) -> ExitCode {
    let text = error.render();
    if error.use_stderr() {
        let colour = terminal::colour_of_stderr();
        eprint!("{}", if colour { text.ansi().to_string() } else { text.to_string() });
        return Exit::Usage.into();
    }
    let colour = terminal::colour_of_stdout();
    out::text(&if colour { text.ansi().to_string() } else { text.to_string() })
        .map_or_else(|failure| failure.exit.into(), |()| Exit::Ok.into())
}
