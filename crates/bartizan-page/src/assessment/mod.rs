//! The assessment tab: how bad it is, who is behind it, what it has to do with earlier reports, what it obliges to.

mod attribution;
mod earlier;
mod policy;
mod risk;

pub(crate) use policy::when;

use crate::key::Key;
use crate::source::Source;
use bartizan::{Analysis, Evidence};
use bartizan_response::Assessment;

/// Everything of the tab.
#[derive(Debug)]
pub(crate) struct Section {
    pub genre: &'static str,
    pub risk: risk::View,
    pub attribution: attribution::View,
    pub earlier: Vec<earlier::LinkView>,
    pub policy: policy::View,
}

/// Places in the text that the tab links and no claim covers.
pub(crate) fn places(assessment: &Assessment) -> Vec<(Key, Evidence)> {
    let all = [risk::places(assessment), attribution::places(assessment), policy::places(assessment)];
    all.into_iter().flatten().enumerate().map(|(i, e)| (Key::assessed(i), e)).collect()
}

pub(crate) fn section(analysis: &Analysis, assessment: &Assessment, source: &Source<'_>) -> Section {
    Section {
        genre: assessment.genre.as_str(),
        risk: risk::view(analysis, assessment, source),
        attribution: attribution::view(analysis, assessment, source),
        earlier: earlier::view(analysis, assessment),
        policy: policy::view(analysis, assessment, source),
    }
}
