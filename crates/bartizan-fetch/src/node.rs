//! A client for the API of a node that the user names.

use std::fmt;
use std::io::Read;
use std::time::Duration;

use ureq::config::Config;
use ureq::unversioned::transport::DefaultConnector;
use url::Url;

use crate::client::{failure, parse, without_credentials};
use crate::endpoint::Near;
use crate::error::{Error, Kind};

/// Longest answer that is read, in bytes.
const ANSWER: u64 = 4 << 20;

/// Talks to one node and to nothing else. As with [`crate::Endpoint`], the user names host and port, which may be of this machine:
/// redirects are not followed, and plain `http` goes to no public address.
pub struct Node {
    base: Url,
    token: String,
    agent: ureq::Agent,
}

impl fmt::Debug for Node {
    /// Without the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

/// What a node answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// HTTP's status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

impl Node {
    /// A node at an address such as `https://node.example`, with a token of its API; `timeout` is for one answer, all in all.
    ///
    /// # Errors
    /// If the address is no `http` or `https` address, carries credentials, a query or a fragment, or the token is none.
    pub fn new(base: &str, token: &str, timeout: Duration) -> Result<Self, Error> {
        let url = parse(base)?;
        let shown = without_credentials(&url);
        let plain = url.username().is_empty() && url.password().is_none();
        let whole = url.query().is_none() && url.fragment().is_none() && url.host().is_some();
        if !matches!(url.scheme(), "http" | "https") || !plain || !whole {
            return Err(Error::new(Kind::Invalid, format!("{shown} is not like https://node.example")));
        }
        if token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Error::new(
                Kind::Invalid,
                "the token is empty or holds characters that no token has",
            ));
        }
        let config = Config::builder()
            .timeout_global(Some(timeout))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .proxy(None)
            .user_agent(concat!("bartizan/", env!("CARGO_PKG_VERSION")))
            .build();
        let agent = ureq::Agent::with_parts(config, DefaultConnector::default(), Near::new());
        Ok(Self { base: url, token: token.to_owned(), agent })
    }

    /// Asks for something below the API's root, such as `/scan-intents`.
    ///
    /// # Errors
    /// If there is no answer in time, or it is too long. A status that is no success is no error.
    pub fn get(&self, path: &str) -> Result<Reply, Error> {
        let url = self.place(path)?;
        let sent = self.agent.get(url.as_str()).header("Authorization", self.bearer()).call();
        reply(&url, sent)
    }

    /// Sends JSON.
    ///
    /// # Errors
    /// As [`Node::get`].
    pub fn post(&self, path: &str, body: &[u8]) -> Result<Reply, Error> {
        let url = self.place(path)?;
        let request = self.agent.post(url.as_str()).header("Authorization", self.bearer());
        reply(&url, request.header("Content-Type", "application/json").send(body))
    }

    /// Takes something away.
    ///
    /// # Errors
    /// As [`Node::get`].
    pub fn delete(&self, path: &str) -> Result<Reply, Error> {
        let url = self.place(path)?;
        let sent = self.agent.delete(url.as_str()).header("Authorization", self.bearer()).call();
        reply(&url, sent)
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }

    fn place(&self, path: &str) -> Result<Url, Error> {
        let base = self.base.as_str().trim_end_matches('/');
        parse(&format!("{base}/api/v1{path}"))
    }
}

fn reply(url: &Url, sent: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Reply, Error> {
    let mut response = sent.map_err(|e| failure(url, e))?;
    let status = response.status().as_u16();
    let mut body = Vec::new();
    let mut answer = response.body_mut().as_reader().take(ANSWER + 1);
    answer.read_to_end(&mut body).map_err(|e| failure(url, ureq::Error::Io(e)))?;
    if body.len() as u64 > ANSWER {
        return Err(Error::new(Kind::Limit, format!("{url} sends more than the {ANSWER} bytes allowed")));
    }
    Ok(Reply { status, body })
}
