//! What later stages add to a bundle: rules that detect, and steps that answer.

use crate::Evidence;

/// Objects of later stages. Indexes are those of the analysis.
#[derive(Clone, Debug, Default)]
pub struct Extra {
    /// Rules, as indicators.
    pub rules: Vec<Rule>,
    /// Steps of response, as courses of action.
    pub actions: Vec<Action>,
}

/// A rule that detects.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its own id: a UUID.
    pub id: String,
    /// Its title.
    pub name: String,
    /// What it detects, in words.
    pub description: String,
    /// `sigma`, `yara`, `suricata` … of STIX 2.1's pattern-type-ov.
    pub pattern_type: &'static str,
    /// The rule.
    pub pattern: String,
    /// Techniques it indicates.
    pub techniques: Vec<usize>,
    /// Observables it rests on.
    pub observables: Vec<usize>,
    /// Where the report says it. Never empty.
    pub evidence: Vec<Evidence>,
}

/// A step of response.
#[derive(Clone, Debug)]
pub struct Action {
    /// What makes it the same step in another analysis of the report.
    pub key: String,
    /// Its title.
    pub name: String,
    /// What is done and why.
    pub description: String,
    /// Source and id elsewhere, e.g. (`d3fend`, `D3-NTF`).
    pub references: Vec<(String, String)>,
    /// Techniques it mitigates.
    pub techniques: Vec<usize>,
    /// Observables it acts on.
    pub observables: Vec<usize>,
    /// Why: where the report says it.
    pub evidence: Vec<Evidence>,
}
