//! What vendors say of their products. Nobody says anything by silence: no answer is *unknown*, never *not affected*.

use super::name::Words;
use crate::set::closed_set;

closed_set! {
    /// What a vendor says of a product: the statuses of VEX.
    Stand {
        /// It has the vulnerability.
        Affected = "affected",
        /// It has not.
        NotAffected = "not_affected",
        /// It had; the named version has not.
        Fixed = "fixed",
        /// It is looked into.
        UnderInvestigation = "under_investigation",
    }
}

closed_set! {
    /// Why a product is not affected: the justifications of VEX.
    Justification {
        /// The component is not in it.
        ComponentNotPresent = "component_not_present",
        /// The vulnerable code is not in it.
        CodeNotPresent = "vulnerable_code_not_present",
        /// The code is never executed.
        CodeNotInExecutePath = "vulnerable_code_not_in_execute_path",
        /// An adversary cannot reach the code.
        CodeNotControllable = "vulnerable_code_cannot_be_controlled_by_adversary",
        /// Something inline already keeps it from being used.
        MitigationsExist = "inline_mitigations_already_exist",
    }
}

/// A statement, as made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What is said.
    pub stand: Stand,
    /// Why it is not affected.
    pub justification: Option<Justification>,
    /// In words.
    pub words: Words,
    /// When, in microseconds since 1970.
    pub at: i64,
    /// Number of the event.
    pub event: u64,
}
