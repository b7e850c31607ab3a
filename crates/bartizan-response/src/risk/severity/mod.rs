//! CVSS: vectors of the text, parsed and scored again by the equations of their own version.
//!
//! [`scores`] is checked against the `cvss` package of PyPI (`scripts/cvss-oracle.py`; figures in ACCURACY.md). Versions 2.0
//! and 4.0 are computed by the crate `cvss`. Versions 3.x are computed here: the crate has no temporal score of them, and
//! rounds 3.0 up from binary fractions, where 5 × 0.92 is a little more than 4.6.

mod metrics;
mod v2;
mod v3;
mod v4;

use bartizan::{Analysis, Evidence, Span};
use metrics::Metrics;

/// Vectors that are read in one text; more would only repeat.
const MOST: usize = 500;

/// A vector as the text gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct Vector {
    /// As written, without trailing punctuation.
    pub text: String,
    /// Its scores; none if it is no valid vector.
    pub scores: Option<Scores>,
    /// Where it stands.
    pub evidence: Evidence,
}

/// All vectors, in order of the text.
pub fn vectors(analysis: &Analysis) -> Vec<Vector> {
    let document = &analysis.document;
    let text = document.text.as_str();
    let mut found = Vec::new();
    let mut at = 0;
    for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '/' | ':' | '.'))) {
        let start = at;
        at += word.len();
        at += text.get(at..).and_then(|t| t.chars().next()).map_or(0, char::len_utf8);
        let vector = word.trim_end_matches(['.', ':', '/']);
        if !(vector.starts_with("CVSS:") || vector.starts_with("AV:")) || vector.matches('/').count() < 5 {
            continue;
        }
        let span = Span::new(start, start + vector.len());
        let evidence = Evidence { span, sentence: document.sentence_of(span) };
        found.push(Vector { text: vector.to_owned(), scores: scores(vector), evidence });
        if found.len() == MOST {
            break;
        }
    }
    found
}

/// Versions of the specification (FIRST).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// 2.0: a vector without a prefix.
    V20,
    /// 3.0.
    V30,
    /// 3.1.
    V31,
    /// 4.0.
    V40,
}

impl Version {
    /// `2.0`, `3.0`, `3.1` or `4.0`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V20 => "2.0",
            Self::V30 => "3.0",
            Self::V31 => "3.1",
            Self::V40 => "4.0",
        }
    }
}

/// Scores of 0.0 to 10.0, with one decimal. A metric that the vector leaves out counts as not defined.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scores {
    /// Version of the vector.
    pub version: Version,
    /// By the base metrics alone.
    pub base: f64,
    /// With the temporal metrics; of 4.0 with the threat metric (CVSS-BT).
    pub temporal: f64,
    /// With all that count; of 4.0 CVSS-BTE.
    pub environmental: f64,
}

impl Scores {
    /// The word for the base score.
    pub fn rating(&self) -> Rating {
        Rating::of(self.version, self.base)
    }
}

/// Words for scores: of 3.x its section 5, of 4.0 its section 6; 2.0 has none of its own, so NVD's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rating {
    /// 0.0; not in 2.0.
    None,
    /// Up to 3.9.
    Low,
    /// 4.0 to 6.9.
    Medium,
    /// 7.0 to 8.9; in 2.0 everything from 7.0.
    High,
    /// From 9.0; not in 2.0.
    Critical,
}

impl Rating {
    /// Of a score with one decimal.
    pub fn of(version: Version, score: f64) -> Self {
        let old = version == Version::V20;
        match score {
            s if s < 0.05 && !old => Self::None,
            s if s < 3.95 => Self::Low,
            s if s < 6.95 => Self::Medium,
            s if s < 8.95 || old => Self::High,
            _ => Self::Critical,
        }
    }

    /// `none`, `low`, `medium`, `high` or `critical`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// The scores of one vector; none if it is not valid by its version: a required metric is missing, one is unknown, has a value
/// that it cannot have, or stands there twice.
pub fn scores(vector: &str) -> Option<Scores> {
    let (version, metrics) = Metrics::parse(vector)?;
    let (base, temporal, environmental) = match version {
        Version::V20 => v2::scores(&metrics)?,
        Version::V30 | Version::V31 => v3::scores(&metrics, version)?,
        Version::V40 => v4::scores(&metrics)?,
    };
    Some(Scores { version, base, temporal, environmental })
}
