//! The assessment in `report.md`.

use crate::{Assessment, correlation, flow, history, mitigation, plan, policy, risk};
use bartizan::Analysis;

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

/// Text for CommonMark.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() && !matches!(c, '.' | ',' | ':' | '-' | '/' | '(' | ')' | '\'') {
            out.push('\\');
        }
        out.push(if c.is_control() { ' ' } else { c });
    }
    out
}
