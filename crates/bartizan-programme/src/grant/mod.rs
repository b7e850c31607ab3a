//! Grants: who may call what of which checkpoint, from where, until when, with how much; and the one decision about a call.
//!
//! [`issue`] makes a grant or says everything that stands against it. [`may_call`] decides about a call, and again while its answer
//! streams: window, agreements, holder, revocation, time, endpoint, checkpoint, source, budget. A [`Meter`] keeps what is used and what
//! is reserved for calls that have not ended. A grant that was revoked has a proof ([`Grant::proof`]) for the evidence in custody.

mod budget;
mod decide;
mod issue;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::network::Network;
use crate::rules::{Endpoint, Internal, Level};
use crate::time::text;
use crate::word::{Digest, Name, Words};

pub use budget::{MOST_OPEN, Meter, Settled, Usage};
pub use decide::{Call, in_use, may_call};
pub use issue::{MOST_SOURCES, issue};

/// The terms of a grant. They never change: other terms are another grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Who may call.
    pub holder: Name,
    /// What may be called.
    pub endpoints: BTreeSet<Endpoint>,
    /// Which checkpoint of the submission.
    pub checkpoint: Name,
    /// The access level.
    pub level: Level,
    /// What of the inside may be seen.
    pub internals: BTreeSet<Internal>,
    /// From where calls come; empty: from anywhere, if the programme allows that.
    pub sources: BTreeSet<Network>,
    /// How much may be used.
    pub budget: Usage,
    /// SHA-256 of the credential; nobody keeps the credential itself.
    pub credential: Digest,
    /// From when it may be used, microseconds since 1970.
    pub begins: i64,
    /// Until when: at that time it may no longer.
    pub ends: i64,
}

/// A grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Its terms.
    pub terms: Terms,
    /// The organisation of its holder, as of when it was given.
    pub organisation: Name,
    /// When it was given, microseconds since 1970.
    pub issued: i64,
    /// Which agreements it stands on: those that were in force then.
    pub agreements: BTreeSet<Name>,
    /// Whether it was revoked.
    pub revoked: Option<Revoked>,
}

/// How a grant was revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// When; from that time on nobody calls under it.
    pub at: i64,
    /// Who revoked it.
    pub by: Name,
    /// Why.
    pub words: Words,
    /// The event that says so.
    pub event: u64,
}

impl Grant {
    /// Revokes it; `false` if it was before: the first revocation is the one that counts.
    pub(crate) fn revoke(&mut self, revoked: Revoked) -> bool {
        let first = self.revoked.is_none();
        self.revoked.get_or_insert(revoked);
        first
    }

    /// What is put into custody of its revocation: canonical JSON of one line. `last_call` is the digest of the last line of its record
    /// of calls, if it has one: no call comes after it.
    pub fn proof(&self, name: &Name, window: &Name, last_call: Option<&Digest>) -> Option<String> {
        let revoked = self.revoked.as_ref()?;
        let mut proof = Map::new();
        let mut put = |key: &str, value: Value| proof.insert(key.to_owned(), value);
        put("entry", "revocation".into());
        put("window", window.as_str().into());
        put("grant", name.as_str().into());
        put("holder", self.terms.holder.as_str().into());
        put("checkpoint", self.terms.checkpoint.as_str().into());
        put("credential_sha256", self.terms.credential.as_str().into());
        put("issued", text(self.issued).into());
        put("revoked", text(revoked.at).into());
        put("by", revoked.by.as_str().into());
        put("event", revoked.event.into());
        put("last_call_sha256", last_call.map_or(Value::Null, |digest| digest.as_str().into()));
        // `Map` keeps its keys in order.
        Some(format!("{}\n", Value::Object(proof)))
    }
}
