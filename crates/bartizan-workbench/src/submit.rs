//! Giving the server a report to read.

use crate::shell::{Choice, Problem, Shell};
use askama::Template;
use bartizan_stix::Tlp;

/// `GET /submit`. Its form posts `multipart/form-data` to `/submit`: `csrf`, `kind` (`file`, `url`, `text`), one of
/// `file`, `url`, `text` (with `name`), `marking` (as [`Tlp::as_str`]), `collection` (may be empty) and `embargo`
/// (`2026-03-04T11:20` in UTC, or empty).
#[derive(Clone, Debug, Template)]
#[template(path = "submit.html")]
pub struct Submit {
    /// What stands around the page.
    pub shell: Shell,
    /// Which of the three is open: `file`, `url` or `text`.
    pub kind: String,
    /// Typed before.
    pub url: String,
    /// Typed before.
    pub text: String,
    /// Title of the pasted text, typed before.
    pub name: String,
    /// Chosen marking.
    pub marking: Tlp,
    /// Collections this person may write to, first of all "not yet".
    pub collections: Vec<Choice>,
    /// Typed before.
    pub embargo: String,
    /// Reports that it may be a new edition of, sent in `update`: first `auto` (as its address, title and publisher say), then
    /// `none` (a report of its own).
    pub updates: Vec<Choice>,
    /// Largest input, in bytes.
    pub most: u64,
    /// Why the form came back.
    pub problem: Option<Problem>,
}

page!(Submit, "submit");

impl Submit {
    fn is_open(&self, kind: &str) -> bool {
        self.kind == kind || (kind == "file" && !["url", "text"].contains(&self.kind.as_str()))
    }

    fn is_about(&self, field: &str) -> bool {
        self.problem.as_ref().is_some_and(|p| p.field == field)
    }
}
