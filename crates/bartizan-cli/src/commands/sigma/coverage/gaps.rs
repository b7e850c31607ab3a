//! The techniques of a report against the rules there are.

use std::path::Path;
use std::time::Duration;

use bartizan::{Analyzer, Limits, Options};
use bartizan_fetch::{Fetcher, Rules};
use bartizan_knowledge::{Pack, Resolution};
use serde_json::{Value, json};

use super::count::Coverage;
use crate::args::Global;
use crate::exit::{Exit, Failure};
use crate::{inputs, knowledge, run};

/// The largest analysis that is read, in bytes.
const MOST_ANALYSIS: u64 = 256 << 20;
/// How long the analysis of a report may take.
const TIMEOUT: Duration = Duration::from_secs(120);

/// A report's techniques, live ids.
pub struct Report {
    source: String,
    techniques: Vec<&'static str>,
}

/// How far a technique of the report is covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// A rule names it.
    Covered,
    /// A rule names one of its sub-techniques.
    Below,
    /// Only its parent has a rule.
    Above,
    /// No rule.
    Missing,
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Covered => "covered",
            Self::Below => "sub-techniques only",
            Self::Above => "parent only",
            Self::Missing => "no rule",
        }
    }

    fn is_gap(self) -> bool {
        matches!(self, Self::Above | Self::Missing)
    }
}

/// A technique of the report.
pub struct Row {
    pub id: &'static str,
    pub name: &'static str,
    pub rules: u32,
    pub state: State,
}

/// All of them.
pub struct Gaps {
    pub source: String,
    pub rows: Vec<Row>,
}

impl Gaps {
    pub fn new(coverage: &Coverage, report: Report) -> Self {
        let rows = report.techniques.iter().filter_map(|id| row(coverage, id)).collect();
        Self { source: report.source, rows }
    }

    /// How many techniques have neither a rule of their own nor one below them.
    pub fn missing(&self) -> usize {
        self.rows.iter().filter(|row| row.state.is_gap()).count()
    }

    pub fn record(&self) -> Value {
        let rows: Vec<_> = self
            .rows
            .iter()
            .map(|r| json!({ "id": r.id, "name": r.name, "rules": r.rules, "state": r.state.as_str() }))
            .collect();
        json!({ "source": self.source, "techniques": rows, "gaps": self.missing() })
    }
}

fn row(coverage: &Coverage, id: &str) -> Option<Row> {
    let technique = coverage.pack.technique(id)?;
    let rules = coverage.rules_of(id);
    let below = coverage.techniques.values().any(|t| t.technique.parent == Some(technique.id));
    let above = technique.parent.is_some_and(|parent| coverage.rules_of(parent) > 0);
    let state = match (rules > 0, below, above) {
        (true, ..) => State::Covered,
        (_, true, _) => State::Below,
        (_, _, true) => State::Above,
        _ => State::Missing,
    };
    Some(Row { id: technique.id, name: technique.name, rules, state })
}

/// Analyses a report with the settings that `analyze` has by default.
pub fn of_report(global: &Global, pack: &'static Pack, argument: &str) -> Result<Report, Failure> {
    let sources = inputs::expand(&[argument.to_owned()])?;
    let [source] = sources.as_slice() else {
        return Err(Failure::new(
            Exit::Usage,
            "usage",
            "--report takes one report; name a file, not a folder",
        ));
    };
    let limits = Limits::default();
    let fetcher = Fetcher::new(Rules { bytes: limits.input_bytes as u64, ..Rules::default() });
    let input = inputs::load(source, limits.input_bytes, &fetcher)?;
    let mapper = knowledge::mapper(global, pack)?;
    let techniques = run::guarded(input, Options::default(), TIMEOUT, move |input, options| {
        let analysis = Analyzer::with_mapper(pack, mapper).analyze(input, options)?;
        Ok(analysis.techniques.into_iter().map(|t| t.id.to_string()).collect::<Vec<_>>())
    })?;
    Ok(Report { source: source.label(), techniques: live(pack, techniques.iter().map(String::as_str)) })
}

/// Reads an analysis.json.
pub fn of_analysis(pack: &'static Pack, file: &Path) -> Result<Report, Failure> {
    let name = file.display();
    let unreadable = |e: std::io::Error| {
        Failure::new(Exit::NoInput, "input.unreadable", format!("cannot read {name}: {e}"))
    };
    let bad = |message: String| Failure::new(Exit::BadData, "sigma.analysis", format!("{name}: {message}"));
    if std::fs::metadata(file).map_err(unreadable)?.len() > MOST_ANALYSIS {
        return Err(bad(format!("more than {} MiB", MOST_ANALYSIS >> 20)));
    }
    let value: Value = serde_json::from_slice(&std::fs::read(file).map_err(unreadable)?)
        .map_err(|e| bad(format!("no JSON: {e}")))?;
    let techniques = value["techniques"].as_array();
    let techniques = techniques.ok_or_else(|| bad("no analysis: it has no `techniques`".into()))?;
    let ids = techniques.iter().filter_map(|technique| technique["id"].as_str());
    Ok(Report { source: name.to_string(), techniques: live(pack, ids) })
}

/// Ids that the pack knows, moved forward, each once.
fn live<'i>(pack: &'static Pack, ids: impl Iterator<Item = &'i str>) -> Vec<&'static str> {
    let mut out: Vec<&'static str> = Vec::new();
    for id in ids {
        let now = match pack.resolve(id) {
            Resolution::Replaced(now) => pack.technique(now),
            _ => pack.technique(id),
        };
        if let Some(technique) = now.filter(|t| !out.contains(&t.id)) {
            out.push(technique.id);
        }
    }
    out
}
