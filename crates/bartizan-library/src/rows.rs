//! Rows of the database as values.

use crate::access;
use crate::error::Error;
use bartizan_response::history::{Claim, Head, Place};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

pub(crate) fn head(row: &SqliteRow) -> Result<Head, Error> {
    // The file may be somebody else's: what has a form is held to it.
    let sha256: String = row.try_get("sha256")?;
    let published: Option<String> = row.try_get("published")?;
    Ok(Head {
        number: row.try_get("number")?,
        sha256: if is_sha256(&sha256) { sha256 } else { String::new() },
        title: row.try_get("title")?,
        publisher: row.try_get("publisher")?,
        published: published.filter(|d| is_day(d)),
        marking: access::marking(row.try_get("marking")?),
        generated: row.try_get("generated")?,
    })
}

pub(crate) fn claim(row: &SqliteRow) -> Result<Claim, Error> {
    let places: String = row.try_get("places")?;
    Ok(Claim {
        id: row.try_get("id")?,
        kind: row.try_get("kind")?,
        key: row.try_get("item")?,
        label: row.try_get("label")?,
        grade: row.try_get("grade")?,
        confidence: confidence(row.try_get("confidence")?),
        common: row.try_get::<i64, _>("common")? != 0,
        evidence: places_from(&places),
    })
}

/// 0 to 1, whatever the file says.
pub(crate) fn confidence(value: f64) -> f64 {
    if value.is_finite() { value.clamp(0.0, 1.0) } else { 0.0 }
}

/// `YYYY-MM-DD`.
pub(crate) fn is_day(text: &str) -> bool {
    text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() })
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

pub(crate) fn places_text(places: &[Place]) -> String {
    let rows: Vec<(u32, u32, &str, &str)> =
        places.iter().map(|p| (p.start, p.end, p.quote.as_str(), p.sentence.as_str())).collect();
    serde_json::to_string(&rows).unwrap_or_else(|_| "[]".to_owned())
}

/// What is not of that form gives no place: the file may be damaged or hostile.
fn places_from(text: &str) -> Vec<Place> {
    let rows: Vec<(u32, u32, String, String)> = serde_json::from_str(text).unwrap_or_default();
    rows.into_iter().map(|(start, end, quote, sentence)| Place { start, end, quote, sentence }).collect()
}
