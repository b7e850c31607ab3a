//! A client for the API of a node that the user names.

use std::fmt;
use std::io::{Read, Write};
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

/// In which way a node is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// For something that is there.
    Get,
    /// For something new.
    Post,
    /// For something to be as it is said.
    Put,
    /// For something to be taken away.
    Delete,
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
        self.ask(Method::Get, path, None)
    }

    /// Sends JSON.
    ///
    /// # Errors
    /// As [`Node::get`].
    pub fn post(&self, path: &str, body: &[u8]) -> Result<Reply, Error> {
        self.ask(Method::Post, path, Some(("application/json", body)))
    }

    /// Takes something away.
    ///
    /// # Errors
    /// As [`Node::get`].
    pub fn delete(&self, path: &str) -> Result<Reply, Error> {
        self.ask(Method::Delete, path, None)
    }

    /// Asks in one of the ways that there are, with a body of some media type or without.
    ///
    /// # Errors
    /// As [`Node::get`].
    pub fn ask(&self, method: Method, path: &str, body: Option<(&str, &[u8])>) -> Result<Reply, Error> {
        let url = self.place(path)?;
        let mut response = self.send(&url, method, body)?;
        let status = response.status().as_u16();
        Ok(Reply { status, body: whole(&url, &mut response)? })
    }

    /// Writes what there is to get to `to` as it comes, however much. What is answered otherwise than with success is given back.
    ///
    /// # Errors
    /// If there is no answer in time, or it breaks off, or cannot be written.
    pub fn download(&self, path: &str, to: &mut dyn Write) -> Result<(Reply, Vec<(String, String)>), Error> {
        let url = self.place(path)?;
        let mut response = self.send(&url, Method::Get, None)?;
        let status = response.status().as_u16();
        if !response.status().is_success() {
            return Ok((Reply { status, body: whole(&url, &mut response)? }, Vec::new()));
        }
        let text = |(name, value): (&ureq::http::HeaderName, &ureq::http::HeaderValue)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        };
        let headers = response.headers().iter().filter_map(text).collect();
        let copied = std::io::copy(&mut response.body_mut().as_reader(), to);
        copied.map_err(|error| failure(&url, ureq::Error::Io(error)))?;
        Ok((Reply { status, body: Vec::new() }, headers))
    }

    fn send(
        &self,
        url: &Url,
        method: Method,
        body: Option<(&str, &[u8])>,
    ) -> Result<ureq::http::Response<ureq::Body>, Error> {
        let (bearer, (media, bytes)) = (self.bearer(), body.unwrap_or_default());
        let sent = match method {
            Method::Get => self.agent.get(url.as_str()).header("Authorization", bearer).call(),
            Method::Delete => self.agent.delete(url.as_str()).header("Authorization", bearer).call(),
            Method::Post | Method::Put => {
                let agent = &self.agent;
                let to =
                    if method == Method::Put { agent.put(url.as_str()) } else { agent.post(url.as_str()) };
                let to = to.header("Authorization", bearer);
                if body.is_some() { to.header("Content-Type", media).send(bytes) } else { to.send_empty() }
            }
        };
        sent.map_err(|error| failure(url, error))
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }

    fn place(&self, path: &str) -> Result<Url, Error> {
        let base = self.base.as_str().trim_end_matches('/');
        parse(&format!("{base}/api/v1{path}"))
    }
}

fn whole(url: &Url, response: &mut ureq::http::Response<ureq::Body>) -> Result<Vec<u8>, Error> {
    let mut body = Vec::new();
    let mut answer = response.body_mut().as_reader().take(ANSWER + 1);
    answer.read_to_end(&mut body).map_err(|e| failure(url, ureq::Error::Io(e)))?;
    if body.len() as u64 > ANSWER {
        return Err(Error::new(Kind::Limit, format!("{url} sends more than the {ANSWER} bytes allowed")));
    }
    Ok(body)
}
