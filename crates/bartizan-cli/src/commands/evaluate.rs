//! `bartizan evaluate`: how good the mapping, or the extraction of observables, is on a labelled set.

use bartizan::OperatingPoint;
use bartizan::learning::measure::{Bootstrap, Figures, Pairs};
use bartizan::learning::{Credit, Judged, Level, judge, scores};

use crate::args::{EvaluateArgs, Global, KindArg, Level as Wanted};
use crate::exit::{Exit, Failure};
use crate::{knowledge, labels, out};

mod canonical;
mod observables;
pub mod shown;

/// One table.
pub struct Table {
    /// What a score is of.
    pub level: Level,
    /// What counts as the same technique.
    pub credit: Credit,
    /// Its figures.
    pub figures: Figures,
    /// Scored pairs that were left out because nobody reviewed them.
    pub unknown: usize,
}

/// Measures on a labelled set.
pub fn run(global: &Global, args: &EvaluateArgs) -> Result<Exit, Failure> {
    let pack = knowledge::open(global)?;
    if args.kind == KindArg::Observables {
        return observables::run(global, args, pack);
    }
    let mapper = knowledge::mapper(global, pack)?;
    let labels = labels::load(&args.labels, pack)?;
    if labels.documents.iter().all(|d| d.all_techniques().is_empty()) {
        let message = format!(
            "no sentence of {} has a technique of the pack in use, so nothing can be measured; look at the ids and at \
             the key \"techniques\"",
            args.labels
        );
        return Err(Failure::new(Exit::BadData, "labels.no-techniques", message));
    }
    // A set in which no one says what was reviewed is taken as annotated throughout, as published sets are.
    let complete = !labels.documents.iter().any(|d| d.says_reviewed());
    let atlas = labels.documents.iter().any(|d| d.all_techniques().iter().any(|id| id.starts_with("AML.")));
    let levels: &[Level] = match args.level {
        None => &[Level::Document, Level::Sentence],
        Some(Wanted::Document) => &[Level::Document],
        Some(Wanted::Sentence) => &[Level::Sentence],
    };
    let mut tables: Vec<(Judged, Pairs)> = levels
        .iter()
        .flat_map(|level| [Credit::Exact, Credit::Parent].map(|credit| (*level, credit)))
        .map(|(level, credit)| (Judged { level, credit, complete, atlas }, Pairs::default()))
        .collect();
    for document in &labels.documents {
        let scores = scores(&mapper, document);
        for (how, pairs) in &mut tables {
            judge(*how, document, &scores, pairs);
        }
    }
    let points = [
        ("strict", OperatingPoint::Strict),
        ("balanced", OperatingPoint::Balanced),
        ("all", OperatingPoint::All),
    ];
    let thresholds = points.map(|(name, point)| (name.to_owned(), mapper.threshold(point)));
    let bootstrap = Bootstrap { samples: args.bootstrap, seed: args.seed };
    let tables: Vec<Table> = tables
        .into_iter()
        .map(|(how, pairs)| Table {
            level: how.level,
            credit: how.credit,
            figures: pairs.figures(&thresholds, bootstrap),
            unknown: pairs.unknown,
        })
        .collect();
    let shown =
        shown::Shown { labels: &labels, knowledge: mapper.version_line(), bootstrap, tables: &tables };
    if global.json {
        out::json(&shown.json())?;
    } else {
        out::text(&shown.text())?;
    }
    Ok(Exit::Ok)
}
