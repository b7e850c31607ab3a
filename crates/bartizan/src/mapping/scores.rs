//! Scores of every candidate, for measuring against labelled sentences and for callers that choose thresholds.

use super::verdict::sigmoid;
use super::{Mapper, Support};
use crate::{BlockKind, Document, Options, Provenance, Region, Sentence, document};
use std::collections::BTreeMap;

/// Share of lines stating an id that annotators of the development sets marked, each set counted alike: most leave a
/// report's own table alone.
const STATED_IN_SENTENCE: f32 = 0.32;
/// A technique and how likely annotators would mark it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// Technique id in the pack in use.
    pub id: &'static str,
    /// Probability, 0 to 1.
    pub score: f32,
}

/// Scores of one document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scores {
    /// One list for each sentence of the document, in order, each by technique id.
    pub sentences: Vec<Vec<Scored>>,
    /// The document layer's, by technique id.
    pub document: Vec<Scored>,
}

impl Mapper {
    /// Scores every technique with any evidence, for each sentence and for the whole. Confidences of
    /// [`Mapper::map`] say how sure a claim is; these say how likely it is to be marked, so an id that a table states
    /// scores lower here.
    pub fn scores(&self, document: &Document, options: &Options) -> Scores {
        let mut sentences: Vec<BTreeMap<u32, f32>> = vec![BTreeMap::new(); document.sentences.len()];
        let mut each = |technique: u32, s: &Support| {
            let score = if s.provenance == Provenance::Stated && s.signal.tokens == 0 {
                STATED_IN_SENTENCE
            } else {
                sigmoid(s.logit)
            };
            if let Some(found) = sentences.get_mut(s.sentence as usize) {
                found.entry(technique).and_modify(|old| *old = score.max(*old)).or_insert(score);
            }
        };
        let candidates = self.candidates_and_supports(document, options, &mut each);
        let id = |technique: u32| self.pack.techniques().get(technique as usize).map(|t| t.id);
        let whole = candidates.iter().filter_map(|c| {
            Some(Scored { id: id(c.technique)?, score: sigmoid(self.layer.document(&c.standing)) })
        });
        Scores {
            document: whole.collect(),
            sentences: sentences
                .into_iter()
                .map(|found| {
                    found.into_iter().filter_map(|(t, score)| Some(Scored { id: id(t)?, score })).collect()
                })
                .collect(),
        }
    }
}

impl Document {
    /// A document whose sentences are given, each a paragraph of its own. A blank one keeps its place.
    pub fn from_sentences(sentences: &[&str]) -> Self {
        let mut builder = document::Builder::new();
        let mut spans = Vec::with_capacity(sentences.len());
        for text in sentences {
            let text = if text.trim().is_empty() { "-" } else { text };
            spans.push(builder.block(BlockKind::Paragraph, Region::Main, None, text));
        }
        let mut document = builder.finish();
        document.sentences = spans
            .into_iter()
            .enumerate()
            .map(|(i, span)| Sentence { span: span.unwrap_or_default(), block: i as u32 })
            .collect();
        document
    }
}
