//! `fields['…']` around names, as the reference puts them in: into the finished expression.

use super::schema::{normalised, parsed};

/// Wraps every word before an operator that is no normalised field; literals are skipped.
pub(super) fn wrap(expression: &str, windows: bool) -> String {
    let mut out = String::with_capacity(expression.len());
    let mut rest = expression;
    while let Some(c) = rest.chars().next() {
        if let Some(end) = literal(rest, c) {
            out.push_str(&rest[..end]);
            rest = &rest[end..];
        } else if c.is_ascii_alphabetic() || c == '_' {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'));
            let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
            match asked(after) && !normalised(word) {
                true => out.push_str(&parsed(word, windows)),
                false => out.push_str(word),
            }
            rest = after;
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

/// Where the literal ends that opens here.
fn literal(rest: &str, quote: char) -> Option<usize> {
    if quote != '"' && quote != '/' {
        return None;
    }
    let mut escaped = true;
    for (at, c) in rest.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Some(at + c.len_utf8()),
            _ => {}
        }
    }
    None
}

/// Whether an operator follows.
fn asked(after: &str) -> bool {
    ["=", " matches ", " in (", " < ", " > ", " <= ", " >= "].iter().any(|operator| after.starts_with(operator))
}
