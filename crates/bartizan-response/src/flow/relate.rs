//! What puts two acts in order.

use super::acts::{Mention, headings};
use super::{Act, Edge, Why};
use bartizan::{Analysis, Span};
use std::collections::BTreeSet;

/// Words at the beginning of a sentence that put it after the one before.
const NEXT: [&str; 9] = [
    "then",
    "next",
    "subsequently",
    "afterwards",
    "afterward",
    "thereafter",
    "after that",
    "after this",
    "following this",
];
/// … after everything told before in its section.
const LAST: [&str; 4] = ["finally", "lastly", "ultimately", "in the final stage"];
/// … before the sentence before.
const PRIOR: [&str; 3] = ["before that", "prior to this", "beforehand"];
/// Inside a sentence: what stands left comes first.
const FORWARD: [&str; 6] =
    [" and then ", ", then ", " followed by ", ", after which ", " and subsequently ", " before "];
/// Headings that name a phase which has its place in an intrusion; persistence, evasion and control go on throughout.
const PHASES: [(&str, u8); 8] = [
    ("initial access", 0),
    ("initial infection", 0),
    ("infection vector", 0),
    ("execution", 1),
    ("lateral movement", 2),
    ("exfiltration", 3),
    ("impact", 4),
    ("ransomware deployment", 4),
];
/// How far from its beginning a sentence may have its word of time, in bytes.
const OPENING: usize = 40;

/// Edges, without cycles and without what others imply; layers are put on the acts.
pub(super) fn edges(analysis: &Analysis, mentions: &[Mention], acts: &mut [Act]) -> Vec<Edge> {
    let mut proposed = Vec::new();
    by_words(analysis, mentions, &mut proposed);
    by_headings(analysis, mentions, &mut proposed);
    let n = acts.len();
    // What the text says in words goes before what its headings show; what contradicts something accepted is left out.
    let mut after = vec![BTreeSet::new(); n];
    let mut kept: Vec<Edge> = Vec::new();
    let mut seen = BTreeSet::new();
    for (before, next, why) in proposed {
        if before != next
            && seen.insert((before, next))
            && before < n
            && next < n
            && !reaches(&after, next, before)
            && !reaches(&after, before, next)
        {
            after[before].insert(next);
            kept.push(Edge { before: before as u32, after: next as u32, why });
        }
    }
    let all = after.clone();
    kept.retain(|e| {
        let (a, b) = (e.before as usize, e.after as usize);
        !all[a].iter().any(|&m| m != b && reaches(&all, m, b))
    });
    kept.sort_by_key(|e| (e.before, e.after));
    for _ in 0..n {
        for e in &kept {
            let least = acts[e.before as usize].layer + 1;
            let act = &mut acts[e.after as usize];
            act.layer = act.layer.max(least);
        }
    }
    kept
}

fn reaches(after: &[BTreeSet<usize>], from: usize, to: usize) -> bool {
    let mut seen = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        if at == to {
            return true;
        }
        open.extend(after[at].iter().copied().filter(|m| seen.insert(*m)));
    }
    false
}

type Proposed = Vec<(usize, usize, Why)>;

fn by_words(analysis: &Analysis, mentions: &[Mention], out: &mut Proposed) {
    let text = &analysis.document.text;
    let sentences: Vec<&[Mention]> =
        mentions.chunk_by(|a, b| a.evidence.sentence == b.evidence.sentence).collect();
    for (i, &here) in sentences.iter().enumerate() {
        let Some(first) = here.first() else { continue };
        let sentence = first.evidence.sentence;
        inside(sentence, text, here, out);
        let earlier = sentences.get(..i).unwrap_or_default();
        let same = |s: &&&[Mention]| s.first().is_some_and(|m| m.section == first.section);
        let previous = earlier.last().filter(same);
        if let (Some(span), Some(previous)) = (opening(sentence, text, &NEXT), previous) {
            pairs(previous, here, Why::Words(span), out);
        }
        if let (Some(span), Some(previous)) = (opening(sentence, text, &PRIOR), previous) {
            pairs(here, previous, Why::Words(span), out);
        }
        if let Some(span) = opening(sentence, text, &LAST) {
            for s in earlier.iter().filter(same) {
                pairs(s, here, Why::Words(span), out);
            }
        }
    }
}

fn pairs(before: &[Mention], after: &[Mention], why: Why, out: &mut Proposed) {
    out.extend(before.iter().flat_map(|a| after.iter().map(move |b| (a.act, b.act, why))));
}

/// A word of time near the beginning of a sentence.
fn opening(sentence: Span, text: &str, words: &[&str]) -> Option<Span> {
    let low = sentence.of(text).to_ascii_lowercase();
    let found = words.iter().filter_map(|w| find(&low, w)).min()?;
    let since = low.get(..found.0).unwrap_or_default().trim_end();
    // "since then" and "if … then" say something else.
    let other =
        ["since", "by", "until", "and"].iter().any(|w| since.ends_with(w)) || since.starts_with("if ");
    (found.0 <= OPENING && !other).then(|| at(sentence, found))
}

/// The first place of a whole word.
fn find(low: &str, word: &str) -> Option<(usize, usize)> {
    let edge = |c: Option<u8>| c.is_none_or(|c| !c.is_ascii_alphanumeric() && c != b'-' && c != b'_');
    low.match_indices(word).map(|(a, w)| (a, a + w.len())).find(|&(a, b)| {
        edge(a.checked_sub(1).and_then(|i| low.as_bytes().get(i).copied()))
            && edge(low.as_bytes().get(b).copied())
    })
}

fn at(sentence: Span, (from, to): (usize, usize)) -> Span {
    Span::new(sentence.start as usize + from, sentence.start as usize + to)
}

/// Order inside one sentence: what lies wholly left of the word comes before what lies wholly right of it.
fn inside(sentence: Span, text: &str, here: &[Mention], out: &mut Proposed) {
    let low = sentence.of(text).to_ascii_lowercase();
    for word in FORWARD {
        for (from, w) in low.match_indices(word) {
            let span = at(sentence, (from, from + w.len()));
            let left = here.iter().filter(|m| m.evidence.span.end <= span.start + 1);
            for a in left {
                let right = here.iter().filter(|m| m.evidence.span.start + 1 >= span.end);
                out.extend(right.map(|b| (a.act, b.act, Why::Words(trimmed(span, text)))));
            }
        }
    }
}

/// Without the spaces and commas around the word.
fn trimmed(span: Span, text: &str) -> Span {
    let words = span.of(text);
    let skip = words.len() - words.trim_start_matches([' ', ',']).len();
    Span { start: span.start + skip as u32, end: span.start + words.trim_end().len() as u32 }
}

fn by_headings(analysis: &Analysis, mentions: &[Mention], out: &mut Proposed) {
    let document = &analysis.document;
    let starts = headings(analysis);
    let phase = |section: usize| {
        let start = *starts.get(section.checked_sub(1)?)?;
        let block = document.blocks.get(document.blocks.partition_point(|b| b.span.start < start))?;
        let words = block.span.of(&document.text).to_ascii_lowercase();
        let rank = PHASES.iter().find(|(name, _)| find(&words, name).is_some())?.1;
        Some((rank, block.span))
    };
    let placed: Vec<(&Mention, u8, Span)> =
        mentions.iter().filter_map(|m| phase(m.section).map(|(rank, span)| (m, rank, span))).collect();
    for (i, (a, rank, _)) in placed.iter().enumerate() {
        for (b, later, span) in
            placed.iter().skip(i + 1).filter(|(b, later, _)| later > rank && b.section > a.section)
        {
            let _ = later;
            out.push((a.act, b.act, Why::Headings(*span)));
        }
    }
}
