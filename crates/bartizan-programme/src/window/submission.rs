//! What is handed in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::set::closed_set;
use crate::time::Day;
use crate::word::{Digest, Line, Name, Words};

/// Checkpoints and contacts of one submission.
pub const MOST_CHECKPOINTS: usize = 32;
/// See [`MOST_CHECKPOINTS`].
pub const MOST_CONTACTS: usize = 32;

closed_set! {
    /// Whether a checkpoint has its safeguards.
    Safeguards {
        /// As it will be released.
        On = "on",
        /// Without them, or with fewer.
        Off = "off",
    }
}

/// A checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// SHA-256 of what the developer holds it to be: weights, or a statement about them.
    pub digest: Digest,
    /// Whether it has its safeguards.
    pub safeguards: Safeguards,
    /// What else is said about it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub words: Option<Words>,
}

/// Whom to reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Who.
    pub name: Line,
    /// Where: a mail address or a number.
    pub address: Line,
    /// For what: `technical`, `emergency`, …
    pub purpose: Line,
}

/// A model that is handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Submission {
    /// What the model is called.
    pub model: Line,
    /// Its checkpoints; testers name them by these names.
    pub checkpoints: BTreeMap<Name, Checkpoint>,
    /// The planned day of release, if there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub release: Option<Day>,
    /// Whom to reach.
    pub contacts: Vec<Contact>,
    /// What the developer says about it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub words: Option<Words>,
}
