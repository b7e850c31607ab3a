//! What a continued model would do on reports it has not seen: cross-validation over the labelled reports.

use super::ids::Credit;
use super::judge::{Judged, Level, inferred, judge, scores};
use super::labels::LabelledDocument;
use super::local::{Settings, continue_from};
use super::measure::Pairs;
use crate::mapping::Mapper;
use crate::mapping::model::Model;
use bartizan_knowledge::Pack;

/// Most parts that the reports are split into.
const FOLDS: usize = 5;

/// The same labels, judged by two models.
#[derive(Debug, Default)]
pub struct BeforeAfter {
    /// By the base model.
    pub before: Pairs,
    /// Each report by a model that was continued without it.
    pub after: Pairs,
}

/// What came out, at both levels.
#[derive(Debug, Default)]
pub struct Cross {
    /// Whole reports.
    pub documents: BeforeAfter,
    /// Their sentences.
    pub sentences: BeforeAfter,
    /// Whole reports by the continued models, without what they state by id: thresholds are set on these.
    pub inferred: Pairs,
}

/// Judges every report by the base model and by one continued without it, with exact ids; none if there are fewer than two reports or the base is no model.
pub fn cross(
    base: &'static [u8],
    pack: &'static Pack,
    documents: &[LabelledDocument],
    settings: &Settings,
) -> Option<Cross> {
    let folds = FOLDS.min(documents.len());
    let model = Model::open(base)?;
    if folds < 2 {
        return None;
    }
    let atlas = documents.iter().any(|d| d.all_techniques().iter().any(|id| id.starts_with("AML.")));
    let how = |level| Judged { level, credit: Credit::Exact, complete: settings.complete, atlas };
    let mapper = Mapper::with_model(pack, base);
    let mut out = Cross::default();
    for fold in 0..folds {
        let rest: Vec<&LabelledDocument> =
            documents.iter().enumerate().filter(|(i, _)| i % folds != fold).map(|(_, d)| d).collect();
        let continued = continue_from(&model, pack, &rest, settings);
        // A mapper borrows its model for as long as the program runs; there are five of them at most.
        let own = Mapper::with_model(pack, continued.writer.bytes().leak());
        for (_, d) in documents.iter().enumerate().filter(|(i, _)| i % folds == fold) {
            judge(how(Level::Document), d, &inferred(&own, pack, d), &mut out.inferred);
            let (old, new) = (scores(&mapper, d), scores(&own, d));
            for (level, pairs) in
                [(Level::Document, &mut out.documents), (Level::Sentence, &mut out.sentences)]
            {
                judge(how(level), d, &old, &mut pairs.before);
                judge(how(level), d, &new, &mut pairs.after);
            }
        }
    }
    Some(out)
}
