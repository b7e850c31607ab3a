//! Places where the narrative tells a technique, and one act of each technique.

use super::Act;
use bartizan::{Analysis, BlockKind, Evidence, Region};
use std::collections::{BTreeMap, BTreeSet};

/// More acts than this are a list, not a flow.
const MOST_ACTS: usize = 80;
/// Mentions looked at: pairs of them are compared.
const MOST_MENTIONS: usize = 600;
/// Sentences that may lie between two places of one passage: a technique told again farther off may be another act.
const PASSAGE: usize = 4;
/// Places kept of one act.
const MOST_PLACES: usize = 8;

/// A technique told in a sentence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mention {
    /// Number of its passage, later of its act: [`unite`] makes acts of passages.
    pub act: usize,
    /// Index into the analysis' techniques.
    pub technique: u32,
    pub evidence: Evidence,
    /// Number of the section: headings before it.
    pub section: usize,
    /// Number of its sentence in the document.
    pub index: usize,
}

/// Headings below which nothing happens: advice, lists, tables of techniques.
const ASIDE: [&str; 12] = [
    "mitigation",
    "recommendation",
    "detection",
    "indicator",
    "ioc",
    "reference",
    "appendix",
    "att&ck",
    "protect",
    "hunting",
    "about",
    "yara",
];

/// Mentions in text order.
pub(super) fn mentions(analysis: &Analysis) -> Vec<Mention> {
    let document = &analysis.document;
    let headings = headings(analysis);
    let mut found: Vec<(Evidence, usize)> = Vec::new();
    for (i, technique) in analysis.techniques.iter().enumerate() {
        for evidence in &technique.evidence {
            let Some(block) = document.block_of(evidence.span) else { continue };
            let told =
                !matches!(block.kind, BlockKind::TableCell { .. } | BlockKind::Heading(_) | BlockKind::Code);
            let section = headings.partition_point(|h| *h <= evidence.span.start);
            let aside = section
                .checked_sub(1)
                .and_then(|s| headings.get(s))
                .is_some_and(|at| is_aside(analysis, *at));
            // A line that begins or ends with an id belongs to a list of techniques, which gives no order.
            let words = evidence.sentence.of(&document.text).trim();
            let listed = words.starts_with(&technique.id) || words.ends_with(&technique.id);
            if told && block.region == Region::Main && !aside && !listed {
                found.push((*evidence, i));
            }
        }
    }
    found.sort_by_key(|(e, i)| (e.sentence, e.span, *i));
    let id = |technique: usize| analysis.techniques.get(technique).map_or("", |t| t.id.as_str());
    // Where a sentence tells a sub-technique, its parent is the same behaviour again.
    let again = |told: &[(Evidence, usize)], parent: &str| {
        told.iter().any(|(_, t)| id(*t).strip_prefix(parent).is_some_and(|rest| rest.starts_with('.')))
    };
    let sentences = found.chunk_by(|a, b| a.0.sentence == b.0.sentence);
    let kept = sentences.flat_map(|told| told.iter().filter(move |(_, t)| !again(told, id(*t))));
    let kept: Vec<(Evidence, usize)> = kept.take(MOST_MENTIONS).copied().collect();
    let sentences = &document.sentences;
    let mut open: BTreeMap<usize, (usize, usize, usize)> = BTreeMap::new();
    let mut acts = 0;
    let mut out = Vec::new();
    for (evidence, technique) in kept {
        let section = headings.partition_point(|h| *h <= evidence.span.start);
        let index = sentences.partition_point(|s| s.span.start < evidence.sentence.start);
        let passage = match open.get(&technique) {
            Some((act, within, last)) if *within == section && index - last <= PASSAGE => *act,
            _ => {
                acts += 1;
                acts - 1
            }
        };
        open.insert(technique, (passage, section, index));
        out.push(Mention { act: passage, technique: technique as u32, evidence, section, index });
    }
    out
}

/// Numbers the acts anew: passages that stand in an order stay acts of their own, the others of a technique become one. What
/// the first section tells goes with the ordered act of a later one, if there is exactly one: a summary tells the same before. A
/// technique told in ten places is ten acts only where the text says what comes between.
pub(super) fn unite(mentions: &mut Vec<Mention>, ordered: &BTreeSet<usize>) -> BTreeMap<usize, usize> {
    let lead = mentions.first().map_or(0, |m| m.section);
    // Ordered acts of each technique, with the section in which they are told.
    let mut told: BTreeMap<u32, BTreeMap<usize, usize>> = BTreeMap::new();
    for m in mentions.iter().filter(|m| ordered.contains(&m.act)) {
        told.entry(m.technique).or_default().insert(m.act, m.section);
    }
    let mut whole: BTreeMap<u32, usize> = BTreeMap::new();
    let mut summary: BTreeMap<usize, usize> = BTreeMap::new();
    for m in mentions.iter().filter(|m| !ordered.contains(&m.act)) {
        let one = told.get(&m.technique).filter(|acts| acts.len() == 1).and_then(BTreeMap::first_key_value);
        match one.filter(|(_, section)| m.section == lead && **section > lead) {
            Some((act, _)) => summary.insert(m.act, *act),
            None => Some(*whole.entry(m.technique).or_insert(m.act)),
        };
    }
    let mut numbers: BTreeMap<usize, usize> = BTreeMap::new();
    for m in mentions.iter_mut() {
        let stays = ordered.contains(&m.act);
        let other = || summary.get(&m.act).or_else(|| whole.get(&m.technique)).copied();
        let to = if stays { m.act } else { other().unwrap_or(m.act) };
        let next = numbers.len();
        m.act = *numbers.entry(to).or_insert(next);
    }
    mentions.retain(|m| m.act < MOST_ACTS);
    numbers.retain(|_, n| *n < MOST_ACTS);
    numbers
}

/// Starts of the headings, in order.
pub(super) fn headings(analysis: &Analysis) -> Vec<u32> {
    let blocks = &analysis.document.blocks;
    blocks.iter().filter(|b| matches!(b.kind, BlockKind::Heading(_))).map(|b| b.span.start).collect()
}

fn is_aside(analysis: &Analysis, at: u32) -> bool {
    let document = &analysis.document;
    let index = document.blocks.partition_point(|b| b.span.start < at);
    let words =
        document.blocks.get(index).map(|b| b.span.of(&document.text).to_lowercase()).unwrap_or_default();
    ASIDE.iter().any(|a| words.split(|c: char| !c.is_alphanumeric() && c != '&').any(|w| w.starts_with(a)))
}

/// One act for each technique; what stands in its sentences goes with it.
pub(super) fn merge(analysis: &Analysis, mentions: &[Mention]) -> Vec<Act> {
    // By act, in the order they were numbered: every act has its first mention here.
    let mut places: BTreeMap<usize, (u32, Vec<Evidence>)> = BTreeMap::new();
    for m in mentions {
        let (_, of) = places.entry(m.act).or_insert_with(|| (m.technique, Vec::new()));
        if of.len() < MOST_PLACES {
            of.push(m.evidence);
        }
    }
    let mut acts = Vec::new();
    for (technique, evidence) in places.into_values() {
        let near = |e: &Evidence| evidence.iter().any(|p| p.sentence.contains(e.span));
        let of = |hit: bool, i: u32| hit.then_some(i);
        let observables = analysis.observables.iter().zip(0u32..);
        let entities = analysis.entities.iter().zip(0u32..);
        acts.push(Act {
            technique,
            observables: observables.filter_map(|(o, i)| of(o.evidence.iter().any(near), i)).collect(),
            entities: entities.filter_map(|(e, i)| of(e.evidence.iter().any(near), i)).collect(),
            evidence,
            layer: 0,
        });
    }
    acts
}
