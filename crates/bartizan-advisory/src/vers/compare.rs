//! The order of versions.

use std::cmp::Ordering;

/// Compares two versions of a type; `None` where the order is not known here.
///
/// `intdot` and what looks like it: numbers between dots, missing ones are 0. `semver`, `npm`, `cargo`, `golang`, `hex`: Semantic
/// Versioning. Without a type (VERS-like) dotted numbers, then Semantic Versioning, as far as both versions are such, after a `v`.
pub(super) fn compare(kind: Option<&str>, a: &str, b: &str) -> Option<Ordering> {
    match kind {
        Some("intdot") => dotted(a, b),
        Some("semver" | "npm" | "cargo" | "golang" | "hex") => semantic(a, b),
        Some("lexicographic") => Some(a.cmp(b)),
        Some("datetime") => {
            let (a, b) = (crate::csaf::instant(a)?, crate::csaf::instant(b)?);
            Some(a.cmp(&b))
        }
        _ if a == b => Some(Ordering::Equal),
        // Of the other types only versions that all of them order alike: plain numbers between dots.
        _ => {
            let plain =
                |text: &'static [char; 2], version: &str| version.trim_start_matches(*text).to_owned();
            const SIGNS: &[char; 2] = &['v', 'V'];
            let (a, b) = (plain(SIGNS, a), plain(SIGNS, b));
            dotted(&a, &b).or_else(|| if kind.is_none() { semantic(&a, &b) } else { None })
        }
    }
}

fn dotted(a: &str, b: &str) -> Option<Ordering> {
    let numbers = |text: &str| -> Option<Vec<String>> {
        text.split('.')
            .map(|part| {
                let good = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
                good.then(|| part.trim_start_matches('0').to_owned())
            })
            .collect()
    };
    let (a, b) = (numbers(a)?, numbers(b)?);
    for position in 0..a.len().max(b.len()) {
        let part = |numbers: &[String]| numbers.get(position).cloned().unwrap_or_default();
        let order = crate::csaf::compare_numbers(&part(&a), &part(&b));
        if order != Ordering::Equal {
            return Some(order);
        }
    }
    Some(Ordering::Equal)
}

fn semantic(a: &str, b: &str) -> Option<Ordering> {
    let split = |text: &str| -> (String, String) {
        let text = text.trim_start_matches('v');
        let (text, _) = text.split_once('+').unwrap_or((text, ""));
        let (core, pre_release) = text.split_once('-').unwrap_or((text, ""));
        (core.to_owned(), pre_release.to_owned())
    };
    let ((core_a, pre_a), (core_b, pre_b)) = (split(a), split(b));
    let order = dotted(&core_a, &core_b)?;
    Some(order.then_with(|| crate::csaf::compare_pre_releases(&pre_a, &pre_b)))
}
