//! The page for the printer: one sheet that says what the report is, how bad it is and what to do first.
//!
//! Everything on it is elsewhere in the page with its evidence; here it is cut to what fits a sheet of A4 or Letter.

use crate::safe::{clipped, shown};
use bartizan::{Analysis, Evidence, Verdict};
use bartizan_response::Assessment;
use bartizan_response::plan::Urgency;

/// How much of each part fits.
const MOST_REASONS: usize = 4;
const MOST_TECHNIQUES: usize = 6;
const MOST_ACTIONS: usize = 7;
const MOST_DUTIES: usize = 9;
const MOST_KINDS: usize = 8;
/// A sentence that tells something has so many characters.
const SENTENCE: usize = 40;
/// Characters of a quotation, a reason, and the brief.
const QUOTE: usize = 150;
const REASON: usize = 150;
const BRIEF: usize = 520;

/// What the sheet says.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub brief: String,
    /// `72 of 100, high; between 60 and 85`, or why there is none; empty where nobody asked.
    pub verdict: String,
    pub reasons: Vec<(&'static str, String)>,
    pub techniques: Vec<TechniqueLine>,
    pub more_techniques: usize,
    pub actions: Vec<ActionLine>,
    pub more_actions: usize,
    pub duties: Vec<DutyLine>,
    pub more_duties: usize,
    /// Values an attack can be recognised by: how many, and of which kinds.
    pub indicators: usize,
    pub kinds: Vec<(&'static str, usize)>,
    pub sources: Vec<(&'static str, String)>,
}

/// A technique with its best words.
#[derive(Debug)]
pub(crate) struct TechniqueLine {
    pub id: String,
    pub name: String,
    pub sure: String,
    pub quote: String,
}

/// A step to take.
#[derive(Debug)]
pub(crate) struct ActionLine {
    pub title: String,
    pub owner: String,
    pub urgency: &'static str,
}

/// A duty of a text that makes some.
#[derive(Debug)]
pub(crate) struct DutyLine {
    pub force: &'static str,
    pub when: String,
    pub quote: String,
}

pub(crate) fn sheet(analysis: &Analysis, assessment: Option<&Assessment>, brief: &str) -> Sheet {
    let text = &analysis.document.text;
    let quote =
        |e: &Evidence| clipped(&e.sentence.of(text).split_whitespace().collect::<Vec<_>>().join(" "), QUOTE);
    // The surest first; the order of the analysis decides between equals.
    let mut techniques: Vec<&bartizan::TechniqueMapping> = analysis.techniques.iter().collect();
    techniques.sort_by_key(|t| std::cmp::Reverse(t.confidence.percent()));
    let lines = techniques.iter().take(MOST_TECHNIQUES).map(|t| TechniqueLine {
        id: shown(&t.id).into_owned(),
        name: shown(&t.name).into_owned(),
        sure: t.confidence.word().to_owned(),
        quote: telling(t, text).map(quote).unwrap_or_default(),
    });
    let steps = || assessment.into_iter().flat_map(|a| &a.plan.steps);
    // First what is to be done first; the plan's own order decides between equals.
    let mut first: Vec<_> = steps().filter(|s| !s.affected).collect();
    first.sort_by_key(|s| s.urgency != Urgency::Now);
    let actions = first.iter().take(MOST_ACTIONS).map(|s| ActionLine {
        title: clipped(&s.title, REASON),
        owner: shown(&s.owner).into_owned(),
        urgency: s.urgency.words(),
    });
    let duties = || assessment.into_iter().flat_map(|a| &a.policy.duties);
    let duty_lines = duties().take(MOST_DUTIES).map(|d| DutyLine {
        force: d.force.as_str(),
        when: d.due.as_ref().map(|due| crate::assessment::when(due, text)).unwrap_or_default(),
        quote: quote(&d.evidence),
    });
    let indicators = || analysis.observables.iter().filter(|o| o.verdict == Verdict::Indicator);
    let mut kinds: Vec<(&'static str, usize)> = Vec::new();
    for o in indicators() {
        match kinds.iter_mut().find(|(k, _)| *k == o.kind.as_str()) {
            Some((_, n)) => *n += 1,
            None => kinds.push((o.kind.as_str(), 1)),
        }
    }
    kinds.sort_by_key(|(kind, n)| (std::cmp::Reverse(*n), *kind));
    kinds.truncate(MOST_KINDS);
    let (verdict, reasons) = assessment.map(verdict).unwrap_or_default();
    Sheet {
        brief: clipped(brief, BRIEF),
        verdict,
        reasons,
        more_techniques: techniques.len().saturating_sub(MOST_TECHNIQUES),
        techniques: lines.collect(),
        more_actions: steps().count().saturating_sub(MOST_ACTIONS.min(first.len())),
        actions: actions.collect(),
        more_duties: duties().count().saturating_sub(MOST_DUTIES),
        duties: duty_lines.collect(),
        indicators: indicators().count(),
        kinds,
        sources: sources(analysis),
    }
}

/// The place that tells a technique: one that only lists its id says nothing to a reader.
fn telling<'a>(technique: &'a bartizan::TechniqueMapping, text: &str) -> Option<&'a Evidence> {
    let tells = |e: &&Evidence| {
        let words = e.sentence.of(text);
        !words.contains(&technique.id) && words.chars().count() >= SENTENCE
    };
    technique.evidence.iter().find(tells).or(technique.evidence.first())
}

/// The risk in words, and what made it: the factors that add most.
fn verdict(assessment: &Assessment) -> (String, Vec<(&'static str, String)>) {
    let risk = &assessment.risk;
    if !risk.none.is_empty() {
        return (format!("No risk score: {}.", shown(&risk.none)), Vec::new());
    }
    let words = format!(
        "Risk {:.0} of 100, {}; what is not known leaves it between {:.0} and {:.0}.",
        risk.score,
        risk.band.as_str(),
        risk.low,
        risk.high
    );
    let mut factors: Vec<_> = risk.factors.iter().filter(|f| !f.evidence.is_empty()).collect();
    factors.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    let reasons = factors.iter().take(MOST_REASONS).map(|f| (f.name, clipped(&f.reason, REASON)));
    (words, reasons.collect())
}

fn sources(analysis: &Analysis) -> Vec<(&'static str, String)> {
    let document = &analysis.document;
    let mut out = vec![("Report", clipped(&document.name, 120))];
    out.extend(document.metadata.source_url.as_deref().map(|u| ("Address", clipped(u, 120))));
    out.push(("SHA-256", shown(&document.sha256).into_owned()));
    out.push(("Knowledge", clipped(&analysis.pack, 160)));
    let analysed = bartizan::exchange::timestamp(analysis.now);
    out.push(("Analysed", format!("{analysed} by Bartizan {}", env!("CARGO_PKG_VERSION"))));
    out
}
