//! The JSON form. Claims are named by their ids in `analysis.json` (`t1`, `e3`).

use super::Correlation;
use bartizan::exchange::json::node_id;
use bartizan::{Analysis, NodeRef};
use schemars::JsonSchema;
use serde::Serialize;

/// Who is behind it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Wire {
    /// Actors that a sentence holds responsible.
    pub stated: Vec<Stated>,
    /// What techniques and named software suggest, whatever the report states.
    pub inferred: Inferred,
}

/// An actor that a sentence holds responsible.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Stated {
    /// Id of the entity.
    pub actor: String,
    /// Its name.
    pub name: String,
    /// That the sentence says so, 0–1.
    pub confidence: f32,
    /// The sentences.
    pub sentences: Vec<String>,
}

/// What techniques suggest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Inferred {
    /// Whether the first group is likely enough to be named as who may be behind it.
    pub named: bool,
    /// Why, or why not.
    pub reason: String,
    /// Likelihood from which a group is named.
    pub least: f64,
    /// The likeliest groups, best first.
    pub groups: Vec<Group>,
}

/// A group that works like this.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Group {
    /// ATT&CK id.
    pub id: String,
    /// ATT&CK name.
    pub name: String,
    /// Calibrated likelihood, 0–1.
    pub likelihood: f64,
    /// Techniques of the report that speak for it, heaviest first.
    pub techniques: Vec<Reason>,
    /// Ids of software of the report that it uses.
    pub software: Vec<String>,
}

/// A technique that speaks for a group.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Reason {
    /// Id of the technique mapping.
    pub technique: String,
    /// Natural logarithm of how much likelier it is of this group than of any.
    pub weight: f64,
}

pub(super) fn wire(correlation: &Correlation, analysis: &Analysis) -> Wire {
    let text = &analysis.document.text;
    let entity = |i: usize| node_id(NodeRef::Entity(i as u32));
    // Two decimals: more would say more than the calibration knows.
    let round = |x: f64| (x * 100.0).round() / 100.0;
    let stated = correlation.stated.iter().map(|s| Stated {
        actor: entity(s.actor),
        name: analysis.entities.get(s.actor).map_or_else(String::new, |e| e.name.clone()),
        confidence: s.confidence,
        sentences: s.evidence.iter().map(|e| e.sentence.of(text).to_owned()).collect(),
    });
    let groups = correlation.inferred.groups.iter().map(|g| Group {
        id: g.id.clone(),
        name: g.name.clone(),
        likelihood: round(g.likelihood),
        techniques: g
            .techniques
            .iter()
            .map(|(i, weight)| Reason {
                technique: node_id(NodeRef::Technique(*i as u32)),
                weight: round(*weight),
            })
            .collect(),
        software: g.software.iter().map(|i| entity(*i)).collect(),
    });
    Wire {
        stated: stated.collect(),
        inferred: Inferred {
            named: correlation.inferred.named,
            reason: correlation.inferred.reason.clone(),
            least: super::LEAST,
            groups: groups.collect(),
        },
    }
}
