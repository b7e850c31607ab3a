//! What is looked up: top-level domains, the pack.

use bartizan_knowledge::Pack;
use std::net::Ipv4Addr;

/// The pack, and what it lacks.
#[derive(Debug)]
pub(super) struct Known {
    pub pack: &'static Pack,
    pack_has_tlds: bool,
}

impl Known {
    pub fn new(pack: &'static Pack) -> Self {
        Self { pack, pack_has_tlds: pack.is_tld("com") }
    }

    /// Whether `label` (lower case, ASCII form) is a top-level domain, or one of the names outside the DNS root
    /// that networks of their own use (`.onion` of RFC 7686, `.i2p`, `.bit`).
    pub fn is_tld(&self, label: &str) -> bool {
        if matches!(label, "onion" | "i2p" | "bit") {
            return true;
        }
        if self.pack_has_tlds {
            return self.pack.is_tld(label);
        }
        // A pack without the list: the public suffix list knows all top-level domains as well.
        bartizan_suffix::has_known_suffix(label)
    }
}

/// Why the address can be nobody's on the Internet (IANA special-purpose registries, RFC 6890).
pub(super) fn reserved_v4(ip: Ipv4Addr) -> Option<&'static str> {
    let o = ip.octets();
    match o {
        [10, ..] | [192, 168, ..] => Some("private address (RFC 1918)"),
        [172, b, ..] if (16..32).contains(&b) => Some("private address (RFC 1918)"),
        [127, ..] => Some("loopback address"),
        [169, 254, ..] => Some("link-local address"),
        [100, b, ..] if (64..128).contains(&b) => Some("shared address space (RFC 6598)"),
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Some("documentation address (RFC 5737)"),
        [198, 18 | 19, ..] => Some("benchmarking address (RFC 2544)"),
        [0, ..] => Some("unspecified address"),
        [224..=239, ..] => Some("multicast address"),
        [240..=255, ..] => Some("reserved address"),
        _ => None,
    }
}
