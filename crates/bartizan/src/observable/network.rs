//! Addresses: domain names, IPv4 and IPv6 addresses, blocks, e-mail addresses, ports.

use super::defang::{is_defanged, mark_at, refang};
use super::names::is_file_extension;
use super::scan::{Role, Scan, is_word};
use super::spot::net::token_at;
use super::{Known, shape, url};
use crate::ObservableKind as Kind;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Longest dotted run that is looked at; what is longer is no name.
const TOKEN_MAX: usize = 1024;

/// A valid host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Host {
    /// IPv4 address.
    V4(Ipv4Addr),
    /// IPv6 address.
    V6(Ipv6Addr),
    /// Name under a top-level domain, lower case, ASCII form.
    Domain(String),
    /// Name outside the public tree (`server`, `dc01.corp`): good for a URL, no observable of its own.
    Local(String),
}

impl Host {
    pub fn kind(&self) -> Option<Kind> {
        match self {
            Self::V4(_) => Some(Kind::Ipv4),
            Self::V6(_) => Some(Kind::Ipv6),
            Self::Domain(_) => Some(Kind::Domain),
            Self::Local(_) => None,
        }
    }

    pub fn value(&self) -> String {
        match self {
            Self::V4(ip) => ip.to_string(),
            Self::V6(ip) => ip.to_string(),
            Self::Domain(name) | Self::Local(name) => name.clone(),
        }
    }

    pub fn url_form(&self) -> String {
        match self {
            Self::V6(ip) => format!("[{ip}]"),
            other => other.value(),
        }
    }
}

/// The host that `written` (already refanged) stands for. With `in_url`, names outside the public tree pass.
pub(super) fn host_of(known: &Known, written: &str, in_url: bool) -> Option<Host> {
    if let Some(inner) = written.strip_prefix('[') {
        return inner.strip_suffix(']')?.parse().ok().map(Host::V6);
    }
    if let Some(ip) = ipv4(written) {
        return Some(Host::V4(ip));
    }
    if let Some(name) = domain_name(known, written) {
        return Some(Host::Domain(name));
    }
    let lower = written.trim_end_matches('.').to_ascii_lowercase();
    let plain = lower.split('.').all(is_plain_label) && lower.bytes().any(|b| b.is_ascii_alphabetic());
    (in_url && plain && lower.len() <= 253).then_some(Host::Local(lower))
}

/// Four decimal numbers of at most three digits, each at most 255 (RFC 791; leading zeros are read as decimal,
/// as reports mean them).
pub(super) fn ipv4(written: &str) -> Option<Ipv4Addr> {
    let mut octets = [0u8; 4];
    let mut parts = written.split('.');
    for octet in &mut octets {
        let part = parts.next()?;
        if part.is_empty() || part.len() > 3 || !part.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        *octet = part.parse().ok()?;
    }
    parts.next().is_none().then(|| octets.into())
}

/// The name in lower case and ASCII form (RFC 5890), if it is a host name under a top-level domain (RFC 1123
/// labels, underscores allowed as the DNS does).
pub(super) fn domain_name(known: &Known, written: &str) -> Option<String> {
    let written = written.trim_end_matches('.');
    let ascii = if written.is_ascii() { written.to_ascii_lowercase() } else { url_host(written)? };
    let labels: Vec<&str> = ascii.split('.').collect();
    let top = labels.last()?;
    let ok = labels.len() >= 2
        && ascii.len() <= 253
        && labels.iter().all(|l| is_plain_label(l))
        && !top.contains('_')
        && top.len() >= 2
        && known.is_tld(top);
    // `co.uk` alone is a suffix, not somebody's name.
    (ok && !(labels.len() == 2 && is_public_suffix(&ascii))).then_some(ascii)
}

fn url_host(written: &str) -> Option<String> {
    match ::url::Host::parse(written).ok()? {
        ::url::Host::Domain(name) => Some(name),
        _ => None,
    }
}

fn is_public_suffix(name: &str) -> bool {
    let mut parts = name.split('.');
    // Only second-level registries such as `co.uk`; private suffixes (`github.io`) are sites.
    parts
        .next()
        .is_some_and(|first| matches!(first, "co" | "com" | "net" | "org" | "gov" | "edu" | "ac" | "ltd"))
        && bartizan_suffix::is_registry_suffix(name)
}

fn is_plain_label(label: &str) -> bool {
    let bytes = label.as_bytes();
    !bytes.is_empty()
        && bytes.len() <= 63
        && bytes[0] != b'-'
        && bytes[bytes.len() - 1] != b'-'
        && bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// One label of a dotted run, with its place.
#[derive(Clone, Debug)]
struct Label {
    text: String,
    start: usize,
    end: usize,
}

fn labels_of(text: &str, start: usize, end: usize) -> Vec<Label> {
    let bytes = text.as_bytes();
    let mut labels = vec![Label { text: String::new(), start, end: start }];
    let mut at = start;
    while at < end {
        let (dot, step) = match mark_at(bytes, at) {
            Some(mark) if mark.means == "." => (true, mark.len),
            Some(mark) if matches!(mark.means, "_" | "-") => {
                if let Some(last) = labels.last_mut() {
                    last.text.push_str(mark.means);
                    last.end = at + mark.len;
                }
                at += mark.len;
                continue;
            }
            Some(mark) => (false, mark.len),
            None => (bytes[at] == b'.', 1),
        };
        if dot {
            at += step;
            labels.push(Label { text: String::new(), start: at, end: at });
            continue;
        }
        let step = text[at..].chars().next().map_or(1, char::len_utf8);
        if let Some(last) = labels.last_mut() {
            last.text.push_str(&text[at..at + step]);
            at += step;
            last.end = at;
        }
    }
    labels
}

fn joined(labels: &[Label]) -> String {
    labels.iter().map(|l| l.text.as_str()).collect::<Vec<_>>().join(".")
}

/// A run of labels with dots between, `start..end`. Returns where scanning goes on.
pub(super) fn token(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    if end - start > TOKEN_MAX {
        return end;
    }
    let bytes = scan.bytes();
    // The local part of a mail address: the host follows.
    if let Some(at_len) = at_sign(bytes, end) {
        return email_after(scan, start, end, at_len);
    }
    let mut labels = labels_of(scan.text, start, end);
    // Hyphens and underscores at the ends are list bullets and emphasis.
    if let Some(first) = labels.first_mut() {
        let trimmed = first.text.trim_start_matches(['-', '_']);
        let cut = first.text.len() - trimmed.len();
        if cut > 0 && !trimmed.is_empty() && first.end - first.start == first.text.len() {
            first.start += cut;
            first.text.drain(..cut);
        }
    }
    if let Some(last) = labels.last_mut() {
        let trimmed = last.text.trim_end_matches(['-', '_']).len();
        let cut = last.text.len() - trimmed;
        if cut > 0 && trimmed > 0 && last.end - last.start == last.text.len() {
            last.end -= cut;
            last.text.truncate(trimmed);
        }
    }
    let (start, end) = (labels[0].start, labels.last().map_or(end, |l| l.end));
    if is_at_before(scan, start) {
        if let Some(next) = email_before(scan, &labels) {
            return next;
        }
        let raw = scan.text.get(start..end).unwrap_or("");
        if scan.before(start) == b'@' && !is_defanged(raw) && labels.len() < 6 {
            // `[redacted]@gmail.com`, `***@example.com`: the host of somebody's mail, named by nobody.
            if matches!(scan.before(start - 1), b'*' | b']' | b'>' | b'}' | b'.' | b'x' | b'X') {
                scan.refuse(Kind::Domain, start, end, "host of a redacted mail address");
                return end;
            }
        }
        // `user@9.0.1` is a package and its version.
        if labels.iter().all(|l| l.text.bytes().all(|b| b.is_ascii_digit())) && scan.before(start) == b'@' {
            scan.refuse(Kind::Ipv4, start, end, "version of a package, not an address");
            return end;
        }
    }
    if labels.iter().all(|l| !l.text.is_empty() && l.text.bytes().all(|b| b.is_ascii_digit())) {
        return dotted_numbers(scan, &labels);
    }
    name(scan, &labels)
}

/// A run of labels that are not all numbers: a domain, a file name, or neither.
fn name(scan: &mut Scan<'_>, labels: &[Label]) -> usize {
    let start = labels[0].start;
    let full_end = labels.last().map_or(start, |l| l.end);
    // The longest prefix that is a domain: `evil.com.The` is a sentence end.
    let mut take = labels.len();
    let mut domain = None;
    while take >= 2 {
        let written = joined(&labels[..take]);
        if let Some(name) = domain_name(scan.known, &written) {
            domain = Some(name);
            break;
        }
        // Only a last word with a capital, or a number after a full stop, may be cut off.
        let last = &labels[take - 1].text;
        if !last.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit()) || labels.len() - take >= 2 {
            break;
        }
        take -= 1;
    }
    let raw = scan.text.get(start..full_end).unwrap_or("");
    // `libfoo.so.4.4.0`: a shared object with its version.
    if let Some(so) = labels.iter().position(|l| l.text == "so")
        && so > 0
        && so + 1 < labels.len()
        && labels[so + 1..].iter().all(|l| l.text.bytes().all(|b| b.is_ascii_digit()))
    {
        scan.find(Kind::FileName, joined(labels), start, full_end);
        return full_end;
    }
    let last = labels.last().map_or("", |l| l.text.as_str());
    if domain.is_none() || take < labels.len() {
        if is_file_extension(last) {
            return shape::file_token(scan, start, full_end);
        }
        if domain.is_none() {
            fused(scan, labels);
            return full_end;
        }
    }
    let Some(mut value) = domain else { return full_end };
    let mut start = start;
    let end = labels[take - 1].end;
    let defanged = is_defanged(scan.text.get(start..end).unwrap_or(""));
    // A word glued to the host by a script change (`访问evil.com`) is not part of it.
    if !defanged && let Some(at) = script_change(&labels[0]) {
        start = at;
        let mut rest = labels[..take].to_vec();
        rest[0].text = scan.text.get(at..rest[0].end).unwrap_or("").to_owned();
        match domain_name(scan.known, &joined(&rest)) {
            Some(name) => value = name,
            None => return full_end,
        }
    }
    let port = port_after(scan, end);
    let host = Host::Domain(value.clone());
    if !defanged {
        let path_follows = matches!(scan.at(end), b'/' | b'?') || port.is_some();
        if let Some(reason) = shape::refusal(scan, start, end, &value, raw, path_follows) {
            let top = labels[take - 1].text.as_str();
            if is_file_extension(top) && reason == shape::FILE_NAME {
                scan.refuse(Kind::Domain, start, end, reason);
                return shape::file_token(scan, start, full_end);
            }
            scan.refuse(Kind::Domain, start, end, reason);
            return full_end;
        }
    }
    // `a!-portal[.]com`, `(name)-portal[.]com`: printing lost the letters before the hyphen.
    if scan.before(start) == b'-'
        && start >= 2
        && matches!(scan.before(start - 1), b'!' | b')' | b'"' | b'#' | b'$' | b'&' | b'%' | b'+')
    {
        scan.refuse(Kind::Domain, start, end, "end of a longer name whose start the page lost");
        return full_end;
    }
    fused(scan, labels);
    let after = url::without_scheme(scan, start, end, &host, port, defanged);
    let is_url = after.is_some();
    let found = scan.find(Kind::Domain, value, start, end);
    found.defanged(defanged);
    if is_url {
        found.role(Role::UrlHost);
    }
    if let Some((port, _)) = port {
        found.attribute("port", port.to_string());
    }
    after.unwrap_or(port.map_or(full_end.max(end), |(_, end)| end)).max(full_end)
}

/// Table cells joined without a blank: `198.51.100.7evil.com` is also an address and a name.
fn fused(scan: &mut Scan<'_>, labels: &[Label]) {
    let [a, b, c, d, rest @ ..] = labels else { return };
    let numeric = |l: &Label| !l.text.is_empty() && l.text.bytes().all(|b| b.is_ascii_digit());
    let digits = d.text.bytes().take_while(u8::is_ascii_digit).count();
    if rest.is_empty() || !numeric(a) || !numeric(b) || !numeric(c) || digits == 0 || digits == d.text.len() {
        return;
    }
    // The longest run of digits that is an octet; what follows must start with a letter.
    let Some(ip) = ipv4(&format!("{}.{}.{}.{}", a.text, b.text, c.text, &d.text[..digits])) else { return };
    if !d.text[digits..].starts_with(|c: char| c.is_ascii_alphabetic()) || d.end - d.start != d.text.len() {
        return;
    }
    let mut tail = vec![d.clone()];
    tail[0].text.drain(..digits);
    tail[0].start += digits;
    tail.extend_from_slice(rest);
    let Some(name) = domain_name(scan.known, &joined(&tail)) else { return };
    let (start, middle, end) = (a.start, d.start + digits, tail.last().map_or(d.end, |l| l.end));
    scan.find(Kind::Ipv4, ip.to_string(), start, middle).attribute("split-from", joined(labels));
    scan.find(Kind::Domain, name, middle, end).attribute("split-from", joined(labels));
}

/// Where ASCII starts in a label whose head is in another script (CJK), if it changes.
fn script_change(label: &Label) -> Option<usize> {
    if label.end - label.start != label.text.len() || label.text.is_ascii() {
        return None;
    }
    let is_cjk = |c: char| matches!(c, '\u{3040}'..='\u{D7FF}');
    let last = label.text.char_indices().rev().find(|(_, c)| is_cjk(*c))?;
    let from = last.0 + last.1.len_utf8();
    let rest = &label.text[from..];
    (!rest.is_empty() && rest.is_ascii()).then_some(label.start + from)
}

/// Numbers with dots between.
fn dotted_numbers(scan: &mut Scan<'_>, labels: &[Label]) -> usize {
    let start = labels[0].start;
    let end = labels.last().map_or(start, |l| l.end);
    let raw = scan.text.get(start..end).unwrap_or("");
    let defanged = is_defanged(raw);
    if labels.len() > 4 {
        // An address and a port written with a dot, or an address that ends a sentence before a number: only
        // if defanged, else it is a version, date or object identifier.
        if defanged && let Some(ip) = ipv4(&joined(&labels[..4])) {
            scan.find(Kind::Ipv4, ip.to_string(), start, labels[3].end).defanged(true);
        } else if labels.len() < 12 {
            scan.refuse(Kind::Ipv4, start, end, "more than four numbers: version, date or object identifier");
        }
        return end;
    }
    if labels.len() < 4 {
        return end;
    }
    let Some(ip) = ipv4(&joined(labels)) else {
        scan.refuse(Kind::Ipv4, start, end, "a number above 255: version, not an address");
        return end;
    };
    if !defanged && let Some(reason) = shape::version_context(scan, start, end, ip) {
        scan.refuse(Kind::Ipv4, start, end, reason);
        return end;
    }
    if let Some((bits, block_end)) = block_after(scan, end) {
        let size = u32::from(bits);
        let network = u32::from(ip) & if size == 0 { 0 } else { u32::MAX << (32 - size) };
        let value = format!("{}/{bits}", Ipv4Addr::from(network));
        scan.find(Kind::Cidr, value, start, block_end).defanged(defanged);
        if network != u32::from(ip) || bits == 32 {
            // Host bits are set: the address itself was named too.
            scan.find(Kind::Ipv4, ip.to_string(), start, end).defanged(defanged);
        }
        return block_end;
    }
    let port = port_after(scan, end);
    let after = url::without_scheme(scan, start, end, &Host::V4(ip), port, defanged);
    let is_url = after.is_some();
    let found = scan.find(Kind::Ipv4, ip.to_string(), start, end);
    found.defanged(defanged);
    if is_url {
        found.role(Role::UrlHost);
    }
    if let Some((port, _)) = port {
        found.attribute("port", port.to_string());
    }
    after.or(port.map(|(_, end)| end)).unwrap_or(end)
}

/// `/24` after an address.
fn block_after(scan: &Scan<'_>, at: usize) -> Option<(u8, usize)> {
    let bytes = scan.bytes();
    let mut i = at;
    match mark_at(bytes, at) {
        Some(mark) if mark.means == "/" => i += mark.len,
        _ if bytes.get(at) == Some(&b'/') => i += 1,
        _ => return None,
    }
    let digits = bytes.get(i..)?.iter().take(3).take_while(|b| b.is_ascii_digit()).count();
    let next = bytes.get(i + digits).copied().unwrap_or(b' ');
    if !(1..=2).contains(&digits) || is_word(next) || matches!(next, b'/' | b'-' | b'?') {
        return None;
    }
    if next == b'.' && bytes.get(i + digits + 1).is_some_and(|b| is_word(*b)) {
        return None;
    }
    let bits: u8 = scan.text.get(i..i + digits)?.parse().ok()?;
    (bits <= 32).then_some((bits, i + digits))
}

/// `:8080` or `[:]8080` after a host.
fn port_after(scan: &Scan<'_>, at: usize) -> Option<(u16, usize)> {
    let bytes = scan.bytes();
    let mut i = at;
    match mark_at(bytes, at) {
        Some(mark) if mark.means == ":" => i += mark.len,
        _ if bytes.get(at) == Some(&b':') => i += 1,
        _ => return None,
    }
    let digits = bytes.get(i..)?.iter().take(6).take_while(|b| b.is_ascii_digit()).count();
    let next = bytes.get(i + digits).copied().unwrap_or(b' ');
    if !(1..=5).contains(&digits) || (is_word(next) && !next.is_ascii_alphabetic()) || next == b':' {
        return None;
    }
    let port: u16 = scan.text.get(i..i + digits)?.parse().ok()?;
    (port > 0).then_some((port, i + digits))
}

/// Length of the at-sign (plain or defanged) that starts at `at`.
fn at_sign(bytes: &[u8], at: usize) -> Option<usize> {
    if bytes.get(at) == Some(&b'@') {
        return Some(1);
    }
    mark_at(bytes, at).filter(|m| m.means == "@").map(|m| m.len)
}

/// Whether an at-sign ends right before `at`.
fn is_at_before(scan: &Scan<'_>, at: usize) -> bool {
    at_before(scan, at).is_some()
}

fn at_before(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let bytes = scan.bytes();
    if scan.before(at) == b'@' {
        return Some(at - 1);
    }
    (at.saturating_sub(8)..at).find(|i| {
        scan.text.is_char_boundary(*i)
            && mark_at(bytes, *i).is_some_and(|m| m.means == "@" && i + m.len == at)
    })
}

/// The host after the at-sign was not scanned yet: `start..end` is the local part.
fn email_after(scan: &mut Scan<'_>, start: usize, end: usize, at_len: usize) -> usize {
    let host_start = end + at_len;
    let limit = scan.floor((host_start + 512).min(scan.text.len()));
    let Some((host_start, host_end)) = token_at(scan.text, host_start, limit) else { return end };
    let labels = labels_of(scan.text, host_start, host_end);
    let _ = start;
    match email_before(scan, &labels) {
        Some(next) => next,
        None => host_start,
    }
}

/// `labels` stand right behind an at-sign: a mail address, if a local part stands before it.
fn email_before(scan: &mut Scan<'_>, labels: &[Label]) -> Option<usize> {
    let host_start = labels[0].start;
    let sign = at_before(scan, host_start)?;
    let local_start = local_part(scan, sign);
    let local = refang(scan.text.get(local_start..sign)?);
    if local.is_empty() || !local.bytes().any(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let mut take = labels.len();
    let domain = loop {
        if let Some(name) = domain_name(scan.known, &joined(&labels[..take])) {
            break name;
        }
        take -= 1;
        if take < 2 || labels.len() - take > 2 {
            return None;
        }
    };
    let mut end = labels[take - 1].end;
    // `domain_name` lower-cases; a trailing hyphen or underscore was cut off by it already.
    end = end.max(host_start);
    let lead = scan.lead(local_start, 24);
    let field = lead.trim_end();
    if field.ends_with("emailAddress=") || field.ends_with("/emailAddress=") {
        scan.refuse(Kind::Email, local_start, end, "field of a certificate's subject");
        return Some(end);
    }
    let raw = scan.text.get(local_start..end)?;
    let defanged = is_defanged(raw);
    // A password before the sign (`ftp://user:pass@host`) was read as part of its URL already.
    scan.find(Kind::Email, format!("{}@{domain}", local.to_ascii_lowercase()), local_start, end)
        .defanged(defanged);
    Some(end)
}

/// Where the local part that ends at `sign` starts.
fn local_part(scan: &Scan<'_>, sign: usize) -> usize {
    let bytes = scan.bytes();
    let mut at = sign;
    while at > 0 && sign - at < 64 {
        let b = bytes[at - 1];
        let escape = b == b'\\' && bytes.get(at) == Some(&b'_');
        if escape || b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'+' | b'\'' | b'%') {
            at -= 1;
        } else if matches!(b, b']' | b')' | b'}') {
            // A defanged dot.
            let found = (2..=7usize).rev().find(|n| {
                at.checked_sub(*n).is_some_and(|s| {
                    scan.text.is_char_boundary(s)
                        && mark_at(bytes, s).is_some_and(|m| m.means == "." && m.len == *n)
                })
            });
            match found {
                Some(n) => at -= n,
                None => break,
            }
        } else {
            break;
        }
    }
    while at < sign && matches!(bytes[at], b'.' | b'\'' | b'-' | b'%' | b'&' | b'_') {
        // Leading emphasis and quotes are not part of it; `_name` is kept where a word precedes.
        at += 1;
    }
    at
}

/// `bob AT evil DOT com`.
pub(super) fn mail_word(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    let value = refang(&scan.text[start..end]);
    if let Some((local, host)) = value.split_once('@')
        && let Some(host) = domain_name(scan.known, host)
    {
        scan.find(Kind::Email, format!("{}@{host}", local.to_ascii_lowercase()), start, end).defanged(true);
    }
    end
}

/// Something with colons between groups of hex digits.
pub(super) fn ipv6(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    let raw = &scan.text[start..end];
    let written = raw.replace("[:]", ":").replace("[.]", ".");
    let written = written.strip_suffix(':').filter(|w| !w.ends_with(':')).unwrap_or(&written);
    if is_word(scan.before(start))
        || is_word(scan.at(end))
        || matches!(scan.before(start), b':' | b'.' | b'-')
    {
        return end;
    }
    let Ok(ip) = written.parse::<Ipv6Addr>() else { return end };
    let groups = written.split(':').filter(|g| !g.is_empty()).count();
    // `a::b` is code in several languages; `::` alone is nothing.
    if ip.is_unspecified()
        || (groups < 3
            && !(ip.is_loopback() && matches!(scan.before(start), b' ' | b'\n' | b'(' | b'"' | b'[' | b'`')))
    {
        return end;
    }
    let mut stop = end;
    while stop > start && !scan.text[start..stop].ends_with(|c: char| c.is_ascii_hexdigit() || c == ':') {
        stop -= 1;
    }
    let defanged = raw.contains('[');
    let bits = scan
        .bytes()
        .get(stop..)
        .filter(|rest| rest.first() == Some(&b'/'))
        .map(|rest| rest[1..].iter().take(4).take_while(|b| b.is_ascii_digit()).count());
    if let Some(digits) = bits.filter(|d| (1..=3).contains(d))
        && let Ok(bits) = scan.text[stop + 1..stop + 1 + digits].parse::<u8>()
        && bits <= 128
    {
        let mask = if bits == 0 { 0 } else { u128::MAX << (128 - u32::from(bits)) };
        let value = format!("{}/{bits}", Ipv6Addr::from(u128::from(ip) & mask));
        scan.find(Kind::Cidr, value, start, stop + 1 + digits).defanged(defanged);
        return stop + 1 + digits;
    }
    scan.find(Kind::Ipv6, ip.to_string(), start, stop).defanged(defanged);
    end
}

/// `\\host@80\dav`: a share over WebDAV. The host is an address, the whole a path (see [`super::path`]).
pub(super) fn webdav(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    let raw = &scan.text[start..end];
    let host = raw.trim_start_matches('\\').split('@').next().unwrap_or("");
    let host_start = start + 2;
    if let Some(host) = host_of(scan.known, host, false)
        && let Some(kind) = host.kind()
    {
        let len = raw[2..].find('@').unwrap_or(0);
        let port: String = raw.trim_end_matches('\\').rsplit('@').next().unwrap_or("").to_owned();
        scan.find(kind, host.value(), host_start, host_start + len).attribute("port", port);
    }
    end
}
