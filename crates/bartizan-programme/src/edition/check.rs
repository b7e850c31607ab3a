//! The last look before something leaves: finished bytes against what is sealed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aho_corasick::{AhoCorasick, MatchKind};

use super::number::numbers;
use super::sealed::{Kind, SHINGLE, Sealed, Term};
use super::views::{folded, plain, squeezed, views};

/// How many leaks are told.
pub const MOST_LEAKS: usize = 200;
/// Letters and digits a name or passage needs to be looked for with its spaces and signs taken out: shorter ones are found in other words.
const SQUEEZED: usize = 8;
/// Characters told before and after what was found.
const AROUND: usize = 30;

/// Something finished that would leave: its name and its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Output<'o> {
    /// The name it gets: of a file, a field of metadata, an address.
    pub name: &'o str,
    /// Its bytes.
    pub bytes: &'o [u8],
}

impl<'o> Output<'o> {
    /// An output of any text form: Markdown, HTML, JSON, the value of a header.
    pub fn text(name: &'o str, bytes: &'o [u8]) -> Self {
        Self { name, bytes }
    }
}

/// Where something sealed was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In the name of the output.
    Name,
    /// In its bytes.
    Content,
}

/// Something sealed that survives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leak {
    /// The output's name.
    pub output: String,
    /// Where in it.
    pub place: Place,
    /// What survives.
    pub term: Term,
    /// The line of the source that seals it; 0 for what the window seals.
    pub sealed_at: usize,
    /// What stands around it, for whoever may read the source.
    pub excerpt: String,
}

/// Everything sealed that survives in `outputs`, at most [`MOST_LEAKS`]; empty means that they may leave.
pub fn check(sealed: &Sealed, outputs: &[Output<'_>]) -> Vec<Leak> {
    let index = Index::new(sealed);
    let mut leaks = BTreeMap::new();
    for output in outputs {
        for (place, bytes) in [(Place::Name, output.name.as_bytes()), (Place::Content, output.bytes)] {
            for view in views(bytes) {
                index.search(&view, &mut |term, excerpt| {
                    let key = (output.name.to_owned(), place, term.clone());
                    if leaks.len() < MOST_LEAKS || leaks.contains_key(&key) {
                        leaks.entry(key).or_insert(excerpt);
                    }
                });
            }
        }
    }
    let line = |term: &Term| index.lines.get(term).copied().unwrap_or(0);
    leaks
        .into_iter()
        .map(|((output, place, term), excerpt)| Leak { output, place, sealed_at: line(&term), term, excerpt })
        .collect()
}

struct Index {
    lines: BTreeMap<Term, usize>,
    numbers: BTreeSet<String>,
    /// Words and names by their text.
    words: HashMap<String, Term>,
    longest: usize,
    /// Names and short passages, to be looked for without spaces and signs.
    tight: Vec<(String, Term)>,
    squeezed: Option<AhoCorasick>,
}

impl Index {
    fn new(sealed: &Sealed) -> Self {
        let lines: BTreeMap<Term, usize> = sealed.terms().map(|(term, line)| (term.clone(), line)).collect();
        let numbers =
            lines.keys().filter(|term| term.kind == Kind::Number).map(|term| term.text.clone()).collect();
        let words: Vec<&Term> = lines.keys().filter(|term| term.kind != Kind::Number).collect();
        // A single word of small letters stands in others ("classified" in "unclassified"); names and passages do not.
        let tight: Vec<(String, Term)> = words
            .iter()
            .filter(|term| term.kind == Kind::Name || (2..SHINGLE).contains(&term.text.split(' ').count()))
            .map(|term| (squeezed(&term.text), (*term).clone()))
            .filter(|(letters, _)| letters.chars().count() >= SQUEEZED)
            .collect();
        let squeezed = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(tight.iter().map(|(letters, _)| letters))
            .ok();
        let longest = words.iter().map(|term| term.text.split(' ').count()).max().unwrap_or(0);
        let words = words.into_iter().map(|term| (term.text.clone(), term.clone())).collect();
        Self { lines, numbers, words, longest, tight, squeezed }
    }

    fn search(&self, view: &str, tell: &mut dyn FnMut(&Term, String)) {
        let words = folded(view);
        self.phrases(&words, tell);
        let letters = squeezed(&words);
        match &self.squeezed {
            Some(automaton) => {
                for found in automaton.find_overlapping_iter(&letters) {
                    tell(&self.tight[found.pattern().as_usize()].1, around(&letters, found.range()));
                }
            }
            // More than an automaton holds: slower, but nothing is let through.
            None => {
                for (sought, term) in &self.tight {
                    if let Some(at) = letters.find(sought.as_str()) {
                        tell(term, around(&letters, at..at + sought.len()));
                    }
                }
            }
        }
        if !self.numbers.is_empty() {
            let plain = plain(view);
            for found in numbers(&plain) {
                for value in found.values.iter().filter(|value| self.numbers.contains(*value)) {
                    let term = Term { kind: Kind::Number, text: value.clone() };
                    tell(&term, around(&plain, found.at.clone()));
                }
            }
        }
    }

    /// Every run of words, up to the longest that is sealed.
    fn phrases(&self, words: &str, tell: &mut dyn FnMut(&Term, String)) {
        let starts: Vec<usize> = words.match_indices(' ').map(|(at, _)| at + 1).collect();
        for (index, start) in starts.iter().enumerate() {
            for end in starts[index + 1..].iter().take(self.longest) {
                let phrase = &words[*start..end - 1];
                if let Some(term) = self.words.get(phrase) {
                    tell(term, around(words, *start..end - 1));
                }
            }
        }
    }
}

fn around(text: &str, range: std::ops::Range<usize>) -> String {
    let start = text[..range.start].char_indices().rev().nth(AROUND).map_or(0, |(at, _)| at);
    let end = text[range.end..].char_indices().nth(AROUND).map_or(text.len(), |(at, _)| range.end + at);
    text[start..end].split_whitespace().collect::<Vec<_>>().join(" ")
}
