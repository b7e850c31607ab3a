//! What is asked for.

use std::collections::{BTreeMap, BTreeSet};

use bartizan_stix::Tlp;

use crate::pap::Pap;

use super::{
    CaseAccess, CollectionId, EditionAccess, GroupId, Matter, OrganisationId, PersonId, Roles, Scopes,
    WindowAccess,
};

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// Know that it is there.
    List,
    /// See it.
    Read,
    /// Put something into it.
    Add,
    /// Take it away.
    Remove,
    /// Decide on its claims, publish it.
    Review,
    /// Change what it is or who gets it.
    Manage,
    /// Send it on to something outside that looks it up or passes it on, unseen by what it names (PAP: passive).
    Forward,
    /// Use it in a way that what it names could notice: contact it, block it (PAP: active).
    Act,
}

impl Verb {
    /// All verbs.
    pub const ALL: [Verb; 8] = [
        Verb::List,
        Verb::Read,
        Verb::Add,
        Verb::Remove,
        Verb::Review,
        Verb::Manage,
        Verb::Forward,
        Verb::Act,
    ];
}

/// What a collection's owner gives to an organisation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    /// May read.
    pub read: bool,
    /// May add.
    pub write: bool,
}

/// A collection, as far as access is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection {
    /// Its number.
    pub id: CollectionId,
    /// The organisation that runs it.
    pub owner: OrganisationId,
    /// Whether anyone, known or not, may read what is TLP:CLEAR in it.
    pub public: bool,
    /// What each organisation may do, from grants to organisations and to sharing groups.
    pub members: BTreeMap<OrganisationId, Rights>,
    /// Persons to whom TLP:RED content is addressed, besides its author.
    pub named: BTreeSet<PersonId>,
}

impl Collection {
    /// A collection that only its owner's organisation reads and writes.
    pub fn new(id: CollectionId, owner: OrganisationId) -> Self {
        let members = BTreeMap::from([(owner, Rights { read: true, write: true })]);
        Self { id, owner, public: false, members, named: BTreeSet::new() }
    }

    /// What an organisation may do; nothing if it is no member.
    pub fn rights(&self, organisation: OrganisationId) -> Rights {
        self.members.get(&organisation).copied().unwrap_or_default()
    }
}

/// Who reads a piece of content. Every stored object, report and job names one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Audience {
    /// The organisation that added it.
    pub owner: OrganisationId,
    /// The person who added it; kept only where the marking is TLP:RED, so that there are few audiences.
    pub author: Option<PersonId>,
    /// How far it may go.
    pub marking: Tlp,
    /// Until when (microseconds since 1970) only the owner reads it.
    pub embargo: Option<i64>,
    /// The collection in which it is shared; `None` for what only its owner has.
    pub collection: Option<CollectionId>,
}

impl Audience {
    /// Content of an organisation, shared with nobody.
    pub fn new(owner: OrganisationId, marking: Tlp) -> Self {
        Self { owner, author: None, marking, embargo: None, collection: None }
    }

    /// The same, shared in a collection.
    #[must_use]
    pub fn in_collection(mut self, collection: CollectionId) -> Self {
        self.collection = Some(collection);
        self
    }
}

/// A sharing group: organisations under one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its number.
    pub id: GroupId,
    /// The organisation that runs it.
    pub owner: OrganisationId,
    /// Who is in it.
    pub members: BTreeSet<OrganisationId>,
}

/// A person, as far as access is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// The person.
    pub id: PersonId,
    /// Their organisation.
    pub organisation: OrganisationId,
    /// What they may do.
    pub roles: Roles,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub enum Thing<'a> {
    /// An object, report, job or anything else that names an audience.
    Content {
        /// Who reads it.
        audience: &'a Audience,
        /// The collection that the audience names, if it names one. Without it nothing but the owner's reading is allowed.
        collection: Option<&'a Collection>,
    },
    /// A piece of content and what its PAP label lets one do with it: what [`Verb::Forward`] and [`Verb::Act`] ask about.
    Use {
        /// Who reads it.
        audience: &'a Audience,
        /// The collection that the audience names, if it names one.
        collection: Option<&'a Collection>,
        /// Its PAP label; none lets everything.
        pap: Option<Pap>,
    },
    /// How far a piece of content goes, and how far it would go after a change: its marking and its embargo. Everything but reading
    /// asks about the change.
    Marking {
        /// Who reads it.
        audience: &'a Audience,
        /// The collection that the audience names, if it names one.
        collection: Option<&'a Collection>,
        /// Who would read it.
        after: &'a Audience,
        /// Whether what may be done with it (PAP) would become less restricted.
        freer: bool,
    },
    /// A collection: knowing of it, adding to it, running it.
    Collection(&'a Collection),
    /// What an organisation has without sharing it: its reports and submissions.
    Library(OrganisationId),
    /// A sharing group.
    Group(&'a Group),
    /// An organisation's entry.
    Organisation(OrganisationId),
    /// A person's entry. `Manage` with the roles they would have after the change.
    Person(Member, Roles),
    /// A token of a person, with these scopes.
    Token(PersonId, Scopes),
    /// Where an organisation takes reports of vulnerabilities, if it still does.
    Desk(OrganisationId, bool),
    /// A report of a vulnerability.
    Submission {
        /// The organisation whose desk took it.
        desk: OrganisationId,
        /// The organisation that sent it.
        sender: OrganisationId,
        /// Who of it.
        person: PersonId,
        /// The case that it is in.
        case: Option<&'a CaseAccess>,
    },
    /// What an organisation says of an advisory that it reads; whether it reads it is asked apart.
    Receipt {
        /// The organisation whose advisory it is.
        owner: OrganisationId,
        /// The organisation that says it.
        operator: OrganisationId,
    },
    /// What an organisation has installed, and what follows from it: inventories, its due list, what it decided about them.
    Inventory(OrganisationId),
    /// A case of coordination.
    Case(&'a CaseAccess),
    /// What an organisation means to scan: registering and keeping it (`Add`), stopping it (`Remove`), deciding about it as an owner
    /// (`Review`), writing to its people as the coordinator (`Manage`).
    ScanIntent {
        /// The organisation at whose desk it is registered.
        desk: OrganisationId,
        /// The organisation that scans.
        scanner: OrganisationId,
        /// Those whose it is what would be scanned.
        owners: &'a [OrganisationId],
    },
    /// A range of live targets that an owner has registered (`Add`, `Remove`) and the coordinator verifies (`Review`).
    ScanRange {
        /// Whose it is.
        owner: OrganisationId,
        /// The organisation at whose desk it is registered.
        desk: OrganisationId,
    },
    /// A programme of model testing, run by an organisation: whoever may hand a model in has to know it.
    Programme(OrganisationId),
    /// A window of model testing: one matter of it, and the organisation that this piece of it belongs to.
    Window {
        /// Who has a part in it.
        window: &'a WindowAccess,
        /// What of it.
        matter: Matter,
        /// Whose piece it is; none if it is nobody's in particular: then only sides that read all of the matter read it.
        of: Option<OrganisationId>,
    },
    /// An edition that left a window.
    Edition(&'a EditionAccess),
    /// The audit log.
    Audit,
    /// The node: settings, backups, every organisation.
    Node,
}
