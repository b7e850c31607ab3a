//! The JSON form. Places are in code points of the text, entities by their ids.

use super::Policy;
use bartizan::exchange::{json::node_id, offsets::CodePoints};
use bartizan::{Analysis, Evidence, NodeRef};
use schemars::JsonSchema;
use serde::Serialize;

/// What a policy text asks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Wire {
    /// In text order.
    pub duties: Vec<Duty>,
    /// What the text leaves open.
    pub open: Vec<Place>,
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
    pub place: Place,
    /// For an item of a list: the sentence above it, with its word of force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub under: Option<Place>,
}

/// By when a duty is to be done.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Due {
    /// The last day, ISO 8601; absent where it depends on what the text does not date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<String>,
    /// `stated` in the text, counted from the day of the `document`, or `relative` to what has no date here.
    pub basis: &'static str,
    /// Start of the words that say so.
    pub start: u32,
    /// Their end.
    pub end: u32,
    /// The exact words.
    pub quote: String,
}

/// A sentence with the words that decided.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Place {
    /// Start of the words.
    pub start: u32,
    /// Their end.
    pub end: u32,
    /// The exact words.
    pub quote: String,
    /// The sentence.
    pub sentence: String,
}

pub(super) fn wire(policy: &Policy, analysis: &Analysis) -> Wire {
    let text = &analysis.document.text;
    let points = CodePoints::new(text);
    let place = |e: &Evidence| {
        let (start, end) = points.span(e.span);
        Place { start, end, quote: e.span.of(text).to_owned(), sentence: e.sentence.of(text).to_owned() }
    };
    let duties = policy.duties.iter().map(|d| Duty {
        force: d.force.as_str(),
        who: d.who.iter().map(|i| node_id(NodeRef::Entity(*i as u32))).collect(),
        event: d.event.map(|i| format!("d{}", i + 1)),
        due: d.due.as_ref().map(|due| {
            let (start, end) = points.span(due.words);
            let quote = due.words.of(text).to_owned();
            Due { day: due.day.clone(), basis: due.basis.as_str(), start, end, quote }
        }),
        place: place(&d.evidence),
        under: d.under.as_ref().map(place),
    });
    Wire { duties: duties.collect(), open: policy.open.iter().map(place).collect() }
}
