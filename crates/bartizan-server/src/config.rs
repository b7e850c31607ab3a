//! What a node's administrator decides.

use std::net::SocketAddr;

use bartizan_clearinghouse::access::Roles;
use bartizan_clearinghouse::privacy;
use bartizan_clearinghouse::scan;
use bartizan_fetch::Network;

use crate::auth::provider::Provider;
use crate::tls::Tls;

/// The server's settings, resolved by the program from arguments and environment.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where it listens.
    pub listen: SocketAddr,
    /// How others reach it, without a slash at the end: `https://node.example.org`. `None`: as asked.
    pub public_url: Option<String>,
    /// The name of the node, for people and TAXII's discovery.
    pub title: String,
    /// Whom to ask, for TAXII's discovery.
    pub contact: Option<String>,
    /// The largest body of a request, in bytes, after decompression: TAXII's `max_content_length`.
    pub max_body: usize,
    /// The most objects on a page.
    pub max_page: usize,
    /// What fetching a report from an address may do.
    pub fetch: bartizan_fetch::Rules,
    /// The file with the key under which credentials are sealed; none: it keeps no credentials.
    pub key: Option<std::path::PathBuf>,
    /// Who has to have a second factor: whoever has one of these roles.
    pub second_factor: Roles,
    /// An OpenID provider that people sign in at. Needs `public_url`.
    pub provider: Option<Provider>,
    /// Requests a second that one person, token or certificate may send, ten seconds' worth of them at once; an address may four times
    /// that. 0: no limit.
    pub rate: u32,
    /// Proxies in front, whose `X-Forwarded-For` is believed.
    pub proxies: Vec<Network>,
    /// The most connections at once.
    pub connections: usize,
    /// What is answered about scans, and for how long they are held.
    pub scan: scan::Rules,
    /// What is done about personal data in what leaves (docs/privacy.md).
    pub privacy: privacy::Mode,
    /// TLS ended by the node itself.
    pub tls: Option<Tls>,
}

impl Config {
    /// Whether browsers reach the node over HTTPS.
    pub(crate) fn https(&self) -> bool {
        self.public_url.as_ref().map_or(self.tls.is_some(), |url| url.starts_with("https://"))
    }

    /// A node for one machine.
    pub fn local(listen: SocketAddr) -> Self {
        Self {
            listen,
            public_url: None,
            title: "Bartizan".to_owned(),
            contact: None,
            max_body: 10 << 20,
            max_page: 5000,
            fetch: bartizan_fetch::Rules::default(),
            key: None,
            second_factor: Roles::NONE,
            provider: None,
            rate: 100,
            proxies: Vec::new(),
            connections: 2000,
            scan: scan::Rules::default(),
            privacy: privacy::Mode::Remove,
            tls: None,
        }
    }
}
