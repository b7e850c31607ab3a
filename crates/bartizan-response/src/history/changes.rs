//! What is new, changed and withdrawn between two analyses.

use super::record::{Claim, Record};
use bartizan_stix::Tlp;
use std::collections::BTreeMap;

/// Confidences nearer than this are the same: a sentence moved changes the last digits.
const MOVED: f64 = 0.1;

/// From one analysis to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Changes {
    /// What the older one is.
    pub old: Edition,
    /// What the newer one is.
    pub new: Edition,
    /// The stricter of both markings.
    pub marking: Tlp,
    /// Facts about the whole that differ: title, marking, risk, attribution.
    pub facts: Vec<Fact>,
    /// Techniques, observables, entities, each in the order of the newer analysis, withdrawn ones in that of the older.
    pub parts: Vec<Part>,
}

/// One of the two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    /// Title.
    pub title: String,
    /// SHA-256 of the report.
    pub sha256: String,
    /// Day of publication.
    pub published: Option<String>,
    /// When it was analysed.
    pub generated: String,
    /// Versions in the knowledge pack.
    pub pack: String,
}

/// A fact about the whole that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Stable key: `title`, `published`, `marking`, `risk`, `attribution`, `genre`, `knowledge`.
    pub key: &'static str,
    /// Name to show.
    pub label: &'static str,
    /// Before; empty if there was none.
    pub old: String,
    /// Now; empty if there is none.
    pub new: String,
}

/// Claims of one sort.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// `techniques`, `observables` or `entities`.
    pub key: &'static str,
    /// Only in the newer.
    pub added: Vec<Claim>,
    /// Only in the older.
    pub withdrawn: Vec<Claim>,
    /// In both, and not the same.
    pub changed: Vec<Changed>,
    /// In both, and the same.
    pub same: usize,
}

/// A claim that both make and that is not the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// Before.
    pub old: Claim,
    /// Now.
    pub new: Claim,
}

impl Changes {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        let none = |p: &Part| p.added.is_empty() && p.withdrawn.is_empty() && p.changed.is_empty();
        self.facts.is_empty() && self.parts.iter().all(none)
    }

    /// Added, withdrawn and changed claims.
    pub fn counts(&self) -> (usize, usize, usize) {
        let sum = |f: fn(&Part) -> usize| self.parts.iter().map(f).sum();
        (sum(|p| p.added.len()), sum(|p| p.withdrawn.len()), sum(|p| p.changed.len()))
    }
}

/// Compares an older with a newer analysis.
pub fn changes(old: &Record, new: &Record) -> Changes {
    Changes {
        old: edition(old),
        new: edition(new),
        marking: old.marking.max(new.marking),
        facts: facts(old, new),
        parts: vec![
            compare("techniques", &old.techniques, &new.techniques),
            compare("observables", &old.observables, &new.observables),
            compare("entities", &old.entities, &new.entities),
        ],
    }
}

fn edition(record: &Record) -> Edition {
    Edition {
        title: record.title.clone(),
        sha256: record.sha256.clone(),
        published: record.published.clone(),
        generated: record.generated.clone(),
        pack: record.pack.clone(),
    }
}

fn facts(old: &Record, new: &Record) -> Vec<Fact> {
    let risk =
        |r: &Record| r.risk.as_ref().map_or_else(String::new, |(score, band)| format!("{score:.0} {band}"));
    let stated = |r: &Record| r.stated.join(", ");
    let all = [
        ("title", "Title", old.title.clone(), new.title.clone()),
        (
            "published",
            "Published",
            old.published.clone().unwrap_or_default(),
            new.published.clone().unwrap_or_default(),
        ),
        ("marking", "Marking", old.marking.as_str().to_owned(), new.marking.as_str().to_owned()),
        (
            "genre",
            "Kind of text",
            old.genre.clone().unwrap_or_default(),
            new.genre.clone().unwrap_or_default(),
        ),
        ("risk", "Risk", risk(old), risk(new)),
        ("attribution", "Attributed to", stated(old), stated(new)),
        ("knowledge", "Knowledge pack", old.pack.clone(), new.pack.clone()),
    ];
    let differ = all.into_iter().filter(|(_, _, old, new)| old != new);
    differ.map(|(key, label, old, new)| Fact { key, label, old, new }).collect()
}

/// Compares claims of one sort.
pub fn compare(key: &'static str, old: &[Claim], new: &[Claim]) -> Part {
    let (before, now) = (index(old), index(new));
    let mut part = Part { key, added: Vec::new(), withdrawn: Vec::new(), changed: Vec::new(), same: 0 };
    for claim in firsts(new, &now) {
        match before.get(&name(claim)) {
            None => part.added.push(claim.clone()),
            Some(was) if differs(was, claim) => {
                part.changed.push(Changed { old: (*was).clone(), new: claim.clone() });
            }
            Some(_) => part.same += 1,
        }
    }
    part.withdrawn = firsts(old, &before).filter(|c| !now.contains_key(&name(c))).cloned().collect();
    part
}

/// Kind and key: what makes two claims the same.
fn name(claim: &Claim) -> (&str, &str) {
    (&claim.kind, &claim.key)
}

/// Each thing once: a file may name one twice.
fn index(claims: &[Claim]) -> BTreeMap<(&str, &str), &Claim> {
    claims.iter().rev().map(|c| (name(c), c)).collect()
}

fn firsts<'a>(
    claims: &'a [Claim],
    index: &'a BTreeMap<(&str, &str), &Claim>,
) -> impl Iterator<Item = &'a Claim> {
    claims.iter().filter(|c| index.get(&name(c)).is_some_and(|first| std::ptr::eq(*first, *c)))
}

fn differs(old: &Claim, new: &Claim) -> bool {
    // Hundredths, so that a step of exactly a tenth counts as one.
    let apart = ((old.confidence - new.confidence).abs() * 100.0).round() >= MOVED * 100.0;
    apart || old.grade != new.grade || old.label != new.label
}
