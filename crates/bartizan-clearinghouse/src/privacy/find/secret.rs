//! Passwords, tokens and keys, by the form that their issuers gave them or the word before them.

use super::{Found, at, before, joins, placeholder};
use crate::privacy::Kind;

/// (what it begins with, the least and the most that follow, of which kind).
const FORMS: [(&str, usize, usize, Of); 24] = [
    ("AKIA", 16, 16, Of::Upper),
    ("ASIA", 16, 16, Of::Upper),
    ("ghp_", 36, 255, Of::Word),
    ("gho_", 36, 255, Of::Word),
    ("ghu_", 36, 255, Of::Word),
    ("ghs_", 36, 255, Of::Word),
    ("ghr_", 36, 255, Of::Word),
    ("github_pat_", 22, 255, Of::Word),
    ("glpat-", 20, 255, Of::Wide),
    ("npm_", 36, 36, Of::Word),
    ("pypi-", 50, 255, Of::Wide),
    ("xoxb-", 20, 255, Of::Wide),
    ("xoxp-", 20, 255, Of::Wide),
    ("xoxa-", 20, 255, Of::Wide),
    ("xoxs-", 20, 255, Of::Wide),
    ("sk_live_", 20, 255, Of::Word),
    ("rk_live_", 20, 255, Of::Word),
    ("sk-ant-", 20, 255, Of::Wide),
    ("sk-proj-", 20, 255, Of::Wide),
    ("sk-", 40, 255, Of::Word),
    ("AIza", 35, 35, Of::Wide),
    ("SG.", 40, 255, Of::Dotted),
    ("bzt_", 49, 49, Of::Word),
    ("whsec_", 24, 255, Of::Base64),
];

/// Which characters follow.
#[derive(Clone, Copy)]
enum Of {
    Upper,
    Word,
    Wide,
    Dotted,
    Base64,
}

impl Of {
    fn has(self, b: u8) -> bool {
        match self {
            Self::Upper => b.is_ascii_uppercase() || b.is_ascii_digit(),
            Self::Word => b.is_ascii_alphanumeric() || b == b'_',
            Self::Wide => b.is_ascii_alphanumeric() || b == b'_' || b == b'-',
            Self::Dotted => b.is_ascii_alphanumeric() || b"_-.".contains(&b),
            Self::Base64 => b.is_ascii_alphanumeric() || b"+/=_-".contains(&b),
        }
    }
}

/// Words before a secret, with `=` or `:` between.
const WORDS: [&str; 15] = [
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "api_key",
    "apikey",
    "api-key",
    "access_token",
    "access-token",
    "auth_token",
    "refresh_token",
    "client_secret",
    "secret_key",
    "secret_access_key",
    "private_key",
];

pub(super) fn find(text: &str, found: &mut Vec<Found>) {
    let mut add = |start: usize, end: usize| found.push(Found { kind: Kind::Secret, start, end });
    blocks(text, &mut add);
    for (head, least, most, of) in FORMS {
        for start in memchr::memmem::find_iter(text.as_bytes(), head.as_bytes()) {
            let from = start + head.len();
            let long = text.as_bytes()[from..].iter().take(most + 1).take_while(|b| of.has(**b)).count();
            let fits = (least..=most).contains(&long);
            if fits && !joins(before(text, start)) && varied(&text[from..from + long]) {
                add(start, from + long);
            }
        }
    }
    web(text, &mut add);
    let lower = text.to_ascii_lowercase();
    for word in WORDS {
        for at in memchr::memmem::find_iter(lower.as_bytes(), word.as_bytes()) {
            if let Some((start, end)) = value(text, at + word.len()) {
                add(start, end);
            }
        }
    }
    for word in ["bearer ", "basic "] {
        for at in memchr::memmem::find_iter(lower.as_bytes(), word.as_bytes()) {
            let from = at + word.len();
            let long = text.as_bytes()[from..]
                .iter()
                .take(4_096)
                .take_while(|b| Of::Base64.has(**b) || **b == b'.')
                .count();
            let given = &text[from..from + long];
            let least = if word == "basic " { 12 } else { 20 };
            let mixed = given.bytes().any(|b| b.is_ascii_digit()) || given.ends_with('=');
            if long >= least && mixed && varied(given) && !joins(before(text, at)) {
                add(from, from + long);
            }
        }
    }
}

/// Private keys in PEM (RFC 7468).
fn blocks(text: &str, add: &mut impl FnMut(usize, usize)) {
    let mut from = 0;
    while let Some(at) = memchr::memmem::find(&text.as_bytes()[from..], b"-----BEGIN ") {
        let start = from + at;
        let head = &text[start..];
        let label = head[11..].split("-----").next().unwrap_or_default();
        from = start + 11;
        if label.len() > 40 || !label.ends_with("PRIVATE KEY") && !label.ends_with("PRIVATE KEY BLOCK") {
            continue;
        }
        let close = format!("-----END {label}-----");
        // A key that is cut off is one, too.
        let end = head.find(&close).map_or(text.len(), |n| start + n + close.len());
        add(start, end);
        from = end;
    }
}

/// JSON web tokens (RFC 7519): three parts, the first two JSON objects in base64url.
fn web(text: &str, add: &mut impl FnMut(usize, usize)) {
    for start in
        memchr::memmem::find_iter(text.as_bytes(), b"eyJ").filter(|start| !joins(before(text, *start)))
    {
        let long = text.as_bytes()[start..].iter().take(8_192).take_while(|b| Of::Dotted.has(**b)).count();
        let token = text[start..start + long].trim_end_matches('.');
        let parts: Vec<&str> = token.split('.').collect();
        let good = (parts.len() == 3 || parts.len() == 5)
            && parts[0].len() >= 16
            && parts[1].starts_with("eyJ") | (parts.len() == 5);
        if good {
            add(start, start + token.len());
        }
    }
}

/// The value behind a word and its sign.
fn value(text: &str, from: usize) -> Option<(usize, usize)> {
    let rest = text[from..].strip_prefix(['"', '\'']).unwrap_or(&text[from..]);
    let rest = blanks(rest);
    let rest = rest.strip_prefix(":=").or_else(|| rest.strip_prefix(['=', ':']))?;
    let open = blanks(rest);
    let quote = open.chars().next().filter(|c| *c == '"' || *c == '\'');
    let given = quote.map_or(open, |q| &open[q.len_utf8()..]);
    let start = text.len() - given.len();
    let given = &given[..given.floor_char_boundary(1_100)];
    let ends = |c: char| match quote {
        Some(quote) => c == quote || c == '\n',
        None => c.is_whitespace() || "\"'&;,)<>`|".contains(c),
    };
    let long = given.find(ends).unwrap_or(given.len());
    let word = &given[..long];
    // A word of prose is none: something in it is no letter, unless it is quoted.
    let odd = word.chars().any(|c| !c.is_alphabetic());
    let plain = matches!(word.to_ascii_lowercase().as_str(), "null" | "none" | "true" | "false");
    let good = (6..=1_024).contains(&long) && (odd || quote.is_some()) && !placeholder(word) && !plain;
    // What calls something is code: `password = read()`.
    let code =
        quote.is_none() && (word.contains('(') || word.contains("::") || at(text, start + long) == Some('('));
    (good && !code).then_some((start, start + long))
}

/// Without the blanks at its beginning, if there are few.
fn blanks(text: &str) -> &str {
    let many = text.bytes().take(8).take_while(|b| *b == b' ').count();
    &text[many..]
}

/// Not one character again and again, as examples have.
fn varied(text: &str) -> bool {
    let mut seen = [false; 256];
    text.bytes().for_each(|b| seen[usize::from(b)] = true);
    seen.iter().filter(|s| **s).count() >= 6
}
