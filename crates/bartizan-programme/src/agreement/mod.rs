//! Agreements: what must be signed before anybody gets access, by whom, from when until when.
//!
//! An agreement is the digest of a document, its kind, its parties, the people it names and the time it holds. What the parties sign is
//! not the document but a *statement* ([`Agreement::statement`]): a short text that has all of these in it, so that a signature is good
//! for this agreement and no other. Signatures are detached: raw Ed25519 (RFC 8032), or what `ssh-keygen -Y sign` writes
//! ([`NAMESPACE`]). Keys are registered for each party; a key that is withdrawn takes its signatures with it.
//!
//! ```
//! use bartizan_programme::agreement::*;
//! use bartizan_programme::{Digest, Error};
//!
//! let agreement = Agreement {
//!     kind: "confidentiality".parse()?,
//!     document: Digest::of(b"the document"),
//!     parties: ["lab".parse()?, "institute".parse()?].into(),
//!     people: [].into(),
//!     from: 0,
//!     until: 1_000_000,
//! };
//! assert!(agreement.statement().starts_with("bartizan agreement 1\nkind confidentiality\n"));
//! # Ok::<(), Error>(())
//! ```

mod key;
mod register;
mod sshsig;
mod wire;

use std::collections::BTreeSet;
use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::time::text;
use crate::word::{Digest, Id, Name};

pub use key::{PublicKey, Signature};
pub use register::{
    Ended, Held, KeyRecord, Lacks, MOST_AGREEMENTS, MOST_KEYS, MOST_PARTIES, MOST_PEOPLE, Register, Signed,
};

/// The namespace of signatures made with `ssh-keygen -Y sign -n bartizan-agreement`.
pub const NAMESPACE: &str = "bartizan-agreement";

/// What is agreed. It never changes: other terms are another agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// Its kind: a word of the programme's rules.
    pub kind: Id,
    /// SHA-256 of the document.
    pub document: Digest,
    /// The organisations that sign.
    pub parties: BTreeSet<Name>,
    /// The people it names, where its kind wants that.
    pub people: BTreeSet<Name>,
    /// From when it holds, microseconds since 1970.
    pub from: i64,
    /// Until when: at that time it no longer holds.
    pub until: i64,
}

impl Agreement {
    /// What its parties sign: lines of ASCII, each with an end of line; parties and people in order.
    pub fn statement(&self) -> String {
        let mut out =
            format!("bartizan agreement 1\nkind {}\ndocument sha256:{}\n", self.kind, self.document);
        for party in &self.parties {
            let _ = writeln!(out, "party {party}");
        }
        for person in &self.people {
            let _ = writeln!(out, "person {person}");
        }
        let _ = writeln!(out, "from {}\nuntil {}", text(self.from), text(self.until));
        out
    }
}
