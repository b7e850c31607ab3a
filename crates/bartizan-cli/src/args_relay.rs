//! What was typed about other nodes.

use std::path::PathBuf;

use clap::Subcommand;

use crate::args_node::{DatabaseArgs, KeyArgs};

/// Commands of `relay`.
#[derive(Clone, Debug, Subcommand)]
pub enum RelayCommand {
    /// Show this node's public key, which the other node's administrator trusts; made at the first time
    Key {
        #[command(flatten)]
        database: DatabaseArgs,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Trust another node: cases can be handed over to it, and it can hand cases over
    #[command(
        after_help = "Example:\n  bartizan relay trust 'Energy CERT' --title 'Water CERT' --url https://water.example.org --node 3b6a27bc… --certificate water.pem --authority water-ca.pem"
    )]
    Trust {
        #[command(flatten)]
        database: DatabaseArgs,
        /// Which organisation of this node trusts it; it has a desk
        organisation: String,
        /// What people call the other node
        #[arg(long, value_name = "TEXT")]
        title: String,
        /// Where it is reached
        #[arg(long, value_name = "URL")]
        url: String,
        /// Its public key, as `bartizan relay key` shows it there
        #[arg(long, value_name = "KEY")]
        node: String,
        /// The certificate that it shows, PEM; nothing else is taken from it where this node asks for certificates
        #[arg(long, value_name = "FILE")]
        certificate: Option<PathBuf>,
        /// Who issued the certificate of its server, PEM [default: whom everybody trusts]
        #[arg(long, value_name = "FILE")]
        authority: Option<PathBuf>,
    },
    /// List the nodes that are trusted, with the state of each link
    List(DatabaseArgs),
    /// Send a node nothing and take nothing from it
    Pause {
        #[command(flatten)]
        database: DatabaseArgs,
        /// The node: its identifier or public key
        node: String,
    },
    /// Let that go on
    Resume {
        #[command(flatten)]
        database: DatabaseArgs,
        /// The node: its identifier or public key
        node: String,
    },
}
