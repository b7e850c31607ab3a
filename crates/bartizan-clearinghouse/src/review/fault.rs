//! Why a decision or an analysis is refused.

use std::fmt;

use crate::set::codes;

codes! {
    /// Stable codes of what is refused in a review, e.g. `review.outside-text`.
    MalformedAnalysis = "review.malformed-analysis", "The analysis lacks what a review needs, or contradicts itself.";
    MalformedKey = "review.malformed-key", "The text names no claim.";
    MalformedReviewer = "review.malformed-reviewer", "The id of the reviewer has a form that no id has.";
    UnknownClaim = "review.unknown-claim", "The analysis has no such claim, and nobody added it.";
    UnknownDecision = "review.unknown-decision", "There is no earlier decision of this number.";
    DuplicateOrder = "review.duplicate-order", "Another decision has the same number.";
    OutsideText = "review.outside-text", "The place does not lie in the text.";
    EmptyPlace = "review.empty-place", "The place holds nothing but white space.";
    InsideCharacter = "review.inside-character", "The place begins or ends within a character that has several code points.";
    PlaceTooLong = "review.place-too-long", "The place is longer than a claim can be.";
    OtherWords = "review.other-words", "The text has other words at this place than the decision says.";
    UnknownTechnique = "review.unknown-technique", "The technique is not known here.";
    NoSuchValue = "review.no-such-value", "The kind is not known, or the value has not the form of its kind.";
    ReasonTooLong = "review.reason-too-long", "The reason is longer than a reason may be.";
    UnprintableReason = "review.unprintable-reason", "The reason has characters that steer a display instead of being read.";
}

/// Why something was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The stable code.
    pub code: Code,
    /// What was wrong, in words; values of others are cut and quoted.
    pub message: String,
}

impl Refusal {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.message, self.code.as_str())
    }
}

impl std::error::Error for Refusal {}

/// Words of somebody else as they may stand in a message: short, quoted, escaped.
pub(super) fn words(text: &str) -> String {
    let cut: String = text.chars().take(60).collect();
    let more = if cut.len() < text.len() { "…" } else { "" };
    format!("{cut:?}{more}")
}
