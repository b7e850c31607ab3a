//! From a finished [`Analysis`](bartizan::Analysis) to a judgement and a plan: what kind of text it is, who is behind it, how
//! bad it is, what answers it and what to do first, each line with its reasons.
//!
//! The way of the data: `genre` says what may be concluded at all; `correlation` compares techniques with what is known of
//! groups; `history` compares with earlier reports and editions; `risk` weighs named factors; `mitigation` finds what answers each technique; `plan` orders steps of response;
//! `flow` orders the behaviours of the text; `policy` lists the duties of a text that makes some. Each takes earlier values
//! and returns new ones. No file, network, clock or random number is used here: the time is the analysis' own.

pub mod correlation;
pub mod flow;
pub mod genre;
pub mod history;
pub mod markdown;
pub mod mitigation;
pub mod package;
pub mod place;
pub mod plan;
pub mod policy;
pub mod profile;
pub mod risk;
pub mod wire;

use bartizan::Analysis;
use bartizan_detection::Detections;
use bartizan_knowledge::Pack;
use std::sync::Arc;

/// What the caller knows beyond the report.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The organisation that reads the report: sectors, countries, technologies, platforms, duties.
    pub profile: Option<profile::Profile>,
    /// A day's estimates of exploitation.
    pub epss: Option<Arc<risk::epss::Epss>>,
    /// What the reader judges of this report and its source; it goes before what the profile says of all.
    pub source: risk::source::Source,
}

impl Options {
    /// What the reader judges of the report, or else of all reports.
    pub fn source(&self) -> risk::source::Source {
        let usual = self.profile.as_ref().map(|p| (p.reliability, p.credibility)).unwrap_or_default();
        risk::source::Source {
            reliability: self.source.reliability.or(usual.0),
            credibility: self.source.credibility.or(usual.1),
        }
    }
}

/// Everything concluded from an analysis.
#[derive(Clone, Debug, Default)]
pub struct Assessment {
    /// What kind of text it is.
    pub genre: genre::Genre,
    /// Who is behind it: as stated, and as techniques suggest, never mixed.
    pub correlation: correlation::Correlation,
    /// Earlier reports that have something to do with it; the caller's to fill, who has the library
    /// ([`history::links`]).
    pub earlier: Vec<history::Link>,
    /// How bad it is.
    pub risk: risk::Risk,
    /// What answers the techniques.
    pub mitigation: mitigation::Mitigations,
    /// What to do, in order.
    pub plan: plan::Plan,
    /// What happened, in order.
    pub flow: flow::Flow,
    /// Duties of a text that makes some; none for a threat report.
    pub policy: policy::Policy,
}

/// Concludes. Same arguments, same value.
pub fn assess(
    analysis: &Analysis,
    pack: &Pack,
    detections: Option<&Detections>,
    options: &Options,
) -> Assessment {
    let genre = genre::of(analysis);
    let correlation = correlation::correlate(analysis, pack, genre);
    let risk = risk::assess(analysis, pack, genre, &correlation, options);
    let mitigation = mitigation::find(analysis, pack, genre);
    let flow = flow::order(analysis, pack, genre);
    let policy = policy::read(analysis, genre);
    let plan = plan::plan(analysis, pack, genre, detections, &mitigation, &risk, options);
    Assessment { genre, correlation, earlier: Vec::new(), risk, mitigation, plan, flow, policy }
}
