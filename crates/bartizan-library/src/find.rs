//! Finding: by words, by value, and by what a report shares.

use crate::access;
use crate::error::Error;
use crate::open::Library;
use crate::rows;
use bartizan_response::history::{Claim, Earlier, Head, Record, Shelf};
use bartizan_stix::Tlp;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};

/// Pairs of kind and value asked for in one statement; SQLite takes 32,766 parameters.
const PAIRS: usize = 4000;
/// Reports that a value may be in before it says nothing, and none of them is fetched for it.
const HOLDERS: i64 = 50;
/// Shared claims fetched.
const CLAIMS: i64 = 20_000;
/// Reports compared by techniques alone.
const ALIKE: i64 = 50;

/// A report that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// What it is.
    pub head: Head,
    /// A passage with the words, or the claim with the value.
    pub passage: String,
    /// The claim, where a value or name was asked for.
    pub claim: Option<Claim>,
}

impl Library {
    /// Finds reports: those that claim the value or name, then those with all the words, each newest first. Only the newest
    /// edition of a report is looked at.
    ///
    /// # Errors
    /// If the library cannot be read.
    pub fn search(&self, words: &str, limit: u32) -> Result<Vec<Hit>, Error> {
        self.runtime.block_on(async {
            let mut connection = self.pool.acquire().await?;
            let mut hits = by_value(&mut connection, words, limit).await?;
            let known: BTreeSet<i64> = hits.iter().map(|h| h.head.number).collect();
            let more = by_words(&mut connection, words, limit).await?;
            hits.extend(more.into_iter().filter(|h| !known.contains(&h.head.number)));
            hits.truncate(limit as usize);
            Ok(hits)
        })
    }

    /// What a report may be linked to, as far as something with this marking may tell of it. Other editions of the same report
    /// are left out.
    ///
    /// # Errors
    /// If the library cannot be read.
    pub fn shelf(&self, record: &Record, shown_in: Tlp) -> Result<Shelf, Error> {
        let ceiling = access::ceiling(shown_in);
        self.look(async |connection| {
            let own = crate::add::edition_of(connection, record).await?.map_or(-1, |earlier| earlier.line);
            let mut query = QueryBuilder::<Sqlite>::new("SELECT COUNT(*) FROM analysis AS a WHERE ");
            shown(&mut query, ceiling);
            let reports: i64 = query.build().fetch_one(&mut *connection).await?.try_get(0)?;
            let scope = Scope { ceiling, own };
            let mut shared = shared(connection, record, scope).await?;
            for number in alike(connection, record, scope).await? {
                shared.entry(number).or_default();
            }
            let mut earlier = Vec::with_capacity(shared.len());
            for (number, claims) in shared {
                earlier.push(one(connection, number, claims).await?);
            }
            Ok(Shelf { reports: u32::try_from(reports).unwrap_or(u32::MAX), earlier })
        })
    }
}

/// What may be looked at.
#[derive(Clone, Copy)]
struct Scope {
    /// Highest rank of a marking.
    ceiling: i64,
    /// The line of the report itself.
    own: i64,
}

/// [`access::NEWEST_SHOWN`] with its parameters.
fn shown(query: &mut QueryBuilder<Sqlite>, ceiling: i64) {
    for part in access::NEWEST_SHOWN {
        query.push(part).push_bind(ceiling);
    }
    query.push(")");
}

async fn by_value(connection: &mut SqliteConnection, words: &str, limit: u32) -> Result<Vec<Hit>, Error> {
    let value = words.trim();
    let rows = sqlx::query(
        "SELECT a.number, a.line, a.newest, a.sha256, a.title, a.publisher, a.published, a.marking, a.generated,
            c.id, c.kind, c.item, c.label, c.grade, c.confidence, c.common, c.places, MIN(c.position)
         FROM claim c JOIN analysis a ON a.number = c.analysis
         WHERE a.newest = 1 AND (c.item = $1 OR c.item = $2 OR c.label_key = $3)
         GROUP BY a.number ORDER BY a.number DESC LIMIT $4",
    )
    .bind(value)
    // Technique ids in any case; defanged values as reports write them.
    .bind(refang(value))
    .bind(value.to_lowercase())
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    let hit = |row| {
        let claim = rows::claim(row)?;
        let place = claim.evidence.first();
        let passage = place.map(|p| if p.sentence.is_empty() { p.quote.clone() } else { p.sentence.clone() });
        Ok(Hit { head: rows::head(row)?, passage: passage.unwrap_or_default(), claim: Some(claim) })
    };
    rows.iter().map(hit).collect()
}

async fn by_words(connection: &mut SqliteConnection, words: &str, limit: u32) -> Result<Vec<Hit>, Error> {
    let Some(query) = phrase(words) else { return Ok(Vec::new()) };
    let rows = sqlx::query(BY_WORDS).bind(query).bind(i64::from(limit)).fetch_all(connection).await?;
    let hit = |row| {
        let passage: String = sqlx::Row::try_get(row, "passage")?;
        Ok(Hit { head: rows::head(row)?, passage, claim: None })
    };
    rows.iter().map(hit).collect()
}

/// Newest first: ranking would score every hit of a common word.
const BY_WORDS: &str =
    "SELECT a.number, a.line, a.newest, a.sha256, a.title, a.publisher, a.published, a.marking, a.generated,
        snippet(words, 1, '', '', '…', 24) AS passage
     FROM words JOIN analysis a ON a.number = words.rowid
     WHERE words MATCH $1 AND a.newest = 1 ORDER BY words.rowid DESC LIMIT $2";

/// Words as a query that has no operators: each in quotation marks (sqlite.org/fts5.html, section 3.1). None without a word.
fn phrase(words: &str) -> Option<String> {
    // A NUL would end the query in the middle of a string.
    let words = words.replace(char::is_control, " ");
    let quoted: Vec<String> =
        words.split_whitespace().take(32).map(|w| format!("\"{}\"", w.replace('"', "\"\""))).collect();
    let speaking = words.chars().any(char::is_alphanumeric);
    (speaking && !quoted.is_empty()).then(|| quoted.join(" "))
}

/// Common ways to defang, undone; technique ids in upper case.
fn refang(value: &str) -> String {
    let plain = value.replace("[.]", ".").replace("(.)", ".").replace("[:]", ":").replace("[@]", "@");
    let plain = plain.strip_prefix("hxxp").map(|rest| format!("http{rest}")).unwrap_or(plain);
    let technique =
        plain.len() >= 5 && plain.starts_with(['t', 'T']) && plain[1..5].bytes().all(|b| b.is_ascii_digit());
    if technique { plain.to_uppercase() } else { plain }
}

/// Claims of other reports that this one makes too, by report, with how many reports make them.
async fn shared(
    connection: &mut SqliteConnection,
    record: &Record,
    scope: Scope,
) -> Result<BTreeMap<i64, Vec<(Claim, u32)>>, Error> {
    // Techniques are compared as a set, and what is on a warning list is no link.
    let wanted: BTreeSet<(&str, &str)> = (record.observables.iter())
        .chain(&record.entities)
        .filter(|c| !c.common && !c.key.is_empty())
        .map(|c| (c.kind.as_str(), c.key.as_str()))
        .collect();
    let wanted: Vec<(&str, &str)> = wanted.into_iter().collect();
    let mut out: BTreeMap<i64, Vec<(Claim, u32)>> = BTreeMap::new();
    let mut left = CLAIMS;
    for pairs in wanted.chunks(PAIRS) {
        if left <= 0 {
            break;
        }
        let mut query = QueryBuilder::<Sqlite>::new("WITH wanted (kind, item) AS (");
        query.push_values(pairs, |mut row, (kind, item)| {
            row.push_bind(*kind).push_bind(*item);
        });
        query.push(
            "), held AS (
                SELECT c.kind AS kind, c.item AS item, COUNT(DISTINCT c.analysis) AS holders
                FROM wanted w JOIN claim c ON c.kind = w.kind AND c.item = w.item
                JOIN analysis a ON a.number = c.analysis
                WHERE ",
        );
        shown(&mut query, scope.ceiling);
        query.push(" AND a.line <> ").push_bind(scope.own);
        query.push(" GROUP BY c.kind, c.item HAVING COUNT(DISTINCT c.analysis) <= ").push_bind(HOLDERS);
        query.push(
            ") SELECT c.analysis, c.id, c.kind, c.item, c.label, c.grade, c.confidence, c.common, c.places, h.holders
               FROM held h JOIN claim c ON c.kind = h.kind AND c.item = h.item
               JOIN analysis a ON a.number = c.analysis
               WHERE ",
        );
        shown(&mut query, scope.ceiling);
        query.push(" AND a.line <> ").push_bind(scope.own);
        query.push(" ORDER BY h.holders, c.analysis, c.position LIMIT ").push_bind(left);
        let rows = query.build().fetch_all(&mut *connection).await?;
        left -= rows.len() as i64;
        for row in &rows {
            let holders: i64 = row.try_get("holders")?;
            let claims = out.entry(row.try_get("analysis")?).or_default();
            let claim = rows::claim(row)?;
            // A file may name a thing twice; the first counts.
            if !claims.iter().any(|(c, _)| c.kind == claim.kind && c.key == claim.key) {
                claims.push((claim, u32::try_from(holders).unwrap_or(u32::MAX)));
            }
        }
    }
    Ok(out)
}

/// Reports with the most techniques in common.
async fn alike(connection: &mut SqliteConnection, record: &Record, scope: Scope) -> Result<Vec<i64>, Error> {
    let techniques: BTreeSet<&str> = record.techniques.iter().map(|t| t.key.as_str()).collect();
    if techniques.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = QueryBuilder::<Sqlite>::new(
        "SELECT c.analysis, COUNT(*) AS common FROM claim c JOIN analysis a ON a.number = c.analysis
         WHERE ",
    );
    shown(&mut query, scope.ceiling);
    query.push(" AND a.line <> ").push_bind(scope.own);
    query.push(" AND c.kind = 'technique' AND c.item IN (");
    let mut list = query.separated(", ");
    for technique in techniques.into_iter().take(PAIRS) {
        list.push_bind(technique);
    }
    query.push(") GROUP BY c.analysis ORDER BY common DESC, c.analysis LIMIT ").push_bind(ALIKE);
    let rows = query.build().fetch_all(connection).await?;
    rows.iter().map(|r| Ok(r.try_get(0)?)).collect()
}

async fn one(
    connection: &mut SqliteConnection,
    number: i64,
    shared: Vec<(Claim, u32)>,
) -> Result<Earlier, Error> {
    let row = sqlx::query(
        "SELECT a.number, a.line, a.newest, a.sha256, a.title, a.publisher, a.published, a.marking, a.generated,
            a.first_day, a.last_day
         FROM analysis a WHERE a.number = $1",
    )
    .bind(number)
    .fetch_one(&mut *connection)
    .await?;
    let techniques = sqlx::query(
        "SELECT item, confidence FROM claim WHERE analysis = $1 AND kind = 'technique' ORDER BY position",
    )
    .bind(number)
    .fetch_all(&mut *connection)
    .await?;
    let (first, last): (Option<String>, Option<String>) =
        (row.try_get("first_day")?, row.try_get("last_day")?);
    Ok(Earlier {
        head: rows::head(&row)?,
        shared,
        techniques: techniques
            .iter()
            .map(|r| Ok((r.try_get(0)?, rows::confidence(r.try_get(1)?))))
            .collect::<Result<_, Error>>()?,
        days: first.zip(last),
    })
}
