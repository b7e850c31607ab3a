//! Full-text search: what each engine does its own way.

use crate::db::Engine;
use crate::error::Error;
use crate::sql::{Tx, values};

/// The most bytes of a text that are looked at: PostgreSQL's vectors end at 1 MiB of distinct words.
const LONGEST: usize = 600_000;
/// The most words of a question.
const MOST: usize = 16;

/// Keeps the words of a report.
pub(crate) async fn keep(tx: &mut Tx, report: i64, text: &str) -> Result<(), Error> {
    let end = (0..=LONGEST.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    // NUL is no character of PostgreSQL's texts.
    let text = text[..end].replace('\0', " ");
    let sql = match tx.engine() {
        Engine::Sqlite => "INSERT INTO report_words (rowid, body) VALUES ($1, $2)",
        Engine::Postgres => "INSERT INTO report_words (report, words) VALUES ($1, to_tsvector('simple', $2))",
    };
    tx.run(sql, values![report, &text]).await.map(drop)
}

/// A condition on `r.id`, with the place of its argument, and the argument: reports that hold all the words. `None` if the
/// question has no word.
pub(crate) fn question(engine: Engine, text: &str, place: usize) -> Option<(String, String)> {
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(MOST)
        .map(|word| word.chars().take(60).collect())
        .collect();
    if words.is_empty() {
        return None;
    }
    Some(match engine {
        // Quoted, a word is a word and no operator; the last one may be the beginning of a word.
        Engine::Sqlite => {
            let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
            let sql = format!("r.id IN (SELECT rowid FROM report_words WHERE report_words MATCH ${place})");
            (sql, quoted.join(" ") + " *")
        }
        Engine::Postgres => {
            let sql = format!(
                "r.id IN (SELECT report FROM report_words WHERE words @@ to_tsquery('simple', ${place}))"
            );
            (sql, words.join(" & ") + ":*")
        }
    })
}
