//! What was typed about earlier analyses.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Earlier analyses that an analysis stands beside.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Earlier analyses")]
pub struct HistoryArgs {
    /// Compare with the analyses in this library, and keep this one in it; it is made if there is none
    #[arg(long, value_name = "FILE")]
    pub library: Option<PathBuf>,
    /// The earlier analysis of this report: a package folder or its analysis.json. What differs goes to changes.json,
    /// changes.md and changes.html, and bundle.json continues the earlier bundle
    #[arg(long, value_name = "PACKAGE")]
    pub previous: Option<PathBuf>,
}

/// Arguments of `diff`.
#[derive(Args, Clone, Debug)]
#[command(after_help = DIFF_EXAMPLES)]
pub struct DiffArgs {
    /// The older analysis: a package folder, an analysis.json, or #N for number N of --library
    #[arg(value_name = "OLD")]
    pub old: String,
    /// The newer one
    #[arg(value_name = "NEW")]
    pub new: String,
    /// Library for #N [default: the environment's BARTIZAN_LIBRARY]
    #[arg(long, value_name = "FILE")]
    pub library: Option<PathBuf>,
    /// Form of the result; --json is short for json
    #[arg(short, long, value_enum, default_value_t = DiffFormat::Markdown)]
    pub format: DiffFormat,
    /// Write to this file, not to standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Forms of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For reading and for tickets
    Markdown,
    /// Everything, with a JSON Schema
    Json,
    /// One page
    Html,
}

const DIFF_EXAMPLES: &str = "\
Examples:
  bartizan diff cases/may/ cases/june/
      What the June edition adds, withdraws and changes
  bartizan diff old/analysis.json new/analysis.json --format html -o changes.html
  bartizan diff '#12' '#15' --library reports.db --json";

/// Arguments of `library`.
#[derive(Args, Clone, Debug)]
pub struct LibraryArgs {
    /// The library [default: the environment's BARTIZAN_LIBRARY]
    #[arg(long, global = true, value_name = "FILE")]
    pub library: Option<PathBuf>,
    #[command(subcommand)]
    pub command: LibraryCommand,
}

/// Commands of `library`.
#[derive(Clone, Debug, Subcommand)]
pub enum LibraryCommand {
    /// Keep analyses: package folders or analysis.json files
    #[command(after_help = "Example:\n  bartizan library add cases/* --library reports.db")]
    Add {
        /// Package folders or analysis.json files
        #[arg(required = true, value_name = "PACKAGE")]
        packages: Vec<PathBuf>,
        /// Time of keeping, RFC 3339 [default: SOURCE_DATE_EPOCH, else now]
        #[arg(long, value_name = "TIME")]
        now: Option<String>,
    },
    /// List what is kept, newest first
    List {
        /// Most entries
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: u32,
    },
    /// Write a kept analysis.json, or the STIX bundle, to standard output
    #[command(
        after_help = "Example:\n  bartizan library show 12 --bundle --library reports.db > bundle.json"
    )]
    Show {
        /// Number in the library
        #[arg(value_name = "N")]
        number: i64,
        /// The STIX bundle instead
        #[arg(long)]
        bundle: bool,
    },
    /// Find reports by a value (defanged or not), a name, an id, or by words of the text
    #[command(
        after_help = "Examples:\n  bartizan library search evil[.]example --library reports.db\n  bartizan library search \"volume shadow copy\"\n  bartizan library search APT29 T1059.001"
    )]
    Search {
        /// Value, name, id or words; all words must occur
        #[arg(required = true, value_name = "WORDS")]
        words: Vec<String>,
        /// Most results
        #[arg(long, value_name = "N", default_value_t = 20)]
        limit: u32,
    },
    /// Reports that share indicators, names or ways of working with one, with the evidence on both sides
    #[command(
        after_help = "Examples:\n  bartizan library similar 12 --library reports.db\n  bartizan library similar cases/42/analysis.json"
    )]
    Similar {
        /// Number in the library, a package folder or an analysis.json
        #[arg(value_name = "N|PACKAGE")]
        of: String,
    },
    /// Publications and dated events in order of time: of everything, or of one value or name
    #[command(after_help = "Example:\n  bartizan library timeline APT29 --library reports.db")]
    Timeline {
        /// Value, name or id
        #[arg(value_name = "NAME")]
        of: Option<String>,
        /// Most entries, the latest
        #[arg(long, value_name = "N", default_value_t = 200)]
        limit: u32,
    },
    /// Forget an analysis
    Remove {
        /// Number in the library
        #[arg(value_name = "N")]
        number: i64,
    },
}
