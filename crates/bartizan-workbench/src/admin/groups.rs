//! Sharing groups.

use crate::shell::{Choice, Problem, Shell};
use askama::Template;

/// `GET /admin/groups`. Forms post `csrf` and: `name`, `description` to `/admin/groups` (add); `organisation` to
/// `/admin/groups/{id}/add` and `/admin/groups/{id}/remove`.
#[derive(Clone, Debug, Template)]
#[template(path = "groups.html")]
pub struct Groups {
    /// What stands around the page.
    pub shell: Shell,
    /// Groups.
    pub groups: Vec<Group>,
    /// Why the form came back.
    pub problem: Option<Problem>,
}

page!(Groups, "admin");

/// A sharing group.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Members: id and name.
    pub members: Vec<(String, String)>,
    /// Organisations that can be added.
    pub others: Vec<Choice>,
    /// Collections it reads.
    pub collections: Vec<String>,
    /// Whether this administrator may change it.
    pub may_change: bool,
}

impl Group {
    fn path(&self, act: &str) -> String {
        format!("/admin/groups/{}/{act}", crate::href::part(&self.id))
    }
}
