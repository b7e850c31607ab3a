//! What was typed about the server and its database.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::args_desk::DeskCommand;
use crate::args_relay::RelayCommand;
use crate::args_source::SourceCommand;

/// Where the node's data is.
#[derive(Args, Clone, Debug)]
pub struct DatabaseArgs {
    /// The node's database: a file, which is made if there is none, or postgres://user@host/name
    #[arg(
        long,
        env = "BARTIZAN_DATABASE",
        default_value = "bartizan.db",
        value_name = "FILE|URL",
        hide_env_values = true
    )]
    pub database: String,
}

/// Arguments of `serve`.
#[derive(Args, Clone, Debug)]
#[command(after_help = SERVE_EXAMPLES)]
pub struct ServeArgs {
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, env = "BARTIZAN_LISTEN", default_value = "127.0.0.1:8470", value_name = "ADDRESS")]
    pub listen: SocketAddr,
    /// How others reach the node, when it stands behind a proxy: https://node.example.org
    #[arg(long, env = "BARTIZAN_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// The node's name, for people and for TAXII's discovery
    #[arg(long, env = "BARTIZAN_TITLE", default_value = "Bartizan", value_name = "TEXT")]
    pub title: String,
    /// Whom to ask, for TAXII's discovery
    #[arg(long, env = "BARTIZAN_CONTACT", value_name = "TEXT")]
    pub contact: Option<String>,
    /// Networks that fetching and webhooks may reach although they are not public, for example 10.20.0.0/16
    #[arg(long, env = "BARTIZAN_ALLOW_NET", value_name = "NETWORK", value_delimiter = ',')]
    pub allow_net: Vec<String>,
    /// Logs as JSON, one object a line
    #[arg(long, env = "BARTIZAN_LOG_JSON")]
    pub log_json: bool,
    #[command(flatten)]
    pub key: KeyArgs,
    #[command(flatten)]
    pub entry: EntryArgs,
    #[command(flatten)]
    pub limits: LimitArgs,
    #[command(flatten)]
    pub sharing: OutArgs,
}

/// Arguments of `serve` about what is told to others.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "What leaves")]
pub struct OutArgs {
    /// Personal data in what leaves: off, record-only, remove (docs/privacy.md)
    #[arg(long, env = "BARTIZAN_PRIVACY", value_name = "MODE", default_value = "remove", value_parser = ["off", "record-only", "remove"])]
    pub privacy: String,
    /// Of scans it is told in groups of at least so many projects, and only with so many other organisations (docs/scan-deconfliction.md)
    #[arg(long, env = "BARTIZAN_SCAN_K", value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(2..=1_000))]
    pub scan_k: u16,
}

/// Where the key is under which credentials are sealed.
#[derive(Args, Clone, Debug)]
pub struct KeyArgs {
    /// The file with the key of kept credentials [default: beside the database, or ./bartizan.key for PostgreSQL]
    #[arg(long, env = "BARTIZAN_KEY_FILE", value_name = "FILE")]
    pub key_file: Option<PathBuf>,
}

/// Arguments of `serve` about who gets in, and how.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Signing in")]
pub struct EntryArgs {
    /// Want a second factor of everybody, or of whoever has one of these roles
    #[arg(long, env = "BARTIZAN_REQUIRE_SECOND_FACTOR", value_name = "ROLES", num_args = 0..=1, require_equals = true, default_missing_value = "all")]
    pub require_second_factor: Option<String>,
    /// The node's certificate and those between it and a root, PEM: the node ends TLS itself
    #[arg(long, env = "BARTIZAN_TLS_CERTIFICATE", value_name = "FILE", requires = "tls_key")]
    pub tls_certificate: Option<PathBuf>,
    /// The private key of --tls-certificate, PEM
    #[arg(long, env = "BARTIZAN_TLS_KEY", value_name = "FILE", requires = "tls_certificate")]
    pub tls_key: Option<PathBuf>,
    /// Who issues certificates of clients, PEM: programs sign in by a certificate that `bartizan user certificate add` bound
    #[arg(long, env = "BARTIZAN_CLIENT_CA", value_name = "FILE", requires = "tls_certificate")]
    pub client_ca: Option<PathBuf>,
    /// Certificates that the issuers of --client-ca have revoked, PEM
    #[arg(long, env = "BARTIZAN_CLIENT_CRL", value_name = "FILE", requires = "client_ca")]
    pub client_crl: Option<PathBuf>,
    /// The issuer of an OpenID provider that people sign in at; needs --public-url
    #[arg(
        long,
        env = "BARTIZAN_OIDC_ISSUER",
        value_name = "URL",
        requires = "oidc_client_id",
        requires = "public_url"
    )]
    pub oidc_issuer: Option<String>,
    /// What the provider calls this node
    #[arg(long, env = "BARTIZAN_OIDC_CLIENT_ID", value_name = "ID", requires = "oidc_issuer")]
    pub oidc_client_id: Option<String>,
    /// The file with the secret between provider and node; or the secret itself in BARTIZAN_OIDC_CLIENT_SECRET
    #[arg(long, env = "BARTIZAN_OIDC_CLIENT_SECRET_FILE", value_name = "FILE")]
    pub oidc_client_secret_file: Option<PathBuf>,
    /// What people know the provider as
    #[arg(long, env = "BARTIZAN_OIDC_LABEL", value_name = "TEXT", default_value = "single sign-on")]
    pub oidc_label: String,
    /// Bind whoever comes for the first time to the person whose name is their e-mail address, if the provider verified it; otherwise `bartizan user identity add` binds
    #[arg(long, env = "BARTIZAN_OIDC_LINK_BY_EMAIL")]
    pub oidc_link_by_email: bool,
    /// The provider asks for a second factor: ask for none here
    #[arg(long, env = "BARTIZAN_OIDC_SECOND_FACTOR")]
    pub oidc_second_factor: bool,
}

/// Arguments of `serve` about how much is taken.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Limits")]
pub struct LimitArgs {
    /// Requests a second of one person, token or certificate, ten seconds' worth at once; an address may four times that; 0: no limit
    #[arg(long, env = "BARTIZAN_RATE_LIMIT", value_name = "N", default_value_t = 100)]
    pub rate_limit: u32,
    /// The most connections at once; a quarter of them from one address
    #[arg(long, env = "BARTIZAN_CONNECTIONS", value_name = "N", default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub connections: u32,
    /// A proxy in front, or its network, whose X-Forwarded-For is believed; can be given several times
    #[arg(
        long = "trusted-proxy",
        env = "BARTIZAN_TRUSTED_PROXY",
        value_name = "NETWORK",
        value_delimiter = ','
    )]
    pub trusted_proxies: Vec<bartizan_fetch::Network>,
}

const SERVE_EXAMPLES: &str = "\
Examples:
  bartizan serve
      One machine: data in ./bartizan.db, a one-time link for the first administrator
  bartizan serve --database postgres://bartizan@db/bartizan --listen 0.0.0.0:8470 --public-url https://cti.example.org
      A node behind a proxy that ends TLS
  bartizan serve --listen 0.0.0.0:8470 --tls-certificate node.pem --tls-key node.key --client-ca partners.pem
      A node that ends TLS itself and knows its partners' programs by their certificates";

/// Commands of a node.
#[allow(clippy::large_enum_variant, reason = "there is one, for as long as the program runs")]
#[derive(Clone, Debug, Subcommand)]
pub enum NodeCommand {
    /// Run the server: library, review, TAXII 2.1, API
    Serve(ServeArgs),
    /// Organisations of the node: add, list
    #[command(subcommand)]
    Organisation(OrganisationCommand),
    /// People of the node: add, list, change roles, set a password, close
    #[command(subcommand)]
    User(UserCommand),
    /// Tokens for programs: create, list, revoke
    #[command(subcommand)]
    Token(TokenCommand),
    /// Collections: add, list, grant
    #[command(subcommand)]
    Collection(CollectionCommand),
    /// Sources that the node pulls by itself, and peers that it pushes to: list, add, run, remove
    #[command(subcommand)]
    Source(Box<SourceCommand>),
    /// Where organisations take reports of vulnerabilities: open, close, list
    #[command(subcommand)]
    Desk(DeskCommand),
    /// Other nodes that cases are handed on to and come back from: key, trust, list, pause, resume
    #[command(subcommand)]
    Relay(RelayCommand),
    /// The audit log: verify, list
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Write a consistent copy of the node's SQLite database, while it runs
    #[command(after_help = "Example:\n  bartizan backup /backups/bartizan-2026-11-30.db")]
    Backup {
        #[command(flatten)]
        database: DatabaseArgs,
        /// The copy; must not exist
        #[arg(value_name = "FILE")]
        to: PathBuf,
    },
    /// Put a copy in the place of the node's SQLite database, after checking it; the server must not run
    #[command(after_help = "Example:\n  bartizan restore /backups/bartizan-2026-11-30.db")]
    Restore {
        #[command(flatten)]
        database: DatabaseArgs,
        /// The copy
        #[arg(value_name = "FILE")]
        from: PathBuf,
    },
    /// Bring the database to this release's form, as `serve` does when it starts
    Migrate(DatabaseArgs),
}

/// Commands of `organisation`.
#[derive(Clone, Debug, Subcommand)]
pub enum OrganisationCommand {
    /// Add an organisation
    #[command(
        after_help = "Example:\n  bartizan organisation add 'Rural Hospital' --client-of 'Health ISAC'"
    )]
    Add {
        #[command(flatten)]
        database: DatabaseArgs,
        /// Its name
        name: String,
        /// The organisation whose client it is: TLP:AMBER reaches clients, TLP:AMBER+STRICT does not
        #[arg(long, value_name = "NAME")]
        client_of: Option<String>,
    },
    /// List organisations
    List(DatabaseArgs),
}

/// Commands of `user`.
#[derive(Clone, Debug, Subcommand)]
pub enum UserCommand {
    /// Add a person; the password is read from BARTIZAN_PASSWORD, or one is made and printed once
    #[command(after_help = "Example:\n  bartizan user add ada --organisation First --roles analyst,reviewer")]
    Add {
        #[command(flatten)]
        database: DatabaseArgs,
        /// The name to sign in with
        name: String,
        /// Their organisation's name
        #[arg(long, value_name = "NAME")]
        organisation: String,
        /// reader, analyst, reviewer, coordinator, admin, auditor
        #[arg(long, default_value = "reader", value_name = "ROLES")]
        roles: String,
        /// The name shown to others [default: the name to sign in with]
        #[arg(long, value_name = "TEXT")]
        shown: Option<String>,
    },
    /// List people
    List(DatabaseArgs),
    /// Change what a person may do; their sessions end
    Roles {
        #[command(flatten)]
        database: DatabaseArgs,
        /// Their name
        name: String,
        /// reader, analyst, reviewer, coordinator, admin, auditor
        roles: String,
    },
    /// Set a password from BARTIZAN_PASSWORD, or make one and print it; their sessions end
    Password {
        #[command(flatten)]
        database: DatabaseArgs,
        /// Their name
        name: String,
    },
    /// Close a person: they get in no more, by password or token
    Close {
        #[command(flatten)]
        database: DatabaseArgs,
        /// Their name
        name: String,
        /// Open them again
        #[arg(long)]
        undo: bool,
    },
    /// Take a person's second factors away, when they have lost them; their sessions end
    #[command(after_help = "Example:\n  bartizan user reset-second-factor ada")]
    ResetSecondFactor {
        #[command(flatten)]
        database: DatabaseArgs,
        /// Their name
        name: String,
    },
    /// Client certificates that people's programs sign in with: add, list, revoke
    #[command(subcommand)]
    Certificate(CertificateCommand),
    /// Who people are to an OpenID provider: add, list, remove
    #[command(subcommand)]
    Identity(IdentityCommand),
}

/// Commands of `user identity`.
#[derive(Clone, Debug, Subcommand)]
pub enum IdentityCommand {
    /// Bind what a provider calls somebody to a person
    #[command(
        after_help = "Example:\n  bartizan user identity add ada 248289761001 --issuer https://id.example.org"
    )]
    Add {
        #[command(flatten)]
        database: DatabaseArgs,
        /// The person's name
        name: String,
        /// The `sub` of the provider's tokens
        subject: String,
        /// The provider's issuer
        #[arg(long, env = "BARTIZAN_OIDC_ISSUER", value_name = "URL")]
        issuer: String,
    },
    /// List what providers call a person
    List {
        #[command(flatten)]
        database: DatabaseArgs,
        /// The person's name
        name: String,
    },
    /// Take a binding away; the person's sessions end
    Remove {
        #[command(flatten)]
        database: DatabaseArgs,
        /// The person's name
        name: String,
        /// The `sub` of the provider's tokens
        subject: String,
        /// The provider's issuer
        #[arg(long, env = "BARTIZAN_OIDC_ISSUER", value_name = "URL")]
        issuer: String,
    },
}

/// Commands of `user certificate`.
#[derive(Clone, Debug, Subcommand)]
pub enum CertificateCommand {
    /// Bind a certificate to a person; `serve --client-ca` lets who has its key in
    #[command(
        after_help = "Examples:\n  bartizan user certificate add ada siem.pem --label 'SIEM feed'\n  bartizan user certificate add ada --fingerprint 3f2a… --label 'SIEM feed' --scopes read,write"
    )]
    Add {
        #[command(flatten)]
        database: DatabaseArgs,
        /// Whose it is
        name: String,
        /// The certificate, PEM
        #[arg(value_name = "FILE", required_unless_present = "fingerprint")]
        file: Option<PathBuf>,
        /// In place of the file: SHA-256 of its DER form in hexadecimal, with or without colons
        #[arg(long, value_name = "HEX", conflicts_with = "file")]
        fingerprint: Option<String>,
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        label: String,
        /// read, write, manage
        #[arg(long, default_value = "read", value_name = "SCOPES")]
        scopes: String,
        /// Days until the binding is of no use; the certificate's own end counts besides
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=3650))]
        days: Option<u16>,
    },
    /// List bindings
    List(DatabaseArgs),
    /// Revoke a binding
    Revoke {
        #[command(flatten)]
        database: DatabaseArgs,
        /// Its number in the list
        #[arg(value_name = "N")]
        number: i64,
    },
}

/// Commands of `token`.
#[derive(Clone, Debug, Subcommand)]
pub enum TokenCommand {
    /// Create a token; it is printed once and kept only as a hash
    #[command(
        after_help = "Example:\n  bartizan token create ada --label 'SIEM feed' --scopes read --days 90"
    )]
    Create {
        #[command(flatten)]
        database: DatabaseArgs,
        /// Whose it is
        name: String,
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        label: String,
        /// read, write, manage
        #[arg(long, default_value = "read", value_name = "SCOPES")]
        scopes: String,
        /// Days until it is of no use
        #[arg(long, default_value_t = 365, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=3650))]
        days: u16,
    },
    /// List tokens
    List(DatabaseArgs),
    /// Revoke a token
    Revoke {
        #[command(flatten)]
        database: DatabaseArgs,
        /// Its number in the list
        #[arg(value_name = "N")]
        number: i64,
    },
}

/// Commands of `collection`.
#[derive(Clone, Debug, Subcommand)]
pub enum CollectionCommand {
    /// Add a collection, which its owner's organisation reads and writes
    #[command(
        after_help = "Example:\n  bartizan collection add Indicators --owner First --alias indicators --marking amber"
    )]
    Add {
        #[command(flatten)]
        database: DatabaseArgs,
        /// Its title
        title: String,
        /// The organisation that runs it
        #[arg(long, value_name = "NAME")]
        owner: String,
        /// A short name for addresses: lower-case letters, digits, hyphens
        #[arg(long, value_name = "ALIAS")]
        alias: Option<String>,
        /// What is in it
        #[arg(long, default_value = "", value_name = "TEXT")]
        description: String,
        /// What an object without a marking counts as: clear, green, amber, amber+strict, red
        #[arg(long, default_value = "amber", value_name = "TLP")]
        marking: String,
        /// Anyone may read what is TLP:CLEAR in it, without signing in
        #[arg(long)]
        public: bool,
    },
    /// List collections
    List(DatabaseArgs),
    /// Give an organisation rights to a collection; none takes them away
    #[command(
        after_help = "Examples:\n  bartizan collection grant indicators Second --rights read\n  bartizan collection grant indicators Second --rights none"
    )]
    Grant {
        #[command(flatten)]
        database: DatabaseArgs,
        /// Its alias or UUID
        collection: String,
        /// The organisation's name
        organisation: String,
        /// read, write, both, none
        #[arg(long, value_name = "RIGHTS")]
        rights: String,
    },
}

/// Commands of `audit`.
#[derive(Clone, Debug, Subcommand)]
pub enum AuditCommand {
    /// Check that no entry was changed, removed or put in; exit code 1 if one was
    Verify(DatabaseArgs),
    /// List entries, newest first
    List {
        #[command(flatten)]
        database: DatabaseArgs,
        /// Most entries
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: i64,
    },
}
