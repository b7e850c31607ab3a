//! Searches that people keep, with how far they have looked.

use bartizan_clearinghouse::access::PersonId;

use crate::audit::{self, Action};
use crate::db::Store;
use crate::error::Error;
use crate::reports::ReportId;
use crate::sql::values;

/// The most searches of a person.
const MOST: i64 = 50;
/// Longest name and longest search, in characters.
const LONGEST_NAME: usize = 80;
const LONGEST_QUERY: usize = 2_000;

/// A search that somebody keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedSearch {
    /// What the outside calls it by.
    pub uuid: String,
    /// What its owner calls it.
    pub name: String,
    /// The search, as behind the question mark of an address.
    pub query: String,
    /// The newest report there was when they last looked.
    pub seen: ReportId,
    /// When it was kept, microseconds.
    pub created: i64,
}

impl Store {
    /// Keeps a search; what is there now counts as seen.
    pub async fn save_search(
        &self,
        by: &Action<'_>,
        person: PersonId,
        uuid: &str,
        name: &str,
        query: &str,
    ) -> Result<(), Error> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME || name.contains(char::is_control) {
            return Err(Error::invalid("a search has a name of up to 80 characters on one line"));
        }
        if query.chars().count() > LONGEST_QUERY || query.contains(char::is_control) {
            return Err(Error::invalid("that search is too long to be kept"));
        }
        let mut tx = self.begin().await?;
        let there = tx.one("SELECT COUNT(*) FROM saved_search WHERE person = $1", values![person.0]).await?;
        if there.map_or(Ok(0), |row| row.number(0))? >= MOST {
            return Err(Error::conflict("50 searches are kept already; remove one first"));
        }
        let newest = tx.one("SELECT last FROM counter WHERE name = 'report'", values![]).await?;
        let seen = newest.map_or(Ok(0), |row| row.number(0))?;
        let id = tx.next("saved_search").await?;
        let sql = "INSERT INTO saved_search (id, uuid, person, name, query, seen, created) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        tx.run(sql, values![id, uuid, person.0, name, query, seen, by.now]).await?;
        audit::write(&mut tx, by, "search.save", &format!("search/{uuid}"), "{}").await?;
        tx.commit().await
    }

    /// The searches of a person, by name.
    pub async fn saved_searches(&self, person: PersonId) -> Result<Vec<SavedSearch>, Error> {
        let sql =
            "SELECT uuid, name, query, seen, created FROM saved_search WHERE person = $1 ORDER BY name, id";
        let rows = self.read(sql, values![person.0]).await?;
        rows.iter()
            .map(|row| {
                Ok(SavedSearch {
                    uuid: row.text(0)?,
                    name: row.text(1)?,
                    query: row.text(2)?,
                    seen: ReportId(row.number(3)?),
                    created: row.number(4)?,
                })
            })
            .collect()
    }

    /// Their owner has looked: what is there now is not new any more. No entry in the log: nobody's data changes.
    pub async fn seen_search(&self, person: PersonId, uuid: &str) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE saved_search SET seen = (SELECT last FROM counter WHERE name = 'report')
                   WHERE person = $1 AND uuid = $2";
        let moved = tx.run(sql, values![person.0, uuid]).await? > 0;
        tx.commit().await?;
        Ok(moved)
    }

    /// Forgets a search of a person.
    pub async fn forget_search(&self, by: &Action<'_>, person: PersonId, uuid: &str) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let sql = "DELETE FROM saved_search WHERE person = $1 AND uuid = $2";
        if tx.run(sql, values![person.0, uuid]).await? == 0 {
            return Ok(false);
        }
        audit::write(&mut tx, by, "search.remove", &format!("search/{uuid}"), "{}").await?;
        tx.commit().await?;
        Ok(true)
    }
}
