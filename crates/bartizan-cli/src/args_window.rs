//! What was typed about windows of model testing.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::args_programme::NodeArgs;

/// `window`.
#[derive(Args, Clone, Debug)]
#[command(after_help = WINDOW, subcommand_required = true, arg_required_else_help = true)]
pub struct WindowArgs {
    #[command(flatten)]
    pub node: NodeArgs,
    #[command(subcommand)]
    pub command: WindowCommand,
}

const WINDOW: &str = "Examples:
  bartizan window list --server https://node.example --token-file token
  bartizan window do 0197… programme-manager pause.json
  bartizan window agree 0197… programme-officer 7
  bartizan window credential 0197… grant-1 --out credential
  bartizan window run-end 0197… run-1 runs/smoke-knowledge/logs/….eval --role tester
  bartizan window custody 0197… --out window.tar

pause.json: {\"do\": \"pause\", \"reason\": \"endpoint\", \"words\": \"It does not answer.\"}
docs/model-testing.md has the members of each act. With --json the node's answer is printed byte for byte.

Exit codes: 0 done; 65 refused by the rules, with the code and what to do; 66 there is no such thing, or a file is not there;
69 the node does not answer; 77 you may not.";

/// Commands of `window`.
#[derive(Clone, Debug, Subcommand)]
pub enum WindowCommand {
    /// List the windows that you have a part in
    List(Page),
    /// Show a window: clock, what you may do, what waits, grants, runs, findings
    Show(Of),
    /// Hand a model in: a window opens
    Submit {
        /// Programme, role, submission and parts, as JSON; - for standard input
        file: PathBuf,
    },
    /// Do something in a window, or propose it where a second person has to agree
    Do {
        #[command(flatten)]
        of: Acting,
        /// The act as JSON; - for standard input
        action: PathBuf,
    },
    /// Agree to what somebody proposed
    Agree {
        #[command(flatten)]
        of: Acting,
        /// The proposal, as `show` numbers it
        proposal: u64,
    },
    /// Refuse what somebody proposed
    Refuse {
        #[command(flatten)]
        of: Acting,
        /// The proposal, as `show` numbers it
        proposal: u64,
        /// Why
        words: String,
    },
    /// List what happened
    Events {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        page: Page,
    },
    /// Give its dates as iCalendar
    Calendar(Out),
    /// Say where a checkpoint is reached; its key is read from an environment variable
    Endpoint(EndpointArgs),
    /// Give a grant, or propose it
    Grant {
        #[command(flatten)]
        of: Of,
        /// Role, grant, holder, checkpoint, level, budget, times, as JSON; - for standard input
        file: PathBuf,
    },
    /// Collect the credential of your grant, once
    Credential {
        #[command(flatten)]
        of: Of,
        /// The grant
        grant: String,
        /// The new file that gets it; nobody else may read it
        #[arg(long, short, value_name = "FILE")]
        out: PathBuf,
    },
    /// List the record of a grant's calls
    Calls {
        #[command(flatten)]
        of: Of,
        /// The grant
        grant: String,
        #[command(flatten)]
        page: Page,
    },
    /// Give the proof that a grant was revoked
    Proof {
        #[command(flatten)]
        of: Of,
        /// The grant
        grant: String,
    },
    /// Revoke a grant: no call is made with it any more
    Revoke {
        #[command(flatten)]
        of: Acting,
        /// The grant
        grant: String,
        /// Why
        words: String,
    },
    /// Put a file into custody
    PutFile {
        #[command(flatten)]
        of: Of,
        /// The file
        file: PathBuf,
        /// What it is
        #[arg(long, value_parser = ["agreement", "log", "egress", "environment", "certificate", "other"])]
        kind: String,
        /// Its name there [default: the file's]
        #[arg(long)]
        name: Option<String>,
    },
    /// List the files in custody
    Files(Of),
    /// Give a file in custody
    GetFile {
        #[command(flatten)]
        of: Out,
        /// Its name
        name: String,
    },
    /// List the plans that the programme has room for, or give one as JSON
    Plans {
        #[command(flatten)]
        of: Of,
        /// Give this one, as `do` and `benchmark run --plan-file` take it
        #[arg(long, value_name = "PLAN")]
        plan: Option<String>,
    },
    /// Put the log of a run into custody and record how it ended
    RunEnd(RunEndArgs),
    /// Show what the log of a run says
    Run {
        #[command(flatten)]
        of: Of,
        /// The run
        run: String,
    },
    /// Show transcripts of a run
    Samples {
        #[command(flatten)]
        of: Of,
        /// The run
        run: String,
        /// Only samples that say this
        #[arg(long, value_name = "WORDS")]
        search: Option<String>,
        /// Go on with this sample
        #[arg(long, value_name = "NUMBER")]
        from: Option<u64>,
    },
    /// Record a finding
    Find {
        #[command(flatten)]
        of: Acting,
        /// Its name
        finding: String,
        /// The finding as JSON; - for standard input
        file: PathBuf,
    },
    /// Hand a vulnerability in somebody else's software over to a desk of the clearinghouse
    HandOver {
        #[command(flatten)]
        of: Acting,
        /// The finding
        finding: String,
        /// The desk
        desk: String,
    },
    /// Give what the valid runs say: what the act `determine` takes
    Determination(Of),
    /// Give the source of the editions, or write its next version
    Source {
        #[command(flatten)]
        of: Out,
        /// The next version; - for standard input
        #[arg(long, value_name = "FILE", requires = "before", conflicts_with = "out")]
        write: Option<PathBuf>,
        /// The version that it was written from; 0: there was none
        #[arg(long, value_name = "NUMBER")]
        before: Option<u32>,
    },
    /// Show what an audience would read, and what of it may not leave
    Edition {
        #[command(flatten)]
        of: Of,
        /// The audience
        audience: String,
    },
    /// Propose to publish an edition exactly as `edition` shows it
    Publish {
        #[command(flatten)]
        of: Acting,
        /// The audience
        audience: String,
    },
    /// Withdraw an edition that left
    Unpublish {
        #[command(flatten)]
        of: Of,
        /// The edition
        edition: String,
    },
    /// List the editions that left: of a window, or all that you may read
    Editions {
        /// The window
        window: Option<String>,
    },
    /// Read an edition that left
    Read {
        /// The edition
        edition: String,
    },
    /// Give everything in custody with its signed manifest, as a tar file for `bartizan custody verify`
    Custody(Out),
}

/// Of which window.
#[derive(Args, Clone, Debug)]
pub struct Of {
    /// The window
    pub window: String,
}

/// In which window, as whom.
#[derive(Args, Clone, Debug)]
pub struct Acting {
    /// The window
    pub window: String,
    /// Your role
    pub role: String,
}

/// Of which window, and where to.
#[derive(Args, Clone, Debug)]
pub struct Out {
    /// The window
    pub window: String,
    /// The file to write; - for standard output
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub out: PathBuf,
}

/// Which part of a list.
#[derive(Args, Clone, Debug)]
pub struct Page {
    /// The most lines
    #[arg(long, value_name = "COUNT")]
    pub limit: Option<u32>,
    /// Go on behind an earlier list
    #[arg(long, value_name = "NEXT")]
    pub next: Option<String>,
}

/// Where a checkpoint is reached.
#[derive(Args, Clone, Debug)]
pub struct EndpointArgs {
    #[command(flatten)]
    pub of: Of,
    /// The checkpoint
    pub checkpoint: String,
    /// The base that calls go below, such as https://models.example/v1
    #[arg(long, value_name = "URL")]
    pub url: String,
    /// What the endpoint calls the checkpoint
    #[arg(long, value_name = "NAME")]
    pub model_name: String,
    /// The environment variable that holds the key
    #[arg(long, value_name = "NAME")]
    pub key_env: String,
}

/// How a run ended.
#[derive(Args, Clone, Debug)]
pub struct RunEndArgs {
    #[command(flatten)]
    pub of: Of,
    /// The run
    pub run: String,
    /// Its log (.eval or .json)
    pub log: PathBuf,
    /// Your role
    #[arg(long)]
    pub role: String,
    /// How it ended
    #[arg(long, default_value = "finished", value_parser = ["finished", "failed", "cancelled"])]
    pub outcome: String,
    /// SHA-256 of the egress record, which is in custody
    #[arg(long, value_name = "SHA256")]
    pub egress: Option<String>,
}
