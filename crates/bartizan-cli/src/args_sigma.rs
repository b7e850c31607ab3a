//! What was typed after `bartizan sigma`. Option letters are those that users of sigma-cli know.

use std::path::PathBuf;

use clap::{Args, Subcommand};

const CONVERT_EXAMPLES: &str = "\
Examples:
  bartizan sigma convert -t splunk -p splunk_windows rules/windows/
      Queries on standard output; what could not be converted is told on standard error
  bartizan sigma convert -t kusto,splunk,lucene rules/ -o queries/
      One folder a target, one file a rule
  bartizan sigma convert --jsonl --label splunk,elastic-eql rules/
      Lines {\"rule_id\": …, \"backend\": …, \"query\": … | \"error\": …}
  bartizan sigma targets
      Targets, pipelines, formats, labels";

const RUN_EXAMPLES: &str = "\
Examples:
  bartizan sigma run rules/ events.jsonl
      One line for each match: rule, event, the field and value that matched
  bartizan sigma run rules/ events.json --all-log-sources
      Ask every rule of every event, whatever log source the event says it is of
  bartizan sigma run rule.yml - --json < events.jsonl";

const LINT_EXAMPLES: &str = "\
Examples:
  bartizan sigma lint rules/
      One line for each finding: file, line, code, what to do
  bartizan sigma lint rules/ --sarif > findings.sarif";

/// Commands of `sigma`.
#[derive(Clone, Debug, Subcommand)]
pub enum SigmaCommand {
    /// Convert rules into the query languages of SIEMs and EDRs
    Convert(SigmaConvertArgs),
    /// List targets, their formats, pipelines and labels
    Targets,
    /// Ask rules of events: matches with the field and value that matched
    Run(SigmaRunArgs),
    /// Check rules: what the specification asks for, and what would be lost in a conversion
    Lint(SigmaLintArgs),
}

/// Arguments of `sigma convert`.
#[derive(Args, Clone, Debug)]
#[command(after_help = CONVERT_EXAMPLES)]
pub struct SigmaConvertArgs {
    /// Rule files and folders
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Targets, as `splunk` or `kusto,lucene`
    #[arg(short, long, value_name = "TARGET", value_delimiter = ',', required_unless_present = "label")]
    pub target: Vec<String>,
    /// Built-in pipelines, or files NAME.yml of your own, in order; may be given several times
    #[arg(short, long, value_name = "PIPELINE")]
    pub pipeline: Vec<String>,
    /// Output format of the target [default: its first]
    #[arg(short, long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// Target, pipelines and format together, by the name of the reference set, as `kusto-xdr`
    #[arg(long, value_name = "LABEL", value_delimiter = ',', conflicts_with_all = ["target", "pipeline", "format"])]
    pub label: Vec<String>,
    /// One JSON object a line instead of plain queries
    #[arg(long)]
    pub jsonl: bool,
    /// Write files into this folder instead of standard output
    #[arg(short, long, value_name = "DIR", conflicts_with = "jsonl")]
    pub output: Option<PathBuf>,
    /// Labels too go as far as the platform's schema and language, not only as far as the reference tools
    #[arg(long, requires = "label")]
    pub wide: bool,
    /// Take queries that only come near to their rule; each says where
    #[arg(long)]
    pub approximate: bool,
    /// Succeed although some rules could not be converted
    #[arg(short, long)]
    pub skip_unsupported: bool,
}

/// Arguments of `sigma run`.
#[derive(Args, Clone, Debug)]
#[command(after_help = RUN_EXAMPLES)]
pub struct SigmaRunArgs {
    /// Rule file or folder
    #[arg(value_name = "RULES")]
    pub rules: PathBuf,
    /// Events as JSON or JSON Lines, files or folders; - for standard input
    #[arg(required = true, value_name = "EVENTS")]
    pub events: Vec<PathBuf>,
    /// Ask every rule of every event, whatever log source the event says it is of
    #[arg(long)]
    pub all_log_sources: bool,
}

/// Arguments of `sigma lint`.
#[derive(Args, Clone, Debug)]
#[command(after_help = LINT_EXAMPLES)]
pub struct SigmaLintArgs {
    /// Rule files and folders
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Print a SARIF 2.1.0 log
    #[arg(long)]
    pub sarif: bool,
}
