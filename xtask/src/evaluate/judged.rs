//! Labelled reports, ready to be compared with what the mapper says.

use crate::train::corpus::{LabelledReport, LabelledSentence, reports};
use anyhow::Result;
use bartizan::Document;
use bartizan_knowledge::{Pack, Resolution};
use std::collections::BTreeSet;
use std::path::Path;

/// Development sets and the credit they are scored with.
pub const SETS: [(&str, &str); 3] =
    [("tram-dev", "exact"), ("annoctr-dev", "parent"), ("annoctr-train", "parent")];
/// Folds of a cross-validation over documents.
pub const FOLDS: usize = 5;

/// A labelled set with everything that is needed to judge a candidate.
pub struct Set {
    /// Its file, without the ending.
    pub name: &'static str,
    /// Exact or parent.
    pub credit: &'static str,
    /// Its reports.
    pub reports: Vec<LabelledReport>,
}

/// One report's gold and its document.
pub struct Judged<'r> {
    /// The report.
    pub report: &'r LabelledReport,
    /// It as the product reads it.
    pub document: Document,
    /// Closed list of labels.
    pub universe: Option<BTreeSet<String>>,
    /// Sub-techniques count as their parent.
    pub parent_credit: bool,
    /// Gold of each sentence.
    pub sentences: Vec<BTreeSet<String>>,
    /// Gold of the report.
    pub all: BTreeSet<String>,
    /// Fold of the cross-validation.
    pub fold: usize,
    /// Of a set of its own, so that sets weigh alike.
    pub weight: f32,
}

fn parent(id: &str) -> &str {
    id.split('.').next().unwrap_or(id)
}

fn current(pack: &Pack, id: &str) -> Option<String> {
    match pack.resolve(id) {
        Resolution::Current => Some(id.to_owned()),
        Resolution::Replaced(new) => Some(new.to_owned()),
        Resolution::Deprecated | Resolution::Unknown => None,
    }
}

/// As the scorer projects: into the universe, then to the credit.
fn project(id: &str, universe: Option<&BTreeSet<String>>, parent_credit: bool) -> Option<String> {
    let id = match universe {
        Some(u) if !u.contains(id) => parent(id),
        _ => id,
    };
    if universe.is_some_and(|u| !u.contains(id)) {
        return None;
    }
    Some(if parent_credit { parent(id) } else { id }.to_owned())
}

impl<'r> Judged<'r> {
    /// Follows ids to the pack in use and projects them as the scorer does.
    pub fn new(pack: &Pack, report: &'r LabelledReport, parent_credit: bool, weight: f32) -> Self {
        let universe: Option<BTreeSet<String>> =
            report.universe.as_ref().map(|u| u.iter().filter_map(|id| current(pack, id)).collect());
        let gold = |labels: &[String]| -> BTreeSet<String> {
            labels
                .iter()
                .filter_map(|id| current(pack, id))
                .filter_map(|id| project(&id, universe.as_ref(), parent_credit))
                .collect()
        };
        let sentences: Vec<_> = report.sentences.iter().map(|s| gold(&s.labels)).collect();
        let all = sentences.iter().flatten().cloned().collect();
        let fold = report.doc_id.bytes().fold(7usize, |h, b| h.wrapping_mul(31).wrapping_add(usize::from(b)))
            % FOLDS;
        Self { report, document: document(report), universe, parent_credit, sentences, all, fold, weight }
    }

    /// As the scorer projects a predicted id.
    pub fn project(&self, id: &str) -> Option<String> {
        project(id, self.universe.as_ref(), self.parent_credit)
    }
}

/// The report as the product would read it from lines: each sentence a paragraph.
fn document(report: &LabelledReport) -> Document {
    Document::from_sentences(&report.sentences.iter().map(|s| s.text.as_str()).collect::<Vec<_>>())
}

/// Technique-free texts of our own: paragraphs of a file, each a document.
pub fn plain_documents(root: &Path) -> Result<Vec<Document>> {
    let text = std::fs::read_to_string(root.join("xtask/data/plain-documents.txt")).unwrap_or_default();
    Ok(text
        .split("\n\n")
        .map(|p| p.lines().filter(|l| !l.starts_with('#')).collect::<Vec<_>>().join(" "))
        .filter(|p| !p.trim().is_empty())
        .enumerate()
        .map(|(i, p)| {
            let sentences: Vec<_> = p
                .split_inclusive(". ")
                .enumerate()
                .map(|(k, s)| LabelledSentence {
                    sentence_id: k.to_string(),
                    text: s.trim().to_owned(),
                    labels: vec![],
                })
                .collect();
            document(&LabelledReport { doc_id: i.to_string(), sentences, universe: None })
        })
        .collect())
}

/// The development sets.
pub fn sets(folder: &Path) -> Result<Vec<Set>> {
    SETS.iter()
        .map(|&(name, credit)| {
            Ok(Set { name, credit, reports: reports(&folder.join(format!("{name}.jsonl.xz")))? })
        })
        .collect()
}

/// Their reports, weighted so that sets count alike.
pub fn judge<'s>(pack: &Pack, sets: &'s [Set]) -> Vec<Vec<Judged<'s>>> {
    sets.iter()
        .map(|set| {
            let pairs: usize = set.reports.iter().flat_map(|r| &r.sentences).map(|s| s.labels.len()).sum();
            let weight = 1000.0 / pairs.max(1) as f32;
            set.reports.iter().map(|r| Judged::new(pack, r, set.credit == "parent", weight)).collect()
        })
        .collect()
}
