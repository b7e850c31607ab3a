//! When an embargo ends, and why then.

use std::collections::{BTreeMap, BTreeSet};

use super::name::{Name, Words};
use crate::set::closed_set;

/// Microseconds of an hour.
pub const HOUR: i64 = 3_600_000_000;
/// Microseconds of a day.
pub const DAY: i64 = 24 * HOUR;
/// An embargo longer than this needs a reason (Akrites, embargo handling: thirty days by default).
pub const LONG: i64 = 30 * DAY;
/// How long an invitation stands if nothing else is said (Vultron Protocol Specification, section 9.4).
pub const ANSWER_WITHIN: i64 = 7 * DAY;
/// The shortest time to answer; a shorter one is lengthened to it (same section).
pub const ANSWER_AT_LEAST: i64 = 72 * HOUR;

closed_set! {
    /// Whose rule limits an embargo. Earlier ones are the more binding where times are equal.
    Source {
        /// A law or an order.
        Law = "law",
        /// The policy that the project or vendor publishes.
        UpstreamPolicy = "upstream-policy",
        /// The rules of a list or hub through which the case goes.
        CoordinatingList = "coordinating-list",
        /// A date that somebody committed to: a release, a talk.
        Commitment = "commitment",
        /// What was negotiated for this case.
        Negotiated = "negotiated",
        /// What the coordinator does if nothing else is said.
        Default = "default",
    }
}

closed_set! {
    /// Why an embargo ends.
    ExitReason {
        /// Its time is over.
        Ended = "ended",
        /// The public knows.
        PublicAware = "public-aware",
        /// An exploit is public.
        ExploitPublic = "exploit-public",
        /// Attacks were seen.
        AttacksObserved = "attacks-observed",
        /// Public AI tooling has seen the report.
        PublicAi = "public-ai",
        /// Enough vendors have their fix.
        FixesReady = "fixes-ready",
        /// Something got out.
        Broken = "broken",
        /// Something else.
        Other = "other",
    }
}

/// A limit that no embargo of a case may outlast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Whose rule.
    pub source: Source,
    /// The latest time, in microseconds since 1970.
    pub until: i64,
    /// Where that is written.
    pub words: Words,
}

/// Terms that are proposed or in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Who proposed them.
    pub by: Name,
    /// When, in microseconds since 1970.
    pub proposed: i64,
    /// When the embargo ends by them, in microseconds since 1970.
    pub until: i64,
    /// Why so long.
    pub reason: Option<Words>,
    /// Who agreed to exactly these.
    pub agreed: BTreeSet<Name>,
}

/// When an embargo ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// Microseconds since 1970.
    pub at: i64,
    /// The limit that ends it, with its name; none: the terms themselves.
    pub limit: Option<(Name, Source)>,
    /// Other limits that come later, the earliest first: what would end it if that one went.
    pub later: Vec<(Name, i64)>,
}

/// The tightest of the terms and all limits.
pub(super) fn end(terms: &Terms, limits: &BTreeMap<Name, Limit>) -> End {
    let mut all: Vec<_> = limits.iter().map(|(name, l)| (l.until, l.source, name)).collect();
    all.sort_unstable();
    let tight = all.first().filter(|(until, ..)| *until < terms.until);
    let later = all.iter().skip(usize::from(tight.is_some()));
    End {
        at: tight.map_or(terms.until, |(until, ..)| *until),
        limit: tight.map(|(_, source, name)| ((*name).clone(), *source)),
        later: later.map(|(until, _, name)| ((*name).clone(), *until)).collect(),
    }
}
