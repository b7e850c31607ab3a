//! What an operator decided about items of its due list: kept for ever, the newest holds.

use bartizan_clearinghouse::access::{OrganisationId, PersonId};

use super::log;
use crate::audit::Action;
use crate::db::Store;
use crate::error::Error;
use crate::sql::values;

/// Kinds of notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteKind {
    /// An item is put off.
    Exception,
    /// An item is done.
    Closure,
    /// What was found out about a vulnerability.
    Answer,
}

impl NoteKind {
    fn table(self) -> &'static str {
        match self {
            Self::Exception => "due_exception",
            Self::Closure => "due_closure",
            Self::Answer => "due_answer",
        }
    }

    fn action(self) -> &'static str {
        match self {
            Self::Exception => "due.except",
            Self::Closure => "due.close",
            Self::Answer => "due.answer",
        }
    }
}

/// A note to be kept.
#[derive(Clone, Debug)]
pub struct NewDueNote<'a> {
    /// What it is.
    pub kind: NoteKind,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// The item, or the digest of a vulnerability's name.
    pub item: &'a str,
    /// Who says it.
    pub person: PersonId,
    /// What is said, sealed.
    pub body: &'a str,
}

/// A note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueNote {
    /// The item, or the digest of a vulnerability's name.
    pub item: String,
    /// Who said it.
    pub person: PersonId,
    /// When, microseconds since 1970.
    pub kept: i64,
    /// What, sealed.
    pub body: String,
}

impl Store {
    /// Keeps a note.
    pub async fn add_due_note(&self, by: &Action<'_>, new: &NewDueNote<'_>) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let number = tx.next("due_note").await?;
        let sql = format!(
            "INSERT INTO {} (number, organisation, item, person, kept, body) VALUES ($1, $2, $3, $4, $5, $6)",
            new.kind.table()
        );
        let row = values![number, new.organisation.0, new.item, new.person.0, by.now, new.body];
        tx.run(&sql, row).await?;
        let thing = format!("due/{}", new.item);
        log::write(&mut tx, new.organisation, by, new.kind.action(), &thing, "{}").await?;
        tx.commit().await
    }

    /// All notes of a kind of an organisation, oldest first.
    pub async fn due_notes(
        &self,
        organisation: OrganisationId,
        kind: NoteKind,
    ) -> Result<Vec<DueNote>, Error> {
        let table = kind.table();
        let sql =
            format!("SELECT item, person, kept, body FROM {table} WHERE organisation = $1 ORDER BY number");
        let rows = self.read(&sql, values![organisation.0]).await?;
        let note = |row: &crate::sql::Row| {
            let (person, kept) = (PersonId(row.number(1)?), row.number(2)?);
            Ok(DueNote { item: row.text(0)?, person, kept, body: row.text(3)? })
        };
        rows.iter().map(note).collect()
    }
}
