//! The audit log.

use crate::shell::Shell;
use crate::time::Moment;
use askama::Template;

/// `GET /audit?actor=…&action=…&thing=…&from=…&before=…`.
#[derive(Clone, Debug, Template)]
#[template(path = "audit.html")]
pub struct Audit {
    /// What stands around the page.
    pub shell: Shell,
    /// Filter: who.
    pub actor: String,
    /// Filter: action, or its beginning: `token.`.
    pub action: String,
    /// Filter: thing.
    pub thing: String,
    /// Filter: day from which on, `2026-03-04`.
    pub from: String,
    /// Entries of this page, newest first.
    pub entries: Vec<AuditLine>,
    /// Whether the chain holds.
    pub chain: Chain,
    /// Where the next page begins (the value of `before`).
    pub next: Option<String>,
}

page!(Audit, "admin");

/// Whether the hashes of the log fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Chain {
    /// Nobody looked yet. A form posts `csrf` to `/audit/verify`.
    #[default]
    Unknown,
    /// It holds.
    Verified {
        /// Entries checked.
        entries: u64,
        /// When.
        at: Moment,
    },
    /// It does not.
    Broken {
        /// Number of the first entry that does not fit.
        number: u64,
        /// When that was seen.
        at: Moment,
    },
}

/// An entry of the log.
#[derive(Clone, Debug, Default)]
pub struct AuditLine {
    /// Position in the chain.
    pub number: u64,
    /// When.
    pub at: Moment,
    /// Who.
    pub actor: String,
    /// What: `collection.create`.
    pub action: String,
    /// With what.
    pub thing: String,
    /// More of it, as JSON; empty for nothing.
    pub detail: String,
    /// Hash of the entry.
    pub hash: String,
}

impl Audit {
    fn next_page(&self) -> String {
        let before = self.next.as_deref().unwrap_or_default();
        let pairs =
            [("actor", &*self.actor), ("action", &self.action), ("thing", &self.thing), ("from", &self.from)];
        let mut pairs = pairs.to_vec();
        pairs.push(("before", before));
        format!("/audit{}", crate::href::query(&pairs))
    }

    fn is_filtered(&self) -> bool {
        [&self.actor, &self.action, &self.thing, &self.from].iter().any(|f| !f.is_empty())
    }

    fn is_broken_at(&self, number: &u64) -> bool {
        matches!(self.chain, Chain::Broken { number: n, .. } if n == *number)
    }
}
