//! What is wrong with an intent.

use crate::set::codes;

codes! {
    /// Stable codes of what is wrong with an intent, e.g. `scan.window`.
    Malformed = "scan.malformed", "The text is not JSON of this form.";
    Scope = "scan.scope", "A scope has 1 to 64 targets, no two the same.";
    Target = "scan.target", "A target is a purl, a repository, a CPE name, a network or a host: one of them.";
    Versions = "scan.versions", "The versions are no range of the package's kind.";
    Commits = "scan.commits", "Commits are one hash or two with `..` between.";
    TooWide = "scan.too-wide", "A target is wider than may be asked for.";
    Mixed = "scan.mixed", "What is alive and what is source stand in intents of their own.";
    Method = "scan.method", "The method is none of those that are known.";
    Window = "scan.window", "The window is over, ends before it begins, is too long, or begins too far ahead.";
    Sources = "scan.sources", "A scan of what is alive says from which addresses it comes; at most 64.";
    Contact = "scan.contact", "A contact who can be reached is needed: one line, at most 200 characters.";
    Words = "scan.words", "One line of at most 500 characters.";
    Ground = "scan.ground", "A range is a network, a host, or a domain with `*.` before it.";
}

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The stable code.
    pub code: Code,
    /// The member, e.g. `scope[3].purl`.
    pub field: String,
    /// What would be right, in words of ours.
    pub reason: String,
}

impl Fault {
    pub(super) fn new(code: Code, field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { code, field: field.into(), reason: reason.into() }
    }

    pub(super) fn of(code: Code, field: impl Into<String>) -> Self {
        Self::new(code, field, code.meaning())
    }
}
