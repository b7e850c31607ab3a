//! Who is there and who gets what: small, immutable, read again when its version in the database has moved.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

use bartizan_clearinghouse::access::{
    Audience, Collection, CollectionId, Group, GroupId, Member, OrganisationId, PersonId, Principal, Rights,
    Roles, Scopes, Thing, Verb, decide,
};

use crate::advisories::PublisherEntry;
use crate::audience;
use crate::db::Store;
use crate::error::Error;
use crate::identity::CertificateEntry;
use crate::intake::DeskEntry;
use crate::sql::values;

/// An organisation.
#[derive(Clone, Debug)]
pub struct OrganisationEntry {
    /// Its number.
    pub id: OrganisationId,
    /// What the outside calls it by.
    pub uuid: String,
    /// Its name, unique on the node.
    pub name: String,
    /// Whose client it is.
    pub client_of: Option<OrganisationId>,
    /// Whether it is closed: none of its people gets in.
    pub closed: bool,
}

/// A person.
#[derive(Clone, Debug)]
pub struct PersonEntry {
    /// Number, organisation and roles.
    pub member: Member,
    /// What the outside calls them by.
    pub uuid: String,
    /// The name they sign in with, in lower case.
    pub name: String,
    /// The name shown to others.
    pub shown: String,
    /// Argon2id in PHC form.
    pub password: Option<String>,
    /// Whether they are closed: they do not get in.
    pub closed: bool,
    /// Whether their password alone lets nobody in: they have set up a second factor.
    pub second_factor: bool,
}

/// A token.
#[derive(Clone, Debug)]
pub struct TokenEntry {
    /// Its number, which stays inside.
    pub id: i64,
    /// What the outside calls it by.
    pub uuid: String,
    /// Whose it is.
    pub person: PersonId,
    /// What its owner calls it.
    pub label: String,
    /// What it may be used for.
    pub scopes: Scopes,
    /// When it was made, microseconds.
    pub created: i64,
    /// From when on it is of no use, microseconds.
    pub expires: Option<i64>,
    /// Whether it was revoked.
    pub revoked: bool,
}

/// A sharing group.
#[derive(Clone, Debug)]
pub struct GroupEntry {
    /// Number, owner and members.
    pub group: Group,
    /// What the outside calls it by.
    pub uuid: String,
    /// Its name.
    pub name: String,
}

/// A collection.
#[derive(Clone, Debug)]
pub struct CollectionEntry {
    /// Number, owner, members, named persons.
    pub access: Collection,
    /// What the outside calls it by.
    pub uuid: String,
    /// A short name for addresses.
    pub alias: Option<String>,
    /// Its title.
    pub title: String,
    /// What is in it, for people.
    pub description: String,
    /// What an object without a marking counts as.
    pub marking: bartizan_stix::Tlp,
    /// Organisations with a grant of their own.
    pub direct: BTreeSet<OrganisationId>,
    /// Sharing groups with a grant; what it gives to their members is in `access`.
    pub groups: BTreeMap<GroupId, Rights>,
}

/// Who is there and who gets what.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// Moves with every change.
    pub version: i64,
    /// Organisations by number.
    pub organisations: BTreeMap<OrganisationId, OrganisationEntry>,
    /// People by number.
    pub people: BTreeMap<PersonId, PersonEntry>,
    /// Numbers of people by the name they sign in with.
    pub names: BTreeMap<String, PersonId>,
    /// Tokens by the digest of their secret.
    pub tokens: BTreeMap<String, TokenEntry>,
    /// Client certificates by fingerprint: the newest that was bound.
    pub certificates: BTreeMap<String, CertificateEntry>,
    /// Sharing groups by number.
    pub groups: BTreeMap<GroupId, GroupEntry>,
    /// Collections by number, without those that are closed.
    pub collections: BTreeMap<CollectionId, CollectionEntry>,
    /// Numbers of collections by UUID and by alias.
    pub addresses: BTreeMap<String, CollectionId>,
    /// Desks that take, or took, reports of vulnerabilities.
    pub desks: BTreeMap<OrganisationId, DeskEntry>,
    /// Organisations that publish advisories.
    pub publishers: BTreeMap<OrganisationId, PublisherEntry>,
    /// Audiences by number.
    pub audiences: BTreeMap<i64, Audience>,
    /// Numbers of audiences by collection (`None`: of no collection).
    pub by_collection: BTreeMap<Option<CollectionId>, Vec<i64>>,
}

impl Directory {
    /// The principal of a person who has shown who they are; `None` if they or their organisation are closed.
    pub fn principal(&self, person: PersonId, scopes: Scopes) -> Option<Principal> {
        let person = self.people.get(&person).filter(|p| !p.closed)?;
        let organisation = self.organisations.get(&person.member.organisation).filter(|o| !o.closed)?;
        Some(Principal {
            person: Some(person.member.id),
            organisation: Some(organisation.id),
            client_of: organisation.client_of,
            roles: person.member.roles,
            scopes,
        })
    }

    /// A collection by UUID or alias, whoever asks.
    pub fn collection(&self, address: &str) -> Option<&CollectionEntry> {
        self.addresses.get(address).and_then(|id| self.collections.get(id))
    }

    /// The audiences of a collection (or of no collection) that a principal reads now, in order.
    pub fn readable(&self, principal: &Principal, collection: Option<CollectionId>, now: i64) -> Vec<i64> {
        let shared = collection.and_then(|id| self.collections.get(&id)).map(|c| &c.access);
        let numbers = self.by_collection.get(&collection).map(Vec::as_slice).unwrap_or_default();
        let reads = |number: &&i64| {
            self.audiences.get(number).is_some_and(|audience| {
                let thing = Thing::Content { audience, collection: shared };
                decide(principal, Verb::Read, &thing, now).allowed()
            })
        };
        numbers.iter().filter(reads).copied().collect()
    }

    /// The number of an audience, if there is one.
    pub fn audience(&self, audience: &Audience) -> Option<i64> {
        let numbers = self.by_collection.get(&audience.collection)?;
        numbers.iter().copied().find(|number| self.audiences.get(number) == Some(audience))
    }
}

impl Store {
    /// The directory as last read. Statements made with it are checked by [`Store::current`].
    pub fn directory(&self) -> Arc<Directory> {
        Arc::clone(&self.directory.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether a directory is still the newest; if not, reads it again. Whoever read content by it has to do so again: content
    /// may have come with an audience it does not know, and going on behind that would miss it for ever.
    pub async fn current(&self, directory: &Directory) -> Result<bool, Error> {
        let rows = self.read("SELECT last FROM counter WHERE name = 'directory'", &[]).await?;
        let version = rows.first().map_or(Ok(0), |row| row.number(0))?;
        if version == directory.version {
            return Ok(true);
        }
        self.reload().await?;
        Ok(false)
    }

    /// The directory, read again if it has moved.
    pub async fn fresh(&self) -> Result<Arc<Directory>, Error> {
        let directory = self.directory();
        if self.current(&directory).await? { Ok(directory) } else { Ok(self.directory()) }
    }

    pub(crate) async fn reload(&self) -> Result<(), Error> {
        // The version first: whatever is changed while the rest is read moves it again.
        let rows = self.read("SELECT last FROM counter WHERE name = 'directory'", &[]).await?;
        let mut new =
            Directory { version: rows.first().map_or(Ok(0), |row| row.number(0))?, ..Directory::default() };
        self.load_people(&mut new).await?;
        self.load_identity(&mut new).await?;
        self.load_sharing(&mut new).await?;
        *self.directory.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
        Ok(())
    }

    async fn load_people(&self, new: &mut Directory) -> Result<(), Error> {
        let sql = "SELECT id, uuid, name, client_of, closed FROM organisation";
        for row in self.read(sql, &[]).await? {
            let id = OrganisationId(row.number(0)?);
            let entry = OrganisationEntry {
                id,
                uuid: row.text(1)?,
                name: row.text(2)?,
                client_of: row.number_or_none(3)?.map(OrganisationId),
                closed: row.number_or_none(4)?.is_some(),
            };
            new.organisations.insert(id, entry);
        }
        let sql = "SELECT id, uuid, organisation, name, shown, roles, password, closed FROM person";
        for row in self.read(sql, &[]).await? {
            let id = PersonId(row.number(0)?);
            let member = Member {
                id,
                organisation: OrganisationId(row.number(2)?),
                // What cannot be read gives nothing.
                roles: Roles::parse(&row.text(5)?).unwrap_or_default(),
            };
            let entry = PersonEntry {
                member,
                uuid: row.text(1)?,
                name: row.text(3)?,
                shown: row.text(4)?,
                password: row.text_or_none(6)?,
                closed: row.number_or_none(7)?.is_some(),
                second_factor: false,
            };
            new.names.insert(entry.name.clone(), id);
            new.people.insert(id, entry);
        }
        let sql = "SELECT id, person, label, digest, scopes, created, expires, revoked, uuid FROM token";
        for row in self.read(sql, &[]).await? {
            let entry = TokenEntry {
                id: row.number(0)?,
                person: PersonId(row.number(1)?),
                label: row.text(2)?,
                scopes: Scopes::parse(&row.text(4)?).unwrap_or_default(),
                created: row.number(5)?,
                expires: row.number_or_none(6)?,
                revoked: row.number_or_none(7)?.is_some(),
                uuid: row.text_or_none(8)?.unwrap_or_default(),
            };
            new.tokens.insert(row.text(3)?, entry);
        }
        Ok(())
    }

    async fn load_sharing(&self, new: &mut Directory) -> Result<(), Error> {
        for row in self.read("SELECT id, uuid, owner, name FROM sharing_group", &[]).await? {
            let id = GroupId(row.number(0)?);
            let group = Group { id, owner: OrganisationId(row.number(2)?), members: BTreeSet::new() };
            new.groups.insert(id, GroupEntry { group, uuid: row.text(1)?, name: row.text(3)? });
        }
        for row in self.read("SELECT group_id, organisation FROM group_member", &[]).await? {
            if let Some(entry) = new.groups.get_mut(&GroupId(row.number(0)?)) {
                entry.group.members.insert(OrganisationId(row.number(1)?));
            }
        }
        let sql = "SELECT id, uuid, alias, owner, title, description, marking, public FROM collection
                   WHERE closed IS NULL";
        for row in self.read(sql, &[]).await? {
            let id = CollectionId(row.number(0)?);
            let mut access = Collection::new(id, OrganisationId(row.number(3)?));
            // The owner's organisation has what it is granted like everybody else.
            access.members.clear();
            access.public = row.flag(7)?;
            let entry = CollectionEntry {
                access,
                uuid: row.text(1)?,
                alias: row.text_or_none(2)?,
                title: row.text(4)?,
                description: row.text(5)?,
                marking: audience::marking(row.number(6)?),
                direct: BTreeSet::new(),
                groups: BTreeMap::new(),
            };
            new.addresses.insert(entry.uuid.clone(), id);
            if let Some(alias) = &entry.alias {
                new.addresses.insert(alias.clone(), id);
            }
            new.collections.insert(id, entry);
        }
        let sql = "SELECT collection, organisation, group_id, can_read, can_write FROM collection_grant";
        for row in self.read(sql, &[]).await? {
            let Some(entry) = new.collections.get_mut(&CollectionId(row.number(0)?)) else {
                continue;
            };
            let rights = Rights { read: row.flag(3)?, write: row.flag(4)? };
            let (organisation, group) = (OrganisationId(row.number(1)?), GroupId(row.number(2)?));
            let whom: Vec<OrganisationId> = match new.groups.get(&group) {
                Some(group) => group.group.members.iter().copied().collect(),
                None => vec![organisation],
            };
            if new.groups.contains_key(&group) {
                entry.groups.insert(group, rights);
            } else {
                entry.direct.insert(organisation);
            }
            for organisation in whom {
                let has = entry.access.members.entry(organisation).or_default();
                has.read |= rights.read;
                has.write |= rights.write;
            }
        }
        for row in self.read("SELECT collection, person FROM collection_named", &[]).await? {
            if let Some(entry) = new.collections.get_mut(&CollectionId(row.number(0)?)) {
                entry.access.named.insert(PersonId(row.number(1)?));
            }
        }
        for row in self.read("SELECT organisation, uuid, title, about, closed FROM desk", &[]).await? {
            let organisation = OrganisationId(row.number(0)?);
            let entry = DeskEntry {
                organisation,
                uuid: row.text(1)?,
                title: row.text(2)?,
                about: row.text(3)?,
                closed: row.number_or_none(4)?.is_some(),
            };
            new.desks.insert(organisation, entry);
        }
        let sql = "SELECT organisation, alias, name, category, namespace, contact, authority, created FROM publisher";
        for row in self.read(sql, &[]).await? {
            let organisation = OrganisationId(row.number(0)?);
            let entry = PublisherEntry {
                organisation,
                alias: row.text(1)?,
                name: row.text(2)?,
                category: row.text(3)?,
                namespace: row.text(4)?,
                contact: row.text(5)?,
                authority: row.text(6)?,
                created: row.number(7)?,
            };
            new.publishers.insert(organisation, entry);
        }
        let sql = "SELECT id, collection, owner, author, marking, embargo FROM audience ORDER BY id";
        for row in self.read(sql, values![]).await? {
            let id = row.number(0)?;
            let entry = audience::read(&row)?;
            new.by_collection.entry(entry.collection).or_default().push(id);
            new.audiences.insert(id, entry);
        }
        Ok(())
    }
}
