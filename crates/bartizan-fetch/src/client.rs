//! The guarded client.

use std::io::Read;
use std::net::IpAddr;
use std::time::Duration;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::tls::{ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use url::{Host, Url};

use crate::address::{Network, is_global};
use crate::error::{Error, Kind};
use crate::post::Mutual;
use crate::taxii::Credentials;

/// What a fetch may do.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Networks that are allowed although they are not globally reachable (a lab, an intranet wiki).
    pub allowed: Vec<Network>,
    /// Most bytes of body, after decompression.
    pub bytes: u64,
    /// Time for everything: names, connections, redirects, body.
    pub timeout: Duration,
    /// Most redirects.
    pub redirects: u32,
    /// Sent as `User-Agent`.
    pub user_agent: String,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            allowed: Vec::new(),
            bytes: 128 << 20,
            timeout: Duration::from_secs(30),
            redirects: 5,
            user_agent: concat!("bartizan/", env!("CARGO_PKG_VERSION")).into(),
        }
    }
}

impl Rules {
    /// Whether an address can be asked at all: `http` or `https`, no credentials in it, no literal address that the guard refuses.
    /// Names are looked at when they are resolved.
    ///
    /// # Errors
    /// If not; why.
    pub fn check(&self, url: &str) -> Result<(), Error> {
        check(self, &parse(url)?)
    }

    /// Whether an address may be connected to.
    pub fn allows(&self, address: IpAddr) -> bool {
        is_global(address) || self.allowed.iter().any(|n| n.contains(address))
    }
}

/// What is asked for, and what the asker has already.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// Sent as `Accept`; empty: what a reader of reports takes.
    pub accept: &'static str,
    /// For the host of the address and no other; then plain `http` only to addresses that are not public.
    pub credentials: Option<Credentials>,
    /// The `ETag` of an earlier answer.
    pub etag: Option<String>,
    /// The `Last-Modified` of an earlier answer.
    pub last_modified: Option<String>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// Where it came from in the end.
    pub url: String,
    /// `Content-Type`, as sent.
    pub media_type: Option<String>,
    /// The body, decompressed.
    pub bytes: Vec<u8>,
    /// By which to ask whether it has changed.
    pub etag: Option<String>,
    /// By which to ask whether it has changed.
    pub last_modified: Option<String>,
}

/// A client that keeps to its [`Rules`].
#[derive(Debug)]
pub struct Fetcher {
    rules: Rules,
    agent: ureq::Agent,
    /// For requests with credentials.
    near: ureq::Agent,
}

const ACCEPT: &str = "text/html, application/pdf, text/markdown, text/plain, */*;q=0.5";
/// Longest validator that is sent back.
const VALIDATOR: usize = 500;

impl Fetcher {
    /// A client for these rules.
    pub fn new(rules: Rules) -> Self {
        let (agent, near) = (agent(&rules, false), agent(&rules, true));
        Self { rules, agent, near }
    }

    /// Fetches one document.
    ///
    /// # Errors
    /// If the URL is not plain `http` or `https`, the guard refuses an address on the way, a limit is reached,
    /// or the server does not answer with success.
    pub fn fetch(&self, url: &str) -> Result<Fetched, Error> {
        let found = self.ask(url, &Ask::default())?;
        found.ok_or_else(|| Error::status(304, format!("{url} answered 304 without being asked")))
    }

    /// Fetches one document, unless it is still what the asker has: then none.
    ///
    /// # Errors
    /// As [`Fetcher::fetch`].
    pub fn ask(&self, url: &str, ask: &Ask) -> Result<Option<Fetched>, Error> {
        let named = parse(url)?;
        let mut url = named.clone();
        for _ in 0..=self.rules.redirects {
            check(&self.rules, &url)?;
            // Credentials are for the host that was named.
            let authorization = ask.credentials.as_ref().filter(|_| url.origin() == named.origin());
            let agent = if authorization.is_some() { &self.near } else { &self.agent };
            let accept = if ask.accept.is_empty() { ACCEPT } else { ask.accept };
            let mut request = agent.get(url.as_str()).header("Accept", accept);
            for (name, value) in [
                ("Authorization", authorization.map(Credentials::header)),
                ("If-None-Match", ask.etag.clone()),
                ("If-Modified-Since", ask.last_modified.clone()),
            ] {
                if let Some(value) = value {
                    request = request.header(name, value);
                }
            }
            let mut response = request.call().map_err(|e| failure(&url, e))?;
            let status = response.status();
            if status.as_u16() == 304 && (ask.etag.is_some() || ask.last_modified.is_some()) {
                return Ok(None);
            }
            if matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
                let location = response
                    .headers()
                    .get("location")
                    .and_then(|v| v.to_str().ok())
                    .ok_or_else(|| Error::new(Kind::Status, format!("{url} redirects nowhere")))?;
                let next = url.join(location).map_err(|e| {
                    Error::new(
                        Kind::Invalid,
                        format!("{url} redirects to {location:?}, which is no URL: {e}"),
                    )
                })?;
                // A redirect may not leave encryption: what was asked for over TLS is not read in the clear.
                if url.scheme() == "https" && next.scheme() != "https" {
                    return Err(Error::new(Kind::Refused, format!("{url} redirects to unencrypted {next}")));
                }
                url = next;
                continue;
            }
            if !status.is_success() {
                return Err(Error::status(status.as_u16(), format!("{url} answered {status}")));
            }
            let header =
                |name: &str| response.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
            let validator = |name: &str| header(name).filter(|v| v.len() <= VALIDATOR);
            let media_type = header("content-type");
            let (etag, last_modified) = (validator("etag"), validator("last-modified"));
            let mut bytes = Vec::new();
            // One byte more than allowed tells "exactly at the limit" from "over it".
            let mut body = response.body_mut().as_reader().take(self.rules.bytes.saturating_add(1));
            body.read_to_end(&mut bytes).map_err(|e| failure(&url, ureq::Error::Io(e)))?;
            if bytes.len() as u64 > self.rules.bytes {
                let most = self.rules.bytes;
                return Err(Error::new(
                    Kind::Limit,
                    format!("{url} sends more than the {most} bytes allowed"),
                ));
            }
            return Ok(Some(Fetched { url: url.into(), media_type, bytes, etag, last_modified }));
        }
        let most = self.rules.redirects;
        Err(Error::new(Kind::Limit, format!("more than {most} redirects, the last to {url}")))
    }
}

/// An agent that follows no redirects by itself and connects only to what the rules allow; with `near`, over plain `http`
/// only to addresses that are not globally reachable.
pub(crate) fn agent(rules: &Rules, near: bool) -> ureq::Agent {
    with_tls(rules, near, TlsConfig::builder().build())
}

/// The same to another node, with certificates; plain `http` only to addresses that are not globally reachable.
pub(crate) fn mutual(rules: &Rules, mutual: &Mutual) -> Result<ureq::Agent, Error> {
    let wrong = |what: &str| Error::new(Kind::Invalid, format!("{what} is none in PEM form"));
    let certificates = |pem: &[u8], what: &str| {
        let found = parse_pem(pem).map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Ok(Some(certificate)),
            Ok(_) => Ok(None),
            Err(_) => Err(wrong(what)),
        });
        let found = found.filter_map(Result::transpose).collect::<Result<Vec<_>, _>>()?;
        if found.is_empty() { Err(wrong(what)) } else { Ok(found) }
    };
    let mut tls = TlsConfig::builder();
    if !mutual.certificate.is_empty() {
        let chain = certificates(&mutual.certificate, "the own certificate")?;
        let key = PrivateKey::from_pem(&mutual.key).map_err(|_| wrong("the own key"))?;
        tls = tls.client_cert(Some(ClientCert::new_with_certs(&chain, key)));
    }
    if !mutual.authority.is_empty() {
        let roots = certificates(&mutual.authority, "the issuer's certificate")?;
        tls = tls.root_certs(RootCerts::new_with_certs(&roots));
    }
    Ok(with_tls(rules, true, tls.build()))
}

fn with_tls(rules: &Rules, near: bool, tls: TlsConfig) -> ureq::Agent {
    let config = Config::builder()
        .tls_config(tls)
        .timeout_global(Some(rules.timeout))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .proxy(None)
        .user_agent(rules.user_agent.clone())
        .build();
    let resolver = Guard { rules: rules.clone(), near, inner: DefaultResolver::default() };
    ureq::Agent::with_parts(config, DefaultConnector::default(), resolver)
}

/// Scheme, credentials and literal addresses; names are checked when they are resolved.
pub(crate) fn check(rules: &Rules, url: &Url) -> Result<(), Error> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Error::new(Kind::Refused, format!("{url} is neither http nor https")));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::new(Kind::Refused, format!("{} carries credentials", without_credentials(url))));
    }
    let address = match url.host() {
        Some(Host::Ipv4(a)) => Some(IpAddr::V4(a)),
        Some(Host::Ipv6(a)) => Some(IpAddr::V6(a)),
        Some(Host::Domain(_)) => None,
        None => return Err(Error::new(Kind::Invalid, format!("{url} names no host"))),
    };
    match address {
        Some(a) if !rules.allows(a) => Err(Error::new(Kind::Refused, refusal(a))),
        _ => Ok(()),
    }
}

pub(crate) fn parse(text: &str) -> Result<Url, Error> {
    Url::parse(text).map_err(|e| Error::new(Kind::Invalid, format!("{text:?} is no URL: {e}")))
}

pub(crate) fn without_credentials(url: &Url) -> Url {
    let mut url = url.clone();
    // These fail only for URLs that cannot have credentials, which have none to remove.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

fn refusal(address: IpAddr) -> String {
    format!("{address} is not a public address; allow its network with --allow-net if you mean it")
}

fn unencrypted(address: IpAddr) -> String {
    format!("{address} is a public address; use https, or credentials cross the Internet unencrypted")
}

pub(crate) fn failure(url: &Url, error: ureq::Error) -> Error {
    let error = match error {
        ureq::Error::Io(e) => match e.downcast::<ureq::Error>() {
            Ok(inner) => inner,
            Err(e) => ureq::Error::Io(e),
        },
        other => other,
    };
    match error {
        ureq::Error::Timeout(_) => Error::new(Kind::Timeout, format!("{url} did not answer in time")),
        ureq::Error::Other(e) if e.is::<Blocked>() => Error::new(Kind::Refused, format!("{url}: {e}")),
        ureq::Error::HostNotFound => Error::new(Kind::Network, format!("{url}: no such host")),
        e => Error::new(Kind::Network, format!("{url}: {e}")),
    }
}

/// Resolves a name once and lets only allowed addresses through, so that the connection goes to what was checked.
#[derive(Debug)]
struct Guard {
    rules: Rules,
    /// Whether credentials go along, which must not cross the Internet in the clear.
    near: bool,
    inner: DefaultResolver,
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Blocked(pub(crate) String);

impl Resolver for Guard {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        let mut kept = self.empty();
        let mut refused = None;
        let clear = self.near && uri.scheme_str() == Some("http");
        for &address in found.iter() {
            if clear && is_global(address.ip()) {
                return Err(ureq::Error::Other(Box::new(Blocked(unencrypted(address.ip())))));
            }
            if self.rules.allows(address.ip()) {
                kept.push(address);
            } else {
                refused = Some(address.ip());
            }
        }
        match refused {
            Some(address) if kept.is_empty() => Err(ureq::Error::Other(Box::new(Blocked(refusal(address))))),
            _ => Ok(kept),
        }
    }
}
