//! What was typed about desks.

use clap::Subcommand;

use crate::args_node::DatabaseArgs;

/// Commands of `desk`.
#[derive(Clone, Debug, Subcommand)]
pub enum DeskCommand {
    /// Let an organisation take reports of vulnerabilities; again changes the title and the text
    #[command(
        after_help = "Example:\n  bartizan desk open 'Energy CERT' --title 'Energy CERT coordination' --about 'Reports about grid software; acknowledged within two working days.'"
    )]
    Open {
        #[command(flatten)]
        database: DatabaseArgs,
        /// Whose desk it is
        organisation: String,
        /// What people call it; the organisation's name if it is not said
        #[arg(long, value_name = "TEXT")]
        title: Option<String>,
        /// What it takes and what becomes of it
        #[arg(long, default_value = "", value_name = "TEXT")]
        about: String,
    },
    /// Take no reports any more; those that were taken stay
    Close {
        #[command(flatten)]
        database: DatabaseArgs,
        /// Whose desk it is
        organisation: String,
    },
    /// List the desks
    List(DatabaseArgs),
}
