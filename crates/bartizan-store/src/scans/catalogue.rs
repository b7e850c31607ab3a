//! The coordinator's catalogue.

use std::collections::{BTreeMap, BTreeSet};

use bartizan_clearinghouse::access::OrganisationId;
use bartizan_clearinghouse::scan::{Placed, catalogue};
use serde_json::json;

use crate::audit::{self, Action};
use crate::db::Store;
use crate::error::Error;
use crate::sql::{Value, places, values};

/// The most members of a desk's catalogue.
pub const MOST_CELLS: usize = 100_000;

/// How many members a catalogue has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScanUnits {
    /// In blocks.
    pub placed: i64,
    /// Waiting for enough others.
    pub waiting: i64,
}

impl Store {
    /// Adds things to a desk's catalogue; the secret decides which come together. Returns how many are in it then; `None`: it would have
    /// more than it may.
    pub async fn add_units(
        &self,
        by: &Action<'_>,
        desk: OrganisationId,
        new: &BTreeSet<String>,
        k: usize,
        secret: &[u8; 32],
    ) -> Result<Option<ScanUnits>, Error> {
        let mut tx = self.begin().await?;
        // Holds the counter: two who add at once come one after the other.
        let last = tx.next("scan_block").await?;
        let rows = tx.all("SELECT unit, block FROM scan_unit WHERE desk = $1", values![desk.0]).await?;
        let known = rows
            .iter()
            .map(|row| Ok((row.text(0)?, row.number(1)?)))
            .collect::<Result<catalogue::Places, Error>>()?;
        let grown = catalogue::grow(&known, new, k, secret, last);
        if known.len() + grown.len() > MOST_CELLS {
            return Ok(None);
        }
        let top = grown.values().max().copied().unwrap_or(0).max(last);
        tx.run("UPDATE counter SET last = $1 WHERE name = 'scan_block'", values![top]).await?;
        for (unit, block) in &grown {
            let sql = "INSERT INTO scan_unit (desk, unit, block, added) VALUES ($1, $2, $3, $4)
                       ON CONFLICT (desk, unit) DO UPDATE SET block = $3";
            tx.run(sql, values![desk.0, unit, *block, by.now]).await?;
        }
        let detail = json!({ "things": new.len() }).to_string();
        audit::write(&mut tx, by, "scan.catalogue", &format!("organisation/{}", desk.0), &detail).await?;
        tx.commit().await?;
        self.count_units(desk).await.map(Some)
    }

    /// How many members a desk's catalogue has.
    pub async fn count_units(&self, desk: OrganisationId) -> Result<ScanUnits, Error> {
        let sql = "SELECT COUNT(*), COUNT(CASE WHEN block = 0 THEN 1 END) FROM scan_unit WHERE desk = $1";
        let rows = self.read(sql, values![desk.0]).await?;
        let Some(row) = rows.first() else { return Ok(ScanUnits::default()) };
        let (all, waiting) = (row.number(0)?, row.number(1)?);
        Ok(ScanUnits { placed: all - waiting, waiting })
    }

    /// Where cells are in a desk's catalogue; what is not in it is not in the answer.
    pub async fn scan_places(
        &self,
        desk: OrganisationId,
        cells: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, Placed>, Error> {
        let cells: Vec<&String> = cells.iter().filter(|cell| !cell.starts_with("net:")).collect();
        let mut found = BTreeMap::new();
        for some in cells.chunks(500) {
            let sql = format!(
                "SELECT u.unit, u.block, (SELECT COUNT(*) FROM scan_unit m WHERE m.desk = u.desk AND m.block = u.block)
                 FROM scan_unit u WHERE u.desk = $1 AND u.block > 0 AND u.unit IN ({})",
                places(2, some.len())
            );
            let mut values = vec![Value::from(desk.0)];
            values.extend(some.iter().map(|cell| Value::from(cell.as_str())));
            for row in &self.read(&sql, &values).await? {
                let members = usize::try_from(row.number(2)?).unwrap_or_default();
                found.insert(row.text(0)?, Placed { block: row.number(1)?, members });
            }
        }
        Ok(found)
    }
}
