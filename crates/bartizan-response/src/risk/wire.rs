//! The JSON form. Places are in code points of the text.

use super::Risk;
use crate::place::{Place, Places};
use bartizan::Analysis;
use schemars::JsonSchema;
use serde::Serialize;

/// How bad it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Wire {
    /// Why there is no score.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub none: String,
    /// The score; none where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<Score>,
    /// What it was made from.
    pub factors: Vec<Factor>,
}

/// The score.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Score {
    /// 0–100.
    pub value: f64,
    /// Lowest that what is not known allows.
    pub low: f64,
    /// Highest.
    pub high: f64,
    /// `low`, `moderate`, `high` or `critical`.
    pub band: &'static str,
    /// Factors that alone would change the band.
    pub turning: Vec<Turn>,
}

/// A factor that alone would change the band.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Turn {
    /// Key of the factor.
    pub factor: &'static str,
    /// At its most (`true`) or at nothing.
    pub up: bool,
    /// The band then.
    pub band: &'static str,
}

/// One factor.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Factor {
    /// Stable key.
    pub key: &'static str,
    /// Its weight.
    pub weight: f64,
    /// Least value, 0–1.
    pub low: f64,
    /// Most; the same where the value is known.
    pub high: f64,
    /// Why.
    pub reason: String,
    /// Where the report says it.
    pub evidence: Vec<Place>,
}

pub(super) fn wire(risk: &Risk, analysis: &Analysis) -> Wire {
    if !risk.none.is_empty() {
        return Wire { none: risk.none.clone(), ..Wire::default() };
    }
    let places = Places::new(analysis);
    let round = |x: f64| (x * 10.0).round() / 10.0;
    let fine = |x: f64| (x * 100.0).round() / 100.0;
    let turning = risk.turning.iter().filter_map(|t| {
        Some(Turn { factor: risk.factors.get(t.factor)?.key, up: t.up, band: t.band.as_str() })
    });
    let factors = risk.factors.iter().map(|f| Factor {
        key: f.key,
        weight: f.weight,
        low: fine(f.value.0),
        high: fine(f.value.1),
        reason: f.reason.clone(),
        evidence: places.all(&f.evidence),
    });
    Wire {
        none: String::new(),
        score: Some(Score {
            value: round(risk.score),
            low: round(risk.low),
            high: round(risk.high),
            band: risk.band.as_str(),
            turning: turning.collect(),
        }),
        factors: factors.collect(),
    }
}
