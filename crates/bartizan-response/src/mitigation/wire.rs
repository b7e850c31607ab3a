//! The JSON form. Techniques are named by their ids in `analysis.json` (`t1`).

use super::Mitigations;
use bartizan::NodeRef;
use bartizan::exchange::json::node_id;
use schemars::JsonSchema;
use serde::Serialize;

/// What answers the techniques.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Wire {
    /// Best first: by what they answer for their effort.
    pub measures: Vec<Measure>,
    /// Techniques for which neither ATT&CK, ATLAS nor D3FEND publishes anything.
    pub unanswered: Vec<String>,
    /// Controls by framework.
    pub controls: Vec<Framework>,
}

/// A mitigation or countermeasure.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Measure {
    /// ATT&CK, ATLAS or D3FEND id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Sum of the confidences of the techniques it answers; inherited ones count less.
    pub coverage: f64,
    /// 1 a setting, 2 a project of weeks, 3 a change of architecture (our judgement).
    pub effort: u8,
    /// Techniques it answers.
    pub answers: Vec<Answer>,
}

/// That it answers a technique.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Answer {
    /// The technique mapping.
    pub technique: String,
    /// Only through its parent or a sub-technique.
    pub inherited: bool,
    /// How D3FEND reaches it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub path: String,
}

/// Controls of a framework.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Framework {
    /// `nist_800_53`.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Most answering first.
    pub controls: Vec<Control>,
}

/// A control.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Control {
    /// `AC-2`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Techniques it answers.
    pub techniques: Vec<String>,
}

pub(super) fn wire(mitigations: &Mitigations) -> Wire {
    let technique = |i: usize| node_id(NodeRef::Technique(i as u32));
    let measures = mitigations.measures.iter().map(|m| Measure {
        id: m.id.clone(),
        name: m.name.clone(),
        coverage: (m.coverage * 100.0).round() / 100.0,
        effort: m.effort,
        answers: m
            .answers
            .iter()
            .map(|a| Answer {
                technique: technique(a.technique),
                inherited: a.inherited,
                path: a.path.clone(),
            })
            .collect(),
    });
    let controls = mitigations.controls.iter().map(|f| Framework {
        id: f.framework.clone(),
        version: f.version.clone(),
        controls: f
            .controls
            .iter()
            .map(|(id, name, of)| Control {
                id: id.clone(),
                name: name.clone(),
                techniques: of.iter().map(|i| technique(*i)).collect(),
            })
            .collect(),
    });
    Wire {
        measures: measures.collect(),
        unanswered: mitigations.unanswered.iter().map(|i| technique(*i)).collect(),
        controls: controls.collect(),
    }
}
