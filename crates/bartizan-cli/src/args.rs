//! What was typed. What it means is worked out in [`crate::resolve`].

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::args_benchmark::{BenchmarkCommand, CustodyCommand};
use crate::args_exchange::{FeedCommand, TaxiiCommand};
use crate::args_history::{DiffArgs, HistoryArgs, LibraryArgs};
#[cfg(feature = "server")]
use crate::args_node::NodeCommand;
use crate::args_programme::ProgrammeArgs;
use crate::args_response::{AssessArgs, PlaybookCommand};
use crate::args_scan::ScanCommand;
use crate::args_sigma::SigmaCommand;
use crate::args_window::WindowArgs;

const EXAMPLES: &str = "\
Examples:
  bartizan analyze advisory.pdf
      Analyse one report; the package goes to ./advisory/
  bartizan analyze reports/ https://vendor.example/blog/post -o out
      A folder and a web page, one package each under out/
  curl -s https://vendor.example/post | bartizan analyze - --format stix --stdout > bundle.json
      Read standard input, write the STIX 2.1 bundle to standard output
  bartizan observables advisory.pdf
      Only the addresses, hashes, names and paths of a report, indicators first
  bartizan explain advisory.pdf T1059.001
      Why the technique is claimed, or why it is not
  bartizan knowledge show T1059.001
      Look a technique up in the knowledge pack

Exit codes: 0 done, 1 done with findings, 2 wrong arguments; the others: bartizan exit-codes";

/// From a threat report to techniques, indicators and a STIX bundle, each claim with its sentence.
#[derive(Debug, Parser)]
#[command(name = "bartizan", version, about, after_help = EXAMPLES, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Options every command has.
#[derive(Args, Clone, Debug)]
pub struct Global {
    /// Print one JSON document on standard output instead of text
    #[arg(long, global = true)]
    pub json: bool,
    /// Print no progress and no notes
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Use this knowledge pack instead of the built-in or installed one
    #[arg(long, global = true, value_name = "FILE")]
    pub pack: Option<PathBuf>,
    /// Use this technique model instead of the pack's: one that `bartizan train` wrote
    #[arg(long, global = true, value_name = "FILE")]
    pub model: Option<PathBuf>,
}

/// Commands.
#[allow(clippy::large_enum_variant, reason = "there is one, for as long as the program runs")]
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Analyse reports: files, folders, URLs, or - for standard input
    Analyze(Box<AnalyzeArgs>),
    /// Sigma rules from reports, each tried on events before it ships, and queries for SIEMs and EDRs
    Detect(DetectArgs),
    /// List the observables of reports, or of many texts as JSON Lines, each told indicator or not
    Observables(ObservablesArgs),
    /// Score every technique for given sentences or documents, as JSON Lines: for measuring and for pipes
    Map(MapArgs),
    /// Show why a technique is claimed of a report, or why it is not: evidence, scores, what decided
    Explain(ExplainArgs),
    /// Measure the mapping to techniques, or the observables, on your labels: precision, recall, F1, calibration
    Evaluate(EvaluateArgs),
    /// Continue the technique model with your own labels, and write a model of your own
    Train(TrainArgs),
    /// Earlier analyses: keep, list, search, compare, in order of time
    Library(LibraryArgs),
    /// What is new, withdrawn and changed between two analyses
    Diff(DiffArgs),
    /// Look into, renew and compare the knowledge pack: ATT&CK, ATLAS, D3FEND, CWE, CAPEC, KEV, names
    #[command(subcommand)]
    Knowledge(KnowledgeCommand),
    /// Sigma rules: convert for every SIEM and EDR, run over events, check
    #[command(subcommand)]
    Sigma(SigmaCommand),
    /// TAXII 2.1 servers: list collections, fetch and add objects
    #[command(subcommand)]
    Taxii(TaxiiCommand),
    /// Feeds of others: RSS, Atom, MISP; events of MISP as STIX
    #[command(subcommand)]
    Feed(FeedCommand),
    /// Scans: register what is scanned at a node, keep it, stop when told to
    #[command(subcommand)]
    Scan(ScanCommand),
    /// Benchmarks of models: suites as datasets for Inspect, plans carried out by it, its logs read
    #[command(subcommand)]
    Benchmark(BenchmarkCommand),
    /// Programmes of model testing at a node: list, bring, staff, retire
    Programme(ProgrammeArgs),
    /// Windows of model testing at a node: hand in, act, access, runs, findings, editions, custody
    Window(Box<WindowArgs>),
    /// Evidence in custody: check it against its manifest
    #[command(subcommand)]
    Custody(CustodyCommand),
    /// CACAO 2.0 playbooks: check
    #[command(subcommand)]
    Playbook(PlaybookCommand),
    #[cfg(feature = "server")]
    #[command(flatten)]
    Node(NodeCommand),
    /// Check the installation: knowledge pack, data folder, a trial analysis
    Doctor,
    /// Print a completion script for a shell
    #[command(after_help = "Example:\n  bartizan completions bash > /etc/bash_completion.d/bartizan")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write one page a command into a folder
    #[command(after_help = "Examples:\n  bartizan man | man -l -\n  bartizan man /usr/local/share/man/man1")]
    Man {
        /// Folder for the pages
        dir: Option<PathBuf>,
    },
    /// List the exit codes and what they mean
    ExitCodes,
    /// One report on standard input, its package as a ZIP on standard output; the server starts this
    #[command(hide = true)]
    Worker(WorkerArgs),
}

/// Arguments of `worker`.
#[derive(Args, Clone, Debug)]
pub struct WorkerArgs {
    /// Name of the report, for its title and as a hint to its format
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// Time stamp of everything written, RFC 3339
    #[arg(long, value_name = "TIME")]
    pub now: String,
    /// Mark the package: clear, green, amber, amber+strict, red [default: as the report says, else amber]
    #[arg(long, value_name = "LABEL")]
    pub marking: Option<String>,
    /// How sure an inferred technique must be
    #[arg(long, value_enum, default_value_t = PointArg::Strict)]
    pub point: PointArg,
    /// Where the report came from
    #[arg(long, value_name = "URL")]
    pub source_url: Option<String>,
    /// The media type that its sender declared
    #[arg(long, value_name = "TYPE")]
    pub media_type: Option<String>,
    /// Largest report, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 128)]
    pub max_size: usize,
    /// Seconds the analysis may take
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    pub timeout: u64,
    /// Address space of the process, in MiB; 0 for no limit
    #[arg(long, value_name = "MIB", default_value_t = 3072)]
    pub memory: u64,
    /// CPU time of the process, in seconds; 0 for no limit
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    pub cpu: u64,
}

/// Commands of `knowledge`.
#[derive(Clone, Debug, Subcommand)]
pub enum KnowledgeCommand {
    /// Which pack is in use, its sources with versions and dates, what it holds
    #[command(after_help = "Example:\n  bartizan knowledge status --json")]
    Status,
    /// Show an id or a name: technique with what answers it, tactic, group, software, campaign, mitigation,
    /// countermeasure, control, CWE, CAPEC, CVE; for an address, host name or hash the warning lists that hold it
    #[command(after_help = KNOWLEDGE_SHOW_EXAMPLES)]
    Show {
        /// Id or name
        #[arg(required = true, value_name = "ID")]
        id: Vec<String>,
    },
    /// Find ids by words of their name or aliases
    #[command(
        after_help = "Examples:\n  bartizan knowledge search scheduled task\n  bartizan knowledge search --limit 5 midnight blizzard"
    )]
    Search {
        /// Words; all must occur
        #[arg(required = true, value_name = "WORDS")]
        words: Vec<String>,
        /// Most results
        #[arg(long, value_name = "N", default_value_t = 20)]
        limit: usize,
    },
    /// Install a newer pack: a ready pack.bin, or upstream files (enterprise-attack-19.0.json, ATLAS.yaml, ...)
    /// that renew their part of the pack in use
    #[command(after_help = KNOWLEDGE_UPDATE_EXAMPLES)]
    Update {
        /// Folder, file or URL; may be given several times
        #[arg(long, required = true, value_name = "DIR_OR_URL")]
        from: Vec<String>,
        /// Say what would change, install nothing
        #[arg(long)]
        dry_run: bool,
        /// Allow URLs to lead into this network, e.g. 10.20.0.0/16; may be given several times
        #[arg(long, value_name = "CIDR")]
        allow_net: Vec<String>,
    },
    /// Compare two packs: what was added, removed, renamed, replaced
    #[command(after_help = KNOWLEDGE_DIFF_EXAMPLES)]
    Diff {
        /// The older pack [default: the built-in one]
        #[arg(value_name = "OLD")]
        old: Option<PathBuf>,
        /// The newer pack [default: the one in use]
        #[arg(value_name = "NEW")]
        new: Option<PathBuf>,
    },
}

const KNOWLEDGE_SHOW_EXAMPLES: &str = "\
Examples:
  bartizan knowledge show T1059.001
  bartizan knowledge show T1086
      A revoked id leads to the one that replaced it
  bartizan knowledge show \"Midnight Blizzard\" CVE-2024-3400 CWE-79
  bartizan knowledge show D3-PSA AC-2
      What a countermeasure of D3FEND or a control of NIST SP 800-53 answers
  bartizan knowledge show 8.8.8.8 bit.ly
      Warning lists that hold a value";

const KNOWLEDGE_UPDATE_EXAMPLES: &str = "\
Examples:
  bartizan knowledge update --from ~/attack-stix-data/enterprise-attack/
      Build from the newest bundle in that folder, keep the rest of the pack
  bartizan knowledge update --from https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json
  bartizan knowledge update --from pack.bin --dry-run";

const KNOWLEDGE_DIFF_EXAMPLES: &str = "\
Examples:
  bartizan knowledge diff
      The built-in pack against the one in use
  bartizan knowledge diff old/pack.bin new/pack.bin --json";

const ANALYZE_EXAMPLES: &str = "\
Examples:
  bartizan analyze advisory.pdf
      Write report.html, analysis.json, bundle.json, attack-navigator-layer.json,
      observables.csv and report.md to ./advisory/
  bartizan analyze a.html b.docx notes.md -o cases/42
      One folder each under cases/42/
  bartizan analyze report.pdf --format csv --stdout | less
      Only the observables
  bartizan analyze report.pdf --tlp amber --point balanced
      Mark everything TLP:AMBER and report more inferred techniques
  bartizan analyze report.pdf --profile us.toml --epss epss_scores-2026-11-30.csv.gz --reliability B --credibility 2
      Judge the risk with what you know beyond the report
  bartizan analyze http://wiki.lab.internal/post --allow-net 10.20.0.0/16
      A page in a network that the guard would refuse
  bartizan analyze june.pdf --library reports.db
      What it shares with the reports analysed before, and what is new since its last edition
  bartizan analyze report.pdf --assist http://localhost:11434/v1 --assist-model qwen3:8b
      Let a language model of your own weigh the techniques too";

/// Arguments of `analyze`.
#[derive(Args, Clone, Debug)]
#[command(after_help = ANALYZE_EXAMPLES)]
pub struct AnalyzeArgs {
    /// Files, folders, URLs (http, https), or - for standard input
    #[arg(required = true, value_name = "REPORT")]
    pub inputs: Vec<String>,
    /// Where the package goes [default: a folder named after the report]
    #[arg(short, long, value_name = "DIR", conflicts_with = "stdout")]
    pub output: Option<PathBuf>,
    /// Write only this format; may be given several times
    #[arg(short, long, value_name = "NAME", value_enum)]
    pub format: Vec<FormatArg>,
    /// Write the one --format (json if none is given) to standard output, not to files. Several reports give
    /// one line each (json, stix, navigator)
    #[arg(long)]
    pub stdout: bool,
    /// How sure an inferred technique must be: strict (precision about 0.8), balanced (best F1), all
    #[arg(long, value_enum, default_value_t = PointArg::Strict)]
    pub point: PointArg,
    /// Mark the package: clear, green, amber, amber+strict, red [default: as the report says, else amber]
    #[arg(long, value_name = "LABEL")]
    pub tlp: Option<String>,
    /// Time stamp of everything written, RFC 3339 [default: SOURCE_DATE_EPOCH, else now]
    #[arg(long, value_name = "TIME")]
    pub now: Option<String>,
    /// Seconds one report may take
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    pub timeout: u64,
    /// Largest report, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 128)]
    pub max_size: usize,
    /// Most pages read of a PDF
    #[arg(long, value_name = "N", default_value_t = 3000)]
    pub max_pages: usize,
    /// Reports analysed at the same time [default: number of cores]
    #[arg(short, long, value_name = "N")]
    pub jobs: Option<usize>,
    /// Allow URLs to lead into this network, e.g. 10.20.0.0/16; may be given several times
    #[arg(long, value_name = "CIDR")]
    pub allow_net: Vec<String>,
    /// Convert the generated Sigma rules for these platforms, as splunk,sentinel; none for no queries
    /// [default: splunk,sentinel,defender,elastic,crowdstrike]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub targets: Vec<String>,
    /// Choose rules that fit the report from this folder too, e.g. a SigmaHQ checkout; they are listed, not mixed in
    #[arg(long, value_name = "DIR")]
    pub rules: Vec<PathBuf>,
    /// Run the generated rules over these events (JSON, JSONL, EVTX, CSV, syslog): a rule that is too loud is lowered or
    /// left out. Events below a folder named `attack` count as attacks, all others as benign
    #[arg(long, value_name = "DIR")]
    pub events: Vec<PathBuf>,
    #[command(flatten)]
    pub assess: AssessArgs,
    /// Whether an input may be the `analysis.json` of an earlier run; `detect` sets it.
    #[arg(skip)]
    pub earlier: bool,
    #[command(flatten)]
    pub history: HistoryArgs,
    #[command(flatten)]
    pub assist: AssistArgs,
}

const DETECT_EXAMPLES: &str = "\
Examples:
  bartizan detect advisory.pdf
      Rules, queries and verdicts go to ./advisory/detections/
  bartizan detect advisory.pdf --targets splunk,crowdstrike,qradar -o out
  bartizan detect advisory.pdf --rules ~/sigma/rules --events logs/
      Rules of a corpus that fit too; and how loud the generated ones are on your own logs
  bartizan detect advisory.pdf --stdout > rules.yml
      Only the rules, as YAML documents
  bartizan detect advisory/analysis.json -o advisory --targets qradar
      From an earlier analysis, without the report";

/// Arguments of `detect`.
#[derive(Args, Clone, Debug)]
#[command(after_help = DETECT_EXAMPLES)]
pub struct DetectArgs {
    /// Files, folders, URLs (http, https), - for standard input, or the analysis.json of an earlier run
    #[arg(required = true, value_name = "REPORT|ANALYSIS")]
    pub inputs: Vec<String>,
    /// Where the folder `detections` goes [default: a folder named after the report]
    #[arg(short, long, value_name = "DIR", conflicts_with = "stdout")]
    pub output: Option<PathBuf>,
    /// Write the rules to standard output, as YAML documents
    #[arg(long)]
    pub stdout: bool,
    /// Convert the rules for these platforms, as splunk,sentinel; none for no queries
    /// [default: splunk,sentinel,defender,elastic,crowdstrike]
    #[arg(short, long, value_name = "NAME", value_delimiter = ',')]
    pub targets: Vec<String>,
    /// Choose rules that fit the report from this folder too, e.g. a SigmaHQ checkout; they are listed, not mixed in
    #[arg(long, value_name = "DIR")]
    pub rules: Vec<PathBuf>,
    /// Run the generated rules over these events (JSON, JSONL, EVTX, CSV, syslog): a rule that is too loud is lowered or
    /// left out. Events below a folder named `attack` count as attacks, all others as benign
    #[arg(long, value_name = "DIR")]
    pub events: Vec<PathBuf>,
    /// How sure an inferred technique must be: strict (precision about 0.8), balanced (best F1), all
    #[arg(long, value_enum, default_value_t = PointArg::Strict)]
    pub point: PointArg,
    /// Date of the rules, RFC 3339 [default: SOURCE_DATE_EPOCH, else now]
    #[arg(long, value_name = "TIME")]
    pub now: Option<String>,
    /// Seconds one report may take
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    pub timeout: u64,
    /// Allow URLs to lead into this network, e.g. 10.20.0.0/16; may be given several times
    #[arg(long, value_name = "CIDR")]
    pub allow_net: Vec<String>,
}

impl From<&DetectArgs> for AnalyzeArgs {
    /// `detect` is `analyze` that writes nothing but detections.
    fn from(args: &DetectArgs) -> Self {
        let assist = AssistArgs {
            assist: None,
            assist_model: None,
            assist_key_env: None,
            assist_timeout: 120,
            assist_record: None,
            assist_replay: None,
        };
        Self {
            inputs: args.inputs.clone(),
            output: args.output.clone(),
            format: vec![FormatArg::Sigma],
            stdout: args.stdout,
            point: args.point,
            tlp: None,
            now: args.now.clone(),
            timeout: args.timeout,
            max_size: 128,
            max_pages: 3000,
            jobs: None,
            allow_net: args.allow_net.clone(),
            targets: args.targets.clone(),
            rules: args.rules.clone(),
            events: args.events.clone(),
            assess: AssessArgs::default(),
            history: HistoryArgs::default(),
            earlier: true,
            assist,
        }
    }
}

/// A language model that weighs the techniques.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Language model, off unless --assist or --assist-replay is given")]
pub struct AssistArgs {
    /// Ask this OpenAI-compatible endpoint about the techniques, e.g. http://localhost:11434/v1. The sentences of the
    /// report are sent there; what its answers may change is bounded: docs/language-model.md
    #[arg(long, value_name = "URL", requires = "assist_model")]
    pub assist: Option<String>,
    /// Name of the model at the endpoint
    #[arg(long, value_name = "NAME")]
    pub assist_model: Option<String>,
    /// Environment variable that holds the endpoint's key
    #[arg(long, value_name = "VAR", requires = "assist")]
    pub assist_key_env: Option<String>,
    /// Seconds one answer may take
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..))]
    pub assist_timeout: u64,
    /// Keep what is asked and answered in this folder
    #[arg(long, value_name = "DIR", requires = "assist")]
    pub assist_record: Option<PathBuf>,
    /// Take the answers from a folder made with --assist-record; nothing is sent
    #[arg(long, value_name = "DIR", conflicts_with = "assist", requires = "assist_model")]
    pub assist_replay: Option<PathBuf>,
}

const EVALUATE_EXAMPLES: &str = "\
Examples:
  bartizan evaluate --labels reviews/
      Every .jsonl file of a folder: figures of reports and of sentences
  bartizan evaluate --labels ours.jsonl --level document --json
  xz -dc tram-dev.jsonl.xz | bartizan evaluate --labels -
  bartizan evaluate --labels ours.jsonl --model ours.bin
      The same with a model of one's own
  bartizan evaluate --kind observables --labels iocs.jsonl
      Lines {\"doc_id\": \"a\", \"text\": \"evil[.]com\", \"iocs\": [{\"type\": \"domain\", \"value\": \"evil.com\"}]}

A line: {\"doc_id\": \"r1\", \"sentences\": [{\"sentence_id\": \"0\", \"text\": \"It dumped LSASS.\", \"techniques\": [\"T1003.001\"]}]}
What else a line can say, and what the figures mean: docs/learning.md";

/// Arguments of `evaluate`.
#[derive(Args, Clone, Debug)]
#[command(after_help = EVALUATE_EXAMPLES)]
pub struct EvaluateArgs {
    /// Labelled reports, one JSON object a line: a file, a folder of .jsonl files, or - for standard input
    #[arg(long, value_name = "FILE_OR_DIR")]
    pub labels: String,
    /// What the labels are of
    #[arg(long, value_enum, default_value_t = KindArg::Mapping)]
    pub kind: KindArg,
    /// Only figures of sentences, or of whole reports; of a mapping [default: both]
    #[arg(long, value_enum)]
    pub level: Option<Level>,
    /// Resamples of the reports for the intervals; 0 for none
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = bootstrap_samples)]
    pub bootstrap: usize,
    /// Seed of the resamples
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub seed: u32,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KindArg {
    /// Techniques of sentences and reports
    Mapping,
    /// Observables of texts: lines {doc_id, text, iocs: [{type, value}]}
    Observables,
}

/// More resamples than this say nothing new.
fn bootstrap_samples(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|n| *n <= 10_000).ok_or_else(|| "a number from 0 to 10000".to_owned())
}

const TRAIN_EXAMPLES: &str = "\
Examples:
  bartizan train --labels reviews/ -o ours.bin
      Continue from the shipped model; ours.recipe.txt says how it was made
  bartizan train --labels reviews-2027/ -o ours-2.bin --model ours.bin
      Continue from a model of your own
  bartizan analyze report.pdf --model ours.bin
      Use it; map, explain and evaluate take --model too

A line: {\"doc_id\": \"r1\", \"sentences\": [{\"text\": \"...\", \"techniques\": [\"T1486\"], \"reviewed\": true}]}
Without \"reviewed\": true a technique that is not labelled is unknown, not absent: docs/learning.md";

/// Arguments of `train`.
#[derive(Args, Clone, Debug)]
#[command(after_help = TRAIN_EXAMPLES)]
pub struct TrainArgs {
    /// Labelled reports, one JSON object a line: a folder of .jsonl files, a file, or - for standard input
    #[arg(long, value_name = "DIR_OR_FILE")]
    pub labels: String,
    /// Where the model goes; its recipe goes beside it
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Take every sentence as reviewed: what is not labelled is not there
    #[arg(long)]
    pub complete: bool,
    /// Leave out the check on unseen reports; the thresholds are then kept
    #[arg(long)]
    pub no_check: bool,
    /// What an error on one labelled sentence costs: more follows the labels closer, less stays nearer to the model
    #[arg(long, value_name = "COST", default_value_t = 2.0, value_parser = cost)]
    pub cost: f32,
    /// Seed of the order of sentences
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
}

/// A cost that training can work with.
fn cost(text: &str) -> Result<f32, String> {
    let wanted = || "a number from 0.01 to 100".to_owned();
    text.parse().ok().filter(|c| (0.01..=100.0).contains(c)).ok_or_else(wanted)
}

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  bartizan explain advisory.pdf T1059.001
      Each evidence sentence with its place, its probability and the words that counted
  bartizan explain advisory.pdf T1003 --json
      The same as one JSON object; also for a technique that is not claimed
  bartizan explain advisory.pdf T1574.002
      A revoked id leads to the one that replaced it
  bartizan explain advisory.pdf T1486 --model ours.bin
      With a model of one's own, made by bartizan train";

/// Arguments of `explain`.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXPLAIN_EXAMPLES)]
pub struct ExplainArgs {
    /// File, URL (http, https), or - for standard input
    #[arg(value_name = "REPORT")]
    pub input: String,
    /// Id of the technique, e.g. T1059.001 or AML.T0051
    #[arg(value_name = "TECHNIQUE")]
    pub technique: String,
    /// Seconds the report may take
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..))]
    pub timeout: u64,
    /// Largest report, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 128)]
    pub max_size: usize,
    /// Most pages read of a PDF
    #[arg(long, value_name = "N", default_value_t = 3000)]
    pub max_pages: usize,
    /// Allow URLs to lead into this network, e.g. 10.20.0.0/16; may be given several times
    #[arg(long, value_name = "CIDR")]
    pub allow_net: Vec<String>,
}

const OBSERVABLES_EXAMPLES: &str = "\
Examples:
  bartizan observables advisory.pdf
      One line each: verdict, kind, value
  bartizan observables reports/ --json
      The same with reasons and attributes, one JSON document
  bartizan observables --jsonl texts.jsonl > iocs.jsonl
      Lines {\"doc_id\": \"a\", \"text\": \"evil[.]com\"} in, a line for each out:
      {\"doc_id\":\"a\",\"iocs\":[{\"indicator\":true,\"type\":\"domain\",\"value\":\"evil.com\"}]}
  make-texts | bartizan observables --jsonl -
      Standard input, answered line by line";

const MAP_EXAMPLES: &str = "\
Examples:
  bartizan map --jsonl reports.jsonl > scores.jsonl
  bartizan map --jsonl - --level document < reports.jsonl

A line in:   {\"doc_id\": \"r1\", \"sentences\": [{\"sentence_id\": \"0\", \"text\": \"It dumped LSASS memory.\"}]}
A line out:  {\"doc_id\": \"r1\", \"sentence_id\": \"0\", \"techniques\": [{\"id\": \"T1003.001\", \"score\": 0.9}]}";

/// What a score is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Level {
    /// Each sentence
    Sentence,
    /// The whole document
    Document,
}

/// Arguments of `map`.
#[derive(Args, Clone, Debug)]
#[command(after_help = MAP_EXAMPLES)]
pub struct MapArgs {
    /// Read lines {doc_id, sentences: [{sentence_id, text}]} from this file (- for standard input)
    #[arg(long, value_name = "FILE")]
    pub jsonl: String,
    /// Scores of each sentence, or of the document
    #[arg(long, value_enum, default_value_t = Level::Sentence)]
    pub level: Level,
    /// Largest line, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 128)]
    pub max_size: usize,
    /// Documents read at a time [default: one a core]
    #[arg(long, value_name = "N")]
    pub jobs: Option<usize>,
}

/// Arguments of `observables`.
#[derive(Args, Clone, Debug)]
#[command(after_help = OBSERVABLES_EXAMPLES)]
pub struct ObservablesArgs {
    /// Files, folders, URLs (http, https), or - for standard input
    #[arg(required_unless_present = "jsonl", conflicts_with = "jsonl", value_name = "REPORT")]
    pub inputs: Vec<String>,
    /// Read lines {doc_id, text} from this file (- for standard input), each text as plain text, and write a line
    /// {doc_id, iocs} for each, in order. A line that is none is told on standard error and left out
    #[arg(long, value_name = "FILE")]
    pub jsonl: Option<String>,
    /// Seconds one report or text may take
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..))]
    pub timeout: u64,
    /// Largest report or line, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 128)]
    pub max_size: usize,
    /// Texts read at the same time [default: number of cores]
    #[arg(short, long, value_name = "N")]
    pub jobs: Option<usize>,
}

/// Forms of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum FormatArg {
    /// report.html, the page for people
    Html,
    /// analysis.json, everything, with a published schema
    Json,
    /// bundle.json, STIX 2.1
    Stix,
    /// attack-navigator-layer.json, ATT&CK Navigator layer 4.5
    Navigator,
    /// observables.csv
    Csv,
    /// report.md, a summary
    Markdown,
    /// detections/, Sigma rules with queries and verdicts; with --stdout the rules
    Sigma,
    /// STIX patterns of the indicators, one a line; only to --stdout
    Patterns,
    /// Values of the indicators, one a line, not defanged; only to --stdout
    List,
}

/// Operating points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PointArg {
    /// Document precision about 0.8
    Strict,
    /// Best F1
    Balanced,
    /// Everything with a score worth showing
    All,
}
