//! The determination: where the model stands to the thresholds, by suite and as a whole, signed off by two roles.
//!
//! What a suite's result is, is decided elsewhere from its samples, with its uncertainty; here it is an input. What follows from the
//! results is computed, and the same results give the same determination.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::fault::{Code, Error, Fault};
use crate::rules::Programme;
use crate::run::{Judgement, Run};
use crate::set::closed_set;
use crate::word::{Digest, Id, Name, Words};

closed_set! {
    /// Where a model stands to a threshold.
    Standing {
        /// Below it.
        Below = "below",
        /// At or above it: it has the capability.
        AtOrAbove = "at-or-above",
        /// Not decidable with this many samples.
        NotDecidable = "not-decidable",
    }
}

impl From<bartizan_inspect::statistics::Decision> for Standing {
    fn from(decision: bartizan_inspect::statistics::Decision) -> Self {
        use bartizan_inspect::statistics::Decision;
        match decision {
            Decision::Below => Self::Below,
            Decision::AtOrAbove => Self::AtOrAbove,
            Decision::NotDecidable { .. } => Self::NotDecidable,
        }
    }
}

/// The result of a suite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuiteResult {
    /// The suite.
    pub suite: Id,
    /// Where the model stands.
    pub standing: Standing,
    /// How many samples that stands on.
    pub samples: u32,
    /// The runs it stands on.
    pub runs: BTreeSet<Name>,
    /// What is said about it.
    pub words: Words,
}

/// A determination as it is proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    /// Results, at most one for a suite.
    pub results: Vec<SuiteResult>,
    /// The reasons for the whole.
    pub words: Words,
}

/// A determination that two people signed off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Determination {
    /// What was signed off.
    pub proposal: Proposal,
    /// What follows from it.
    pub overall: Standing,
    /// Who proposed it and in which role.
    pub by: (Name, Id),
    /// Who agreed and in which role.
    pub second: (Name, Id),
    /// When, microseconds since 1970.
    pub at: i64,
}

impl Determination {
    /// SHA-256 of its canonical form.
    pub fn digest(&self) -> Digest {
        let value = serde_json::json!({
            "proposal": self.proposal, "overall": self.overall, "by": self.by, "second": self.second, "at": self.at,
        });
        Digest::of(value.to_string().as_bytes())
    }
}

/// What follows from results: at or above if any suite is; below only if every suite that the programme requires is; else not
/// decidable. A suite that was not decided is never held to be below.
pub fn overall(programme: &Programme, results: &[SuiteResult]) -> Standing {
    let standing = |id: &Id| results.iter().find(|result| result.suite == *id).map(|result| result.standing);
    if results.iter().any(|result| result.standing == Standing::AtOrAbove) {
        return Standing::AtOrAbove;
    }
    let open = |required: bool, id: &Id| match standing(id) {
        Some(Standing::Below) => false,
        Some(_) => true,
        None => required,
    };
    if results.is_empty() || programme.suites.iter().any(|suite| open(suite.required, &suite.id)) {
        Standing::NotDecidable
    } else {
        Standing::Below
    }
}

/// Whether a determination may be proposed.
///
/// # Errors
/// Everything that stands against it: a suite that the programme does not measure or that is there twice, a required one without a
/// result ([`Code::DeterminationSuite`]), a run that is not there, not ended, of another suite, or not judged valid
/// ([`Code::DeterminationRun`]), a decision on fewer samples than the programme wants, or on more than the runs have
/// ([`Code::DeterminationSamples`]).
pub fn holds(programme: &Programme, runs: &BTreeMap<Name, Run>, proposal: &Proposal) -> Result<(), Error> {
    let mut faults = Vec::new();
    let mut fault = |code: Code, message: String| faults.push(Fault::new(code, message));
    let mut seen = BTreeSet::new();
    for result in &proposal.results {
        let Some(suite) = programme.suite(&result.suite) else {
            fault(Code::DeterminationSuite, format!("the programme does not measure `{}`", result.suite));
            continue;
        };
        if !seen.insert(&result.suite) {
            fault(Code::DeterminationSuite, format!("`{}` has two results", result.suite));
        }
        let decided = result.standing != Standing::NotDecidable;
        if decided && result.samples < suite.samples {
            let message = format!(
                "`{}` is decided on {} samples; the programme wants {}",
                suite.id, result.samples, suite.samples
            );
            fault(Code::DeterminationSamples, message);
        }
        if decided && result.runs.is_empty() {
            fault(Code::DeterminationRun, format!("`{}` is decided without a run", suite.id));
        }
        let mut samples = 0u64;
        for name in &result.runs {
            let Some(run) = runs.get(name).filter(|run| run.suite == result.suite && run.ended.is_some())
            else {
                fault(Code::DeterminationRun, format!("`{name}` is no run of `{}` that has ended", suite.id));
                continue;
            };
            if run.judgement() != Some(Judgement::Valid) {
                let word = run.judgement().map_or("not judged", Judgement::as_str);
                fault(
                    Code::DeterminationRun,
                    format!("run `{name}` is {word}; a determination stands on valid runs"),
                );
            }
            samples = samples.saturating_add(run.ended.as_ref().map_or(0, |end| end.samples));
        }
        if u64::from(result.samples) > samples {
            let message = format!("`{}` names {} samples; its runs have {samples}", suite.id, result.samples);
            fault(Code::DeterminationSamples, message);
        }
    }
    for suite in programme.suites.iter().filter(|suite| suite.required && !seen.contains(&suite.id)) {
        fault(
            Code::DeterminationSuite,
            format!("`{}` has no result; say at least that it is not decidable", suite.id),
        );
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::all(faults)) }
}
