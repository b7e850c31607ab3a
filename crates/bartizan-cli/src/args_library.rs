//! What was typed for the library of earlier analyses, and to compare analyses.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Commands of `library`.
#[derive(Clone, Debug, Subcommand)]
pub enum LibraryCommand {
    /// List the analyses of a library
    List {
        /// The library
        #[arg(long, value_name = "PATH")]
        library: PathBuf,
    },
}

/// Arguments of `diff`.
#[derive(Args, Clone, Debug)]
pub struct DiffArgs {
    /// The older analysis.json
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// The newer analysis.json
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
}
