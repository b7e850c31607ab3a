//! What of a vulnerability in somebody else's software goes to the clearinghouse.

use std::collections::BTreeSet;

use super::{Finding, ThirdParty};
use crate::fault::{Code, Error};
use crate::window::Window;
use crate::word::{Digest, Id, Line, Name};

/// So many words in a row that also stand in a transcript are taken from it.
pub const LONGEST_SHARED: usize = 12;

/// Where it comes from: enough to find the evidence, for whoever may, and nothing of the model's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// The window.
    pub window: Name,
    /// The finding in it.
    pub finding: Name,
    /// SHA-256 of the programme's rules.
    pub programme: Digest,
    /// The runs, and for each the digests of its plan and its log, if it has ended.
    pub runs: Vec<(Name, Digest, Option<Digest>)>,
}

/// What leaves. There is no member for a transcript, and nobody can put one in by mistake: see [`handover`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handover {
    /// What people call it.
    pub title: Line,
    /// How bad the testers hold it to be.
    pub severity: Id,
    /// What was written for the vendor.
    pub report: ThirdParty,
    /// How it was found: the clearinghouse's word.
    pub discovery_method: &'static str,
    /// Whether the tool it was found with is open to the public: a model before its release is not.
    pub public_tooling: bool,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// Makes what leaves of a finding `name` of a window that the outside calls `id`. `transcripts` are the texts of its runs, which stay: if the words for the vendor have
/// [`LONGEST_SHARED`] words in a row with one of them, nothing leaves.
///
/// # Errors
/// [`Code::UnknownFinding`], [`Code::NotThirdParty`], [`Code::FindingTranscript`].
pub fn handover<'t>(
    window: &Window,
    id: &Name,
    name: &Name,
    transcripts: impl IntoIterator<Item = &'t str>,
) -> Result<Handover, Error> {
    let recorded = window.findings.get(name).ok_or_else(|| Error::of(Code::UnknownFinding, name.as_str()))?;
    let finding = &recorded.finding;
    let report = finding.third_party.as_ref().ok_or_else(|| Error::of(Code::NotThirdParty, name.as_str()))?;
    let leaves = leaving(finding, report);
    for transcript in transcripts {
        if let Some(shared) = shared(&leaves, transcript) {
            return Err(Error::of(Code::FindingTranscript, &shared));
        }
    }
    let runs = finding.runs.iter().filter_map(|run| {
        let recorded = window.runs_made.get(run)?;
        Some((run.clone(), recorded.plan_digest.clone(), recorded.log().cloned()))
    });
    Ok(Handover {
        title: finding.title.clone(),
        severity: finding.severity.clone(),
        report: report.clone(),
        discovery_method: "ai-discovered",
        public_tooling: false,
        provenance: Provenance {
            window: id.clone(),
            finding: name.clone(),
            programme: window.programme.digest.clone(),
            runs: runs.collect(),
        },
    })
}

/// Every text that leaves.
fn leaving<'f>(finding: &'f Finding, report: &'f ThirdParty) -> Vec<&'f str> {
    let mut texts = vec![
        finding.title.as_str(),
        report.software.as_str(),
        report.description.as_str(),
        report.reproduction.as_str(),
    ];
    texts.extend(report.versions.iter().chain(&report.finders).map(Line::as_str));
    texts
}

/// The first words in a row that a text that leaves has with a transcript. Case, blanks and punctuation do not count.
fn shared(leaves: &[&str], transcript: &str) -> Option<String> {
    let leaving: Vec<Vec<String>> = leaves.iter().map(|text| words(text).collect()).collect();
    // What leaves is short; a transcript may be long.
    let rows: BTreeSet<&[String]> = leaving.iter().flat_map(|words| words.windows(LONGEST_SHARED)).collect();
    let mut last: Vec<String> = Vec::with_capacity(LONGEST_SHARED);
    for word in words(transcript) {
        if last.len() == LONGEST_SHARED {
            last.remove(0);
        }
        last.push(word);
        if rows.contains(last.as_slice()) {
            return Some(last.join(" "));
        }
    }
    None
}

fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}
