//! Taking objects back.

use bartizan_clearinghouse::access::CollectionId;
use serde_json::json;

use super::page::{Filter, Statement};
use super::search::forget_words;
use crate::audit::{self, Action};
use crate::db::Store;
use crate::error::Error;
use crate::sql::{Value, places};

impl Store {
    /// Removes what a filter gives of the objects that may be both read and removed; how many rows that were.
    pub async fn remove_objects(
        &self,
        by: &Action<'_>,
        collection: CollectionId,
        removable: &[i64],
        filter: &Filter,
    ) -> Result<u64, Error> {
        if removable.is_empty() {
            return Ok(0);
        }
        let mut tx = self.begin().await?;
        let mut statement = Statement::new(collection, removable);
        let conditions = statement.conditions(filter);
        let sql = format!("SELECT o.added FROM object o WHERE {conditions}");
        let rows = tx.all(&sql, &statement.values).await?;
        let mut removed = 0;
        for set in rows.chunks(500) {
            let sql =
                format!("DELETE FROM object WHERE collection = $1 AND added IN ({})", places(2, set.len()));
            let added: Vec<i64> = set.iter().map(|row| row.number(0)).collect::<Result<_, _>>()?;
            let mut arguments = vec![Value::Number(collection.0)];
            arguments.extend(added.iter().map(|at| Value::Number(*at)));
            forget_words(&mut tx, collection.0, &added).await?;
            removed += tx.run(&sql, &arguments).await?;
        }
        if removed > 0 {
            let detail = json!({ "ids": filter.ids, "removed": removed }).to_string();
            audit::write(&mut tx, by, "objects.remove", &format!("collection/{}", collection.0), &detail)
                .await?;
        }
        tx.commit().await?;
        Ok(removed)
    }
}
