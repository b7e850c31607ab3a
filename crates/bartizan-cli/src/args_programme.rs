//! What was typed about programmes of model testing, and the node that is asked.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// The node, and who asks.
#[derive(Args, Clone, Debug)]
pub struct NodeArgs {
    /// The node
    #[arg(long, global = true, env = "BARTIZAN_SERVER", value_name = "URL")]
    pub server: Option<String>,
    /// File with a token of yours [default: the environment's BARTIZAN_TOKEN]
    #[arg(long, global = true, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// The most seconds for one answer
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub timeout: u64,
}

/// `programme`.
#[derive(Args, Clone, Debug)]
#[command(after_help = PROGRAMME, subcommand_required = true, arg_required_else_help = true)]
pub struct ProgrammeArgs {
    #[command(flatten)]
    pub node: NodeArgs,
    #[command(subcommand)]
    pub command: ProgrammeCommand,
}

const PROGRAMME: &str = "Examples:
  bartizan programme add programme.toml --server https://node.example --token-file token
  bartizan programme staff 0197… staff.json

staff.json: {\"staff\": [{\"person\": \"0197…\", \"role\": \"programme-manager\"}]}";

/// Commands of `programme`.
#[derive(Clone, Debug, Subcommand)]
pub enum ProgrammeCommand {
    /// List the versions of programmes
    List,
    /// Show a version: roles, suites, levels, staff
    Show {
        /// The programme
        programme: String,
    },
    /// Give the rules of a version, byte for byte
    Rules {
        /// The programme
        programme: String,
        /// The file to write; - for standard output
        #[arg(long, short, value_name = "FILE", default_value = "-")]
        out: PathBuf,
    },
    /// Bring a version of a programme that your organisation runs
    Add {
        /// The rules
        file: PathBuf,
    },
    /// Say who of the programme has a role in each new window
    Staff {
        /// The programme
        programme: String,
        /// Who, as JSON; - for standard input
        file: PathBuf,
    },
    /// Let no window begin under it any more
    Retire {
        /// The programme
        programme: String,
    },
}
