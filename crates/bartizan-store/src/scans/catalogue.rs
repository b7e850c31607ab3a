//! The coordinator's catalogue.

use std::collections::{BTreeMap, BTreeSet};

use bartizan_clearinghouse::access::OrganisationId;
use bartizan_clearinghouse::scan::catalogue::{self, Adding, Catalogue, Names, Unit};
use bartizan_clearinghouse::scan::{Placed, Rules};
use serde_json::json;

use crate::audit::{self, Action};
use crate::db::Store;
use crate::error::Error;
use crate::sql::{Row, Tx, Value, places, values};

/// The most names of a desk's catalogue.
pub const MOST_CELLS: usize = 100_000;
/// The project of a name; names of the first release are their own.
const PROJECT: &str = "CASE WHEN project = '' THEN unit ELSE project END";

/// How many projects a catalogue has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScanUnits {
    /// In blocks.
    pub placed: i64,
    /// Waiting for enough others.
    pub waiting: i64,
}

/// What came of adding to a catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listed {
    /// It is in it; how many are in it now.
    Done(ScanUnits),
    /// It would have more than it may.
    Full,
    /// A line joins projects that are apart.
    Clash(catalogue::Clash),
}

async fn load(tx: &mut Tx, desk: OrganisationId) -> Result<Catalogue, Error> {
    let sql = format!("SELECT unit, {PROJECT}, block, placed, removed FROM scan_unit WHERE desk = $1");
    let rows = tx.all(&sql, values![desk.0]).await?;
    let unit = |row: &Row| {
        let (project, block) = (row.text(1)?, row.number(2)?);
        Ok((row.text(0)?, Unit { project, block, placed: row.number(3)?, removed: row.number_or_none(4)? }))
    };
    Ok(Catalogue { units: rows.iter().map(unit).collect::<Result<_, Error>>()? })
}

/// Keeps what has changed.
async fn keep(
    tx: &mut Tx,
    by: &Action<'_>,
    desk: OrganisationId,
    before: &Catalogue,
    after: &Catalogue,
) -> Result<(), Error> {
    for (name, unit) in after.units.iter().filter(|(name, unit)| before.units.get(*name) != Some(unit)) {
        let sql = "INSERT INTO scan_unit (desk, unit, block, added, project, placed, removed) VALUES ($1, $2, $3, $4, $5, $6, $7)
                   ON CONFLICT (desk, unit) DO UPDATE SET block = $3, project = $5, placed = $6, removed = $7";
        let Unit { project, block, placed, removed } = unit;
        tx.run(sql, values![desk.0, name, *block, by.now, project, *placed, *removed]).await?;
    }
    Ok(())
}

fn thing(desk: OrganisationId) -> String {
    format!("organisation/{}", desk.0)
}

impl Store {
    /// Adds projects, with all their names, to a desk's catalogue; the secret decides which come together.
    pub async fn add_units(
        &self,
        by: &Action<'_>,
        desk: OrganisationId,
        lines: &[Names],
        rules: &Rules,
        secret: &[u8; 32],
    ) -> Result<Listed, Error> {
        let mut tx = self.begin().await?;
        // Holds the counter: two who add at once come one after the other.
        let next = tx.next("scan_block").await?;
        let before = load(&mut tx, desk).await?;
        let mut after = before.clone();
        if let Err(clash) = after.add(lines, &Adding { now: by.now, rules, secret, next }) {
            return Ok(Listed::Clash(clash));
        }
        if after.units.len() > MOST_CELLS {
            return Ok(Listed::Full);
        }
        let top = after.units.values().map(|unit| unit.block).max().unwrap_or(0).max(next);
        tx.run("UPDATE counter SET last = $1 WHERE name = 'scan_block'", values![top]).await?;
        keep(&mut tx, by, desk, &before, &after).await?;
        let detail = json!({ "things": lines.len() }).to_string();
        audit::write(&mut tx, by, "scan.catalogue", &thing(desk), &detail).await?;
        tx.commit().await?;
        self.count_units(desk).await.map(Listed::Done)
    }

    /// Removes the project of a name from a desk's catalogue, with all its names. `false`: it is not in it.
    pub async fn remove_unit(
        &self,
        by: &Action<'_>,
        desk: OrganisationId,
        name: &str,
    ) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        tx.next("scan_block").await?;
        let before = load(&mut tx, desk).await?;
        let mut after = before.clone();
        if !after.remove(name, by.now) {
            return Ok(false);
        }
        keep(&mut tx, by, desk, &before, &after).await?;
        let detail = json!({ "thing": name }).to_string();
        audit::write(&mut tx, by, "scan.catalogue.remove", &thing(desk), &detail).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// How many projects a desk's catalogue has.
    pub async fn count_units(&self, desk: OrganisationId) -> Result<ScanUnits, Error> {
        let sql = format!(
            "SELECT COUNT(DISTINCT {PROJECT}), COUNT(DISTINCT CASE WHEN block = 0 THEN {PROJECT} END)
             FROM scan_unit WHERE desk = $1 AND removed IS NULL"
        );
        let rows = self.read(&sql, values![desk.0]).await?;
        let Some(row) = rows.first() else { return Ok(ScanUnits::default()) };
        let (all, waiting) = (row.number(0)?, row.number(1)?);
        Ok(ScanUnits { placed: all - waiting, waiting })
    }

    /// Where names are in a desk's catalogue; what is not in it, or not any more, is not in the answer.
    pub async fn scan_places(
        &self,
        desk: OrganisationId,
        cells: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, Placed>, Error> {
        let cells: Vec<&String> = cells.iter().filter(|cell| !cell.starts_with("net:")).collect();
        let mut found = BTreeMap::new();
        for some in cells.chunks(500) {
            let sql = format!(
                "SELECT u.unit, u.block, (SELECT COUNT(DISTINCT {PROJECT}) FROM scan_unit m
                                          WHERE m.desk = u.desk AND m.block = u.block AND m.removed IS NULL)
                 FROM scan_unit u WHERE u.desk = $1 AND u.block > 0 AND u.removed IS NULL AND u.unit IN ({})",
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
