//! Chores of the project. `cargo xtask --help` lists them.

mod attack;
mod bench;
mod entities;
mod evaluate;
mod invariants;
mod oracle;
mod pack;
mod references;
mod relations;
mod schema;
mod sigma_random;
mod train;

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

/// Chores of the project: pack, train, evaluate, generated references.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Check dependencies and sources against the invariants of ARCHITECTURE.md
    Invariants,
    /// Write the pages of docs/ that are made from code
    References {
        /// Compare instead of writing
        #[arg(long)]
        check: bool,
    },
    /// Write the names of ATT&CK that detection rules carry, from the built-in pack
    AttackNames {
        /// Compare instead of writing
        #[arg(long)]
        check: bool,
    },
    /// Build the knowledge pack from upstream files
    Pack(pack::Arguments),
    /// Write the JSON Schemas of docs/schema
    Schema {
        /// Compare instead of writing
        #[arg(long)]
        check: bool,
    },
    /// Write files for the reference tools of scripts/oracles.sh to judge
    Oracles(oracle::Arguments),
    /// Write random Sigma rules and events for scripts/sigma-engines.sh
    SigmaRandom(sigma_random::Arguments),
    /// Train the technique model, or check that it belongs to its recipe
    Train(train::Arguments),
    /// Measure against labelled material
    Evaluate(evaluate::Arguments),
    /// Measure the speed of single stages
    Bench(bench::Arguments),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().chore {
        Chore::Invariants => invariants::run(&root()),
        Chore::References { check } => references::run(&root(), check),
        Chore::AttackNames { check } => attack::run(&root(), check),
        Chore::Pack(arguments) => pack::run(&root(), &arguments),
        Chore::Schema { check } => schema::run(&root(), check),
        Chore::Oracles(arguments) => oracle::run(&root(), &arguments),
        Chore::SigmaRandom(arguments) => sigma_random::run(&arguments),
        Chore::Train(arguments) => train::run(&root(), &arguments),
        Chore::Evaluate(arguments) => evaluate::run(&root(), &arguments),
        Chore::Bench(arguments) => bench::run(&root(), &arguments),
    }
}

/// The root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_owned()
}
