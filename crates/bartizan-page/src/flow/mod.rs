//! The flow tab: behaviours in order, as a picture and a list that says the same.

mod draw;
mod layout;

use crate::key::Key;
use crate::safe::Markup;
use crate::source::{Quote, Source};
use crate::tables::End;
use bartizan::{Analysis, Evidence, NodeRef};
use bartizan_response::Assessment;
use bartizan_response::flow::Act;
use draw::{Class, picture};

/// Boxes side by side where there is room.
const ABREAST: usize = 4;

/// Everything of the tab.
#[derive(Debug)]
pub(crate) struct Section {
    pub acts: Vec<ActView>,
    pub edges: usize,
    pub wide: Markup,
    pub narrow: Markup,
}

/// One behaviour.
#[derive(Debug)]
pub(crate) struct ActView {
    pub key: Key,
    pub number: usize,
    pub technique: End,
    pub quote: Option<Quote>,
    /// What comes after it, and the words that say so.
    pub then: Vec<(usize, Quote)>,
    pub ordered: bool,
    /// Conditions under which it happens.
    pub conditions: Vec<Quote>,
    /// What it acts on: the kind and the name, and where it is named.
    pub assets: Vec<(String, Quote)>,
    /// `AND` or `OR`, the other acts' numbers and the words that join them.
    pub joins: Vec<(&'static str, Vec<usize>, Quote)>,
}

/// Places in the text that the tab links.
pub(crate) fn places(assessment: &Assessment) -> Vec<(Key, Evidence)> {
    let flow = &assessment.flow;
    let acts = flow.acts.iter().enumerate();
    let mut out: Vec<(Key, Evidence)> =
        acts.filter_map(|(i, act)| Some((Key::act(i), *act.evidence.first()?))).collect();
    out.extend(flow.edges.iter().map(|e| (Key::act(e.after as usize), words(e.why.span()))));
    let first = |acts: &[u32]| Key::act(acts.first().map_or(0, |a| *a as usize));
    out.extend(flow.assets.iter().flat_map(|a| a.evidence.first().map(|e| (first(&a.acts), *e))));
    out.extend(flow.conditions.iter().map(|c| (first(&c.acts), c.evidence)));
    out.extend(flow.joins.iter().map(|j| (first(&j.acts), j.evidence)));
    out
}

fn words(span: bartizan::Span) -> Evidence {
    Evidence { span, sentence: span }
}

pub(crate) fn section(analysis: &Analysis, assessment: &Assessment, source: &Source<'_>) -> Section {
    let flow = &assessment.flow;
    let view = |(i, act): (usize, &Act)| ActView {
        key: Key::act(i),
        number: i + 1,
        technique: End::new(analysis, NodeRef::Technique(act.technique)),
        quote: act.evidence.first().map(|e| source.quote(e)),
        then: flow
            .edges
            .iter()
            .filter(|e| e.before as usize == i)
            .map(|e| {
                let span = e.why.span();
                let place = Evidence { span, sentence: analysis.document.sentence_of(span) };
                (e.after as usize + 1, source.quote(&place))
            })
            .collect(),
        ordered: flow.is_ordered(i),
        conditions: flow
            .conditions
            .iter()
            .filter(|c| c.acts.contains(&(i as u32)))
            .map(|c| source.quote(&c.evidence))
            .collect(),
        assets: flow
            .assets
            .iter()
            .filter(|a| a.acts.contains(&(i as u32)))
            .filter_map(|a| {
                Some((format!("{}: {}", a.kind.as_str(), a.name), source.quote(a.evidence.first()?)))
            })
            .collect(),
        joins: flow
            .joins
            .iter()
            .filter(|j| j.acts.contains(&(i as u32)))
            .map(|j| {
                let others = j.acts.iter().map(|a| *a as usize).filter(|a| *a != i).map(|a| a + 1);
                (j.operator.as_str(), others.collect(), source.quote(&j.evidence))
            })
            .collect(),
    };
    Section {
        acts: flow.acts.iter().enumerate().map(view).collect(),
        edges: flow.edges.len(),
        wide: picture(flow, analysis, ABREAST, Class::Wide),
        narrow: picture(flow, analysis, 1, Class::Narrow),
    }
}
