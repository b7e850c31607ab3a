//! Schemes that cut a version into numbers and words: RubyGems, Composer, Conan, OpenSSL and the general one.

use super::token::{Num, is_digits, take, take_digits, take_letters, without_trailing_zeros};
use std::cmp::Ordering;

/// A piece in RubyGems' order: words before numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum GemPiece<'a> {
    Word(&'a str),
    Number(Num<'a>),
}

/// `Gem::Version`: pieces of digits and of letters, a hyphen stands for `.pre.`, missing pieces are zeros.
fn gem_pieces(text: &str) -> Vec<GemPiece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text.trim();
    while let Some(byte) = rest.bytes().next() {
        if byte.is_ascii_digit() {
            pieces.push(GemPiece::Number(Num::new(take_digits(&mut rest))));
        } else if byte.is_ascii_alphabetic() {
            pieces.push(GemPiece::Word(take_letters(&mut rest)));
        } else {
            if byte == b'-' {
                pieces.push(GemPiece::Word("pre"));
            }
            rest = rest.get(1..).unwrap_or_else(|| rest.trim_start_matches(|c: char| !c.is_ascii()));
        }
    }
    // The zeros before the first word, and those at the end, say nothing.
    let word = pieces.iter().position(|p| matches!(p, GemPiece::Word(_))).unwrap_or(pieces.len());
    let tail = pieces.split_off(word);
    let trimmed = |mut part: Vec<GemPiece<'_>>| {
        while part.last() == Some(&GemPiece::Number(Num::ZERO)) {
            part.pop();
        }
        part.len()
    };
    pieces.truncate(trimmed(pieces.clone()));
    pieces.extend_from_slice(&tail[..trimmed(tail.clone())]);
    pieces
}

pub(super) fn compare_gem(a: &str, b: &str) -> Ordering {
    let (x, y) = (gem_pieces(a), gem_pieces(b));
    let zero = GemPiece::Number(Num::ZERO);
    (0..x.len().max(y.len()))
        .map(|n| x.get(n).unwrap_or(&zero).cmp(y.get(n).unwrap_or(&zero)))
        .find(|o| o.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// `Gem::Version::VERSION_PATTERN`.
pub(super) fn valid_gem(text: &str) -> bool {
    let text = text.trim();
    let (version, pre) = text.split_once('-').unwrap_or((text, "pre"));
    let word = |p: &str| !p.is_empty() && p.bytes().all(|b| b.is_ascii_alphanumeric());
    version.split('.').next().is_some_and(is_digits)
        && version.split('.').all(word)
        && pre.split(['.', '-']).all(word)
}

/// PHP's `version_compare`: the ranks of words; the end lies between `rc` and numbers.
fn php_rank(word: &str) -> u8 {
    match word {
        "dev" => 1,
        "alpha" | "a" => 2,
        "beta" | "b" => 3,
        "rc" | "c" => 4,
        "pl" | "p" | "patch" => 7,
        _ => 0,
    }
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct PhpPiece<'a>(u8, Num<'a>, String);

const PHP_END: u8 = 5;
const PHP_NUMBER: u8 = 6;

fn php_key(text: &str) -> (Vec<Num<'_>>, Vec<PhpPiece<'_>>) {
    let mut rest = text.trim().trim_start_matches(['v', 'V']);
    rest = rest.split_once('+').map_or(rest, |(version, _)| version);
    let numbers = take(&mut rest, |b| b.is_ascii_digit() || b == b'.');
    let mut pieces = Vec::new();
    while let Some(c) = rest.chars().next() {
        if c.is_ascii_digit() {
            pieces.push(PhpPiece(PHP_NUMBER, Num::new(take_digits(&mut rest)), String::new()));
        } else if c.is_ascii_alphabetic() {
            let word = take_letters(&mut rest).to_ascii_lowercase();
            // `-stable` says what a release is anyway.
            if word != "stable" {
                let rank = php_rank(&word);
                pieces.push(PhpPiece(rank, Num::ZERO, if rank == 0 { word } else { String::new() }));
            }
        } else {
            rest = &rest[c.len_utf8()..];
        }
    }
    pieces.push(PhpPiece(PHP_END, Num::ZERO, String::new()));
    let numbers = numbers.split('.').filter(|n| !n.is_empty()).map(Num::new).collect();
    (without_trailing_zeros(numbers), pieces)
}

pub(super) fn compare_composer(a: &str, b: &str) -> Ordering {
    php_key(a).cmp(&php_key(b))
}

/// A numbered version; names of branches are not compared.
pub(super) fn valid_composer(text: &str) -> bool {
    text.trim().trim_start_matches(['v', 'V']).starts_with(|c: char| c.is_ascii_digit())
}

/// A run of digits or of other characters. Runs of others that begin below `0` sort before numbers.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Run<'a> {
    Low(&'a str),
    Number(Num<'a>),
    High(&'a str),
}

fn runs(text: &str) -> Vec<Run<'_>> {
    let mut runs = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c.is_ascii_digit() {
            runs.push(Run::Number(Num::new(take_digits(&mut rest))));
        } else {
            let end = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
            runs.push(if c < '0' { Run::Low(&rest[..end]) } else { Run::High(&rest[..end]) });
            rest = &rest[end..];
        }
    }
    runs
}

/// Items between dots, without zeros at the end.
fn conan_items(text: &str) -> Vec<Vec<Run<'_>>> {
    let mut items: Vec<_> = text.split('.').map(runs).collect();
    while matches!(items.last().map(Vec::as_slice), Some([Run::Number(n)]) if n.is_zero()) {
        items.pop();
    }
    items
}

/// Conan 2: items, then a pre-release below the release, then a build above none.
pub(super) fn compare_conan(a: &str, b: &str) -> Ordering {
    let key = |text: &'_ str| {
        let text = text.trim().to_ascii_lowercase();
        let (text, build) = text.split_once('+').map_or((text.as_str(), None), |(t, b)| (t, Some(b)));
        let (main, pre) = text.split_once('-').map_or((text, None), |(m, p)| (m, Some(p)));
        (main.to_owned(), pre.map(str::to_owned), build.map(str::to_owned))
    };
    let ((m, p, x), (n, q, y)) = (key(a), key(b));
    let optional = |a: &Option<String>, b: &Option<String>, missing: Ordering| match (a, b) {
        (Some(a), Some(b)) => conan_items(a).cmp(&conan_items(b)),
        (None, Some(_)) => missing,
        (Some(_), None) => missing.reverse(),
        (None, None) => Ordering::Equal,
    };
    conan_items(&m)
        .cmp(&conan_items(&n))
        .then_with(|| optional(&p, &q, Ordering::Greater))
        .then_with(|| optional(&x, &y, Ordering::Less))
}

/// OpenSSL: three numbers and, before 3.0, letters for patches; betas come before their release.
pub(super) fn compare_openssl(a: &str, b: &str) -> Ordering {
    let key = |text: &'_ str| {
        let text = text.trim().to_ascii_lowercase();
        let mut rest = text.as_str();
        let numbers = take(&mut rest, |b| b.is_ascii_digit() || b == b'.').to_owned();
        let letters = take_letters(&mut rest).to_owned();
        (numbers, letters, rest.to_owned())
    };
    let ((m, p, x), (n, q, y)) = (key(a), key(b));
    let numbers = |text: &str| -> Vec<String> {
        text.split('.').filter(|n| !n.is_empty()).map(str::to_owned).collect()
    };
    let (m, n) = (numbers(&m), numbers(&n));
    let read = |list: &[String]| -> Vec<(usize, String)> {
        let digits = |n: &String| n.trim_start_matches('0').to_owned();
        let mut list: Vec<_> = list.iter().map(digits).map(|d| (d.len(), d)).collect();
        while list.last().is_some_and(|(length, _)| *length == 0) {
            list.pop();
        }
        list
    };
    read(&m)
        .cmp(&read(&n))
        .then_with(|| p.cmp(&q))
        .then_with(|| x.is_empty().cmp(&y.is_empty()))
        .then_with(|| runs(&x).cmp(&runs(&y)))
}

/// The general order, after the algorithm that Repology's libversion documents: runs of digits and of letters, padded
/// with zeros; words of pre-releases below zero, words of patches above it, a letter right after a number above that.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Piece<'a> {
    Pre(String),
    Zero,
    Post(String),
    Number(Num<'a>),
    Letters(String),
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text.trim();
    let mut after_number = false;
    while let Some(c) = rest.chars().next() {
        if c.is_ascii_digit() {
            let number = Num::new(take_digits(&mut rest));
            pieces.push(if number.is_zero() { Piece::Zero } else { Piece::Number(number) });
            after_number = true;
        } else if c.is_alphabetic() {
            let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
            let word = rest[..end].to_lowercase();
            rest = &rest[end..];
            let before_number = rest.starts_with(|c: char| c.is_ascii_digit());
            pieces.push(match word.as_str() {
                "v" if pieces.is_empty() => continue,
                "alpha" | "beta" | "rc" | "pre" | "preview" | "dev" | "snapshot" | "milestone" => {
                    Piece::Pre(word)
                }
                "post" | "patch" | "pl" | "errata" | "sp" | "final" | "ga" | "release" => Piece::Post(word),
                _ if after_number && !before_number => Piece::Letters(word),
                _ => Piece::Pre(word),
            });
            after_number = false;
        } else {
            rest = &rest[c.len_utf8()..];
            after_number = false;
        }
    }
    while pieces.last() == Some(&Piece::Zero) {
        pieces.pop();
    }
    pieces
}

pub(super) fn compare_generic(a: &str, b: &str) -> Ordering {
    let (x, y) = (pieces(a), pieces(b));
    (0..x.len().max(y.len()))
        .map(|n| x.get(n).unwrap_or(&Piece::Zero).cmp(y.get(n).unwrap_or(&Piece::Zero)))
        .find(|o| o.is_ne())
        .unwrap_or(Ordering::Equal)
}
