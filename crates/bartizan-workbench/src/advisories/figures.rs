//! Figures of advisories in three cuts.

use askama::Template;

use crate::shell::Shell;

/// `GET /advisories/metrics`
#[derive(Clone, Debug, Template)]
#[template(path = "advisory-figures.html")]
pub struct AdvisoryFigures {
    /// What stands around the page.
    pub shell: Shell,
    /// What anyone may know.
    pub public: PublicFigures,
    /// Of the own organisation as an operator.
    pub operator: Option<OperatorFigures>,
    /// Of the own organisation's advisories.
    pub coordinator: Option<CoordinatorFigures>,
}

page!(AdvisoryFigures, "vulnerabilities", "advisories");

/// What anyone may know.
#[derive(Clone, Debug, Default)]
pub struct PublicFigures {
    /// Advisories that anyone reads.
    pub advisories: u64,
    /// Of them, those that were revised.
    pub revised: u64,
    /// How many came in each month.
    pub months: Vec<(String, u64)>,
}

/// What an operator reads and said.
#[derive(Clone, Debug, Default)]
pub struct OperatorFigures {
    /// Advisories of others that it reads.
    pub advisories: u64,
    /// Of which nothing was said.
    pub silent: u64,
    /// What was said last, and of how many.
    pub said: Vec<(String, u64)>,
    /// From having it to acknowledging it: the middle one, in hours.
    pub hours: Option<u64>,
}

/// What an owner's advisories are like.
#[derive(Clone, Debug, Default)]
pub struct CoordinatorFigures {
    /// How many are how far.
    pub states: Vec<(String, u64)>,
    /// By collection.
    pub tiers: Vec<TierFigures>,
}

/// A collection, as a tier.
#[derive(Clone, Debug, Default)]
pub struct TierFigures {
    /// Its title.
    pub title: String,
    /// Advisories that are there now.
    pub advisories: u64,
    /// Advisories that will be there later.
    pub waiting: u64,
    /// What its operators said last, and how many of them.
    pub said: Vec<(String, u64)>,
}
