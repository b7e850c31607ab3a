//! Notations with carets, tildes and wildcards: npm, Cargo, Composer and Conan.

use super::{Comparator, Constraint, Native, joined, next, numbers, operator, terms};
use Comparator::{Equal, GreaterOrEqual, Less, LessOrEqual};

/// How an ecosystem writes what it expands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// Three numbers always.
    Npm,
    /// As many numbers as were written; a version alone has a caret.
    Cargo,
    /// As Cargo's, but a version alone is itself.
    Plain,
    Composer,
    /// Upper bounds end with a hyphen, which excludes their pre-releases.
    Conan,
}

pub(super) fn npm(text: &str) -> Option<Native> {
    alternatives(text, Style::Npm)
}

pub(super) fn cargo(text: &str) -> Option<Native> {
    alternatives(text, Style::Cargo)
}

pub(super) fn plain(text: &str) -> Option<Native> {
    alternatives(text, Style::Plain)
}

pub(super) fn composer(text: &str) -> Option<Native> {
    alternatives(text, Style::Composer)
}

/// Options after the first comma are for the solver.
pub(super) fn conan(text: &str) -> Option<Native> {
    let text = text.split(',').next()?;
    if text.trim().is_empty() {
        return Some(Native::Some(Vec::new()));
    }
    alternatives(text, Style::Conan)
}

fn alternatives(text: &str, style: Style) -> Option<Native> {
    let mut constraints = Vec::new();
    let text = if style == Style::Composer { text.replace("||", "|") } else { text.replace("||", "\u{0}") };
    let separator = if style == Style::Composer { '|' } else { '\u{0}' };
    for alternative in text.split(separator) {
        let alternative = alternative.trim();
        if let Some((from, to)) = alternative.split_once(" - ") {
            constraints.push(Constraint::new(GreaterOrEqual, version(from.trim(), style)?));
            constraints.push(match numbers(to.trim()) {
                // A partial version stands for all that begin with it.
                Some((to, "")) if to.len() < 3 => {
                    Constraint::new(Less, padded(&next(&to, to.len() - 1)?, style))
                }
                _ => Constraint::new(LessOrEqual, version(to.trim(), style)?),
            });
            continue;
        }
        let terms = terms(alternative);
        if terms.is_empty() && style == Style::Npm {
            return Some(Native::All);
        }
        for one in terms {
            match term(&one, style)? {
                Native::All => return Some(Native::All),
                Native::Some(some) => constraints.extend(some),
            }
        }
    }
    (!constraints.is_empty()).then_some(Native::Some(constraints))
}

fn term(text: &str, style: Style) -> Option<Native> {
    let text = if style == Style::Composer { text.split('@').next()? } else { text };
    let (sign, rest) = match text.strip_prefix("~>").or_else(|| text.strip_prefix('~')) {
        Some(rest) => (Some('~'), rest),
        None => match text.strip_prefix('^') {
            Some(rest) => (Some('^'), rest),
            None => (None, text),
        },
    };
    let (comparator, rest) = if sign.is_some() { (None, rest) } else { operator(rest) };
    let rest = rest.trim().trim_start_matches(['v', 'V', '=']);
    let rest = if style == Style::Conan { rest.trim_end_matches('-') } else { rest };
    if matches!(rest, "*" | "x" | "X") || (style == Style::Npm && rest == "latest") {
        let conan = || Native::Some(vec![Constraint::new(GreaterOrEqual, "0.0.0")]);
        return Some(if style == Style::Conan { conan() } else { Native::All });
    }
    if let Some(fixed) = wildcard(rest) {
        return wild(&fixed, comparator, style);
    }
    match sign {
        Some(sign) => expanded(sign, rest, style),
        None if comparator.is_none() && style == Style::Cargo => expanded('^', rest, style),
        None => Some(Native::Some(vec![Constraint::new(comparator.unwrap_or(Equal), version(rest, style)?)])),
    }
}

/// The numbers before the first wildcard of `1.2.x`, if there is one.
fn wildcard(text: &str) -> Option<Vec<u64>> {
    let parts: Vec<&str> = text.split('.').collect();
    let at = parts.iter().position(|p| matches!(*p, "x" | "X" | "*"))?;
    parts[..at].iter().map(|p| p.parse().ok()).collect::<Option<Vec<u64>>>().filter(|n| !n.is_empty())
}

/// A wildcard is the whole of what it covers, also after `>=`; other comparators exclude or include that whole.
fn wild(fixed: &[u64], comparator: Option<Comparator>, style: Style) -> Option<Native> {
    let low = padded(&joined(fixed), style);
    let high = padded(&next(fixed, fixed.len() - 1)?, style);
    Some(Native::Some(match comparator {
        None | Some(Equal | GreaterOrEqual) => {
            vec![Constraint::new(GreaterOrEqual, low), Constraint::new(Less, upper(high, style))]
        }
        Some(Less) => vec![Constraint::new(Less, low)],
        Some(LessOrEqual) => vec![Constraint::new(Less, high)],
        Some(Comparator::Greater) => vec![Constraint::new(GreaterOrEqual, high)],
        Some(Comparator::NotEqual) => vec![Constraint::new(Less, low), Constraint::new(GreaterOrEqual, high)],
    }))
}

/// Caret and tilde: from the version to the next one at the place that may not change.
fn expanded(sign: char, text: &str, style: Style) -> Option<Native> {
    let (numbers, _) = numbers(text)?;
    let place = match (sign, style) {
        // The first number that is not zero stays.
        ('^', _) => numbers.iter().position(|n| *n != 0).unwrap_or(numbers.len() - 1),
        // Composer: the last number that was written moves.
        (_, Style::Composer) => numbers.len().saturating_sub(2),
        _ => usize::from(numbers.len() > 1),
    };
    let high = padded(&next(&numbers, place)?, style);
    Some(Native::Some(vec![
        Constraint::new(GreaterOrEqual, version(text, style)?),
        Constraint::new(Less, upper(high, style)),
    ]))
}

fn upper(version: String, style: Style) -> String {
    if style == Style::Conan { version + "-" } else { version }
}

/// A version as the ecosystem's ranges write it.
fn version(text: &str, style: Style) -> Option<String> {
    let text = text.trim_start_matches(['v', 'V']);
    let text = if style == Style::Conan { text.trim_end_matches('-') } else { text };
    let characters = |b: u8| b.is_ascii_alphanumeric() || b".-+_~".contains(&b);
    if text.is_empty() || !text.bytes().all(characters) {
        return None;
    }
    // Versions of npm begin with a number.
    if style == Style::Npm && !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    Some(padded(text, style))
}

/// npm's versions have three numbers.
fn padded(text: &str, style: Style) -> String {
    match numbers(text) {
        Some((numbers, "")) if style == Style::Npm && numbers.len() < 3 => {
            joined(&numbers.iter().copied().chain([0, 0]).take(3).collect::<Vec<_>>())
        }
        _ => text.to_owned(),
    }
}
