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
