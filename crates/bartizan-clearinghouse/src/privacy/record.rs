//! What was removed, without it.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Keep, Kind, Mode};

/// The most entries; what is beyond is counted.
pub const MOST_ENTRIES: usize = 10_000;

/// One kind of thing in one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The rule.
    pub rule: Kind,
    /// Where: a JSON pointer (RFC 6901), empty for a text.
    pub path: String,
    /// Salted digest of what was there: SHA-256 of salt, rule and text, 32 hexadecimal digits.
    pub digest: String,
    /// How often.
    pub count: u64,
}

/// What was found, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Record {
    /// What was done about it.
    pub mode: Mode,
    /// In the order in which it was found.
    pub entries: Vec<Entry>,
    /// Things that have no entry of their own any more.
    pub beyond: u64,
}

impl Record {
    /// Nothing found yet.
    pub fn new(mode: Mode) -> Self {
        Self { mode, entries: Vec::new(), beyond: 0 }
    }

    /// How many things were found.
    pub fn found(&self) -> u64 {
        self.entries.iter().map(|entry| entry.count).sum::<u64>() + self.beyond
    }

    /// How many were removed.
    pub fn removed(&self) -> u64 {
        if self.mode == Mode::Remove { self.found() } else { 0 }
    }

    pub(super) fn add(&mut self, rule: Kind, path: &str, keep: &Keep, text: &str) {
        let digest = digest(keep.salt(), rule, text);
        if let Some(last) =
            self.entries.iter_mut().rev().take(64).find(|e| e.digest == digest && e.path == path)
        {
            last.count += 1;
        } else if self.entries.len() < MOST_ENTRIES {
            self.entries.push(Entry { rule, path: path.to_owned(), digest, count: 1 });
        } else {
            self.beyond += 1;
        }
    }
}

/// The digest of an entry.
pub fn digest(salt: &[u8], rule: Kind, text: &str) -> String {
    use std::fmt::Write;
    let hash =
        Sha256::new().chain_update(salt).chain_update([0]).chain_update(rule.as_str()).chain_update([0]);
    let mut digits = String::new();
    for byte in &hash.chain_update(text).finalize()[..16] {
        // Writing into a string cannot fail.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}
