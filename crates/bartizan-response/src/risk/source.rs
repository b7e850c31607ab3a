//! How good the source and its information are, by the Admiralty code (NATO AJP-2.1, source reliability A–F and information
//! credibility 1–6). The reader of a report judges; nothing in the text can.

use serde::Deserialize;

/// What the reader judges of a report. What is not judged is as if it could not be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// Of the source.
    pub reliability: Option<Reliability>,
    /// Of what it says.
    pub credibility: Option<Credibility>,
}

/// How far the source can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum Reliability {
    /// Completely reliable.
    A,
    /// Usually reliable.
    B,
    /// Fairly reliable.
    C,
    /// Not usually reliable.
    D,
    /// Unreliable.
    E,
    /// Cannot be judged.
    F,
}

impl Reliability {
    /// All, best first.
    pub const ALL: [Self; 6] = [Self::A, Self::B, Self::C, Self::D, Self::E, Self::F];

    /// `A` to `F`, and what it means.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::A => ("A", "completely reliable"),
            Self::B => ("B", "usually reliable"),
            Self::C => ("C", "fairly reliable"),
            Self::D => ("D", "not usually reliable"),
            Self::E => ("E", "unreliable"),
            Self::F => ("F", "cannot be judged"),
        }
    }

    /// Least and most of the factor, 0–1.
    pub fn value(self) -> (f64, f64) {
        grade(self as usize)
    }
}

/// How credible the information is. In a profile it is the number, 1 to 6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "u8")]
pub enum Credibility {
    /// 1, confirmed by other sources.
    Confirmed,
    /// 2, probably true.
    Probable,
    /// 3, possibly true.
    Possible,
    /// 4, doubtful.
    Doubtful,
    /// 5, improbable.
    Improbable,
    /// 6, cannot be judged.
    Unknown,
}

impl Credibility {
    /// All, best first.
    pub const ALL: [Self; 6] =
        [Self::Confirmed, Self::Probable, Self::Possible, Self::Doubtful, Self::Improbable, Self::Unknown];

    /// `1` to `6`, and what it means.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Confirmed => ("1", "confirmed by other sources"),
            Self::Probable => ("2", "probably true"),
            Self::Possible => ("3", "possibly true"),
            Self::Doubtful => ("4", "doubtful"),
            Self::Improbable => ("5", "improbable"),
            Self::Unknown => ("6", "cannot be judged"),
        }
    }

    /// Least and most of the factor, 0–1.
    pub fn value(self) -> (f64, f64) {
        grade(self as usize)
    }
}

impl TryFrom<u8> for Credibility {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        let place = usize::from(number).wrapping_sub(1);
        Self::ALL.get(place).copied().ok_or_else(|| format!("credibility is 1 to 6, not {number}"))
    }
}

/// Of a factor that nobody judged, and of a grade that says it cannot be.
pub(super) const UNJUDGED: (f64, f64) = (LEAST, 1.0);
/// Of the worst grade: an unreliable source may be right.
const LEAST: f64 = 0.2;

/// Five grades in equal steps; the sixth is no grade.
fn grade(place: usize) -> (f64, f64) {
    match [1.0, 0.8, 0.6, 0.4, LEAST].get(place) {
        Some(&value) => (value, value),
        None => UNJUDGED,
    }
}
