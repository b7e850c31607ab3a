//! The JSON form. Places are in code points of the text, entities by their ids.

use super::Policy;
use crate::place::{Place, Places};
use bartizan::exchange::json::node_id;
use bartizan::{Analysis, Evidence, NodeRef};
use schemars::JsonSchema;
use serde::Serialize;

/// What a policy text asks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Wire {
    /// In text order.
    pub duties: Vec<Duty>,
    /// What the text leaves open.
    pub open: Vec<Sentence>,
}

/// A duty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Duty {
    /// `mandatory`, `expected`, `voluntary` or `stated`.
    pub force: &'static str,
    /// Ids of the bodies and groups that are bound.
    pub who: Vec<String>,
    /// Id of the dated obligation, where the sentence has a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// By when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Due>,
    /// The sentence, or the item of a list.
    pub place: Sentence,
    /// For an item of a list: the sentence above it, with its word of force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub under: Option<Sentence>,
}

/// By when a duty is to be done.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Due {
    /// The last day, ISO 8601; absent where it depends on what the text does not date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<String>,
    /// `stated` in the text, counted from the day of the `document`, or `relative` to what has no date here.
    pub basis: &'static str,
    /// The words that say so.
    pub place: Place,
}

/// A sentence with the words that decided.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "DutySentence")]
pub struct Sentence {
    /// The words.
    #[serde(flatten)]
    pub place: Place,
    /// The sentence.
    pub sentence: String,
}

pub(super) fn wire(policy: &Policy, analysis: &Analysis) -> Wire {
    let text = &analysis.document.text;
    let places = Places::new(analysis);
    let place =
        |e: &Evidence| Sentence { place: places.of(e.span), sentence: e.sentence.of(text).to_owned() };
    let duties = policy.duties.iter().map(|d| Duty {
        force: d.force.as_str(),
        who: d.who.iter().map(|i| node_id(NodeRef::Entity(*i as u32))).collect(),
        event: d.event.map(|i| format!("d{}", i + 1)),
        due: d.due.as_ref().map(|due| Due {
            day: due.day.clone(),
            basis: due.basis.as_str(),
            place: places.of(due.words),
        }),
        place: place(&d.evidence),
        under: d.under.as_ref().map(place),
    });
    Wire { duties: duties.collect(), open: policy.open.iter().map(place).collect() }
}
