//! What several endpoints send and take.

use bartizan_clearinghouse::access::{Role, Roles, Scope, Scopes};
use bartizan_clearinghouse::pap::Pap;
use bartizan_stix::Tlp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Pattern of a name: one line, not all blank.
pub(super) const LINE: &str = r"^[^\x00-\x1f\x7f-\x9f]*[^\x00-\x1f\x7f-\x9f\s][^\x00-\x1f\x7f-\x9f]*$";

/// Something by its identifier, and its name for people.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(super) struct Named {
    pub(super) id: String,
    pub(super) name: String,
}

/// Some of a list, and how to go on.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "{T}List")]
pub(super) struct Items<T> {
    pub(super) items: Vec<T>,
    /// What the parameter `next` takes to go on behind the last item; null: there is no more.
    pub(super) next: Option<String>,
}

/// How far something may go (TLP 2.0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) enum Marking {
    #[serde(rename = "TLP:CLEAR")]
    Clear,
    #[serde(rename = "TLP:GREEN")]
    Green,
    #[serde(rename = "TLP:AMBER")]
    Amber,
    #[serde(rename = "TLP:AMBER+STRICT")]
    AmberStrict,
    #[serde(rename = "TLP:RED")]
    Red,
}

/// What may be done with something (MISP's PAP).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Pap")]
pub(super) enum PapName {
    #[serde(rename = "PAP:CLEAR")]
    Clear,
    #[serde(rename = "PAP:GREEN")]
    Green,
    #[serde(rename = "PAP:AMBER")]
    Amber,
    #[serde(rename = "PAP:RED")]
    Red,
}

impl From<Pap> for PapName {
    fn from(pap: Pap) -> Self {
        match pap {
            Pap::Clear => Self::Clear,
            Pap::Green => Self::Green,
            Pap::Amber => Self::Amber,
            Pap::Red => Self::Red,
        }
    }
}

impl From<PapName> for Pap {
    fn from(pap: PapName) -> Self {
        match pap {
            PapName::Clear => Self::Clear,
            PapName::Green => Self::Green,
            PapName::Amber => Self::Amber,
            PapName::Red => Self::Red,
        }
    }
}

impl From<Tlp> for Marking {
    fn from(tlp: Tlp) -> Self {
        match tlp {
            Tlp::Clear => Self::Clear,
            Tlp::Green => Self::Green,
            Tlp::Amber => Self::Amber,
            Tlp::AmberStrict => Self::AmberStrict,
            Tlp::Red => Self::Red,
        }
    }
}

impl From<Marking> for Tlp {
    fn from(marking: Marking) -> Self {
        match marking {
            Marking::Clear => Self::Clear,
            Marking::Green => Self::Green,
            Marking::Amber => Self::Amber,
            Marking::AmberStrict => Self::AmberStrict,
            Marking::Red => Self::Red,
        }
    }
}

/// What a person may do.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Role")]
pub(super) enum RoleName {
    Reader,
    Analyst,
    Reviewer,
    Coordinator,
    Admin,
    Auditor,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Reader => Self::Reader,
            RoleName::Analyst => Self::Analyst,
            RoleName::Reviewer => Self::Reviewer,
            RoleName::Coordinator => Self::Coordinator,
            RoleName::Admin => Self::Admin,
            RoleName::Auditor => Self::Auditor,
        }
    }
}

impl From<Role> for RoleName {
    fn from(role: Role) -> Self {
        match role {
            Role::Reader => Self::Reader,
            Role::Analyst => Self::Analyst,
            Role::Reviewer => Self::Reviewer,
            Role::Coordinator => Self::Coordinator,
            Role::Admin => Self::Admin,
            Role::Auditor => Self::Auditor,
        }
    }
}

/// Names to a set of roles.
pub(super) fn roles(names: &[RoleName]) -> Roles {
    let held: Vec<Role> = names.iter().map(|name| Role::from(*name)).collect();
    Roles::of(&held)
}

/// A set of roles to names.
pub(super) fn role_names(roles: Roles) -> Vec<RoleName> {
    roles.iter().map(RoleName::from).collect()
}

/// What a token may be used for.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Scope")]
pub(super) enum ScopeName {
    Read,
    Write,
    Manage,
}

impl ScopeName {
    pub(super) fn scope(self) -> Scope {
        match self {
            Self::Read => Scope::Read,
            Self::Write => Scope::Write,
            Self::Manage => Scope::Manage,
        }
    }
}

/// A set of scopes to names.
pub(super) fn scope_names(scopes: Scopes) -> Vec<ScopeName> {
    [ScopeName::Read, ScopeName::Write, ScopeName::Manage]
        .into_iter()
        .filter(|name| scopes.has(name.scope()))
        .collect()
}
