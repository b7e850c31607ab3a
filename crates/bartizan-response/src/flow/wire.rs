//! The JSON form.

use super::Flow;
use bartizan::{Analysis, NodeRef, Span, exchange::json::node_id, exchange::offsets::CodePoints};
use schemars::JsonSchema;
use serde::Serialize;

/// Behaviours in the order the text gives them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Wire {
    /// In text order.
    pub acts: Vec<Act>,
    /// What comes before what. No cycle, and nothing that others imply.
    pub edges: Vec<Edge>,
}

/// One behaviour.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Act {
    /// Claim of the technique.
    pub technique: String,
    /// Its id.
    pub id: String,
    /// Steps that come before it at least.
    pub layer: u32,
    /// Observables in its sentences.
    pub observables: Vec<String>,
    /// Entities in its sentences.
    pub entities: Vec<String>,
    /// Where it is told.
    pub evidence: Vec<Place>,
}

/// That one act comes before another.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Edge {
    /// Index into `acts`.
    pub before: u32,
    /// Index into `acts`.
    pub after: u32,
    /// `words` or `headings`.
    pub why: &'static str,
    /// What says so.
    pub evidence: Place,
}

/// A place, in code points of the text.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Place {
    /// Start.
    pub start: u32,
    /// End.
    pub end: u32,
    /// The exact words.
    pub quote: String,
}

pub(super) fn of(flow: &Flow, analysis: &Analysis) -> Wire {
    if flow.acts.is_empty() {
        return Wire::default();
    }
    let points = CodePoints::new(&analysis.document.text);
    let place = |span: Span| {
        let (start, end) = points.span(span);
        Place { start, end, quote: span.of(&analysis.document.text).to_owned() }
    };
    let acts = flow.acts.iter().map(|a| Act {
        technique: node_id(NodeRef::Technique(a.technique)),
        id: analysis.techniques.get(a.technique as usize).map(|t| t.id.clone()).unwrap_or_default(),
        layer: a.layer,
        observables: a.observables.iter().map(|i| node_id(NodeRef::Observable(*i))).collect(),
        entities: a.entities.iter().map(|i| node_id(NodeRef::Entity(*i))).collect(),
        evidence: a.evidence.iter().map(|e| place(e.span)).collect(),
    });
    let edges = flow.edges.iter().map(|e| Edge {
        before: e.before,
        after: e.after,
        why: e.why.as_str(),
        evidence: place(e.why.span()),
    });
    Wire { acts: acts.collect(), edges: edges.collect() }
}
