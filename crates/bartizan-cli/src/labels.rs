//! Labelled reports from files: JSON Lines, one report a line.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use bartizan::learning::{IdCounts, LabelledDocument, digest};
use bartizan_knowledge::Pack;

use crate::exit::{Exit, Failure};
use crate::jsonl;

/// Longest line, in bytes.
const LONGEST_LINE: usize = 128 << 20;
/// Most bytes of all lines together; they are kept in memory.
const MOST_BYTES: usize = 512 << 20;
/// Most reports.
const MOST_REPORTS: usize = 20_000;

/// A labelled set.
#[derive(Debug, Default)]
pub struct Labels {
    /// In order of the files and lines.
    pub documents: Vec<LabelledDocument>,
    /// What became of the ids.
    pub ids: IdCounts,
    /// SHA-256 of all lines, in hex.
    pub sha256: String,
    /// For each unknown or withdrawn id the first line that has it.
    pub lost: BTreeMap<String, String>,
}

impl Labels {
    /// Sentences of all reports.
    pub fn sentences(&self) -> usize {
        self.documents.iter().map(|d| d.sentences.len()).sum()
    }
}

fn bad(code: &str, message: String) -> Failure {
    Failure::new(Exit::BadData, code, message)
}

/// Hands every line that is not blank, with its place in words, to `each`: of a file, of every `.jsonl` file of a folder
/// in name order, or of standard input (-).
pub fn lines(from: &str, mut each: impl FnMut(&str, &[u8]) -> Result<(), Failure>) -> Result<(), Failure> {
    let (mut bytes, mut reports) = (0, 0);
    for path in files(from)? {
        let name = path.as_ref().map_or("standard input".into(), |p| p.display().to_string());
        let from: Box<dyn Read> = match &path {
            None => Box::new(std::io::stdin()),
            Some(path) => Box::new(File::open(path).map_err(|e| unreadable(path, &e))?),
        };
        let mut from = BufReader::new(from);
        let mut number = 0;
        while let Some(line) = jsonl::next_line(&mut from, LONGEST_LINE)? {
            number += 1;
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            (bytes, reports) = (bytes + line.len(), reports + 1);
            let place = format!("{name} line {number}");
            if bytes > MOST_BYTES || reports > MOST_REPORTS {
                let message = format!(
                    "{place}: more than {MOST_REPORTS} reports or {} MiB of labels; split the set",
                    MOST_BYTES >> 20
                );
                return Err(bad("labels.too-many", message));
            }
            each(&place, &line)?;
        }
    }
    Ok(())
}

/// Reads labelled reports.
pub fn load(from: &str, pack: &Pack) -> Result<Labels, Failure> {
    let mut labels = Labels::default();
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let mut sums = Vec::new();
    lines(from, |place, line| {
        sums.extend(digest(line));
        let document = read(line, pack, place, &mut labels)?;
        if let Some(first) = seen.insert(document.doc_id.clone(), place.to_owned()) {
            let message = format!(
                "{place}: doc_id {:?} stands in {first} too; give every report its own id, or keep one of them",
                document.doc_id
            );
            return Err(bad("labels.duplicate", message));
        }
        labels.documents.push(document);
        Ok(())
    })?;
    labels.sha256 = hex(&digest(&sums));
    if labels.sentences() == 0 {
        let message = format!("{from} holds no labelled sentence; docs/learning.md shows the form of a line");
        return Err(bad("labels.empty", message));
    }
    Ok(labels)
}

fn read(line: &[u8], pack: &Pack, place: &str, labels: &mut Labels) -> Result<LabelledDocument, Failure> {
    let document = LabelledDocument::read(line, pack, &mut labels.ids).map_err(|broken| {
        let form = r#"{"doc_id": "r1", "sentences": [{"text": "...", "techniques": ["T1486"]}]}"#;
        bad("labels.bad-line", format!("{place}: {broken}; a line is {form}"))
    })?;
    for id in labels.ids.unknown.keys().chain(labels.ids.deprecated.keys()) {
        labels.lost.entry(id.clone()).or_insert_with(|| place.to_owned());
    }
    Ok(document)
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(Exit::NoInput, "input.unreadable", format!("cannot read {}: {error}", path.display()))
}

/// The files behind the argument; none stands for standard input.
fn files(from: &str) -> Result<Vec<Option<PathBuf>>, Failure> {
    if from == "-" {
        return Ok(vec![None]);
    }
    let path = PathBuf::from(from);
    if !path.is_dir() {
        return Ok(vec![Some(path)]);
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&path).map_err(|e| unreadable(&path, &e))? {
        let file = entry.map_err(|e| unreadable(&path, &e))?.path();
        if file.extension().is_some_and(|e| e == "jsonl") && file.is_file() {
            found.push(file);
        }
    }
    if found.is_empty() {
        let message = format!("{from} holds no .jsonl file; docs/learning.md shows the form of labels");
        return Err(bad("labels.empty", message));
    }
    found.sort();
    Ok(found.into_iter().map(Some).collect())
}
