//! The words of a report around the first one that was looked for.

use bartizan_store::Report;
use bartizan_workbench::Piece;

use crate::app::App;

/// Characters of a snippet on either side of the first word found.
const AROUND: usize = 120;

/// The place of the first word in the report's text.
pub(super) async fn snippet(app: &App, report: &Report, words: &str) -> Vec<Piece> {
    let Some(digest) = report.content("analysis.json") else { return Vec::new() };
    let Ok(Some(bytes)) = app.store.content(&digest).await else { return Vec::new() };
    let analysis: serde_json::Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let text = analysis["document"]["text"].as_str().unwrap_or_default();
    cut(text, words)
}

fn cut(text: &str, words: &str) -> Vec<Piece> {
    let wanted: Vec<String> = words
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let letters: Vec<char> = text.chars().collect();
    let lower: Vec<char> = letters.iter().map(|c| c.to_lowercase().next().unwrap_or(*c)).collect();
    let at = |word: &str| {
        let word: Vec<char> = word.chars().collect();
        lower.windows(word.len()).position(|w| w == word.as_slice()).map(|at| (at, word.len()))
    };
    let Some((at, long)) = wanted.iter().filter_map(|word| at(word)).min() else { return Vec::new() };
    let piece = |from: usize, to: usize, hit| Piece { text: letters[from..to].iter().collect(), hit };
    let (from, to) = (at.saturating_sub(AROUND), (at + long + AROUND).min(letters.len()));
    vec![piece(from, at, false), piece(at, at + long, true), piece(at + long, to, false)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snippet_shows_the_first_word_that_occurs() {
        let pieces = cut("Ein Bericht über Tarrask und mehr.", "mehr tarrask");
        assert_eq!(pieces[1].text, "Tarrask");
        assert!(pieces[1].hit && pieces[0].text.ends_with("über "));
        assert!(cut("nothing here", "absent").is_empty());
    }
}
