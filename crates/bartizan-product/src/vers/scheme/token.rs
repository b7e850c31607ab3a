//! Pieces that many schemes compare.

use std::cmp::Ordering;

/// A number of any length: leading zeros do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Num<'a>(&'a str);

impl<'a> Num<'a> {
    pub(super) const ZERO: Num<'static> = Num("");

    /// The number that these digits write; an empty text is zero.
    pub(super) fn new(digits: &'a str) -> Self {
        Num(digits.trim_start_matches('0'))
    }

    /// The number, if the text is digits only.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        is_digits(text).then(|| Num::new(text))
    }

    pub(super) fn is_zero(self) -> bool {
        self.0.is_empty()
    }
}

impl Ord for Num<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.cmp(other.0))
    }
}

impl PartialOrd for Num<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// At least one digit, and nothing else.
pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Takes the longest beginning whose bytes satisfy `keep`.
pub(super) fn take<'a>(rest: &mut &'a str, keep: impl Fn(u8) -> bool) -> &'a str {
    let end = rest.bytes().position(|b| !keep(b)).unwrap_or(rest.len());
    // A byte that is kept is ASCII in every caller, so the end is a boundary.
    let (taken, left) = rest.split_at(end);
    *rest = left;
    taken
}

/// Takes the digits at the beginning.
pub(super) fn take_digits<'a>(rest: &mut &'a str) -> &'a str {
    take(rest, |b| b.is_ascii_digit())
}

/// Takes the ASCII letters at the beginning.
pub(super) fn take_letters<'a>(rest: &mut &'a str) -> &'a str {
    take(rest, |b| b.is_ascii_alphabetic())
}

/// Drops zeros at the end: `1.0` is `1`.
pub(super) fn without_trailing_zeros(mut numbers: Vec<Num<'_>>) -> Vec<Num<'_>> {
    while numbers.last().is_some_and(|n| n.is_zero()) {
        numbers.pop();
    }
    numbers
}

/// A key below every key: what does not follow its scheme sorts first, by its text.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Keyed<'a, K> {
    Foreign(&'a str),
    Key(K),
}

/// Compares by keys that a reader makes.
pub(super) fn by_key<'a, K: Ord>(read: impl Fn(&'a str) -> Option<K>, a: &'a str, b: &'a str) -> Ordering {
    let key = |text: &'a str| read(text).map_or(Keyed::Foreign(text), Keyed::Key);
    key(a).cmp(&key(b))
}

/// A value with the two infinities.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bound<T> {
    Lowest,
    Value(T),
    Highest,
}
