//! An index of phrases: first word by hash, longest match. One pass over the words finds all of them.

use super::prose::{self, Prose, Shape};

#[derive(Debug)]
struct Pattern<T> {
    /// Where in [`Phrases::text`].
    start: u32,
    end: u32,
    words: u32,
    /// Hash of the second word; 0 if there is none.
    second: u32,
    meaning: T,
}

/// Phrases, ready for look-up.
#[derive(Debug)]
pub(super) struct Phrases<T> {
    /// All phrases in lower case, words joined by one space, one phrase after the other.
    text: String,
    patterns: Vec<Pattern<T>>,
    /// Open addressing: hash of the first word, first pattern, number of patterns.
    table: Vec<(u32, u32, u32)>,
    /// One bit for each value of the low bits of a first word's hash; most words of a text stop here.
    filter: Vec<u64>,
}

/// Bits of the filter for each phrase, and how many at most: sixty-four times fewer bits than words stop nothing.
const FILTER_SHARE: usize = 64;
const MOST_FILTER_BITS: usize = 1 << 19;

impl<T> Phrases<T> {
    /// From normal forms ([`normal`]), each once, and their meanings.
    pub fn new<F: AsRef<str>>(forms: impl IntoIterator<Item = (F, T)>) -> Self {
        let mut text = String::new();
        let mut patterns: Vec<(u32, Pattern<T>)> = Vec::new();
        for (form, meaning) in forms {
            let form = form.as_ref();
            let Some(first) = form.split(' ').next().filter(|first| !first.is_empty()) else { continue };
            let start = text.len() as u32;
            text.push_str(form);
            let words = form.bytes().filter(|b| *b == b' ').count() as u32 + 1;
            let second = form.split(' ').nth(1).map_or(0, prose::hash);
            patterns.push((
                prose::hash(first),
                Pattern { start, end: text.len() as u32, words, second, meaning },
            ));
        }
        let form = |p: &Pattern<T>| text.get(p.start as usize..p.end as usize).unwrap_or("");
        patterns.sort_unstable_by(|a, b| (a.0, b.1.words, form(&a.1)).cmp(&(b.0, a.1.words, form(&b.1))));
        let mut index = Self {
            table: vec![(0, 0, 0); (patterns.len() * 2).next_power_of_two().max(2)],
            filter: vec![
                0;
                (patterns.len() * FILTER_SHARE).next_power_of_two().clamp(64, MOST_FILTER_BITS) / 64
            ],
            patterns: Vec::new(),
            text: String::new(),
        };
        let mut start = 0;
        while let Some(&(first, _)) = patterns.get(start) {
            let count = patterns.iter().skip(start).take_while(|p| p.0 == first).count();
            index.insert(first, start as u32, count as u32);
            start += count;
        }
        index.patterns = patterns.into_iter().map(|(_, p)| p).collect();
        index.text = text;
        index
    }

    fn insert(&mut self, first: u32, start: u32, count: u32) {
        let (cell, bit) = self.filter_bit(first);
        if let Some(cell) = self.filter.get_mut(cell) {
            *cell |= bit;
        }
        let mask = self.table.len() - 1;
        let mut slot = first as usize & mask;
        while self.table.get(slot).is_some_and(|e| e.2 != 0) {
            slot = (slot + 1) & mask;
        }
        if let Some(cell) = self.table.get_mut(slot) {
            *cell = (first, start, count);
        }
    }

    fn filter_bit(&self, first: u32) -> (usize, u64) {
        ((first / 64) as usize & (self.filter.len() - 1), 1 << (first % 64))
    }

    fn bucket(&self, first: u32) -> &[Pattern<T>] {
        let (cell, bit) = self.filter_bit(first);
        if self.filter.get(cell).is_none_or(|cell| cell & bit == 0) {
            return &[];
        }
        let mask = self.table.len() - 1;
        let mut slot = first as usize & mask;
        while let Some(&(hash, start, count)) = self.table.get(slot) {
            if count == 0 {
                break;
            }
            if hash == first {
                return self.patterns.get(start as usize..(start + count) as usize).unwrap_or_default();
            }
            slot = (slot + 1) & mask;
        }
        &[]
    }

    /// Phrases that start at word `i` and end before word `to`, longest first: number of words and meaning.
    pub fn at<'a>(
        &'a self,
        prose: &'a Prose<'_>,
        i: usize,
        to: usize,
    ) -> impl Iterator<Item = (usize, &'a T)> + 'a {
        let bucket = prose.words.get(i).map_or(&[] as &[Pattern<T>], |w| self.bucket(w.hash));
        let second = prose.words.get(i + 1).map_or(0, |w| w.hash);
        bucket.iter().filter(move |p| p.words == 1 || p.second == second).filter_map(move |p| {
            let words = p.words as usize;
            let form = || self.text.get(p.start as usize..p.end as usize).unwrap_or("");
            (i + words <= to && matches(prose, i, form())).then_some((words, &p.meaning))
        })
    }
}

/// Whether the words from `i` on are those of `form`, with plain separators between.
fn matches(prose: &Prose<'_>, i: usize, form: &str) -> bool {
    let mut rest = form.as_bytes();
    for k in i.. {
        let word = prose.word(k);
        let (same, len) = if word.is_ascii() {
            (
                rest.get(..word.len()).is_some_and(|want| want.eq_ignore_ascii_case(word.as_bytes())),
                word.len(),
            )
        } else {
            let lower = word.to_lowercase();
            (rest.starts_with(lower.as_bytes()), lower.len())
        };
        if !same || word.is_empty() || (k > i && !joins(prose.gap(k - 1))) {
            return false;
        }
        match rest.get(len..) {
            Some([b' ', next @ ..]) => rest = next,
            Some([]) => return true,
            _ => return false,
        }
    }
    false
}

/// Separators that may stand between the words of one name.
pub(super) fn joins(gap: &str) -> bool {
    matches!(
        gap,
        " " | "-"
            | "_"
            | "."
            | "/"
            | "\u{a0}"
            | "\n"
            | "  "
            | "\u{2011}"
            | "\u{2010}"
            | "'"
            | "’"
            | "&"
            | " & "
    )
}

/// Lower-case words joined by one space.
pub(super) fn normal(name: &str) -> String {
    let mut form = String::with_capacity(name.len());
    prose::split(name, |start, end, _, _| {
        if !form.is_empty() {
            form.push(' ');
        }
        let word = name.get(start..end).unwrap_or("");
        if word.is_ascii() {
            let from = form.len();
            form.push_str(word);
            if let Some(word) = form.get_mut(from..) {
                word.make_ascii_lowercase();
            }
        } else {
            form.push_str(&word.to_lowercase());
        }
    });
    form
}

/// How a match is written, compared with the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Writing {
    /// All lower case where the list has capitals.
    Lower,
    /// Other capitals than listed, but capitals.
    Capital,
    /// As listed.
    Exact,
}

/// Compares the words `from..to` with a listed spelling.
pub(super) fn writing(prose: &Prose<'_>, from: usize, to: usize, listed: &str) -> Writing {
    if prose.span(from, to).of(prose.text) == listed {
        return Writing::Exact;
    }
    let low = |i: usize| matches!(prose.shape(i), Shape::Lower | Shape::Number);
    if low(from) && (prose.shape(from) == Shape::Lower || (from..to).all(low)) {
        Writing::Lower
    } else {
        Writing::Capital
    }
}
