//! Accounts on machines of private networks: `maria@10.1.2.3`, and a user named on the line of a private address.

use std::net::IpAddr;

use super::{Found, before, joins, placeholder};
use crate::privacy::Kind;

/// Words before the name of an account.
const WORDS: [&str; 8] =
    ["user", "username", "user name", "account", "login", "logon", "samaccountname", "userid"];
/// Accounts of nobody.
const NOBODY: [&str; 12] = [
    "root",
    "admin",
    "administrator",
    "system",
    "guest",
    "www-data",
    "nobody",
    "git",
    "user",
    "anonymous",
    "name",
    "account",
];
/// Longest line that is looked at in one piece, in bytes.
const LINE: usize = 4_096;

pub(super) fn find(text: &str, found: &mut Vec<Found>) {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let mut rest = line;
        while !rest.is_empty() {
            // A line without an end is looked at in pieces.
            let (piece, more) = rest.split_at(rest.floor_char_boundary(LINE));
            on_line(piece, start, found);
            start += piece.len();
            rest = more;
        }
    }
}

fn on_line(line: &str, offset: usize, found: &mut Vec<Found>) {
    let addresses = private(line);
    if addresses.is_empty() {
        return;
    }
    let mut any = false;
    for (start, end) in &addresses {
        // `name@address`: both.
        if before(line, *start) == Some('@') {
            let name: usize = line[..start - 1]
                .chars()
                .rev()
                .take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-'))
                .map(char::len_utf8)
                .sum();
            let name = start - 1 - name;
            if !line[name..start - 1].is_empty() && !nobody(&line[name..start - 1]) {
                found.push(Found { kind: Kind::Account, start: offset + name, end: offset + end });
            }
        }
    }
    let lower = line.to_ascii_lowercase();
    for word in WORDS {
        for at in memchr::memmem::find_iter(lower.as_bytes(), word.as_bytes()) {
            let behind = &line[at + word.len()..];
            let sign = behind.trim_start_matches(['"', '\'', ' ']);
            let Some(value) = sign.strip_prefix([':', '=']) else { continue };
            if joins(before(&lower, at)) {
                continue;
            }
            let value = value.trim_start_matches([' ', '"', '\'']);
            let start = line.len() - value.len();
            let long =
                value.find(|c: char| c.is_whitespace() || "\"',;)]}<>".contains(c)).unwrap_or(value.len());
            let name = &value[..long];
            let plain = name.rsplit(['\\', '/']).next().unwrap_or_default();
            if name.is_empty() || placeholder(name) || nobody(plain) {
                continue;
            }
            found.push(Found { kind: Kind::Account, start: offset + start, end: offset + start + long });
            any = true;
        }
    }
    if any {
        found.extend(addresses.iter().map(|(start, end)| Found {
            kind: Kind::Account,
            start: offset + start,
            end: offset + end,
        }));
    }
}

fn nobody(name: &str) -> bool {
    NOBODY.contains(&name.to_ascii_lowercase().as_str())
}

/// Private addresses on a line (RFC 1918, RFC 4193, link-local).
fn private(line: &str) -> Vec<(usize, usize)> {
    let part = |c: char| c.is_ascii_hexdigit() || c == '.' || c == ':';
    let mut all = Vec::new();
    let mut start = 0;
    while start < line.len() {
        let rest = &line[start..];
        let Some(from) = rest.find(part) else { break };
        let at = start + from;
        let long = line[at..].find(|c| !part(c)).unwrap_or(line.len() - at);
        let mut end = at + long;
        start = end.max(at + 1);
        if joins(before(line, at)) {
            continue;
        }
        while end > at && line[at..end].ends_with(['.', ':']) {
            end -= 1;
        }
        let text = &line[at..end];
        // An address with its port.
        let (text, end) = match text.split_once(':') {
            Some((head, port)) if head.contains('.') && port.bytes().all(|b| b.is_ascii_digit()) => {
                (head, at + head.len())
            }
            _ => (text, end),
        };
        let private = match text.parse() {
            Ok(IpAddr::V4(v4)) => v4.is_private() || v4.is_link_local(),
            Ok(IpAddr::V6(v6)) => v6.is_unique_local() || v6.is_unicast_link_local(),
            Err(_) => false,
        };
        if private && !line[end..].starts_with('/') {
            all.push((at, end));
        }
    }
    all
}
