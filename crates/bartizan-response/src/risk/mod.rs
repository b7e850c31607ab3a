//! How bad it is: a score from named factors, each with its weight, its value, its reason and its evidence.
//!
//! What is not known is not guessed: such a factor spans a range, and so does the score. [`Risk::score`] is the middle.
//! Weights are judgements of ours (`docs/assessment.md`); [`Risk::turning`] says which factors would change the band.

pub mod epss;
mod exploitation;
mod factors;
pub mod severity;
pub mod source;
pub mod wire;

use crate::{Options, correlation::Correlation, genre::Genre};
use bartizan::{Analysis, Evidence};
use bartizan_knowledge::Pack;
use std::fmt::Write;

/// How bad it is.
#[derive(Clone, Debug, Default)]
pub struct Risk {
    /// No score: why. Empty where there is one.
    pub none: String,
    /// 0–100, the middle of the range.
    pub score: f64,
    /// Lowest score that what is not known allows.
    pub low: f64,
    /// Highest.
    pub high: f64,
    /// Band of the score.
    pub band: Band,
    /// What it was made from, in a fixed order.
    pub factors: Vec<Factor>,
    /// Factors that alone would move the score into another band: index, the band, and whether by rising.
    pub turning: Vec<Turn>,
}

/// A factor that would move the score into another band.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Index into [`Risk::factors`].
    pub factor: usize,
    /// Whether it would have to rise to its most, or fall to nothing.
    pub up: bool,
    /// The band it would be.
    pub band: Band,
}

/// Bands of the score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Band {
    /// Below 25.
    #[default]
    Low,
    /// 25 to below 50.
    Moderate,
    /// 50 to below 75.
    High,
    /// 75 and more.
    Critical,
}

impl Band {
    /// Of a score of 0–100.
    pub fn of(score: f64) -> Self {
        match score {
            s if s < 25.0 => Self::Low,
            s if s < 50.0 => Self::Moderate,
            s if s < 75.0 => Self::High,
            _ => Self::Critical,
        }
    }

    /// `low`, `moderate`, `high` or `critical`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Moderate => "moderate",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// One factor.
#[derive(Clone, Debug, PartialEq)]
pub struct Factor {
    /// Stable key, `exploitation`.
    pub key: &'static str,
    /// Name to show.
    pub name: &'static str,
    /// Its weight; those of the factors that apply are shares of their sum.
    pub weight: f64,
    /// Least and most value, 0–1; the same where it is known.
    pub value: (f64, f64),
    /// Why, in words.
    pub reason: String,
    /// Where the report says it. Empty where nothing in the report does: the reason says what it rests on.
    pub evidence: Vec<Evidence>,
}

impl Factor {
    /// Whether the value is known.
    pub fn is_known(&self) -> bool {
        self.value.0 == self.value.1
    }
}

/// Weighs.
pub fn assess(
    analysis: &Analysis,
    pack: &Pack,
    genre: Genre,
    correlation: &Correlation,
    options: &Options,
) -> Risk {
    if matches!(genre, Genre::Policy | Genre::Other) {
        return Risk { none: "not a threat report".to_owned(), ..Risk::default() };
    }
    let factors = factors::all(analysis, pack, correlation, options);
    let total = |pick: &dyn Fn(usize, &Factor) -> f64| {
        let weights: f64 = factors.iter().map(|f| f.weight).sum();
        let sum: f64 = factors.iter().enumerate().map(|(i, f)| f.weight * pick(i, f)).sum();
        100.0 * sum / weights.max(f64::MIN_POSITIVE)
    };
    let middle = |f: &Factor| (f.value.0 + f.value.1) / 2.0;
    let score = total(&|_, f| middle(f));
    let band = Band::of(score);
    let mut turning = Vec::new();
    for factor in 0..factors.len() {
        for (up, value) in [(true, 1.0), (false, 0.0)] {
            let other = Band::of(total(&|i, f| if i == factor { value } else { middle(f) }));
            if other != band {
                turning.push(Turn { factor, up, band: other });
            }
        }
    }
    let (low, high) = (total(&|_, f| f.value.0), total(&|_, f| f.value.1));
    Risk { none: String::new(), score, low, high, band, factors, turning }
}

pub(crate) fn wire(risk: &Risk, analysis: &Analysis) -> wire::Wire {
    wire::wire(risk, analysis)
}

pub(crate) fn markdown(out: &mut String, risk: &Risk, _: &Analysis) {
    out.push_str("## Assessment\n\n");
    if !risk.none.is_empty() {
        let _ = writeln!(out, "No risk score: {}.\n", risk.none);
        return;
    }
    let _ = writeln!(
        out,
        "Risk **{:.0}** of 100, **{}** ({:.0} to {:.0} with what is not known).\n\n| Factor | Weight | Value | Why |\n|---|---|---|---|",
        risk.score,
        risk.band.as_str(),
        risk.low,
        risk.high
    );
    for factor in &risk.factors {
        let _ = writeln!(
            out,
            "| {} | {:.0} | {} | {} |",
            factor.name,
            factor.weight,
            value(factor),
            factor.reason.replace('|', "\\|")
        );
    }
    out.push('\n');
}

/// A value in words.
pub fn value(factor: &Factor) -> String {
    match factor.is_known() {
        true => format!("{:.2}", factor.value.0),
        false => format!("not known, {:.2} to {:.2}", factor.value.0, factor.value.1),
    }
}
