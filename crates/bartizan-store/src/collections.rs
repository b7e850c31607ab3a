//! Collections and sharing groups.

use bartizan_clearinghouse::access::{CollectionId, GroupId, OrganisationId, PersonId, Rights};
use bartizan_stix::Tlp;
use serde_json::json;

use crate::audience::rank;
use crate::audit::Action;
use crate::db::Store;
use crate::error::Error;
use crate::people;
use crate::sql::values;

/// A collection to be made.
#[derive(Clone, Debug)]
pub struct NewCollection<'a> {
    /// What the outside calls it by; random.
    pub uuid: &'a str,
    /// A short name for addresses: lower-case letters, digits, hyphens.
    pub alias: Option<&'a str>,
    /// The organisation that runs it.
    pub owner: OrganisationId,
    /// Its title.
    pub title: &'a str,
    /// What is in it, for people.
    pub description: &'a str,
    /// What an object without a marking counts as.
    pub marking: Tlp,
    /// Whether anyone may read what is TLP:CLEAR in it.
    pub public: bool,
}

/// To whom a grant is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewGrant {
    /// To an organisation.
    Organisation(OrganisationId),
    /// To all organisations of a sharing group, whoever is in it when something is read.
    Group(GroupId),
}

impl Store {
    /// Makes a collection that its owner's organisation reads and writes.
    pub async fn add_collection(
        &self,
        by: &Action<'_>,
        new: &NewCollection<'_>,
    ) -> Result<CollectionId, Error> {
        let title = people::title(new.title)?;
        if let Some(alias) = new.alias {
            let good = (2..=60).contains(&alias.len())
                && alias.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            if !good {
                return Err(Error::invalid("an alias has 2 to 60 lower-case letters, digits and hyphens"));
            }
        }
        let mut tx = self.begin().await?;
        let id = tx.next("collection").await?;
        let sql = "INSERT INTO collection
                   (id, uuid, alias, owner, title, description, marking, public, clock, created)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9)";
        let marking = rank(new.marking);
        let (owner, description) = (new.owner.0, new.description);
        tx.run(sql, values![id, new.uuid, new.alias, owner, title, description, marking, new.public, by.now])
            .await?;
        let sql = "INSERT INTO collection_grant (collection, organisation, group_id, can_read, can_write)
                   VALUES ($1, $2, 0, $3, $3)";
        tx.run(sql, values![id, owner, true]).await?;
        let detail = json!({ "title": title, "public": new.public }).to_string();
        self.changed(tx, by, "collection.create", &format!("collection/{}", new.uuid), &detail).await?;
        Ok(CollectionId(id))
    }

    /// Gives rights to an organisation or group; no rights take the grant away.
    pub async fn grant(
        &self,
        by: &Action<'_>,
        collection: CollectionId,
        whom: NewGrant,
        rights: Rights,
    ) -> Result<(), Error> {
        let (organisation, group) = match whom {
            NewGrant::Organisation(id) => (id.0, 0),
            NewGrant::Group(id) => (0, id.0),
        };
        let mut tx = self.begin().await?;
        let sql =
            "DELETE FROM collection_grant WHERE collection = $1 AND organisation = $2 AND group_id = $3";
        tx.run(sql, values![collection.0, organisation, group]).await?;
        if rights != Rights::default() {
            let sql = "INSERT INTO collection_grant (collection, organisation, group_id, can_read, can_write)
                       VALUES ($1, $2, $3, $4, $5)";
            tx.run(sql, values![collection.0, organisation, group, rights.read, rights.write]).await?;
        }
        let detail = json!({
            "organisation": organisation, "group": group, "read": rights.read, "write": rights.write
        });
        let thing = format!("collection/{}", collection.0);
        self.changed(tx, by, "collection.grant", &thing, &detail.to_string()).await
    }

    /// Lets anyone read what is TLP:CLEAR in a collection, or no longer.
    pub async fn set_public(
        &self,
        by: &Action<'_>,
        collection: CollectionId,
        public: bool,
    ) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        tx.run("UPDATE collection SET public = $1 WHERE id = $2", values![public, collection.0]).await?;
        let detail = json!({ "public": public }).to_string();
        self.changed(tx, by, "collection.public", &format!("collection/{}", collection.0), &detail).await
    }

    /// Closes a collection of an organisation, or opens it again: nobody reads a closed one, and nothing in it is lost. `false`:
    /// it is none of theirs, or is so already.
    pub async fn close_collection(
        &self,
        by: &Action<'_>,
        owner: OrganisationId,
        uuid: &str,
        closed: bool,
    ) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let moved = if closed {
            let sql = "UPDATE collection SET closed = $1 WHERE uuid = $2 AND owner = $3 AND closed IS NULL";
            tx.run(sql, values![by.now, uuid, owner.0]).await?
        } else {
            let sql =
                "UPDATE collection SET closed = NULL WHERE uuid = $1 AND owner = $2 AND closed IS NOT NULL";
            tx.run(sql, values![uuid, owner.0]).await?
        };
        if moved == 0 {
            return Ok(false);
        }
        let what = if closed { "collection.close" } else { "collection.open" };
        self.changed(tx, by, what, &format!("collection/{uuid}"), "{}").await?;
        Ok(true)
    }

    /// The closed collections of an organisation: UUID, title, when; by title.
    pub async fn closed_collections(
        &self,
        owner: OrganisationId,
    ) -> Result<Vec<(String, String, i64)>, Error> {
        let sql = "SELECT uuid, title, closed FROM collection WHERE owner = $1 AND closed IS NOT NULL ORDER BY title, id";
        let rows = self.read(sql, values![owner.0]).await?;
        rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?, row.number(2)?))).collect()
    }

    /// Names a person as recipient of what is TLP:RED in a collection, or no longer.
    pub async fn name_recipient(
        &self,
        by: &Action<'_>,
        collection: CollectionId,
        person: PersonId,
        named: bool,
    ) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let sql = "DELETE FROM collection_named WHERE collection = $1 AND person = $2";
        tx.run(sql, values![collection.0, person.0]).await?;
        if named {
            let sql = "INSERT INTO collection_named (collection, person) VALUES ($1, $2)";
            tx.run(sql, values![collection.0, person.0]).await?;
        }
        let detail = json!({ "person": person.0, "named": named }).to_string();
        self.changed(tx, by, "collection.named", &format!("collection/{}", collection.0), &detail).await
    }

    /// Makes a sharing group; its owner is in it.
    pub async fn add_group(
        &self,
        by: &Action<'_>,
        uuid: &str,
        owner: OrganisationId,
        shown: &str,
    ) -> Result<GroupId, Error> {
        let shown = people::title(shown)?;
        let mut tx = self.begin().await?;
        let id = tx.next("group").await?;
        let sql = "INSERT INTO sharing_group (id, uuid, owner, name, created) VALUES ($1, $2, $3, $4, $5)";
        tx.run(sql, values![id, uuid, owner.0, shown, by.now]).await?;
        let sql = "INSERT INTO group_member (group_id, organisation) VALUES ($1, $2)";
        tx.run(sql, values![id, owner.0]).await?;
        let detail = json!({ "name": shown }).to_string();
        self.changed(tx, by, "group.create", &format!("group/{uuid}"), &detail).await?;
        Ok(GroupId(id))
    }

    /// Puts an organisation into a group, or takes it out.
    pub async fn set_group_member(
        &self,
        by: &Action<'_>,
        group: GroupId,
        organisation: OrganisationId,
        member: bool,
    ) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let sql = "DELETE FROM group_member WHERE group_id = $1 AND organisation = $2";
        tx.run(sql, values![group.0, organisation.0]).await?;
        if member {
            let sql = "INSERT INTO group_member (group_id, organisation) VALUES ($1, $2)";
            tx.run(sql, values![group.0, organisation.0]).await?;
        }
        let detail = json!({ "organisation": organisation.0, "member": member }).to_string();
        self.changed(tx, by, "group.member", &format!("group/{}", group.0), &detail).await
    }
}
