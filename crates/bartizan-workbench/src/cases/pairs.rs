//! Reports that may be one.

use askama::Template;

use super::ActForm;
use crate::shell::Shell;

/// `GET /duplicates`
#[derive(Clone, Debug, Template)]
#[template(path = "duplicates.html")]
pub struct Pairs {
    /// What stands around the page.
    pub shell: Shell,
    /// Pairs, the surest first.
    pub pairs: Vec<PairLine>,
    /// Whether there are more than are shown.
    pub more: bool,
}

page!(Pairs, "vulnerabilities", "duplicates");

/// Two reports that may be one.
#[derive(Clone, Debug)]
pub struct PairLine {
    /// UUIDs and titles.
    pub first: (String, String),
    /// The same.
    pub second: (String, String),
    /// What they have in common.
    pub tier: String,
    /// Whether nothing contradicts it.
    pub automatic: bool,
    /// What it is seen by.
    pub because: String,
}

/// `GET /duplicates/{first}/{second}`
#[derive(Clone, Debug, Template)]
#[template(path = "compare.html")]
pub struct Compare {
    /// What stands around the page.
    pub shell: Shell,
    /// UUIDs and titles.
    pub first: (String, String),
    /// The same.
    pub second: (String, String),
    /// What they have in common; empty: nothing was found.
    pub because: String,
    /// What each says.
    pub lines: Vec<CompareLine>,
    /// Making them one.
    pub acts: Vec<ActForm>,
}

page!(Compare, "vulnerabilities", "duplicates");

/// What two reports say of one thing.
#[derive(Clone, Debug)]
pub struct CompareLine {
    /// Of what.
    pub name: String,
    /// What the one says; empty: nothing.
    pub first: String,
    /// What the other says.
    pub second: String,
}
