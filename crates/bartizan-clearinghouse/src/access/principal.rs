//! Who asks.

use super::{OrganisationId, PersonId};

/// What a person may do in their organisation. A person can have several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads what the organisation may read.
    Reader,
    /// Submits reports, adds objects, takes back what the organisation added.
    Analyst,
    /// Decides on claims and publishes.
    Reviewer,
    /// Runs collections, sharing groups and people of the own organisation.
    Coordinator,
    /// Runs the node: organisations, people, settings. Reads content only with another role.
    Admin,
    /// Reads the audit log. Reads content only with another role.
    Auditor,
}

impl Role {
    /// All roles.
    pub const ALL: [Role; 6] =
        [Role::Reader, Role::Analyst, Role::Reviewer, Role::Coordinator, Role::Admin, Role::Auditor];

    /// `reader`, `analyst`, `reviewer`, `coordinator`, `admin`, `auditor`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Analyst => "analyst",
            Self::Reviewer => "reviewer",
            Self::Coordinator => "coordinator",
            Self::Admin => "admin",
            Self::Auditor => "auditor",
        }
    }

    /// From what [`Role::as_str`] gives.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

/// A set of roles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Roles(u8);

impl Roles {
    /// No role.
    pub const NONE: Roles = Roles(0);

    /// These roles.
    pub fn of(roles: &[Role]) -> Self {
        Self(roles.iter().fold(0, |bits, role| bits | 1 << *role as u8))
    }

    /// From names separated by commas; `None` if one is no role.
    pub fn parse(text: &str) -> Option<Self> {
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        names.map(Role::parse).collect::<Option<Vec<_>>>().map(|roles| Self::of(&roles))
    }

    /// Whether this role is among them.
    pub fn has(self, role: Role) -> bool {
        self.0 & 1 << role as u8 != 0
    }

    /// Whether one of these is among them.
    pub fn any(self, roles: &[Role]) -> bool {
        self.0 & Self::of(roles).0 != 0
    }

    /// Whether all of these are among them.
    pub fn covers(self, others: Roles) -> bool {
        others.0 & !self.0 == 0
    }

    /// In the order of [`Role::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.has(*role))
    }

    /// Names separated by commas.
    pub fn text(self) -> String {
        self.iter().map(Role::as_str).collect::<Vec<_>>().join(",")
    }
}

/// What a token may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Reading: TAXII GET, API GET, exports.
    Read,
    /// Adding and taking back content.
    Write,
    /// Running collections, groups, people, settings.
    Manage,
}

impl Scope {
    /// All scopes.
    pub const ALL: [Scope; 3] = [Scope::Read, Scope::Write, Scope::Manage];

    /// `read`, `write`, `manage`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Manage => "manage",
        }
    }

    /// From what [`Scope::as_str`] gives.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text)
    }
}

/// A set of scopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes(u8);

impl Scopes {
    /// Every scope: what a person has who signed in.
    pub const ALL: Scopes = Scopes(0b111);

    /// These scopes.
    pub fn of(scopes: &[Scope]) -> Self {
        Self(scopes.iter().fold(0, |bits, scope| bits | 1 << *scope as u8))
    }

    /// From names separated by commas; `None` if one is no scope or there is none.
    pub fn parse(text: &str) -> Option<Self> {
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        let scopes: Vec<Scope> = names.map(Scope::parse).collect::<Option<_>>()?;
        (!scopes.is_empty()).then(|| Self::of(&scopes))
    }

    /// Whether this scope is among them.
    pub fn has(self, scope: Scope) -> bool {
        self.0 & 1 << scope as u8 != 0
    }

    /// Whether all of these are among them.
    pub fn covers(self, others: Scopes) -> bool {
        others.0 & !self.0 == 0
    }

    /// Names separated by commas.
    pub fn text(self) -> String {
        Scope::ALL.into_iter().filter(|s| self.has(*s)).map(Scope::as_str).collect::<Vec<_>>().join(",")
    }
}

/// Who asks: a person or token that has shown who it is, or anyone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The person; `None` for anyone.
    pub person: Option<PersonId>,
    /// The person's organisation; `None` for anyone.
    pub organisation: Option<OrganisationId>,
    /// The organisation whose client the person's organisation is: TLP:AMBER reaches clients, TLP:AMBER+STRICT does not.
    pub client_of: Option<OrganisationId>,
    /// What the person may do.
    pub roles: Roles,
    /// What the way of signing in may be used for.
    pub scopes: Scopes,
}

impl Principal {
    /// Somebody who has not shown who they are.
    pub fn anyone() -> Self {
        Self {
            person: None,
            organisation: None,
            client_of: None,
            roles: Roles::NONE,
            scopes: Scopes::of(&[Scope::Read]),
        }
    }

    /// A person of an organisation, signed in with every scope.
    pub fn person(person: PersonId, organisation: OrganisationId, roles: Roles) -> Self {
        Self {
            person: Some(person),
            organisation: Some(organisation),
            client_of: None,
            roles,
            scopes: Scopes::ALL,
        }
    }

    /// An organisation itself, as another node stands for it: it reads what its readers read and nothing that is addressed to
    /// persons.
    pub fn organisation(organisation: OrganisationId, client_of: Option<OrganisationId>) -> Self {
        Self {
            person: None,
            organisation: Some(organisation),
            client_of,
            roles: Roles::of(&[Role::Reader]),
            scopes: Scopes::of(&[Scope::Read]),
        }
    }

    /// Whether this is somebody known.
    pub fn known(&self) -> bool {
        self.person.is_some()
    }
}
