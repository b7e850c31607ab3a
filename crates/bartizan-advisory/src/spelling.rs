//! Likely slips of spelling in English, judged by the words of the CSAF standard's own schema.
//!
//! No dictionary is at hand whose licence and size suit a library, so this finds less than a spell checker would: a word that differs
//! within from one of the standard's long words by one letter, or by two letters that changed places.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Shorter words have too many true neighbours.
const MIN_LENGTH: usize = 7;
/// For a letter too many or too few: `contact` and `contract` are both words.
const MIN_LENGTH_CHANGED: usize = 9;

static VOCABULARY: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let text = concat!(include_str!("../schemas/csaf-2.1.json"), include_str!("../schemas/csaf-2.0.json"));
    // `\n` and the like would stick to the word that follows.
    let words = text
        .split(|character: char| !character.is_ascii_alphabetic())
        .filter(|word| word.len() >= MIN_LENGTH);
    words.map(str::to_ascii_lowercase).collect()
});

/// The words of the vocabulary by length.
static BY_LENGTH: LazyLock<BTreeMap<usize, Vec<&'static str>>> = LazyLock::new(|| {
    let mut by_length: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for word in VOCABULARY.iter() {
        by_length.entry(word.len()).or_default().push(word);
    }
    by_length
});

/// The words of a text that are likely misspelt, each with what was likely meant.
pub(crate) fn slips(text: &str) -> Vec<(String, &'static str)> {
    let mut seen = BTreeSet::new();
    let mut slips = Vec::new();
    for word in text.split(|character: char| !character.is_alphanumeric() && character != '\'') {
        if word.len() < MIN_LENGTH
            || !word.bytes().all(|byte| byte.is_ascii_alphabetic())
            || !seen.insert(word)
        {
            continue;
        }
        // Names in capitals and CamelCase are no words.
        if word.bytes().skip(1).any(|byte| byte.is_ascii_uppercase()) {
            continue;
        }
        if let Some(meant) = meant(&word.to_ascii_lowercase()) {
            slips.push((word.to_owned(), meant));
        }
    }
    slips
}

fn meant(word: &str) -> Option<&'static str> {
    // A plural or another ending of a word of the vocabulary.
    let stems = ["s", "es", "ed", "d", "ing", "ly", "er", "r"];
    if VOCABULARY.contains(word)
        || stems.iter().any(|end| word.strip_suffix(end).is_some_and(|stem| VOCABULARY.contains(stem)))
    {
        return None;
    }
    let lengths = word.len().saturating_sub(1)..=word.len() + 1;
    BY_LENGTH
        .range(lengths)
        .flat_map(|(_, words)| words)
        .find(|known| is_slip(word.as_bytes(), known.as_bytes()))
        .copied()
}

/// Whether the words differ by one letter or one swap, not at their beginning or end: those make other words.
fn is_slip(word: &[u8], known: &[u8]) -> bool {
    let start = word.iter().zip(known).take_while(|(a, b)| a == b).count();
    let end = word.iter().rev().zip(known.iter().rev()).take_while(|(a, b)| a == b).count();
    if start == 0 || end == 0 {
        return false;
    }
    let (rest, rest_known) =
        (word.len().saturating_sub(start + end), known.len().saturating_sub(start + end));
    if word.len() == known.len() {
        let swapped = rest == 2 && word[start] == known[start + 1] && word[start + 1] == known[start];
        return rest == 1 || swapped;
    }
    let (short, long) = (word.len().min(known.len()), word.len().max(known.len()));
    short >= MIN_LENGTH_CHANGED && long == short + 1 && start + end >= short && rest + rest_known <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        let found = |text| slips(text).into_iter().map(|(word, _)| word).collect::<Vec<_>>();
        assert_eq!(
            found("Reserchers of Secruity found vulnerabilites in a prodcut"),
            ["Secruity", "vulnerabilites", "prodcut"]
        );
        assert!(
            found("Security researchers found vulnerabilities in the affected products of a contractor")
                .is_empty()
        );
    }
}
