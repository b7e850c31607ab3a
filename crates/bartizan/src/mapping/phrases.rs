//! Finding many phrases in a tokenised sentence: one look-up for each token.

use super::tokens::{Class, Token, tokenize};

/// Phrases by the hash of their first token.
#[derive(Debug, Default)]
pub struct Phrases {
    /// Token hashes of all phrases, one after the other.
    hashes: Vec<u32>,
    /// (first hash, start in `hashes`, length, payload), sorted.
    entries: Vec<(u32, u32, u16, u32)>,
    /// One bit for each 16-bit half of a first hash: most words start no phrase.
    filter: Vec<u64>,
}

/// A phrase that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// Index of the first token.
    pub first: usize,
    /// One past the last token.
    pub end: usize,
    /// What the phrase was added with.
    pub payload: u32,
}

impl Phrases {
    /// Adds one phrase; one without a token is ignored.
    pub fn add(&mut self, phrase: &str, payload: u32) {
        let mut tokens = Vec::new();
        tokenize(phrase, &mut tokens);
        let Some(first) = tokens.first() else { return };
        let start = self.hashes.len() as u32;
        self.hashes.extend(tokens.iter().map(|t| t.hash));
        self.entries.push((first.hash, start, tokens.len().min(u16::MAX as usize) as u16, payload));
    }

    /// Sorts; call once after the last [`Self::add`].
    pub fn finish(mut self) -> Self {
        self.entries.sort_unstable();
        self.filter = vec![0; 1024];
        for (hash, ..) in &self.entries {
            let bit = (hash & 0xffff) as usize;
            self.filter[bit >> 6] |= 1 << (bit & 63);
        }
        self
    }

    /// Calls `found` for every phrase in `tokens`, longest first at each place.
    pub fn find(&self, tokens: &[Token], mut found: impl FnMut(Match)) {
        if self.entries.is_empty() {
            return;
        }
        for (first, token) in tokens.iter().enumerate() {
            let bit = (token.hash & 0xffff) as usize;
            if self.filter[bit >> 6] & (1 << (bit & 63)) == 0
                || !matches!(token.class, Class::Word | Class::File | Class::Part | Class::Number)
            {
                continue;
            }
            let from = self.entries.partition_point(|e| e.0 < token.hash);
            let here = self.entries[from..].iter().take_while(|e| e.0 == token.hash);
            for &(_, start, length, payload) in here {
                let (start, length) = (start as usize, usize::from(length));
                let same = tokens.get(first..first + length).is_some_and(|window| {
                    window.iter().zip(&self.hashes[start..start + length]).all(|(t, h)| t.hash == *h)
                });
                if same {
                    found(Match { first, end: first + length, payload });
                }
            }
        }
    }
}
