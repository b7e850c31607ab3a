//! Embargoes: who reads at the moment is decided when somebody asks; what is done here is that readers who go on from the last
//! `added` do not miss what became readable behind them. When an embargo ends, its objects get new places at the end.

use bartizan_clearinghouse::access::{Audience, CollectionId, OrganisationId};
use serde_json::json;

use super::add::take_times;
use super::search::forget_words;
use crate::audience;
use crate::audit::{self, Action};
use crate::db::Store;
use crate::error::Error;
use crate::hooks::{self, Happening};
use crate::jobs::{self, NewJob};
use crate::sql::{Tx, Value, places, values};

/// The name of the job that gives objects their places when an embargo ends.
pub(crate) const RELEASE: &str = "release";

/// Objects of one organisation that are under embargo until one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    /// Until when, microseconds.
    pub until: i64,
    /// Whose they are.
    pub owner: OrganisationId,
    /// The strictest marking among them.
    pub marking: bartizan_stix::Tlp,
    /// How many objects.
    pub objects: i64,
}

/// Asks, within a unit of work, for what is to be done when an embargo ends.
pub(super) async fn await_end(
    tx: &mut Tx,
    by: &Action<'_>,
    collection: CollectionId,
    owner: OrganisationId,
    until: i64,
) -> Result<(), Error> {
    let arguments = json!({ "collection": collection.0, "until": until }).to_string();
    let new = NewJob {
        name: RELEASE,
        arguments: &arguments,
        key: &format!("{}-{until}", collection.0),
        organisation: owner,
        person: None,
        audience: None,
        content: None,
        most_attempts: 20,
    };
    jobs::enqueue_at(tx, by, &new, until).await.map(drop)
}

impl Store {
    /// What is under embargo in a collection after `now`, of these audiences, soonest first.
    pub async fn held(
        &self,
        collection: CollectionId,
        readable: &[i64],
        now: i64,
    ) -> Result<Vec<Held>, Error> {
        let directory = self.directory();
        let of =
            |number: i64| directory.audiences.get(&number).filter(|a| a.embargo.is_some_and(|t| t > now));
        let held: Vec<i64> = readable.iter().copied().filter(|number| of(*number).is_some()).collect();
        if held.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT audience, COUNT(*) FROM object WHERE collection = $1 AND audience IN ({}) GROUP BY audience",
            places(2, held.len())
        );
        let mut values = vec![Value::Number(collection.0)];
        values.extend(held.iter().map(|n| Value::Number(*n)));
        let mut found: Vec<Held> = Vec::new();
        for row in self.read(&sql, &values).await? {
            let Some(audience) = of(row.number(0)?) else { continue };
            let (until, owner) = (audience.embargo.unwrap_or_default(), audience.owner);
            let objects = row.number(1)?;
            match found.iter_mut().find(|h| h.until == until && h.owner == owner) {
                Some(held) => {
                    held.objects += objects;
                    held.marking = held.marking.max(audience.marking);
                }
                None => found.push(Held { until, owner, marking: audience.marking, objects }),
            }
        }
        found.sort();
        Ok(found)
    }

    /// Moves an embargo of an organisation in a collection, or lifts it (`None`, or a moment that has passed), for these of its
    /// audiences, about which the caller has decided; how many objects that were.
    pub async fn move_embargo(
        &self,
        by: &Action<'_>,
        collection: CollectionId,
        owner: OrganisationId,
        audiences: &[i64],
        (from, to): (i64, Option<i64>),
        reason: &str,
    ) -> Result<i64, Error> {
        let to = to.filter(|until| *until > by.now);
        let mut tx = self.begin().await?;
        let moved = moved(&mut tx, by, collection, Some(audiences), from, to).await?;
        if to.is_none() {
            place_anew(&mut tx, by, collection, &moved).await?;
        } else if let Some(until) = to.filter(|_| !moved.is_empty()) {
            await_end(&mut tx, by, collection, owner, until).await?;
        }
        let sql = "UPDATE publication SET embargo = $1 WHERE collection = $2 AND embargo = $3
                   AND report IN (SELECT id FROM report WHERE organisation = $4)";
        tx.run(sql, values![to.unwrap_or(0), collection.0, from, owner.0]).await?;
        let detail = json!({
            "organisation": owner.0, "from": from, "to": to, "objects": moved.len(), "reason": reason
        });
        let thing = format!("collection/{}", collection.0);
        audit::write(&mut tx, by, "collection.embargo", &thing, &detail.to_string()).await?;
        tx.commit().await?;
        Ok(moved.len() as i64)
    }

    /// An embargo has ended: its objects get their places, whoever waits for it is told. Safe to repeat.
    pub async fn release(&self, by: &Action<'_>, collection: CollectionId, until: i64) -> Result<i64, Error> {
        if until > by.now {
            return Ok(0);
        }
        let mut tx = self.begin().await?;
        let moved = moved(&mut tx, by, collection, None, until, None).await?;
        if moved.is_empty() {
            return Ok(0);
        }
        place_anew(&mut tx, by, collection, &moved).await?;
        let detail = json!({ "until": until, "objects": moved.len() }).to_string();
        let thing = format!("collection/{}", collection.0);
        audit::write(&mut tx, by, "collection.release", &thing, &detail).await?;
        tx.commit().await?;
        Ok(moved.len() as i64)
    }
}

/// Gives objects the audience they have without the old embargo; their places.
async fn moved(
    tx: &mut Tx,
    by: &Action<'_>,
    collection: CollectionId,
    only: Option<&[i64]>,
    from: i64,
    to: Option<i64>,
) -> Result<Vec<i64>, Error> {
    // The collection's row is held until the commit: nothing is added meanwhile.
    take_times(tx, collection.0, by.now.min(0), 0).await?;
    let sql = "SELECT id, collection, owner, author, marking, embargo FROM audience
               WHERE collection = $1 AND embargo = $2 ORDER BY id";
    let rows = tx.all(sql, values![collection.0, from]).await?;
    let mut found = Vec::new();
    for row in &rows {
        let old = audience::read(row)?;
        let number = row.number(0)?;
        if only.is_some_and(|only| !only.contains(&number)) {
            continue;
        }
        let sql = "SELECT added FROM object WHERE collection = $1 AND audience = $2";
        for row in tx.all(sql, values![collection.0, number]).await? {
            found.push(row.number(0)?);
        }
        let new = audience::number(tx, &Audience { embargo: to, ..old }).await?;
        let sql = "UPDATE object SET audience = $1 WHERE collection = $2 AND audience = $3";
        tx.run(sql, values![new, collection.0, number]).await?;
    }
    found.sort_unstable();
    Ok(found)
}

/// Gives objects new places, in their order, behind everything that is there.
async fn place_anew(
    tx: &mut Tx,
    by: &Action<'_>,
    collection: CollectionId,
    objects: &[i64],
) -> Result<(), Error> {
    if objects.is_empty() {
        return Ok(());
    }
    let base = take_times(tx, collection.0, by.now, objects.len()).await?;
    for (i, old) in objects.iter().enumerate() {
        // `preceded` is a hint: the same version, added earlier in the meantime, precedes it now.
        let sql = "UPDATE object SET added = $1, preceded = $2 WHERE collection = $3 AND added = $4";
        tx.run(sql, values![base + 1 + i as i64, true, collection.0, *old]).await?;
        let sql = "UPDATE object_origin SET added = $1 WHERE collection = $2 AND added = $3";
        tx.run(sql, values![base + 1 + i as i64, collection.0, *old]).await?;
    }
    // Their words are kept anew at their new places.
    for set in objects.chunks(500) {
        forget_words(tx, collection.0, set).await?;
    }
    let span = (base + 1, base + objects.len() as i64);
    hooks::tell(tx, by, &Happening::Released { collection, span }).await
}
