//! Desks: organisations that take reports.

use bartizan_clearinghouse::access::OrganisationId;
use serde_json::json;

use crate::audit::Action;
use crate::db::Store;
use crate::error::Error;
use crate::people;
use crate::sql::values;

/// Longest text about a desk, in characters.
const ABOUT: usize = 8_000;

/// A desk, as the directory has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskEntry {
    /// Whose it is.
    pub organisation: OrganisationId,
    /// What the outside calls it by.
    pub uuid: String,
    /// What people call it.
    pub title: String,
    /// What it takes and what becomes of it, in words.
    pub about: String,
    /// Whether it takes reports no longer.
    pub closed: bool,
}

impl Store {
    /// Lets an organisation take reports, under this title; again changes title and text, and opens a closed one.
    pub async fn open_desk(
        &self,
        by: &Action<'_>,
        organisation: OrganisationId,
        uuid: &str,
        title: &str,
        about: &str,
    ) -> Result<(), Error> {
        let title = people::title(title)?;
        if about.chars().count() > ABOUT || about.contains('\0') {
            return Err(Error::invalid("the text about a desk has at most 8,000 characters"));
        }
        let mut tx = self.begin().await?;
        let sql = "INSERT INTO desk (organisation, uuid, title, about, created) VALUES ($1, $2, $3, $4, $5)
                   ON CONFLICT (organisation) DO UPDATE SET title = $3, about = $4, closed = NULL";
        tx.run(sql, values![organisation.0, uuid, title, about, by.now]).await?;
        let detail = json!({ "title": title }).to_string();
        self.changed(tx, by, "desk.open", &format!("organisation/{}", organisation.0), &detail).await
    }

    /// Ends that; what was handed in stays. `false`: it takes none.
    pub async fn close_desk(&self, by: &Action<'_>, organisation: OrganisationId) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE desk SET closed = $1 WHERE organisation = $2 AND closed IS NULL";
        if tx.run(sql, values![by.now, organisation.0]).await? == 0 {
            return Ok(false);
        }
        self.changed(tx, by, "desk.close", &format!("organisation/{}", organisation.0), "{}").await?;
        Ok(true)
    }
}
