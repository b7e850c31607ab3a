//! Objects found by words, newest first, and keeping their words: what each engine does its own way.
//!
//! Words are kept behind the objects, a set at a time, so that adding objects does not wait for them. What is found is joined to the
//! objects and held against the readable audiences: a question sees nothing that a page of the collection would not show.

use std::sync::atomic::Ordering;

use bartizan_clearinghouse::access::CollectionId;

use super::words::{self, Question};
use crate::db::{Engine, Pools, Store};
use crate::error::Error;
use crate::sql::{Row, Tx, Value, places, values};

/// Objects whose words are kept in one transaction.
const SET: usize = 1000;
/// Bytes of bodies in it, after the first.
const BYTES: usize = 8 << 20;
/// More rows than this, and words are frequent: walking back from the newest finds a page sooner than sorting all of them.
const FREQUENT: usize = 3000;
/// PostgreSQL's planner guesses badly how frequent words are, so it is told which way to go.
const BY_WORDS: &str =
    "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_indexscan', 'off', true),
                        set_config('gin_fuzzy_search_limit', '20000', true)";
const FROM_WORDS: &str =
    "SELECT set_config('gin_fuzzy_search_limit', '0', true), set_config('enable_indexscan', 'on', true),
     set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
     set_config('join_collapse_limit', '1', true)";
const WALK: &str = "SELECT set_config('enable_bitmapscan', 'off', true)";

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct ObjectQuestion<'a> {
    /// All these words, or values; a word with a star at its end stands for all that begin so. Empty: everything.
    pub words: &'a str,
    /// Of one of these types; empty: of any.
    pub kinds: &'a [String],
    /// In these collections; empty: in none.
    pub collections: &'a [CollectionId],
    /// Before this one: the place of the last [`Hit`] of the page before.
    pub before: Option<(CollectionId, i64)>,
}

/// An object that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Where it is.
    pub collection: CollectionId,
    /// Its place there, microseconds.
    pub added: i64,
    /// Who reads it.
    pub audience: i64,
    /// `indicator--…`
    pub id: String,
    /// `indicator`
    pub kind: String,
    /// Its bytes as they came.
    pub body: String,
}

impl Store {
    /// Objects (last versions) that these audiences may read, newest first, so many at most. A value with signs inside is looked for
    /// whole, and by its words if nothing has it.
    pub async fn find_objects(
        &self,
        readable: &[i64],
        asked: &ObjectQuestion<'_>,
        limit: usize,
    ) -> Result<Vec<Hit>, Error> {
        if readable.is_empty() || asked.collections.is_empty() {
            return Ok(Vec::new());
        }
        let question = Question::new(asked.words, true);
        let exact = question.is_exact();
        let found = self.find(readable, asked, question, limit).await?;
        if found.is_empty() && exact {
            return self.find(readable, asked, Question::new(asked.words, false), limit).await;
        }
        Ok(found)
    }

    async fn find(
        &self,
        readable: &[i64],
        asked: &ObjectQuestion<'_>,
        mut question: Question,
        limit: usize,
    ) -> Result<Vec<Hit>, Error> {
        question.of_kinds(asked.kinds);
        let collections: Vec<i64> = asked.collections.iter().map(|id| id.0).collect();
        question.in_collections(&collections);
        let said = question.said(self.engine());
        let mut arguments = vec![
            Value::Text(&said),
            Value::Number(asked.before.map_or(i64::MAX, |(id, added)| number(id.0, added))),
        ];
        arguments.extend(readable.iter().map(|n| Value::Number(*n)));
        let statement = Statement { audiences: places(3, readable.len()), limit };
        let rows = match &self.pools {
            Pools::Sqlite { .. } => self.read(&statement.sqlite(), &arguments).await?,
            Pools::Postgres(pool) => {
                let mut tx = Tx::Postgres(pool.begin().await?);
                tx.all(BY_WORDS, &[]).await?;
                let probe = format!(
                    "SELECT COUNT(*) FROM (SELECT 1 FROM object_words w WHERE w.words @@ $1::tsquery LIMIT {}) some_of_them",
                    FREQUENT + 1
                );
                let count = tx.one(&probe, values![&said]).await?.map_or(Ok(0), |row| row.number(0))?;
                tx.all(FROM_WORDS, &[]).await?;
                let frequent = usize::try_from(count).is_ok_and(|count| count > FREQUENT);
                if frequent {
                    tx.all(WALK, &[]).await?;
                }
                tx.all(&statement.postgres(frequent), &arguments).await?
            }
        };
        rows.iter().map(hit).collect()
    }

    /// How often objects were added by this process: whether somebody adds, for whoever lets them go first.
    pub fn additions(&self) -> u64 {
        self.additions.load(Ordering::Relaxed)
    }

    /// Keeps the words of objects that have come since; how many that were. 0: none are left.
    pub async fn keep_object_words(&self) -> Result<usize, Error> {
        let sql = "SELECT c.id, COALESCE(i.added, 0) FROM collection c LEFT JOIN object_indexed i ON i.collection = c.id
                   WHERE c.clock > COALESCE(i.added, 0) ORDER BY c.id";
        let mut kept = 0;
        for row in self.read(sql, &[]).await? {
            kept += self.keep_words_of(row.number(0)?, row.number(1)?).await?;
        }
        Ok(kept)
    }

    async fn keep_words_of(&self, collection: i64, from: i64) -> Result<usize, Error> {
        // Read before the transaction: cutting words is work, and SQLite has one writer.
        let sql = format!(
            "SELECT added, type, body FROM object WHERE collection = $1 AND added > $2 ORDER BY added LIMIT {SET}"
        );
        let rows = self.read(&sql, values![collection, from]).await?;
        let (mut size, mut last, mut cut) = (0, from, Vec::with_capacity(rows.len()));
        let full = rows.len() == SET;
        for row in &rows {
            let body = row.text(2)?;
            size += body.len();
            if size > BYTES && !cut.is_empty() {
                break;
            }
            last = row.number(0)?;
            let words = words::of_object(collection, &row.text(1)?, &body);
            cut.push((last, words::kept(self.engine(), &words)));
        }
        let mut tx = self.begin().await?;
        if cut.len() == rows.len() && !full {
            // What was taken back may have been the newest: then the clock is ahead of every object there is.
            let sql = "SELECT clock FROM collection WHERE id = $1 AND NOT EXISTS
                       (SELECT 1 FROM object WHERE collection = $1 AND added > $2)";
            if let Some(row) = tx.one(sql, values![collection, last]).await? {
                last = last.max(row.number(0)?);
            }
        }
        // Whoever comes second, on another node, finds that it is done.
        let sql = "INSERT INTO object_indexed (collection, added) VALUES ($1, 0) ON CONFLICT (collection) DO NOTHING";
        tx.run(sql, values![collection]).await?;
        let sql = "UPDATE object_indexed SET added = $1 WHERE collection = $2 AND added = $3";
        if tx.run(sql, values![last, collection, from]).await? == 0 {
            return Ok(0);
        }
        let numbers = free_numbers(&mut tx, collection, &cut).await?;
        let places: Vec<Vec<Value<'_>>> = cut
            .iter()
            .zip(&numbers)
            .map(|((added, _), n)| vec![Value::Number(*n), Value::Number(collection), Value::Number(*added)])
            .collect();
        tx.fill("object_number", &["number", "collection", "added"], &places).await?;
        let words: Vec<Vec<Value<'_>>> = cut
            .iter()
            .zip(&numbers)
            .map(|((_, words), n)| vec![Value::Number(*n), Value::Text(words)])
            .collect();
        let column = if self.engine() == Engine::Sqlite { "rowid" } else { "number" };
        tx.fill("object_words", &[column, "words"], &words).await?;
        tx.commit().await?;
        // Something was done even where all of it had been taken back: the clock is reached.
        Ok(cut.len())
    }
}

/// Bits of a number that tell collections apart: what is left holds microseconds until the year 2255.
const COLLECTIONS: u32 = 10;

/// The number of an object: by when it was added, among those of one microsecond by collection.
fn number(collection: i64, added: i64) -> i64 {
    (added << COLLECTIONS) | (collection & ((1 << COLLECTIONS) - 1))
}

/// The numbers of objects that come: where a collection of the same last bits has taken one, the next that is free.
async fn free_numbers(tx: &mut Tx, collection: i64, cut: &[(i64, String)]) -> Result<Vec<i64>, Error> {
    let mut numbers: Vec<i64> = cut.iter().map(|(added, _)| number(collection, *added)).collect();
    // Below, no two collections have the same bits.
    if collection >> COLLECTIONS == 0 {
        return Ok(numbers);
    }
    for number in &mut numbers {
        while tx.one("SELECT 1 FROM object_number WHERE number = $1", values![*number]).await?.is_some() {
            *number += 1;
        }
    }
    Ok(numbers)
}

/// Takes the words of objects that are taken back.
pub(super) async fn forget_words(tx: &mut Tx, collection: i64, added: &[i64]) -> Result<(), Error> {
    let column = if tx.engine() == Engine::Sqlite { "rowid" } else { "number" };
    let mut arguments = vec![Value::Number(collection)];
    arguments.extend(added.iter().map(|at| Value::Number(*at)));
    let which = format!("collection = $1 AND added IN ({})", places(2, added.len()));
    let sql = format!(
        "DELETE FROM object_words WHERE {column} IN (SELECT number FROM object_number WHERE {which})"
    );
    tx.run(&sql, &arguments).await?;
    tx.run(&format!("DELETE FROM object_number WHERE {which}"), &arguments).await?;
    Ok(())
}

/// The statement that finds: `$1` is the question, `$2` the number before which, then the audiences.
struct Statement {
    audiences: String,
    limit: usize,
}

impl Statement {
    /// The order of the tables is the order of the joins, so that the engine's own order of words is that of the answer.
    fn sqlite(&self) -> String {
        format!(
            "SELECT {} FROM object_words CROSS JOIN object_number n ON n.number = object_words.rowid
             CROSS JOIN object o ON o.collection = n.collection AND o.added = n.added
             WHERE object_words MATCH $1 AND object_words.rowid < $2 AND {}
             ORDER BY object_words.rowid DESC LIMIT {}",
            COLUMNS,
            self.seen(),
            self.limit
        )
    }

    fn postgres(&self, frequent: bool) -> String {
        let found = "(WITH found AS MATERIALIZED (SELECT number FROM object_words WHERE words @@ $1::tsquery)
                      SELECT number FROM found)";
        let (from, condition) =
            if frequent { ("object_words", "w.words @@ $1::tsquery AND") } else { (found, "") };
        format!(
            "SELECT {} FROM {from} w JOIN object_number n ON n.number = w.number
             JOIN object o ON o.collection = n.collection AND o.added = n.added
             WHERE {condition} w.number < $2 AND {} ORDER BY w.number DESC LIMIT {}",
            COLUMNS,
            self.seen(),
            self.limit
        )
    }

    /// Readable, and the last version of what is readable.
    fn seen(&self) -> String {
        let audiences = &self.audiences;
        format!(
            "o.audience IN ({audiences}) AND ((NOT o.superseded AND NOT o.preceded) OR NOT EXISTS (SELECT 1 FROM object v
             WHERE v.collection + 0 = o.collection AND v.id = o.id AND v.audience IN ({audiences})
             AND (v.version > o.version OR (v.version = o.version AND v.added < o.added))))"
        )
    }
}

const COLUMNS: &str = "o.collection, o.added, o.audience, o.id, o.type, o.body";

fn hit(row: &Row) -> Result<Hit, Error> {
    Ok(Hit {
        collection: CollectionId(row.number(0)?),
        added: row.number(1)?,
        audience: row.number(2)?,
        id: row.text(3)?,
        kind: row.text(4)?,
        body: row.text(5)?,
    })
}
