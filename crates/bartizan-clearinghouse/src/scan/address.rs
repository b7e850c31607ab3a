//! Networks and hosts.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The shortest prefixes that may be asked for: 256 blocks each.
const WIDEST: (u8, u8) = (8, 24);
/// The prefixes of blocks.
pub(super) const BLOCK: (u8, u8) = (16, 32);

/// A network in CIDR notation, its host bits zero (RFC 4632 section 3.1, RFC 4291 section 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network {
    first: IpAddr,
    prefix: u8,
}

impl Network {
    /// Reads `192.0.2.0/24`, `2001:db8::/48`, or an address alone. Host bits are cut off; an IPv4 address in IPv6 (`::ffff:…`) is IPv4.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            None => (text.parse::<IpAddr>().ok()?, None),
            Some((address, prefix)) => {
                let plain = prefix.len() <= 3 && prefix.bytes().all(|b| b.is_ascii_digit());
                (address.parse().ok()?, Some(plain.then(|| prefix.parse::<u8>().ok())??))
            }
        };
        let (address, prefix) = match (address, prefix) {
            (IpAddr::V6(v6), prefix) => match (v6.to_ipv4_mapped(), prefix) {
                (Some(v4), None) => (IpAddr::V4(v4), None),
                (Some(v4), Some(long)) if long >= 96 => (IpAddr::V4(v4), Some(long - 96)),
                (_, prefix) => (IpAddr::V6(v6), prefix),
            },
            other => other,
        };
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(most);
        (prefix <= most).then(|| Self { first: cut(address, prefix), prefix })
    }

    /// Whether it is wider than may be asked for.
    pub fn too_wide(&self) -> bool {
        self.prefix < if self.first.is_ipv4() { WIDEST.0 } else { WIDEST.1 }
    }

    /// Whether all of another lies in it.
    pub fn holds(&self, other: &Self) -> bool {
        self.first.is_ipv4() == other.first.is_ipv4()
            && self.prefix <= other.prefix
            && cut(other.first, self.prefix) == self.first
    }

    /// Whether they have addresses in common.
    pub fn meets(&self, other: &Self) -> bool {
        self.holds(other) || other.holds(self)
    }

    /// The blocks that it touches, at most 256 unless it is [too wide](Self::too_wide).
    pub fn blocks(&self) -> Vec<Self> {
        let (bits, long) = if self.first.is_ipv4() { (BLOCK.0, 32) } else { (BLOCK.1, 128) };
        if self.prefix >= bits {
            return vec![Self { first: cut(self.first, bits), prefix: bits }];
        }
        let count = 1u128 << (bits - self.prefix).min(16);
        let step = 1u128 << (long - bits);
        let first = number(self.first);
        (0..count)
            .map(|n| Self { first: address(first + n * step, self.first.is_ipv4()), prefix: bits })
            .collect()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.prefix)
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(u32::from(v4)),
        IpAddr::V6(v6) => u128::from(v6),
    }
}

fn address(number: u128, v4: bool) -> IpAddr {
    if v4 {
        IpAddr::V4(Ipv4Addr::from(u32::try_from(number).unwrap_or(u32::MAX)))
    } else {
        IpAddr::V6(Ipv6Addr::from(number))
    }
}

/// Without the bits behind the prefix.
fn cut(ip: IpAddr, prefix: u8) -> IpAddr {
    let long = if ip.is_ipv4() { 32 } else { 128 };
    let behind = u32::from(long - prefix.min(long));
    let kept = number(ip).checked_shr(behind).and_then(|n| n.checked_shl(behind)).unwrap_or(0);
    address(kept, ip.is_ipv4())
}

/// The name of a host in its one form: lower case, IDNA, no dot at the end. `None` if it is none, or an address.
pub fn host(text: &str) -> Option<String> {
    let text = text.strip_suffix('.').unwrap_or(text);
    if text.is_empty() || text.len() > 253 {
        return None;
    }
    match url::Host::parse(text).ok()? {
        url::Host::Domain(name) => {
            let label = |l: &str| {
                (1..=63).contains(&l.len())
                    && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            };
            (name.split('.').all(label) && name.contains('.')).then_some(name)
        }
        _ => None,
    }
}
