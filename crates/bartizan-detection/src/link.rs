//! Which techniques of the analysis a rule belongs to: those whose evidence stands in the same sentence.

use bartizan::{Analysis, Evidence};

/// Indexes of the techniques that share a sentence with `evidence`, in order.
pub(crate) fn techniques(analysis: &Analysis, evidence: &[Evidence]) -> Vec<usize> {
    let shares = |other: &Evidence| {
        evidence.iter().any(|e| e.sentence.overlaps(other.sentence) || e.sentence.overlaps(other.span))
    };
    let all = analysis.techniques.iter().enumerate();
    all.filter(|(_, t)| t.evidence.iter().any(shares)).map(|(index, _)| index).collect()
}
