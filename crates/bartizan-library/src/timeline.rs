//! What happened when, over all reports.

use crate::error::Error;
use crate::open::Library;
use crate::rows;
use bartizan_response::history::Head;
use sqlx::Row;

/// Something dated.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// First day, `YYYY-MM-DD`.
    pub earliest: String,
    /// Last day.
    pub latest: String,
    /// `report` for the publication of a report, else the kind of event: `occurred`, `published`, `obligation`.
    pub kind: String,
    /// What.
    pub summary: String,
    /// The report that says so.
    pub head: Head,
}

impl Library {
    /// Publications and dated events in order of time: of all reports, or of those that claim a value or name, events only where
    /// the sentence names it too. At most `limit`, the latest.
    ///
    /// # Errors
    /// If the library cannot be read.
    pub fn timeline(&self, of: Option<&str>, limit: u32) -> Result<Vec<Moment>, Error> {
        self.runtime.block_on(async {
            let key = of.map(|v| v.trim().to_lowercase());
            let rows = sqlx::query(
                "WITH held AS (
                    SELECT c.analysis AS analysis, c.position AS position FROM claim c
                    WHERE $1 IS NULL OR c.label_key = $1 OR c.item = $2 OR LOWER(c.item) = $1)
                 SELECT a.number, a.line, a.newest, a.sha256, a.title, a.publisher, a.published, a.marking, a.generated,
                    m.kind, m.earliest, m.latest, m.summary
                 FROM (
                    SELECT number AS analysis, 'report' AS kind, published AS earliest, published AS latest, title AS summary
                    FROM analysis WHERE published IS NOT NULL
                        AND ($1 IS NULL OR number IN (SELECT analysis FROM held))
                    UNION ALL
                    SELECT e.analysis, e.kind, e.earliest, e.latest, e.summary FROM event e
                    WHERE $1 IS NULL OR EXISTS (
                        SELECT 1 FROM held h, json_each(e.involves) j
                        WHERE h.analysis = e.analysis AND h.position = j.value)) m
                 JOIN analysis a ON a.number = m.analysis
                 WHERE a.newest = 1
                 ORDER BY m.earliest DESC, m.latest DESC, a.number DESC, m.summary LIMIT $3",
            )
            .bind(key)
            .bind(of.map(str::trim))
            .bind(i64::from(limit))
            .fetch_all(&self.pool)
            .await?;
            let mut moments = rows
                .iter()
                .map(|row| {
                    Ok(Moment {
                        earliest: row.try_get("earliest")?,
                        latest: row.try_get("latest")?,
                        kind: row.try_get("kind")?,
                        summary: row.try_get("summary")?,
                        head: rows::head(row)?,
                    })
                })
                .collect::<Result<Vec<_>, Error>>()?;
            moments.reverse();
            Ok(moments)
        })
    }
}
