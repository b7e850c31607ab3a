//! Which names are ordinary words.

use std::collections::BTreeMap;

/// Lower-case words counted in upstream prose.
#[derive(Debug, Default)]
pub(crate) struct Words {
    counts: BTreeMap<String, u32>,
}

impl Words {
    /// Counts the words of `text` that are written wholly in lower case.
    pub(crate) fn count(&mut self, text: &str) {
        for word in text.split(|c: char| {
            !c.is_alphanumeric() && c != '\'' && c != '-' && c != '.' && c != '/' && c != '_'
        }) {
            let word = word.trim_matches(|c: char| !c.is_alphanumeric());
            if word.len() > 1 && word.bytes().all(|b| b.is_ascii_lowercase()) {
                match self.counts.get_mut(word) {
                    Some(n) => *n += 1,
                    None => {
                        self.counts.insert(word.to_owned(), 1);
                    }
                }
            }
        }
    }

    /// Whether a name in lower case is an ordinary word.
    pub(crate) fn is_ordinary(&self, lower: &str) -> bool {
        self.counts.get(lower).is_some_and(|n| *n >= 2)
    }
}
