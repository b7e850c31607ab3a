//! Whether a decision can be taken into the log.

use unicode_segmentation::GraphemeCursor;

use super::decision::Action;
use super::fault::{Code, Refusal, words};
use super::fold::Review;
use super::key::{ClaimKey, Place};
use super::source::Source;
use super::vocabulary::Vocabulary;

/// Longest place of a claim, in code points.
const LONGEST_PLACE: u32 = 10_000;
/// Longest reason, in characters.
const LONGEST_REASON: usize = 2_000;

/// Whether `action` makes sense for this analysis and the review so far. The number that an undo names is looked at by
/// [`Review::fold`], which knows the whole log.
///
/// # Errors
/// A [`Refusal`] with the first thing that is wrong.
pub fn check(
    source: &Source,
    review: &Review,
    vocabulary: &dyn Vocabulary,
    action: &Action,
) -> Result<(), Refusal> {
    acceptable(source, &|claim| review.claims.contains_key(claim), vocabulary, action)
}

/// The same, with a word on which claims were added.
pub(super) fn acceptable(
    source: &Source,
    added: &dyn Fn(&ClaimKey) -> bool,
    vocabulary: &dyn Vocabulary,
    action: &Action,
) -> Result<(), Refusal> {
    let known = |claim: &ClaimKey| {
        if source.has(claim) || added(claim) {
            return Ok(());
        }
        let message = format!("there is no claim {}", words(&claim.to_string()));
        Err(Refusal::new(Code::UnknownClaim, message))
    };
    match action {
        Action::Accept { claim } => known(claim),
        Action::Reject { claim, reason } => known(claim).and_then(|()| readable(reason)),
        Action::Edit { claim, to, quote } => known(claim).and_then(|()| place(source, *to, quote)),
        Action::AddTechnique { technique, at, quote } => {
            if vocabulary.technique(technique).is_none() {
                let message = format!("{} is no technique of the knowledge in use", words(technique));
                return Err(Refusal::new(Code::UnknownTechnique, message));
            }
            place(source, *at, quote)
        }
        Action::AddObservable { kind, value, at, quote, .. } => {
            if vocabulary.display(kind, value).is_none() {
                let message = format!("{} is no value of kind {}", words(value), words(kind));
                return Err(Refusal::new(Code::NoSuchValue, message));
            }
            place(source, *at, quote)
        }
        Action::Complete | Action::Undo { .. } => Ok(()),
    }
}

fn readable(reason: &str) -> Result<(), Refusal> {
    if reason.chars().count() > LONGEST_REASON {
        let message = format!("the reason has more than {LONGEST_REASON} characters");
        return Err(Refusal::new(Code::ReasonTooLong, message));
    }
    // Controls, and the marks that turn the direction of writing (Unicode Technical Report 36, section 2.5).
    let steers = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\t'))
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    match reason.chars().find(|&c| steers(c)) {
        None => Ok(()),
        Some(c) => {
            Err(Refusal::new(Code::UnprintableReason, format!("the reason holds U+{:04X}", u32::from(c))))
        }
    }
}

fn place(source: &Source, at: Place, quote: &str) -> Result<(), Refusal> {
    let Place { start, end } = at;
    let refuse = |code, what: &str| Err(Refusal::new(code, format!("{start}–{end} {what}")));
    let Some((from, to)) = source.bytes(at) else {
        return refuse(Code::OutsideText, "does not lie in the text");
    };
    if end - start > LONGEST_PLACE {
        return refuse(Code::PlaceTooLong, &format!("is longer than {LONGEST_PLACE} characters"));
    }
    let text = source.text();
    let found = text.get(from..to).unwrap_or_default();
    if found.trim().is_empty() {
        return refuse(Code::EmptyPlace, "holds nothing");
    }
    // The whole text is at hand, so a cursor never asks for more of it.
    let whole = |byte| GraphemeCursor::new(byte, text.len(), true).is_boundary(text, 0).unwrap_or(false);
    if !whole(from) || !whole(to) {
        return refuse(Code::InsideCharacter, "begins or ends within a character");
    }
    if found != quote {
        return refuse(Code::OtherWords, &format!("is not {}", words(quote)));
    }
    Ok(())
}
