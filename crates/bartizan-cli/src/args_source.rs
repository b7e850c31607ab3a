//! What was typed about sources and peers.

use clap::Subcommand;

use crate::args_node::{DatabaseArgs, KeyArgs};

/// Commands of `source`.
#[allow(clippy::large_enum_variant, reason = "there is one, for as long as the program runs")]
#[derive(Clone, Debug, Subcommand)]
pub enum SourceCommand {
    /// List sources and peers, with how the last round went
    List(DatabaseArgs),
    /// Add a source or a peer; credentials are read from BARTIZAN_SOURCE_PASSWORD or BARTIZAN_SOURCE_TOKEN and kept sealed
    #[command(after_help = SOURCE_EXAMPLES)]
    Add {
        #[command(flatten)]
        database: DatabaseArgs,
        #[command(flatten)]
        key: KeyArgs,
        /// What people call it
        title: String,
        /// feed, misp, taxii, page: in; push: out, to a peer
        #[arg(long, value_name = "KIND")]
        kind: String,
        /// Where the other end is
        #[arg(long, value_name = "URL")]
        address: String,
        /// The person on whose behalf it works; it belongs to their organisation
        #[arg(long = "for", value_name = "NAME")]
        person: String,
        /// The collection here, by alias or UUID: where objects go, or what is pushed
        #[arg(long, default_value = "", value_name = "COLLECTION")]
        collection: String,
        /// The collection there, by id, alias or title
        #[arg(long, default_value = "", value_name = "COLLECTION")]
        remote: String,
        /// The organisation of this node that the peer is
        #[arg(long, default_value = "", value_name = "NAME")]
        organisation: String,
        /// What a thing without a marking counts as: clear, green, amber, amber+strict, red
        #[arg(long, default_value = "amber", value_name = "TLP")]
        marking: String,
        /// Minutes between rounds
        #[arg(long, default_value_t = 60, value_name = "N")]
        minutes: u32,
        /// The name to sign in there with
        #[arg(long, default_value = "", value_name = "NAME")]
        user: String,
        /// Networks that may be asked although they are not public, as for `serve`
        #[arg(long, env = "BARTIZAN_ALLOW_NET", value_name = "CIDR", value_delimiter = ',')]
        allow_net: Vec<String>,
    },
    /// Ask for a round now; the server does it
    Run {
        #[command(flatten)]
        database: DatabaseArgs,
        /// Its id in the list
        id: String,
    },
    /// Let one rest, or go on
    Pause {
        #[command(flatten)]
        database: DatabaseArgs,
        /// Its id in the list
        id: String,
        /// Go on
        #[arg(long)]
        undo: bool,
    },
    /// Remove one; what came by it stays
    Remove {
        #[command(flatten)]
        database: DatabaseArgs,
        /// Its id in the list
        id: String,
    },
}

const SOURCE_EXAMPLES: &str = "\
Examples:
  bartizan source add 'CISA advisories' --kind feed --address https://www.cisa.gov/cybersecurity-advisories/all.xml --for ada
      Each new article becomes a report that waits for review
  BARTIZAN_SOURCE_TOKEN=... bartizan source add Partner --kind taxii --address https://taxii.partner.example/taxii2/ \\
    --remote indicators --collection indicators --marking green --for ada
      Their collection comes into ours
  BARTIZAN_SOURCE_TOKEN=... bartizan source add Partner --kind push --address https://taxii.partner.example/taxii2/ \\
    --remote ours --collection shared --organisation Partner --for ada
      What the organisation Partner may read of ours goes to them";
