//! Full-text search: what each engine does its own way.

use crate::db::Engine;
use crate::error::Error;
use crate::sql::{Tx, values};

/// The most bytes of words of a report: PostgreSQL's vectors end at 1 MiB with their places.
const LONGEST: usize = 400_000;
/// The most characters of a word.
const WORD: usize = 60;
/// The most words of a question.
const MOST: usize = 16;

/// Keeps the words of a report.
pub(crate) async fn keep(tx: &mut Tx, report: i64, text: &str) -> Result<(), Error> {
    // Words as a question is cut into them, each once: compounds, which engines take apart in their own ways, would be several.
    let mut seen = std::collections::BTreeSet::new();
    let mut words = String::new();
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let word: String = word.chars().take(WORD).flat_map(char::to_lowercase).collect();
        if words.len() + word.len() >= LONGEST {
            break;
        }
        if !seen.contains(&word) {
            words.push_str(&word);
            words.push(' ');
            seen.insert(word);
        }
    }
    let sql = match tx.engine() {
        Engine::Sqlite => "INSERT INTO report_words (rowid, body) VALUES ($1, $2)",
        Engine::Postgres => "INSERT INTO report_words (report, words) VALUES ($1, to_tsvector('simple', $2))",
    };
    tx.run(sql, values![report, &words]).await.map(drop)
}

/// A condition on `r.id`, with the place of its argument, and the argument: reports that hold all the words. `None` if the
/// question has no word.
pub(crate) fn question(engine: Engine, text: &str, place: usize) -> Option<(String, String)> {
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(MOST)
        .map(|word| word.chars().take(WORD).flat_map(char::to_lowercase).collect())
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
