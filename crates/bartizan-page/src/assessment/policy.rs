//! What the text obliges to.

use crate::safe::shown;
use crate::source::{Quote, Source};
use crate::tables::End;
use bartizan::{Analysis, Evidence, NodeRef};
use bartizan_response::Assessment;

/// What the template shows.
#[derive(Debug)]
pub(crate) struct View {
    pub duties: Vec<DutyView>,
    pub open: Vec<Quote>,
}

/// One duty.
#[derive(Debug)]
pub(crate) struct DutyView {
    pub force: &'static str,
    pub who: Vec<End>,
    pub when: String,
    pub quote: Quote,
}

/// Places that are linked and no claim covers.
pub(super) fn places(assessment: &Assessment) -> Vec<Evidence> {
    let policy = &assessment.policy;
    policy.duties.iter().map(|d| d.evidence).chain(policy.open.iter().copied()).collect()
}

pub(super) fn view(analysis: &Analysis, assessment: &Assessment, source: &Source<'_>) -> View {
    let policy = &assessment.policy;
    let duties = policy.duties.iter().map(|d| DutyView {
        force: d.force.as_str(),
        who: d.who.iter().map(|i| End::new(analysis, NodeRef::Entity(*i as u32))).collect(),
        when: d
            .event
            .and_then(|i| analysis.events.get(i))
            .map(|e| shown(&e.when.text).into_owned())
            .unwrap_or_default(),
        quote: source.quote(&d.evidence),
    });
    View { duties: duties.collect(), open: policy.open.iter().map(|e| source.quote(e)).collect() }
}
