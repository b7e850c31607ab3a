//! Strings and regular expressions for stores that are written in Go.
//!
//! Source: RE2 syntax: no look-around, no references to groups.

use crate::{
    error::Failure,
    rule::{Part, Regex, Text},
};

/// A string as an expression without anchors: `*` is `.*`, `?` is `.`, plain runs by `escape`.
pub(super) fn pattern(text: &Text, escape: impl Fn(&str, &mut String)) -> String {
    text.render(".*", ".", |run, out| escape(run, out))
}

/// Whether a text opens and closes where its value does; `*` at an end leaves it open.
pub(super) fn anchors(text: &Text) -> (&'static str, &'static str) {
    let parts = text.parts();
    let open = parts.first() == Some(&Part::Any);
    let close = parts.last() == Some(&Part::Any);
    (if open { "" } else { "^" }, if close { "" } else { "$" })
}

/// An expression that finds what the rule's one finds, with its flags; letter case as the rule says.
///
/// # Errors
/// Where the rule asks for what RE2 does not have.
pub(super) fn wide(regex: &Regex) -> Result<String, Failure> {
    if let Some(what) = foreign(&regex.pattern) {
        return Err(Failure::expression(format!("regular expressions with {what} cannot be expressed")));
    }
    let flags = crate::target::regex_flags(regex, true);
    Ok(format!("{flags}{}", regex.pattern))
}

/// What of an expression RE2 does not have.
fn foreign(pattern: &str) -> Option<&'static str> {
    let mut chars = pattern.char_indices();
    while let Some((at, c)) = chars.next() {
        let rest = pattern.get(at..)?;
        match c {
            '\\' => {
                if let Some((_, c)) = chars.next()
                    && (('1'..='9').contains(&c) || c == 'k')
                {
                    return Some("references to groups");
                }
            }
            '(' if ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|open| rest.starts_with(open)) => {
                return Some("look-around");
            }
            '(' if ["(?>", "(?(", "(?#"].iter().any(|open| rest.starts_with(open)) => {
                return Some("groups of other kinds");
            }
            '+' if rest.starts_with("++") => return Some("possessive repetition"),
            _ => {}
        }
    }
    None
}
