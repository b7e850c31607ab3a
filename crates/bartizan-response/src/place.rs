//! The JSON form of a place in the text.

use bartizan::exchange::offsets::CodePoints;
use bartizan::{Analysis, Evidence, Span};
use schemars::JsonSchema;
use serde::Serialize;

/// A place in the text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "AssessmentPlace")]
pub struct Place {
    /// Start, in Unicode code points.
    pub start: u32,
    /// End.
    pub end: u32,
    /// The exact words: `text[start:end]`.
    pub quote: String,
}

/// Makes places of one text.
pub(crate) struct Places<'a> {
    text: &'a str,
    points: CodePoints<'a>,
}

impl<'a> Places<'a> {
    /// Of the text of an analysis.
    pub fn new(analysis: &'a Analysis) -> Self {
        let text = analysis.document.text.as_str();
        Self { text, points: CodePoints::new(text) }
    }

    /// Of a span.
    pub fn of(&self, span: Span) -> Place {
        let (start, end) = self.points.span(span);
        Place { start, end, quote: span.of(self.text).to_owned() }
    }

    /// Of the exact words of each claim.
    pub fn all(&self, evidence: &[Evidence]) -> Vec<Place> {
        evidence.iter().map(|e| self.of(e.span)).collect()
    }
}
