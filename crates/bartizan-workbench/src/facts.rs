//! Public facts about vulnerabilities: what there is, and what was brought when and by whom.

use askama::Template;

use crate::shell::{Choice, Problem, Shell};
use crate::time::Moment;

/// `GET /facts`. Where [`Facts::may_bring`], a form posts `csrf`, `kind` and `file` to the same address, multipart.
#[derive(Clone, Debug, Template)]
#[template(path = "facts.html")]
pub struct Facts {
    /// What stands around the page.
    pub shell: Shell,
    /// What due lists look at now.
    pub facts: Vec<FactLine>,
    /// What was brought, newest first.
    pub brought: Vec<FactLine>,
    /// Whether the visitor brings facts: whoever runs the node.
    pub may_bring: bool,
    /// Kinds of facts to bring, sent as `kind`.
    pub kinds: Vec<Choice>,
    /// Why the form came back.
    pub problem: Option<Problem>,
}

page!(Facts, "vulnerabilities", "facts");

/// A catalogue of facts.
#[derive(Clone, Debug, Default)]
pub struct FactLine {
    /// `KEV`, `EPSS`.
    pub name: String,
    /// Of when its facts are.
    pub dated: Moment,
    /// Whether they are so old that they say less: of what is not in them, nothing.
    pub stale: bool,
    /// How many vulnerabilities it speaks of.
    pub entries: u64,
    /// SHA-256 of the file; empty for what came with the program.
    pub digest: String,
    /// When it was brought; none for what came with the program.
    pub brought: Option<Moment>,
    /// By whom; empty where that is not known.
    pub by: String,
}

impl FactLine {
    /// As much of the digest as people compare.
    fn short(&self) -> &str {
        self.digest.get(..16).unwrap_or(&self.digest)
    }
}
