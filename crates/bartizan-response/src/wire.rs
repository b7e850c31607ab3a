//! The assessment in `analysis.json`: beside the members of the analysis stands `assessment`.

use crate::{Assessment, correlation, flow, history, mitigation, plan, policy, risk};
use bartizan::{Analysis, exchange::json};
use schemars::JsonSchema;
use serde::Serialize;

/// The whole of `analysis.json` with its assessment.
#[derive(Serialize, JsonSchema)]
#[schemars(
    title = "Bartizan analysis",
    description = "What Bartizan found in one report and concluded from it, each claim with its evidence."
)]
pub struct Document<'a> {
    /// What was found.
    #[serde(flatten)]
    pub analysis: json::Analysis<'a>,
    /// What was concluded; not there where nobody asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assessment: Option<Wire>,
}

/// What was concluded.
#[derive(Serialize, JsonSchema)]
pub struct Wire {
    /// What kind of text it is: `threat`, `vulnerability`, `policy` or `other`.
    pub genre: &'static str,
    /// How bad it is.
    pub risk: risk::wire::Wire,
    /// Who is behind it.
    pub correlation: correlation::wire::Wire,
    /// Earlier reports of a library that have something to do with it; not there where no library was asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<history::wire::WireLink>,
    /// What answers the techniques.
    pub mitigation: mitigation::wire::Wire,
    /// What to do, in order.
    pub plan: plan::wire::Wire,
    /// What happened, in order.
    pub flow: flow::wire::Wire,
    /// Duties the text makes.
    pub policy: policy::wire::Wire,
}

/// The JSON form of an analysis with its assessment.
pub fn document<'a>(analysis: &'a Analysis, assessment: Option<&Assessment>) -> Document<'a> {
    let assessment = assessment.map(|a| Wire {
        genre: a.genre.as_str(),
        risk: risk::wire(&a.risk, analysis),
        correlation: correlation::wire(&a.correlation, analysis),
        earlier: history::wire::links(&a.earlier),
        mitigation: mitigation::wire(&a.mitigation, analysis),
        plan: plan::wire(&a.plan, analysis),
        flow: flow::wire(&a.flow, analysis),
        policy: policy::wire(&a.policy, analysis),
    });
    Document { analysis: json::document(analysis), assessment }
}

/// The JSON Schema of [`Document`].
pub fn schema() -> serde_json::Value {
    json::schema_of::<Document<'static>>(concat!(
        env!("CARGO_PKG_REPOSITORY"),
        "/docs/schema/analysis-1.json"
    ))
}
