//! Words of force, and whom they bind.
//!
//! Every word of force in a sentence is laid beside every body the sentence names. "Shall", "must" and "may" bind who stands before
//! them, "directs", "requires" and "encourages" who stands behind. A body is bound by the word nearest to it: "while reporting
//! stays voluntary for vendors, agencies must …" leaves the vendors free and binds the agencies. Where no body stands close to a
//! word, the nearest pair of the sentence has to do.

use super::Force;
use bartizan::{Analysis, EntityKind, Span};
use std::collections::BTreeMap;

/// On which side of a word the bound body stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bound {
    Before,
    After,
    Either,
}

/// Words of force. The longer of two at the same place counts: "not required to" is no "required to".
const WORDS: [(&str, Force, Bound); 31] = [
    ("must", Force::Mandatory, Bound::Before),
    ("shall", Force::Mandatory, Bound::Before),
    ("mandates", Force::Mandatory, Bound::Either),
    ("mandated", Force::Mandatory, Bound::Either),
    ("directs", Force::Mandatory, Bound::After),
    ("directed to", Force::Mandatory, Bound::Before),
    ("directives for", Force::Mandatory, Bound::After),
    ("orders", Force::Mandatory, Bound::After),
    ("ordered to", Force::Mandatory, Bound::Before),
    ("instructs", Force::Mandatory, Bound::After),
    ("requires", Force::Mandatory, Bound::After),
    ("required to", Force::Mandatory, Bound::Before),
    ("is obliged", Force::Mandatory, Bound::Before),
    ("are obliged", Force::Mandatory, Bound::Before),
    ("obliges", Force::Mandatory, Bound::After),
    ("are prohibited from", Force::Mandatory, Bound::Before),
    ("is prohibited from", Force::Mandatory, Bound::Before),
    ("prohibits", Force::Mandatory, Bound::After),
    ("expected to", Force::Expected, Bound::Before),
    ("will need to", Force::Expected, Bound::Before),
    ("will have to", Force::Expected, Bound::Before),
    ("should", Force::Expected, Bound::Before),
    ("may", Force::Voluntary, Bound::Before),
    ("voluntary for", Force::Voluntary, Bound::After),
    ("voluntary", Force::Voluntary, Bound::Either),
    ("voluntarily", Force::Voluntary, Bound::Before),
    ("encourages", Force::Voluntary, Bound::After),
    ("encouraged to", Force::Voluntary, Bound::Before),
    ("not required to", Force::Voluntary, Bound::Before),
    ("not obliged to", Force::Voluntary, Bound::Before),
    ("not mandatory for", Force::Voluntary, Bound::After),
];
/// What it costs a pair, in bytes, that the body stands on the wrong side.
const WRONG: u32 = 80;
/// So near, in bytes, stands who is certainly bound.
const CLOSE: u32 = 24;
/// "May" binds only who stands right before it: elsewhere it guesses.
const NEXT: u32 = 2;
/// Between bodies that are bound together: a comma joins only in a list that ends with one of the others.
const TOGETHER: [&str; 8] = [", ", ", the ", " and ", ", and ", " or ", ", or ", " and the ", ", and the "];

/// What a sentence makes of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Binding {
    pub force: Force,
    /// The words of force.
    pub at: Span,
    /// Indexes into the analysis' entities: who is bound, in text order. Empty where nobody is named.
    pub who: Vec<usize>,
}

/// The bindings of a sentence or of a part of one, in text order; one for each word of force that binds somebody.
pub(super) fn bindings(analysis: &Analysis, part: Span) -> Vec<Binding> {
    let text = &analysis.document.text;
    let low = part.of(text).to_ascii_lowercase();
    let bodies = bodies(analysis, part);
    let words = words(&low, part);
    let is_may = |word: &Word| word.at.of(text).len() == "may".len();
    let fits = |word: &Word, body: Span, most: u32| {
        word.far(body) <= if is_may(word) { NEXT.min(most) } else { most }
    };
    // For each body the word that stands nearest.
    let mut bound: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (i, span) in &bodies {
        let near = words.iter().enumerate().filter(|(_, w)| fits(w, *span, CLOSE));
        if let Some((word, _)) = near.min_by_key(|(n, w)| (w.far(*span), *n)) {
            let who = bound.entry(word).or_default();
            for body in together(text, &bodies, (*i, *span)) {
                if !who.contains(&body) {
                    who.push(body);
                }
            }
        }
    }
    if bound.is_empty() {
        let pairs = words.iter().enumerate().flat_map(|w| bodies.iter().map(move |b| (w, *b)));
        let nearest =
            pairs.filter(|((_, w), b)| fits(w, b.1, u32::MAX)).min_by_key(|((n, w), b)| (w.far(b.1), *n));
        match nearest {
            Some(((word, _), body)) => {
                bound.insert(word, together(text, &bodies, body));
            }
            None => {
                if let Some(word) = words.iter().position(|w| !is_may(w)) {
                    bound.insert(word, Vec::new());
                }
            }
        }
    }
    let of =
        |(word, who): (usize, Vec<usize>)| words.get(word).map(|w| Binding { force: w.force, at: w.at, who });
    bound.into_iter().filter_map(of).collect()
}

/// A word of force at its place.
#[derive(Clone, Copy, Debug)]
struct Word {
    at: Span,
    force: Force,
    bound: Bound,
}

impl Word {
    /// How far a body stands from it, in bytes; on the wrong side it is farther.
    fn far(&self, body: Span) -> u32 {
        let before = body.end <= self.at.start;
        let gap = if before { self.at.start - body.end } else { body.start.saturating_sub(self.at.end) };
        let right = match self.bound {
            Bound::Before => before,
            Bound::After => !before,
            Bound::Either => true,
        };
        gap + if right { 0 } else { WRONG }
    }
}

/// Places of the words of force, none within another.
fn words(low: &str, part: Span) -> Vec<Word> {
    let edge = |c: Option<&u8>| c.is_none_or(|c| !c.is_ascii_alphanumeric());
    let bytes = low.as_bytes();
    let mut out: Vec<Word> = Vec::new();
    for (words, force, bound) in WORDS {
        for (at, w) in low.match_indices(words) {
            let whole = edge(at.checked_sub(1).and_then(|i| bytes.get(i))) && edge(bytes.get(at + w.len()));
            let start = part.start as usize + at;
            if whole {
                out.push(Word { at: Span::new(start, start + w.len()), force, bound });
            }
        }
    }
    let inner: Vec<Span> = out.iter().map(|w| w.at).collect();
    out.retain(|w| !inner.iter().any(|o| *o != w.at && o.contains(w.at)));
    out.sort_by_key(|w| w.at);
    out
}

/// Bodies and groups named in a part, with their places, in text order.
fn bodies(analysis: &Analysis, part: Span) -> Vec<(usize, Span)> {
    let bound = |kind: EntityKind| matches!(kind, EntityKind::Organization | EntityKind::Group);
    let entities = analysis.entities.iter().enumerate().filter(|(_, e)| bound(e.kind));
    let mut out: Vec<(usize, Span)> = entities
        .flat_map(|(i, e)| e.evidence.iter().map(move |p| (i, p.span)))
        .filter(|(_, span)| part.contains(*span))
        .collect();
    out.sort_by_key(|(i, span)| (*span, *i));
    out.dedup_by_key(|(_, span)| *span);
    out
}

/// A body and those that are named with it in one breath.
fn together(text: &str, bodies: &[(usize, Span)], chosen: (usize, Span)) -> Vec<usize> {
    let Some(at) = bodies.iter().position(|b| *b == chosen) else { return vec![chosen.0] };
    let joint = |i: usize| {
        let gap = text.get(bodies.get(i)?.1.end as usize..bodies.get(i + 1)?.1.start as usize)?;
        TOGETHER.contains(&gap).then_some(gap)
    };
    let (mut from, mut to) = (at, at);
    while from > 0 && joint(from - 1).is_some() {
        from -= 1;
    }
    while joint(to).is_some() {
        to += 1;
    }
    // "… for vendors, agencies must": a comma alone joins nothing.
    let is_list = to > from && joint(to - 1).is_some_and(|j| j.contains("and") || j.contains("or"));
    if !is_list {
        return vec![chosen.0];
    }
    let mut who = Vec::new();
    for (i, _) in &bodies[from..=to] {
        if !who.contains(i) {
            who.push(*i);
        }
    }
    who
}
