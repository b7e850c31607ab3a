//! Values as STIX 2.1 wants them written. What does not fit is refused, never bent.

use std::net::{IpAddr, Ipv6Addr};
use url::Url;

/// A host name that every IDNA 2008 implementation accepts: letters, digits and hyphens, no hyphens in third
/// and fourth place (those are for `xn--`), labels of at most 63 bytes, 253 in all.
pub(super) fn domain(value: &str) -> Option<String> {
    let labels_fit = value.split('.').all(|label| {
        let bytes = label.as_bytes();
        let plain = bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-');
        let ends = !label.starts_with('-') && !label.ends_with('-');
        let prefix = bytes.get(2..4) != Some(b"--") || label.starts_with("xn--");
        !bytes.is_empty() && bytes.len() <= 63 && plain && ends && prefix
    });
    (labels_fit && value.len() <= 253 && punycode_fits(value)).then(|| value.to_owned())
}

/// Whether encoded labels decode to letters and digits only. IDNA 2008 forbids more than that (emoji), and a
/// name a consumer refuses helps nobody.
fn punycode_fits(value: &str) -> bool {
    if !value.split('.').any(|l| l.starts_with("xn--")) {
        return true;
    }
    let (unicode, result) = url_idna(value);
    result
        && unicode.chars().all(|c| c.is_alphanumeric() || c == '.' || c == '-')
        && unicode.split('.').all(|l| l.is_ascii() || l.chars().next().is_some_and(char::is_alphabetic))
}

/// A mail address: a dot-atom (RFC 5322 section 3.2.3) before the `@`, a domain name after it.
pub(super) fn email(value: &str) -> Option<String> {
    let (local, host) = value.split_once('@')?;
    let atom = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b);
    let fits = !local.is_empty() && local.len() <= 64 && local.bytes().all(atom);
    (fits && domain(&host.to_ascii_lowercase()).is_some()).then(|| value.to_owned())
}

/// Whether an address has only the characters that the OASIS validator admits, fewer than the RFC does; an object
/// with another one fails validation, so such an address is given as a pattern only.
pub(super) fn is_plain_email(value: &str) -> bool {
    value.split_once('@').is_some_and(|(local, host)| {
        local.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'+' | b'-'))
            && host.contains('.')
    })
}

/// Decodes and re-encodes through the URL crate's IDNA tables.
fn url_idna(value: &str) -> (String, bool) {
    let host = Url::parse(&format!("http://{value}/")).ok().and_then(|u| u.host_str().map(str::to_owned));
    let same = host.as_deref() == Some(value);
    let decoded: Option<Vec<String>> = value
        .split('.')
        .map(|label| match label.strip_prefix("xn--") {
            Some(code) => punycode(code),
            None => Some(label.to_owned()),
        })
        .collect();
    match decoded {
        Some(labels) => (labels.join("."), same),
        None => (String::new(), false),
    }
}

/// RFC 3492, decoding only.
fn punycode(code: &str) -> Option<String> {
    let (basic, extended) = code.rsplit_once('-').unwrap_or(("", code));
    let mut out: Vec<char> = basic.chars().collect();
    let (mut n, mut i, mut bias) = (128u32, 0u32, 72u32);
    let mut digits = extended.bytes();
    let mut first = true;
    while digits.len() > 0 {
        let old = i;
        let mut weight = 1u32;
        let mut k = 36u32;
        loop {
            let digit = match digits.next()? {
                b @ b'a'..=b'z' => u32::from(b - b'a'),
                b @ b'0'..=b'9' => u32::from(b - b'0') + 26,
                _ => return None,
            };
            i = i.checked_add(digit.checked_mul(weight)?)?;
            let threshold = k.saturating_sub(bias).clamp(1, 26);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(36 - threshold)?;
            k += 36;
        }
        let length = out.len() as u32 + 1;
        let mut delta = if first { (i - old) / 700 } else { (i - old) / 2 };
        first = false;
        delta += delta / length;
        let mut steps = 0;
        while delta > 455 {
            delta /= 35;
            steps += 36;
        }
        bias = steps + 36 * delta / (delta + 38);
        n = n.checked_add(i / length)?;
        i %= length;
        out.insert(i as usize, char::from_u32(n)?);
        i += 1;
    }
    Some(out.into_iter().collect())
}

/// An RFC 3986 URI: what may not stand in a URI is percent-encoded as RFC 3987 section 3.1 says, the rest is
/// kept as it is. None if scheme or host do not fit.
pub(super) fn uri(value: &str) -> Option<String> {
    let (scheme, rest) = value.split_once(':')?;
    let scheme_fits = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    let rest = rest.strip_prefix("//")?;
    if !scheme_fits {
        return None;
    }
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let (user, host_port) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    let authority = host_and_port(host_port)?;
    let user = match user {
        Some(user) => format!("{}@", encode(user, |b| matches!(b, b':'))),
        None => String::new(),
    };
    let (tail, fragment) = match tail.split_once('#') {
        Some((t, f)) => (t, Some(f)),
        None => (tail, None),
    };
    let (path, query) = match tail.split_once('?') {
        Some((p, q)) => (p, Some(q)),
        None => (tail, None),
    };
    let mut out =
        format!("{scheme}://{user}{authority}{}", encode(path, |b| matches!(b, b':' | b'@' | b'/')));
    for (mark, part) in [('?', query), ('#', fragment)] {
        if let Some(part) = part {
            out.push(mark);
            out += &encode(part, |b| matches!(b, b':' | b'@' | b'/' | b'?'));
        }
    }
    Some(out)
}

fn host_and_port(text: &str) -> Option<String> {
    let (host, port) = match text.rsplit_once(':') {
        Some((h, p)) if !p.contains(']') => (h, Some(p)),
        _ => (text, None),
    };
    if port.is_some_and(|p| p.len() > 5 || !p.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    let host = if let Some(inner) = host.strip_prefix('[') {
        format!("[{}]", hextets(inner.strip_suffix(']')?.parse().ok()?))
    } else if host.is_ascii() {
        let fits = !host.is_empty()
            && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'));
        fits.then(|| host.to_owned())?
    } else {
        Url::parse(&format!("http://{host}/")).ok()?.host_str()?.to_owned()
    };
    Some(match port {
        Some(port) => format!("{host}:{port}"),
        None => host,
    })
}

/// Percent-encodes all but unreserved characters, sub-delimiters, well-formed escapes and what `also` allows.
fn encode(text: &str, also: fn(u8) -> bool) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    for (i, &b) in bytes.iter().enumerate() {
        let escape =
            b == b'%' && bytes.get(i + 1..i + 3).is_some_and(|h| h.iter().all(u8::is_ascii_hexdigit));
        let plain = b.is_ascii_alphanumeric()
            || matches!(
                b,
                b'-' | b'.'
                    | b'_'
                    | b'~'
                    | b'!'
                    | b'$'
                    | b'&'
                    | b'\''
                    | b'('
                    | b')'
                    | b'*'
                    | b'+'
                    | b','
                    | b';'
                    | b'='
            );
        if escape || plain || also(b) {
            out.push(char::from(b));
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

/// An address or block with its version: `(true, …)` for IPv4.
pub(super) fn address(value: &str) -> Option<(bool, String)> {
    let (address, bits) = match value.split_once('/') {
        Some((a, b)) => (a, Some(b)),
        None => (value, None),
    };
    let address = address.split('%').next().unwrap_or(address);
    let (v4, text) = match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(v4) => (true, v4.to_string()),
        IpAddr::V6(v6) => (false, hextets(v6)),
    };
    let Some(bits) = bits else { return Some((v4, text)) };
    let bits: u8 = bits.parse().ok()?;
    (bits <= if v4 { 32 } else { 128 }).then(|| (v4, format!("{text}/{bits}")))
}

/// IPv6 in hexadecimal groups only: the validator's pattern refuses the dotted form of mapped addresses.
fn hextets(v6: Ipv6Addr) -> String {
    let text = v6.to_string();
    let Some((head, v4)) = text.rsplit_once(':').filter(|(_, tail)| tail.contains('.')) else { return text };
    let Ok(v4) = v4.parse::<std::net::Ipv4Addr>() else { return text };
    let [a, b, c, d] = v4.octets();
    format!("{head}:{:x}:{:x}", u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]))
}

/// A registry key with its hive spelt out (section 6.17 forbids abbreviations).
pub(super) fn registry_key(value: &str) -> Option<String> {
    let value = value.trim_end_matches('\\');
    let (hive, rest) = value.split_once('\\').unwrap_or((value, ""));
    let hive = match hive.trim_end_matches(':').to_ascii_uppercase().as_str() {
        "HKLM" | "HKEY_LOCAL_MACHINE" => "HKEY_LOCAL_MACHINE",
        "HKCU" | "HKEY_CURRENT_USER" => "HKEY_CURRENT_USER",
        "HKCR" | "HKEY_CLASSES_ROOT" => "HKEY_CLASSES_ROOT",
        "HKU" | "HKEY_USERS" => "HKEY_USERS",
        "HKCC" | "HKEY_CURRENT_CONFIG" => "HKEY_CURRENT_CONFIG",
        _ => return (!abbreviates(value) && !value.is_empty()).then(|| value.to_owned()),
    };
    if abbreviates(rest) {
        return None;
    }
    Some(if rest.is_empty() { hive.to_owned() } else { format!("{hive}\\{rest}") })
}

/// Whether an abbreviated hive name stands anywhere, which validators take for an abbreviated hive.
fn abbreviates(text: &str) -> bool {
    ["HKLM", "HKCC", "HKCR", "HKCU", "HKU", "hklm", "hkcc", "hkcr", "hkcu", "hku"]
        .iter()
        .any(|h| text.contains(h))
}

/// MAC address in lower case with colons.
pub(super) fn mac(value: &str) -> Option<String> {
    let hex: String = value.chars().filter(char::is_ascii_hexdigit).map(|c| c.to_ascii_lowercase()).collect();
    if hex.len() != 12 {
        return None;
    }
    let pairs: Vec<&str> = (0..6).filter_map(|i| hex.get(2 * i..2 * i + 2)).collect();
    Some(pairs.join(":"))
}

/// Directory (if any) and name (if any) of a Windows or Unix path.
pub(super) fn split_path(path: &str) -> (Option<&str>, Option<&str>) {
    let slash = if path.contains('\\') { '\\' } else { '/' };
    match path.rsplit_once(slash) {
        None => (None, Some(path).filter(|p| !p.is_empty())),
        Some((dir, name)) => {
            // A root keeps its separator: `/`, `C:\`.
            let dir = if dir.is_empty() || dir.ends_with(':') {
                path.get(..dir.len() + 1).unwrap_or(dir)
            } else {
                dir
            };
            (Some(dir).filter(|d| !d.is_empty()), Some(name).filter(|n| !n.is_empty()))
        }
    }
}

/// Vendor, product, version and the whole of a CPE 2.3 name of plain components.
pub(super) fn cpe(value: &str) -> Option<[String; 4]> {
    let parts: Vec<&str> = value.strip_prefix("cpe:2.3:")?.split(':').collect();
    let plain = |p: &&str| {
        matches!(*p, "*" | "-")
            || (!p.is_empty()
                && p.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'.' | b'-'))
                && p.bytes().any(|b| b.is_ascii_alphanumeric()))
    };
    let [part, vendor, product, version, _update, _edition, language, ..] = parts.as_slice() else {
        return None;
    };
    let fits = parts.len() == 11
        && matches!(*part, "a" | "h" | "o")
        && matches!(*language, "*" | "-")
        && parts.iter().all(plain)
        && !matches!(*product, "*" | "-");
    fits.then(|| [value.to_owned(), (*vendor).to_owned(), (*product).to_owned(), (*version).to_owned()])
}

/// A day as a moment, if it is one.
pub(super) fn midnight(day: &str) -> Option<i64> {
    let date: jiff::civil::Date = day.get(..10)?.parse().ok()?;
    let time = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second();
    (0..=253_402_300_799).contains(&time).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_plain_ldh_names() {
        for good in
            ["evil.example", "a-b.example", "xn--bcher-kva.example", "r3.example", "xn--e1afmkfd.xn--p1ai"]
        {
            assert_eq!(domain(good).as_deref(), Some(good));
        }
        let long = format!("{}.example", "a".repeat(64));
        for bad in [
            "",
            "a..b",
            "_dmarc.example",
            "-a.example",
            "a-.example",
            "ab--c.example",
            "xn--i-7iq.ws",
            "A.example",
            &long,
        ] {
            assert_eq!(domain(bad), None, "{bad}");
        }
    }

    #[test]
    fn punycode_is_that_of_rfc_3492() {
        // RFC 3492 section 7.1, (A) and (I).
        assert_eq!(punycode("egbpdaj6bu4bxfgehfvwxn").as_deref(), Some("ليهمابتكلموشعربي؟"));
        assert_eq!(
            punycode("b1abfaaepdrnnbgefbadotcwatmq2g4l").as_deref(),
            Some("почемужеонинеговорятпорусски")
        );
        assert_eq!(punycode("99999999999"), None);
    }

    #[test]
    fn uris_keep_what_is_legal_and_encode_the_rest() {
        for (value, want) in [
            ("https://u.example/a%20b?q=1#f", "https://u.example/a%20b?q=1#f"),
            (
                "http://u.example/{id}/a b|c?x=[1]&y=%zz#a#b",
                "http://u.example/%7Bid%7D/a%20b%7Cc?x=%5B1%5D&y=%25zz#a%23b",
            ),
            ("http://u.example/ü", "http://u.example/%C3%BC"),
            ("http://bücher.example/", "http://xn--bcher-kva.example/"),
            ("ftp://me:pw@u.example:21/x", "ftp://me:pw@u.example:21/x"),
            ("http://[2001:DB8::1]:80/", "http://[2001:db8::1]:80/"),
            ("http://u.example\\x", "http://u.example%5Cx"),
        ] {
            assert_eq!(uri(value).as_deref(), Some(want), "{value}");
        }
        for bad in [
            "u.example/x",
            "http://",
            "http://a b/",
            "1http://u.example",
            "mailto:a@b.example",
            "http://u.example:x/",
        ] {
            assert_eq!(uri(bad), None, "{bad}");
        }
    }

    #[test]
    fn addresses_are_canonical() {
        for (value, want) in [
            ("198.51.100.7", (true, "198.51.100.7")),
            ("198.51.100.0/24", (true, "198.51.100.0/24")),
            ("2001:DB8:0::1", (false, "2001:db8::1")),
            ("::ffff:198.51.100.7", (false, "::ffff:c633:6407")),
            ("fe80::1%eth0", (false, "fe80::1")),
            ("2001:db8::/32", (false, "2001:db8::/32")),
        ] {
            assert_eq!(address(value), Some((want.0, want.1.to_owned())), "{value}");
        }
        for bad in ["198.51.100.0/33", "198.51.100", "x", "2001:db8::/129", ""] {
            assert_eq!(address(bad), None, "{bad}");
        }
    }

    #[test]
    fn mail_addresses_are_dot_atoms_at_a_domain() {
        assert_eq!(email("o'neil+x@Evil.example").as_deref(), Some("o'neil+x@Evil.example"));
        for bad in [
            "@evil.example",
            "a b@evil.example",
            "a@b@evil.example",
            "a@-x.example",
            "https://u@evil.example:8/",
            "a",
        ] {
            assert_eq!(email(bad), None, "{bad}");
        }
        for (address, plain) in [
            ("a.b+c_d-1@x.example", true),
            ("a&b@x.example", false),
            ("o'neil@x.example", false),
            ("root@localhost", false),
        ] {
            assert_eq!(is_plain_email(address), plain, "{address}");
        }
    }

    #[test]
    fn registry_hives_are_spelt_out() {
        for (value, want) in [
            (r"HKLM\Software\Run", Some(r"HKEY_LOCAL_MACHINE\Software\Run")),
            (r"hkcu:\Software\", Some(r"HKEY_CURRENT_USER\Software")),
            (r"HKEY_USERS\S-1", Some(r"HKEY_USERS\S-1")),
            (r"Software\Run", Some(r"Software\Run")),
            (r"HKLM\Software\HKUx", None),
        ] {
            assert_eq!(registry_key(value).as_deref(), want, "{value}");
        }
    }

    #[test]
    fn paths_split_at_their_own_separator() {
        for (path, want) in [
            (r"C:\Windows\a.exe", (Some(r"C:\Windows"), Some("a.exe"))),
            (r"C:\a.exe", (Some("C:\\"), Some("a.exe"))),
            (r"C:\Windows\", (Some(r"C:\Windows"), None)),
            ("/tmp/x", (Some("/tmp"), Some("x"))),
            ("/x", (Some("/"), Some("x"))),
            ("x", (None, Some("x"))),
            ("", (None, None)),
        ] {
            assert_eq!(split_path(path), want, "{path}");
        }
    }

    #[test]
    fn cpe_names_of_plain_components() {
        assert_eq!(
            cpe("cpe:2.3:a:vendor:product:1.2.3:*:*:*:*:*:*:*").map(|c| c[2].clone()).as_deref(),
            Some("product")
        );
        for bad in [
            "cpe:/a:vendor:product",
            "cpe:2.3:a:vendor:product:1",
            r"cpe:2.3:a:v:p\:x:1:*:*:*:*:*:*:*",
            "cpe:2.3:a:v:*:1:*:*:*:*:*:*:*",
        ] {
            assert_eq!(cpe(bad), None, "{bad}");
        }
    }
}
