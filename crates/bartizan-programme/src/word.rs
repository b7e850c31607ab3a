//! Names, words and digests that exist only in valid form.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::fault::{Code, Error};

/// Longest identifier, name, line and words, in bytes.
const LONGEST_ID: usize = 64;
const LONGEST_NAME: usize = 128;
const LONGEST_LINE: usize = 256;
const LONGEST_WORDS: usize = 8192;

/// A text that is checked when it is made; serde goes through the check.
macro_rules! checked {
    ($(#[$doc:meta])* $name:ident, $code:ident, $holds:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// As it is written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = Error;
            fn try_from(text: String) -> Result<Self, Error> {
                let holds: fn(&str) -> bool = $holds;
                if holds(&text) { Ok(Self(text)) } else { Err(Error::of(Code::$code, &text)) }
            }
        }

        impl FromStr for $name {
            type Err = Error;
            fn from_str(text: &str) -> Result<Self, Error> {
                Self::try_from(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
pub(crate) use checked;

checked! {
    /// An identifier of a programme's rules: small letters, digits and `-`, beginning with a letter, at most 64.
    Id, MalformedId, |text| {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        text.len() <= LONGEST_ID
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && !text.ends_with('-')
            && text.bytes().all(plain)
    }
}

checked! {
    /// A name that means something to the caller only: of a person, an organisation, a checkpoint, a grant, a run, a finding. Visible
    /// ASCII without quotes, angle brackets and backslashes, at most 128 bytes.
    Name, MalformedName, |text| {
        let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"'<>\\`".contains(&byte);
        !text.is_empty() && text.len() <= LONGEST_NAME && text.bytes().all(plain)
    }
}

checked! {
    /// Words on one line, at most 256 bytes.
    Line, MalformedLine, |text| {
        !text.trim().is_empty() && text.len() <= LONGEST_LINE && !text.chars().any(|c| c.is_control() || steers(c))
    }
}

checked! {
    /// Words of a person that are kept: printable, not empty, at most 8192 bytes.
    Words, MalformedWords, |text| {
        let bad = |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || steers(c);
        !text.trim().is_empty() && text.len() <= LONGEST_WORDS && !text.chars().any(bad)
    }
}

checked! {
    /// SHA-256: 64 hexadecimal digits in small letters.
    Digest, MalformedDigest, |text| {
        text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    }
}

impl Digest {
    /// The digest of bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(bartizan_custody::digest(bytes))
    }
}

/// Marks that turn the direction of writing, and line separators: what is shown would not be what is kept.
fn steers(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
