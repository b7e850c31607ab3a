//! The JSON form.

use super::Flow;
use crate::place::{Place, Places};
use bartizan::{Analysis, NodeRef, exchange::json::node_id};
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

pub(super) fn of(flow: &Flow, analysis: &Analysis) -> Wire {
    if flow.acts.is_empty() {
        return Wire::default();
    }
    let places = Places::new(analysis);
    let acts = flow.acts.iter().map(|a| Act {
        technique: node_id(NodeRef::Technique(a.technique)),
        id: analysis.techniques.get(a.technique as usize).map(|t| t.id.clone()).unwrap_or_default(),
        layer: a.layer,
        observables: a.observables.iter().map(|i| node_id(NodeRef::Observable(*i))).collect(),
        entities: a.entities.iter().map(|i| node_id(NodeRef::Entity(*i))).collect(),
        evidence: places.all(&a.evidence),
    });
    let edges = flow.edges.iter().map(|e| Edge {
        before: e.before,
        after: e.after,
        why: e.why.as_str(),
        evidence: places.of(e.why.span()),
    });
    Wire { acts: acts.collect(), edges: edges.collect() }
}
