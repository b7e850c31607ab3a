//! Organisations.

use crate::shell::{Problem, Shell};
use askama::Template;

/// `GET /admin/organisations`. Forms post `csrf` and: `name`, `contact` to `/admin/organisations` (add); nothing more
/// to `/admin/organisations/{id}/disable` and `/enable`.
#[derive(Clone, Debug, Template)]
#[template(path = "organisations.html")]
pub struct Organisations {
    /// What stands around the page.
    pub shell: Shell,
    /// Organisations.
    pub organisations: Vec<Organisation>,
    /// Why the form came back.
    pub problem: Option<Problem>,
}

page!(Organisations, "admin");

/// An organisation in the list.
#[derive(Clone, Debug, Default)]
pub struct Organisation {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// How to reach it.
    pub contact: String,
    /// People in it.
    pub people: u64,
    /// Sharing groups it is in.
    pub groups: Vec<String>,
    /// Whether nobody of it may sign in.
    pub disabled: bool,
    /// Whether this administrator may change it.
    pub may_change: bool,
}

impl Organisation {
    fn path(&self, act: &str) -> String {
        format!("/admin/organisations/{}/{act}", crate::href::part(&self.id))
    }
}
