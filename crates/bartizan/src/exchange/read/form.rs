//! The form that a value of each kind has: what was written by somebody else is checked before anything is built on it.
//!
//! The extractor makes values of these forms only (its fuzz target says so); lists and rules write them out as they stand.

use crate::ObservableKind as K;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Longest value, in bytes: whole rules and command lines are values too.
const LONGEST: usize = 1 << 20;

/// Whether `value` can be an observable of this kind.
pub(super) fn is_value(kind: K, value: &str) -> bool {
    let whole = matches!(kind, K::YaraRule | K::SigmaRule | K::CommandLine | K::UserAgent);
    if value.trim().is_empty() || value.len() > LONGEST || !whole && value.contains(char::is_control) {
        return false;
    }
    let hex = |digits: usize| {
        value.len() == digits && value.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    match kind {
        K::Ipv4 => value.parse::<Ipv4Addr>().is_ok(),
        K::Ipv6 => value.parse::<Ipv6Addr>().is_ok(),
        K::Cidr => is_block(value),
        K::Domain | K::Onion => is_host(value),
        // RFC 3986, section 3; blanks and quotation marks never stand in one.
        K::Url => value.split_once(':').is_some_and(|(scheme, rest)| {
            scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
                && !rest.is_empty()
                && !value.contains([' ', '<', '>', '"'])
        }),
        K::Email => value.rsplit_once('@').is_some_and(|(local, host)| {
            !local.is_empty() && !local.contains(char::is_whitespace) && is_host(host)
        }),
        K::Md5 | K::Imphash | K::Ja3 => hex(32),
        K::Sha1 => hex(40),
        K::Sha224 => hex(56),
        K::Sha256 => hex(64),
        K::Sha384 => hex(96),
        K::Sha512 => hex(128),
        K::Authentihash => hex(32) || hex(40) || hex(64),
        _ => true,
    }
}

/// An address block: address, slash, length.
fn is_block(value: &str) -> bool {
    value.split_once('/').is_some_and(|(address, length)| {
        let most = match address.parse() {
            Ok(IpAddr::V4(_)) => 32,
            Ok(IpAddr::V6(_)) => 128,
            Err(_) => return false,
        };
        length.parse::<u8>().is_ok_and(|n| n <= most)
    })
}

/// A host name in its ASCII form (RFC 1123, section 2.1; underscores as DNS has them), or an IPv6 address in brackets.
fn is_host(host: &str) -> bool {
    if let Some(inner) = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
        return inner.parse::<Ipv6Addr>().is_ok();
    }
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    host.len() <= 253
        && host.split('.').all(|label| !label.is_empty() && label.len() <= 63 && label.bytes().all(plain))
}

/// Ids and short names of the pack: `T1059.001`, `AML.T0051`, `command-and-control`.
pub(super) fn is_id(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':');
    !text.is_empty() && text.len() <= 64 && text.bytes().all(plain)
}

/// SHA-256 in lower-case hexadecimal, or nothing, as texts without a file have it.
pub(super) fn is_sha256(text: &str) -> bool {
    text.is_empty() || is_value(K::Sha256, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_leave_its_line_or_quotes_is_no_value() {
        for (kind, good, bad) in [
            (K::Domain, "a.example.com", "a.example.com\"; sid:1;"),
            (K::Domain, "xn--nxasmq6b.example", "a..example"),
            (K::Ipv4, "198.51.100.7", "198.51.100.7 or 1=1"),
            (K::Ipv6, "2001:db8::1", "2001:db8::g"),
            (K::Cidr, "198.51.100.0/24", "198.51.100.0/33"),
            (K::Url, "http://a.example/x?y='z'", "http://a.example/\"x"),
            (K::Email, "a@b.example", "a b@b.example"),
            (K::Sha1, "da39a3ee5e6b4b0d3255bfef95601890afd80709", "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709"),
            (K::FileName, "a b.exe", "a\nb.exe"),
            (K::Mutex, "Global\\x", "  "),
        ] {
            assert!(is_value(kind, good), "{good}");
            assert!(!is_value(kind, bad), "{bad}");
        }
        assert!(is_id("AML.T0051") && is_id("command-and-control") && !is_id("T1059\n") && !is_id(""));
    }
}
