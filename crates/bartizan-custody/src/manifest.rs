//! Writing a manifest.

use std::collections::BTreeSet;

use ed25519_dalek::{Signer, SigningKey};
use sha2::{Digest, Sha256};

use crate::entry::{Entry, MANIFEST, is_time, signed};
use crate::error::Error;
use crate::name::is_name;

/// SHA-256 of bytes, hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|four| char::from_digit(four.into(), 16))
        .collect()
}

/// A manifest that is being written.
#[derive(Clone, Debug)]
pub struct Manifest {
    text: String,
    number: u64,
    previous: String,
    time: String,
    /// Names in small letters: some systems hold `A` and `a` to be one.
    names: BTreeSet<String>,
}

impl Manifest {
    /// Begins one about a subject.
    ///
    /// # Errors
    /// If the subject is none: empty, over 200 bytes, or with control characters.
    pub fn begin(subject: &str) -> Result<Self, Error> {
        if subject.is_empty() || subject.len() > 200 || subject.contains(char::is_control) {
            return Err(Error("the subject is empty, too long, or has control characters"));
        }
        let (text, time, names) = (String::new(), String::new(), BTreeSet::from([MANIFEST.to_owned()]));
        let mut manifest = Self { text, number: 0, previous: "0".repeat(64), time, names };
        manifest.push(&Entry::Begin { subject: subject.to_owned() });
        Ok(manifest)
    }

    /// Adds a file that is at hand.
    ///
    /// # Errors
    /// As [`Manifest::add_digest`].
    pub fn add(&mut self, kind: &str, name: &str, bytes: &[u8], time: &str) -> Result<(), Error> {
        self.add_digest(kind, name, u64::try_from(bytes.len()).unwrap_or(u64::MAX), &digest(bytes), time)
    }

    /// Adds a file by its length and SHA-256 (hexadecimal, small letters).
    ///
    /// # Errors
    /// If the name is none or was used, the kind or the digest is none, or the time is none or runs back.
    pub fn add_digest(
        &mut self,
        kind: &str,
        name: &str,
        bytes: u64,
        sha256: &str,
        time: &str,
    ) -> Result<(), Error> {
        if !is_name(name) {
            return Err(Error("a file's name has letters, digits, `.`, `_`, `-` and `/` between parts"));
        }
        if !is_name(kind) {
            return Err(Error("a kind has letters, digits, `.`, `_` and `-`"));
        }
        if !is_digest(sha256) {
            return Err(Error("the digest is no SHA-256"));
        }
        self.at(time)?;
        if !self.names.insert(name.to_ascii_lowercase()) {
            return Err(Error("the name was used"));
        }
        let (kind, name, sha256, time) =
            (kind.to_owned(), name.to_owned(), sha256.to_owned(), time.to_owned());
        self.push(&Entry::File { kind, name, bytes, sha256, time });
        Ok(())
    }

    /// Vouches for everything so far.
    ///
    /// # Errors
    /// If the time is none or runs back.
    pub fn checkpoint(&mut self, key: &SigningKey, time: &str) -> Result<(), Error> {
        self.sign(false, key, time)
    }

    /// Closes the manifest and gives its text.
    ///
    /// # Errors
    /// If the time is none or runs back.
    pub fn close(mut self, key: &SigningKey, time: &str) -> Result<String, Error> {
        self.sign(true, key, time)?;
        Ok(self.text)
    }

    /// What was written so far.
    pub fn text(&self) -> &str {
        &self.text
    }

    fn sign(&mut self, closes: bool, key: &SigningKey, time: &str) -> Result<(), Error> {
        self.at(time)?;
        let bytes = signed(closes, self.number + 1, &self.previous, time);
        let signature = hex(&key.sign(&bytes).to_bytes());
        let key = hex(key.verifying_key().as_bytes());
        self.push(&Entry::Signed { closes, key, signature, time: time.to_owned() });
        Ok(())
    }

    fn at(&mut self, time: &str) -> Result<(), Error> {
        if !is_time(time) {
            return Err(Error("a time is written as 2026-12-01T00:00:00Z"));
        }
        if time[..19] < self.time[..19.min(self.time.len())] {
            return Err(Error("the time lies before that of the line before"));
        }
        self.time = time.to_owned();
        Ok(())
    }

    fn push(&mut self, entry: &Entry) {
        self.number += 1;
        let line = entry.line(self.number, &self.previous);
        self.previous = digest(line.as_bytes());
        self.text.push_str(&line);
        self.text.push('\n');
    }
}

pub(crate) fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}
