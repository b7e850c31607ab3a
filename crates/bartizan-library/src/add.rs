//! Keeping analyses.

use crate::error::{Error, Kind};
use crate::open::Library;
use crate::{access, rows};
use bartizan_response::history::{Claim, Record, changes};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};
use sqlx::{Row, Sqlite, SqliteConnection, Transaction};
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
        self.runtime.block_on(async {
            let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
            let earlier = newest_of(&mut transaction, &record).await?;
            if let Some((number, _, same)) = &earlier
                && (*same == digest || unchanged(&mut transaction, *number, &record).await?)
            {
                return Ok(Added { number: *number, outcome: Outcome::Same });
            }
            let number: i64 = sqlx::query("SELECT COALESCE(MAX(number), 0) + 1 FROM analysis")
                .fetch_one(&mut *transaction)
                .await?
                .try_get(0)?;
            let line = earlier.as_ref().map_or(number, |(_, line, _)| *line);
            sqlx::query("UPDATE analysis SET newest = 0 WHERE line = $1")
                .bind(line)
                .execute(&mut *transaction)
                .await?;
            insert(&mut transaction, number, line, &record, now, (&digest, packed, bundle)).await?;
            claims(&mut transaction, number, &record).await?;
            transaction.commit().await?;
            let outcome = earlier.map_or(Outcome::New, |(before, _, _)| Outcome::Edition(before));
            Ok(Added { number, outcome })
        })
    }

    /// Forgets an analysis; the one before it becomes the newest of its line. Whether there was one.
    ///
    /// # Errors
    /// If the library cannot be written.
    pub fn remove(&self, number: i64) -> Result<bool, Error> {
        self.runtime.block_on(async {
            let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
            let row = sqlx::query("SELECT line FROM analysis WHERE number = $1")
                .bind(number)
                .fetch_optional(&mut *transaction)
                .await?;
            let Some(row) = row else { return Ok(false) };
            let line: i64 = row.try_get(0)?;
            for statement in [
                "DELETE FROM claim WHERE analysis = $1",
                "DELETE FROM event WHERE analysis = $1",
                "DELETE FROM words WHERE rowid = $1",
                "DELETE FROM analysis WHERE number = $1",
            ] {
                sqlx::query(statement).bind(number).execute(&mut *transaction).await?;
            }
            sqlx::query(
                "UPDATE analysis SET newest = 1 WHERE number = (SELECT MAX(number) FROM analysis WHERE line = $1)",
            )
            .bind(line)
            .execute(&mut *transaction)
            .await?;
            transaction.commit().await?;
            Ok(true)
        })
    }
}

/// Whether a kept analysis is of the same bytes and says the same: only the time differs.
async fn unchanged(connection: &mut SqliteConnection, number: i64, record: &Record) -> Result<bool, Error> {
    let row =
        sqlx::query("SELECT body FROM analysis WHERE number = $1").bind(number).fetch_one(connection).await?;
    let body = crate::read::unpack(&row.try_get::<Vec<u8>, _>(0)?)?;
    // What is damaged is replaced.
    let Ok(kept) = Record::read(&body) else { return Ok(false) };
    Ok(kept.sha256 == record.sha256 && changes(&kept, record).is_empty())
}

/// Number, line and digest of the newest analysis of the same report ([`Record::same_report`]).
pub(crate) async fn newest_of(
    connection: &mut SqliteConnection,
    record: &Record,
) -> Result<Option<(i64, i64, String)>, Error> {
    let row = sqlx::query(
        "SELECT a.number, a.line, a.digest FROM analysis AS a WHERE a.newest = 1 AND a.line IN (
            SELECT line FROM analysis WHERE sha256 = $1 OR source_url = $2
                OR (title_key = $3 AND title_key <> '' AND publisher = $4))
         ORDER BY a.number DESC LIMIT 1",
    )
    .bind(&record.sha256)
    .bind(&record.source_url)
    .bind(record.title.to_lowercase())
    .bind(&record.publisher)
    .fetch_optional(connection)
    .await?;
    row.map(|r| Ok((r.try_get(0)?, r.try_get(1)?, r.try_get(2)?))).transpose()
}

async fn insert(
    transaction: &mut Transaction<'_, Sqlite>,
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
    .execute(&mut **transaction)
    .await?;
    sqlx::query("INSERT INTO words (rowid, title, body) VALUES ($1, $2, $3)")
        .bind(number)
        .bind(&record.title)
        .bind(&record.text)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

async fn claims(
    transaction: &mut Transaction<'_, Sqlite>,
    number: i64,
    record: &Record,
) -> Result<(), Error> {
    let mut positions = std::collections::BTreeMap::new();
    for (position, claim) in record.claims().enumerate() {
        positions.insert(claim.id.as_str(), position as i64);
        one(transaction, number, position as i64, claim).await?;
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
        .execute(&mut **transaction)
        .await?;
    }
    Ok(())
}

async fn one(
    transaction: &mut Transaction<'_, Sqlite>,
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
    .execute(&mut **transaction)
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
