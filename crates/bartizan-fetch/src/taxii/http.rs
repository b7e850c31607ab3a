//! Requests with credentials and patience.

use super::wire::Problem;
use crate::client::{Rules, agent, check, failure};
use crate::error::{Error, Kind};
use base64::Engine;
use serde::de::DeserializeOwned;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::io::Read;
use std::time::Duration;
use ureq::Body;
use ureq::http::Response;
use url::Url;

const MEDIA: &str = "application/taxii+json;version=2.1";

/// Who asks.
#[derive(Clone)]
pub enum Credentials {
    /// HTTP Basic (RFC 7617).
    Basic {
        /// Name.
        user: String,
        /// Password.
        password: String,
    },
    /// A bearer token (RFC 6750).
    Bearer(String),
}

impl fmt::Debug for Credentials {
    /// Without the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Basic { user, .. } => f.debug_struct("Basic").field("user", user).finish_non_exhaustive(),
            Self::Bearer(_) => f.debug_struct("Bearer").finish_non_exhaustive(),
        }
    }
}

impl Credentials {
    pub(crate) fn header(&self) -> String {
        match self {
            Self::Basic { user, password } => {
                let both = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
                format!("Basic {both}")
            }
            Self::Bearer(token) => format!("Bearer {token}"),
        }
    }
}

/// How long to go on with a server that is busy.
pub struct Patience {
    /// Most tries of one request; also how often a status is asked for.
    pub tries: u32,
    /// The wait after the first try; it doubles each time.
    pub first: Duration,
    /// The longest single wait, also of those that the server asks for.
    pub longest: Duration,
    /// Waits.
    pub sleep: Box<dyn Fn(Duration) + Send + Sync>,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            tries: 6,
            first: Duration::from_secs(1),
            longest: Duration::from_secs(60),
            sleep: Box::new(std::thread::sleep),
        }
    }
}

impl fmt::Debug for Patience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Patience")
            .field("tries", &self.tries)
            .field("longest", &self.longest)
            .finish_non_exhaustive()
    }
}

impl Patience {
    /// The wait after `tried` tries.
    pub(super) fn wait(&self, tried: u32) -> Duration {
        self.first.saturating_mul(1 << tried.saturating_sub(1).min(16)).min(self.longest)
    }
}

/// An answer with success.
pub(super) struct Answer {
    bytes: Vec<u8>,
    /// `X-TAXII-Date-Added-Last`.
    pub(super) last: Option<String>,
}

impl Answer {
    /// The body as what it should be.
    pub(super) fn json<T: DeserializeOwned>(&self, url: &Url) -> Result<T, Error> {
        serde_json::from_slice(&self.bytes)
            .map_err(|e| Error::new(Kind::Answer, format!("{url} does not answer as TAXII 2.1 says: {e}")))
    }

    /// Tells two answers in a row apart; no defence against somebody who wants them to look alike.
    pub(super) fn fingerprint(&self) -> u64 {
        let mut hasher = std::hash::DefaultHasher::new();
        self.bytes.hash(&mut hasher);
        hasher.finish()
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }
}

/// Sends requests.
#[derive(Debug)]
pub(super) struct Http {
    rules: Rules,
    credentials: Option<Credentials>,
    pub(super) patience: Patience,
    agent: ureq::Agent,
}

impl Http {
    pub(super) fn new(rules: Rules, credentials: Option<Credentials>, patience: Patience) -> Self {
        let agent = agent(&rules, credentials.is_some());
        Self { rules, credentials, patience, agent }
    }

    /// Credentials are for the host that the user named.
    pub(super) fn same_host(&self, named: &Url, other: &Url) -> Result<(), Error> {
        if self.credentials.is_some() && named.origin() != other.origin() {
            let message = format!(
                "{named} leads to {other}, another server; credentials do not go there. Name it directly"
            );
            return Err(Error::new(Kind::Refused, message));
        }
        Ok(())
    }

    pub(super) fn get(&self, url: &Url) -> Result<Answer, Error> {
        let mut at = url.clone();
        for _ in 0..=self.rules.redirects {
            let response = self.patiently(&at, None)?;
            if !response.status().is_redirection() {
                return self.answer(&at, response);
            }
            let location = response.headers().get("location").and_then(|v| v.to_str().ok());
            let next = location.and_then(|l| at.join(l).ok());
            let next = next.ok_or_else(|| Error::new(Kind::Status, format!("{at} redirects nowhere")))?;
            if at.scheme() == "https" && next.scheme() != "https" {
                return Err(Error::new(Kind::Refused, format!("{at} redirects to unencrypted {next}")));
            }
            self.same_host(&at, &next)?;
            at = next;
        }
        Err(Error::new(
            Kind::Limit,
            format!("more than {} redirects, the last to {at}", self.rules.redirects),
        ))
    }

    pub(super) fn post(&self, url: &Url, body: &[u8]) -> Result<Answer, Error> {
        let response = self.patiently(url, Some(body))?;
        if response.status().is_redirection() {
            let message =
                format!("{url} redirects; what is added is not sent elsewhere, name the address itself");
            return Err(Error::new(Kind::Refused, message));
        }
        self.answer(url, response)
    }

    /// Sends, and again while the server is busy (429 and 503). Both may be sent again: what is added twice is there once.
    fn patiently(&self, url: &Url, body: Option<&[u8]>) -> Result<Response<Body>, Error> {
        check(&self.rules, url)?;
        let mut tried = 0;
        loop {
            let response = self.send(url, body)?;
            tried += 1;
            if !matches!(response.status().as_u16(), 429 | 503) || tried >= self.patience.tries {
                return Ok(response);
            }
            let asked = retry_after(&response).unwrap_or_default();
            (self.patience.sleep)(asked.max(self.patience.wait(tried)).min(self.patience.longest));
        }
    }

    fn send(&self, url: &Url, body: Option<&[u8]>) -> Result<Response<Body>, Error> {
        let authorization = self.credentials.as_ref().map(Credentials::header);
        let sent = match body {
            None => {
                let mut request = self.agent.get(url.as_str()).header("Accept", MEDIA);
                if let Some(value) = &authorization {
                    request = request.header("Authorization", value);
                }
                request.call()
            }
            Some(body) => {
                let mut request =
                    self.agent.post(url.as_str()).header("Accept", MEDIA).header("Content-Type", MEDIA);
                if let Some(value) = &authorization {
                    request = request.header("Authorization", value);
                }
                request.send(body)
            }
        };
        sent.map_err(|e| failure(url, e))
    }

    fn answer(&self, url: &Url, mut response: Response<Body>) -> Result<Answer, Error> {
        let status = response.status();
        let header =
            |name: &str| response.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let last = header("x-taxii-date-added-last");
        let media = header("content-type").unwrap_or_default();
        let mut bytes = Vec::new();
        let most = self.rules.bytes;
        let mut body = response.body_mut().as_reader().take(most.saturating_add(1));
        body.read_to_end(&mut bytes).map_err(|e| failure(url, ureq::Error::Io(e)))?;
        if bytes.len() as u64 > most {
            return Err(Error::new(Kind::Limit, format!("{url} sends more than the {most} bytes allowed")));
        }
        if !status.is_success() {
            let advice = match status.as_u16() {
                401 => "; check user and password, or the token",
                403 => "; you may not do that there",
                404 => "; check the address and the collection's id",
                406 | 415 => "; it may not speak TAXII 2.1",
                413 => "; the objects are too large for it",
                429 | 503 => "; it is busy, try again later",
                _ => "",
            };
            let said = problem(&bytes);
            return Err(Error::status(status.as_u16(), format!("{url} answered {status}{said}{advice}")));
        }
        let media = media.to_ascii_lowercase();
        if !media.starts_with("application/taxii+json") && !media.starts_with("application/json") {
            let message = format!(
                "{url} answers with {:?}, not with TAXII 2.1",
                media.split(';').next().unwrap_or_default()
            );
            return Err(Error::new(Kind::Answer, message));
        }
        Ok(Answer { bytes, last })
    }
}

/// The server's own words, cut short.
fn problem(bytes: &[u8]) -> String {
    let Ok(problem) = serde_json::from_slice::<Problem>(bytes) else { return String::new() };
    let words = match problem.description {
        Some(description) => format!("{}: {description}", problem.title),
        None => problem.title,
    };
    let words: String = words.chars().filter(|c| !c.is_control()).take(200).collect();
    format!(" ({words})")
}

/// Seconds, or a moment of the server's clock, which its own `Date` tells (RFC 9110, section 10.2.3).
fn retry_after(response: &Response<Body>) -> Option<Duration> {
    let header = |name: &str| response.headers().get(name).and_then(|v| v.to_str().ok());
    let asked = header("retry-after")?.trim();
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let moment = |text: &str| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok();
    let wait = moment(asked)?.as_second().checked_sub(moment(header("date")?)?.as_second())?;
    u64::try_from(wait).ok().map(Duration::from_secs)
}
