//! Words of force, and whom they bind.
//!
//! Every word of force in a sentence is laid beside every body the sentence names. "Shall", "must" and "may" bind who stands before
//! them, "directs", "requires" and "encourages" who stands behind; the pair that stands nearest decides. So "while reporting
//! stays voluntary for vendors, agencies must …" gives a duty of the agencies.

use super::Force;
use bartizan::{Analysis, EntityKind, Span};

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
/// "May" binds only who stands right before it: elsewhere it guesses.
const NEXT: u32 = 2;
/// Between bodies that are bound together.
const TOGETHER: [&str; 7] = [", ", " and ", ", and ", " or ", ", or ", " and the ", ", and the "];

/// What a sentence makes of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Binding {
    pub force: Force,
    /// The words of force.
    pub at: Span,
    /// Indexes into the analysis' entities: who is bound, in text order. Empty where nobody is named.
    pub who: Vec<usize>,
}

/// The binding of a sentence or of a part of one.
pub(super) fn binding(analysis: &Analysis, part: Span) -> Option<Binding> {
    let text = &analysis.document.text;
    let low = part.of(text).to_ascii_lowercase();
    let bodies = bodies(analysis, part);
    let words = words(&low, part);
    let far = |word: &(Span, Force, Bound), body: Span| {
        let (before, gap) = if body.end <= word.0.start {
            (true, word.0.start - body.end)
        } else {
            (false, body.start.saturating_sub(word.0.end))
        };
        let right = match word.2 {
            Bound::Before => before,
            Bound::After => !before,
            Bound::Either => true,
        };
        gap + if right { 0 } else { WRONG }
    };
    let pairs = words.iter().flat_map(|w| bodies.iter().map(move |b| (w, *b)));
    let close = |(w, b): &(&(Span, Force, Bound), (usize, Span))| {
        w.0.of(text).len() != "may".len() || far(w, b.1) <= NEXT
    };
    let nearest = pairs.filter(close).min_by_key(|(w, b)| (far(w, b.1), w.0.start));
    match nearest {
        Some((word, body)) => Some(Binding { force: word.1, at: word.0, who: together(text, &bodies, body) }),
        None => {
            let word = words.iter().find(|w| w.0.of(text).len() != "may".len())?;
            Some(Binding { force: word.1, at: word.0, who: Vec::new() })
        }
    }
}

/// Places of the words of force, none within another.
fn words(low: &str, part: Span) -> Vec<(Span, Force, Bound)> {
    let edge = |c: Option<&u8>| c.is_none_or(|c| !c.is_ascii_alphanumeric());
    let bytes = low.as_bytes();
    let mut out: Vec<(Span, Force, Bound)> = Vec::new();
    for (words, force, bound) in WORDS {
        for (at, w) in low.match_indices(words) {
            let whole = edge(at.checked_sub(1).and_then(|i| bytes.get(i))) && edge(bytes.get(at + w.len()));
            let start = part.start as usize + at;
            if whole {
                out.push((Span::new(start, start + w.len()), force, bound));
            }
        }
    }
    let inner: Vec<Span> = out.iter().map(|w| w.0).collect();
    out.retain(|w| !inner.iter().any(|o| *o != w.0 && o.contains(w.0)));
    out.sort_by_key(|w| w.0);
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
    let joined = |a: Span, b: Span| {
        text.get(a.end as usize..b.start as usize).is_some_and(|gap| TOGETHER.contains(&gap))
    };
    let (mut from, mut to) = (at, at);
    while from > 0 && joined(bodies[from - 1].1, bodies[from].1) {
        from -= 1;
    }
    while to + 1 < bodies.len() && joined(bodies[to].1, bodies[to + 1].1) {
        to += 1;
    }
    let mut who = Vec::new();
    for (i, _) in &bodies[from..=to] {
        if !who.contains(i) {
            who.push(*i);
        }
    }
    who
}
