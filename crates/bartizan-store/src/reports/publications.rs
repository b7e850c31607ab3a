//! Where reports were published, and what was written there.

use bartizan_clearinghouse::access::{CollectionId, PersonId};
use serde_json::json;

use super::{NewPublication, Publication, Report, ReportId};
use crate::audience;
use crate::audit::{self, Action};
use crate::db::Store;
use crate::error::Error;
use crate::hooks::{self, Happening};
use crate::jobs::Content;
use crate::jobs::keep_content;
use crate::sql::{Tx, Value, places, values};

/// What was written into a collection for a report.
#[derive(Clone, Copy, Debug)]
pub struct PublishedObjects<'a> {
    /// The collection.
    pub collection: CollectionId,
    /// How many objects.
    pub objects: i64,
    /// All of them, as a bundle.
    pub bundle: &'a [u8],
    /// Whether they are new versions of what was there of another edition.
    pub continues: bool,
}

impl Store {
    /// Tells that a report's objects were added to a collection; in place of what was told before.
    pub async fn published(
        &self,
        by: &Action<'_>,
        report: &Report,
        new: &NewPublication<'_>,
    ) -> Result<(), Error> {
        let NewPublication { written, person, marking, embargo, span } = *new;
        let PublishedObjects { collection, objects, bundle, continues } = written;
        let mut tx = self.begin().await?;
        let sql = "DELETE FROM publication WHERE report = $1 AND collection = $2";
        tx.run(sql, values![report.id.0, collection.0]).await?;
        if continues {
            // What its readers had of other editions has gone on in this one.
            let sql = "DELETE FROM publication WHERE collection = $1 AND report IN (
                         SELECT f.report FROM report_edition e JOIN report_edition f ON f.line = e.line WHERE e.report = $2)";
            tx.run(sql, values![collection.0, report.id.0]).await?;
        }
        let sql = "INSERT INTO publication (report, collection, person, at, objects, marking, embargo)
             VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let (rank, until) = (audience::rank(marking), embargo.unwrap_or(0));
        tx.run(sql, values![report.id.0, collection.0, person.0, by.now, objects, rank, until]).await?;
        keep_bundle(&mut tx, by, report, collection, bundle).await?;
        let detail =
            json!({ "collection": collection.0, "objects": objects, "embargo": embargo }).to_string();
        audit::write(&mut tx, by, "report.publish", &format!("report/{}", report.uuid), &detail).await?;
        if let Some(span) = span {
            hooks::tell(&mut tx, by, &Happening::Published { collection, span }).await?;
        }
        tx.commit().await
    }

    /// Tells that a report's objects were revoked in a collection.
    pub async fn withdrawn(
        &self,
        by: &Action<'_>,
        report: &Report,
        written: &PublishedObjects<'_>,
    ) -> Result<(), Error> {
        let PublishedObjects { collection, objects, bundle, .. } = *written;
        let mut tx = self.begin().await?;
        let sql = "DELETE FROM publication WHERE report = $1 AND collection = $2";
        tx.run(sql, values![report.id.0, collection.0]).await?;
        keep_bundle(&mut tx, by, report, collection, bundle).await?;
        let detail = json!({ "collection": collection.0, "objects": objects }).to_string();
        audit::write(&mut tx, by, "report.withdraw", &format!("report/{}", report.uuid), &detail).await?;
        tx.commit().await
    }

    /// Where a report was published.
    pub async fn publications(&self, report: ReportId) -> Result<Vec<Publication>, Error> {
        let sql =
            "SELECT collection, person, at, objects, marking, embargo FROM publication WHERE report = $1
             ORDER BY collection";
        let rows = self.read(sql, values![report.0]).await?;
        rows.iter()
            .map(|row| {
                Ok(Publication {
                    collection: CollectionId(row.number(0)?),
                    person: PersonId(row.number(1)?),
                    at: row.number(2)?,
                    objects: row.number(3)?,
                    marking: Some(row.number(4)?).filter(|rank| *rank >= 0).map(audience::marking),
                    embargo: Some(row.number(5)?).filter(|until| *until != 0),
                })
            })
            .collect()
    }

    /// What was last written into a collection for one of these reports, which are editions of one text: the report and the
    /// digest of the bundle. None if nothing was, or only before bundles were kept.
    pub async fn published_bundle(
        &self,
        reports: &[ReportId],
        collection: CollectionId,
    ) -> Result<Option<(ReportId, String)>, Error> {
        if reports.is_empty() {
            return Ok(None);
        }
        let mut values: Vec<Value<'_>> = vec![Value::Number(collection.0)];
        values.extend(reports.iter().map(|id| Value::Number(id.0)));
        let sql = format!(
            "SELECT report, digest FROM published_bundle WHERE collection = $1 AND report IN ({})
             ORDER BY report DESC LIMIT 1",
            places(2, reports.len())
        );
        let rows = self.read(&sql, &values).await?;
        rows.first().map(|row| Ok((ReportId(row.number(0)?), row.text(1)?))).transpose()
    }
}

async fn keep_bundle(
    tx: &mut Tx,
    by: &Action<'_>,
    report: &Report,
    collection: CollectionId,
    bundle: &[u8],
) -> Result<(), Error> {
    let content = Content::new(bundle);
    keep_content(tx, &content, by.now).await?;
    let sql = "INSERT INTO published_bundle (report, collection, digest, at) VALUES ($1, $2, $3, $4)
               ON CONFLICT (report, collection) DO UPDATE SET digest = excluded.digest, at = excluded.at";
    tx.run(sql, values![report.id.0, collection.0, content.digest(), by.now]).await.map(drop)
}
