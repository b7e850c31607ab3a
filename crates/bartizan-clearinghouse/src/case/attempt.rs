//! Attempts to reproduce a vulnerability, and how well it is verified by them. Nothing is confirmed without one.

use std::collections::BTreeSet;

use super::name::{Name, Words};
use crate::set::closed_set;

closed_set! {
    /// What came of an attempt.
    Tried {
        /// It happened as the report says.
        Reproduced = "reproduced",
        /// It did not.
        NotReproduced = "not-reproduced",
        /// Neither can be said.
        Inconclusive = "inconclusive",
    }
}

closed_set! {
    /// How well a vulnerability is verified.
    Verified {
        /// Nobody reproduced it.
        Claimed = "claimed",
        /// Only who found it reproduced it.
        ByFinder = "by-finder",
        /// Somebody else did.
        Confirmed = "confirmed",
        /// Two others did, each by itself.
        Independently = "independently",
    }
}

/// An attempt, as recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Which participant tried.
    pub by: Name,
    /// Who of it answers for the result.
    pub verifier: Name,
    /// When it was recorded, in microseconds since 1970.
    pub at: i64,
    /// Digest of the environment: image, lock file, virtual machine.
    pub environment: Name,
    /// What came of it.
    pub result: Tried,
    /// Digests of what shows it.
    pub evidence: BTreeSet<Name>,
    /// How it was done and what was seen.
    pub words: Words,
    /// Number of the event.
    pub event: u64,
}
