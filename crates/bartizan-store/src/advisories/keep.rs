//! Beginning an advisory and writing its editions.

use bartizan_clearinghouse::access::{OrganisationId, PersonId};
use bartizan_clearinghouse::advisory::{LONGEST, State, WORDS};
use bartizan_stix::Tlp;
use serde_json::json;

use super::{Advisory, thing};
use crate::audience;
use crate::audit::{self, Action};
use crate::db::Store;
use crate::error::Error;
use crate::sql::{Tx, values};

/// An advisory to be begun.
#[derive(Clone, Copy, Debug)]
pub struct NewAdvisory<'a> {
    /// What the outside will call it by; random.
    pub uuid: &'a str,
    /// Whose it is.
    pub owner: OrganisationId,
    /// The case it comes from.
    pub case: Option<&'a str>,
    /// What its readers will know it by.
    pub tracking: &'a str,
    /// The name of its file; the owner has no other advisory with it.
    pub filename: &'a str,
    /// Its first edition.
    pub edition: NewEdition<'a>,
}

/// An edition to be kept.
#[derive(Clone, Copy, Debug)]
pub struct NewEdition<'a> {
    /// The version that it says it has, if it is one to release; 0 for a draft.
    pub version: i64,
    /// Its title.
    pub title: &'a str,
    /// How far it may go.
    pub marking: Tlp,
    /// What it says, CSAF.
    pub body: &'a str,
    /// SHA-256 of that.
    pub digest: &'a str,
    /// What changed.
    pub summary: &'a str,
    /// Who wrote it.
    pub person: PersonId,
    /// What is said of it beside what it says.
    pub about: EditionAbout<'a>,
}

/// What is said of an edition; of a draft nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct EditionAbout<'a> {
    /// What lists need of it.
    pub shelf: Option<NewShelf<'a>>,
    /// Whether it takes the advisory back.
    pub withdraws: bool,
    /// The record of what was taken out before it was released, JSON; empty: nothing was found.
    pub scrubbed: &'a str,
}

/// What a provider's lists need of an edition.
#[derive(Clone, Copy, Debug)]
pub struct NewShelf<'a> {
    /// When the advisory was first released, as the document says (RFC 3339).
    pub initially: &'a str,
    /// When this edition was.
    pub currently: &'a str,
    /// The version of CSAF that it is served in; `-`: it is on no shelf.
    pub served: &'a str,
}

impl Store {
    /// Begins an advisory with its first edition. A conflict: the owner has one with that file name.
    pub async fn add_advisory(&self, by: &Action<'_>, new: &NewAdvisory<'_>) -> Result<(), Error> {
        let NewAdvisory { uuid, owner, case, tracking, filename, edition } = *new;
        fits(&edition)?;
        let mut tx = self.begin().await?;
        let id = tx.next("advisory").await?;
        let sql = "INSERT INTO advisory (id, uuid, owner, person, case_uuid, tracking, filename, title, marking, edition, state, version,
                                         created, changed)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, 0, $11, $11) ON CONFLICT (owner, filename) DO NOTHING";
        let (rank, state) = (audience::rank(edition.marking), State::Draft.as_str());
        let row = values![
            id,
            uuid,
            owner.0,
            edition.person.0,
            case,
            tracking,
            filename,
            edition.title,
            rank,
            state,
            by.now
        ];
        if tx.run(sql, row).await? == 0 {
            return Err(Error::conflict(format!(
                "there is an advisory whose file is {filename}: give it another id"
            )));
        }
        insert(&mut tx, by, id, 1, &edition).await?;
        // Its id and title are for its readers; who reads the log is not always one.
        let detail = json!({ "organisation": owner.0, "digest": edition.digest }).to_string();
        audit::write(&mut tx, by, "advisory.begin", &thing(uuid), &detail).await?;
        tx.commit().await
    }

    /// Writes the next edition after `after`, the newest that its writer has seen; its number. A conflict: there is a newer one.
    pub async fn write_advisory(
        &self,
        by: &Action<'_>,
        advisory: &Advisory,
        after: i64,
        new: &NewEdition<'_>,
    ) -> Result<i64, Error> {
        let mut tx = self.begin().await?;
        let number = next(&mut tx, by, advisory, after, new).await?;
        tx.commit().await?;
        Ok(number)
    }

    /// Gives an advisory that was never released another id. A conflict: the owner has one with that file name, or it was released.
    pub async fn rename_advisory(
        &self,
        by: &Action<'_>,
        advisory: &Advisory,
        tracking: &str,
        filename: &str,
    ) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let taken = tx
            .one(
                "SELECT 1 AS one FROM advisory WHERE owner = $1 AND filename = $2 AND id <> $3",
                values![advisory.owner.0, filename, advisory.id],
            )
            .await?;
        if taken.is_some() {
            return Err(Error::conflict(format!(
                "there is an advisory whose file is {filename}: give it another id"
            )));
        }
        let sql =
            "UPDATE advisory SET tracking = $1, filename = $2, changed = $3 WHERE id = $4 AND version = 0";
        if tx.run(sql, values![tracking, filename, by.now, advisory.id]).await? == 0 {
            return Err(Error::conflict("an advisory that was released keeps its id"));
        }
        audit::write(&mut tx, by, "advisory.rename", &thing(&advisory.uuid), "{}").await?;
        tx.commit().await
    }
}

/// Keeps the next edition, within a unit of work; its number.
pub(super) async fn next(
    tx: &mut Tx,
    by: &Action<'_>,
    advisory: &Advisory,
    after: i64,
    new: &NewEdition<'_>,
) -> Result<i64, Error> {
    fits(new)?;
    let sql = "UPDATE advisory SET edition = edition + 1, title = $1, marking = $2, changed = $3 WHERE id = $4 AND edition = $5";
    let row = values![new.title, audience::rank(new.marking), by.now, advisory.id, after];
    if tx.run(sql, row).await? == 0 {
        return Err(Error::conflict("somebody has written a newer edition: look at it, then write again"));
    }
    insert(tx, by, advisory.id, after + 1, new).await?;
    let detail = json!({ "edition": after + 1, "digest": new.digest }).to_string();
    audit::write(tx, by, "advisory.write", &thing(&advisory.uuid), &detail).await?;
    Ok(after + 1)
}

async fn insert(
    tx: &mut Tx,
    by: &Action<'_>,
    advisory: i64,
    number: i64,
    new: &NewEdition<'_>,
) -> Result<(), Error> {
    let NewEdition { version, title, marking, body, digest, summary, person, about } = *new;
    let sql = "INSERT INTO advisory_edition (advisory, number, version, title, marking, body, digest, summary, at, person,
                                             date_first, date_last, served, withdraws, scrubbed)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    let rank = audience::rank(marking);
    let NewShelf { initially, currently, served } =
        about.shelf.unwrap_or(NewShelf { initially: "", currently: "", served: "" });
    let row = values![
        advisory,
        number,
        version,
        title,
        rank,
        body,
        digest,
        summary,
        by.now,
        person.0,
        initially,
        currently,
        served,
        i64::from(about.withdraws),
        about.scrubbed
    ];
    tx.run(sql, row).await.map(drop)
}

fn fits(new: &NewEdition<'_>) -> Result<(), Error> {
    if new.body.len() > LONGEST || new.body.contains('\0') {
        return Err(Error::invalid(format!("the document of an advisory has at most {LONGEST} bytes")));
    }
    if new.summary.chars().count() > WORDS || new.summary.contains('\0') {
        return Err(Error::invalid(format!("what changed is told in at most {WORDS} characters")));
    }
    Ok(())
}
