//! Python's versions: PEP 440, now the "version specifiers" specification of the Python Packaging User Guide.

use super::token::{Bound, Num, by_key, is_digits, take, take_digits, without_trailing_zeros};
use std::cmp::Ordering;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Local<'a> {
    Word(&'a str),
    Number(Num<'a>),
}

type Pre<'a> = Bound<(u8, Num<'a>)>;

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    epoch: Num<'a>,
    release: Vec<Num<'a>>,
    pre: Pre<'a>,
    post: Bound<Num<'a>>,
    dev: Bound<Num<'a>>,
    local: Bound<Vec<Local<'a>>>,
}

/// Takes `[-_.]? word [-_.]? digits?` if one of the words is there: which word, and the number.
fn part<'a>(rest: &mut &'a str, words: &[(&str, u8)]) -> Option<(u8, Num<'a>)> {
    let after = rest.strip_prefix(['-', '_', '.']).unwrap_or(rest);
    let (word, rank) = words.iter().find(|(word, _)| after.starts_with(word))?;
    let mut left = &after[word.len()..];
    let numbered = left.strip_prefix(['-', '_', '.']).unwrap_or(left);
    if numbered.starts_with(|c: char| c.is_ascii_digit()) {
        left = numbered;
    }
    let number = take_digits(&mut left);
    *rest = left;
    Some((*rank, Num::new(number)))
}

/// Longer words first, since `alpha` begins with `a`.
const PRE: [(&str, u8); 8] =
    [("alpha", 0), ("a", 0), ("beta", 1), ("b", 1), ("preview", 2), ("pre", 2), ("rc", 2), ("c", 2)];
const POST: [(&str, u8); 3] = [("post", 0), ("rev", 0), ("r", 0)];
const DEV: [(&str, u8); 1] = [("dev", 0)];

fn key(text: &str) -> Option<Key<'_>> {
    let mut rest = text.strip_prefix('v').unwrap_or(text);
    let mut epoch = Num::ZERO;
    if let Some((number, after)) = rest.split_once('!') {
        epoch = Num::read(number)?;
        rest = after;
    }
    let release = take(&mut rest, |b| b.is_ascii_digit() || b == b'.');
    // The dot before a word belongs to the word.
    let numbers = release.strip_suffix('.').unwrap_or(release);
    if !numbers.split('.').all(is_digits) || (numbers.len() != release.len() && rest.is_empty()) {
        return None;
    }
    let pre = part(&mut rest, &PRE);
    let mut post = part(&mut rest, &POST).map(|(_, n)| n);
    if post.is_none()
        && let Some(mut after) = rest.strip_prefix('-')
        && after.starts_with(|c: char| c.is_ascii_digit())
    {
        post = Some(Num::new(take_digits(&mut after)));
        rest = after;
    }
    let dev = part(&mut rest, &DEV).map(|(_, n)| n);
    let local = match rest.strip_prefix('+') {
        Some(local) => {
            let parts: Vec<&str> = local.split(['-', '_', '.']).collect();
            if !parts.iter().all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_alphanumeric())) {
                return None;
            }
            let one = |p| Num::read(p).map_or(Local::Word(p), Local::Number);
            Bound::Value(parts.into_iter().map(one).collect())
        }
        None if rest.is_empty() => Bound::Lowest,
        None => return None,
    };
    let pre = match pre {
        Some(pre) => Bound::Value(pre),
        // `1.0.dev1` is before `1.0a1`.
        None if post.is_none() && dev.is_some() => Bound::Lowest,
        None => Bound::Highest,
    };
    Some(Key {
        epoch,
        release: without_trailing_zeros(numbers.split('.').map(Num::new).collect()),
        pre,
        post: post.map_or(Bound::Lowest, Bound::Value),
        dev: dev.map_or(Bound::Highest, Bound::Value),
        local,
    })
}

/// Case does not count, nor does white space around.
fn folded(text: &str) -> String {
    text.trim().to_ascii_lowercase()
}

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (folded(a), folded(b));
    by_key(key, &a, &b)
}

pub(super) fn valid(text: &str) -> bool {
    key(&folded(text)).is_some()
}
