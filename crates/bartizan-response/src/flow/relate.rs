//! What puts two acts in order.

use super::acts::{Mention, headings};
use super::sides::{Side, backward, side, within};
use super::words::{Cue, Tie, cues};
use super::{Act, Edge, Why};
use bartizan::{Analysis, Span};
use std::collections::BTreeSet;

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
/// A heading of more words says something of a phase, and is not its name.
const NAME: usize = 5;
/// Words of a heading over things and lists, not over a phase.
const LISTS: [&str; 8] = ["tools", "tool", "techniques", "tactics", "ttps", "table", "matrix", "commands"];
/// Words that number the parts of an intrusion in headings.
const PARTS: [&str; 3] = ["stage", "step", "phase"];
/// How many sentences may lie between a sentence and the one that its word of time ties it to.
const NEAR: usize = 3;
/// … if it only takes up again what was told.
const CLOSE: usize = 2;
/// … if its words say which.
const FAR: usize = 6;
/// Sentences back to which "finally" reaches.
const REACH: usize = 3;
/// Letters in which words of the same stem agree.
const STEM: usize = 5;
/// Proposed pairs looked at.
const MOST_EDGES: usize = 20_000;

/// Edges between passages, without cycles and without what others imply.
///
/// What the text says in words goes before what its headings show; what contradicts something accepted is left out.
pub(super) fn edges(analysis: &Analysis, mentions: &[Mention]) -> Vec<(usize, usize, Why)> {
    let n = mentions.iter().map(|m| m.act + 1).max().unwrap_or(0);
    let mut proposed = Vec::new();
    by_words(analysis, mentions, &mut proposed);
    by_headings(analysis, mentions, n, &mut proposed);
    let mut order = Order::new(n);
    let mut kept: Proposed = proposed;
    kept.retain(|(before, next, _)| order.add(*before, *next));
    let mut after = vec![BTreeSet::new(); n];
    for (before, next, _) in &kept {
        after[*before].insert(*next);
    }
    kept.retain(|(a, b, _)| !after[*a].iter().any(|m| m != b && order.holds(*m, *b)));
    kept.sort_by_key(|(a, b, _)| (*a, *b));
    kept
}

/// What comes before what, with everything that follows from it: a row of bits for each passage.
struct Order {
    width: usize,
    bits: Vec<u64>,
}

impl Order {
    fn new(count: usize) -> Self {
        let width = count.div_ceil(64);
        Self { width, bits: vec![0; width * count] }
    }

    fn holds(&self, before: usize, after: usize) -> bool {
        self.bits.get(before * self.width + after / 64).is_some_and(|w| w >> (after % 64) & 1 == 1)
    }

    /// Adds an order; false if it is known, or contradicts what is.
    fn add(&mut self, before: usize, after: usize) -> bool {
        if before == after || self.holds(before, after) || self.holds(after, before) {
            return false;
        }
        let row = |i: usize| i * self.width..(i + 1) * self.width;
        let mut gained = self.bits[row(after)].to_vec();
        gained[after / 64] |= 1 << (after % 64);
        let count = self.bits.len() / self.width;
        let rows: Vec<usize> = (0..count).filter(|i| *i == before || self.holds(*i, before)).collect();
        for i in rows {
            let row = i * self.width..(i + 1) * self.width;
            self.bits[row].iter_mut().zip(&gained).for_each(|(word, more)| *word |= more);
        }
        true
    }
}

/// Puts the layers on the acts.
pub(super) fn layers(edges: &[Edge], acts: &mut [Act]) {
    for _ in 0..acts.len() {
        for e in edges {
            let least = acts[e.before as usize].layer + 1;
            let act = &mut acts[e.after as usize];
            act.layer = act.layer.max(least);
        }
    }
}

type Proposed = Vec<(usize, usize, Why)>;

fn by_words(analysis: &Analysis, mentions: &[Mention], out: &mut Proposed) {
    let told: Vec<&[Mention]> =
        mentions.chunk_by(|a, b| a.evidence.sentence == b.evidence.sentence).collect();
    for (i, &here) in told.iter().enumerate() {
        let Some(first) = here.first() else { continue };
        let sentence = first.evidence.sentence;
        let earlier = told.get(..i).unwrap_or_default();
        let near = |reach: usize| {
            let within = move |m: &Mention| m.section == first.section && first.index - m.index <= reach;
            earlier.iter().rev().take_while(move |t| t.first().is_some_and(within)).copied()
        };
        let mut pairs = |before: &[Mention], after: &[Mention], why| pairs(analysis, before, after, why, out);
        for cue in cues(sentence.of(&analysis.document.text)) {
            let why = Why::Words(at(sentence, &cue));
            let (left, right) = parts(analysis, here, &cue);
            match cue.tie {
                // "It downloads a file, then …" within the first words ties its own parts.
                Tie::Next if !left.is_empty() => pairs(&left, &right, why),
                Tie::Next => near(NEAR).take(1).for_each(|t| pairs(t, here, why)),
                Tie::Last => near(REACH).for_each(|t| pairs(t, here, why)),
                Tie::Prior => near(NEAR).take(1).for_each(|t| pairs(here, t, why)),
                Tie::Forward => pairs(&left, &right, why),
                Tie::Backward | Tie::Ahead(_) => pairs(&right, &left, why),
                // The clause says again what was told before: "once it runs, …".
                Tie::Again(_) => near(CLOSE).take(1).for_each(|t| pairs(t, here, why)),
                Tie::Clause(end) | Tie::Case(end) if left.is_empty() => {
                    let text = &analysis.document.text;
                    let clause = sentence.of(text).get(cue.at.end..end).unwrap_or_default();
                    let same = |t: &&[Mention]| {
                        t.first().is_some_and(|m| takes_up(clause, m.evidence.sentence.of(text)))
                    };
                    // The sentence that the clause speaks of, else the last one, if the clause must mean one.
                    let taken_up = near(FAR).find(same);
                    let last = || near(CLOSE).next().filter(|_| matches!(cue.tie, Tie::Clause(_)));
                    taken_up.or_else(last).into_iter().for_each(|t| pairs(t, here, why));
                }
                Tie::Clause(_) | Tie::Case(_) => pairs(&left, &right, why),
            }
        }
    }
}

/// What is told on each side of a word, or in a clause and behind it.
fn parts(analysis: &Analysis, mentions: &[Mention], cue: &Cue) -> (Vec<Mention>, Vec<Mention>) {
    let of = |m: &Mention| match cue.tie {
        Tie::Clause(end) | Tie::Case(end) | Tie::Again(end) | Tie::Ahead(end) => within(analysis, m, end),
        Tie::Backward => backward(analysis, m, &cue.at),
        _ => side(analysis, m, &cue.at),
    };
    let on = |wanted: Side| mentions.iter().copied().filter(|m| of(m) == wanted).collect();
    (on(Side::Left), on(Side::Right))
}

/// Whether a clause speaks of something that an earlier sentence told: they share the beginning of a longer word.
fn takes_up(clause: &str, sentence: &str) -> bool {
    let stems = |text: &str| -> BTreeSet<String> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|w| w.chars().count() > STEM);
        words.map(|w| w.chars().take(STEM).collect::<String>().to_lowercase()).collect()
    };
    !stems(clause).is_disjoint(&stems(sentence))
}

/// Every act of the first before every one of the second. A family of techniques told in both goes on: it has no place
/// between them.
fn pairs(analysis: &Analysis, before: &[Mention], after: &[Mention], why: Why, out: &mut Proposed) {
    let family = |m: &Mention| {
        let technique = analysis.techniques.get(m.technique as usize);
        technique.map_or("", |t| t.id.split('.').next().unwrap_or_default())
    };
    let only = |these: &[Mention], others: &[Mention]| -> Vec<Mention> {
        these.iter().filter(|m| !others.iter().any(|o| family(o) == family(m))).copied().collect()
    };
    let (before, after) = (only(before, after), only(after, before));
    let room = MOST_EDGES.saturating_sub(out.len());
    out.extend(before.iter().flat_map(|a| after.iter().map(move |b| (a.act, b.act, why))).take(room));
}

fn at(sentence: Span, cue: &Cue) -> Span {
    Span::new(sentence.start as usize + cue.at.start, sentence.start as usize + cue.at.end)
}

/// What a heading puts in order: its phase or number, and the words by which it is compared with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rank {
    /// Which sequence: 0 for phases, else the word that is numbered.
    of: usize,
    number: u32,
    heading: Span,
}

fn by_headings(analysis: &Analysis, mentions: &[Mention], acts: usize, out: &mut Proposed) {
    let document = &analysis.document;
    let starts = headings(analysis);
    let rank = |section: usize| {
        let start = *starts.get(section.checked_sub(1)?)?;
        let block = document.blocks.get(document.blocks.partition_point(|b| b.span.start < start))?;
        let (of, number) = numbered(&block.span.of(&document.text).to_ascii_lowercase())?;
        Some(Rank { of, number, heading: block.span })
    };
    // The first and the last rank at which each act is told: what is told throughout has no place.
    let mut places: Vec<Option<(Rank, Rank)>> = vec![None; acts];
    let mut loose = vec![false; acts];
    for m in mentions {
        match (rank(m.section), places.get_mut(m.act)) {
            (Some(r), Some(place)) => {
                let (first, last) = place.get_or_insert((r, r));
                loose[m.act] |= first.of != r.of || r.number < last.number;
                *last = r;
            }
            (None, Some(_)) => loose[m.act] = true,
            _ => {}
        }
    }
    let placed =
        || places.iter().enumerate().filter_map(|(i, p)| Some((i, (*p)?))).filter(|(i, _)| !loose[*i]);
    for (a, (_, last)) in placed() {
        for (b, (first, _)) in placed() {
            if out.len() < MOST_EDGES
                && first.of == last.of
                && first.number > last.number
                && first.heading.start > last.heading.start
            {
                out.push((a, b, Why::Headings(first.heading)));
            }
        }
    }
}

/// The sequence and the place of a heading in it.
fn numbered(heading: &str) -> Option<(usize, u32)> {
    let words: Vec<&str> = heading
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .skip_while(|w| w.chars().all(|c| c.is_ascii_digit()))
        .collect();
    if words.iter().any(|w| LISTS.contains(w)) {
        return None;
    }
    if let Some(of) = words.first().and_then(|w| PARTS.iter().position(|p| p == w)) {
        return Some((of + 1, words.get(1)?.parse().ok()?));
    }
    let plain = words.join(" ");
    let phase = PHASES.iter().find(|(name, _)| plain.starts_with(name) || plain.ends_with(name))?;
    (words.len() <= NAME).then_some((0, u32::from(phase.1)))
}
