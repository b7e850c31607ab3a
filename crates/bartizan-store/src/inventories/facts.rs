//! Public facts about vulnerabilities, as somebody brought them to the node.

use serde_json::json;

use crate::audit::{self, Action};
use crate::db::Store;
use crate::error::Error;
use crate::sql::values;

/// Kinds of facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactKind {
    /// CISA's catalogue of known exploited vulnerabilities.
    Kev,
    /// FIRST's estimates of exploitation.
    Epss,
}

impl FactKind {
    /// All kinds.
    pub const ALL: [FactKind; 2] = [Self::Kev, Self::Epss];

    /// `kev`, `epss`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kev => "kev",
            Self::Epss => "epss",
        }
    }
}

/// A file to be kept in the place of the one before.
#[derive(Clone, Debug)]
pub struct NewFactFile<'a> {
    /// What it is.
    pub kind: FactKind,
    /// Of when its facts are, microseconds since 1970.
    pub dated: i64,
    /// SHA-256 of its bytes.
    pub digest: &'a str,
    /// How many vulnerabilities it speaks of.
    pub entries: i64,
    /// Its bytes.
    pub body: &'a [u8],
}

/// A file, without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactFile {
    /// Of when its facts are, microseconds since 1970.
    pub dated: i64,
    /// SHA-256 of its bytes.
    pub digest: String,
    /// How many vulnerabilities it speaks of.
    pub entries: i64,
    /// Bytes.
    pub size: i64,
    /// When it was brought, microseconds since 1970.
    pub kept: i64,
}

/// A file as it was brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactArrival {
    /// What it is.
    pub kind: FactKind,
    /// It.
    pub file: FactFile,
    /// Who brought it, as the audit log calls them.
    pub actor: String,
}

impl Store {
    /// Keeps a file in the place of the one before. `false`: the one that is there is newer, and stays.
    pub async fn keep_facts(&self, by: &Action<'_>, new: &NewFactFile<'_>) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let size = i64::try_from(new.body.len()).unwrap_or(i64::MAX);
        let sql = "INSERT INTO fact_file (kind, dated, digest, size, entries, kept, body) VALUES ($1, $2, $3, $4, $5, $6, $7)
                   ON CONFLICT (kind) DO UPDATE SET dated = $2, digest = $3, size = $4, entries = $5, kept = $6, body = $7
                   WHERE fact_file.dated <= $2";
        let row = values![new.kind.as_str(), new.dated, new.digest, size, new.entries, by.now, new.body];
        if tx.run(sql, row).await? == 0 {
            return Ok(false);
        }
        let id = tx.next("fact_arrival").await?;
        let sql = "INSERT INTO fact_arrival (id, kind, dated, digest, size, entries, kept, actor)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let row = values![id, new.kind.as_str(), new.dated, new.digest, size, new.entries, by.now, by.actor];
        tx.run(sql, row).await?;
        let detail = json!({ "dated": new.dated, "digest": new.digest }).to_string();
        audit::write(&mut tx, by, "facts.keep", &format!("facts/{}", new.kind.as_str()), &detail).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// What there is of a kind.
    pub async fn facts(&self, kind: FactKind) -> Result<Option<FactFile>, Error> {
        let sql = "SELECT dated, digest, entries, size, kept FROM fact_file WHERE kind = $1";
        let rows = self.read(sql, values![kind.as_str()]).await?;
        let file = |row: &crate::sql::Row| {
            let (dated, digest, entries) = (row.number(0)?, row.text(1)?, row.number(2)?);
            Ok(FactFile { dated, digest, entries, size: row.number(3)?, kept: row.number(4)? })
        };
        rows.first().map(file).transpose()
    }

    /// The files that were brought, the newest first: at most so many.
    pub async fn facts_brought(&self, limit: i64) -> Result<Vec<FactArrival>, Error> {
        let sql = "SELECT kind, dated, digest, entries, size, kept, actor FROM fact_arrival ORDER BY id DESC LIMIT $1";
        let rows = self.read(sql, values![limit]).await?;
        let arrival = |row: &crate::sql::Row| {
            let (kind, dated, digest, entries) = (row.text(0)?, row.number(1)?, row.text(2)?, row.number(3)?);
            let file = FactFile { dated, digest, entries, size: row.number(4)?, kept: row.number(5)? };
            let kind =
                FactKind::ALL.into_iter().find(|known| known.as_str() == kind).unwrap_or(FactKind::Kev);
            Ok(FactArrival { kind, file, actor: row.text(6)? })
        };
        rows.iter().map(arrival).collect()
    }

    /// The bytes of a file.
    pub async fn facts_body(&self, kind: FactKind) -> Result<Option<Vec<u8>>, Error> {
        let rows = self.read("SELECT body FROM fact_file WHERE kind = $1", values![kind.as_str()]).await?;
        rows.first().map(|row| row.bytes(0)).transpose()
    }
}
