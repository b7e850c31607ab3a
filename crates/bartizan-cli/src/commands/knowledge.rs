//! `bartizan knowledge`: what the pack holds, and a newer one.

mod diff;
mod search;
mod show;
mod status;
mod update;

use crate::args::{Global, KnowledgeCommand};
use crate::exit::{Exit, Failure};

/// Runs the command.
pub fn run(global: &Global, command: &KnowledgeCommand) -> Result<Exit, Failure> {
    match command {
        KnowledgeCommand::Status => status::run(global),
        KnowledgeCommand::Show { id } => show::run(global, id),
        KnowledgeCommand::Search { words, limit } => search::run(global, words, *limit),
        KnowledgeCommand::Update { from, dry_run, allow_net } => {
            update::run(global, from, *dry_run, allow_net)
        }
        KnowledgeCommand::Diff { old, new } => diff::run(global, old.as_deref(), new.as_deref()),
    }
}
