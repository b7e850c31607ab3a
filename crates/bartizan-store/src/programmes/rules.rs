//! Programmes: versions of rules, none of which is ever changed.

use bartizan_clearinghouse::access::{OrganisationId, PersonId};

use super::{Part, organisation, programme_thing};
use crate::audit::{self, Action};
use crate::db::Store;
use crate::error::Error;
use crate::sql::{Row, values};

/// A version of a programme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgrammeEntry {
    /// Its number here: a place in lists, for nobody outside.
    pub id: i64,
    /// What the outside calls it by.
    pub uuid: String,
    /// Who runs it.
    pub runs: OrganisationId,
    /// The programme's own name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What people call it.
    pub title: String,
    /// SHA-256 of the rules, hexadecimal.
    pub digest: String,
    /// The rules as they were written.
    pub rules: Vec<u8>,
    /// Who of the programme has a role in each new window.
    pub staff: Vec<Part>,
    /// When it was brought, microseconds since 1970.
    pub created: i64,
    /// Since when no window begins under it.
    pub retired: Option<i64>,
}

/// A version to be kept.
#[derive(Clone, Copy, Debug)]
pub struct NewProgramme<'a> {
    /// Random.
    pub uuid: &'a str,
    /// Who runs it.
    pub runs: OrganisationId,
    /// Who brings it.
    pub person: PersonId,
    /// See [`ProgrammeEntry`].
    pub name: &'a str,
    /// See [`ProgrammeEntry`].
    pub version: &'a str,
    /// See [`ProgrammeEntry`].
    pub title: &'a str,
    /// See [`ProgrammeEntry`].
    pub digest: &'a str,
    /// See [`ProgrammeEntry`].
    pub rules: &'a [u8],
}

const COLUMNS: &str =
    "SELECT id, uuid, runs, name, version, title, digest, rules, staff, created, retired FROM programme";

fn read(row: &Row) -> Result<ProgrammeEntry, Error> {
    Ok(ProgrammeEntry {
        id: row.number(0)?,
        uuid: row.text(1)?,
        runs: organisation(row.number(2)?),
        name: row.text(3)?,
        version: row.text(4)?,
        title: row.text(5)?,
        digest: row.text(6)?,
        rules: row.bytes(7)?,
        staff: staff(&row.text(8)?),
        created: row.number(9)?,
        retired: row.number_or_none(10)?,
    })
}

fn staff(text: &str) -> Vec<Part> {
    let pairs: Vec<(i64, String)> = serde_json::from_str(text).unwrap_or_default();
    pairs.into_iter().map(|(person, role)| (person.into(), role)).collect()
}

impl Store {
    /// Keeps a version of a programme. `false`: there is such a version already, and nothing was done.
    pub async fn keep_programme(&self, by: &Action<'_>, new: &NewProgramme<'_>) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let known = "SELECT 1 FROM programme WHERE runs = $1 AND name = $2 AND version = $3";
        if tx.one(known, values![new.runs.0, new.name, new.version]).await?.is_some() {
            return Ok(false);
        }
        let id = tx.next("programme").await?;
        let sql =
            "INSERT INTO programme (id, uuid, runs, person, name, version, title, digest, rules, created)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        let row = values![
            id,
            new.uuid,
            new.runs.0,
            new.person.0,
            new.name,
            new.version,
            new.title,
            new.digest,
            new.rules,
            by.now
        ];
        tx.run(sql, row).await?;
        let detail =
            serde_json::json!({ "name": new.name, "version": new.version, "digest": new.digest }).to_string();
        audit::write(&mut tx, by, "programme.keep", &programme_thing(new.uuid), &detail).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Says who of the programme has a role in each new window.
    pub async fn staff_programme(&self, by: &Action<'_>, uuid: &str, staff: &[Part]) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let pairs: Vec<(i64, &str)> = staff.iter().map(|(person, role)| (person.0, role.as_str())).collect();
        let text = serde_json::to_string(&pairs).unwrap_or_default();
        let sql = "UPDATE programme SET staff = $1 WHERE uuid = $2";
        if tx.run(sql, values![text.as_str(), uuid]).await? == 0 {
            return Ok(false);
        }
        let detail = serde_json::json!({ "staff": pairs.len() }).to_string();
        audit::write(&mut tx, by, "programme.staff", &programme_thing(uuid), &detail).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// No window begins under it any more.
    pub async fn retire_programme(&self, by: &Action<'_>, uuid: &str) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE programme SET retired = $1 WHERE uuid = $2 AND retired IS NULL";
        if tx.run(sql, values![by.now, uuid]).await? == 0 {
            return Ok(false);
        }
        audit::write(&mut tx, by, "programme.retire", &programme_thing(uuid), "{}").await?;
        tx.commit().await?;
        Ok(true)
    }

    /// All versions of all programmes, newest first.
    pub async fn programmes(&self) -> Result<Vec<ProgrammeEntry>, Error> {
        let rows = self.read(&format!("{COLUMNS} ORDER BY id DESC LIMIT 1000"), &[]).await?;
        rows.iter().map(read).collect()
    }

    /// One version.
    pub async fn programme(&self, uuid: &str) -> Result<Option<ProgrammeEntry>, Error> {
        let rows = self.read(&format!("{COLUMNS} WHERE uuid = $1"), values![uuid]).await?;
        rows.first().map(read).transpose()
    }
}
