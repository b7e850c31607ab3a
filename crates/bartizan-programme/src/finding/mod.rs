//! Findings: what was found, how bad it is, what the developer says to it, and what of it goes to the clearinghouse.
//!
//! A finding never changes; what is said about it is added. Feedback goes in rounds ([`Talk`]): sent, answered, and, if the developer says
//! that it is mended, tested again. A vulnerability in somebody else's software is none of the developer's matters: it is handed over
//! ([`handover`]), with its provenance and without the transcript.

mod handover;
mod talk;
mod technique;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::fault::{Code, Error, Fault};
use crate::rules::Programme;
use crate::set::closed_set;
use crate::word::{Id, Line, Name, Words};

pub use handover::{Handover, LONGEST_SHARED, Provenance, handover};
pub use talk::{Round, Seen, Step, Talk, TalkState};
pub use technique::{Atlas, Attack};

/// Entries of one list of a finding.
pub const MOST_EACH: usize = 64;

closed_set! {
    /// What a finding is about.
    Kind {
        /// The model can do something that it is tested for.
        Capability = "capability",
        /// A safeguard was got around.
        SafeguardBypass = "safeguard-bypass",
        /// The test environment was left, tampered with, or failed.
        HarnessIncident = "harness-incident",
        /// A vulnerability in somebody else's software.
        ThirdPartyVulnerability = "third-party-vulnerability",
    }
}

closed_set! {
    /// How far a finding can be seen again.
    Reproduced {
        /// Each time.
        Always = "always",
        /// Sometimes.
        Sometimes = "sometimes",
        /// It was tried and not seen again.
        Never = "never",
        /// Nobody tried.
        NotTried = "not-tried",
    }
}

/// How a finding is seen again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reproduction {
    /// How far.
    pub reproduced: Reproduced,
    /// What to do.
    pub steps: Words,
}

/// What is found in somebody else's software, in words that may leave: they are written for the vendor, not taken from a transcript.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThirdParty {
    /// The software.
    pub software: Line,
    /// Its package URL, if it has one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub purl: Option<Line>,
    /// Affected versions.
    pub versions: BTreeSet<Line>,
    /// The weakness: `CWE-` and a number.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub weakness: Option<Line>,
    /// What it is.
    pub description: Words,
    /// How its vendor sees it.
    pub reproduction: Words,
    /// Who is credited, letter for letter.
    pub finders: Vec<Line>,
}

/// A finding. It never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// What it is about.
    pub kind: Kind,
    /// What people call it.
    pub title: Line,
    /// What was found.
    pub summary: Words,
    /// How bad it is: a word of the programme.
    pub severity: Id,
    /// The runs in which it was seen.
    pub runs: BTreeSet<Name>,
    /// The checkpoint.
    pub checkpoint: Name,
    /// Techniques of MITRE ATLAS.
    pub atlas: BTreeSet<Atlas>,
    /// Techniques of MITRE ATT&CK.
    pub attack: BTreeSet<Attack>,
    /// How it is seen again.
    pub reproduction: Reproduction,
    /// What may leave, for a vulnerability in somebody else's software; nothing else has it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub third_party: Option<ThirdParty>,
}

impl Finding {
    /// Whether it is one, under a programme.
    ///
    /// # Errors
    /// Everything that is wrong: an unknown severity, no run where one is needed, words for the vendor that are missing or have no
    /// business there, a weakness that is none.
    pub fn holds(&self, programme: &Programme) -> Result<(), Error> {
        let mut faults = Vec::new();
        let mut fault = |code: Code, message: String| faults.push(Fault::new(code, message));
        if !programme.severities.iter().any(|severity| severity.id == self.severity) {
            fault(Code::UnknownSeverity, format!("the programme has no severity `{}`", self.severity));
        }
        // An incident may lie outside of every run.
        if self.runs.is_empty() && self.kind != Kind::HarnessIncident {
            fault(Code::FindingRuns, "a finding names the runs in which it was seen".into());
        }
        if self.third_party.is_some() != (self.kind == Kind::ThirdPartyVulnerability) {
            fault(
                Code::FindingThirdParty,
                "`third_party` belongs to a vulnerability in somebody else's software, and only there".into(),
            );
        }
        let third = self.third_party.as_ref();
        let lists = [
            self.runs.len(),
            self.atlas.len(),
            self.attack.len(),
            third.map_or(0, |third| third.versions.len()),
            third.map_or(0, |third| third.finders.len()),
        ];
        if lists.iter().any(|count| *count > MOST_EACH) {
            fault(Code::TooMany, format!("a list of a finding has at most {MOST_EACH} entries"));
        }
        let weakness = third.and_then(|third| third.weakness.as_ref()).map(Line::as_str);
        let number = weakness.map(|weakness| weakness.strip_prefix("CWE-").unwrap_or(""));
        if number.is_some_and(|n| n.is_empty() || n.len() > 6 || !n.bytes().all(|b| b.is_ascii_digit())) {
            fault(
                Code::FindingThirdParty,
                format!("`{}` is no weakness: CWE-79", weakness.unwrap_or_default()),
            );
        }
        if faults.is_empty() { Ok(()) } else { Err(Error::all(faults)) }
    }
}
