//! Files of a window in custody.

use bartizan_clearinghouse::access::PersonId;

use super::window_thing;
use crate::audit::{self, Action};
use crate::db::Store;
use crate::error::Error;
use crate::sql::{Row, values};

/// A file in custody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestFile {
    /// Its name: unique in the window, and what the manifest calls it.
    pub name: String,
    /// What it is: a word of the manifest's kinds.
    pub kind: String,
    /// How long it is.
    pub bytes: i64,
    /// SHA-256, hexadecimal.
    pub digest: String,
    /// When it was added, microseconds since 1970.
    pub added: i64,
    /// Who added it; none if it was the node.
    pub person: Option<PersonId>,
}

fn read(row: &Row) -> Result<TestFile, Error> {
    Ok(TestFile {
        name: row.text(0)?,
        kind: row.text(1)?,
        bytes: row.number(2)?,
        digest: row.text(3)?,
        added: row.number(4)?,
        person: row.number_or_none(5)?.map(PersonId::from),
    })
}

const COLUMNS: &str = "SELECT name, kind, bytes, digest, added, person FROM test_file";

impl Store {
    /// Keeps a file. `false`: the window has one of that name, and nothing was done.
    pub async fn keep_test_file(
        &self,
        by: &Action<'_>,
        window: (i64, &str),
        file: &TestFile,
        sealed: &str,
    ) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let known = "SELECT 1 FROM test_file WHERE test_window = $1 AND name = $2";
        if tx.one(known, values![window.0, &file.name]).await?.is_some() {
            return Ok(false);
        }
        let sql = "INSERT INTO test_file (test_window, name, kind, bytes, digest, sealed, added, person)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let person = file.person.map(|person| person.0);
        tx.run(
            sql,
            values![window.0, &file.name, &file.kind, file.bytes, &file.digest, sealed, file.added, person],
        )
        .await?;
        let detail = serde_json::json!({ "kind": file.kind, "digest": file.digest }).to_string();
        audit::write(&mut tx, by, "window.file", &window_thing(window.1), &detail).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The files of a window by name, without what is in them.
    pub async fn test_files(&self, window: i64) -> Result<Vec<TestFile>, Error> {
        let rows = self
            .read(&format!("{COLUMNS} WHERE test_window = $1 ORDER BY added, name"), values![window])
            .await?;
        rows.iter().map(read).collect()
    }

    /// A file and what is in it, sealed.
    pub async fn test_file(&self, window: i64, name: &str) -> Result<Option<(TestFile, String)>, Error> {
        let sql = "SELECT name, kind, bytes, digest, added, person, sealed FROM test_file WHERE test_window = $1 AND name = $2";
        let rows = self.read(sql, values![window, name]).await?;
        rows.first().map(|row| Ok((read(row)?, row.text(6)?))).transpose()
    }
}
