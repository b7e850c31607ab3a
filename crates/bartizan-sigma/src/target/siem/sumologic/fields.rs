//! What the reference does to the finished expression, as to a text: `fields['…']` around names, blanks left out.

use super::schema::{normalised, parsed};
use crate::pipeline::Reach;

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
            match asked(after) && !normalised(word, Reach::Reference) {
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
    ["=", " matches ", " in (", " < ", " > ", " <= ", " >= "]
        .iter()
        .any(|operator| after.starts_with(operator))
}

/// Without blanks behind `!` and around the sign of a comparison, be it in a literal.
pub(super) fn tidy(expression: &str) -> String {
    let expression = expression.replace("! ", "!");
    let mut out = String::with_capacity(expression.len());
    let mut rest = expression.as_str();
    while let Some(at) = rest.find(['<', '>']) {
        let (before, from) = rest.split_at(at);
        let end = from.find(|c| !matches!(c, '<' | '>' | '=')).unwrap_or(from.len());
        let (sign, after) = from.split_at(end);
        let (left, right) = (before.trim_end_matches(' '), after.trim_start_matches(' '));
        let compared =
            ["<", ">", "<=", ">="].contains(&sign) && left.ends_with(word) && right.starts_with(word);
        out.push_str(if compared { left } else { before });
        out.push_str(sign);
        rest = if compared { right } else { after };
    }
    out.push_str(rest);
    out
}

fn word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
