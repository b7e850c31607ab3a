//! CVSS vectors of the text, parsed and scored again.

use bartizan::{Analysis, Evidence, Span};
use cvss::Cvss;

/// Vectors that are read in one text; more would only repeat.
const MOST: usize = 500;

/// A vector as the text gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct Vector {
    /// As written, without trailing punctuation.
    pub text: String,
    /// Its score of 0.0 to 10.0 by its own version of the specification (FIRST, CVSS 2.0, 3.0, 3.1, 4.0); none if it is no
    /// valid vector.
    pub score: Option<f64>,
    /// Where it stands.
    pub evidence: Evidence,
}

/// All vectors, in order of the text.
pub fn vectors(analysis: &Analysis) -> Vec<Vector> {
    let document = &analysis.document;
    let text = document.text.as_str();
    let mut found = Vec::new();
    let mut at = 0;
    for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '/' | ':' | '.'))) {
        let start = at;
        at += word.len();
        at += text.get(at..).and_then(|t| t.chars().next()).map_or(0, char::len_utf8);
        let vector = word.trim_end_matches(['.', ':', '/']);
        if !(vector.starts_with("CVSS:") || vector.starts_with("AV:")) || vector.matches('/').count() < 5 {
            continue;
        }
        let span = Span::new(start, start + vector.len());
        let evidence = Evidence { span, sentence: document.sentence_of(span) };
        found.push(Vector { text: vector.to_owned(), score: score(vector), evidence });
        if found.len() == MOST {
            break;
        }
    }
    found
}

/// Base metrics that a vector of each version must have (FIRST, CVSS 2.0 section 2.4, 3.1 section 6, 4.0 section 7).
const V2: [&str; 6] = ["AV", "AC", "Au", "C", "I", "A"];
const V3: [&str; 8] = ["AV", "AC", "PR", "UI", "S", "C", "I", "A"];
const V4: [&str; 11] = ["AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"];

/// The score of one vector; none if it is not valid. The crate takes a vector with metrics left out; the specifications do not.
pub fn score(vector: &str) -> Option<f64> {
    let needed: &[&str] = match vector.get(..7) {
        Some("CVSS:4.") => &V4,
        Some("CVSS:3.") => &V3,
        _ => &V2,
    };
    let has = |name: &str| vector.split('/').any(|m| m.split_once(':').is_some_and(|(n, _)| n == name));
    if !needed.iter().all(|name| has(name)) {
        return None;
    }
    vector.parse::<Cvss>().ok().map(|c| c.score())
}
