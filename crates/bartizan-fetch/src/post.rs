//! Posting to an address that somebody else named, behind the guard: webhooks.

use std::net::ToSocketAddrs;

use url::Url;

use crate::address::is_global;
use crate::client::{Rules, agent, check, failure, mutual, parse};
use crate::error::{Error, Kind};

/// Posts behind the guard of [`crate::Fetcher`]. Redirects are not followed, plain `http` goes to no public address, and of what is
/// answered nothing but the status is looked at: whoever names an address learns nothing from it.
#[derive(Debug)]
pub struct Poster {
    rules: Rules,
    agent: ureq::Agent,
}

/// What a receiver answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    /// HTTP's status.
    pub status: u16,
}

/// Certificates of a connection on which both sides show one. All are PEM.
#[derive(Clone, Default)]
pub struct Mutual {
    /// Our certificate, and those between it and a root; empty: none is shown.
    pub certificate: Vec<u8>,
    /// Its private key.
    pub key: Vec<u8>,
    /// Who issued the certificate of the other side; empty: whom everybody trusts.
    pub authority: Vec<u8>,
}

impl std::fmt::Debug for Mutual {
    /// Without the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mutual")
    }
}

/// Longest answer of a node that is read, in bytes.
const ANSWER: u64 = 64 << 10;

impl Poster {
    /// A client that shows a certificate and knows whom it expects: another node.
    ///
    /// # Errors
    /// If a certificate or the key is none.
    pub fn to_node(rules: Rules, mutual: &Mutual) -> Result<Self, Error> {
        let agent = self::mutual(&rules, mutual)?;
        Ok(Self { rules, agent })
    }

    /// Posts a body to a node, and gives the status and the body of its answer, at most 64 KiB of it.
    ///
    /// # Errors
    /// As [`Poster::post`].
    pub fn tell(&self, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<(u16, Vec<u8>), Error> {
        let url = self.checked(url)?;
        let mut request = self.agent.post(url.as_str());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = request.send(body).map_err(|e| failure(&url, e))?;
        let mut bytes = Vec::new();
        let mut answer = std::io::Read::take(response.body_mut().as_reader(), ANSWER);
        let read = std::io::Read::read_to_end(&mut answer, &mut bytes);
        read.map_err(|e| failure(&url, ureq::Error::Io(e)))?;
        Ok((response.status().as_u16(), bytes))
    }

    /// A client for these rules.
    pub fn new(rules: Rules) -> Self {
        let agent = agent(&rules, true);
        Self { rules, agent }
    }

    /// Whether an address may be posted to, as far as can be told now; it is looked at again with each post.
    ///
    /// # Errors
    /// If it is no `http` or `https` address without credentials, names no host that is there, or the guard refuses it.
    pub fn look(&self, url: &str) -> Result<(), Error> {
        let url = self.checked(url)?;
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
            return Err(Error::new(Kind::Invalid, format!("{url} names no host")));
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let none = || Error::new(Kind::Network, format!("{url}: no such host"));
        let found: Vec<_> = (host, port).to_socket_addrs().map_err(|_| none())?.map(|a| a.ip()).collect();
        if found.is_empty() {
            return Err(none());
        }
        let allowed = |address: &std::net::IpAddr| {
            is_global(*address) || self.rules.allowed.iter().any(|n| n.contains(*address))
        };
        if !found.iter().any(allowed) {
            return Err(Error::new(Kind::Refused, format!("{url} is no public address")));
        }
        if url.scheme() == "http" && found.iter().any(|a| is_global(*a)) {
            return Err(Error::new(Kind::Refused, format!("{url} is not encrypted; use https")));
        }
        Ok(())
    }

    /// Posts a body.
    ///
    /// # Errors
    /// If the guard refuses, or there is no answer in time. A status that is no success is an answer.
    pub fn post(&self, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Answered, Error> {
        let url = self.checked(url)?;
        let mut request = self.agent.post(url.as_str());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send(body).map_err(|e| failure(&url, e))?;
        Ok(Answered { status: response.status().as_u16() })
    }

    fn checked(&self, text: &str) -> Result<Url, Error> {
        let url = parse(text)?;
        check(&self.rules, &url)?;
        if url.fragment().is_some() {
            return Err(Error::new(Kind::Invalid, format!("{url} has a fragment, which is never sent")));
        }
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::time::Duration;

    fn near() -> Rules {
        let allowed = vec!["127.0.0.0/8".parse().expect("a network")];
        Rules { allowed, timeout: Duration::from_secs(5), ..Rules::default() }
    }

    #[test]
    fn what_is_not_public_is_refused_before_and_when_it_is_sent() {
        let poster = Poster::new(Rules::default());
        for url in [
            "http://127.0.0.1:1/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://169.254.169.254/latest/meta-data/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://localhost/hook",
            "https://10.0.0.1/",
            "https://[::ffff:10.0.0.1]/",
            "http://8.8.8.8/",
            "https://user:secret@8.8.8.8/",
            "ftp://8.8.8.8/",
            "file:///etc/passwd",
        ] {
            let error = poster.look(url).expect_err(url);
            assert!(!error.to_string().contains("secret"), "{error}");
            assert!(poster.post(url, &[], b"{}").is_err(), "{url}");
        }
        assert!(poster.look("https://8.8.8.8/hook").is_ok());
    }

    #[test]
    fn an_allowed_network_is_posted_to_and_a_redirect_is_an_answer() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
        let port = listener.local_addr().expect("an address").port();
        let thread = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a client");
            let mut read = Vec::new();
            while !read.ends_with(b"{\"a\":1}") {
                let mut buffer = [0; 1024];
                let n = stream.read(&mut buffer).expect("bytes");
                read.extend_from_slice(&buffer[..n]);
            }
            let answer = "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
            stream.write_all(answer.as_bytes()).expect("written");
            String::from_utf8(read).expect("text").to_lowercase()
        });
        let poster = Poster::new(near());
        let url = format!("http://127.0.0.1:{port}/hook?x=1");
        poster.look(&url).expect("allowed");
        let answered = poster.post(&url, &[("webhook-id", "msg_1")], b"{\"a\":1}").expect("an answer");
        assert_eq!(answered.status, 307, "not followed");
        let read = thread.join().expect("read");
        assert!(read.starts_with("post /hook?x=1 http/1.1") && read.contains("webhook-id: msg_1"), "{read}");
    }
}
