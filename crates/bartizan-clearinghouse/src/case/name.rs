//! Names of what a case speaks of, and words that people write into it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::fault::{Code, Refusal};

/// Longest name, in bytes.
const LONGEST_NAME: usize = 128;
/// Longest words, in bytes.
const LONGEST_WORDS: usize = 4096;

/// A name that means something to the caller only: of a participant, a person, a product, a proposal, a thread, a message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

impl Name {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = Refusal;
    fn from_str(text: &str) -> Result<Self, Refusal> {
        Self::try_from(text.to_owned())
    }
}

impl TryFrom<String> for Name {
    type Error = Refusal;
    fn try_from(text: String) -> Result<Self, Refusal> {
        let plain = |b: u8| b.is_ascii_graphic() && !b"\"'<>\\`".contains(&b);
        if text.is_empty() || text.len() > LONGEST_NAME || !text.bytes().all(plain) {
            return Err(Refusal::new(Code::MalformedName, "the text is no name"));
        }
        Ok(Self(text))
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Words of a person that are kept: printable, not empty, of bounded length.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Words(String);

impl Words {
    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Words {
    type Err = Refusal;
    fn from_str(text: &str) -> Result<Self, Refusal> {
        Self::try_from(text.to_owned())
    }
}

impl TryFrom<String> for Words {
    type Error = Refusal;
    fn try_from(text: String) -> Result<Self, Refusal> {
        // Characters that steer a display: controls but line breaks and tabs, and the marks that turn the direction of writing.
        let steers = |c: char| {
            (c.is_control() && !matches!(c, '\n' | '\t'))
                || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        if text.trim().is_empty() || text.len() > LONGEST_WORDS || text.chars().any(steers) {
            return Err(Refusal::new(Code::MalformedWords, "the words are none, too many, or not printable"));
        }
        Ok(Self(text))
    }
}

impl From<Words> for String {
    fn from(words: Words) -> Self {
        words.0
    }
}
