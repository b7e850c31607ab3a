//! The way to a developer's model: one client for all calls, connections kept, behind the guard against addresses inside.

use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::http::{Method, Request, Response, header};
use bartizan_fetch::Rules;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioExecutor;

use super::endpoint::Endpoint;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);
/// How long the head of an answer may take: models think.
const HEAD: Duration = Duration::from_secs(600);
/// Connections kept for the next call.
const KEPT: usize = 64;

pub(crate) struct Upstream {
    client: Client<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>,
    rules: Rules,
}

impl Upstream {
    pub(super) fn new(rules: Rules) -> Self {
        let mut http = HttpConnector::new_with_resolver(Resolver(rules.clone()));
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_connect_timeout(Some(CONNECT));
        let https = HttpsConnectorBuilder::new()
            .with_webpki_roots()
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        let client = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(KEPT).build(https);
        Self { client, rules }
    }

    /// Sends a call on. `None`: there was no answer, or the address is none that may be reached; why is in the log.
    pub(super) async fn send(
        &self,
        endpoint: &Endpoint,
        path: &str,
        body: Vec<u8>,
    ) -> Option<Response<Incoming>> {
        let url = format!("{}/{path}", endpoint.url.trim_end_matches('/'));
        // Names are looked at when they are resolved; addresses are not resolved.
        if let Err(error) = self.rules.check(&url) {
            tracing::warn!(%error, "a model's endpoint is refused");
            return None;
        }
        let request = Request::builder()
            .method(Method::POST)
            .uri(&url)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {}", endpoint.key))
            .header(header::USER_AGENT, concat!("bartizan/", env!("CARGO_PKG_VERSION")))
            .body(Full::new(Bytes::from(body)))
            .ok()?;
        match tokio::time::timeout(HEAD, self.client.request(request)).await {
            Ok(Ok(response)) => Some(response),
            Ok(Err(error)) => {
                tracing::warn!(%error, "a model's endpoint gave no answer");
                None
            }
            Err(_) => None,
        }
    }
}

/// Resolves names and leaves out what the rules refuse: the connection goes to the address that was looked at.
#[derive(Clone)]
struct Resolver(Rules);

impl tower::Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = std::io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let rules = self.0.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|address| rules.allows(address.ip())).collect();
            if allowed.is_empty() {
                let message = "the name leads to no address that may be reached";
                return Err(std::io::Error::new(std::io::ErrorKind::PermissionDenied, message));
            }
            Ok(allowed.into_iter())
        })
    }
}
