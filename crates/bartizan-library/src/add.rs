//! Keeping analyses.

use crate::error::{Error, Kind};
use crate::open::Library;
use crate::{access, rows};
use bartizan_response::history::{Claim, Record, changes};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};
use sqlx::{Row, SqliteConnection};
use std::io::Write;

/// What became of an analysis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Added {
    /// Its number.
    pub number: i64,
    /// How it came in.
    pub outcome: Outcome,
}

/// How an analysis came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A report not seen before.
    New,
    /// Nothing differs from the newest analysis of the report, which was kept.
    Same,
    /// A further edition of the report of this number.
    Edition(i64),
}

impl Library {
    /// Keeps an `analysis.json`, and the STIX bundle that goes with it. `now`: microseconds since 1970.
    ///
    /// # Errors
    /// If the bytes are no analysis, or the library cannot be written.
    pub fn add(&self, body: &[u8], bundle: Option<&[u8]>, now: i64) -> Result<Added, Error> {
        let record = Record::read(body).map_err(|e| Error::new(Kind::Input, e.to_string()))?;
        let digest = hexadecimal(&Sha256::digest(body));
        let (packed, bundle) = (pack(body)?, bundle.map(pack).transpose()?);
        self.write(async |connection| {
            let earlier = edition_of(connection, &record).await?;
            if let Some(earlier) = &earlier
                && (earlier.digest == digest || earlier.says_the_same(&record))
            {
                // Rules and steps may differ where claims do not: what is kept is what was written last.
                sqlx::query(
                    "UPDATE analysis SET body = $1, bundle = COALESCE($2, bundle), digest = $3, generated = $4 WHERE number = $5",
                )
                .bind(packed)
                .bind(bundle)
                .bind(&digest)
                .bind(&record.generated)
                .bind(earlier.number)
                .execute(&mut *connection)
                .await?;
                return Ok(Added { number: earlier.number, outcome: Outcome::Same });
            }
            let number: i64 = sqlx::query("UPDATE counter SET last = last + 1 RETURNING last")
                .fetch_one(&mut *connection)
                .await?
                .try_get(0)?;
            let line = earlier.as_ref().map_or(number, |e| e.line);
            sqlx::query("UPDATE analysis SET newest = 0 WHERE line = $1").bind(line).execute(&mut *connection).await?;
            insert(connection, number, line, &record, now, (&digest, packed, bundle)).await?;
            claims(connection, number, &record).await?;
            let outcome = earlier.map_or(Outcome::New, |e| Outcome::Edition(e.number));
            Ok(Added { number, outcome })
        })
    }

    /// Forgets an analysis; the one before it becomes the newest of its line. Whether there was one.
    ///
    /// # Errors
    /// If the library cannot be written.
    pub fn remove(&self, number: i64) -> Result<bool, Error> {
        let known = self.write(async |connection| {
            let row = sqlx::query("SELECT line FROM analysis WHERE number = $1")
                .bind(number)
                .fetch_optional(&mut *connection)
                .await?;
            let Some(row) = row else { return Ok(false) };
            let line: i64 = row.try_get(0)?;
            for statement in [
                "DELETE FROM claim WHERE analysis = $1",
                "DELETE FROM event WHERE analysis = $1",
                "DELETE FROM words WHERE rowid = $1",
                "DELETE FROM analysis WHERE number = $1",
            ] {
                sqlx::query(statement).bind(number).execute(&mut *connection).await?;
            }
            sqlx::query(
                "UPDATE analysis SET newest = 1 WHERE number = (SELECT MAX(number) FROM analysis WHERE line = $1)",
            )
            .bind(line)
            .execute(&mut *connection)
            .await?;
            Ok(true)
        })?;
        // What was deleted is overwritten (`secure_delete`), and leaves the log too.
        self.runtime.block_on(async {
            sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.pool).await?;
            Ok(known)
        })
    }
}

/// An earlier analysis of the same report.
pub(crate) struct Earlier {
    pub number: i64,
    pub line: i64,
    pub digest: String,
    /// None where what is kept is damaged.
    pub record: Option<Record>,
}

impl Earlier {
    /// Only the time differs. What is damaged is replaced.
    fn says_the_same(&self, record: &Record) -> bool {
        let same = |kept: &Record| kept.sha256 == record.sha256 && changes(kept, record).is_empty();
        self.record.as_ref().is_some_and(same)
    }
}

/// The newest analysis of the same report ([`Record::is_edition_of`]).
pub(crate) async fn edition_of(
    connection: &mut SqliteConnection,
    record: &Record,
) -> Result<Option<Earlier>, Error> {
    // Candidates by what is indexed; their content decides.
    let rows = sqlx::query(
        "SELECT a.number, a.line, a.digest, a.sha256, a.body FROM analysis AS a WHERE a.newest = 1 AND a.line IN (
            SELECT line FROM analysis WHERE sha256 = $1 OR (title_key = $2 AND title_key <> '' AND publisher = $3))
         ORDER BY a.number DESC LIMIT 20",
    )
    .bind(&record.sha256)
    .bind(record.title.to_lowercase())
    .bind(&record.publisher)
    .fetch_all(connection)
    .await?;
    for row in rows {
        let body: Vec<u8> = row.try_get("body")?;
        let kept = crate::read::unpack(&body).ok().and_then(|b| Record::read(&b).ok());
        let same_bytes = row.try_get::<String, _>("sha256")? == record.sha256;
        if same_bytes || kept.as_ref().is_some_and(|k| record.is_edition_of(k)) {
            let (number, line, digest) =
                (row.try_get("number")?, row.try_get("line")?, row.try_get("digest")?);
            return Ok(Some(Earlier { number, line, digest, record: kept }));
        }
    }
    Ok(None)
}

async fn insert(
    connection: &mut SqliteConnection,
    number: i64,
    line: i64,
    record: &Record,
    now: i64,
    (digest, body, bundle): (&str, Vec<u8>, Option<Vec<u8>>),
) -> Result<(), Error> {
    let (first, last) = record.days().unzip();
    sqlx::query(
        "INSERT INTO analysis (number, line, newest, sha256, title, title_key, publisher, published, source_url,
            generated, marking, genre, score, band, first_day, last_day, added, digest, body, bundle)
         VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
    )
    .bind(number)
    .bind(line)
    .bind(&record.sha256)
    .bind(&record.title)
    .bind(record.title.to_lowercase())
    .bind(&record.publisher)
    .bind(&record.published)
    .bind(&record.source_url)
    .bind(&record.generated)
    .bind(access::rank(record.marking))
    .bind(&record.genre)
    .bind(record.risk.as_ref().map(|(score, _)| *score))
    .bind(record.risk.as_ref().map(|(_, band)| band.clone()))
    .bind(first)
    .bind(last)
    .bind(now)
    .bind(digest)
    .bind(body)
    .bind(bundle)
    .execute(&mut *connection)
    .await?;
    sqlx::query("INSERT INTO words (rowid, title, body) VALUES ($1, $2, $3)")
        .bind(number)
        .bind(&record.title)
        .bind(&record.text)
        .execute(&mut *connection)
        .await?;
    Ok(())
}

async fn claims(connection: &mut SqliteConnection, number: i64, record: &Record) -> Result<(), Error> {
    let mut positions = std::collections::BTreeMap::new();
    for (position, claim) in record.claims().enumerate() {
        positions.insert(claim.id.as_str(), position as i64);
        one(connection, number, position as i64, claim).await?;
    }
    for (position, event) in record.events.iter().enumerate() {
        let involved: Vec<i64> =
            event.involves.iter().filter_map(|id| positions.get(id.as_str()).copied()).collect();
        sqlx::query(
            "INSERT INTO event (analysis, position, kind, earliest, latest, summary, involves)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(number)
        .bind(position as i64)
        .bind(&event.kind)
        .bind(&event.earliest)
        .bind(&event.latest)
        .bind(&event.summary)
        .bind(serde_json::to_string(&involved).unwrap_or_default())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

async fn one(
    connection: &mut SqliteConnection,
    number: i64,
    position: i64,
    claim: &Claim,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO claim (analysis, position, id, kind, item, label, label_key, grade, confidence, common, places)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(number)
    .bind(position)
    .bind(&claim.id)
    .bind(&claim.kind)
    .bind(&claim.key)
    .bind(&claim.label)
    .bind(claim.label.to_lowercase())
    .bind(&claim.grade)
    .bind(claim.confidence)
    .bind(i64::from(claim.common))
    .bind(rows::places_text(&claim.evidence))
    .execute(&mut *connection)
    .await?;
    Ok(())
}

fn pack(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let packed = encoder.write_all(bytes).and_then(|()| encoder.finish());
    packed.map_err(|e| Error::new(Kind::Storage, format!("cannot compress: {e}")))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
