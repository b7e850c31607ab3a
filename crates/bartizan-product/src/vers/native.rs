//! Ranges in the notation of an ecosystem, as package managers and advisories write them, turned into VERS.

mod caret;
mod interval;
mod list;

use super::range::{MAX_RANGE, Versions};
use super::{Comparator, Constraint, Range};
use crate::error::{Code, Error};

impl Range {
    /// Turns a range in the notation of the ecosystem `kind` (a VERS type) into VERS.
    ///
    /// The constraints are those that the notation expands to, sorted; redundant ones stay
    /// ([`Range::simplified`] drops them).
    ///
    /// ```
    /// use bartizan_product::Range;
    /// assert_eq!(Range::from_native("npm", "^1.2.9 || 3.x")?.to_string(), "vers:npm/>=1.2.9|<2.0.0|>=3.0.0|<4.0.0");
    /// assert_eq!(Range::from_native("maven", "[1.0,2.0)")?.to_string(), "vers:maven/>=1.0|<2.0");
    /// # Ok::<(), bartizan_product::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Code::NativeRange`] if the notation is not understood, [`Code::TooLarge`].
    pub fn from_native(kind: &str, text: &str) -> Result<Self, Error> {
        if text.len() > MAX_RANGE {
            return Err(Error::new(Code::TooLarge, format!("a range of {} bytes", text.len())));
        }
        let read = match kind {
            "npm" => caret::npm(text),
            "cargo" | "julia" => caret::cargo(text),
            "swift" | "pub" | "dart" => caret::plain(text),
            "hex" => list::gem(&text.replace(" and ", ", ").replace(" or ", "||")),
            "composer" => caret::composer(text),
            "conan" => caret::conan(text),
            "gem" | "rubygems" | "cocoapods" => list::gem(text),
            "pypi" => list::pypi(text),
            "nginx" => list::nginx(text),
            "openssl" => list::comparators(text, false),
            "maven" => interval::intervals(text, Comparator::Equal),
            "nuget" => interval::intervals(text, Comparator::GreaterOrEqual),
            _ => list::comparators(text, true),
        };
        let not_understood = || Error::about(Code::NativeRange, &format!("not a range of {kind}"), text);
        let versions = match read.ok_or_else(not_understood)? {
            Native::All => Versions::All,
            Native::Some(constraints) => Versions::Some(constraints),
        };
        let mut range = match versions {
            Versions::All => Range::all(kind)?,
            // An empty text of Conan is a range without constraints, which nothing else can write.
            Versions::Some(constraints) => Range::build(kind, constraints)?,
        };
        range.sort();
        Ok(range)
    }
}

enum Native {
    All,
    Some(Vec<Constraint>),
}

/// The comparators of all notations, longer ones first.
const OPERATORS: [(&str, Comparator); 11] = [
    ("===", Comparator::Equal),
    ("==", Comparator::Equal),
    (">=", Comparator::GreaterOrEqual),
    ("<=", Comparator::LessOrEqual),
    ("!=", Comparator::NotEqual),
    (">>", Comparator::Greater),
    ("<<", Comparator::Less),
    ("<>", Comparator::NotEqual),
    (">", Comparator::Greater),
    ("<", Comparator::Less),
    ("=", Comparator::Equal),
];

/// Splits a comparator from the beginning; without one, the text is what it was.
fn operator(text: &str) -> (Option<Comparator>, &str) {
    let text = text.trim();
    for (word, comparator) in OPERATORS {
        if let Some(rest) = text.strip_prefix(word) {
            return (Some(comparator), rest.trim_start());
        }
    }
    (None, text)
}

/// `>= 1.0 <2` as `>=1.0` and `<2`: white space after an operator does not separate.
fn terms(text: &str) -> Vec<String> {
    let mut terms: Vec<String> = Vec::new();
    let mut open = false;
    for word in text.split([' ', '\t', '\n', '\r', ',']).filter(|w| !w.is_empty()) {
        match terms.last_mut().filter(|_| open) {
            Some(term) => term.push_str(word),
            None => terms.push(word.to_owned()),
        }
        open = word.chars().all(|c| "<>=!~^".contains(c));
    }
    terms
}

/// The numbers of a version up to the first other character, and what follows.
fn numbers(version: &str) -> Option<(Vec<u64>, &str)> {
    let end = version.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(version.len());
    let (digits, rest) = version.split_at(end);
    let numbers = digits.split('.').map(|n| n.parse().ok()).collect::<Option<Vec<u64>>>()?;
    Some((numbers, rest))
}

/// The next version at `place`, the places after it dropped: `1.2.3` at 1 is `1.3`.
fn next(numbers: &[u64], place: usize) -> Option<String> {
    let mut kept: Vec<u64> = numbers.iter().copied().chain(std::iter::repeat(0)).take(place + 1).collect();
    *kept.last_mut()? = kept.last()?.checked_add(1)?;
    Some(joined(&kept))
}

fn joined(numbers: &[u64]) -> String {
    numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(".")
}
