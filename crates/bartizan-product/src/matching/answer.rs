//! What is said about a component, and why.

use std::fmt;

/// Whether a component is affected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Its version is known, and not among the affected ones.
    NotAffected,
    /// It cannot be told.
    Unknown,
    /// Its version is known, and among the affected ones.
    Affected,
}

impl Verdict {
    /// The stable word.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::NotAffected => "not affected",
            Verdict::Unknown => "unknown",
            Verdict::Affected => "affected",
        }
    }
}

/// Why, as a stable word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ReasonCode {
    /// Every version is affected.
    EveryVersion,
    /// The version is in the range.
    InRange,
    /// The version is listed.
    Listed,
    /// The version is not in any range or list.
    OutOfRange,
    /// The inventory states no version.
    NoVersion,
    /// The version does not follow the scheme of its ecosystem.
    ForeignVersion,
    /// The order of versions is not known, or the events are commits.
    NoOrder,
    /// The advisory states no versions.
    NothingStated,
    /// Only names agree: no package URL or CPE name does.
    NameOnly,
    /// The advisory restricts what the inventory leaves open, such as a distribution or platform.
    LeftOpen,
}

impl ReasonCode {
    /// Every reason, in the order of their words.
    pub const ALL: [ReasonCode; 10] = [
        ReasonCode::EveryVersion,
        ReasonCode::ForeignVersion,
        ReasonCode::InRange,
        ReasonCode::LeftOpen,
        ReasonCode::Listed,
        ReasonCode::NameOnly,
        ReasonCode::NoOrder,
        ReasonCode::NoVersion,
        ReasonCode::NothingStated,
        ReasonCode::OutOfRange,
    ];

    /// The stable word.
    pub fn as_str(self) -> &'static str {
        match self {
            ReasonCode::EveryVersion => "every-version",
            ReasonCode::InRange => "in-range",
            ReasonCode::Listed => "listed",
            ReasonCode::OutOfRange => "out-of-range",
            ReasonCode::NoVersion => "no-version",
            ReasonCode::ForeignVersion => "foreign-version",
            ReasonCode::NoOrder => "no-order",
            ReasonCode::NothingStated => "nothing-stated",
            ReasonCode::NameOnly => "name-only",
            ReasonCode::LeftOpen => "left-open",
        }
    }
}

/// Why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// As a stable word.
    pub code: ReasonCode,
    /// The version that was compared, if there is one.
    pub version: Option<String>,
    /// The range, list or name of the advisory that decided.
    pub range: String,
    /// The comparison that decided, such as `>=1.0.0 <1.4.2 (npm)`, or what is missing.
    pub comparison: String,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code.as_str())?;
        if let Some(version) = &self.version {
            write!(f, ": {version}")?;
        }
        for part in [&self.comparison, &self.range].into_iter().filter(|p| !p.is_empty()) {
            write!(f, "; {part}")?;
        }
        Ok(())
    }
}

/// A verdict with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whether the component is affected.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
}

impl Answer {
    pub(super) fn new(
        verdict: Verdict,
        code: ReasonCode,
        version: Option<&str>,
        range: impl Into<String>,
        comparison: impl Into<String>,
    ) -> Self {
        let version = version.map(str::to_owned);
        Answer {
            verdict,
            reason: Reason { code, version, range: range.into(), comparison: comparison.into() },
        }
    }
}
