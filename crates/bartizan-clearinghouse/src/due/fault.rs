//! Why a document, a catalogue or a note of an operator was refused.

use std::fmt;

use crate::set::codes;

codes! {
    /// Stable codes of what is refused about due lists, e.g. `due.expiry`.
    Csaf = "due.csaf", "The document is no CSAF document: not JSON, or without tracking and publisher.";
    Kev = "due.kev", "The file is not the catalogue of known exploited vulnerabilities as CISA publishes it.";
    Kept = "due.kept", "What was kept of an inventory cannot be read.";
    Reason = "due.reason", "A reason has 1 to 2,000 characters.";
    Expiry = "due.expiry", "An exception ends after today, and within two years.";
    Evidence = "due.evidence", "Evidence is a line of 1 to 500 characters: a ticket, a digest, an address.";
    Edit = "due.edit", "Owner and location have at most 200 characters on one line.";
}

/// Why something was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The stable code.
    pub code: Code,
    /// What was wrong, for people.
    pub message: String,
}

impl Fault {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.message, self.code.as_str())
    }
}

impl std::error::Error for Fault {}
