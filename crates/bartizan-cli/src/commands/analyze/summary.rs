//! The short summary of one analysis: a few lines in a terminal, or an object with `--json`.

use std::path::Path;

use bartizan::{Analysis, Severity, Verdict};
use bartizan_knowledge::Pack;
use serde_json::{Value, json};

/// What the summary needs, taken from the analysis while it was at hand.
#[derive(Clone, Debug)]
pub struct Lines {
    title: String,
    techniques: usize,
    observables: usize,
    indicators: usize,
    entities: usize,
    relations: usize,
    events: usize,
    warnings: usize,
}

impl Lines {
    /// From an analysis.
    pub fn new(analysis: &Analysis, _pack: &Pack) -> Self {
        Self {
            title: analysis.document.metadata.title.clone().unwrap_or_default(),
            techniques: analysis.techniques.len(),
            observables: analysis.observables.len(),
            indicators: analysis.observables.iter().filter(|o| o.verdict == Verdict::Indicator).count(),
            entities: analysis.entities.len(),
            relations: analysis.relations.len(),
            events: analysis.events.len(),
            warnings: analysis.diagnostics.iter().filter(|d| d.severity > Severity::Note).count(),
        }
    }

    /// As an object.
    pub fn json(&self) -> Value {
        json!({
            "title": self.title,
            "techniques": self.techniques,
            "observables": self.observables,
            "indicators": self.indicators,
            "entities": self.entities,
            "relations": self.relations,
            "events": self.events,
            "warnings": self.warnings,
        })
    }

    /// As text.
    pub fn text(&self, label: &str, folder: Option<&Path>, _short: bool) -> String {
        let folder = folder.map(|f| f.display().to_string()).unwrap_or_default();
        format!("{label}: {} techniques, {} indicators → {folder}\n", self.techniques, self.indicators)
    }
}
