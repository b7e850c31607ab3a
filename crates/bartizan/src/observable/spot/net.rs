//! Addresses and everything with dots.

use super::{HEX, LABEL, Step, at, class, literal, run as run_of, steps, walk, width};

/// What may start at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Net {
    /// `hxxp[:]//`
    Scheme,
    /// Labels with dots between, plain or defanged.
    Token,
    /// Groups of hex digits with colons between.
    Ipv6,
    /// `\\host@80\`
    Unc,
    /// `bob AT evil DOT com`
    MailWord,
}

/// Calls `take` for each match; it returns where the walk goes on.
pub(in super::super) fn run(text: &str, take: impl FnMut(Net, usize, usize) -> usize) {
    let bytes = text.as_bytes();
    let mail = memchr::memmem::find(bytes, b" AT ").is_some();
    walk(text, |at| next(bytes, at, mail), take);
}

/// The run of labels with dots that starts at `start`, which reaches no further than `limit`.
pub(in super::super) fn token_at(text: &str, start: usize, limit: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes().get(..limit)?;
    let end = label(bytes, start)?;
    Some((start, token_end(bytes, dot(bytes, end)?)))
}

fn next(bytes: &[u8], from: usize, mail: bool) -> Option<(Net, usize, usize)> {
    let mut p = from;
    loop {
        // Most bytes between words start nothing.
        let rest = bytes.get(p..)?;
        let skip = rest.iter().position(|b| TRIGGER[usize::from(*b)])?;
        p += skip;
        match bytes[p] {
            b':' | b'[' => {
                if let Some(end) = ipv6(bytes, p) {
                    return Some((Net::Ipv6, p, end));
                }
                p += 1;
            }
            b'\\' => {
                if let Some(end) = unc(bytes, p) {
                    return Some((Net::Unc, p, end));
                }
                p += 1;
            }
            b'-' => {
                if mail && let Some(end) = mail_word(bytes, p, from) {
                    return Some((Net::MailWord, p, end));
                }
                p += 1;
            }
            first => {
                let Some(end) = label(bytes, p) else {
                    p += width(first);
                    continue;
                };
                if let Some(second) = dot(bytes, end) {
                    return Some((Net::Token, p, token_end(bytes, second)));
                }
                let scheme = scheme_in(bytes, p, end).map(|(start, end)| (Net::Scheme, start, end));
                let ipv6 = ipv6_in(bytes, p, end).map(|(start, end)| (Net::Ipv6, start, end));
                let mail = if mail { mail_in(bytes, p, end, from) } else { None };
                // The earliest; of two at one place the first named.
                let best = [scheme, ipv6, mail].into_iter().flatten().min_by_key(|m| m.1);
                if best.is_some() {
                    return best;
                }
                p = end;
            }
        }
    }
}

/// Bytes at which something may start.
static TRIGGER: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = 0;
    while b < 256 {
        table[b] = super::CLASS[b] & LABEL != 0 || matches!(b as u8, b':' | b'[' | b'\\' | b'-');
        b += 1;
    }
    table
};

/// Length of the label character at `i`: ASCII letters and digits, `_`, and letters of other scripts; not the
/// punctuation block U+2000–U+2BFF.
fn label_char(bytes: &[u8], i: usize) -> Option<usize> {
    let b = at(bytes, i);
    if b < 0x80 {
        return (class(bytes, i) & LABEL != 0).then_some(1);
    }
    let tail = |k: usize| u32::from(at(bytes, i + k) & 0x3F);
    let (c, len) = match width(b) {
        2 => (u32::from(b & 0x1F) << 6 | tail(1), 2),
        3 => (u32::from(b & 0x0F) << 12 | tail(1) << 6 | tail(2), 3),
        _ => return None,
    };
    (bytes.len() >= i + len && matches!(c, 0xC0..=0x1FFF | 0x2C00..=0x2DFF | 0x3040..=0xD7FF)).then_some(len)
}

/// End of the label at `i`.
fn label(bytes: &[u8], i: usize) -> Option<usize> {
    let mut end = i + label_char(bytes, i)?;
    loop {
        match at(bytes, end) {
            b'-' => end += 1,
            b'\\' if matches!(at(bytes, end + 1), b'_' | b'-') => end += 2,
            _ => match label_char(bytes, end) {
                Some(n) => end += n,
                None => return Some(end),
            },
        }
    }
}

/// End of the label behind the dot (plain or defanged, see [`super::super::defang`]) at `i`.
fn dot(bytes: &[u8], i: usize) -> Option<usize> {
    let end = match at(bytes, i) {
        b'.' if at(bytes, i + 1) == b']' => i + 2,
        b'.' => i + 1,
        b' ' => match at(bytes, i + 1) {
            b'[' | b'(' | b'{' | b'<' | b'\\' => bracketed(bytes, i + 1)?,
            b'D' => literal(bytes, i, b" DOT ")?,
            _ => return None,
        },
        b'\\' if at(bytes, i + 1) == b'.' => i + 2,
        b'[' if at(bytes, i + 1) == b'.' => match bracketed(bytes, i) {
            Some(end) => end,
            None => i + 2,
        },
        b'[' | b'(' | b'{' | b'<' | b'\\' => bracketed(bytes, i)?,
        _ => return None,
    };
    label(bytes, end)
}

/// `[.]` and its kin: brackets, a dot, brackets, with blanks and backslashes between.
fn bracketed(bytes: &[u8], i: usize) -> Option<usize> {
    let open = |b| matches!(b, b'[' | b'(' | b'{' | b'<');
    let close = |b| matches!(b, b']' | b')' | b'}' | b'>');
    let many = |mut i: usize, is: fn(u8) -> bool| {
        let start = i;
        loop {
            if is(at(bytes, i)) {
                i += 1;
            } else if at(bytes, i) == b'\\' && is(at(bytes, i + 1)) {
                i += 2;
            } else {
                return (i > start).then_some(i);
            }
        }
    };
    let blank = |i: usize| i + usize::from(at(bytes, i) == b' ');
    let mut i = blank(many(i, open)?);
    i += usize::from(at(bytes, i) == b'\\');
    i = match at(bytes, i) {
        b'.' | b',' => i + 1,
        b'd' | b'D'
            if matches!(at(bytes, i + 1), b'o' | b'O' | b'0') && matches!(at(bytes, i + 2), b't' | b'T') =>
        {
            i + 3
        }
        _ => return None,
    };
    Some(blank(many(blank(i), close)?))
}

/// End of a run of labels, of which the second ends at `end`.
fn token_end(bytes: &[u8], mut end: usize) -> usize {
    while let Some(next) = dot(bytes, end) {
        end = next;
    }
    end
}

/// Longest scheme: `stratum+tcp`.
const SCHEME_MAX: usize = 11;

/// The first scheme that starts in the run `from..end` of label characters.
fn scheme_in(bytes: &[u8], from: usize, end: usize) -> Option<(usize, usize)> {
    // What may stand between a scheme and its colon, or inside a scheme.
    match at(bytes, end) {
        b':' | b'[' | b'(' | b'{' | b'*' | b'!' | b'+' => {}
        b' ' if matches!(at(bytes, end + 1), b':' | b'[' | b'(' | b'{') => {}
        _ => return None,
    }
    (from.max(end.saturating_sub(SCHEME_MAX))..end).find_map(|i| Some((i, scheme(bytes, i)?)))
}

const SEPARATOR: &[Step] = &[
    Step::May(&[b"[]", b"()", b"{}"]),
    Step::May(&[b" "]),
    Step::May(&[b"[", b"(", b"{"]),
    Step::One(&[b":"]),
    Step::May(&[b"]", b")", b"}"]),
    Step::May(&[b" "]),
    Step::May(&[b"[", b"(", b"{"]),
    Step::One(&[b"\\/", b"\\\\", b"/", b"\\", b"[/]"]),
    Step::May(&[b" "]),
    Step::One(&[b"\\/", b"\\\\", b"/", b"\\", b"[/]"]),
    Step::May(&[b"/"]),
    Step::May(&[b"]", b")", b"}"]),
    Step::May(&[b" "]),
];
const EMPTY_BRACKETS: &[Step] = &[Step::One(&[b"[]//", b"()//"])];

/// End of the scheme at `i`, its separator included.
fn scheme(bytes: &[u8], i: usize) -> Option<usize> {
    let separator = |end: usize| steps(bytes, end, SEPARATOR);
    // A last `s` may belong to the scheme or be missing.
    let plural = |end: usize, is: fn(u8) -> bool| {
        is(at(bytes, end)).then(|| separator(end + 1)).flatten().or_else(|| separator(end))
    };
    let s = |b: u8| matches!(b, b's' | b'S');
    let p = |i: usize| matches!(at(bytes, i), b'p' | b'P');
    let b = at(bytes, i);
    match b {
        b'h' | b'H' => {
            let s = |b: u8| matches!(b, b's' | b'S' | b'5');
            let (one, two, three) = (at(bytes, i + 1), at(bytes, i + 2), at(bytes, i + 3));
            let x = |b: u8| matches!(b, b'x' | b'X');
            let t = |b: u8| matches!(b, b't' | b'T');
            let any = |b: u8| x(b) || t(b) || matches!(b, b'*' | b'_');
            let (double, single) = (any(one) && any(two), x(one) || one == b'!');
            let triple = x(three) && (x(one) && x(two) || t(one) && t(two));
            let ends = [(double, 3), (single, 2), (triple, 4)];
            let ends = ends.into_iter().filter(|(is, n)| *is && p(i + n)).map(|(_, n)| i + n + 1);
            ends.clone().find_map(|end| plural(end, s)).or_else(|| {
                let short = ends.filter(|end| end - i < 5);
                short
                    .flat_map(|end| [s(at(bytes, end)).then_some(end + 1), Some(end)])
                    .flatten()
                    .find_map(|end| steps(bytes, end, EMPTY_BRACKETS))
            })
        }
        b'f' | b'F' => ftp(bytes, i).and_then(|end| plural(end, s)),
        b's' | b'S' if matches!(at(bytes, i + 1), b'f' | b'F') => {
            ftp(bytes, i + 1).and_then(|end| plural(end, s))
        }
        b'w' | b'W' if s(at(bytes, i + 1)) => {
            plural(i + 2, s).or_else(|| literal(bytes, i, b"webdav").and_then(separator))
        }
        _ => {
            let words: &[&[u8]] = &[
                b"ldaps",
                b"ldap",
                b"smb",
                b"tcp",
                b"udp",
                b"ssh",
                b"telnet",
                b"ircs",
                b"irc",
                b"gopher",
                b"dav",
                b"webdav",
                b"search-ms",
                b"stratum+tcp",
            ];
            words.iter().filter_map(|w| literal(bytes, i, w)).find_map(separator)
        }
    }
}

/// `ftp`, `fxp`, `f*p`.
fn ftp(bytes: &[u8], i: usize) -> Option<usize> {
    (matches!(at(bytes, i + 1), b't' | b'T' | b'x' | b'X' | b'*') && matches!(at(bytes, i + 2), b'p' | b'P'))
        .then_some(i + 3)
}

/// The address whose first group ends the run `from..end`.
fn ipv6_in(bytes: &[u8], from: usize, end: usize) -> Option<(usize, usize)> {
    if !matches!(at(bytes, end), b':' | b'[') {
        return None;
    }
    let tail = bytes.get(from.max(end.saturating_sub(4))..end)?;
    let digits = tail.iter().rev().take_while(|b| b.is_ascii_hexdigit()).count();
    (digits > 0).then(|| Some((end - digits, ipv6(bytes, end)?))).flatten()
}

/// End of the groups with colons, of which the first has its colon at `i`.
fn ipv6(bytes: &[u8], i: usize) -> Option<usize> {
    let mut end = i;
    let mut groups = 0;
    while groups < 8 {
        let Some(next) = literal(bytes, end, b":").or_else(|| literal(bytes, end, b"[:]")) else { break };
        end = run_of(bytes, next, HEX, 4);
        groups += 1;
    }
    if groups < 2 {
        return None;
    }
    for _ in 0..3 {
        let Some(next) = literal(bytes, end, b".").or_else(|| literal(bytes, end, b"[.]")) else { break };
        let digits = run_of(bytes, next, super::DIGIT, 3);
        if digits == next {
            break;
        }
        end = digits;
    }
    Some(end)
}

/// `\\host@80\`, `\\host@SSL@443\`
fn unc(bytes: &[u8], i: usize) -> Option<usize> {
    let host = literal(bytes, i, b"\\\\")?;
    let is = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    let len = bytes.get(host..)?.iter().take_while(|b| is(b)).count();
    let sign = literal(bytes, host + len, b"@").filter(|_| len > 0)?;
    let port = literal(bytes, sign, b"SSL@").unwrap_or(sign);
    let end = run_of(bytes, port, super::DIGIT, usize::MAX);
    (end > port).then(|| literal(bytes, end, b"\\")).flatten()
}

fn is_mail(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')
}

/// End of `bob AT evil DOT com` at `i`, if no word goes on from before `i` (but for where the walk started).
fn mail_word(bytes: &[u8], i: usize, from: usize) -> Option<usize> {
    if i > from && is_mail(bytes[i - 1]) {
        return None;
    }
    let word = |i: usize| {
        let len = bytes.get(i..)?.iter().take_while(|b| is_mail(**b)).count();
        (len > 0).then_some(i + len)
    };
    let host = word(literal(bytes, word(i)?, b" AT ")?)?;
    let top = literal(bytes, host, b" DOT ")?;
    let len = bytes.get(top..)?.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    (len > 0).then_some(top + len)
}

/// The same where the word ends the run `start..end`.
fn mail_in(bytes: &[u8], start: usize, end: usize, from: usize) -> Option<(Net, usize, usize)> {
    literal(bytes, end, b" AT ")?;
    let own = bytes.get(start..end)?.iter().rev().take_while(|b| is_mail(**b)).count();
    let i = end - own;
    Some((Net::MailWord, i, mail_word(bytes, i, from.max(start.min(i)))?))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_long_chain_of_labels_is_one_match() {
        let text = "a.".repeat(10_000) + "a";
        let mut seen = Vec::new();
        super::run(&text, |_, s, e| {
            seen.push((s, e));
            e
        });
        assert_eq!(seen, [(0, text.len())]);
    }
}
