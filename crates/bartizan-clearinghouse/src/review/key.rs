//! What a claim is called: by what it says and where it stands.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::fault::{Code, Refusal, words};

/// Longest name that stands in a key as it is, in bytes; longer ones (whole rules are values too) stand by their hash.
const LONGEST_NAME: usize = 200;

/// A stretch of the text in Unicode code points: `start` is in it, `end` is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The first code point.
    pub start: u32,
    /// Behind the last code point.
    pub end: u32,
}

impl Place {
    /// Whether the two share a code point.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether all of `other` lies in this.
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// The list of `analysis.json` that a claim stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A technique mapping.
    Technique,
    /// An observable.
    Observable,
    /// An entity.
    Entity,
    /// A relation.
    Relation,
    /// An event or duty.
    Event,
    /// A mitigation.
    Mitigation,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 6] =
        [Self::Technique, Self::Observable, Self::Entity, Self::Relation, Self::Event, Self::Mitigation];

    /// The word in a key.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Technique => "technique",
            Self::Observable => "observable",
            Self::Entity => "entity",
            Self::Relation => "relation",
            Self::Event => "event",
            Self::Mitigation => "mitigation",
        }
    }

    /// The list's name in `analysis.json`.
    pub(super) fn list(self) -> &'static str {
        match self {
            Self::Technique => "techniques",
            Self::Observable => "observables",
            Self::Entity => "entities",
            Self::Relation => "relations",
            Self::Event => "events",
            Self::Mitigation => "mitigations",
        }
    }
}

/// One claim at one place: `technique/120-133/T1059.001`, `observable/7-15/ipv4:192.0.2.7`.
///
/// A technique or value with several places is several claims: a reviewer may reject one place and accept the next.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClaimKey {
    kind: Kind,
    place: Place,
    name: String,
}

impl ClaimKey {
    /// The key of a claim; a name that is long or has control characters stands by its hash.
    pub fn new(kind: Kind, name: &str, place: Place) -> Self {
        Self { kind, place, name: short(name) }
    }

    /// The key of a technique at a place.
    pub fn technique(id: &str, place: Place) -> Self {
        Self::new(Kind::Technique, id, place)
    }

    /// The key of an observable at a place.
    pub fn observable(kind: &str, value: &str, place: Place) -> Self {
        Self::new(Kind::Observable, &format!("{kind}:{value}"), place)
    }

    /// What kind of claim it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Where the analysis, or who added it, has it.
    pub fn place(&self) -> Place {
        self.place
    }

    /// What it says: an id, `kind:value`, or the hash of a long one.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// The name as it stands in a key.
pub(super) fn short(name: &str) -> String {
    if !name.is_empty() && name.len() <= LONGEST_NAME && !name.contains(char::is_control) {
        return name.to_owned();
    }
    let digest = Sha256::digest(name.as_bytes());
    digest.iter().fold("long:".to_owned(), |hex, byte| hex + &format!("{byte:02x}"))
}

impl fmt::Display for ClaimKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}-{}/{}", self.kind.as_str(), self.place.start, self.place.end, self.name)
    }
}

impl FromStr for ClaimKey {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let read = || {
            let (kind, rest) = text.split_once('/')?;
            let (place, name) = rest.split_once('/')?;
            let (start, end) = place.split_once('-')?;
            let kind = Kind::ALL.into_iter().find(|k| k.as_str() == kind)?;
            let place = Place { start: start.parse().ok()?, end: end.parse().ok()? };
            let key = Self { kind, place, name: name.to_owned() };
            // One text for one key: neither `007` nor a name that would stand by its hash.
            (short(name) == name && key.to_string() == text).then_some(key)
        };
        read().ok_or_else(|| {
            let message = format!("{} is no key of a claim; one is technique/120-133/T1059.001", words(text));
            Refusal::new(Code::MalformedKey, message)
        })
    }
}

impl TryFrom<String> for ClaimKey {
    type Error = Refusal;
    fn try_from(text: String) -> Result<Self, Refusal> {
        text.parse()
    }
}

impl From<ClaimKey> for String {
    fn from(key: ClaimKey) -> Self {
        key.to_string()
    }
}
