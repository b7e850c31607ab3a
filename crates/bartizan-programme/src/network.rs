//! Networks that calls may come from.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::fault::{Code, Error};

/// A network in CIDR notation (RFC 4632, RFC 4291 section 2.3), or one address. Bits behind the prefix are zero, so that nobody
/// reads another network than is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Whether an address lies in it. IPv4 written as IPv6 (`::ffff:192.0.2.1`) is IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => own == cut4(other, self.prefix),
            (IpAddr::V6(own), IpAddr::V6(other)) => own == cut6(other, self.prefix),
            _ => false,
        }
    }

    /// Whether it is IPv4.
    pub fn is_v4(&self) -> bool {
        self.address.is_ipv4()
    }

    /// Bits of the prefix.
    pub fn prefix(&self) -> u8 {
        self.prefix
    }
}

fn cut4(address: Ipv4Addr, prefix: u8) -> Ipv4Addr {
    let mask = u32::MAX.checked_shl(32 - u32::from(prefix.min(32))).unwrap_or(0);
    Ipv4Addr::from(u32::from(address) & mask)
}

fn cut6(address: Ipv6Addr, prefix: u8) -> Ipv6Addr {
    let mask = u128::MAX.checked_shl(128 - u32::from(prefix.min(128))).unwrap_or(0);
    Ipv6Addr::from(u128::from(address) & mask)
}

impl FromStr for Network {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        let malformed = || Error::of(Code::MalformedNetwork, text);
        let (address, prefix) = text.split_once('/').map_or((text, None), |(a, p)| (a, Some(p)));
        let address: IpAddr = address.parse().map_err(|_| malformed())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(prefix) if prefix.bytes().all(|b| b.is_ascii_digit()) => {
                prefix.parse().map_err(|_| malformed())?
            }
            Some(_) => return Err(malformed()),
            None => most,
        };
        let cut = match address {
            IpAddr::V4(address) => IpAddr::V4(cut4(address, prefix)),
            IpAddr::V6(address) => IpAddr::V6(cut6(address, prefix)),
        };
        // A network of mapped addresses would contain nobody: addresses are compared as what they are.
        let mapped = matches!(address, IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some());
        if prefix > most || cut != address || mapped {
            Err(malformed())
        } else {
            Ok(Self { address, prefix })
        }
    }
}

impl TryFrom<String> for Network {
    type Error = Error;
    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_contain_what_rfc_4632_says() {
        for (network, inside, outside) in [
            ("192.0.2.0/24", "192.0.2.255", "192.0.3.0"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("192.0.2.0/24", "::ffff:192.0.2.9", "::ffff:192.0.3.9"),
            ("0.0.0.0/0", "255.255.255.255", "::1"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"),
            ("::/0", "ffff::", "192.0.2.1"),
            ("2001:db8::1", "2001:db8::1", "2001:db8::2"),
            ("10.1.2.2/31", "10.1.2.3", "10.1.2.4"),
        ] {
            let network: Network = network.parse().expect(network);
            assert!(network.contains(inside.parse().expect(inside)), "{network} {inside}");
            assert!(!network.contains(outside.parse().expect(outside)), "{network} {outside}");
            assert_eq!(network.to_string().parse::<Network>(), Ok(network));
        }
    }

    #[test]
    fn what_means_something_else_than_it_says_is_refused() {
        for text in [
            "",
            "192.0.2.1/24",
            "192.0.2.0/33",
            "192.0.2.0/+8",
            "192.0.2.0/",
            "192.0.2/24",
            "2001:db8::1/64",
            "::/129",
            "::ffff:192.0.2.0/120",
            "example.org",
            "192.0.2.0/24 ",
            "010.0.0.0/8",
        ] {
            assert_eq!(text.parse::<Network>().map_err(|e| e.code()), Err(Code::MalformedNetwork), "{text}");
        }
    }
}
