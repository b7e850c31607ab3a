//! Gentoo (Package Manager Specification, "Version Comparison") and Alpine, whose package manager follows it.

use super::token::{Keyed, Num, is_digits, take_digits};
use std::cmp::Ordering;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flavour {
    Gentoo,
    Alpine,
}

struct Key<'a> {
    numbers: Vec<&'a str>,
    letter: Option<char>,
    /// Rank and number; the rank of no suffix is [`NO_SUFFIX`].
    suffixes: Vec<(u8, Num<'a>)>,
    /// Alpine's hash of a commit.
    commit: &'a str,
    revision: Option<Num<'a>>,
}

const NO_SUFFIX: u8 = 4;

fn suffix(flavour: Flavour, word: &str) -> Option<u8> {
    Some(match (word, flavour) {
        ("alpha", _) => 0,
        ("beta", _) => 1,
        ("pre", _) => 2,
        ("rc", _) => 3,
        ("cvs", Flavour::Alpine) => 5,
        ("svn", Flavour::Alpine) => 6,
        ("git", Flavour::Alpine) => 7,
        ("hg", Flavour::Alpine) => 8,
        ("p", _) => 9,
        _ => return None,
    })
}

fn key(flavour: Flavour, text: &str) -> Option<Key<'_>> {
    let mut rest = text.trim();
    let mut numbers = vec![take_digits(&mut rest)];
    while let Some(after) = rest.strip_prefix('.') {
        rest = after;
        numbers.push(take_digits(&mut rest));
    }
    if !numbers.iter().all(|n| is_digits(n)) {
        return None;
    }
    let letter = rest.chars().next().filter(char::is_ascii_lowercase);
    rest = &rest[usize::from(letter.is_some())..];
    let mut suffixes = Vec::new();
    while let Some(after) = rest.strip_prefix('_') {
        let end = after.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(after.len());
        let rank = suffix(flavour, &after[..end])?;
        rest = &after[end..];
        suffixes.push((rank, Num::new(take_digits(&mut rest))));
    }
    let mut commit = "";
    if let Some(after) = rest.strip_prefix('~').filter(|_| flavour == Flavour::Alpine) {
        let end = after.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(after.len());
        (commit, rest) = after.split_at(end);
    }
    let revision = match rest.strip_prefix("-r") {
        Some(mut after) => {
            let number = take_digits(&mut after);
            rest = after;
            Some(Num::read(number)?)
        }
        None => None,
    };
    rest.is_empty().then_some(Key { numbers, letter, suffixes, commit, revision })
}

/// The first number is a number; one after it with a zero in front is a fraction.
fn compare_numbers(a: &[&str], b: &[&str]) -> Ordering {
    for (n, (x, y)) in a.iter().zip(b).enumerate() {
        let fraction = n > 0 && (x.starts_with('0') || y.starts_with('0'));
        let order = if fraction {
            x.trim_end_matches('0').cmp(y.trim_end_matches('0'))
        } else {
            Num::new(x).cmp(&Num::new(y))
        };
        if order.is_ne() {
            return order;
        }
    }
    a.len().cmp(&b.len())
}

fn compare_suffixes(a: &[(u8, Num<'_>)], b: &[(u8, Num<'_>)]) -> Ordering {
    let end = (NO_SUFFIX, Num::ZERO);
    (0..a.len().max(b.len()))
        .map(|n| a.get(n).unwrap_or(&end).cmp(b.get(n).unwrap_or(&end)))
        .find(|o| o.is_ne())
        .unwrap_or(Ordering::Equal)
}

pub(super) fn compare(flavour: Flavour, a: &str, b: &str) -> Ordering {
    let keyed = |text| key(flavour, text).map_or(Keyed::Foreign(text), Keyed::Key);
    let (x, y) = match (keyed(a), keyed(b)) {
        (Keyed::Key(x), Keyed::Key(y)) => (x, y),
        (Keyed::Foreign(_), Keyed::Key(_)) => return Ordering::Less,
        (Keyed::Key(_), Keyed::Foreign(_)) => return Ordering::Greater,
        (Keyed::Foreign(x), Keyed::Foreign(y)) => return x.cmp(y),
    };
    let revision = match flavour {
        // Without a revision is as with the revision 0.
        Flavour::Gentoo => x.revision.unwrap_or(Num::ZERO).cmp(&y.revision.unwrap_or(Num::ZERO)),
        Flavour::Alpine => x.revision.cmp(&y.revision),
    };
    compare_numbers(&x.numbers, &y.numbers)
        .then_with(|| x.letter.cmp(&y.letter))
        .then_with(|| compare_suffixes(&x.suffixes, &y.suffixes))
        .then_with(|| x.commit.cmp(y.commit))
        .then(revision)
}

pub(super) fn valid(flavour: Flavour, text: &str) -> bool {
    key(flavour, text).is_some()
}
