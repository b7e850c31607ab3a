//! What was typed about servers and feeds of others.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// How far a request may go.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Limits")]
pub struct ReachArgs {
    /// Allow URLs to lead into this network, e.g. 10.20.0.0/16; may be given several times
    #[arg(long, value_name = "CIDR")]
    pub allow_net: Vec<String>,
    /// Seconds for one request
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: u64,
    /// Largest answer, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 128, value_parser = clap::value_parser!(u64).range(1..=2048))]
    pub max_size: u64,
}

/// Who asks. Secrets come from the environment: arguments show in process lists.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Credentials")]
pub struct CredentialArgs {
    /// User name; the password is in the environment's BARTIZAN_TAXII_PASSWORD
    #[arg(long, value_name = "NAME", conflicts_with = "token_env")]
    pub user: Option<String>,
    /// Name of the environment variable that holds a bearer token
    #[arg(long, value_name = "VARIABLE")]
    pub token_env: Option<String>,
}

/// Commands of `taxii`.
#[derive(Clone, Debug, Subcommand)]
pub enum TaxiiCommand {
    /// List the collections of a server
    #[command(after_help = COLLECTIONS_EXAMPLES)]
    Collections {
        /// The server, its discovery or an API root
        url: String,
        #[command(flatten)]
        credentials: CredentialArgs,
        #[command(flatten)]
        reach: ReachArgs,
    },
    /// Fetch the objects of a collection, byte for byte as the server has them
    #[command(after_help = PULL_EXAMPLES)]
    Pull(PullArgs),
    /// Add the objects of STIX bundles to a collection
    #[command(after_help = PUSH_EXAMPLES)]
    Push(PushArgs),
}

/// Arguments of `taxii pull`.
#[derive(Args, Clone, Debug)]
pub struct PullArgs {
    /// The server, its discovery or an API root
    pub url: String,
    /// Identifier, alias or title of the collection
    pub collection: String,
    /// Folder for the bundles, one for each page of the server; - for one bundle on standard output
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
    /// Go on where this file says, and keep in it how far this run came: only new objects the next time
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Only what was added after this time, RFC 3339
    #[arg(long, value_name = "TIME", conflicts_with = "state")]
    pub added_after: Option<String>,
    /// Objects asked for at a time; the server may give fewer
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,
    #[command(flatten)]
    pub credentials: CredentialArgs,
    #[command(flatten)]
    pub reach: ReachArgs,
}

/// Arguments of `taxii push`.
#[derive(Args, Clone, Debug)]
pub struct PushArgs {
    /// The server, its discovery or an API root
    pub url: String,
    /// Identifier, alias or title of the collection
    pub collection: String,
    /// STIX bundles
    #[arg(required = true, value_name = "BUNDLE")]
    pub bundles: Vec<PathBuf>,
    /// Most objects in one request
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..))]
    pub batch: u32,
    #[command(flatten)]
    pub credentials: CredentialArgs,
    #[command(flatten)]
    pub reach: ReachArgs,
}

const COLLECTIONS_EXAMPLES: &str = "\
Examples:
  bartizan taxii collections https://taxii.partner.example
      Discovery is looked for at /taxii2/, as the standard has it
  BARTIZAN_TAXII_PASSWORD=... bartizan taxii collections https://taxii.partner.example/api1/ --user us --json";

const PULL_EXAMPLES: &str = "\
Examples:
  bartizan taxii pull https://taxii.partner.example indicators -o partner/ --state partner.json
      The first run fetches everything, each later one what is new; a run that was cut off goes on
  TOKEN=... bartizan taxii pull https://taxii.lab.internal lab -o - --token-env TOKEN > bundle.json
      One bundle on standard output; add --allow-net 10.20.0.0/16 if the server is in your network

Exit codes: 0 done, 66 no such URL, 69 the server refused or did not answer, 77 refused by the guard";

const PUSH_EXAMPLES: &str = "\
Examples:
  BARTIZAN_TAXII_PASSWORD=... bartizan taxii push https://taxii.partner.example shared cases/42/bundle.json --user us
      Adding what is there already changes nothing, so a run that was cut off can be repeated

Exit codes: 0 all taken, 1 some were refused or are still pending, 65 a file is no bundle, 69 the server refused";

/// Commands of `feed`.
#[derive(Clone, Debug, Subcommand)]
pub enum FeedCommand {
    /// List the entries of a feed: RSS, Atom or MISP
    #[command(after_help = SHOW_EXAMPLES)]
    Show {
        /// URL, file, or - for standard input
        source: String,
        #[command(flatten)]
        reach: ReachArgs,
    },
    /// Turn the events of a MISP feed into STIX 2.1 bundles
    #[command(after_help = MISP_EXAMPLES)]
    Misp(MispArgs),
}

/// Arguments of `feed misp`.
#[derive(Args, Clone, Debug)]
pub struct MispArgs {
    /// URL or folder of a feed (what holds manifest.json), or one event file
    pub source: String,
    /// Folder for the bundles, one for each event; - for one bundle on standard output
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
    /// Only events that changed after this time, RFC 3339
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Most events, the newest
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub limit: usize,
    /// Marking of events without a TLP tag: clear, green, amber, amber+strict or red
    #[arg(long, value_name = "LABEL")]
    pub tlp: Option<String>,
    #[command(flatten)]
    pub reach: ReachArgs,
}

const SHOW_EXAMPLES: &str = "\
Examples:
  bartizan feed show https://vendor.example/blog/feed.xml
  bartizan feed show https://www.circl.lu/doc/misp/feed-osint/ --json
      What a MISP feed holds, by its manifest";

const MISP_EXAMPLES: &str = "\
Examples:
  bartizan feed misp https://www.circl.lu/doc/misp/feed-osint/ -o osint/ --since 2026-05-01T00:00:00Z
  bartizan feed misp event.json -o - --tlp amber > bundle.json
      What STIX has no word for is counted on standard error";
