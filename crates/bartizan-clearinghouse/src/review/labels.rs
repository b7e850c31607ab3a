//! What the review teaches: labelled data as `bartizan train --labels` and `bartizan evaluate --labels` read it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::fold::{Review, Status};
use super::key::Kind;
use super::source::Source;
use super::write::stands;

/// One line of labelled techniques (`docs/learning.md`, "Labels").
///
/// A sentence has the techniques that people accepted, moved or added there. It is `reviewed` if every claim on it was
/// decided and there was one, or, after [`super::Action::Complete`], if none is open. A claim across sentences is one of the
/// report.
pub fn labels(source: &Source, review: &Review, doc_id: &str) -> Value {
    let sentences = source.sentences();
    let mut shown: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    let (mut open, mut touched) = (BTreeSet::new(), BTreeSet::new());
    let mut whole: BTreeSet<&str> = BTreeSet::new();
    for (claim, standing) in review.claims.iter().filter(|(claim, _)| claim.kind() == Kind::Technique) {
        // Where it was claimed is looked at as well as where it stands now.
        let found = source.touched(claim.place());
        match standing.status {
            Status::Open => open.extend(found),
            _ => touched.extend(found),
        }
        let Some(place) = review.place(claim).filter(|_| stands(&standing.status)) else { continue };
        let at = source.touched(place);
        touched.extend(at.clone());
        if at.len() == 1 {
            shown.entry(at.start).or_default().insert(claim.name());
        } else {
            whole.insert(claim.name());
        }
    }
    let sentence = |(index, place): (usize, &super::Place)| {
        let looked_at = review.complete.is_some() || touched.contains(&index);
        json!({
            "sentence_id": index.to_string(),
            "text": source.quote(*place).unwrap_or_default(),
            "techniques": shown.get(&index).cloned().unwrap_or_default(),
            "reviewed": looked_at && !open.contains(&index),
        })
    };
    json!({
        "doc_id": doc_id,
        "sentences": sentences.iter().enumerate().map(sentence).collect::<Vec<_>>(),
        "techniques": whole,
    })
}

/// One line of labelled values (`docs/learning.md`, "Observables"): what people accepted, moved or added. Values that are
/// still open may be found or not.
pub fn value_labels(source: &Source, review: &Review, doc_id: &str) -> Value {
    let mut levels: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    for (claim, standing) in review.claims.iter().filter(|(claim, _)| claim.kind() == Kind::Observable) {
        let level = match &standing.status {
            Status::Rejected { .. } => continue,
            Status::Open => "accepted",
            _ => "required",
        };
        // A long value stands by its hash, which is no label.
        let Some(pair) = claim.name().split_once(':').filter(|(kind, _)| *kind != "long") else { continue };
        let known = levels.entry(pair).or_insert(level);
        if level == "required" {
            *known = level;
        }
    }
    let ioc = |((kind, value), level): (&(&str, &str), &&str)| match *level {
        "required" => json!({ "type": kind, "value": value }),
        level => json!({ "type": kind, "value": value, "level": level }),
    };
    let mut line = json!({
        "doc_id": doc_id,
        "text": source.text(),
        "iocs": levels.iter().map(ioc).collect::<Vec<_>>(),
    });
    if review.complete.is_none() {
        // Nobody says that there is nothing else.
        line["exhaustive"] = json!([]);
    }
    line
}
