//! Addresses of persons (RFC 5321, as people write them, also defanged: `a[@]b[.]example`).

use super::{Found, at};
use crate::privacy::Kind;

/// What stands for `@`, and for a dot.
const AT: [&str; 6] = ["[@]", "(@)", "[at]", "(at)", "{at}", "@"];
const DOT: [&str; 6] = ["[.]", "(.)", "[dot]", "(dot)", "{.}", "."];
/// Longest parts (RFC 5321 section 4.5.3.1).
const LOCAL: usize = 64;
const DOMAIN: usize = 255;

/// Functions, not persons (RFC 2142, and what security teams use).
const FUNCTIONS: [&str; 33] = [
    "abuse",
    "admin",
    "administrator",
    "cert",
    "cna",
    "contact",
    "cve",
    "csirt",
    "disclosure",
    "feedback",
    "git",
    "help",
    "hostmaster",
    "info",
    "mailer-daemon",
    "marketing",
    "no-reply",
    "noc",
    "noreply",
    "office",
    "postmaster",
    "press",
    "product-security",
    "psirt",
    "root",
    "sales",
    "secalert",
    "secure",
    "security",
    "security-alert",
    "soc",
    "support",
    "webmaster",
];

pub(super) fn find(text: &str, found: &mut Vec<Found>) {
    let lower = text.to_ascii_lowercase();
    let mut from = 0;
    while let Some((place, sign)) = next(&lower, from) {
        from = place + sign.len();
        let Some(start) = local(text, place) else { continue };
        let Some(end) = domain(&lower, from) else { continue };
        from = end;
        if FUNCTIONS.contains(&lower[start..place].split('+').next().unwrap_or_default()) {
            continue;
        }
        found.push(Found { kind: Kind::Email, start, end });
    }
}

/// The next sign.
fn next(lower: &str, from: usize) -> Option<(usize, &'static str)> {
    let at = memchr::memchr3_iter(b'@', b'a', b'[', &lower.as_bytes()[from..]).map(|n| from + n);
    for place in at {
        // `[at]` begins before its `a`; the plain sign begins where it stands.
        let starts = [Some(place), place.checked_sub(1)];
        for start in starts.into_iter().flatten().filter(|s| *s >= from && lower.is_char_boundary(*s)) {
            if let Some(sign) = AT.iter().find(|sign| lower[start..].starts_with(**sign))
                && (*sign == "@" || sign.len() > 1)
                && (start == place || *sign != "@")
            {
                return Some((start, sign));
            }
        }
    }
    None
}

/// Where the part before the sign begins.
fn local(text: &str, place: usize) -> Option<usize> {
    let mut start = place;
    for c in text[..place].chars().rev() {
        let good = c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
        if !good || place - start >= LOCAL {
            break;
        }
        start -= c.len_utf8();
    }
    // Marks before it are of the sentence, or of a path.
    let mut part = &text[start..place];
    if let Some(cut) = part.rfind(['/', '=', '\'', '`', '|', '{', '}', '?', '&']) {
        part = &part[cut + 1..];
    }
    let part = part.trim_start_matches(['.', '-', '*', '#', '!', '~', '^', '$', '%', '+']);
    let good = !part.is_empty() && !part.ends_with('.') && part.chars().any(char::is_alphanumeric);
    good.then(|| place - part.len())
}

/// Where the domain behind the sign ends.
fn domain(lower: &str, from: usize) -> Option<usize> {
    let (mut end, mut last, mut labels) = (from, 0, 0);
    loop {
        let label: usize =
            lower[end..].chars().take_while(|c| c.is_alphanumeric() || *c == '-').map(char::len_utf8).sum();
        if label == 0 || label > 63 || end + label - from > DOMAIN {
            break;
        }
        labels += 1;
        last = end;
        end += label;
        let Some(dot) = DOT.iter().find(|dot| lower[end..].starts_with(**dot)) else { break };
        // A dot at the end is of the sentence.
        if !at(lower, end + dot.len()).is_some_and(char::is_alphanumeric) {
            break;
        }
        end += dot.len();
    }
    let top = lower.get(last..end)?.trim_end_matches('-');
    let end = last + top.len();
    let good = labels >= 2
        && top.chars().count() >= 2
        && top.chars().all(|c| c.is_alphabetic() || top.starts_with("xn--"));
    good.then_some(end)
}
