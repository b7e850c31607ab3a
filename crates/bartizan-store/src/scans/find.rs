//! Finding intents, and who else is in a block.

use std::collections::BTreeMap;

use bartizan_clearinghouse::access::{OrganisationId, PersonId};
use bartizan_clearinghouse::scan::{Held, Presence, State, StopReason};

use super::{ScanEvent, ScanIntent};
use crate::db::Store;
use crate::error::Error;
use crate::sql::{Row, Value, places, values};

/// Which intents: those of a desk, of a scanner, or on an owner's ground.
#[derive(Clone, Copy, Debug, Default)]
pub struct ScanQuestion {
    /// Registered at this organisation's desk.
    pub desk: Option<OrganisationId>,
    /// Or of this organisation.
    pub scanner: Option<OrganisationId>,
    /// Or on what is this organisation's.
    pub owner: Option<OrganisationId>,
    /// Only those about which something can still happen.
    pub open: bool,
    /// Of a smaller number than this.
    pub before: Option<i64>,
}

pub(super) const COLUMNS: &str =
    "SELECT id, uuid, desk, organisation, person, body, title, live, state, reason, changed, starts, ends,
                                         lease, began, ended, told, received FROM scan_intent";

pub(super) fn read(row: &Row) -> Result<ScanIntent, Error> {
    let reason = row.text(9)?;
    Ok(ScanIntent {
        id: row.number(0)?,
        uuid: row.text(1)?,
        desk: OrganisationId(row.number(2)?),
        scanner: OrganisationId(row.number(3)?),
        person: PersonId(row.number(4)?),
        body: row.text(5)?,
        title: row.text(6)?,
        live: row.number(7)? != 0,
        held: Held {
            // A state that this release does not know lets nobody scan.
            state: State::parse(&row.text(8)?).unwrap_or(State::Stopped),
            reason: StopReason::ALL.iter().find(|r| r.as_str() == reason).copied(),
            starts: row.number(11)?,
            ends: row.number(12)?,
            lease: row.number(13)?,
        },
        changed: row.number(10)?,
        began: row.number_or_none(14)?,
        ended: row.number_or_none(15)?,
        told: row.number_or_none(16)?,
        received: row.number(17)?,
        owners: Vec::new(),
    })
}

impl Store {
    /// An intent by its name outside.
    pub async fn scan_intent(&self, uuid: &str) -> Result<Option<ScanIntent>, Error> {
        let rows = self.read(&format!("{COLUMNS} WHERE uuid = $1"), values![uuid]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let mut found = vec![read(row)?];
        self.with_owners(&mut found).await?;
        Ok(found.pop())
    }

    /// Intents, newest first.
    pub async fn scan_intents(&self, asked: &ScanQuestion, limit: i64) -> Result<Vec<ScanIntent>, Error> {
        let whole = |id: Option<OrganisationId>| id.map_or(-1, |id| id.0);
        let open = if asked.open { "AND state IN ('active', 'awaiting-owner')" } else { "" };
        let sql = format!(
            "{COLUMNS} WHERE id < $1 AND (desk = $2 OR organisation = $3
                             OR id IN (SELECT intent FROM scan_owner WHERE organisation = $4)) {open}
             ORDER BY id DESC LIMIT $5"
        );
        let (before, owner) = (asked.before.unwrap_or(i64::MAX), whole(asked.owner));
        let rows =
            self.read(&sql, values![before, whole(asked.desk), whole(asked.scanner), owner, limit]).await?;
        let mut found = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        self.with_owners(&mut found).await?;
        Ok(found)
    }

    async fn with_owners(&self, intents: &mut [ScanIntent]) -> Result<(), Error> {
        for some in intents.chunks_mut(500) {
            let sql = format!(
                "SELECT intent, organisation, decision FROM scan_owner WHERE intent IN ({}) ORDER BY intent, organisation",
                places(1, some.len())
            );
            let ids: Vec<Value<'_>> = some.iter().map(|intent| Value::from(intent.id)).collect();
            let mut owners: BTreeMap<i64, Vec<(OrganisationId, Option<bool>)>> = BTreeMap::new();
            for row in &self.read(&sql, &ids).await? {
                let decision = match row.text(2)?.as_str() {
                    "approved" => Some(true),
                    "refused" => Some(false),
                    _ => None,
                };
                owners.entry(row.number(0)?).or_default().push((OrganisationId(row.number(1)?), decision));
            }
            for intent in some {
                intent.owners = owners.remove(&intent.id).unwrap_or_default();
            }
        }
        Ok(())
    }

    /// What happened to an intent, in order.
    pub async fn scan_events(&self, intent: i64) -> Result<Vec<ScanEvent>, Error> {
        let sql = "SELECT at, kind, organisation, person, code, part, words FROM scan_event WHERE intent = $1 ORDER BY id LIMIT 1000";
        let rows = self.read(sql, values![intent]).await?;
        let some = |id: i64| (id != 0).then_some(id);
        let one = |row: &Row| {
            Ok(ScanEvent {
                at: row.number(0)?,
                kind: row.text(1)?,
                organisation: some(row.number(2)?).map(OrganisationId),
                person: some(row.number(3)?).map(PersonId),
                code: row.text(4)?,
                part: row.text(5)?,
                words: row.text(6)?,
            })
        };
        rows.iter().map(one).collect()
    }

    /// Who else is, or was, in these blocks of a desk: intents of other organisations that are or were active, held since at least then.
    /// Of a catalogue's block those that began when their names were in it already, also if these were removed since
    /// (`scan::catalogue::Catalogue::told` is the same).
    pub async fn scan_presences(
        &self,
        (desk, asker): (OrganisationId, OrganisationId),
        blocks: &[String],
        since: i64,
    ) -> Result<Vec<Presence>, Error> {
        let (networks, listed): (Vec<&String>, Vec<&String>) =
            blocks.iter().partition(|block| block.starts_with("net:"));
        let listed: Vec<i64> = listed.iter().filter_map(|block| block.parse().ok()).collect();
        let mut found = Vec::new();
        let condition = "i.desk = $1 AND i.organisation <> $2 AND i.lease >= $3 AND i.began IS NOT NULL";
        let given = || vec![Value::from(desk.0), Value::from(asker.0), Value::from(since)];
        for some in networks.chunks(500) {
            let sql = format!(
                "SELECT c.cell, i.began, i.ends, i.lease, i.ended FROM scan_cell c JOIN scan_intent i ON i.id = c.intent
                 WHERE {condition} AND c.cell IN ({})",
                places(4, some.len())
            );
            let mut values = given();
            values.extend(some.iter().map(|cell| Value::from(cell.as_str())));
            for row in &self.read(&sql, &values).await? {
                found.push(presence(row.text(0)?, row)?);
            }
        }
        for some in listed.chunks(500) {
            let sql = format!(
                "SELECT u.block, i.began, i.ends, i.lease, i.ended
                 FROM scan_unit u JOIN scan_cell c ON c.cell = u.unit JOIN scan_intent i ON i.id = c.intent
                 WHERE {condition} AND i.began >= u.placed AND u.desk = $1 AND u.block IN ({})",
                places(4, some.len())
            );
            let mut values = given();
            values.extend(some.iter().map(|block| Value::from(*block)));
            for row in &self.read(&sql, &values).await? {
                found.push(presence(row.number(0)?.to_string(), row)?);
            }
        }
        Ok(found)
    }
}

fn presence(block: String, row: &Row) -> Result<Presence, Error> {
    Ok(Presence {
        block,
        began: row.number(1)?,
        until: row.number(2)?,
        lease: row.number(3)?,
        ended: row.number_or_none(4)?,
    })
}
