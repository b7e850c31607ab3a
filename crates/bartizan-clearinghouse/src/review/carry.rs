//! What a review still says about a new edition of the report.

use std::collections::{BTreeMap, VecDeque};

use super::decision::{Action, Reviewer};
use super::fold::{Addition, Decided, Review, Status};
use super::key::{ClaimKey, Kind, Place};
use super::source::Source;

/// A decision about an earlier edition that holds for the new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// Who decided.
    pub by: Reviewer,
    /// When, in microseconds since 1970.
    pub at: i64,
    /// What, with the places of the new edition.
    pub action: Action,
}

/// Where the sentences of the new edition stand, and its claims by what they say and in which words.
struct Stood<'s> {
    sentences: BTreeMap<&'s str, VecDeque<Place>>,
    claims: BTreeMap<(Kind, &'s str, &'s str, &'s str), VecDeque<&'s ClaimKey>>,
}

/// The decisions of a review whose claim says the same in the same sentence of a new edition, in the order they were made.
///
/// That nothing is missing is not carried over: it was said of another text. Nor is what was decided about a sentence that has
/// been written anew, even by a word: whoever decided has not read that.
pub fn carry(old: &Source, review: &Review, new: &Source) -> Vec<Carried> {
    let mut stood = Stood::of(new);
    let mut found: Vec<(u64, Carried)> = Vec::new();
    for (claim, standing) in &review.claims {
        // Where reviewers do not agree, all of their words go on.
        let conflict = review.conflicts.iter().find(|c| c.claim == *claim).map(|c| c.words.clone());
        let one = || standing.decided.clone().map(|decided| vec![(decided, standing.status.clone())]);
        let Some(words) = conflict.or_else(one) else { continue };
        let Some(moved) = stood.moved(old, new, claim) else { continue };
        for (Decided { by, at, order }, status) in words {
            if let Some(action) = moved.action(review, new, claim, &status) {
                found.push((order, Carried { by, at, action }));
            }
        }
    }
    found.sort_by_key(|(order, _)| *order);
    found.into_iter().map(|(_, carried)| carried).collect()
}

impl<'s> Stood<'s> {
    fn of(new: &'s Source) -> Self {
        let mut stood = Self { sentences: BTreeMap::new(), claims: BTreeMap::new() };
        for place in new.sentences() {
            if let Some(text) = new.quote(*place) {
                stood.sentences.entry(text).or_default().push_back(*place);
            }
        }
        for claim in new.claims() {
            if let (Some(around), Some(quote)) =
                (new.quote(new.around(claim.place())), new.quote(claim.place()))
            {
                let key = (claim.kind(), claim.name(), around, quote);
                stood.claims.entry(key).or_default().push_back(claim);
            }
        }
        stood
    }

    /// The claim in the new edition. Of several that read the same, the first of one is the first of the other.
    fn moved(&mut self, old: &'s Source, new: &Source, claim: &'s ClaimKey) -> Option<Moved> {
        let around = old.around(claim.place());
        let (words, quote) = (old.quote(around)?, old.quote(claim.place())?);
        if old.has(claim) {
            let places = self.claims.get_mut(&(claim.kind(), claim.name(), words, quote))?;
            let there = places.pop_front()?;
            return Some(Moved { from: around, to: new.around(there.place()), claim: Some(there.clone()) });
        }
        // What a person added is in no list of the new analysis: its sentence says where it stands.
        let to = *self.sentences.get(words)?.front()?;
        Some(Moved { from: around, to, claim: None })
    }
}

/// A sentence in both editions, and the claim in the newer one.
struct Moved {
    from: Place,
    to: Place,
    claim: Option<ClaimKey>,
}

impl Moved {
    /// A place of the sentence, in the new edition.
    fn place(&self, old: Place) -> Option<Place> {
        let at = |point: u32| Some(self.to.start + point.checked_sub(self.from.start)?);
        self.from.contains(old).then_some(())?;
        Some(Place { start: at(old.start)?, end: at(old.end)? })
    }

    fn action(&self, review: &Review, new: &Source, old: &ClaimKey, status: &Status) -> Option<Action> {
        let own = || match (&self.claim, self.place(old.place())) {
            (Some(claim), _) => Some(claim.clone()),
            (None, Some(place)) => Some(ClaimKey::new(old.kind(), old.name(), place)),
            (None, None) => None,
        };
        Some(match status {
            Status::Open => return None,
            Status::Accepted => Action::Accept { claim: own()? },
            Status::Rejected { reason } => Action::Reject { claim: own()?, reason: reason.clone() },
            Status::Edited { to } => {
                let to = self.place(*to)?;
                Action::Edit { claim: own()?, to, quote: new.quote(to)?.to_owned() }
            }
            Status::Added { .. } => {
                let at = self.place(old.place())?;
                let quote = new.quote(at)?.to_owned();
                match review.added.get(old)? {
                    Addition::Technique { technique } => {
                        let claim = ClaimKey::technique(technique, at);
                        // The analysis has found it meanwhile.
                        if new.has(&claim) {
                            return Some(Action::Accept { claim });
                        }
                        Action::AddTechnique { technique: technique.clone(), at, quote }
                    }
                    Addition::Observable { kind, value, verdict } => Action::AddObservable {
                        kind: kind.clone(),
                        value: value.clone(),
                        verdict: *verdict,
                        at,
                        quote,
                    },
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::{Decision, Listed, Technique, Verdict};
    use super::*;

    const OLD: [&str; 3] = ["It dumped LSASS mémory.", "It called 192.0.2.7 twice.", "Then it slept."];
    /// Its first sentence is new, the second is one of before, the third was changed by a word, the fourth is as before.
    const NEW: [&str; 4] =
        ["Updated 🐍 today.", "It dumped LSASS mémory.", "It called 192.0.2.7 once.", "Then it slept."];

    fn analysis(sentences: &[&str], claims: &[(&str, &str, &str)]) -> Source {
        let text = sentences.join(" ");
        let find = |words: &str| {
            let byte = text.find(words).expect("words of the text");
            let start = text[..byte].chars().count();
            (start, start + words.chars().count())
        };
        let places: Vec<Value> =
            sentences.iter().map(|s| json!({ "start": find(s).0, "end": find(s).1, "block": 0 })).collect();
        let of = |list: &str| -> Vec<Value> {
            let some = claims.iter().filter(|(of, ..)| *of == list);
            some.map(|(_, id, words)| {
                let (start, end) = find(words);
                json!({ "id": id, "type": "ipv4", "value": id, "claim": format!("{list}-{id}"),
                    "evidence": [{ "start": start, "end": end }] })
            })
            .collect()
        };
        Source::read(json!({
            "document": { "text": text, "sentences": places, "blocks": [] },
            "techniques": of("techniques"), "observables": of("observables"),
            "withheld": [], "entities": [], "relations": [], "events": [], "mitigations": [],
        }))
        .expect("an analysis")
    }

    fn place(source: &Source, words: &str) -> (Place, String) {
        let start = source.text()[..source.text().find(words).expect("words")].chars().count() as u32;
        (Place { start, end: start + words.chars().count() as u32 }, words.to_owned())
    }

    #[test]
    fn decisions_follow_their_sentence_and_no_other() {
        let claims = [("techniques", "T1003", "dumped LSASS"), ("observables", "192.0.2.7", "192.0.2.7")];
        let (old, new) = (analysis(&OLD, &claims), analysis(&NEW, &claims));
        let technique = |id: &str| {
            let (name, domain) = (id.to_owned(), "enterprise-attack".to_owned());
            (id.to_owned(), Technique { id: id.to_owned(), name, domain, tactics: Vec::new() })
        };
        let names = Listed {
            techniques: BTreeMap::from(["T1003", "T1497", "T1071"].map(technique)),
            kinds: vec!["ipv4".into()],
        };
        let dump = ClaimKey::technique("T1003", place(&old, "dumped LSASS").0);
        let address = ClaimKey::observable("ipv4", "192.0.2.7", place(&old, "192.0.2.7").0);
        let (slept, words) = place(&old, "slept");
        let (lsass, lsass_words) = place(&old, "LSASS");
        let (twice, twice_words) = place(&old, "called");
        let actions = [
            ("p1", Action::Reject { claim: dump.clone(), reason: "a test".into() }),
            ("p2", Action::Edit { claim: dump.clone(), to: lsass, quote: lsass_words }),
            ("p1", Action::Accept { claim: address }),
            ("p1", Action::AddTechnique { technique: "T1497".into(), at: slept, quote: words.clone() }),
            ("p1", Action::AddTechnique { technique: "T1071".into(), at: twice, quote: twice_words }),
            (
                "p1",
                Action::AddObservable {
                    kind: "ipv4".into(),
                    value: "192.0.2.7".into(),
                    verdict: Verdict::Indicator,
                    at: slept,
                    quote: words,
                },
            ),
            ("p1", Action::Complete),
        ];
        let log: Vec<Decision> = actions
            .into_iter()
            .zip(1..)
            .map(|((by, action), order)| Decision {
                order,
                by: by.parse().expect("an id"),
                at: order as i64 * 10,
                action,
            })
            .collect();
        let review = Review::fold(&old, &log, &names);
        assert_eq!(review.left_out, []);
        let carried = carry(&old, &review, &new);
        // By hand: "Updated 🐍 today. " is 17 characters long; "It called … once." is one shorter than "… twice.".
        let there = ClaimKey::technique(
            "T1003",
            Place { start: dump.place().start + 17, end: dump.place().end + 17 },
        );
        let told: Vec<(&str, i64, String)> = carried
            .iter()
            .map(|c| (c.by.as_str(), c.at, serde_json::to_string(&c.action).expect("JSON")))
            .collect();
        let shifted = |p: Place, by: u32| Place { start: p.start + by, end: p.end + by };
        let json = |action: Action| serde_json::to_string(&action).expect("JSON");
        let expected = vec![
            ("p1", 10, json(Action::Reject { claim: there.clone(), reason: "a test".into() })),
            ("p2", 20, json(Action::Edit { claim: there, to: shifted(lsass, 17), quote: "LSASS".into() })),
            (
                "p1",
                40,
                json(Action::AddTechnique {
                    technique: "T1497".into(),
                    at: shifted(slept, 16),
                    quote: "slept".into(),
                }),
            ),
            (
                "p1",
                60,
                json(Action::AddObservable {
                    kind: "ipv4".into(),
                    value: "192.0.2.7".into(),
                    verdict: Verdict::Indicator,
                    at: shifted(slept, 16),
                    quote: "slept".into(),
                }),
            ),
        ];
        assert_eq!(told, expected);
        // Every one of them makes sense in the new edition.
        let log: Vec<Decision> = carried
            .into_iter()
            .zip(1..)
            .map(|(c, order)| Decision { order, by: c.by, at: c.at, action: c.action })
            .collect();
        let review = Review::fold(&new, &log, &names);
        assert_eq!((review.left_out.len(), review.complete, review.progress.reviewed), (0, None, 1));
    }

    #[test]
    fn what_the_analysis_found_meanwhile_is_accepted() {
        let old = analysis(&OLD, &[]);
        let new = analysis(&NEW, &[("techniques", "T1497", "slept")]);
        let (at, quote) = place(&old, "slept");
        let action = Action::AddTechnique { technique: "T1497".into(), at, quote };
        let log = [Decision { order: 1, by: "p1".parse().expect("an id"), at: 1, action }];
        let technique =
            Technique { id: "T1497".into(), name: "x".into(), domain: "d".into(), tactics: Vec::new() };
        let names =
            Listed { techniques: BTreeMap::from([("T1497".to_owned(), technique)]), kinds: Vec::new() };
        let carried = carry(&old, &Review::fold(&old, &log, &names), &new);
        let claim = ClaimKey::technique("T1497", place(&new, "slept").0);
        assert_eq!(carried.iter().map(|c| c.action.clone()).collect::<Vec<_>>(), [Action::Accept { claim }]);
    }
}
