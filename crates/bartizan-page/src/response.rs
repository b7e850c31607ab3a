//! The response tab: steps in order.

use crate::claims::label;
use crate::key::Key;
use crate::safe::shown;
use crate::source::{Quote, Source};
use crate::tables::End;
use bartizan::{Analysis, Evidence, NodeRef};
use bartizan_response::Assessment;
use bartizan_response::plan::{self, Phase, Step};
use std::collections::BTreeSet;

/// Most quotations of one step.
const MOST_QUOTES: usize = 4;
/// Values shown at once; the rest can be unfolded.
const MOST_VALUES: usize = 8;
/// Most rules named with a step.
const MOST_RULES: usize = 6;

/// Everything of the tab.
#[derive(Debug)]
pub(crate) struct Section {
    pub phases: Vec<PhaseView>,
    pub steps: usize,
    /// Steps to begin within the hour.
    pub now: usize,
}

/// Steps of one part of the response.
#[derive(Debug)]
pub(crate) struct PhaseView {
    pub name: &'static str,
    pub steps: Vec<StepView>,
}

/// One step.
#[derive(Debug)]
pub(crate) struct StepView {
    pub key: Key,
    pub number: usize,
    pub title: String,
    pub action: String,
    pub urgency: &'static str,
    pub owner: String,
    pub done: String,
    /// Only once something was found.
    pub affected: bool,
    pub destructive: bool,
    /// Numbers of the steps before.
    pub after: Vec<(Key, usize)>,
    pub label: String,
    pub items: Vec<ItemView>,
    pub more_items: Vec<ItemView>,
    pub rules: Vec<(Key, String)>,
    pub more_rules: usize,
    pub techniques: Vec<End>,
    /// Ids elsewhere with their names: CSF, RE&CT, D3FEND.
    pub ids: Vec<(String, String)>,
    pub basis: String,
    pub quotes: Vec<Quote>,
}

/// A value of the report.
#[derive(Debug)]
pub(crate) struct ItemView {
    pub key: Key,
    pub shown: String,
    pub caution: String,
}

/// Places in the text that the tab links.
pub(crate) fn places(assessment: &Assessment) -> Vec<(Key, Evidence)> {
    let steps = assessment.plan.steps.iter().enumerate();
    steps.flat_map(|(i, step)| quoted(step).into_iter().map(move |e| (Key::step(i), e))).collect()
}

/// The first evidence in each sentence.
fn quoted(step: &Step) -> Vec<Evidence> {
    let mut seen = BTreeSet::new();
    let first = step.evidence.iter().filter(|e| seen.insert(e.sentence.start));
    first.take(MOST_QUOTES).copied().collect()
}

pub(crate) fn section(analysis: &Analysis, assessment: &Assessment, source: &Source<'_>) -> Section {
    let steps = &assessment.plan.steps;
    let mut phases: Vec<PhaseView> = Vec::new();
    for phase in Phase::ALL {
        let own = steps.iter().enumerate().filter(|(_, step)| step.phase == *phase);
        let views: Vec<StepView> = own.map(|(i, step)| view(i, step, analysis, source)).collect();
        if !views.is_empty() {
            phases.push(PhaseView { name: phase.words(), steps: views });
        }
    }
    let now = steps.iter().filter(|s| s.urgency == plan::Urgency::Now).count();
    Section { phases, steps: steps.len(), now }
}

fn view(index: usize, step: &Step, analysis: &Analysis, source: &Source<'_>) -> StepView {
    let text = &analysis.document.text;
    let mut items: Vec<ItemView> = step.items.iter().map(item).collect();
    let more_items = items.split_off(items.len().min(MOST_VALUES));
    let mut ids: Vec<(String, String)> =
        step.csf.iter().map(|id| (id.clone(), plan::function(id).to_owned())).collect();
    ids.extend(step.counters.iter().map(|c| (c.id.clone(), shown(&c.name).into_owned())));
    ids.extend(step.react.iter().map(|r| (r.id.to_owned(), r.name.to_owned())));
    StepView {
        key: Key::step(index),
        number: index + 1,
        title: shown(&step.title).into_owned(),
        action: shown(&step.action).into_owned(),
        urgency: step.urgency.words(),
        owner: shown(&step.owner).into_owned(),
        done: shown(&step.done).into_owned(),
        affected: step.affected,
        destructive: step.destructive,
        after: step.after.iter().map(|i| (Key::step(*i), i + 1)).collect(),
        label: shown(&step.label).into_owned(),
        items,
        more_items,
        rules: step
            .rules
            .iter()
            .take(MOST_RULES)
            .map(|r| (Key::rule(r.index), shown(&r.title).into_owned()))
            .collect(),
        more_rules: step.rules.len().saturating_sub(MOST_RULES),
        techniques: techniques(step, analysis),
        ids,
        basis: shown(&step.basis).into_owned(),
        quotes: quoted(step)
            .iter()
            .filter(|e| !e.span.of(text).trim().is_empty())
            .map(|e| source.quote(e))
            .collect(),
    }
}

fn item(item: &plan::Item) -> ItemView {
    ItemView {
        key: item.node.into(),
        shown: shown(&item.shown).into_owned(),
        caution: shown(&item.caution).into_owned(),
    }
}

fn techniques(step: &Step, analysis: &Analysis) -> Vec<End> {
    let node = |i: &usize| NodeRef::Technique(*i as u32);
    let known = step.techniques.iter().filter(|i| analysis.techniques.get(**i).is_some());
    known.map(node).filter(|n| !label(analysis, *n).is_empty()).map(|n| End::new(analysis, n)).collect()
}
