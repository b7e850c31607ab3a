//! Notations that are lists of comparisons: Python, RubyGems, nginx, OpenSSL, Debian, RPM and the rest.

use super::{Comparator, Constraint, Native, next, numbers, operator, terms};
use Comparator::{Equal, GreaterOrEqual, Less, LessOrEqual};

/// Comparisons separated by commas or white space, alternatives by `||`; a version alone is itself.
pub(super) fn comparators(text: &str, white_space: bool) -> Option<Native> {
    if text.trim() == "*" {
        return Some(Native::All);
    }
    let mut constraints = Vec::new();
    for part in text.split(['|', '&']).filter(|p| !p.trim().is_empty()) {
        let part = part.trim().trim_start_matches('(').trim_end_matches(')');
        let terms = if white_space {
            terms(part)
        } else {
            part.split(',').map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()).collect()
        };
        for term in terms {
            let (comparator, version) = operator(&term);
            constraints.push(Constraint::new(comparator.unwrap_or(Equal), plain(version)?));
        }
    }
    (!constraints.is_empty()).then_some(Native::Some(constraints))
}

/// A version, not another comparison.
fn plain(version: &str) -> Option<&str> {
    (!version.is_empty() && !version.contains(['<', '>', '=', '*', '|'])).then_some(version)
}

/// PEP 440's version specifiers.
pub(super) fn pypi(text: &str) -> Option<Native> {
    if matches!(text.trim(), "" | "*") {
        return Some(Native::All);
    }
    let mut constraints = Vec::new();
    for term in text.split(',').map(str::trim).filter(|t| !t.is_empty()) {
        if let Some(version) = term.strip_prefix("~=") {
            let version = version.trim();
            let (numbers, _) = numbers(version)?;
            constraints.push(Constraint::new(GreaterOrEqual, plain(version)?));
            constraints.push(Constraint::new(Less, next(&numbers, numbers.len().checked_sub(2)?)?));
            continue;
        }
        let (comparator, version) = operator(term);
        let comparator = comparator.unwrap_or(Equal);
        if let Some(prefix) = version.strip_suffix(".*") {
            let (numbers, rest) = numbers(prefix)?;
            let above = next(&numbers, numbers.len() - 1).filter(|_| rest.is_empty())?;
            match comparator {
                Equal => constraints
                    .extend([Constraint::new(GreaterOrEqual, prefix), Constraint::new(Less, above)]),
                Comparator::NotEqual => constraints
                    .extend([Constraint::new(Less, prefix), Constraint::new(GreaterOrEqual, above)]),
                _ => return None,
            }
            continue;
        }
        constraints.push(Constraint::new(comparator, plain(version)?));
    }
    (!constraints.is_empty()).then_some(Native::Some(constraints))
}

/// `Gem::Requirement`: `~> 2.0.8` is up to the next `2.1`.
pub(super) fn gem(text: &str) -> Option<Native> {
    let mut constraints = Vec::new();
    for alternative in text.split("||") {
        for term in alternative.split(',').map(str::trim).filter(|t| !t.is_empty()) {
            if let Some(version) = term.strip_prefix("~>") {
                let version = version.trim();
                let (mut numbers, _) = numbers(version.split('-').next()?).or_else(|| {
                    numbers(version.split(|c: char| c.is_ascii_alphabetic()).next()?.trim_matches('.'))
                })?;
                if numbers.len() > 1 {
                    numbers.pop();
                }
                constraints.push(Constraint::new(GreaterOrEqual, plain(version)?));
                constraints.push(Constraint::new(Less, next(&numbers, numbers.len() - 1)?));
                continue;
            }
            for term in terms(term) {
                let (comparator, version) = operator(&term);
                constraints.push(Constraint::new(comparator.unwrap_or(Equal), plain(version)?));
            }
        }
    }
    (!constraints.is_empty()).then_some(Native::Some(constraints))
}

/// nginx's advisories: `1.5.0+` is from there to the end of a stable branch (its second number is even), or for ever.
pub(super) fn nginx(text: &str) -> Option<Native> {
    if text.trim() == "all" {
        return Some(Native::All);
    }
    let mut constraints = Vec::new();
    for term in text.split(',').map(str::trim).filter(|t| !t.is_empty()) {
        let term = term.strip_prefix("nginx/Windows").unwrap_or(term).trim();
        if let Some(version) = term.strip_suffix('+') {
            let (numbers, _) = numbers(version)?;
            constraints.push(Constraint::new(GreaterOrEqual, version));
            let minor = *numbers.get(1)?;
            if minor % 2 == 0 {
                constraints.push(Constraint::new(Less, format!("{}.0", next(&numbers, 1)?)));
            }
        } else if let Some((from, to)) = term.split_once('-').filter(|(_, to)| numbers(to).is_some()) {
            constraints.push(Constraint::new(GreaterOrEqual, from.trim()));
            constraints.push(Constraint::new(LessOrEqual, to.trim()));
        } else {
            let (comparator, version) = operator(term);
            numbers(version)?;
            constraints.push(Constraint::new(comparator.unwrap_or(Equal), version));
        }
    }
    (!constraints.is_empty()).then_some(Native::Some(constraints))
}
