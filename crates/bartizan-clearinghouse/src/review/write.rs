//! The corrected `analysis.json`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::fold::{Addition, Review, Status};
use super::key::{ClaimKey, Kind, Place};
use super::source::{Names, Source, claim_id, place_of};
use super::vocabulary::Vocabulary;

/// Sentences longer than this many bytes are given by their offsets only, as in the analysis itself.
const SENTENCE: usize = 2_000;
/// What a reason of an added claim says.
const ADDED: &str = "added by an analyst";

/// The analysis as the reviewers left it: rejected claims are out, edited ones stand elsewhere, added ones are in.
///
/// Everything added has the member `origin` with the value `analyst`; a claim of which all places were decided has `review`
/// `complete`, else, if any were, `partial`. Who decided is not told: the file goes to others. A relation whose end is gone
/// is gone. `summary` is the analysis's own, without facts whose claims are all gone; whoever can count anew does.
pub fn reviewed(source: &Source, review: &Review, vocabulary: &dyn Vocabulary) -> Value {
    let mut analysis = source.analysis().clone();
    let names = Names::of(&analysis);
    for kind in Kind::ALL {
        let items = analysis[kind.list()].as_array_mut().map(std::mem::take).unwrap_or_default();
        let kept = items.into_iter().filter_map(|item| keep(source, review, &names, kind, item)).collect();
        analysis[kind.list()] = kept;
    }
    for (claim, addition) in &review.added {
        if let Some(place) = review.place(claim) {
            add(source, vocabulary, &mut analysis, claim, addition, place);
        }
    }
    renumber(&mut analysis);
    analysis
}

/// A claim with the places that are left of it; none if none are.
fn keep(source: &Source, review: &Review, names: &Names, kind: Kind, mut item: Value) -> Option<Value> {
    let name = names.name(kind, &item)?;
    let places = item["evidence"].as_array_mut().map(std::mem::take).unwrap_or_default();
    let (count, mut decided) = (places.len(), 0);
    let mut left: Vec<Value> = Vec::with_capacity(count);
    let mut seen = BTreeSet::new();
    for evidence in places {
        let claim = ClaimKey::new(kind, &name, place_of(&evidence)?);
        let standing = review.claims.get(&claim);
        decided += usize::from(standing.is_some_and(|s| s.decided.is_some()));
        let place = match standing {
            Some(_) => review.place(&claim),
            None => Some(claim.place()),
        };
        if let Some(place) = place.filter(|p| seen.insert(*p)) {
            let moved = place != claim.place();
            left.push(if moved { written(source, place) } else { evidence });
        }
    }
    if left.is_empty() {
        return None;
    }
    item["evidence"] = left.into();
    if decided > 0 {
        item["review"] = if decided == count { "complete" } else { "partial" }.into();
    }
    Some(item)
}

/// Evidence that a person gave.
fn written(source: &Source, place: Place) -> Value {
    let around = source.around(place);
    let mut sentence = json!({ "start": around.start, "end": around.end });
    if let Some(text) = source.quote(around).filter(|text| text.len() <= SENTENCE) {
        sentence["text"] = text.into();
    }
    json!({
        "start": place.start,
        "end": place.end,
        "quote": source.quote(place).unwrap_or_default(),
        "page": source.page(place),
        "sentence": sentence,
        "origin": "analyst",
    })
}

fn add(
    source: &Source,
    vocabulary: &dyn Vocabulary,
    analysis: &mut Value,
    claim: &ClaimKey,
    addition: &Addition,
    place: Place,
) {
    let evidence = written(source, place);
    let list = |analysis: &mut Value, kind: Kind| {
        analysis[kind.list()].as_array_mut().map(std::mem::take).unwrap_or_default()
    };
    match addition {
        Addition::Technique { technique } => {
            let mut items = list(analysis, Kind::Technique);
            match items.iter_mut().find(|t| t["id"] == technique.as_str()) {
                Some(item) => join(item, evidence),
                None => {
                    if let Some(t) = vocabulary.technique(technique) {
                        let sure = |item: &Value| item["confidence"].as_f64().unwrap_or_default() < 1.0;
                        let at = items.iter().position(sure).unwrap_or(items.len());
                        items.insert(
                            at,
                            json!({
                                "id": t.id, "claim": claim.to_string(), "name": t.name, "domain": t.domain,
                                "tactics": t.tactics, "mapped_from": null, "confidence": 1.0,
                                "confidence_word": "almost certain", "provenance": "inferred",
                                "evidence": [evidence], "reasons": [{ "text": ADDED, "weight": 1.0 }],
                                "origin": "analyst", "review": "complete",
                            }),
                        );
                    }
                }
            }
            analysis[Kind::Technique.list()] = items.into();
        }
        Addition::Observable { kind, value, verdict } => {
            let mut items = list(analysis, Kind::Observable);
            let same = |o: &&mut Value| o["type"] == kind.as_str() && o["value"] == value.as_str();
            match items.iter_mut().find(same) {
                Some(item) => {
                    item["verdict"] = verdict.as_str().into();
                    item["indicator"] = (verdict.as_str() == "indicator").into();
                    item["reason"] = "verdict of an analyst".into();
                    join(item, evidence);
                }
                None => {
                    let start = |o: &Value| o["evidence"][0]["start"].as_u64().unwrap_or_default();
                    let later = |o: &Value| start(o) > u64::from(place.start);
                    let at = items.iter().position(later).unwrap_or(items.len());
                    let quote = source.quote(place).unwrap_or_default();
                    items.insert(
                        at,
                        json!({
                            "id": claim.to_string(), "type": kind, "value": value,
                            "display": vocabulary.display(kind, value).unwrap_or_else(|| value.clone()),
                            "indicator": verdict.as_str() == "indicator", "verdict": verdict.as_str(),
                            "reason": ADDED, "confidence": 1.0, "confidence_word": "almost certain",
                            "defanged": !quote.contains(value.as_str()),
                            "attributes": [{ "name": "origin", "value": "analyst" }], "warnings": [],
                            "evidence": [evidence], "origin": "analyst", "review": "complete",
                        }),
                    );
                }
            }
            analysis[Kind::Observable.list()] = items.into();
            // What was looked at and not taken is taken now.
            if let Some(withheld) = analysis["withheld"].as_array_mut() {
                withheld.retain(|w| {
                    let same = w["type"] == kind.as_str() && w["value"] == value.as_str();
                    !(same && place_of(w).is_some_and(|at| at.overlaps(place)))
                });
            }
        }
    }
}

/// One more place of a claim that is there.
fn join(item: &mut Value, evidence: Value) {
    let Some(places) = item["evidence"].as_array_mut() else { return };
    if !places.iter().any(|p| place_of(p) == place_of(&evidence)) {
        places.push(evidence);
    }
}

/// Claims are numbered anew; what refers to one follows, what refers to one that is gone goes.
fn renumber(analysis: &mut Value) {
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    for (kind, letter) in [
        (Kind::Technique, 't'),
        (Kind::Observable, 'o'),
        (Kind::Entity, 'e'),
        (Kind::Mitigation, 'm'),
        (Kind::Relation, 'r'),
        (Kind::Event, 'd'),
    ] {
        if kind == Kind::Relation {
            let ends = |r: &Value| {
                ["source", "target"].iter().all(|end| r[*end].as_str().is_some_and(|id| ids.contains_key(id)))
            };
            if let Some(relations) = analysis[kind.list()].as_array_mut() {
                relations.retain(ends);
            }
        }
        for (index, item) in analysis[kind.list()].as_array_mut().into_iter().flatten().enumerate() {
            let id = format!("{letter}{}", index + 1);
            if let Some(old) = claim_id(kind, item).map(str::to_owned) {
                ids.insert(old, id.clone());
            }
            let member = if matches!(kind, Kind::Technique | Kind::Mitigation) { "claim" } else { "id" };
            item[member] = id.into();
        }
    }
    let follow = |list: &mut Value| {
        let Some(refs) = list.as_array_mut() else { return };
        refs.retain_mut(|id| match id.as_str().and_then(|old| ids.get(old)) {
            Some(new) => {
                *id = new.as_str().into();
                true
            }
            None => false,
        });
    };
    for relation in analysis["relations"].as_array_mut().into_iter().flatten() {
        for end in ["source", "target"] {
            if let Some(new) = relation[end].as_str().and_then(|old| ids.get(old)) {
                relation[end] = new.as_str().into();
            }
        }
    }
    for event in analysis["events"].as_array_mut().into_iter().flatten() {
        if event.get("involves").is_some() {
            follow(&mut event["involves"]);
        }
    }
    // Files of earlier releases have none.
    if let Some(fixes) = analysis.get_mut("fixes").and_then(Value::as_array_mut) {
        fixes.retain_mut(|fix| match fix["vulnerability"].as_str().and_then(|old| ids.get(old)) {
            Some(new) => {
                fix["vulnerability"] = new.as_str().into();
                true
            }
            None => false,
        });
    }
    if let Some(facts) = analysis.pointer_mut("/summary/facts").and_then(Value::as_array_mut) {
        facts.retain_mut(|fact| {
            let had = fact["claims"].as_array().is_some_and(|c| !c.is_empty());
            if had {
                follow(&mut fact["claims"]);
            }
            !had || fact["claims"].as_array().is_some_and(|c| !c.is_empty())
        });
    }
}

/// Whether a claim says something about the labels: it was decided and not rejected.
pub(super) fn stands(status: &Status) -> bool {
    matches!(status, Status::Accepted | Status::Edited { .. } | Status::Added { .. })
}
