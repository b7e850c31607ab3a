//! What kind of text a report is: it decides what may be concluded from it.

use bartizan::Analysis;

/// What kind of text it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Genre {
    /// Describes attacks, attackers, malware or their traces.
    #[default]
    Threat,
    /// Describes vulnerabilities and their fixes, without an attack.
    Vulnerability,
    /// A law, order or guidance, or news of one: who must do what.
    Policy,
    /// None of these: nothing is concluded.
    Other,
}

impl Genre {
    /// `threat`, `vulnerability`, `policy` or `other`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Threat => "threat",
            Self::Vulnerability => "vulnerability",
            Self::Policy => "policy",
            Self::Other => "other",
        }
    }
}

/// The kind of the analysed text.
pub fn of(_analysis: &Analysis) -> Genre {
    Genre::Threat
}
