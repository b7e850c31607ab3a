//! What was typed for the assessment, and for the commands that stand on it.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What the reader knows beyond the report.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Assessment")]
pub struct AssessArgs {
    /// The organisation that reads: sectors, countries, technologies, platforms, duties (docs/assessment.md)
    #[arg(long, value_name = "FILE")]
    pub profile: Option<PathBuf>,
}

/// Commands of `playbook`.
#[derive(Clone, Debug, Subcommand)]
pub enum PlaybookCommand {
    /// Check CACAO 2.0 playbooks: structure, references, reachability, variables
    Lint {
        /// Files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}
