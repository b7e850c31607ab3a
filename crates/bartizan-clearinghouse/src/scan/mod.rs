//! Who scans what, when: intents, leases, and an answer about overlap that tells nobody what somebody else is at.
//!
//! Whoever means to scan registers an [`Intent`] first and keeps it by heartbeats ([`lease`]). What is alive (networks, hosts) waits
//! for its owner ([`ground`]). Overlap is answered *blind* ([`answer()`]): somebody is at a part of this, or was lately, until about a
//! day; never who, never what they found, never their scope.
//!
//! # What an adversary may learn
//!
//! The adversary is an organisation that may register intents: it chooses scopes, as many as its limit lets it, at any time, repeats
//! them, narrows them, and adds things that nobody would ever scan. It may agree with other organisations. It wants to know what
//! somebody else is scanning, since that is where a vulnerability is about to be found.
//!
//! 1. **Blocks.** What is answered is about *blocks*, a partition that depends on nobody's intents: the `/16` of an IPv4 address, the `/32`
//!    of an IPv6 address, and for packages, repositories and products the block of the coordinator's [`catalogue`], which has at least
//!    *k* projects. All names of a project are in one block: who scans it is in that block and no other, by whatever names. Versions and
//!    commits are in no block. An answer is a function of which blocks are occupied; any number of questions, of any number of
//!    organisations, therefore tells which blocks are occupied and no more. Differences of two questions tell nothing new, since blocks
//!    do not overlap, and are the same for everybody. A scan is told in the block that its names had when it began, or not at all: a
//!    catalogue that changes moves nobody from one block into another, where the two could be compared.
//! 2. **Companions are not chosen by the asker.** A scope of one real package and many invented ones would be as good as a question about
//!    the one. So a thing that is not in the catalogue is in no block: it is answered [`Seen::Mediated`], which is the same whatever
//!    others do, and the coordinator, who sees all intents, writes to both if there is something to say.
//! 3. **Parties.** With fewer than *k* other organisations on the node that could be the one, everything is answered `mediated`.
//! 4. **Time.** Answers hold for a period ([`Rules::period`]): they are about its beginning, whatever happens in it, so asking again gains
//!    nothing, and the beginning or the end of somebody's work is known to the period. The end that somebody has stated is told to the day.
//! 5. **Cost.** Only what is registered is answered: with a contact, a lease, a place in the coordinator's list and an entry in the log. An
//!    organisation registers so many intents a day and no more ([`Rules::intents_a_day`]); where the limit cannot be looked up nothing is
//!    registered. An intent that was held for less than a period is not told as *lately*, so that nobody claims everything in passing.
//!
//! What remains: a scope of several projects is in several blocks, which begin and end together; the members of a block are not equally likely to be scanned, and *k* says nothing of that; the coordinator should put
//! together what is of a kind. That a block is free is told, too. The owner of live targets and the coordinator see intents whole.
//!
//! ```
//! use bartizan_clearinghouse::scan::{Intent, Rules};
//! let body = br#"{"scope": [{"purl": "pkg:npm/left-pad", "versions": "vers:npm/<1.3.0"}], "method": "fuzzing",
//!                 "until": "2026-12-02T00:00:00Z", "contact": "scans@lab.example"}"#;
//! let now = bartizan_clearinghouse::time::parse("2026-12-01T10:00:00Z").expect("a time");
//! let intent = Intent::read(body, now, &Rules::default()).expect("an intent");
//! assert_eq!(intent.targets()[0].cells(), ["pkg:npm/left-pad"]);
//! assert!(!intent.live());
//! ```

mod address;
pub mod answer;
pub mod catalogue;
mod fault;
pub mod ground;
mod intent;
pub mod lease;
mod overlap;
mod target;
#[cfg(test)]
mod tests;

use crate::set::closed_set;

pub use address::{Network, host};
pub use answer::{Asking, Part, Placed, Presence, Seen, answer};
pub use fault::{Code, Fault};
pub use intent::{Entry, Intent, MOST_TARGETS, Wire};
pub use lease::{Beat, Held, State};
pub use overlap::{Overlap, overlap};
pub use target::Target;

/// Microseconds of an hour and a day.
const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

/// What the node's administrator decides about intents. Times are microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The least members of a block, and the least other organisations, for an answer.
    pub k: usize,
    /// How long an intent is held without a heartbeat.
    pub lease: i64,
    /// How long an answer stays the same.
    pub period: i64,
    /// For how long after its end an intent is told as *lately*.
    pub lately: i64,
    /// How many intents an organisation registers in 24 hours.
    pub intents_a_day: i64,
    /// The longest window.
    pub longest: i64,
    /// How far ahead a window may begin.
    pub ahead: i64,
    /// How long an intent waits for an owner.
    pub waiting: i64,
}

impl Rules {
    /// After so long nothing is told any more of what was going on: the longest window, and what is told as *lately*.
    pub fn rest(&self) -> i64 {
        self.longest.saturating_add(self.lately)
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            k: 3,
            lease: HOUR,
            period: HOUR,
            lately: 30 * DAY,
            intents_a_day: 24,
            longest: 90 * DAY,
            ahead: 30 * DAY,
            waiting: 14 * DAY,
        }
    }
}

closed_set! {
    /// How it is scanned.
    Method {
        /// People read the source.
        SourceReview = "source-review",
        /// A program analyses the source or the binary without running it.
        StaticAnalysis = "static-analysis",
        /// The program is run on made-up inputs.
        Fuzzing = "fuzzing",
        /// A language model looks for vulnerabilities.
        Model = "model",
        /// Ports and services of a network are asked.
        NetworkScan = "network-scan",
        /// A website or an interface is asked.
        WebScan = "web-scan",
        /// People try to get in.
        PenetrationTest = "penetration-test",
        /// Something else.
        Other = "other",
    }
}

closed_set! {
    /// Why a scan is stopped.
    StopReason {
        /// What is scanned suffers.
        Harm = "harm",
        /// It went beyond its scope.
        OutOfScope = "out-of-scope",
        /// The owner does not want it any more.
        Revoked = "revoked",
        /// Somebody else is at it, and goes first.
        Overlap = "overlap",
        /// What it would disturb is under investigation.
        Investigation = "investigation",
        /// The scanner's own people stopped it.
        Own = "own",
        /// Something else.
        Other = "other",
    }
}

closed_set! {
    /// What the scanner does about an overlap.
    Choice {
        /// It waits until the other is done.
        Wait = "wait",
        /// It would share the work, by way of the coordinator.
        Split = "split",
        /// It goes on.
        GoOn = "go-on",
    }
}
