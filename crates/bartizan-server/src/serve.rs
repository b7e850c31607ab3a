//! Binding, serving, stopping.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use tokio::net::TcpListener;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::decompression::RequestDecompressionLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use crate::app::App;
use crate::auth::{limits, peer};
use crate::worded::worded;
use crate::{api, broker, health, listen, metrics, pages, provider, relay, taxii, tls, words};

/// How long requests under way may take once the node is told to end.
const GRACE: Duration = Duration::from_secs(15);
/// How long a body may keep us waiting for its next piece.
const BODY: Duration = Duration::from_secs(30);

/// Why the server could not run.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The address cannot be listened on.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, #[source] std::io::Error),
    /// A file of TLS is none.
    #[error("TLS: {0}")]
    Tls(#[from] tls::Wrong),
}

/// All endpoints.
pub fn router(app: App) -> Router {
    let max = app.config.max_body;
    let secure = app.config.https();
    Router::new()
        .merge(taxii::router())
        .merge(pages::router())
        .merge(api::router())
        .merge(provider::router())
        .merge(health::router())
        .merge(relay::router())
        .layer(DefaultBodyLimit::max(max))
        .layer(RequestDecompressionLayer::new().gzip(true))
        .layer(RequestBodyTimeoutLayer::new(BODY))
        .layer(middleware::from_fn_with_state(app.clone(), worded))
        .layer(CompressionLayer::new().gzip(true).quality(CompressionLevel::Fastest))
        .layer(middleware::from_fn_with_state(app.clone(), limits::by_address))
        // Testers are counted by their grants, and their answers are passed on as they come.
        .merge(broker::router())
        .layer(middleware::from_fn_with_state(secure, guarded))
        .layer(middleware::from_fn_with_state(app.clone(), metrics::counted))
        .layer(middleware::from_fn_with_state(app.clone(), peer::known))
        .with_state(app)
}

/// Headers that every answer carries (OWASP Secure Headers); pages have a policy of their own. `secure`: it is reached by HTTPS.
async fn guarded(State(secure): State<bool>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        // What is here depends on who asks; nobody in between keeps it.
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "authorization, accept, cookie"),
        // What is no page runs nothing, wherever a browser shows it.
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("x-permitted-cross-domain-policies"), "none"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        ),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if secure {
        // Without the other names of the host, which are not ours to decide about.
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    response
}

/// Listens and serves until `stop` is ready; requests under way are finished. `ready` is told the address. The store stays open:
/// its owner closes it when jobs have ended too.
pub async fn serve(
    app: App,
    ready: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Fault> {
    let wanted = app.config.listen;
    let tls = app.config.tls.as_ref().map(tls::Tls::acceptor).transpose()?;
    let listener = TcpListener::bind(wanted).await.map_err(|e| Fault::Listen(wanted, e))?;
    let address = listener.local_addr().map_err(|e| Fault::Listen(wanted, e))?;
    // Grants are known before the first call.
    if let Err(error) = app.broker.refresh().await {
        tracing::warn!(%error, "grants could not be read: nobody may call yet");
    }
    ready(address);
    let words = words::keep(app.store.clone());
    let grants = broker::watch(app.broker.clone());
    let how = listen::How { most: app.config.connections, proxies: app.config.proxies.clone(), tls };
    let (stopping, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = listen::listen(listener, router(app), how, async move {
        stop.await;
        // Nobody waits for it only if serving has ended.
        let _ = stopping.send(());
    });
    // A client that never ends its request does not keep the node from ending.
    let deadline = async move {
        match stopped.await {
            Ok(()) => tokio::time::sleep(GRACE).await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = serving => {}
        () = deadline => {}
        // They have no end.
        () = words => {}
        () = grants => {}
    }
    Ok(())
}
