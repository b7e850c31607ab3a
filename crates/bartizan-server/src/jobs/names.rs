//! What a report names, from its analysis (docs/schema/analysis-1.json): techniques, entities, and what it presents as malicious.

use bartizan_store::Named;
use serde_json::Value;

/// Characters of a sentence that are kept.
const LONGEST: usize = 500;
/// Characters before a name in a longer sentence.
const BEFORE: usize = 200;

/// A span of the text and what is written instead: so that no address of it works.
struct Masked<'a> {
    start: usize,
    end: usize,
    shown: &'a str,
}

/// What an analysis names, techniques first.
pub(super) fn names(analysis: &Value) -> Vec<Named> {
    let masked = masked(analysis);
    let mut names = Vec::new();
    for item in list(analysis, "techniques") {
        let (id, name) = (text(item, "id"), text(item, "name"));
        names.push(named(item, "technique", id, format!("{id} {name}"), &masked));
    }
    for item in list(analysis, "entities") {
        let name = text(item, "name");
        names.push(named(item, text(item, "type"), name, name.to_owned(), &masked));
    }
    for item in list(analysis, "observables").filter(|item| text(item, "verdict") == "indicator") {
        names.push(named(item, "indicator", text(item, "value"), text(item, "display").to_owned(), &masked));
    }
    names
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value[name].as_array().into_iter().flatten()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn number(value: &Value, name: &str) -> usize {
    value[name].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or_default()
}

/// Places of all observables, in order and apart.
fn masked(analysis: &Value) -> Vec<Masked<'_>> {
    let mut all: Vec<Masked<'_>> = list(analysis, "observables")
        .flat_map(|item| {
            let shown = text(item, "display");
            list(item, "evidence").map(move |e| Masked {
                start: number(e, "start"),
                end: number(e, "end"),
                shown,
            })
        })
        .filter(|m| m.start < m.end)
        .collect();
    // The longest of those that begin at one place.
    all.sort_by_key(|m| (m.start, std::cmp::Reverse(m.end)));
    let mut until = 0;
    all.retain(|m| {
        let apart = m.start >= until;
        until = if apart { m.end } else { until };
        apart
    });
    all
}

fn named(item: &Value, kind: &str, value: &str, shown: String, masked: &[Masked<'_>]) -> Named {
    let sure = [text(item, "provenance"), text(item, "confidence_word")];
    let mut sure: Vec<String> = sure.iter().filter(|t| !t.is_empty()).map(|t| (*t).to_owned()).collect();
    sure.extend(item["confidence"].as_f64().map(|p| format!("{p:.2}")));
    let (sentence, hit) = list(item, "evidence").next().map(|e| sentence(e, masked)).unwrap_or_default();
    Named { kind: kind.to_owned(), value: value.to_owned(), shown, sure: sure.join(", "), sentence, hit }
}

/// The sentences of an analysis, to be shown around a place.
pub(crate) struct Sentences<'a> {
    letters: Vec<char>,
    /// First and behind the last character of each, in order.
    places: Vec<(usize, usize)>,
    masked: Vec<Masked<'a>>,
}

impl<'a> Sentences<'a> {
    /// Of an analysis.
    pub(crate) fn of(analysis: &'a Value) -> Self {
        let document = &analysis["document"];
        let mut places: Vec<(usize, usize)> =
            list(document, "sentences").map(|s| (number(s, "start"), number(s, "end"))).collect();
        places.sort_unstable();
        Self { letters: text(document, "text").chars().collect(), places, masked: masked(analysis) }
    }

    /// The sentences that a place touches, in three pieces: before, the place, behind. No address of it works.
    pub(crate) fn pieces(&self, start: usize, end: usize) -> Vec<(String, bool)> {
        let length = self.letters.len();
        if start >= end || end > length {
            return Vec::new();
        }
        let first = self.places.iter().find(|(_, behind)| *behind > start);
        let last = self.places.iter().rev().find(|(begin, _)| *begin < end);
        let from = first.map_or(start, |(begin, _)| (*begin).min(start));
        let to = last.map_or(end, |(_, behind)| (*behind).clamp(end, length));
        let words: String = self.letters[from..to].iter().collect();
        let evidence =
            serde_json::json!({ "start": start, "end": end, "sentence": { "start": from, "text": words } });
        let (words, hit) = sentence(&evidence, &self.masked);
        let letters: Vec<char> = words.chars().collect();
        let at = |place: i64| usize::try_from(place).unwrap_or_default().min(letters.len());
        let (from, to) = (at(hit.0), at(hit.1).max(at(hit.0)));
        let piece = |from: usize, to: usize, hit| (letters[from..to].iter().collect(), hit);
        vec![piece(0, from, false), piece(from, to, true), piece(to, letters.len(), false)]
    }
}

/// The sentence of a place with the observables in it written defanged, and where the place is in what was written.
fn sentence(evidence: &Value, masked: &[Masked<'_>]) -> (String, (i64, i64)) {
    let (start, end) = (number(evidence, "start"), number(evidence, "end"));
    let around = &evidence["sentence"];
    let (words, base) = match around["text"].as_str() {
        Some(words) => (words, number(around, "start")),
        None => (text(evidence, "quote"), start),
    };
    let letters: Vec<char> = words.chars().collect();
    let mut out = Vec::with_capacity(letters.len());
    let (mut from, mut to) = (None, 0);
    let mut next = masked.partition_point(|m| m.end <= base);
    let mut at = 0;
    while let Some(letter) = letters.get(at) {
        let here = base + at;
        if here >= start && here < end {
            from.get_or_insert(out.len());
        }
        match masked.get(next).filter(|m| m.start <= here) {
            Some(m) => {
                out.extend(m.shown.chars());
                at = m.end.saturating_sub(base).max(at + 1);
                next += 1;
            }
            None => {
                out.push(*letter);
                at += 1;
            }
        }
        if here < end && base + at > start {
            from.get_or_insert(out.len().saturating_sub(1));
            to = out.len();
        }
    }
    cut(&out, from.unwrap_or_default().min(to), to)
}

/// So much of a sentence as is kept, around the place.
fn cut(letters: &[char], from: usize, to: usize) -> (String, (i64, i64)) {
    let mut begin = 0;
    if letters.len() > LONGEST {
        begin = from.saturating_sub(BEFORE).min(letters.len() - LONGEST);
    }
    let end = (begin + LONGEST).min(letters.len());
    let place = |at: usize| i64::try_from(at.clamp(begin, end) - begin).unwrap_or_default();
    (letters[begin..end].iter().collect(), (place(from), place(to)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn hit(named: &Named) -> String {
        let (from, to) = (named.hit.0 as usize, named.hit.1 as usize);
        named.sentence.chars().skip(from).take(to - from).collect()
    }

    #[test]
    fn names_carry_their_first_sentence_and_no_address_of_it_works() {
        let around =
            json!({ "start": 100, "end": 143, "text": "Über evil.example lädt Tarrask die Datei x." });
        let place = |start: usize, end: usize| json!([{ "start": start, "end": end, "quote": "", "sentence": around }]);
        let analysis = json!({
            "techniques": [{ "id": "T1105", "name": "Ingress Tool Transfer", "provenance": "inferred",
                "confidence_word": "likely", "confidence": 0.784, "evidence": place(118, 134) }],
            "entities": [{ "type": "malware", "name": "Tarrask", "evidence": place(123, 130) }],
            "observables": [
                { "type": "domain", "value": "evil.example", "display": "evil[.]example", "verdict": "indicator",
                  "evidence": place(105, 117) },
                { "value": "x", "display": "x", "verdict": "reference", "evidence": [7] },
            ],
        });
        let names = names(&analysis);
        assert_eq!(names.len(), 3);
        assert_eq!(
            (names[0].kind.as_str(), names[0].shown.as_str()),
            ("technique", "T1105 Ingress Tool Transfer")
        );
        assert_eq!(names[0].sure, "inferred, likely, 0.78");
        for named in &names {
            assert_eq!(named.sentence, "Über evil[.]example lädt Tarrask die Datei x.");
        }
        let hits: Vec<String> = names.iter().map(hit).collect();
        assert_eq!(hits, ["lädt Tarrask die", "Tarrask", "evil[.]example"]);
    }

    #[test]
    fn long_sentences_are_cut_around_the_place_and_nonsense_is_borne() {
        let long = format!("{}here{}", "a".repeat(3_000), "b".repeat(3_000));
        let e =
            json!({ "start": 3_000, "end": 3_004, "sentence": { "start": 0, "end": 6_004, "text": long } });
        let (sentence, (from, to)) = sentence(&e, &[]);
        assert_eq!((sentence.chars().count(), &sentence[from as usize..to as usize]), (LONGEST, "here"));
        for bad in [
            json!(null),
            json!({ "entities": 7 }),
            json!({ "entities": [{ "evidence": [{ "start": 9, "end": 1, "quote": "x" }] }] }),
        ] {
            assert!(names(&bad).len() < 2);
        }
    }
}
