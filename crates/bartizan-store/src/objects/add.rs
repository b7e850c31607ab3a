//! Adding objects: set by set, each with its own `added`, never twice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use bartizan_clearinghouse::access::{Audience, CollectionId, OrganisationId, PersonId};
use bartizan_clearinghouse::pap::{self, Pap};
use bartizan_clearinghouse::time;
use bartizan_stix::Tlp;
use serde_json::json;

use super::embargo;
use crate::audience;
use crate::audit::{self, Action};
use crate::db::{Store, TRIES};
use crate::error::Error;
use crate::hooks::{self, Happening};
use crate::sql::{Tx, Value, places, values};

/// An object as it came.
#[derive(Clone, Debug)]
pub struct Incoming<'a> {
    /// `indicator--…`
    pub id: &'a str,
    /// `indicator`
    pub kind: &'a str,
    /// `2.1`, or what the object says.
    pub spec: &'a str,
    /// `modified`, else `created`: microseconds and as written. `None` for objects without either, whose version is when they
    /// were added.
    pub version: Option<(i64, &'a str)>,
    /// Its marking; `None` takes the collection's.
    pub marking: Option<Tlp>,
    /// Until when only its owner reads it, microseconds.
    pub embargo: Option<i64>,
    /// SHA-256 of the body.
    pub digest: &'a str,
    /// The bytes as they came.
    pub body: &'a str,
}

/// Objects that arrive together, and from whom.
#[derive(Clone, Debug)]
pub struct Arrival<'a> {
    /// Where they go.
    pub collection: CollectionId,
    /// What an object without a marking counts as.
    pub unmarked: Tlp,
    /// The organisation that adds them.
    pub owner: OrganisationId,
    /// The person who adds them.
    pub author: PersonId,
    /// Audiences of the collection that the person reads: what they cannot see is not compared with, so that the answer does
    /// not tell of it.
    pub readable: &'a [i64],
    /// The objects, in order.
    pub objects: &'a [Incoming<'a>],
}

/// What became of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is kept.
    Added(Added),
    /// That version was there already.
    Known {
        /// The version, as written.
        version: String,
    },
}

/// Where an object is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// Its place in the collection, microseconds.
    pub added: i64,
    /// Its version, as written.
    pub version: String,
}

/// A TAXII status resource: its id and its JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Its id.
    pub uuid: String,
    /// Its JSON.
    pub body: String,
}

/// What was written.
#[derive(Clone, Debug)]
pub struct Written {
    /// One for each object, in order.
    pub outcomes: Vec<Outcome>,
    /// The receipt that was kept.
    pub receipt: Receipt,
}

/// How many identifiers one statement asks about.
const SET: usize = 500;

/// A row that is there already.
struct There {
    added: i64,
    version: i64,
    version_text: String,
    audience: i64,
    digest: String,
}

/// The rows of one identifier, by what is asked of them.
#[derive(Default)]
struct Rows {
    rows: Vec<There>,
    versions: BTreeMap<i64, Vec<usize>>,
    digests: BTreeMap<String, Vec<usize>>,
}

impl Rows {
    fn push(&mut self, row: There) {
        let at = self.rows.len();
        self.versions.entry(row.version).or_default().push(at);
        self.digests.entry(row.digest.clone()).or_default().push(at);
        self.rows.push(row);
    }

    /// A row that is the same object: of its version, or without one of its own, of its content.
    fn find(&self, object: &Incoming<'_>, readable: &BTreeSet<i64>) -> Option<&There> {
        let same = match object.version {
            Some((version, _)) => self.versions.get(&version),
            None => self.digests.get(object.digest),
        };
        same?.iter().map(|at| &self.rows[*at]).find(|row| readable.contains(&row.audience))
    }

    fn newer_than(&self, version: i64) -> bool {
        self.versions.last_key_value().is_some_and(|(newest, _)| *newest > version)
    }

    /// Whether an older version is there, or this one earlier.
    fn before(&self, version: i64, added: i64) -> bool {
        let older = self.versions.first_key_value().is_some_and(|(oldest, _)| *oldest < version);
        let same = self.versions.get(&version);
        older || same.is_some_and(|rows| rows.iter().any(|at| self.rows[*at].added < added))
    }
}

/// A row to be written.
struct New<'a> {
    from: &'a Incoming<'a>,
    added: i64,
    version: i64,
    version_text: String,
    audience: i64,
    superseded: bool,
    preceded: bool,
    pap: Option<Pap>,
}

impl Store {
    /// Adds objects and keeps the receipt made of what became of them: all or nothing.
    pub async fn add_objects(
        &self,
        by: &Action<'_>,
        arrival: &Arrival<'_>,
        receipt: impl Fn(&[Outcome]) -> Receipt,
    ) -> Result<Written, Error> {
        self.additions.fetch_add(1, Ordering::Relaxed);
        let mut tries = 0;
        loop {
            tries += 1;
            match self.try_add(by, arrival, &receipt).await {
                Err(e) if e.is_passing() && tries < TRIES => {}
                other => return other,
            }
        }
    }

    async fn try_add(
        &self,
        by: &Action<'_>,
        arrival: &Arrival<'_>,
        receipt: impl Fn(&[Outcome]) -> Receipt,
    ) -> Result<Written, Error> {
        let mut tx = self.begin().await?;
        let outcomes = add(&mut tx, by, arrival).await?;
        let receipt = receipt(&outcomes);
        let sql = "INSERT INTO receipt (uuid, person, created, body) VALUES ($1, $2, $3, $4)";
        tx.run(sql, values![&receipt.uuid, arrival.author.0, by.now, &receipt.body]).await?;
        tx.commit().await?;
        Ok(Written { outcomes, receipt })
    }

    /// A receipt of this person's; `None` if there is none or it is somebody else's.
    pub async fn receipt(&self, uuid: &str, person: PersonId) -> Result<Option<String>, Error> {
        let sql = "SELECT body FROM receipt WHERE uuid = $1 AND person = $2";
        let rows = self.read(sql, values![uuid, person.0]).await?;
        rows.first().map(|row| row.text(0)).transpose()
    }
}

/// Adds objects within a unit of work: they and their audit entry are there when that is.
pub(crate) async fn add(tx: &mut Tx, by: &Action<'_>, arrival: &Arrival<'_>) -> Result<Vec<Outcome>, Error> {
    let collection = arrival.collection.0;
    let base = take_times(tx, collection, by.now, arrival.objects.len()).await?;
    let audiences = audiences(tx, arrival).await?;
    let mut there = find(tx, collection, arrival.objects).await?;

    let mut readable: BTreeSet<i64> = arrival.readable.iter().copied().collect();
    // What comes in one set is told apart within the set too.
    readable.extend(&audiences);
    // Labels that the sender defines itself come with what they are on.
    let definitions: pap::Definitions =
        arrival.objects.iter().filter_map(|o| pap::definition(o.body)).collect();
    let mut outcomes = Vec::with_capacity(arrival.objects.len());
    let mut news: Vec<New<'_>> = Vec::with_capacity(arrival.objects.len());
    let mut touched: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for (i, object) in arrival.objects.iter().enumerate() {
        let added = base + 1 + i as i64;
        let rows = there.entry(object.id.to_owned()).or_default();
        if let Some(row) = rows.find(object, &readable) {
            outcomes.push(Outcome::Known { version: row.version_text.clone() });
            continue;
        }
        let (version, version_text) =
            object.version.map_or_else(|| (added, time::text(added)), |(at, text)| (at, text.to_owned()));
        let new = New {
            from: object,
            added,
            version,
            version_text: version_text.clone(),
            audience: audiences[i],
            superseded: false,
            preceded: false,
            pap: pap::of_object(object.body, &definitions),
        };
        if !rows.rows.is_empty() {
            let span = touched.entry(object.id).or_insert((version, version));
            *span = (span.0.min(version), span.1.max(version));
        }
        rows.push(There {
            added,
            version,
            version_text: version_text.clone(),
            audience: new.audience,
            digest: object.digest.to_owned(),
        });
        news.push(new);
        outcomes.push(Outcome::Added(Added { added, version: version_text }));
    }
    for (id, (first, last)) in touched {
        // Hints, not facts: a statement that reads asks about what they mark.
        let sql = "UPDATE object SET superseded = $1
                   WHERE collection + 0 = $2 AND id = $3 AND version < $4";
        tx.run(sql, values![true, collection, id, last]).await?;
        let sql = "UPDATE object SET preceded = $1
                   WHERE collection + 0 = $2 AND id = $3 AND version > $4";
        tx.run(sql, values![true, collection, id, first]).await?;
    }
    // Last, since rows of the same arrival mark each other.
    for new in &mut news {
        let Some(rows) = there.get(new.from.id) else { continue };
        new.superseded = rows.newer_than(new.version);
        new.preceded = rows.before(new.version, new.added);
    }
    insert(tx, collection, &news).await?;

    if let (Some(first), Some(last)) = (news.first(), news.last()) {
        let span = (first.added, last.added);
        hooks::tell(tx, by, &Happening::Added { collection: arrival.collection, span }).await?;
    }
    let held: BTreeSet<i64> = news.iter().filter_map(|new| new.from.embargo).collect();
    for embargo in held.into_iter().filter(|until| *until > by.now) {
        embargo::await_end(tx, by, arrival.collection, arrival.owner, embargo).await?;
    }
    let detail = json!({ "objects": outcomes.len(), "new": news.len() }).to_string();
    audit::write(tx, by, "objects.add", &format!("collection/{collection}"), &detail).await?;
    Ok(outcomes)
}

/// Reserves times for so many objects: they follow `now`, and the last one ever given. Holds the collection until the commit, so
/// that commits come in the order of `added`.
pub(super) async fn take_times(tx: &mut Tx, collection: i64, now: i64, count: usize) -> Result<i64, Error> {
    let sql = "UPDATE collection SET clock = CASE WHEN clock < $1 THEN $1 ELSE clock END + $2
               WHERE id = $3 AND closed IS NULL RETURNING clock";
    let row = tx.one(sql, values![now, count as i64, collection]).await?;
    let last = row.ok_or_else(|| Error::conflict("the collection has been closed"))?.number(0)?;
    Ok(last - count as i64)
}

/// The audience of each object.
async fn audiences(tx: &mut Tx, arrival: &Arrival<'_>) -> Result<Vec<i64>, Error> {
    let mut known: BTreeMap<(Tlp, Option<i64>), i64> = BTreeMap::new();
    let mut numbers = Vec::with_capacity(arrival.objects.len());
    for object in arrival.objects {
        let key = (object.marking.unwrap_or(arrival.unmarked), object.embargo);
        let number = match known.get(&key) {
            Some(number) => *number,
            None => {
                let audience = Audience {
                    owner: arrival.owner,
                    author: Some(arrival.author),
                    marking: key.0,
                    embargo: key.1,
                    collection: Some(arrival.collection),
                };
                let number = audience::number(tx, &audience).await?;
                known.insert(key, number);
                number
            }
        };
        numbers.push(number);
    }
    Ok(numbers)
}

/// What is there of the same identifiers. `collection + 0`: no index begins with that, so that rows are found by their identifiers
/// whatever a planner believes of the collection.
async fn find(
    tx: &mut Tx,
    collection: i64,
    objects: &[Incoming<'_>],
) -> Result<BTreeMap<String, Rows>, Error> {
    let ids: Vec<&str> = objects.iter().map(|o| o.id).collect::<BTreeSet<_>>().into_iter().collect();
    let mut there: BTreeMap<String, Rows> = BTreeMap::new();
    for set in ids.chunks(SET) {
        let sql = format!(
            "SELECT id, added, version, version_text, audience, digest FROM object
             WHERE collection + 0 = $1 AND id IN ({}) ORDER BY added",
            places(2, set.len())
        );
        let mut arguments = vec![Value::Number(collection)];
        arguments.extend(set.iter().map(|id| Value::Text(id)));
        for row in tx.all(&sql, &arguments).await? {
            let found = There {
                added: row.number(1)?,
                version: row.number(2)?,
                version_text: row.text(3)?,
                audience: row.number(4)?,
                digest: row.text(5)?,
            };
            there.entry(row.text(0)?).or_default().push(found);
        }
    }
    Ok(there)
}

async fn insert(tx: &mut Tx, collection: i64, news: &[New<'_>]) -> Result<(), Error> {
    const COLUMNS: [&str; 13] = [
        "collection",
        "added",
        "audience",
        "id",
        "type",
        "spec",
        "version",
        "version_text",
        "superseded",
        "preceded",
        "digest",
        "body",
        "pap",
    ];
    fn row<'a>(collection: i64, new: &'a New<'_>) -> Vec<Value<'a>> {
        vec![
            Value::Number(collection),
            Value::Number(new.added),
            Value::Number(new.audience),
            Value::Text(new.from.id),
            Value::Text(new.from.kind),
            Value::Text(new.from.spec),
            Value::Number(new.version),
            Value::Text(&new.version_text),
            Value::Flag(new.superseded),
            Value::Flag(new.preceded),
            Value::Text(new.from.digest),
            Value::Text(new.from.body),
            Value::Number(audience::pap_rank(new.pap)),
        ]
    }
    let rows: Vec<Vec<Value<'_>>> = news.iter().map(|new| row(collection, new)).collect();
    tx.fill("object", &COLUMNS, &rows).await
}
