//! Regular expressions of rules, written again for the engine that runs them.
//!
//! Rules mean the common part of PCRE with `\d`, `\w`, `\s` and `\b` of ASCII, as nearly every platform reads them. What
//! an engine writes otherwise is replaced; what it lacks, or would read as something else, is refused.

mod set;
mod wildcards;
mod writer;

pub use wildcards::{Leave, strings};
use writer::Writer;

use super::Regex;

/// How an engine writes what engines write differently.
#[derive(Clone, Copy, Debug)]
pub struct Flavour {
    /// `.` that matches no line break.
    pub dot: &'static str,
    /// `\b`; empty where there is no such thing.
    pub boundary: &'static str,
    /// `\B`.
    pub no_boundary: &'static str,
    /// The beginning of the text, whatever the flags.
    pub begin: &'static str,
    /// The end of the text.
    pub end: &'static str,
    /// Whether `\d`, `\w` and `\s` are written as sets of ASCII.
    pub sets: bool,
    /// Whether groups may be `(?:…)` and `(?i:…)`.
    pub plain_groups: bool,
    /// Whether `(?=…)` and its kin are known.
    pub look: bool,
    /// Whether `\n` and the like are known; else the characters stand for themselves.
    pub named: bool,
    /// Whether an expression must match the whole text; then `^` and `$` stand at the ends only, and are left out.
    pub whole: bool,
    /// Further characters that mean something.
    pub special: &'static str,
    /// The highest count of `{n,m}`.
    pub most: u32,
}

impl Flavour {
    /// RE2, and what follows it.
    pub const RE2: Self = Self {
        dot: ".",
        boundary: r"\b",
        no_boundary: r"\B",
        begin: r"\A",
        end: r"\z",
        sets: false,
        plain_groups: true,
        look: false,
        named: true,
        whole: false,
        special: "",
        most: 1000,
    };
}

/// The same expression for `flavour`. Flags at its beginning become the flags of the result.
///
/// # Errors
/// What the engine does not know, in words.
pub fn rewrite(regex: &Regex, flavour: &Flavour) -> Result<Regex, String> {
    let mut regex = regex.clone();
    let source = std::mem::take(&mut regex.pattern);
    let source = leading_flags(&source, &mut regex)?;
    regex.pattern = Writer::new(source, flavour, regex.dot_all).write()?;
    Ok(regex)
}

/// Takes `(?i)` and the like from the beginning.
fn leading_flags<'s>(source: &'s str, regex: &mut Regex) -> Result<&'s str, String> {
    let mut rest = source;
    while let Some(after) = rest.strip_prefix("(?") {
        let Some((flags, behind)) = after.split_once(')') else { break };
        if flags.is_empty() || !flags.chars().all(|c| c.is_ascii_lowercase()) {
            break;
        }
        for flag in flags.chars() {
            match flag {
                'i' => regex.ignore_case = true,
                'm' => regex.multi_line = true,
                's' => regex.dot_all = true,
                other => return Err(format!("the flag `{other}` of a regular expression")),
            }
        }
        rest = behind;
    }
    Ok(rest)
}
