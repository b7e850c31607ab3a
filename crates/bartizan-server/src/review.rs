//! Reviews with the knowledge of this installation: the vocabulary of the pack in use, and the corrected analysis summed up
//! anew.

use bartizan::exchange::{self, read};
use bartizan::{Input, Limits, ObservableKind};
use bartizan_clearinghouse::review::{Decision, Review, Source, Technique, Vocabulary, reviewed};
use bartizan_knowledge::Pack;
use bartizan_store::KeptDecision;
use serde_json::Value;

/// The techniques of a pack and the values that Bartizan knows.
#[derive(Clone, Copy, Debug)]
pub struct PackNames(pub &'static Pack);

impl Vocabulary for PackNames {
    fn technique(&self, id: &str) -> Option<Technique> {
        self.0.technique(id).map(|t| Technique {
            id: t.id.to_owned(),
            name: t.name.to_owned(),
            domain: t.domain.as_str().to_owned(),
            tactics: t.tactics.iter().map(|&tactic| tactic.to_owned()).collect(),
        })
    }

    fn display(&self, kind: &str, value: &str) -> Option<String> {
        let kind = ObservableKind::parse(kind).filter(|&kind| read::is_value(kind, value))?;
        Some(exchange::defang(kind, value))
    }
}

/// The log in the form of the rules of review. What cannot be read is nothing: it was checked before it was kept.
pub(crate) fn decisions(kept: &[KeptDecision]) -> Vec<Decision> {
    let made = kept.iter().filter_map(|row| {
        let order = u64::try_from(row.number).ok()?;
        let by = row.person.0.to_string().parse().ok()?;
        Some(Decision { order, by, at: row.at, action: serde_json::from_str(&row.body).ok()? })
    });
    made.collect()
}

/// The corrected `analysis.json`, checked, with a summary of what is left.
///
/// # Errors
/// If the analysis under review was none that Bartizan reads.
pub fn corrected(source: &Source, review: &Review, names: &PackNames) -> Result<Value, bartizan::Error> {
    let mut corrected = reviewed(source, review, names);
    let input = Input::new("analysis.json", corrected.to_string());
    let limits = Limits { input_bytes: usize::MAX, ..Limits::default() };
    let analysis = read::analysis(&input, &limits)?;
    corrected["summary"] =
        serde_json::to_value(exchange::json::document(&analysis).summary).unwrap_or_default();
    Ok(corrected)
}
