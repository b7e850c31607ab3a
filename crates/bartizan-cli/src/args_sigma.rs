//! What was typed after `bartizan sigma`. Option letters are those that users of sigma-cli know.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

pub use crate::commands::sigma::events::Format as EventFormat;

const CONVERT_EXAMPLES: &str = "\
Examples:
  bartizan sigma convert -t splunk -p splunk_windows rules/windows/
      Queries on standard output; what could not be converted is told on standard error
  bartizan sigma convert -t kusto,splunk,lucene rules/ -o queries/
      One folder a target, one file a rule
  bartizan sigma convert -t splunk -f savedsearches rules/ -o savedsearches.conf
      All queries in one file
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
  bartizan sigma run rules/ Security.evtx proxy.csv /var/log/auth.log
      Windows logs, CSV with a header, syslog and auditd
  bartizan sigma run rule.yml - --json < events.jsonl";

const TEST_EXAMPLES: &str = "\
Examples:
  bartizan sigma test tests/ --rules rules/
      Every file with `tests:`, every info.yml of SigmaHQ's regression data
  bartizan sigma test rules/
      The regression data that rules name as regression_tests_path
  bartizan sigma test tests/ --rules rules/ --junit verdicts.xml

A test of one's own:
  tests:
    - name: shadow copies deleted
      rule: shadow_copies.yml      # a file beside this one, or an id, name or title
      events:                      # here, or a file: events: shadow_copies.evtx
        - Image: C:\\Windows\\System32\\vssadmin.exe
          CommandLine: vssadmin delete shadows /all
      match: true                  # or false, or how many events match";

const COVERAGE_EXAMPLES: &str = "\
Examples:
  bartizan sigma coverage rules/
      Techniques by tactic, with their number of rules and log sources
  bartizan sigma coverage rules/ --report advisory.pdf
      Which techniques of a report no rule detects; exit code 1 if there is one
  bartizan sigma coverage rules/ --analysis advisory/analysis.json --navigator layer.json
      The same from an analysis, as a layer for ATT&CK Navigator";

const FIELDS_EXAMPLES: &str = "\
Examples:
  bartizan sigma fields rules/
      Fields by log source, with the number of rules that ask about them
  bartizan sigma fields rules/windows/ -t lucene -p ecs_windows
      What each becomes in Elastic's schema, and what has no counterpart there";

const LINT_EXAMPLES: &str = "\
Examples:
  bartizan sigma lint rules/
      One line for each finding: file, line, code, what to do
  bartizan sigma lint rules/ --fix --dry-run
      What would be changed: form of dates, case of tags, levels and statuses, items
      that stand twice, spaces at ends of lines; comments and order stay
  bartizan sigma lint rules/ --sarif > findings.sarif";

/// Commands of `sigma`.
#[derive(Clone, Debug, Subcommand)]
pub enum SigmaCommand {
    /// Convert rules into the query languages of SIEMs and EDRs
    Convert(SigmaConvertArgs),
    /// List targets, their formats, pipelines and labels
    #[command(after_help = "Example:\n  bartizan sigma targets --json")]
    Targets,
    /// List one of them: names only, a line each
    List(SigmaListArgs),
    /// Ask rules of events: matches with the field and value that matched
    Run(SigmaRunArgs),
    /// Run rules over events that say what is expected: verdicts as text, JSON, JUnit
    Test(SigmaTestArgs),
    /// Check rules: what the specification asks for, and what would be lost in a conversion
    #[command(visible_alias = "check")]
    Lint(SigmaLintArgs),
    /// Count rules by ATT&CK technique: tables, a Navigator layer, a report's gaps
    Coverage(SigmaCoverageArgs),
    /// List the fields that rules ask about, and what a target's pipelines make of them
    Fields(SigmaFieldsArgs),
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
    /// Write into this folder, one file a rule, or into one file where the name has an ending; - for standard output
    #[arg(short, long, value_name = "PATH", conflicts_with = "jsonl")]
    pub output: Option<PathBuf>,
    /// Take files from folders whose name is like this [default: *.yml and *.yaml]
    #[arg(short = 'P', long, value_name = "PATTERN")]
    pub file_pattern: Option<String>,
    /// Spaces of the indent of queries that are JSON
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub json_indent: usize,
    /// Take pipelines although their allowed_backends do not name the target
    #[arg(long)]
    pub disable_pipeline_check: bool,
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

/// What `sigma list` lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Listed {
    /// Targets, with what they are
    Targets,
    /// Formats of a target
    Formats,
    /// Built-in pipelines
    Pipelines,
    /// Labels of the reference set
    Labels,
}

/// Arguments of `sigma list`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:\n  bartizan sigma list targets\n  bartizan sigma list formats splunk")]
pub struct SigmaListArgs {
    /// What to list
    #[arg(value_enum)]
    pub what: Listed,
    /// Formats of this target
    #[arg(value_name = "TARGET", required_if_eq("what", "formats"))]
    pub target: Option<String>,
}

/// Arguments of `sigma run`.
#[derive(Args, Clone, Debug)]
#[command(after_help = RUN_EXAMPLES)]
pub struct SigmaRunArgs {
    /// Rule file or folder
    #[arg(value_name = "RULES")]
    pub rules: PathBuf,
    /// Events, files or folders; - for standard input
    #[arg(required = true, value_name = "EVENTS")]
    pub events: Vec<PathBuf>,
    /// How the events are written [default: by the file's name and how it begins]
    #[arg(short, long, value_enum, value_name = "FORMAT")]
    pub format: Option<EventFormat>,
    /// Ask every rule of every event, whatever log source the event says it is of
    #[arg(long)]
    pub all_log_sources: bool,
}

/// Arguments of `sigma test`.
#[derive(Args, Clone, Debug)]
#[command(after_help = TEST_EXAMPLES)]
pub struct SigmaTestArgs {
    /// Tests, and rules that name theirs; files and folders
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Rules that tests name by id, name or title; may be given several times
    #[arg(short, long, value_name = "PATH")]
    pub rules: Vec<PathBuf>,
    /// Write the verdicts as JUnit XML too
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Ask rules of every event, whatever log source the event says it is of
    #[arg(long)]
    pub all_log_sources: bool,
}

/// Arguments of `sigma coverage`.
#[derive(Args, Clone, Debug)]
#[command(after_help = COVERAGE_EXAMPLES)]
pub struct SigmaCoverageArgs {
    /// Rule files and folders
    #[arg(required = true, value_name = "RULES")]
    pub rules: Vec<PathBuf>,
    /// Compare with the techniques of a report: file, URL, or - for standard input
    #[arg(long, value_name = "REPORT", conflicts_with = "analysis")]
    pub report: Option<String>,
    /// Compare with the techniques of an analysis that `bartizan analyze` wrote
    #[arg(long, value_name = "FILE")]
    pub analysis: Option<PathBuf>,
    /// Write a layer for ATT&CK Navigator
    #[arg(long, value_name = "FILE")]
    pub navigator: Option<PathBuf>,
    /// List techniques without a rule too
    #[arg(long)]
    pub uncovered: bool,
}

/// Arguments of `sigma fields`.
#[derive(Args, Clone, Debug)]
#[command(after_help = FIELDS_EXAMPLES)]
pub struct SigmaFieldsArgs {
    /// Rule files and folders
    #[arg(required = true, value_name = "RULES")]
    pub paths: Vec<PathBuf>,
    /// Say what the fields become for this target
    #[arg(short, long, value_name = "TARGET")]
    pub target: Option<String>,
    /// Built-in pipelines, or files NAME.yml of your own, in order; may be given several times
    #[arg(short, long, value_name = "PIPELINE", requires = "target")]
    pub pipeline: Vec<String>,
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
    /// Put right in the files what can be put right safely; what is left is told
    #[arg(long)]
    pub fix: bool,
    /// Say what --fix would change, write nothing
    #[arg(long, requires = "fix")]
    pub dry_run: bool,
}
