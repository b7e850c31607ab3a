//! One labelled report beside what the mapper says of it.

use super::ids::{Credit, project};
use super::labels::LabelledDocument;
use super::measure::Pairs;
use crate::Options;
use crate::mapping::verdict::sigmoid;
use crate::mapping::{Mapper, Scored, Scores};
use bartizan_knowledge::Pack;
use std::collections::{BTreeMap, BTreeSet};

/// What a score is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Each sentence.
    Sentence,
    /// The whole report.
    Document,
}

/// How to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    /// What a score is of.
    pub level: Level,
    /// What counts as the same technique.
    pub credit: Credit,
    /// Whether a label that is absent says that the technique is absent, also where no one says to have looked.
    pub complete: bool,
    /// Whether ATLAS counts. Annotators of a set without any ATLAS id did not look for it.
    pub atlas: bool,
}

/// Scores a report; keep it if it is compared in several ways.
pub fn scores(mapper: &Mapper, labelled: &LabelledDocument) -> Scores {
    mapper.scores(&labelled.document(), &Options::default())
}

/// Probabilities of the techniques of a report without what it states by id: what thresholds are for.
pub(super) fn inferred(mapper: &Mapper, pack: &Pack, labelled: &LabelledDocument) -> Scores {
    let candidates = mapper.candidates(&labelled.document(), &Options::default(), &mut Vec::new());
    let scored = candidates.iter().filter_map(|c| {
        let id = pack.techniques().get(c.technique as usize)?.id;
        Some(Scored { id, score: sigmoid(mapper.layer().document(&c.standing)) })
    });
    Scores { document: scored.collect(), sentences: Vec::new() }
}

/// Adds a labelled report and its scores to `out`.
pub fn judge(how: Judged, labelled: &LabelledDocument, scores: &Scores, out: &mut Pairs) {
    let universe = labelled.universe.as_ref();
    let gold = |ids: &BTreeSet<String>| -> BTreeSet<String> {
        ids.iter().filter_map(|id| project(id, universe, how.credit)).collect()
    };
    let said = |scored: &[Scored]| -> BTreeMap<String, f32> {
        let mut best: BTreeMap<String, f32> = BTreeMap::new();
        for s in scored.iter().filter(|s| how.atlas || !s.id.starts_with("AML.")) {
            if let Some(id) = project(s.id, universe, how.credit) {
                best.entry(id).and_modify(|old| *old = s.score.max(*old)).or_insert(s.score);
            }
        }
        best
    };
    out.document();
    match how.level {
        Level::Document => {
            let known = how.complete || labelled.is_reviewed();
            out.unit(&gold(&labelled.all_techniques()), &said(&scores.document), known);
        }
        Level::Sentence => {
            for (sentence, scored) in labelled.sentences.iter().zip(&scores.sentences) {
                let known = how.complete || sentence.reviewed == Some(true);
                out.unit(&gold(&sentence.techniques), &said(scored), known);
            }
        }
    }
}
