//! The mitigations tab: what answers each technique.

use crate::safe::shown;
use crate::source::Source;
use crate::tables::End;
use bartizan::{Analysis, NodeRef};
use bartizan_response::Assessment;
use std::collections::BTreeSet;

/// Measures shown at once; the rest can be unfolded.
const AT_ONCE: usize = 10;
/// Controls shown of a framework.
const CONTROLS: usize = 15;

/// Everything of the tab.
#[derive(Debug)]
pub(crate) struct Section {
    /// Mitigations of ATT&CK and ATLAS.
    pub first: Vec<MeasureView>,
    /// Countermeasures of D3FEND.
    pub counters: Vec<MeasureView>,
    pub more: Vec<MeasureView>,
    pub unanswered: Vec<End>,
    pub frameworks: Vec<FrameworkView>,
}

/// One measure.
#[derive(Debug)]
pub(crate) struct MeasureView {
    pub id: String,
    pub name: String,
    pub effort: &'static str,
    pub answers: Vec<(End, bool)>,
    /// How D3FEND reaches the techniques, each way once.
    pub paths: Vec<String>,
}

/// Controls of one framework.
#[derive(Debug)]
pub(crate) struct FrameworkView {
    pub name: String,
    pub controls: Vec<(String, String, usize)>,
}

pub(crate) fn section(analysis: &Analysis, assessment: &Assessment, _: &Source<'_>) -> Section {
    let found = &assessment.mitigation;
    let end = |i: &usize| End::new(analysis, NodeRef::Technique(*i as u32));
    let view = |m: &bartizan_response::mitigation::Measure| MeasureView {
        id: m.id.clone(),
        name: shown(&m.name).into_owned(),
        effort: match m.effort {
            1 => "a setting",
            3 => "a change of architecture",
            _ => "a project",
        },
        answers: m.answers.iter().map(|a| (end(&a.technique), a.inherited)).collect(),
        paths: m
            .answers
            .iter()
            .map(|a| a.path.as_str())
            .filter(|p| !p.is_empty())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .take(3)
            .map(|p| shown(p).into_owned())
            .collect(),
    };
    // What names the technique itself before what D3FEND infers through artifacts.
    let (counters, first): (Vec<_>, Vec<_>) =
        found.measures.iter().map(view).partition(|m: &MeasureView| m.id.starts_with("D3-"));
    let (mut counters, mut first) = (counters, first);
    let mut more = first.split_off(first.len().min(AT_ONCE));
    more.extend(counters.split_off(counters.len().min(AT_ONCE)));
    let frameworks = found.controls.iter().map(|f| FrameworkView {
        name: format!("{} {}", shown(&f.framework).replace('_', " "), shown(&f.version)),
        controls: f
            .controls
            .iter()
            .take(CONTROLS)
            .map(|(id, name, of)| (shown(id).into_owned(), shown(name).into_owned(), of.len()))
            .collect(),
    });
    Section {
        first,
        counters,
        more,
        unanswered: found.unanswered.iter().map(end).collect(),
        frameworks: frameworks.collect(),
    }
}
