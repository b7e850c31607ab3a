//! Who is behind it.

use crate::key::Key;
use crate::safe::shown;
use crate::source::{Quote, Source};
use crate::tables::End;
use bartizan::{Analysis, Evidence, NodeRef};
use bartizan_response::Assessment;

/// Sentences shown with an actor.
const MOST_QUOTES: usize = 3;

/// What the template shows.
#[derive(Debug)]
pub(crate) struct View {
    pub stated: Vec<StatedView>,
    pub reason: String,
    pub groups: Vec<GroupView>,
}

/// An actor that a sentence holds responsible.
#[derive(Debug)]
pub(crate) struct StatedView {
    pub key: Key,
    pub name: String,
    pub quotes: Vec<Quote>,
}

/// A group that works like this.
#[derive(Debug)]
pub(crate) struct GroupView {
    pub id: String,
    pub name: String,
    pub likelihood: String,
    pub techniques: Vec<End>,
    pub software: Vec<End>,
}

/// Places that are linked and no claim covers: relations are claims.
pub(super) fn places(_: &Assessment) -> Vec<Evidence> {
    Vec::new()
}

pub(super) fn view(analysis: &Analysis, assessment: &Assessment, source: &Source<'_>) -> View {
    let correlation = &assessment.correlation;
    let stated = correlation.stated.iter().filter_map(|s| {
        let entity = analysis.entities.get(s.actor)?;
        Some(StatedView {
            key: Key::entity(s.actor),
            name: shown(&entity.name).into_owned(),
            quotes: s.evidence.iter().take(MOST_QUOTES).map(|e| source.quote(e)).collect(),
        })
    });
    let groups = correlation.inferred.groups.iter().map(|g| GroupView {
        id: g.id.clone(),
        name: shown(&g.name).into_owned(),
        likelihood: format!("{:.2}", g.likelihood),
        techniques: g
            .techniques
            .iter()
            .map(|(i, _)| End::new(analysis, NodeRef::Technique(*i as u32)))
            .collect(),
        software: g.software.iter().map(|i| End::new(analysis, NodeRef::Entity(*i as u32))).collect(),
    });
    View {
        stated: stated.collect(),
        reason: shown(&correlation.inferred.reason).into_owned(),
        groups: groups.collect(),
    }
}
