//! Taking connections: how many, how long one may keep us waiting, and TLS where the node ends it itself.

use std::collections::BTreeMap;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use bartizan_fetch::Network;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use crate::tls;

/// How long a handshake, or the headers of a request, may take. An idle connection is closed after the same time.
const HEADERS: Duration = Duration::from_secs(20);
/// The largest head of a request, in bytes.
const HEAD: usize = 64 << 10;
/// How long nothing is taken after the machine could give no connection (too many files open).
const BREATH: Duration = Duration::from_millis(200);

/// What a connection is known to be. Every request carries it.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The other end: a client, or a proxy.
    pub address: SocketAddr,
    /// SHA-256 of the certificate that the other end showed, in hexadecimal.
    pub certificate: Option<Arc<str>>,
}

/// How connections are taken.
pub(crate) struct How {
    /// The most at once; from one address a quarter of that, unless it is a proxy of ours.
    pub(crate) most: usize,
    pub(crate) proxies: Vec<Network>,
    pub(crate) tls: Option<TlsAcceptor>,
}

/// How many connections there are from each address.
#[derive(Default)]
struct Held(Mutex<BTreeMap<IpAddr, usize>>);

/// One of them; given back when it is dropped.
struct Hold(Arc<Held>, IpAddr);

impl Held {
    fn take(self: &Arc<Self>, address: IpAddr, most: usize) -> Option<Hold> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Hold(Arc::clone(self), address))
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut counts = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.1);
            }
        }
    }
}

/// Takes connections until `stop` is ready, then lets those under way finish. At most so many at once: those beyond wait in the
/// machine's queue, which is short, and are refused by it.
pub(crate) async fn listen(listener: TcpListener, router: Router, how: How, stop: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(how.most));
    let held = Arc::new(Held::default());
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let place = tokio::select! {
            () = &mut stop => break,
            place = Arc::clone(&places).acquire_owned() => place,
        };
        // The semaphore is never closed.
        let Ok(place) = place else { break };
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(e) => {
                tracing::warn!(error = %e, "no connection could be taken");
                tokio::time::sleep(BREATH).await;
                continue;
            }
        };
        let proxy = how.proxies.iter().any(|network| network.contains(address.ip()));
        let share = if proxy { how.most } else { (how.most / 4).max(1) };
        let Some(hold) = held.take(address.ip().to_canonical(), share) else {
            tracing::info!(%address, "too many connections from one address");
            continue;
        };
        let (router, tls, watcher) = (router.clone(), how.tls.clone(), graceful.watcher());
        tokio::spawn(async move {
            // Small answers do not wait for more.
            let _ = stream.set_nodelay(true);
            match tls {
                Some(acceptor) => {
                    if let Some((stream, certificate)) = shaken(&acceptor, stream, address).await {
                        serve(stream, router, Connection { address, certificate }, watcher).await;
                    }
                }
                None => serve(stream, router, Connection { address, certificate: None }, watcher).await,
            }
            drop((place, hold));
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

async fn shaken(
    acceptor: &TlsAcceptor,
    stream: TcpStream,
    address: SocketAddr,
) -> Option<(tokio_rustls::server::TlsStream<TcpStream>, Option<Arc<str>>)> {
    match tokio::time::timeout(HEADERS, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => {
            let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
            let certificate = shown.map(|der| tls::fingerprint(der).into());
            Some((stream, certificate))
        }
        Ok(Err(e)) => {
            tracing::info!(%address, error = %e, "a TLS handshake failed");
            None
        }
        Err(_) => None,
    }
}

async fn serve<S>(
    stream: S,
    router: Router,
    connection: Connection,
    watcher: hyper_util::server::graceful::Watcher,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = tower::service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(connection.clone());
        let router = router.clone();
        tower::ServiceExt::oneshot(router, request.map(axum::body::Body::new))
    });
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .max_buf_size(HEAD)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    // Clients go away in many ways; none of them is ours to report.
    let _ = watcher.watch(served).await;
}
