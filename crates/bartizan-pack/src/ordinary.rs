//! Which names are ordinary words: by a list, and by counting words in upstream prose.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

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

    /// Whether a name in lower case is an ordinary word. `tool` says that ATT&CK lists it as a tool: prose writes those
    /// in lower case (`netsh`, `certutil`), so counting proves nothing about them.
    pub(crate) fn is_ordinary(&self, lower: &str, tool: bool) -> bool {
        listed(lower) || !tool && self.counts.get(lower).is_some_and(|n| *n >= OFTEN)
    }
}

/// Uses in lower case from which a word is ordinary. Once may be a slip.
const OFTEN: u32 = 2;

fn listed(lower: &str) -> bool {
    static LIST: OnceLock<BTreeSet<&str>> = OnceLock::new();
    let list = LIST.get_or_init(|| {
        include_str!("../data/ordinary-words.txt").lines().filter(|l| !l.starts_with('#')).collect()
    });
    list.contains(lower)
}
