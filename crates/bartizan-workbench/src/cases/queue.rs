//! The queue of cases.

use askama::Template;

use super::ActForm;
use crate::shell::{Choice, Shell};
use crate::time::Moment;

/// `GET /cases`
#[derive(Clone, Debug, Template)]
#[template(path = "cases.html")]
pub struct Cases {
    /// What stands around the page.
    pub shell: Shell,
    /// What to narrow by, sent as `state`.
    pub states: Vec<Choice>,
    /// The same, sent as `embargo`.
    pub embargoes: Vec<Choice>,
    /// Cases, newest first.
    pub cases: Vec<CaseLine>,
    /// Whether there are more than are shown.
    pub more: bool,
    /// Opening a case; none for whom that is not.
    pub open: Option<ActForm>,
}

page!(Cases, "vulnerabilities", "cases");

/// A case in a list.
#[derive(Clone, Debug)]
pub struct CaseLine {
    /// UUID.
    pub uuid: String,
    /// What it is called; empty for whom the content is not for, or not yet.
    pub title: String,
    /// Who coordinates it.
    pub coordinator: String,
    /// CVE identifiers, one blank between two.
    pub cves: String,
    /// Where the report stands with the coordinator.
    pub report: String,
    /// The embargo's state.
    pub embargo: String,
    /// Until when it binds.
    pub until: Option<Moment>,
    /// Time of the last event, for who coordinates it.
    pub changed: Option<Moment>,
    /// Whether it is closed.
    pub closed: bool,
}
