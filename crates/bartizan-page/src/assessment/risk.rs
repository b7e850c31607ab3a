//! How bad it is.

use crate::safe::shown;
use crate::source::{Quote, Source};
use bartizan::{Analysis, Evidence};
use bartizan_response::Assessment;
use bartizan_response::risk;

/// Sentences shown with a factor.
const MOST_QUOTES: usize = 2;

/// What the template shows.
#[derive(Debug)]
pub(crate) struct View {
    /// Why there is no score; empty where there is one.
    pub none: String,
    pub score: String,
    pub low: String,
    pub high: String,
    pub band: &'static str,
    pub factors: Vec<FactorView>,
    /// What alone would change the band, in words.
    pub turning: Vec<String>,
}

/// One factor.
#[derive(Debug)]
pub(crate) struct FactorView {
    pub name: &'static str,
    pub weight: String,
    pub value: String,
    pub reason: String,
    pub quotes: Vec<Quote>,
}

/// Places that are linked and no claim covers.
pub(super) fn places(assessment: &Assessment) -> Vec<Evidence> {
    let factors = assessment.risk.factors.iter();
    factors.flat_map(|f| f.evidence.iter().take(MOST_QUOTES).copied()).collect()
}

pub(super) fn view(_: &Analysis, assessment: &Assessment, source: &Source<'_>) -> View {
    let risk = &assessment.risk;
    let whole = |x: f64| format!("{x:.0}");
    let turning = risk.turning.iter().filter_map(|t| {
        let factor = risk.factors.get(t.factor)?;
        let way = if t.up { "at its most" } else { "at nothing" };
        Some(format!("{} {way}: {}", factor.name, t.band.as_str()))
    });
    View {
        none: risk.none.clone(),
        score: whole(risk.score),
        low: whole(risk.low),
        high: whole(risk.high),
        band: risk.band.as_str(),
        factors: risk
            .factors
            .iter()
            .map(|f| FactorView {
                name: f.name,
                weight: whole(f.weight),
                value: risk::value(f),
                reason: shown(&f.reason).into_owned(),
                quotes: f.evidence.iter().take(MOST_QUOTES).map(|e| source.quote(e)).collect(),
            })
            .collect(),
        turning: turning.collect(),
    }
}
