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
    /// Systems, accounts, documents and services named in the sentences of acts.
    pub assets: Vec<Asset>,
    /// Conditions stated in the sentences of acts.
    pub conditions: Vec<Condition>,
    /// Acts that a sentence gives as alternatives, or as needed together.
    pub joins: Vec<Join>,
}

/// Something that is acted on.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Asset {
    /// Its name, in the singular.
    pub name: String,
    /// `host`, `account`, `document`, `service` or `device`.
    pub kind: &'static str,
    /// Indexes into `acts`.
    pub acts: Vec<u32>,
    /// Where it is named.
    pub evidence: Vec<Place>,
}

/// That acts happen only if something holds.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Condition {
    /// Indexes into `acts`: what happens if it holds.
    pub acts: Vec<u32>,
    /// The clause that states it.
    pub evidence: Place,
}

/// Acts that go together.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Join {
    /// `AND` or `OR`.
    pub operator: &'static str,
    /// Indexes into `acts`.
    pub acts: Vec<u32>,
    /// The words that join them.
    pub evidence: Place,
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
    let assets = flow.assets.iter().map(|a| Asset {
        name: a.name.clone(),
        kind: a.kind.as_str(),
        acts: a.acts.clone(),
        evidence: places.all(&a.evidence),
    });
    let conditions = flow
        .conditions
        .iter()
        .map(|c| Condition { acts: c.acts.clone(), evidence: places.of(c.evidence.span) });
    let joins = flow.joins.iter().map(|j| Join {
        operator: j.operator.as_str(),
        acts: j.acts.clone(),
        evidence: places.of(j.evidence.span),
    });
    Wire {
        acts: acts.collect(),
        edges: edges.collect(),
        assets: assets.collect(),
        conditions: conditions.collect(),
        joins: joins.collect(),
    }
}
