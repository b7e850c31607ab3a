//! The source of a window's editions, and the editions that left.

use bartizan_clearinghouse::access::{OrganisationId, PersonId};

use super::window_thing;
use crate::audit::{self, Action};
use crate::db::Store;
use crate::error::Error;
use crate::sql::{Row, Tx, values};

/// A version of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceVersion {
    /// Its number, from 1.
    pub number: i64,
    /// When it was written, microseconds since 1970.
    pub at: i64,
    /// Who wrote it.
    pub person: PersonId,
    /// Its text.
    pub body: String,
}

/// An edition that left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptEdition {
    /// What the outside calls it by; random, so that it tells nothing of the others.
    pub uuid: String,
    /// Who it is for: the programme's word.
    pub audience: String,
    /// Which version of the source it was made of.
    pub source: i64,
    /// When it was published, microseconds since 1970.
    pub at: i64,
    /// Who published it.
    pub person: PersonId,
    /// Its marking.
    pub marking: String,
    /// Its title.
    pub title: String,
    /// The page.
    pub html: String,
    /// The text.
    pub markdown: String,
    /// When it was withdrawn.
    pub withdrawn: Option<i64>,
    /// Organisations that it is given to.
    pub recipients: Vec<OrganisationId>,
    /// Whether it is everybody's.
    pub public: bool,
}

const COLUMNS: &str = "SELECT uuid, audience, source, at, person, marking, title, html, markdown, withdrawn, recipients, public FROM test_edition";

const OF_WINDOW: &str = "SELECT e.uuid, e.audience, e.source, e.at, e.person, e.marking, e.title, e.html, e.markdown, e.withdrawn,
                                e.recipients, e.public, w.uuid FROM test_edition e JOIN test_window w ON w.id = e.test_window";

fn read(row: &Row) -> Result<KeptEdition, Error> {
    Ok(KeptEdition {
        uuid: row.text(0)?,
        audience: row.text(1)?,
        source: row.number(2)?,
        at: row.number(3)?,
        person: row.number(4)?.into(),
        marking: row.text(5)?,
        title: row.text(6)?,
        html: row.text(7)?,
        markdown: row.text(8)?,
        withdrawn: row.number_or_none(9)?,
        recipients: numbers(&row.text(10)?),
        public: row.number(11)? != 0,
    })
}

/// What is no list of numbers is given to nobody.
fn numbers(text: &str) -> Vec<OrganisationId> {
    serde_json::from_str::<Vec<i64>>(text).unwrap_or_default().into_iter().map(OrganisationId::from).collect()
}

/// Publishes an edition in the transaction of the event that says so.
pub(super) async fn publish(
    tx: &mut Tx,
    by: &Action<'_>,
    window: (i64, &str),
    edition: &KeptEdition,
) -> Result<(), Error> {
    let sql = "INSERT INTO test_edition (uuid, test_window, audience, source, at, person, marking, title, html, markdown, recipients, public)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let KeptEdition {
        uuid,
        audience,
        source,
        at,
        person,
        marking,
        title,
        html,
        markdown,
        recipients,
        public,
        ..
    } = edition;
    let recipients: Vec<i64> = recipients.iter().map(|one| one.0).collect();
    let recipients = serde_json::to_string(&recipients).unwrap_or_default();
    let row = values![
        uuid,
        window.0,
        audience,
        *source,
        *at,
        person.0,
        marking,
        title,
        html,
        markdown,
        recipients.as_str(),
        i64::from(*public)
    ];
    tx.run(sql, row).await?;
    let detail = serde_json::json!({ "edition": uuid, "audience": audience }).to_string();
    audit::write(tx, by, "window.edition", &window_thing(window.1), &detail).await
}

impl Store {
    /// Keeps a version of the source after version `before` (0: the first). `None`: somebody else wrote meanwhile.
    pub async fn write_source(
        &self,
        by: &Action<'_>,
        window: (i64, &str),
        before: i64,
        person: PersonId,
        body: &str,
    ) -> Result<Option<i64>, Error> {
        let mut tx = self.begin().await?;
        let last =
            tx.one("SELECT COUNT(*) FROM test_source WHERE test_window = $1", values![window.0]).await?;
        if last.map_or(Ok(0), |row| row.number(0))? != before {
            return Ok(None);
        }
        let number = before + 1;
        let sql =
            "INSERT INTO test_source (test_window, number, at, person, body) VALUES ($1, $2, $3, $4, $5)";
        tx.run(sql, values![window.0, number, by.now, person.0, body]).await?;
        audit::write(
            &mut tx,
            by,
            "window.source",
            &window_thing(window.1),
            &serde_json::json!({ "version": number }).to_string(),
        )
        .await?;
        tx.commit().await?;
        Ok(Some(number))
    }

    /// A version of the source; the newest without a number.
    pub async fn source(&self, window: i64, number: Option<i64>) -> Result<Option<SourceVersion>, Error> {
        let sql = "SELECT number, at, person, body FROM test_source WHERE test_window = $1 AND number <= $2 ORDER BY number DESC LIMIT 1";
        let rows = self.read(sql, values![window, number.unwrap_or(i64::MAX)]).await?;
        let version = rows.first().map(|row| {
            Ok::<_, Error>(SourceVersion {
                number: row.number(0)?,
                at: row.number(1)?,
                person: row.number(2)?.into(),
                body: row.text(3)?,
            })
        });
        let version = version.transpose()?;
        Ok(version.filter(|version| number.is_none_or(|number| number == version.number)))
    }

    /// Withdraws an edition. `false`: there is none that can be.
    pub async fn withdraw_edition(
        &self,
        by: &Action<'_>,
        window: (i64, &str),
        uuid: &str,
    ) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE test_edition SET withdrawn = $1 WHERE uuid = $2 AND test_window = $3 AND withdrawn IS NULL";
        if tx.run(sql, values![by.now, uuid, window.0]).await? == 0 {
            return Ok(false);
        }
        audit::write(
            &mut tx,
            by,
            "window.edition.withdraw",
            &window_thing(window.1),
            &serde_json::json!({ "edition": uuid }).to_string(),
        )
        .await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The editions of a window, newest first.
    pub async fn editions_of_window(&self, window: i64) -> Result<Vec<KeptEdition>, Error> {
        let rows = self
            .read(&format!("{COLUMNS} WHERE test_window = $1 ORDER BY at DESC, uuid"), values![window])
            .await?;
        rows.iter().map(read).collect()
    }

    /// Editions of all windows, newest first, each with what the outside calls its window by.
    pub async fn test_editions(&self) -> Result<Vec<(KeptEdition, String)>, Error> {
        let rows = self.read(&format!("{OF_WINDOW} ORDER BY e.at DESC, e.uuid LIMIT 1000"), &[]).await?;
        rows.iter().map(|row| Ok((read(row)?, row.text(12)?))).collect()
    }

    /// An edition, and what the outside calls its window by.
    pub async fn test_edition(&self, uuid: &str) -> Result<Option<(KeptEdition, String)>, Error> {
        let rows = self.read(&format!("{OF_WINDOW} WHERE e.uuid = $1"), values![uuid]).await?;
        rows.first().map(|row| Ok((read(row)?, row.text(12)?))).transpose()
    }
}
