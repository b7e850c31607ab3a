//! A programme's rules: one file, `programme.toml`, read once and strictly. docs/programme-rules.md has every key.
//!
//! The framework under which models are tested is not public, so everything that such a framework decides stands in this file: how long
//! a window is, who does what, which agreements a grant needs, which thresholds count. A window keeps the bytes it began under; a
//! changed rule is a new version of the file, for later windows.
//!
//! ```
//! use bartizan_programme::rules::{Act, Programme, THIRTY_DAY};
//!
//! let programme = Programme::parse(THIRTY_DAY.as_bytes())?;
//! assert_eq!(programme.window.days, 30);
//! assert!(!programme.act(Act::Extend).second.is_empty());
//! let wrong = THIRTY_DAY.replace("days = 30", "days = \"thirty\"");
//! let error = Programme::parse(wrong.as_bytes()).unwrap_err();
//! assert_eq!(error.faults()[0].code.as_str(), "rules.type");
//! # Ok::<(), bartizan_programme::Error>(())
//! ```

mod act;
mod cross;
mod parts;
mod read;

use std::collections::BTreeMap;

use crate::edition::Audience;
use crate::fault::Error;
use crate::table;
use crate::word::{Digest, Id, Line, Name};

pub use act::{Act, ActRule};
pub use parts::{
    Access, Check, Edition, Egress, Endpoint, Internal, Level, LevelRule, Operator, PauseReason, Release,
    Requirement, Retention, Role, Separation, Severity, Side, Suite, WindowRule,
};

/// The ready example: a voluntary programme of thirty days.
pub const THIRTY_DAY: &str = include_str!("../../data/thirty-day.toml");
/// How long a file of rules may be, in bytes.
pub const MOST_BYTES: usize = 256 << 10;

/// A programme's rules.
#[derive(Clone, Debug, PartialEq)]
pub struct Programme {
    /// Its own name.
    pub id: Id,
    /// Its version; what the author calls it.
    pub version: Name,
    /// What people call it.
    pub title: Line,
    /// SHA-256 of the file's bytes: what a window says it began under.
    pub digest: Digest,
    /// How long a window is and what moves its end.
    pub window: WindowRule,
    /// What is checked before a submission is accepted, in order.
    pub checks: Vec<Check>,
    /// Roles by their ids.
    pub roles: BTreeMap<Id, Role>,
    /// Roles that one person may not both have in a window.
    pub separations: Vec<Separation>,
    /// Who may do what: every act has a rule.
    pub acts: BTreeMap<Act, ActRule>,
    /// Agreements that a grant needs, in order.
    pub agreements: Vec<Requirement>,
    /// Access levels that the programme gives.
    pub levels: BTreeMap<Level, LevelRule>,
    /// What holds for every grant.
    pub access: Access,
    /// Where sandboxes may reach.
    pub egress: Egress,
    /// What is measured, and against which threshold, in order.
    pub suites: Vec<Suite>,
    /// Severities, the worst first.
    pub severities: Vec<Severity>,
    /// Editions, the one that shows most first.
    pub editions: Vec<Edition>,
    /// How long evidence is kept, and who certifies that the rest is destroyed.
    pub retention: Retention,
}

impl Programme {
    /// Reads a file of rules.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with code, line and column, in the order of the file.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        table::document(bytes, MOST_BYTES, |table, found| read::programme(table, found, Digest::of(bytes)))?
            .ok_or_else(|| Error::from(crate::fault::Code::RulesValue))
    }

    /// The rule of an act; nobody may do what has none.
    pub fn act(&self, act: Act) -> &ActRule {
        static NOBODY: ActRule = ActRule {
            by: std::collections::BTreeSet::new(),
            second: std::collections::BTreeSet::new(),
            at: 0,
        };
        self.acts.get(&act).unwrap_or(&NOBODY)
    }

    /// The side of a role.
    pub fn side(&self, role: &Id) -> Option<Side> {
        self.roles.get(role).map(|role| role.side)
    }

    /// A suite by its id.
    pub fn suite(&self, id: &Id) -> Option<&Suite> {
        self.suites.iter().find(|suite| suite.id == *id)
    }

    /// The separation that two roles of one person would break.
    pub fn separation(&self, one: &Id, other: &Id) -> Option<&Separation> {
        self.separations.iter().find(|pair| {
            (pair.roles.0 == *one && pair.roles.1 == *other)
                || (pair.roles.1 == *one && pair.roles.0 == *other)
        })
    }

    /// The audience of an edition, as the check of editions takes it.
    pub fn audience(&self, id: &Id) -> Option<Audience> {
        let edition = self.editions.iter().find(|edition| edition.id == *id)?;
        let shows = edition.shows.iter().map(|label| label.as_str());
        Some(Audience::new(edition.id.as_str(), edition.marking.as_str(), shows))
    }
}
