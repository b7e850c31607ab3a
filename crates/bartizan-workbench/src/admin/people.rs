//! People.

use crate::shell::{Choice, Problem, Shell};
use crate::time::Moment;
use askama::Template;

/// `GET /admin/people`. Forms post `csrf` and: `name`, `email`, `organisation` and one `role` for each ticked to
/// `/admin/people` (add); one `role` for each ticked to `/admin/people/{id}/roles`; nothing more to `/admin/people/{id}/disable`, `/enable` and `/invite`.
#[derive(Clone, Debug, Template)]
#[template(path = "people.html")]
pub struct People {
    /// What stands around the page.
    pub shell: Shell,
    /// People this administrator may see.
    pub people: Vec<PersonLine>,
    /// Organisations a person can be added to.
    pub organisations: Vec<Choice>,
    /// Roles that can be given, for adding.
    pub roles: Vec<Choice>,
    /// The one-time link of the person just added or invited; shown once.
    pub invitation: Option<Invitation>,
    /// Why the form came back.
    pub problem: Option<Problem>,
}

page!(People, "admin");

/// A person in the list.
#[derive(Clone, Debug)]
pub struct PersonLine {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Organisation.
    pub organisation: String,
    /// Roles that can be given to this person, those they have chosen.
    pub roles: Vec<Choice>,
    /// Last seen.
    pub seen: Option<Moment>,
    /// Whether a second factor is set up.
    pub second_factor: bool,
    /// Whether the account is disabled.
    pub disabled: bool,
    /// Whether this administrator may change it; nobody may lock themselves out.
    pub may_change: bool,
}

/// A one-time link with which a person chooses their password.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// For whom.
    pub name: String,
    /// The link, complete with host.
    pub link: String,
    /// Until when it works.
    pub until: Moment,
}

impl PersonLine {
    fn roles_held(&self) -> String {
        let held: Vec<&str> = self.roles.iter().filter(|r| r.chosen).map(|r| r.label.as_str()).collect();
        if held.is_empty() { "none".to_owned() } else { held.join(", ") }
    }

    fn path(&self, act: &str) -> String {
        format!("/admin/people/{}/{act}", crate::href::part(&self.id))
    }
}
