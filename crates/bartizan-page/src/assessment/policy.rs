//! What the text obliges to.

use crate::safe::clipped;
use crate::source::{Quote, Source};
use crate::tables::End;
use bartizan::{Analysis, Evidence, NodeRef};
use bartizan_response::Assessment;
use bartizan_response::policy::{Basis, Due};

/// Characters of a time.
const WORDS: usize = 90;

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
    /// For an item of a list: the sentence above it.
    pub under: Option<Quote>,
    pub quote: Quote,
}

/// Places that are linked and no claim covers.
pub(super) fn places(assessment: &Assessment) -> Vec<Evidence> {
    let policy = &assessment.policy;
    let duties = policy.duties.iter().flat_map(|d| d.under.into_iter().chain([d.evidence]));
    duties.chain(policy.open.iter().copied()).collect()
}

/// By when, in words: the day and where it is from, or the text's own words where it has none.
pub(crate) fn when(due: &Due, text: &str) -> String {
    let words = clipped(due.words.of(text), WORDS);
    match (&due.day, due.basis) {
        (Some(day), Basis::Document) => format!("{day} ({words}, counted from the document's date)"),
        (Some(day), _) => day.clone(),
        (None, _) => format!("{words} (relative, no date given)"),
    }
}

pub(super) fn view(analysis: &Analysis, assessment: &Assessment, source: &Source<'_>) -> View {
    let policy = &assessment.policy;
    let duties = policy.duties.iter().map(|d| DutyView {
        force: d.force.as_str(),
        who: d.who.iter().map(|i| End::new(analysis, NodeRef::Entity(*i as u32))).collect(),
        when: d.due.as_ref().map(|due| when(due, &analysis.document.text)).unwrap_or_default(),
        under: d.under.as_ref().map(|e| source.quote(e)),
        quote: source.quote(&d.evidence),
    });
    View { duties: duties.collect(), open: policy.open.iter().map(|e| source.quote(e)).collect() }
}
