//! Counting what is readable of a collection, as far as a person wants to know: to some thousands, then it is "more".

use bartizan_clearinghouse::access::CollectionId;

use super::page::{Filter, Statement};
use crate::db::Store;
use crate::error::Error;
use crate::sql::{Value, places};

/// As far as is counted; one more says that there are more.
pub const COUNTED: i64 = 10_000;
/// Types of a collection that are told of.
const TYPES: usize = 60;

impl Store {
    /// How many objects (last versions) of a collection are readable, up to [`COUNTED`] and one.
    pub async fn count_objects(&self, collection: CollectionId, readable: &[i64]) -> Result<i64, Error> {
        self.count(collection, readable, &Filter::default()).await
    }

    /// How many objects (last versions) of each type are readable, by type, each up to [`COUNTED`] and one.
    pub async fn count_types(
        &self,
        collection: CollectionId,
        readable: &[i64],
    ) -> Result<Vec<(String, i64)>, Error> {
        let mut counts: Vec<(String, i64)> = Vec::new();
        if readable.is_empty() {
            return Ok(counts);
        }
        // From type to type: the index of types leads to the next one, however many objects a type has.
        let sql = format!(
            "SELECT o.type FROM object o WHERE o.collection = $1 AND o.type > $2 AND o.audience IN ({})
             ORDER BY o.type, o.added LIMIT 1",
            places(3, readable.len())
        );
        while counts.len() < TYPES {
            let last = counts.last().map_or("", |(kind, _)| kind.as_str()).to_owned();
            let mut values = vec![Value::Number(collection.0), Value::Text(&last)];
            values.extend(readable.iter().map(|n| Value::Number(*n)));
            let rows = self.read(&sql, &values).await?;
            let Some(row) = rows.first() else { break };
            let kind = row.text(0)?;
            let filter = Filter { types: vec![kind.clone()], ..Filter::default() };
            let count = self.count(collection, readable, &filter).await?;
            counts.push((kind, count));
        }
        Ok(counts)
    }

    async fn count(&self, collection: CollectionId, readable: &[i64], filter: &Filter) -> Result<i64, Error> {
        if readable.is_empty() {
            return Ok(0);
        }
        let mut statement = Statement::new(collection, readable);
        let conditions = statement.conditions(filter);
        let sql = format!(
            "SELECT COUNT(*) FROM (SELECT 1 AS one FROM object o WHERE {conditions} LIMIT {}) counted",
            COUNTED + 1
        );
        let rows = self.read(&sql, &statement.values).await?;
        rows.first().map_or(Ok(0), |row| row.number(0))
    }
}
