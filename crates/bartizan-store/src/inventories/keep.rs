//! Keeping inventories.

use bartizan_clearinghouse::access::OrganisationId;

use super::find::InventoryEntry;
use super::{EDITIONS, log, thing};
use crate::audit::Action;
use crate::db::Store;
use crate::error::Error;
use crate::sql::{Tx, values};

/// Inventories of one organisation.
const MOST: i64 = 1_000;

/// An inventory to be kept.
#[derive(Clone, Debug)]
pub struct NewInventory<'a> {
    /// What its organisation will call it by; random.
    pub uuid: &'a str,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Sealed: everything about it.
    pub about: &'a str,
    /// Its document.
    pub edition: NewInventoryDocument<'a>,
}

/// A document of an inventory.
#[derive(Clone, Debug)]
pub struct NewInventoryDocument<'a> {
    /// Sealed: the document as it came.
    pub document: &'a str,
    /// Sealed: what was read from it.
    pub assets: &'a str,
}

async fn edition(
    tx: &mut Tx,
    id: i64,
    number: i64,
    now: i64,
    new: &NewInventoryDocument<'_>,
) -> Result<(), Error> {
    let sql = "INSERT INTO inventory_edition (inventory, number, kept, document, assets) VALUES ($1, $2, $3, $4, $5)";
    tx.run(sql, values![id, number, now, new.document, new.assets]).await?;
    let sql = "DELETE FROM inventory_edition WHERE inventory = $1 AND number <= $2";
    tx.run(sql, values![id, number - EDITIONS]).await.map(drop)
}

impl Store {
    /// Keeps a new inventory.
    ///
    /// # Errors
    /// A conflict if the organisation has as many as there may be.
    pub async fn add_inventory(&self, by: &Action<'_>, new: &NewInventory<'_>) -> Result<(), Error> {
        let own = new.organisation.0;
        let mut tx = self.begin().await?;
        let row = tx.one("SELECT COUNT(*) FROM inventory WHERE organisation = $1", values![own]).await?;
        if row.map_or(Ok(0), |row| row.number(0))? >= MOST {
            return Err(Error::conflict("an organisation has at most 1,000 inventories"));
        }
        let id = tx.next("inventory").await?;
        let sql = "INSERT INTO inventory (id, uuid, organisation, edition, revision, about, created, changed)
                   VALUES ($1, $2, $3, 1, 1, $4, $5, $5)";
        tx.run(sql, values![id, new.uuid, own, new.about, by.now]).await?;
        edition(&mut tx, id, 1, by.now, &new.edition).await?;
        log::write(&mut tx, new.organisation, by, "inventory.add", &thing(new.uuid), "{}").await?;
        tx.commit().await
    }

    /// Changes what is said about an inventory, and its document if there is a new one. `false`: somebody else changed it since it was
    /// read, or it is gone.
    pub async fn change_inventory(
        &self,
        by: &Action<'_>,
        read: &InventoryEntry,
        about: &str,
        new: Option<&NewInventoryDocument<'_>>,
    ) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let number = read.edition + i64::from(new.is_some());
        let sql = "UPDATE inventory SET about = $1, edition = $2, revision = revision + 1, changed = $3
                   WHERE id = $4 AND revision = $5 AND organisation = $6";
        let given = values![about, number, by.now, read.id, read.revision, read.organisation.0];
        if tx.run(sql, given).await? == 0 {
            return Ok(false);
        }
        if let Some(new) = new {
            edition(&mut tx, read.id, number, by.now, new).await?;
        }
        let what = if new.is_some() { "inventory.replace" } else { "inventory.change" };
        log::write(&mut tx, read.organisation, by, what, &thing(&read.uuid), "{}").await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Deletes an inventory with all its documents. What was decided about its items stays. `false`: it was gone.
    pub async fn remove_inventory(&self, by: &Action<'_>, entry: &InventoryEntry) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        tx.run("DELETE FROM inventory_edition WHERE inventory = $1", values![entry.id]).await?;
        let sql = "DELETE FROM inventory WHERE id = $1 AND organisation = $2";
        if tx.run(sql, values![entry.id, entry.organisation.0]).await? == 0 {
            return Ok(false);
        }
        log::write(&mut tx, entry.organisation, by, "inventory.remove", &thing(&entry.uuid), "{}").await?;
        tx.commit().await?;
        Ok(true)
    }
}
