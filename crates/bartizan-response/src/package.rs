//! Files of a package that come from the assessment.

use crate::{Assessment, flow, plan, policy};
use bartizan::Analysis;
use bartizan_knowledge::Pack;

/// Names below the package's folder, with `/`, and bytes.
pub fn files(analysis: &Analysis, pack: &Pack, assessment: &Assessment) -> Vec<(String, Vec<u8>)> {
    let mut files = plan::files(&assessment.plan, analysis);
    files.extend(flow::files(&assessment.flow, analysis, pack));
    files.extend(policy::files(&assessment.policy, analysis));
    files
}

/// What the STIX bundle holds besides the analysis.
pub fn stix(assessment: &Assessment) -> Vec<bartizan::exchange::stix::Action> {
    plan::actions(&assessment.plan)
}
