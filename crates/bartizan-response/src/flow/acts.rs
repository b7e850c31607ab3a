//! Places where the narrative tells a technique, and one act of each technique.

use super::Act;
use bartizan::{Analysis, BlockKind, Evidence, Region};
use std::collections::BTreeMap;

/// More acts than this are a list, not a flow.
const MOST_ACTS: usize = 80;
/// Mentions looked at: pairs of them are compared.
const MOST_MENTIONS: usize = 600;
/// Places kept of one act.
const MOST_PLACES: usize = 8;

/// A technique told in a sentence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mention {
    /// Index into the acts, which are made in the same order.
    pub act: usize,
    /// Index into the analysis' techniques.
    pub technique: u32,
    pub evidence: Evidence,
    /// Number of the section: headings before it.
    pub section: usize,
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
            // A line that begins with an id belongs to a list of techniques, which gives no order.
            let listed = evidence.sentence.of(&document.text).trim_start().starts_with(technique.id.as_str());
            if told && block.region == Region::Main && !aside && !listed {
                found.push((*evidence, i));
            }
        }
    }
    found.sort_by_key(|(e, i)| (e.sentence, e.span, *i));
    found.truncate(MOST_MENTIONS);
    let mut acts: BTreeMap<usize, usize> = BTreeMap::new();
    let mut out = Vec::new();
    for (evidence, technique) in found {
        let next = acts.len();
        if next >= MOST_ACTS && !acts.contains_key(&technique) {
            continue;
        }
        let act = *acts.entry(technique).or_insert(next);
        let section = headings.partition_point(|h| *h <= evidence.span.start);
        out.push(Mention { act, technique: technique as u32, evidence, section });
    }
    out
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
