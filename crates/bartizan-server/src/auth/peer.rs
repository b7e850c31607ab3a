//! Where a request comes from: the address, also behind proxies, and the certificate that its connection showed.
//!
//! It is carried beside the request's future, not in its headers, which anybody can write.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use bartizan_fetch::Network;

use crate::app::App;
use crate::listen::Connection;

/// Where a request comes from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Peer {
    /// The client's address; `None` only where nobody listens on a socket.
    pub(crate) address: Option<IpAddr>,
    /// SHA-256 of the client's certificate, which the connection proved to have the key of.
    pub(crate) certificate: Option<Arc<str>>,
}

impl Peer {
    /// The address as limits count it: an IPv6 network of 64 bits is one subscriber.
    pub(crate) fn counted(&self) -> String {
        match self.address {
            Some(IpAddr::V4(address)) => address.to_string(),
            Some(IpAddr::V6(address)) => {
                let head = address.segments();
                format!("{:x}:{:x}:{:x}:{:x}::/64", head[0], head[1], head[2], head[3])
            }
            None => "unknown".to_owned(),
        }
    }

    /// The address for the log.
    pub(crate) fn shown(&self) -> String {
        self.address.map_or_else(|| "unknown".to_owned(), |address| address.to_string())
    }
}

tokio::task_local! {
    static PEER: Peer;
}

/// Where the request comes from that is being answered.
pub(crate) fn peer() -> Peer {
    PEER.try_with(Clone::clone).unwrap_or_default()
}

/// Lets everything behind it know where the request comes from.
pub(crate) async fn known(State(app): State<App>, request: Request, next: Next) -> Response {
    let peer = match request.extensions().get::<Connection>() {
        Some(connection) => Peer {
            address: Some(client(connection.address.ip(), request.headers(), &app.config.proxies)),
            certificate: connection.certificate.clone(),
        },
        None => Peer::default(),
    };
    PEER.scope(peer, next.run(request)).await
}

/// The client's address. What a proxy of ours says is believed, and what that says of the one before it if that is one of ours too: from
/// the right, since everything to the left may be the client's own words.
fn client(connected: IpAddr, headers: &HeaderMap, proxies: &[Network]) -> IpAddr {
    let ours = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
    let mut nearest = connected.to_canonical();
    if !ours(nearest) {
        return nearest;
    }
    let lines: Vec<&str> =
        headers.get_all("x-forwarded-for").iter().map(|value| value.to_str().unwrap_or("?")).collect();
    let joined = lines.join(",");
    for word in joined.rsplit(',') {
        let Some(address) = address(word.trim()) else { break };
        nearest = address;
        if !ours(nearest) {
            break;
        }
    }
    nearest
}

/// An address as proxies write it: with or without a port.
fn address(word: &str) -> Option<IpAddr> {
    let plain = word.parse::<IpAddr>().or_else(|_| word.parse::<std::net::SocketAddr>().map(|a| a.ip()));
    let bracketed = || word.strip_prefix('[')?.strip_suffix(']')?.parse::<IpAddr>().ok();
    plain.ok().or_else(bracketed).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(connected: &str, lines: &[&str], proxies: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", line.parse().expect("a value"));
        }
        let proxies: Vec<Network> = proxies.iter().map(|p| p.parse().expect("a network")).collect();
        client(connected.parse().expect("an address"), &headers, &proxies).to_string()
    }

    #[test]
    fn only_what_our_proxies_say_is_believed() {
        let ours = &["10.0.0.0/8", "fd00::/8"];
        // Nobody's proxy: whatever they write.
        assert_eq!(seen("203.0.113.9", &["198.51.100.1"], ours), "203.0.113.9");
        assert_eq!(seen("10.0.0.1", &["198.51.100.1"], &[]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &["198.51.100.1"], ours), "198.51.100.1");
        // The client wrote the left part itself.
        assert_eq!(seen("10.0.0.1", &["1.2.3.4, 198.51.100.1"], ours), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", &["1.2.3.4", "198.51.100.1, 10.9.9.9"], ours), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", &["10.1.1.1, 198.51.100.1"], ours), "198.51.100.1");
        // Rubbish ends the belief at the last one of ours.
        assert_eq!(seen("10.0.0.1", &["198.51.100.1, bad, 10.2.2.2"], ours), "10.2.2.2");
        assert_eq!(seen("10.0.0.1", &["\u{e9}"], ours), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &[], ours), "10.0.0.1");
        assert_eq!(seen("fd00::1", &["[2001:db8::7]:443"], ours), "2001:db8::7");
        assert_eq!(seen("::ffff:10.0.0.1", &["::ffff:198.51.100.1"], ours), "198.51.100.1");
    }

    #[test]
    fn an_ipv6_subscriber_is_counted_as_one() {
        let of = |text: &str| Peer { address: Some(text.parse().expect("one")), certificate: None }.counted();
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    }
}
