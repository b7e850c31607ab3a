//! What was typed about scans.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Commands of `scan`.
#[derive(Clone, Debug, Subcommand)]
pub enum ScanCommand {
    /// Register what is scanned; with --hold, keep it while a command runs, and end that when told to stop
    #[command(after_help = EXAMPLES)]
    Intent(IntentArgs),
}

const EXAMPLES: &str = "Examples:
  bartizan scan intent intent.json --server https://node.example --token-file token
  bartizan scan intent intent.json --server https://node.example --token-file token --hold ./scanner --fast

intent.json:
  {\"scope\": [{\"purl\": \"pkg:npm/example-lib\"}], \"method\": \"fuzzing\",
   \"until\": \"2026-12-03T00:00:00Z\", \"contact\": \"scans@lab.example\"}";

/// Arguments of `scan intent`.
#[derive(Args, Clone, Debug)]
pub struct IntentArgs {
    /// What is scanned, as JSON; - for standard input
    pub file: PathBuf,
    /// The node at which it is registered
    #[arg(long, env = "BARTIZAN_SERVER", value_name = "URL")]
    pub server: String,
    /// File with a token for reading and writing
    #[arg(long, value_name = "FILE")]
    pub token_file: PathBuf,
    /// Run this while the intent is held: everything behind it is the command. It begins when the owner has agreed and the window
    /// has begun, and is ended when somebody stops the scan, or the node cannot be reached for as long as the lease lasts
    #[arg(long, num_args = 1.., value_name = "COMMAND", allow_hyphen_values = true)]
    pub hold: Vec<String>,
}
