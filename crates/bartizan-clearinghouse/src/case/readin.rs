//! Who may know before the public does: three gates, each judged by somebody at some time (Akrites, read-in policy).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::name::{Name, Words};
use super::terms::{DAY, HOUR};
use crate::set::closed_set;

/// The longest somebody is read in at once; they can be read in again.
pub const LONGEST_READ_IN: i64 = 90 * DAY;
/// The longest without the prerequisites.
pub const EMERGENCY: i64 = 72 * HOUR;

closed_set! {
    /// One of the three gates.
    Gate {
        /// This case needs this person.
        NeedToKnow = "need-to-know",
        /// The person can and will do something for the fix.
        Capacity = "capacity",
        /// Who the person is, and who answers for them, was confirmed.
        Identity = "identity",
    }
}

closed_set! {
    /// Why the case is said to need a person.
    Ground {
        /// A task on this case, named in the words.
        Task = "task",
        /// They are affected. No reason: they are served when it is public.
        AffectedUser = "affected-user",
        /// They are interested. No reason.
        Interest = "interest",
        /// They are a member. No reason by itself.
        Membership = "membership",
        /// Their rank. No reason.
        Seniority = "seniority",
        /// Business. No reason.
        Commercial = "commercial",
    }
}

closed_set! {
    /// What a person can do for a fix.
    Contribution {
        /// Understand it and make a patch.
        Patch = "patch",
        /// Test the patch.
        Test = "test",
        /// Place the patch so that it gets out quickly.
        Stage = "stage",
        /// Only hear of it. No contribution.
        Receive = "receive",
    }
}

/// What was found at a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "gate", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Finding {
    /// Need to know.
    NeedToKnow {
        /// Why.
        ground: Ground,
    },
    /// Capacity to contribute.
    Capacity {
        /// What.
        contribution: Contribution,
    },
    /// Vetted identity.
    Identity {
        /// A named person whose affiliation is confirmed, not an account that several use.
        confirmed: bool,
        /// An organisation answers for them.
        sponsored: bool,
        /// It was asked whether they should specifically not be read in, and nothing was found.
        no_objection: bool,
    },
    /// A gate was judged and not passed.
    Failed {
        /// Which.
        which: Gate,
    },
}

impl Finding {
    /// At which gate.
    pub const fn gate(self) -> Gate {
        match self {
            Self::NeedToKnow { .. } => Gate::NeedToKnow,
            Self::Capacity { .. } => Gate::Capacity,
            Self::Identity { .. } => Gate::Identity,
            Self::Failed { which } => which,
        }
    }

    /// Whether it may be recorded: what is no reason cannot be given as one.
    pub const fn grounded(self) -> bool {
        match self {
            Self::NeedToKnow { ground } => matches!(ground, Ground::Task),
            Self::Capacity { contribution } => !matches!(contribution, Contribution::Receive),
            Self::Identity { confirmed, sponsored, no_objection } => confirmed && sponsored && no_objection,
            Self::Failed { .. } => true,
        }
    }

    /// Whether the gate was passed.
    pub const fn passed(self) -> bool {
        self.grounded() && !matches!(self, Self::Failed { .. })
    }
}

/// What a person has before getting access.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prerequisites {
    /// Signs in with a hardware key.
    pub hardware_key: bool,
    /// Signed the agreements.
    pub agreements: bool,
}

/// A gate as judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// What was found.
    pub finding: Finding,
    /// Who judged.
    pub judge: Name,
    /// When, in microseconds since 1970.
    pub at: i64,
    /// On what it is based.
    pub words: Words,
}

/// One time of being read in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Of which participant.
    pub participant: Name,
    /// From when, in microseconds since 1970.
    pub from: i64,
    /// Until when: from this time on no longer.
    pub until: i64,
    /// Without the prerequisites.
    pub emergency: bool,
    /// When and why it ended before its time.
    pub ended: Option<(i64, Words)>,
    /// The gates, as they stood.
    pub gates: [Judged; 3],
}

impl Grant {
    /// Whether it holds at a time.
    pub fn holds(&self, now: i64) -> bool {
        let end = self.ended.as_ref().map_or(self.until, |(at, _)| self.until.min(*at));
        (self.from..end).contains(&now)
    }
}

/// What is known of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Candidate {
    /// The latest judgement of each gate.
    pub gates: BTreeMap<Gate, Judged>,
    /// All times of being read in, in order.
    pub grants: Vec<Grant>,
}

impl Candidate {
    /// Whether the person is read in.
    pub fn read_in(&self, now: i64) -> bool {
        self.grants.iter().any(|grant| grant.holds(now))
    }
}
