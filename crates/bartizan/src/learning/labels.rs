//! Labelled reports: one JSON object a line.
//!
//! ```json
//! {"doc_id": "r1", "sentences": [{"sentence_id": "0", "text": "It dumped LSASS.", "techniques": ["T1003.001"]}]}
//! ```
//!
//! `labels` is another name for `techniques`. `reviewed: true` at a sentence says that a person looked at it and that
//! it shows no other technique. `universe`, a list of ids, says that annotators looked for these only.

use super::IdCounts;
use bartizan_knowledge::Pack;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt;

/// One report with its labels; ids are those of the pack in use.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct LabelledDocument {
    /// Its id; several lines must not share one.
    pub doc_id: String,
    /// Sentences in order.
    pub sentences: Vec<LabelledSentence>,
    /// Techniques of the whole report beside those of its sentences.
    pub techniques: BTreeSet<String>,
    /// Closed list of techniques that annotators looked for.
    pub universe: Option<BTreeSet<String>>,
}

/// One sentence with its labels.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct LabelledSentence {
    /// The sentence as written.
    pub text: String,
    /// Techniques it shows.
    pub techniques: BTreeSet<String>,
    /// Whether a person looked at it; none if the line does not say.
    pub reviewed: Option<bool>,
}

/// Why a line is no labelled report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken(String);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An id that is a string or a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Number(i64),
}

#[derive(Deserialize)]
struct Line {
    doc_id: Id,
    sentences: Vec<Sentence>,
    #[serde(default, alias = "labels")]
    techniques: Vec<String>,
    #[serde(default)]
    universe: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Sentence {
    text: String,
    #[serde(default, alias = "labels")]
    techniques: Vec<String>,
    #[serde(default)]
    reviewed: Option<bool>,
}

impl LabelledDocument {
    /// Reads one line. Ids are followed to the pack; those that lead nowhere are left out and counted in `ids`.
    ///
    /// # Errors
    /// If the line is not of the form above; the text says what is missing and where in the line.
    pub fn read(line: &[u8], pack: &Pack, ids: &mut IdCounts) -> Result<Self, Broken> {
        let line: Line = serde_json::from_slice(line).map_err(|e| Broken(e.to_string()))?;
        let mut follow = |list: &[String]| -> BTreeSet<String> {
            list.iter().filter_map(|id| ids.follow(pack, id)).collect()
        };
        let sentences = line
            .sentences
            .into_iter()
            .map(|s| LabelledSentence {
                techniques: follow(&s.techniques),
                text: s.text,
                reviewed: s.reviewed,
            })
            .collect();
        let techniques = follow(&line.techniques);
        // A closed list names what was looked for, not what was found: its dead ids are no loss.
        let mut quiet = IdCounts::default();
        let universe = line.universe.filter(|u| !u.is_empty());
        let universe = universe.map(|u| u.iter().filter_map(|id| quiet.follow(pack, id)).collect());
        let doc_id = match line.doc_id {
            Id::Text(text) => text,
            Id::Number(number) => number.to_string(),
        };
        Ok(Self { doc_id, sentences, techniques, universe })
    }

    /// Techniques of the report and of its sentences.
    pub fn all_techniques(&self) -> BTreeSet<String> {
        self.sentences.iter().flat_map(|s| &s.techniques).chain(&self.techniques).cloned().collect()
    }

    /// The report as it is mapped: each sentence a paragraph of its own.
    pub fn document(&self) -> crate::Document {
        crate::Document::from_sentences(&self.sentences.iter().map(|s| s.text.as_str()).collect::<Vec<_>>())
    }

    /// Whether any sentence says if it was reviewed.
    pub fn says_reviewed(&self) -> bool {
        self.sentences.iter().any(|s| s.reviewed.is_some())
    }

    /// Whether every sentence was reviewed.
    pub fn is_reviewed(&self) -> bool {
        self.sentences.iter().all(|s| s.reviewed == Some(true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_names_of_labels_are_read() {
        let pack = Pack::built_in();
        let mut ids = IdCounts::default();
        for key in ["techniques", "labels"] {
            let line = format!(
                r#"{{"doc_id": 7, "sentences": [{{"sentence_id": 0, "text": "x", "{key}": ["T1086"], "reviewed": true}}]}}"#
            );
            let d = LabelledDocument::read(line.as_bytes(), pack, &mut ids).expect("a good line");
            assert_eq!(d.doc_id, "7");
            assert!(d.sentences[0].techniques.contains("T1059.001") && d.is_reviewed());
        }
        assert_eq!(ids.followed.values().sum::<usize>(), 2);
    }

    #[test]
    fn a_broken_line_says_what_is_missing() {
        let mut ids = IdCounts::default();
        for (line, word) in [
            ("{", "EOF"),
            (r#"{"doc_id": "a"}"#, "sentences"),
            (r#"{"doc_id": "a", "sentences": [{"techniques": []}]}"#, "text"),
        ] {
            let broken = LabelledDocument::read(line.as_bytes(), Pack::built_in(), &mut ids).unwrap_err();
            assert!(broken.to_string().contains(word), "{broken}");
        }
    }
}
