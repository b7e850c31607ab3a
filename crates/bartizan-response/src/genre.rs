//! What kind of text a report is: it decides what may be concluded from it.

use bartizan::{Analysis, EntityKind, EventKind, Evidence, ObservableKind, Verdict, exchange};

/// What kind of text it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Genre {
    /// Describes attacks, attackers, malware or their traces.
    #[default]
    Threat,
    /// Describes vulnerabilities and their fixes, without an attack.
    Vulnerability,
    /// A law, order or guidance, or news of one: who must do what.
    Policy,
    /// None of these: nothing is concluded.
    Other,
}

impl Genre {
    /// `threat`, `vulnerability`, `policy` or `other`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Threat => "threat",
            Self::Vulnerability => "vulnerability",
            Self::Policy => "policy",
            Self::Other => "other",
        }
    }
}

/// The kind of the analysed text, by what was found in it: traces of an attack decide before vulnerabilities, these before
/// rules. A text in which nothing was found, or whose techniques are all forecasts, is [`Genre::Other`].
pub fn of(analysis: &Analysis) -> Genre {
    let has = |kinds: &[EntityKind]| analysis.entities.iter().any(|e| kinds.contains(&e.kind));
    let traces = analysis.observables.iter().any(|o| {
        o.verdict == Verdict::Indicator
            && !matches!(o.kind, ObservableKind::Cve | ObservableKind::Cwe | ObservableKind::Ghsa)
    });
    let attackers = has(&[EntityKind::Actor, EntityKind::Malware, EntityKind::Campaign]);
    let told =
        || !is_forecast(analysis) && analysis.techniques.iter().any(|t| is_told(analysis, &t.evidence));
    if traces || attackers || told() {
        return Genre::Threat;
    }
    if has(&[EntityKind::Vulnerability]) {
        return Genre::Vulnerability;
    }
    let duties = analysis.events.iter().any(|e| e.kind == EventKind::Obligation);
    if has(&[EntityKind::Policy]) || (duties && has(&[EntityKind::Group])) {
        return Genre::Policy;
    }
    Genre::Other
}

/// Words of titles of forecasts.
const FORECASTS: [&str; 7] =
    ["prediction", "predictions", "predicts", "forecast", "forecasts", "outlook", "trends"];

/// Whether the title says that the text is about what may come.
fn is_forecast(analysis: &Analysis) -> bool {
    let title = exchange::summary(analysis).title.to_lowercase();
    title.split(|c: char| !c.is_alphabetic()).any(|word| FORECASTS.contains(&word))
}

/// Words of sentences that look ahead.
const AHEAD: [&str; 8] = ["will", "would", "could", "may", "might", "expect", "expects", "predict"];

/// Whether most of the sentences tell what happened or happens: forecasts describe no attack.
fn is_told(analysis: &Analysis, evidence: &[Evidence]) -> bool {
    let looks_ahead = |e: &&Evidence| {
        let sentence = e.sentence.of(&analysis.document.text).to_lowercase();
        sentence.split(|c: char| !c.is_alphabetic()).any(|word| AHEAD.contains(&word))
    };
    evidence.iter().filter(looks_ahead).count() * 2 < evidence.len()
}
