//! Fitting what stands on the linear model: the forest for sentences and the logistic model for documents.
//!
//! The forest sees only scores that the linear model gives to reports it was not trained on: TRAM's training reports,
//! each scored by a model without its fold. The document model and the thresholds are a handful of numbers, fitted on
//! the development sets; figures for those are cross-validated over documents ([`cross`]).

use super::boost::{Growth, grow};
use crate::evaluate::fit::{self, logistic};
use crate::evaluate::judged::{FOLDS, Judged};
use bartizan::mapping::Mapper;
use bartizan::mapping::verdict::{
    DOCUMENT, Layer, SENTENCE, Standing, Stating, document_features, sentence_features,
};
use bartizan::{Document, Options};
use bartizan_knowledge::Pack;
use std::collections::BTreeMap;

/// Weight of a technique-free sentence of our own beside one of a report.
const PLAIN: f32 = 0.5;

/// Size of the forest, found on TRAM's training reports by cross-validation.
const GROWTH: Growth = Growth { trees: 120, leaves: 10, least: 60.0, rate: 0.06, ridge: 2.0 };

/// Examples for the forest: every technique that a sentence may show, and whether it does.
pub type Examples = Vec<super::boost::Example<SENTENCE>>;

/// Adds what `mapper` says of `reports`.
pub fn sentence_examples(mapper: &Mapper, pack: &Pack, reports: &[&Judged], out: &mut Examples) {
    for j in reports {
        mapper.candidates_and_supports(&j.document, &Options::default(), &mut |technique, s| {
            let Some(id) = pack.techniques().get(technique as usize).and_then(|t| j.project(t.id)) else {
                return;
            };
            if s.signal.tokens > 0 {
                let shown = j.sentences[s.sentence as usize].contains(&id);
                out.push((sentence_features(&s.signal), shown, 1.0));
            }
        });
    }
}

/// The forest from examples out of fold and technique-free documents.
pub fn forest(
    mapper: &Mapper,
    mut examples: Examples,
    plain: &[Document],
) -> bartizan::mapping::forest::Forest {
    for d in plain {
        mapper.candidates_and_supports(d, &Options::default(), &mut |_, s| {
            examples.push((sentence_features(&s.signal), false, PLAIN));
        });
    }
    grow(&examples, GROWTH)
}

/// The logistic model for documents.
pub fn document(mapper: &Mapper, pack: &Pack, reports: &[&Judged], plain: &[&Document]) -> [f32; DOCUMENT] {
    let mut examples: Vec<fit::Example<DOCUMENT>> = Vec::new();
    for j in reports {
        // One example for each id that is scored: where only the parent counts, a weak child of a right parent is no
        // example of weak evidence that is right.
        let mut best: BTreeMap<String, Standing> = BTreeMap::new();
        for c in mapper.candidates(&j.document, &Options::default(), &mut Vec::new()) {
            let Some(id) = pack.techniques().get(c.technique as usize).and_then(|t| j.project(t.id)) else {
                continue;
            };
            let stronger = |old: &Standing| {
                let rank = |s: &Standing| (s.stating >= Stating::Elsewhere, s.best, s.none);
                rank(&c.standing) > rank(old)
            };
            if best.get(&id).is_none_or(stronger) {
                best.insert(id, c.standing);
            }
        }
        for (id, standing) in best {
            examples.push((document_features(&standing), j.all.contains(&id), j.weight));
        }
    }
    for d in plain {
        for c in mapper.candidates(d, &Options::default(), &mut Vec::new()) {
            examples.push((document_features(&c.standing), false, 1.0));
        }
    }
    logistic(&examples, 1.0)
}

/// The document model fitted without each fold of the reports, and on all of them.
pub fn cross(
    mapper: &Mapper,
    pack: &Pack,
    judged: &[Vec<Judged>],
    plain: &[Document],
) -> (Vec<Layer>, Layer) {
    let everything: Vec<&Judged> = judged.iter().flatten().collect();
    let layer = |document| Layer { document, ..mapper.layer().clone() };
    let folds = (0..FOLDS)
        .map(|fold| {
            let rest: Vec<&Judged> = everything.iter().copied().filter(|j| j.fold != fold).collect();
            let others: Vec<&Document> =
                plain.iter().enumerate().filter(|(i, _)| i % FOLDS != fold).map(|(_, d)| d).collect();
            layer(document(mapper, pack, &rest, &others))
        })
        .collect();
    (folds, layer(document(mapper, pack, &everything, &plain.iter().collect::<Vec<_>>())))
}
