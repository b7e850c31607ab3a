//! Intervals in brackets: Maven and NuGet.

use super::{Comparator, Constraint, Native, next, numbers};

/// `[1.0,2.0)`, `(,1.0]`, `[1.0]`, several of them separated by commas; `alone` is what a version without brackets is.
pub(super) fn intervals(text: &str, alone: Comparator) -> Option<Native> {
    let mut constraints = Vec::new();
    let mut rest = text.trim();
    if rest == "*" {
        return Some(Native::All);
    }
    while !rest.is_empty() {
        if !rest.starts_with(['[', '(']) {
            let end = rest.find(',').unwrap_or(rest.len());
            let version = rest[..end].trim();
            if let Some(prefix) = version.strip_suffix(".*") {
                // NuGet's floating version.
                let (numbers, _) = numbers(prefix)?;
                constraints.push(Constraint::new(Comparator::GreaterOrEqual, prefix));
                constraints.push(Constraint::new(Comparator::Less, next(&numbers, numbers.len() - 1)?));
            } else {
                for term in super::terms(version) {
                    let (comparator, version) = super::operator(&term);
                    constraints.push(Constraint::new(comparator.unwrap_or(alone), bound(version)?));
                }
            }
            rest = rest[end..].trim_start_matches([',', ' ']);
            continue;
        }
        let end = rest.find([']', ')'])?;
        let (open, close) = (rest.as_bytes()[0], rest.as_bytes()[end]);
        let inner = &rest[1..end];
        match inner.split_once(',') {
            None => {
                let version = bound(inner.trim()).filter(|_| open == b'[' && close == b']')?;
                constraints.push(Constraint::new(Comparator::Equal, version));
            }
            Some((low, high)) => {
                let (low, high) = (low.trim(), high.trim());
                if low.is_empty() && high.is_empty() {
                    return Some(Native::All);
                }
                if !low.is_empty() {
                    let closed = open == b'[';
                    let comparator = if closed { Comparator::GreaterOrEqual } else { Comparator::Greater };
                    constraints.push(Constraint::new(comparator, bound(low)?));
                }
                if !high.is_empty() {
                    let closed = close == b']';
                    let comparator = if closed { Comparator::LessOrEqual } else { Comparator::Less };
                    constraints.push(Constraint::new(comparator, bound(high)?));
                }
            }
        }
        rest = rest[end + 1..].trim_start_matches([',', ' ']);
    }
    (!constraints.is_empty()).then_some(Native::Some(constraints))
}

fn bound(version: &str) -> Option<&str> {
    (!version.is_empty() && !version.contains(['[', '(', ',', ' ', '*', '<', '>'])).then_some(version)
}
