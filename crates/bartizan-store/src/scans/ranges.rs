//! What owners say is theirs.

use bartizan_clearinghouse::access::OrganisationId;
use serde_json::json;

use super::keep::ask;
use crate::audit::{self, Action};
use crate::db::Store;
use crate::error::Error;
use crate::sql::{Row, values};

/// The most ranges of an organisation at a desk.
const MOST: i64 = 500;

/// How far a range is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RangeState {
    /// The owner says so.
    Claimed,
    /// The coordinator has made sure.
    Verified,
    /// The coordinator could not.
    Refused,
    /// The owner says so no more.
    Withdrawn,
}

impl RangeState {
    /// All states.
    pub const ALL: [RangeState; 4] = [Self::Claimed, Self::Verified, Self::Refused, Self::Withdrawn];

    /// `claimed`, `verified`, `refused`, `withdrawn`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Claimed => "claimed",
            Self::Verified => "verified",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// From the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A range of an owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanRange {
    /// Its number here.
    pub id: i64,
    /// What the outside calls it by.
    pub uuid: String,
    /// Whose it is.
    pub owner: OrganisationId,
    /// At whose desk it is registered.
    pub desk: OrganisationId,
    /// What it is, as `bartizan_clearinghouse::scan::ground::Ground` writes it.
    pub ground: String,
    /// By what the coordinator can make sure, in the owner's words.
    pub note: String,
    /// How far it is.
    pub state: RangeState,
    /// When it was registered, microseconds since 1970.
    pub created: i64,
}

const COLUMNS: &str = "SELECT id, uuid, organisation, desk, ground, note, state, created FROM scan_range";

fn read(row: &Row) -> Result<ScanRange, Error> {
    Ok(ScanRange {
        id: row.number(0)?,
        uuid: row.text(1)?,
        owner: OrganisationId(row.number(2)?),
        desk: OrganisationId(row.number(3)?),
        ground: row.text(4)?,
        note: row.text(5)?,
        state: RangeState::parse(&row.text(6)?).unwrap_or(RangeState::Refused),
        created: row.number(7)?,
    })
}

fn thing(uuid: &str) -> String {
    format!("scan-range/{uuid}")
}

impl Store {
    /// Registers a range. `false`: the owner has as many as it may.
    pub async fn add_range(
        &self,
        by: &Action<'_>,
        uuid: &str,
        (owner, desk): (OrganisationId, OrganisationId),
        ground: &str,
        note: &str,
    ) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let id = tx.next("scan_range").await?;
        let sql = "SELECT COUNT(*) FROM scan_range WHERE organisation = $1 AND state <> 'withdrawn'";
        let row = tx.one(sql, values![owner.0]).await?;
        if row.map_or(Ok(i64::MAX), |row| row.number(0))? >= MOST {
            return Ok(false);
        }
        let sql =
            "INSERT INTO scan_range (id, uuid, organisation, desk, ground, note, state, created, changed)
                   VALUES ($1, $2, $3, $4, $5, $6, 'claimed', $7, $7)";
        tx.run(sql, values![id, uuid, owner.0, desk.0, ground, note, by.now]).await?;
        let detail = json!({ "desk": desk.0 }).to_string();
        audit::write(&mut tx, by, "scan.range", &thing(uuid), &detail).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Says how far a range is; those of `waiting` (intents by number) that lie in it ask its owner from now on. `false`: it is withdrawn,
    /// or is so already.
    pub async fn move_range(
        &self,
        by: &Action<'_>,
        range: &ScanRange,
        state: RangeState,
        waiting: &[i64],
    ) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE scan_range SET state = $1, changed = $2 WHERE id = $3 AND state <> $1 AND state <> 'withdrawn'";
        if tx.run(sql, values![state.as_str(), by.now, range.id]).await? == 0 {
            return Ok(false);
        }
        for intent in waiting {
            ask(&mut tx, by.now, *intent, range.owner).await?;
        }
        let detail = json!({ "state": state.as_str() }).to_string();
        audit::write(&mut tx, by, "scan.range.decide", &thing(&range.uuid), &detail).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// A range by its name outside.
    pub async fn scan_range(&self, uuid: &str) -> Result<Option<ScanRange>, Error> {
        let rows = self.read(&format!("{COLUMNS} WHERE uuid = $1"), values![uuid]).await?;
        rows.first().map(read).transpose()
    }

    /// Ranges of an owner, or registered at a desk, in the order of their registering; not those that were withdrawn.
    pub async fn scan_ranges(
        &self,
        owner: Option<OrganisationId>,
        desk: Option<OrganisationId>,
    ) -> Result<Vec<ScanRange>, Error> {
        let whole = |id: Option<OrganisationId>| id.map_or(-1, |id| id.0);
        let sql = format!(
            "{COLUMNS} WHERE (organisation = $1 OR desk = $2) AND state <> 'withdrawn' ORDER BY id LIMIT 5000"
        );
        self.read(&sql, values![whole(owner), whole(desk)]).await?.iter().map(read).collect()
    }
}
