//! Reading objects in pages, in the order in which they were added.
//!
//! Every condition about other rows ("the last version") is about rows that the reader may read: `audience IN (…)` stands on both
//! sides, so an answer is what it would be if nothing else were stored.

use std::fmt::Write;

use bartizan_clearinghouse::access::CollectionId;
use bartizan_clearinghouse::pap::Pap;
use futures_util::TryStreamExt;

use crate::audience;
use crate::db::{Pools, Store};
use crate::error::Error;
use crate::sql::{Row, Value, bound, places, values};

/// Which versions of an object are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum VersionWanted {
    /// The oldest.
    First,
    /// The newest.
    Last,
    /// Every one.
    All,
    /// The one of this instant, microseconds.
    At(i64),
}

/// Which objects are wanted. Values of one list are alternatives, the lists together restrict; an empty list restricts nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Added after this, microseconds.
    pub after: Option<i64>,
    /// Identifiers.
    pub ids: Vec<String>,
    /// Types.
    pub types: Vec<String>,
    /// Versions of the specification.
    pub specs: Vec<String>,
    /// Versions; none is the last.
    pub versions: Vec<VersionWanted>,
    /// Added not later than this, microseconds.
    pub until: Option<i64>,
    /// PAP labels.
    pub paps: Vec<Pap>,
}

/// An object in a collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its place, microseconds.
    pub added: i64,
    /// Its bytes as they came.
    pub body: String,
}

/// An object in a collection, and what stands beside its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its place, microseconds.
    pub added: i64,
    /// Number of the audience that reads it.
    pub audience: i64,
    /// What may be done with it.
    pub pap: Option<Pap>,
    /// Its bytes as they came.
    pub body: String,
}

/// What a manifest tells of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Its place, microseconds.
    pub added: i64,
    /// Its identifier.
    pub id: String,
    /// Its version, as written.
    pub version: String,
    /// Version of the specification.
    pub spec: String,
}

/// A page, in the order of `added`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Whether there is more behind it.
    pub more: bool,
}

impl Store {
    /// A page of objects: at most `limit` of them, and no more than `bytes` of bodies once there is one.
    pub async fn objects(
        &self,
        collection: CollectionId,
        readable: &[i64],
        filter: &Filter,
        limit: usize,
        bytes: usize,
    ) -> Result<Page<Stored>, Error> {
        let mut size = 0;
        self.page(collection, readable, filter, limit, "o.added, o.body", |row| {
            let stored = Stored { added: row.number(0)?, body: row.text(1)? };
            size += stored.body.len();
            Ok((size <= bytes || size == stored.body.len()).then_some(stored))
        })
        .await
    }

    /// The same, with what stands beside their bytes.
    pub async fn kept_objects(
        &self,
        collection: CollectionId,
        readable: &[i64],
        filter: &Filter,
        limit: usize,
        bytes: usize,
    ) -> Result<Page<Kept>, Error> {
        let mut size = 0;
        self.page(collection, readable, filter, limit, "o.added, o.audience, o.pap, o.body", |row| {
            let (added, audience, pap) = (row.number(0)?, row.number(1)?, audience::pap(row.number(2)?));
            let kept = Kept { added, audience, pap, body: row.text(3)? };
            size += kept.body.len();
            Ok((size <= bytes || size == kept.body.len()).then_some(kept))
        })
        .await
    }

    /// The strictest marking among what is readable in a collection; `None` if that is nothing.
    pub async fn strictest(
        &self,
        collection: CollectionId,
        readable: &[i64],
    ) -> Result<Option<bartizan_stix::Tlp>, Error> {
        if readable.is_empty() {
            return Ok(None);
        }
        let sql = format!(
            "SELECT MAX(a.marking) FROM audience a WHERE a.id IN ({})
             AND EXISTS (SELECT 1 FROM object o WHERE o.collection = $1 AND o.audience = a.id)",
            places(2, readable.len())
        );
        let mut values = vec![Value::Number(collection.0)];
        values.extend(readable.iter().map(|n| Value::Number(*n)));
        let rows = self.read(&sql, &values).await?;
        let rank = rows.first().map_or(Ok(None), |row| row.number_or_none(0))?;
        Ok(rank.map(audience::marking))
    }

    /// How many rows of a collection are readable, and the place of the newest: what an entity tag is made of. Adding moves the
    /// one, taking back the other.
    pub async fn extent(&self, collection: CollectionId, readable: &[i64]) -> Result<(i64, i64), Error> {
        self.extent_since(collection, readable, -1).await
    }

    /// The same of what was added later.
    pub async fn extent_since(
        &self,
        collection: CollectionId,
        readable: &[i64],
        since: i64,
    ) -> Result<(i64, i64), Error> {
        if readable.is_empty() {
            return Ok((0, 0));
        }
        let sql = format!(
            "SELECT COUNT(*), MAX(added) FROM object WHERE collection = $1 AND added > $2 AND audience IN ({})",
            places(3, readable.len())
        );
        let mut values = vec![Value::Number(collection.0), Value::Number(since)];
        values.extend(readable.iter().map(|n| Value::Number(*n)));
        let rows = self.read(&sql, &values).await?;
        rows.first().map_or(Ok((0, 0)), |row| Ok((row.number(0)?, row.number_or_none(1)?.unwrap_or(0))))
    }

    /// A page of what is known of objects without their bodies.
    pub async fn manifest(
        &self,
        collection: CollectionId,
        readable: &[i64],
        filter: &Filter,
        limit: usize,
    ) -> Result<Page<Manifest>, Error> {
        self.page(collection, readable, filter, limit, "o.added, o.id, o.version_text, o.spec", |row| {
            Ok(Some(Manifest {
                added: row.number(0)?,
                id: row.text(1)?,
                version: row.text(2)?,
                spec: row.text(3)?,
            }))
        })
        .await
    }

    /// Whether a collection has any readable version of an object.
    pub async fn has_object(
        &self,
        collection: CollectionId,
        readable: &[i64],
        id: &str,
    ) -> Result<bool, Error> {
        let filter =
            Filter { ids: vec![id.to_owned()], versions: vec![VersionWanted::All], ..Filter::default() };
        Ok(!self.manifest(collection, readable, &filter, 1).await?.items.is_empty())
    }

    /// Who reads an object: the number of its audience.
    pub async fn audience_of(&self, collection: CollectionId, added: i64) -> Result<Option<i64>, Error> {
        let sql = "SELECT audience FROM object WHERE collection = $1 AND added = $2";
        let rows = self.read(sql, values![collection.0, added]).await?;
        rows.first().map(|row| row.number(0)).transpose()
    }

    /// `take` makes an item of a row, or says that the page is full before it.
    async fn page<T>(
        &self,
        collection: CollectionId,
        readable: &[i64],
        filter: &Filter,
        limit: usize,
        columns: &str,
        mut take: impl FnMut(&Row) -> Result<Option<T>, Error>,
    ) -> Result<Page<T>, Error> {
        let mut page = Page { items: Vec::new(), more: false };
        if readable.is_empty() {
            return Ok(page);
        }
        let mut statement = Statement::new(collection, readable);
        let sql = statement.page(filter, limit + 1, columns);
        let mut full = |row: Row| -> Result<bool, Error> {
            if page.items.len() == limit {
                page.more = true;
                return Ok(true);
            }
            match take(&row)? {
                Some(item) => page.items.push(item),
                None => page.more = true,
            }
            Ok(page.more)
        };
        match &self.pools {
            Pools::Sqlite { read, .. } => {
                let mut rows = bound!(sql, &statement.values).fetch(read);
                while let Some(row) = rows.try_next().await? {
                    if full(Row::Sqlite(row))? {
                        break;
                    }
                }
            }
            Pools::Postgres(pool) => {
                let mut rows = bound!(sql, &statement.values).fetch(pool);
                while let Some(row) = rows.try_next().await? {
                    if full(Row::Postgres(row))? {
                        break;
                    }
                }
            }
        }
        Ok(page)
    }
}

/// A statement in the making: its arguments, and the places of those used more than once.
pub(super) struct Statement<'a> {
    pub(super) values: Vec<Value<'a>>,
    /// `$2,$3,…`: the readable audiences.
    audiences: String,
}

impl<'a> Statement<'a> {
    pub(super) fn new(collection: CollectionId, readable: &[i64]) -> Self {
        let mut values = vec![Value::Number(collection.0)];
        values.extend(readable.iter().map(|n| Value::Number(*n)));
        Self { values, audiences: places(2, readable.len()) }
    }

    fn put(&mut self, value: Value<'a>) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    fn list(&mut self, texts: &'a [String]) -> String {
        let from = self.values.len() + 1;
        self.values.extend(texts.iter().map(|text| Value::Text(text)));
        places(from, texts.len())
    }

    fn page(&mut self, filter: &'a Filter, limit: usize, columns: &str) -> String {
        let shared = self.shared(filter);
        // Named objects are few and found by their identifiers; in the order of an index a planner would walk everything for them.
        let order = if filter.ids.is_empty() { "o.added" } else { "o.added + 0" };
        let walk = |condition: &str| {
            format!("SELECT {columns} FROM object o WHERE {shared}{condition} ORDER BY {order} LIMIT {limit}")
        };
        // One walk of an index for each type, each at most a page long; together they are sorted. One walk for several types
        // would have to visit and sort every object of them.
        match filter.types.as_slice() {
            [] => walk(""),
            [kind] => {
                let place = self.put(Value::Text(kind));
                walk(&format!(" AND o.type = {place}"))
            }
            kinds => {
                let walks: Vec<String> = kinds
                    .iter()
                    .enumerate()
                    .map(|(i, kind)| {
                        let place = self.put(Value::Text(kind));
                        format!("SELECT * FROM ({}) AS w{i}", walk(&format!(" AND o.type = {place}")))
                    })
                    .collect();
                format!("{} ORDER BY 1 LIMIT {limit}", walks.join(" UNION ALL "))
            }
        }
    }

    /// All conditions of a filter.
    pub(super) fn conditions(&mut self, filter: &'a Filter) -> String {
        let mut sql = self.shared(filter);
        if !filter.types.is_empty() {
            let list = self.list(&filter.types);
            let _ = write!(sql, " AND o.type IN ({list})");
        }
        sql
    }

    /// The conditions beside the types. Every value is bound once, however often its place is named.
    fn shared(&mut self, filter: &'a Filter) -> String {
        // Named objects are found by their identifiers, whatever a planner believes of the collection: no index begins with a sum.
        let exact = if filter.ids.is_empty() { "o.collection" } else { "o.collection + 0" };
        let mut sql = format!("{exact} = $1 AND o.audience IN ({})", self.audiences);
        if let Some(after) = filter.after {
            let place = self.put(Value::Number(after));
            let _ = write!(sql, " AND o.added > {place}");
        }
        if let Some(until) = filter.until {
            let place = self.put(Value::Number(until));
            let _ = write!(sql, " AND o.added <= {place}");
        }
        if !filter.paps.is_empty() {
            // Numbers of this crate's own.
            let ranks: Vec<String> =
                filter.paps.iter().map(|pap| audience::pap_rank(Some(*pap)).to_string()).collect();
            let _ = write!(sql, " AND o.pap IN ({})", ranks.join(","));
        }
        if !filter.ids.is_empty() {
            let list = self.list(&filter.ids);
            let _ = write!(sql, " AND o.id IN ({list})");
        }
        if !filter.specs.is_empty() {
            let list = self.list(&filter.specs);
            let _ = write!(sql, " AND o.spec IN ({list})");
        }
        let versions = self.versions(&filter.versions);
        let _ = write!(sql, " AND ({versions})");
        sql
    }

    /// At most one alternative of each kind: a statement's size does not follow the question's.
    fn versions(&mut self, wanted: &[VersionWanted]) -> String {
        let mut alternatives = Vec::new();
        if wanted.is_empty() || wanted.contains(&VersionWanted::Last) {
            let newer = self.none("(n.version > o.version OR (n.version = o.version AND n.added < o.added))");
            alternatives.push(format!("((NOT o.superseded AND NOT o.preceded) OR {newer})"));
        }
        if wanted.contains(&VersionWanted::First) {
            let older = self.none("(n.version < o.version OR (n.version = o.version AND n.added < o.added))");
            alternatives.push(format!("(NOT o.preceded OR {older})"));
        }
        if wanted.contains(&VersionWanted::All) {
            alternatives.push(self.earliest());
        }
        let at = wanted.iter().filter_map(|v| if let VersionWanted::At(at) = v { Some(*at) } else { None });
        let at: Vec<String> = at.map(|at| self.put(Value::Number(at))).collect();
        if !at.is_empty() {
            alternatives.push(format!("(o.version IN ({}) AND {})", at.join(","), self.earliest()));
        }
        alternatives.join(" OR ")
    }

    /// Two organisations that cannot see each other's may each have added the same version: who sees both gets the earlier.
    fn earliest(&self) -> String {
        format!("(NOT o.preceded OR {})", self.none("n.version = o.version AND n.added < o.added"))
    }

    fn none(&self, condition: &str) -> String {
        format!(
            "NOT EXISTS (SELECT 1 FROM object n WHERE n.collection + 0 = $1 AND n.id = o.id AND {condition}
             AND n.audience IN ({}))",
            self.audiences
        )
    }
}
