//! What is in a library.

use crate::access;
use crate::error::{Error, Kind};
use crate::open::Library;
use crate::{add, rows};
use bartizan_response::history::{Head, Record};
use bartizan_stix::Tlp;
use flate2::read::GzDecoder;
use sqlx::{Row, sqlite::SqliteRow};
use std::io::Read;

/// Longest analysis read back, in bytes: what is stored was once an input of ours, but the file may have been changed.
const LONGEST: u64 = 1 << 30;

/// An analysis in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What it is.
    pub head: Head,
    /// Number of the first analysis of the same report.
    pub line: i64,
    /// Whether it is the newest edition.
    pub newest: bool,
    /// Genre, risk score and band, where assessed.
    pub genre: Option<String>,
    /// Score, 0–100.
    pub score: Option<f64>,
    /// Band.
    pub band: Option<String>,
    /// How many techniques.
    pub techniques: i64,
    /// How many indicators.
    pub indicators: i64,
}

/// An analysis with its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its number.
    pub number: i64,
    /// `analysis.json`.
    pub body: Vec<u8>,
    /// `bundle.json`.
    pub bundle: Option<Vec<u8>>,
}

impl Library {
    /// The newest analyses, newest first, at most `limit`.
    ///
    /// # Errors
    /// If the library cannot be read.
    pub fn list(&self, limit: u32) -> Result<Vec<Entry>, Error> {
        self.runtime.block_on(async {
            let rows = sqlx::query(
                "SELECT a.number, a.line, a.newest, a.sha256, a.title, a.publisher, a.published, a.marking, a.generated,
                    a.genre, a.score, a.band,
                    (SELECT COUNT(*) FROM claim c WHERE c.analysis = a.number AND c.kind = 'technique') AS techniques,
                    (SELECT COUNT(*) FROM claim c WHERE c.analysis = a.number AND c.grade = 'indicator') AS indicators
                 FROM analysis a ORDER BY a.number DESC LIMIT $1",
            )
            .bind(i64::from(limit))
            .fetch_all(&self.pool)
            .await?;
            rows.iter().map(entry).collect()
        })
    }

    /// How many analyses and reports there are.
    ///
    /// # Errors
    /// If the library cannot be read.
    pub fn size(&self) -> Result<(i64, i64), Error> {
        self.runtime.block_on(async {
            let row = sqlx::query("SELECT COUNT(*), COUNT(DISTINCT line) FROM analysis")
                .fetch_one(&self.pool)
                .await?;
            Ok((row.try_get(0)?, row.try_get(1)?))
        })
    }

    /// An analysis by its number.
    ///
    /// # Errors
    /// If the library cannot be read, or what is stored there is damaged.
    pub fn get(&self, number: i64) -> Result<Option<Kept>, Error> {
        self.runtime.block_on(async {
            let row = sqlx::query("SELECT number, body, bundle FROM analysis WHERE number = $1")
                .bind(number)
                .fetch_optional(&self.pool)
                .await?;
            row.as_ref().map(kept).transpose()
        })
    }

    /// What an analysis of the same report may continue in something with this marking: the newest edition that may be shown
    /// there, with the newest bundle that may; and whether there are editions that may not.
    ///
    /// # Errors
    /// As [`Library::get`].
    pub fn previous(&self, record: &Record, shown_in: Tlp) -> Result<Previous, Error> {
        let ceiling = access::ceiling(shown_in);
        self.look(async |connection| {
            let Some(earlier) = add::edition_of(connection, record).await? else { return Ok(Previous::default()) };
            let rows = sqlx::query(
                "SELECT number, marking, body, bundle FROM analysis WHERE line = $1 ORDER BY number DESC LIMIT 1000",
            )
            .bind(earlier.line)
            .fetch_all(connection)
            .await?;
            let mut out = Previous::default();
            for row in &rows {
                if row.try_get::<i64, _>("marking")? > ceiling {
                    out.stricter = true;
                    continue;
                }
                if out.kept.is_none() {
                    let body = unpack(&row.try_get::<Vec<u8>, _>("body")?)?;
                    out.kept = Some(Kept { number: row.try_get("number")?, body, bundle: None });
                }
                let bundle: Option<Vec<u8>> = row.try_get("bundle")?;
                if let (Some(bundle), Some(kept)) = (bundle, &mut out.kept) {
                    kept.bundle = Some(unpack(&bundle)?);
                    break;
                }
            }
            Ok(out)
        })
    }
}

/// What an analysis may continue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Previous {
    /// The newest edition that may be shown.
    pub kept: Option<Kept>,
    /// Whether there are editions that may not.
    pub stricter: bool,
}

pub(crate) fn entry(row: &SqliteRow) -> Result<Entry, Error> {
    Ok(Entry {
        head: rows::head(row)?,
        line: row.try_get("line")?,
        newest: row.try_get::<i64, _>("newest")? != 0,
        genre: row.try_get("genre")?,
        score: row.try_get("score")?,
        band: row.try_get("band")?,
        techniques: row.try_get("techniques")?,
        indicators: row.try_get("indicators")?,
    })
}

fn kept(row: &SqliteRow) -> Result<Kept, Error> {
    let bundle: Option<Vec<u8>> = row.try_get("bundle")?;
    Ok(Kept {
        number: row.try_get("number")?,
        body: unpack(&row.try_get::<Vec<u8>, _>("body")?)?,
        bundle: bundle.as_deref().map(unpack).transpose()?,
    })
}

pub(crate) fn unpack(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let damaged = |what: String| Error::new(Kind::Foreign, format!("the library is damaged: {what}"));
    let mut out = Vec::new();
    GzDecoder::new(bytes).take(LONGEST + 1).read_to_end(&mut out).map_err(|e| damaged(e.to_string()))?;
    if out.len() as u64 > LONGEST { Err(damaged("an analysis is too long".to_owned())) } else { Ok(out) }
}
