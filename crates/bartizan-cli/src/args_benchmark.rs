//! What was typed about benchmarks and custody.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Commands of `benchmark`.
#[derive(Clone, Debug, Subcommand)]
pub enum BenchmarkCommand {
    /// List the question suites that the program carries
    Suites,
    /// Write a suite as a dataset for Inspect, with the task file to run it
    #[command(after_help = DATASET)]
    Dataset(DatasetArgs),
    /// List the test plans of a catalogue
    Plans(PlansArgs),
    /// Carry plans out with Inspect: one folder each, with task, log and digests
    #[command(after_help = RUN)]
    Run(Box<RunArgs>),
    /// Read logs of Inspect: scores recomputed with intervals, a threshold decided, anomalies
    #[command(after_help = LOG)]
    Log(LogArgs),
}

const DATASET: &str = "Examples:
  bartizan benchmark dataset smoke-knowledge --dir work
  bartizan benchmark dataset CyberMetric-80-v1.json --format cybermetric --dir work
  inspect eval work/inspect_task.py@suite -T dataset=$PWD/work/dataset.jsonl -T scoring=choice --model mockllm/model

Formats of files that you have: ctibench, cybermetric, athenabench, cyberseceval, lines.";

const LOG: &str = "Examples:
  bartizan benchmark log logs/*.eval
  bartizan benchmark log new.eval --threshold 0.8 --level 0.95
  bartizan benchmark log new.eval --against baseline.eval --json

Exit code 1: the run did not end in success, scores differ from those in the log, the log is damaged, or something looks wrong about
the run.";

const RUN: &str = "Examples:
  bartizan benchmark run smoke-knowledge --dir runs --model-name mockllm/model
  bartizan benchmark run smoke-knowledge --dir runs --model-name falcon-7 --base-url https://node.example/broker/v1 --credential-env FALCON
  bartizan benchmark run smoke-knowledge --dir runs --model-name falcon-7 --base-url https://node.example/broker/v1 --prepare
  bartizan benchmark run smoke-knowledge --dir runs --model-name falcon-7 --base-url … --resume runs/smoke-knowledge/logs/….eval

The credential is read from the environment variable that --credential-env names. It goes to Inspect by its environment and stands in no
argument; afterwards everything that Inspect wrote is searched for it. Inspect gets no other variable but those that it needs to run.
Ctrl-C asks Inspect to end and keeps the log; --resume goes on with it. With --json each line of standard output is a JSON document.

Exit codes: 0 every run ended in success and looks right; 1 one did not, scores differ from those in the log, something looks wrong,
or the credential was written down; 75 the time limit passed (the log is kept); 78 there is no Inspect, or it cannot run the plan.";

/// Where plans come from.
#[derive(Args, Clone, Debug)]
pub struct PlansArgs {
    /// A catalogue of your own, instead of the program's
    #[arg(long, value_name = "FILE")]
    pub catalogue: Option<PathBuf>,
}

/// Plans to be carried out.
#[derive(Args, Clone, Debug)]
pub struct RunArgs {
    /// Plans of the catalogue, by id
    #[arg(required_unless_present = "plan_file")]
    pub plans: Vec<String>,
    #[command(flatten)]
    pub from: PlansArgs,
    /// One plan as JSON, as a window has it, instead of a catalogue
    #[arg(long, value_name = "FILE", conflicts_with_all = ["catalogue", "plans"])]
    pub plan_file: Option<PathBuf>,
    /// The folder for the folders of the runs; made if it is not there
    #[arg(long, value_name = "FOLDER")]
    pub dir: PathBuf,
    /// The model: its name at the endpoint, or mockllm/model for Inspect's own mock
    #[arg(long, value_name = "NAME")]
    pub model_name: String,
    /// An OpenAI-compatible endpoint: the broker of a node, or your own
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// The environment variable that holds the credential for the endpoint
    #[arg(long, value_name = "NAME", requires = "base_url")]
    pub credential_env: Option<String>,
    /// Inspect's program [default: inspect in PATH]
    #[arg(long, value_name = "FILE")]
    pub inspect: Option<PathBuf>,
    /// The file of a suite that the program does not carry
    #[arg(long, value_name = "FILE", requires = "format")]
    pub dataset: Option<PathBuf>,
    /// The format of that file
    #[arg(long, value_name = "FORMAT", requires = "dataset")]
    pub format: Option<String>,
    /// The task file of a plan that does not name the program's
    #[arg(long, value_name = "FILE")]
    pub task_file: Option<PathBuf>,
    /// The sandbox, as Inspect takes it, for plans that name one; without it a container of the plan's image, without a network
    #[arg(long, value_name = "SPEC")]
    pub sandbox: Option<String>,
    /// The most seconds for each run
    #[arg(long, value_name = "SECONDS", default_value_t = 14_400, value_parser = clap::value_parser!(u64).range(1..=2_592_000))]
    pub time_limit: u64,
    /// Calls at once
    #[arg(long, value_name = "COUNT", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub connections: u32,
    /// Go on with a run that broke off: its log
    #[arg(long, value_name = "LOG", conflicts_with = "prepare")]
    pub resume: Option<PathBuf>,
    /// Write the folders and environment.json, and run nothing
    #[arg(long)]
    pub prepare: bool,
    #[command(flatten)]
    pub read: ReadArgs,
}

/// A dataset to be written.
#[derive(Args, Clone, Debug)]
pub struct DatasetArgs {
    /// A suite of the program, or a file of questions (with --format)
    pub suite: String,
    /// The format of the file
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// The folder for dataset.jsonl and inspect_task.py; made if it is not there
    #[arg(long, value_name = "FOLDER")]
    pub dir: PathBuf,
}

/// Logs to be read.
#[derive(Args, Clone, Debug)]
pub struct LogArgs {
    /// Logs of Inspect (.eval or .json)
    #[arg(required = true)]
    pub logs: Vec<PathBuf>,
    #[command(flatten)]
    pub read: ReadArgs,
    /// Compare with this log over the samples that both have
    #[arg(long, value_name = "LOG")]
    pub against: Option<PathBuf>,
}

/// How a log is judged.
#[derive(Args, Clone, Copy, Debug)]
pub struct ReadArgs {
    /// Decide whether each score is below this, at or above it, or not decidable with these samples
    #[arg(long, value_name = "NUMBER")]
    pub threshold: Option<f64>,
    /// Confidence of intervals and decisions
    #[arg(long, value_name = "SHARE", default_value_t = 0.95)]
    pub level: f64,
}

/// Commands of `custody`.
#[derive(Clone, Debug, Subcommand)]
pub enum CustodyCommand {
    /// Check a folder or tar file of evidence against its manifest.jsonl
    #[command(after_help = VERIFY)]
    Verify(VerifyArgs),
}

const VERIFY: &str = "Examples:
  bartizan custody verify window-7 --key 3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29
  bartizan custody verify window-7.tar --key 3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29

The keys come from whoever signed, by a way that is not this folder. `bartizan-custody` is the same check as a small program of its own.
Exit code 1: something is wrong; every fault is told with its code (docs/custody.md).";

/// Evidence to be checked.
#[derive(Args, Clone, Debug)]
pub struct VerifyArgs {
    /// The folder with manifest.jsonl, or a tar file of it, not compressed; nothing is unpacked
    pub evidence: PathBuf,
    /// A key that may vouch: Ed25519, hexadecimal; may be given again
    #[arg(long, value_name = "KEY", required = true)]
    pub key: Vec<String>,
}
