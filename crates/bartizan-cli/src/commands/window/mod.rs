//! `bartizan programme` and `bartizan window`: a client of a node's API for model testing. One table says what each command asks.

mod ask;
mod client;
mod shown;
mod verbs;

use crate::args::Global;
use crate::args_programme::ProgrammeArgs;
use crate::args_window::{WindowArgs, WindowCommand};
use crate::exit::{Exit, Failure};

/// Runs a command of `programme`.
pub fn programme(global: &Global, args: &ProgrammeArgs) -> Result<Exit, Failure> {
    let ask = verbs::programme(&args.command)?;
    client::Client::new(&args.node)?.carry(global, &ask)
}

/// Runs a command of `window`.
pub fn window(global: &Global, args: &WindowArgs) -> Result<Exit, Failure> {
    let client = client::Client::new(&args.node)?;
    match &args.command {
        WindowCommand::Credential { of, grant, out } => client.credential(global, &of.window, grant, out),
        WindowCommand::Plans { of, plan: Some(plan) } => client.plan(&of.window, plan),
        WindowCommand::Source { of, write: None, .. } => client.source(global, &of.window, &of.out),
        WindowCommand::Custody(of) => client.custody(global, &of.window, &of.out),
        other => client.carry(global, &verbs::window(other)?),
    }
}
