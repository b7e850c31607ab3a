//! What a node's administrator decides.

use std::net::SocketAddr;

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
}

impl Config {
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
        }
    }
}
