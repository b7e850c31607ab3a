//! The JSON form.

use bartizan::{Analysis, exchange::json::node_id};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Plan, function, words};
use crate::place::{Place, Places};

/// What to do, in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Wire {
    /// The steps: every one comes after those it depends on.
    pub steps: Vec<Step>,
    /// Block lists below `response/blocklists`.
    pub lists: Vec<List>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "ResponseStep")]
pub struct Step {
    /// The same step in another plan has the same.
    pub id: String,
    /// What is done, in a few words.
    pub title: String,
    /// `triage`, `protect`, `hunt`, `decide`, `evidence`, `contain`, `communicate`, `eradicate`, `recover`, `harden` or `lessons`.
    pub phase: &'static str,
    /// Function of NIST CSF 2.0.
    pub function: &'static str,
    /// Subcategories of NIST CSF 2.0.
    pub csf: Vec<String>,
    /// Only once something was found.
    pub only_if_affected: bool,
    /// It changes or takes away something that runs: a person decides.
    pub destructive: bool,
    /// `now`, `day`, `week` or `later`.
    pub urgency: &'static str,
    /// The role that does it.
    pub owner: String,
    /// What is done.
    pub action: String,
    /// What the values are.
    pub label: String,
    /// Values of the report it acts on, safe to show, each with the claim.
    pub values: Vec<Value>,
    /// Rules that look for it, by id.
    pub rules: Vec<String>,
    /// Log sources those need.
    pub log_sources: Vec<String>,
    /// Claims of techniques that ask for it.
    pub techniques: Vec<String>,
    /// D3FEND countermeasures it carries out.
    pub d3fend: Vec<Counter>,
    /// Response actions of RE&CT.
    pub react: Vec<React>,
    /// What is needed.
    pub inputs: Vec<String>,
    /// What comes of it.
    pub outputs: Vec<String>,
    /// When it is done.
    pub done_when: String,
    /// Ids of steps that come before.
    pub after: Vec<String>,
    /// Why, in words.
    pub why: String,
    /// Where the report asks for it.
    pub evidence: Vec<Place>,
}

/// A value that a step acts on.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "ResponseValue")]
pub struct Value {
    /// Defanged.
    pub shown: String,
    /// What it is or was read from.
    pub claim: String,
    /// Lists of common names it stands on.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub caution: String,
}

/// A D3FEND countermeasure.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "ResponseCounter")]
pub struct Counter {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Claims of techniques that D3FEND says it counters.
    pub techniques: Vec<String>,
}

/// A response action of RE&CT.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "ResponseReact")]
pub struct React {
    /// Its id.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its stage, `RS0001` to `RS0006`.
    pub stage: &'static str,
}

/// A block list.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "BlockList")]
pub struct List {
    /// Kind of the values.
    pub kind: &'static str,
    /// How many there are.
    pub count: usize,
    /// Claims, in the order of the list.
    pub claims: Vec<String>,
}

pub(super) fn of(plan: &Plan, analysis: &Analysis) -> Wire {
    let places = Places::new(analysis);
    let claims = |techniques: &[usize]| -> Vec<String> {
        techniques.iter().map(|i| node_id(bartizan::NodeRef::Technique(*i as u32))).collect()
    };
    let steps = plan.steps.iter().map(|step| Step {
        id: step.id.clone(),
        title: step.title.clone(),
        phase: step.phase.as_str(),
        function: step.csf.first().map_or("", |id| function(id)),
        csf: step.csf.clone(),
        only_if_affected: step.affected,
        destructive: step.destructive,
        urgency: step.urgency.as_str(),
        owner: step.owner.clone(),
        action: step.action.clone(),
        label: step.label.clone(),
        values: step
            .items
            .iter()
            .map(|item| Value {
                shown: item.shown.clone(),
                claim: node_id(item.node),
                caution: item.caution.clone(),
            })
            .collect(),
        rules: step.rules.iter().map(|rule| rule.id.clone()).collect(),
        log_sources: step.log_sources.clone(),
        techniques: claims(&step.techniques),
        d3fend: step
            .counters
            .iter()
            .map(|c| Counter { id: c.id.clone(), name: c.name.clone(), techniques: claims(&c.techniques) })
            .collect(),
        react: step.react.iter().map(|r| React { id: r.id, name: r.name, stage: r.stage }).collect(),
        inputs: step.inputs.clone(),
        outputs: step.outputs.clone(),
        done_when: step.done.clone(),
        after: step.after.iter().filter_map(|i| Some(plan.steps.get(*i)?.id.clone())).collect(),
        why: words::why(step, analysis),
        evidence: places.all(&step.evidence),
    });
    let lists = plan.lists.iter().map(|list| List {
        kind: list.kind.as_str(),
        count: list.items.len(),
        claims: list.items.iter().map(|item| node_id(item.node)).collect(),
    });
    Wire { steps: steps.collect(), lists: lists.collect() }
}
