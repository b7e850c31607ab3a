//! Finding inventories.

use bartizan_clearinghouse::access::OrganisationId;

use crate::db::Store;
use crate::error::Error;
use crate::sql::{Row, values};

/// An inventory, without its documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InventoryEntry {
    /// Its number here, for nobody outside.
    pub id: i64,
    /// What its organisation calls it by.
    pub uuid: String,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Number of the newest edition, from 1.
    pub edition: i64,
    /// Number of the newest change of anything in it, from 1.
    pub revision: i64,
    /// Sealed: everything about it.
    pub about: String,
    /// When it came first, microseconds since 1970.
    pub created: i64,
    /// When it was changed last, microseconds since 1970.
    pub changed: i64,
}

/// Which part of an edition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InventoryDocument {
    /// The document as it came.
    Original,
    /// What was read from it.
    Assets,
}

const COLUMNS: &str =
    "SELECT id, uuid, organisation, edition, revision, about, created, changed FROM inventory";

fn read(row: &Row) -> Result<InventoryEntry, Error> {
    Ok(InventoryEntry {
        id: row.number(0)?,
        uuid: row.text(1)?,
        organisation: OrganisationId(row.number(2)?),
        edition: row.number(3)?,
        revision: row.number(4)?,
        about: row.text(5)?,
        created: row.number(6)?,
        changed: row.number(7)?,
    })
}

impl Store {
    /// The inventories of an organisation, oldest first.
    pub async fn inventories(&self, organisation: OrganisationId) -> Result<Vec<InventoryEntry>, Error> {
        let sql = format!("{COLUMNS} WHERE organisation = $1 ORDER BY id");
        self.read(&sql, values![organisation.0]).await?.iter().map(read).collect()
    }

    /// An inventory by its name.
    pub async fn inventory(&self, uuid: &str) -> Result<Option<InventoryEntry>, Error> {
        let rows = self.read(&format!("{COLUMNS} WHERE uuid = $1"), values![uuid]).await?;
        rows.first().map(read).transpose()
    }

    /// A part of an edition, sealed. `None`: it is not kept any more, or never was.
    pub async fn inventory_document(
        &self,
        inventory: i64,
        number: i64,
        which: InventoryDocument,
    ) -> Result<Option<String>, Error> {
        let sql = match which {
            InventoryDocument::Original => {
                "SELECT document FROM inventory_edition WHERE inventory = $1 AND number = $2"
            }
            InventoryDocument::Assets => {
                "SELECT assets FROM inventory_edition WHERE inventory = $1 AND number = $2"
            }
        };
        let rows = self.read(sql, values![inventory, number]).await?;
        rows.first().map(|row| row.text(0)).transpose()
    }
}
