//! Where in a sentence a technique is told.
//!
//! A stated or named technique has its exact words. An inferred one has the whole sentence; the words that spoke for it
//! (the mapping's reasons) say which part of it.

use super::acts::Mention;
use bartizan::{Analysis, Evidence};
use std::ops::Range;

/// A side must outweigh the other so much.
const CLEARLY: f32 = 2.0;

/// Letters of a name's word that are looked for.
const STEM: usize = 6;
/// Weight of a word of the technique's name.
const NAMES: f32 = 0.02;

/// What ends the part of a sentence that a word such as "after" governs.
const ENDS: [&str; 7] = [", ", ";", " with ", " by ", " using ", " in order to ", " and then "];

/// Which part of a sentence tells a technique.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
    /// Its words lie on both sides, or it has none.
    Unclear,
}

/// The side of the word of time at `word` (bytes in the sentence) on which a mention is told.
pub(super) fn side(analysis: &Analysis, mention: &Mention, word: &Range<usize>) -> Side {
    split(analysis, mention, word.start, word.end)
}

/// The side of a word such as "after", whose own part ends with its clause: "it deletes itself after infection with …".
pub(super) fn backward(analysis: &Analysis, mention: &Mention, word: &Range<usize>) -> Side {
    let low = mention.evidence.sentence.of(&analysis.document.text).to_ascii_lowercase();
    let rest = low.get(word.end..).unwrap_or_default();
    let end = ENDS.iter().filter_map(|w| rest.find(w)).min().map_or(low.len(), |n| word.end + n);
    match split(analysis, mention, word.start, word.end) {
        Side::Right if within(analysis, mention, end) != Side::Left => Side::Unclear,
        side => side,
    }
}

/// Whether a mention is told within the first bytes of its sentence, or behind.
pub(super) fn within(analysis: &Analysis, mention: &Mention, end: usize) -> Side {
    split(analysis, mention, end, end)
}

fn split(analysis: &Analysis, mention: &Mention, left: usize, right: usize) -> Side {
    let Evidence { span, sentence } = mention.evidence;
    if span != sentence {
        let (from, to) = (span.start as usize, span.end as usize);
        let at = sentence.start as usize;
        return if to <= at + left {
            Side::Left
        } else if from >= at + right {
            Side::Right
        } else {
            Side::Unclear
        };
    }
    let low = sentence.of(&analysis.document.text).to_ascii_lowercase();
    let Some(technique) = analysis.techniques.get(mention.technique as usize) else { return Side::Unclear };
    let (mut before, mut after) = (0.0, 0.0);
    for reason in technique.reasons.iter().filter(|r| r.weight > 0.0) {
        let Some(words) = reason.text.strip_prefix("words: ") else { continue };
        let words = words.to_ascii_lowercase();
        let places: Vec<usize> = low.match_indices(words.as_str()).map(|(at, _)| at).collect();
        let share = reason.weight / places.len().max(1) as f32;
        for at in places {
            if at + words.len() <= left {
                before += share;
            } else if at >= right {
                after += share;
            }
        }
    }
    // The words of its name count little: they decide only where no other word does.
    for word in technique.name.to_ascii_lowercase().split(|c: char| !c.is_alphanumeric()) {
        let Some(stem) = word.get(..STEM) else { continue };
        for (at, _) in low.match_indices(stem) {
            if at < left {
                before += NAMES;
            } else if at >= right {
                after += NAMES;
            }
        }
    }
    match (before, after) {
        (l, r) if l > 0.0 && l >= r * CLEARLY => Side::Left,
        (l, r) if r > 0.0 && r >= l * CLEARLY => Side::Right,
        _ => Side::Unclear,
    }
}
