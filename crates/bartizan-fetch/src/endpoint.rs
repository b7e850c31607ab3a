//! A client for one endpoint that the user names: a language model's, in the user's own network or far away.

use std::fmt;
use std::io::Read;
use std::time::Duration;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use url::Url;

use crate::address::is_global;
use crate::client::{Blocked, failure, parse, without_credentials};
use crate::error::{Error, Kind};

/// Longest answer that is read, in bytes.
const ANSWER: u64 = 1 << 20;

/// Posts JSON to one URL and to nothing else.
///
/// The guard of [`crate::Fetcher`] does not apply: the user names host and port, which may well be of this machine.
/// In its place: redirects are not followed, so nothing that answers can send the request elsewhere, and plain `http`
/// goes only to addresses that are not globally reachable, so neither text nor key crosses the Internet unencrypted.
pub struct Endpoint {
    url: Url,
    key: Option<String>,
    agent: ureq::Agent,
}

impl fmt::Debug for Endpoint {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("url", &self.url.as_str()).finish_non_exhaustive()
    }
}

impl Endpoint {
    /// An OpenAI-compatible endpoint: `base` is what goes before `/chat/completions`, e.g.
    /// `http://localhost:11434/v1`. `key` is sent as bearer token; `timeout` is for one answer, all in all.
    ///
    /// # Errors
    /// If `base` is no `http` or `https` URL, or carries credentials, a query or a fragment.
    pub fn chat(base: &str, key: Option<String>, timeout: Duration) -> Result<Self, Error> {
        let mut url = parse(base)?;
        let shown = without_credentials(&url);
        let wrong = |what: &str| {
            Err(Error::new(Kind::Invalid, format!("{shown} {what}; write it as http://localhost:11434/v1")))
        };
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return wrong("is no http or https address");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return wrong("carries credentials, which show in process lists");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return wrong("has a query or fragment");
        }
        if key.as_deref().is_some_and(|k| k.is_empty() || !k.bytes().all(|b| b.is_ascii_graphic())) {
            return Err(Error::new(Kind::Invalid, "the key is empty or holds characters that no key has"));
        }
        let path = format!("{}/chat/completions", url.path().trim_end_matches('/'));
        url.set_path(&path);
        let config = Config::builder()
            .timeout_global(Some(timeout))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .proxy(None)
            .user_agent(concat!("bartizan/", env!("CARGO_PKG_VERSION")))
            .build();
        let resolver = Near::new();
        let agent = ureq::Agent::with_parts(config, DefaultConnector::default(), resolver);
        Ok(Self { url, key, agent })
    }

    /// Posts one body of JSON and gives the body of the answer, at most 1 MiB.
    ///
    /// # Errors
    /// If there is no answer in time, it is no success, or it is too long. No error tells the key or the answer.
    pub fn post(&self, body: &[u8]) -> Result<Vec<u8>, Error> {
        let url = &self.url;
        let mut request = self
            .agent
            .post(url.as_str())
            .header("Content-Type", "application/json")
            .header("Accept", "application/json");
        if let Some(key) = &self.key {
            request = request.header("Authorization", format!("Bearer {key}"));
        }
        let mut response = request.send(body).map_err(|e| failure(url, e))?;
        let status = response.status();
        if !status.is_success() {
            let advice = match status.as_u16() {
                300..=399 => "; redirects are not followed, name the address itself",
                401 | 403 => "; check the key",
                404 => "; check the address and the model's name",
                400 | 422 => "; it may not know this model, or not take temperature, seed or response_format",
                _ => "",
            };
            return Err(Error::new(Kind::Status, format!("{url} answered {status}{advice}")));
        }
        let mut bytes = Vec::new();
        let mut answer = response.body_mut().as_reader().take(ANSWER + 1);
        answer.read_to_end(&mut bytes).map_err(|e| failure(url, ureq::Error::Io(e)))?;
        if bytes.len() as u64 > ANSWER {
            return Err(Error::new(Kind::Limit, format!("{url} sends more than the {ANSWER} bytes allowed")));
        }
        Ok(bytes)
    }
}

/// Resolves names; over plain `http` only to addresses that are not globally reachable.
#[derive(Debug)]
pub(crate) struct Near {
    inner: DefaultResolver,
}

impl Near {
    pub(crate) fn new() -> Self {
        Self { inner: DefaultResolver::default() }
    }
}

impl Resolver for Near {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        if uri.scheme_str() == Some("https") {
            return Ok(found);
        }
        match found.iter().find(|a| is_global(a.ip())) {
            None => Ok(found),
            Some(address) => Err(ureq::Error::Other(Box::new(Blocked(format!(
                "{} is a public address; use https, or text and key cross the Internet unencrypted",
                address.ip()
            ))))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::net::TcpListener;

    const SECOND: Duration = Duration::from_secs(1);

    /// A server that reads one request and answers with `answer`; gives its port and what it read.
    fn server(answer: Vec<u8>) -> (u16, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let thread = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut read = Vec::new();
            while !read.ends_with(b"{\"a\":1}") {
                let mut buffer = [0; 1024];
                let n = stream.read(&mut buffer).unwrap();
                read.extend_from_slice(&buffer[..n]);
            }
            let _ = stream.write_all(&answer);
            String::from_utf8(read).unwrap()
        });
        (port, thread)
    }

    fn reply(status: &str, body: &[u8]) -> Vec<u8> {
        let mut bytes = format!(
            "HTTP/1.1 {status}\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        )
        .into_bytes();
        bytes.extend_from_slice(body);
        bytes
    }

    #[test]
    fn posts_to_the_named_host_although_it_is_this_machine() {
        let (port, thread) = server(reply("200 OK", b"{}"));
        let key = Some("sk-secret".to_owned());
        let endpoint = Endpoint::chat(&format!("http://127.0.0.1:{port}/v1/"), key, SECOND).unwrap();
        assert!(!format!("{endpoint:?}").contains("secret"));
        assert_eq!(endpoint.post(b"{\"a\":1}").unwrap(), b"{}");
        let read = thread.join().unwrap();
        assert!(read.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"), "{read}");
        assert!(read.to_lowercase().contains("authorization: bearer sk-secret"), "{read}");
    }

    #[test]
    fn redirects_errors_and_floods_are_errors_without_the_key() {
        for (answer, status) in [
            (reply("307 Temporary Redirect", b""), true),
            (reply("401 Unauthorized", b"sk-secret is wrong"), true),
            (reply("500 Oh", b"x"), true),
            (reply("200 OK", &vec![b' '; (ANSWER + 1) as usize]), false),
        ] {
            let (port, thread) = server(answer);
            let key = Some("sk-secret".to_owned());
            let endpoint = Endpoint::chat(&format!("http://127.0.0.1:{port}/v1"), key, SECOND).unwrap();
            let error = endpoint.post(b"{\"a\":1}").unwrap_err();
            assert_eq!((error.is_status(), error.is_limit()), (status, !status), "{error}");
            assert!(!error.to_string().contains("secret"), "{error}");
            thread.join().unwrap();
        }
    }

    #[test]
    fn plain_http_stays_near_and_odd_addresses_are_refused() {
        let far = Endpoint::chat("http://8.8.8.8/v1", None, SECOND).unwrap();
        assert!(far.post(b"{\"a\":1}").unwrap_err().is_refused());
        for base in [
            "localhost:11434/v1",
            "ftp://localhost/v1",
            "file:///etc/passwd",
            "http://user:secret@localhost/v1",
            "http://localhost/v1?api-key=secret",
            "http://localhost/v1#x",
            "",
        ] {
            let error = Endpoint::chat(base, None, SECOND).unwrap_err();
            assert!(error.is_invalid() && !error.to_string().contains("user:secret"), "{base}: {error}");
        }
        assert!(Endpoint::chat("http://localhost/v1", Some("a\nb".into()), SECOND).is_err());
    }

    #[test]
    fn a_server_that_says_nothing_is_a_timeout() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let wait = Duration::from_millis(200);
        let endpoint = Endpoint::chat(&format!("http://127.0.0.1:{port}/v1"), None, wait).unwrap();
        assert!(endpoint.post(b"{\"a\":1}").unwrap_err().is_timeout());
        drop(listener);
    }
}
