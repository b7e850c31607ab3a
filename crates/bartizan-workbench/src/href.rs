//! Addresses of the server, in one place. Every part that comes from a value is percent-encoded.

use std::fmt::Write;

/// One segment of a path, or a value of a query: everything but unreserved characters encoded (RFC 3986, 2.3).
pub fn part(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_~".contains(&byte) || (byte == b'.' && value.len() > 2) {
            out.push(char::from(byte));
        } else {
            // Writing into a String cannot fail. A lone `.` or `..` would be resolved by the browser: encoded too.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

pub(crate) fn report(id: &str) -> String {
    format!("/reports/{}", part(id))
}

pub(crate) fn job(id: &str) -> String {
    format!("/jobs/{}", part(id))
}

pub(crate) fn collection(uuid: &str) -> String {
    format!("/collections/{}", part(uuid))
}

pub(crate) fn source(id: &str) -> String {
    format!("/sources/{}", part(id))
}

pub(crate) fn name(kind: &str, name: &str) -> String {
    format!("/names/{}/{}", part(kind), part(name))
}

/// `?a=1&b=2` of the pairs with a value; empty without any.
pub(crate) fn query(pairs: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (name, value) in pairs.iter().filter(|(_, v)| !v.is_empty()) {
        out.push(if out.is_empty() { '?' } else { '&' });
        out.push_str(&part(name));
        out.push('=');
        out.push_str(&part(value));
    }
    out
}

/// An address on this server, else the front page: what a form or a link carries along must not lead away.
pub(crate) fn local(path: &str) -> &str {
    let plain = path.bytes().all(|b| b > b' ' && b != b'\\' && b != 0x7f);
    if plain && path.starts_with('/') && !path.starts_with("//") { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_inside_their_part() {
        assert_eq!(part("a/b?c#d"), "a%2Fb%3Fc%23d");
        assert_eq!(part(".."), "%2E%2E");
        assert_eq!(part("é\u{202e}"), "%C3%A9%E2%80%AE");
        assert_eq!(query(&[("q", "a b&c"), ("x", ""), ("y", "1")]), "?q=a%20b%26c&y=1");
    }

    #[test]
    fn only_addresses_of_this_server_are_kept() {
        assert_eq!(local("/library?q=a"), "/library?q=a");
        for bad in ["//evil.example", "https://evil.example", "/\\evil.example", "", "javascript:1", "/\tx"] {
            assert_eq!(local(bad), "/", "{bad}");
        }
    }
}
