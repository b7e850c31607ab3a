//! The assessment in `report.md`.

use crate::{Assessment, correlation, flow, history, mitigation, plan, policy, risk};
use bartizan::Analysis;
pub(crate) use bartizan::exchange::markdown::escape;

/// Sections that follow those of the analysis, as CommonMark; text of the report is escaped.
pub fn sections(analysis: &Analysis, assessment: &Assessment) -> String {
    let mut out = String::new();
    risk::markdown(&mut out, &assessment.risk, analysis);
    correlation::markdown(&mut out, &assessment.correlation, analysis);
    history::markdown::links(&mut out, &assessment.earlier);
    flow::markdown(&mut out, &assessment.flow, analysis);
    plan::markdown(&mut out, &assessment.plan, analysis);
    mitigation::markdown(&mut out, &assessment.mitigation, analysis);
    policy::markdown(&mut out, &assessment.policy, analysis);
    out
}
