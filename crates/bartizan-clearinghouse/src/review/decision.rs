//! One entry of the log.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::fault::{Code, Refusal, words};
use super::key::{ClaimKey, Place};

/// Longest id of a reviewer, in bytes.
const LONGEST_ID: usize = 128;

/// Who decides: an id that means something to the caller only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reviewer(String);

impl Reviewer {
    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Reviewer {
    type Err = Refusal;
    fn from_str(text: &str) -> Result<Self, Refusal> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.:@".contains(&b);
        if text.is_empty() || text.len() > LONGEST_ID || !text.bytes().all(plain) {
            return Err(Refusal::new(Code::MalformedReviewer, format!("{} is no id", words(text))));
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for Reviewer {
    type Error = Refusal;
    fn try_from(text: String) -> Result<Self, Refusal> {
        text.parse()
    }
}

impl From<Reviewer> for String {
    fn from(reviewer: Reviewer) -> Self {
        reviewer.0
    }
}

impl fmt::Display for Reviewer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an observable is said to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Presented as malicious.
    Indicator,
    /// Seen, no more.
    Observable,
    /// A source or a vendor.
    Reference,
}

impl Verdict {
    /// The word in `analysis.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Indicator => "indicator",
            Self::Observable => "observable",
            Self::Reference => "reference",
        }
    }
}

/// What is decided.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case")]
pub enum Action {
    /// The claim is right.
    Accept {
        /// Which.
        claim: ClaimKey,
    },
    /// The claim is wrong.
    Reject {
        /// Which.
        claim: ClaimKey,
        /// Why, in plain text; may be empty.
        reason: String,
    },
    /// The claim is right and stands elsewhere.
    Edit {
        /// Which, by the place it was found at.
        claim: ClaimKey,
        /// Where it stands.
        to: Place,
        /// The words there, as the reviewer saw them: offsets counted another way do not go unnoticed.
        quote: String,
    },
    /// A technique that was missed.
    AddTechnique {
        /// Its id.
        technique: String,
        /// Where the text shows it; `place` on the wire, where `at` is the time.
        #[serde(rename = "place")]
        at: Place,
        /// The words there.
        quote: String,
    },
    /// A value that was missed, or whose verdict is another.
    AddObservable {
        /// Its kind, e.g. `ipv4`.
        kind: String,
        /// The value in its canonical form.
        value: String,
        /// What it is said to be.
        verdict: Verdict,
        /// Where it stands; `place` on the wire, where `at` is the time.
        #[serde(rename = "place")]
        at: Place,
        /// The words there.
        quote: String,
    },
    /// The whole text was looked at: what is not claimed is not there.
    Complete,
    /// An earlier decision does not count any more. Undoing an undo brings the first back.
    Undo {
        /// Its number; `undoes` on the wire, where `order` is the number of this decision.
        #[serde(rename = "undoes")]
        order: u64,
    },
}

/// One decision. The log is never changed, only added to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Decision {
    /// Its number in the log, every decision its own; later ones are higher.
    pub order: u64,
    /// Who.
    pub by: Reviewer,
    /// When, in microseconds since 1970.
    pub at: i64,
    /// What.
    #[serde(flatten)]
    pub action: Action,
}
