//! Semantic Versioning 2.0.0 and its relatives, read as leniently as the ecosystems do.

use super::token::{Num, by_key, is_digits, take, without_trailing_zeros};
use std::cmp::Ordering;

/// An identifier of a pre-release (clause 11.4): numbers before words.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Identifier<'a> {
    Number(Num<'a>),
    Word(&'a str),
    Folded(String),
}

#[derive(Debug, PartialEq, Eq)]
struct Key<'a> {
    numbers: Vec<Num<'a>>,
    pre: Vec<Identifier<'a>>,
    /// Only Dart orders by it.
    build: Vec<Identifier<'a>>,
}

impl Ord for Key<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.numbers
            .cmp(&other.numbers)
            // A release is above its pre-releases.
            .then_with(|| self.pre.is_empty().cmp(&other.pre.is_empty()))
            .then_with(|| self.pre.cmp(&other.pre))
            .then_with(|| self.build.cmp(&other.build))
    }
}

impl PartialOrd for Key<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What distinguishes the relatives.
#[derive(Clone, Copy)]
pub(super) struct Dialect {
    /// Words of pre-releases are compared without case (NuGet).
    pub folded: bool,
    /// Build metadata counts (Dart).
    pub build: bool,
}

pub(super) const PLAIN: Dialect = Dialect { folded: false, build: false };
pub(super) const NUGET: Dialect = Dialect { folded: true, build: false };
pub(super) const DART: Dialect = Dialect { folded: false, build: true };

fn identifiers(text: &str, folded: bool) -> Vec<Identifier<'_>> {
    let one = |part| match Num::read(part) {
        Some(number) => Identifier::Number(number),
        None if folded => Identifier::Folded(part.to_ascii_lowercase()),
        None => Identifier::Word(part),
    };
    if text.is_empty() { Vec::new() } else { text.split('.').map(one).collect() }
}

fn key(text: &str, dialect: Dialect) -> Option<Key<'_>> {
    let text = text.trim().trim_start_matches(['v', 'V', '=']).trim_start();
    let (text, build) = text.split_once('+').unwrap_or((text, ""));
    let mut rest = text;
    let numbers = take(&mut rest, |b| b.is_ascii_digit() || b == b'.');
    // Both `1.2.3-beta` and, as npm's loose reading, `1.2.3beta`.
    let pre = rest.strip_prefix('-').unwrap_or(rest);
    let numbers = numbers.strip_suffix('.').filter(|_| !rest.is_empty()).unwrap_or(numbers);
    let separated = rest.is_empty() || rest.starts_with(|c: char| c == '-' || c.is_ascii_alphabetic());
    if !numbers.split('.').all(is_digits) || !separated || (rest.starts_with('-') && pre.is_empty()) {
        return None;
    }
    Some(Key {
        numbers: without_trailing_zeros(numbers.split('.').map(Num::new).collect()),
        pre: identifiers(pre, dialect.folded),
        build: if dialect.build { identifiers(build, false) } else { Vec::new() },
    })
}

pub(super) fn compare(dialect: Dialect, a: &str, b: &str) -> Ordering {
    by_key(|text| key(text, dialect), a, b)
}

pub(super) fn valid(text: &str) -> bool {
    key(text, PLAIN).is_some()
}
