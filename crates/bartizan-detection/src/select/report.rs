//! What of a report the rules of a corpus are compared with.

use std::collections::BTreeSet;

use bartizan::{Analysis, EntityKind, Evidence, ObservableKind};
use bartizan_sigma::{eval::Event, rule::LogSource};

use super::{Listed, words::stems};
use crate::{Detections, platforms};

/// An event that the report's observables make.
pub(super) struct Made<'a> {
    pub(super) what: String,
    pub(super) category: Option<&'a str>,
    pub(super) product: Option<&'a str>,
    pub(super) event: Event,
    pub(super) observables: &'a [usize],
}

/// What of a report rules are compared with.
pub(super) struct Report<'a> {
    pub(super) analysis: &'a Analysis,
    pub(super) platforms: BTreeSet<&'static str>,
    /// Stems of the whole text.
    pub(super) words: BTreeSet<String>,
    /// For each technique the stems of its sentences, each with those of its name.
    pub(super) claims: Vec<Vec<BTreeSet<String>>>,
    pub(super) cves: BTreeSet<String>,
    pub(super) events: Vec<Made<'a>>,
    /// The text in lower case.
    lower: String,
    /// The system that it speaks of most.
    system: &'static str,
}

/// Words beside a program that is run.
const RUN: &[&str] = &[
    "command", "ran ", "run ", "runs ", "running", "execut", "utility", "tool", "using ", "use of", "launch",
    "spawn",
];

impl<'a> Report<'a> {
    pub(super) fn of(analysis: &'a Analysis, detections: &'a Detections) -> Self {
        let text = &analysis.document.text;
        let claims = analysis.techniques.iter().map(|t| {
            let sentence =
                |e: &Evidence| stems(around(text, *e)).chain(stems(&t.name)).collect::<BTreeSet<String>>();
            t.evidence.iter().map(sentence).collect()
        });
        let vulnerabilities = analysis.entities.iter().filter(|e| e.kind == EntityKind::Vulnerability);
        let cves = analysis.observables.iter().filter(|o| o.kind == ObservableKind::Cve);
        Self {
            analysis,
            platforms: platforms::of(text),
            words: stems(text).collect(),
            claims: claims.collect(),
            cves: vulnerabilities
                .filter_map(|e| e.knowledge_id.as_deref())
                .chain(cves.map(|o| o.value.as_str()))
                .map(str::to_lowercase)
                .collect(),
            events: made(detections),
            lower: text.to_lowercase(),
            system: platforms::most(text),
        }
    }

    /// Whether the report says that a program ran: it stands in a command line or with its ending, beside a word of running,
    /// or in the name of a technique that is met.
    pub(super) fn runs(&self, name: &str, techniques: &[usize]) -> bool {
        let named = |i: &usize| {
            self.analysis.techniques.get(*i).is_some_and(|t| t.name.to_lowercase().contains(name))
        };
        if techniques.iter().any(named) {
            return true;
        }
        let free = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        let mut places = self.lower.match_indices(name).map(|(at, _)| (at, at + name.len()));
        places.any(|(at, end)| {
            let (before, after) = (&self.lower[..at], &self.lower[end..]);
            if !free(before.chars().next_back()) || !free(after.chars().next()) {
                return false;
            }
            let near = |from: usize, to: usize| {
                let from = (from..=at).find(|i| self.lower.is_char_boundary(*i)).unwrap_or(at);
                let to = (end..=to.min(self.lower.len())).rev().find(|i| self.lower.is_char_boundary(*i));
                &self.lower[from..to.unwrap_or(end)]
            };
            let around = near(at.saturating_sub(40), end + 40);
            after.starts_with(".exe")
                || RUN.iter().any(|word| around.contains(word))
                || self.is_command(at, end)
        })
    }

    /// Whether a place lies in a command line that the report quotes.
    fn is_command(&self, at: usize, end: usize) -> bool {
        // Lower case may have moved what stands behind letters of other scripts: then it is only not seen.
        let lines = self.analysis.observables.iter().filter(|o| o.kind == ObservableKind::CommandLine);
        let mut places = lines.flat_map(|o| &o.evidence);
        places.any(|e| e.span.start as usize <= at && end <= e.span.end as usize)
    }

    /// Whether a sentence of these techniques says all of the way.
    pub(super) fn goes(&self, way: &BTreeSet<String>, techniques: &[usize]) -> bool {
        way.is_empty() || self.said(techniques).any(|said| way.is_subset(said))
    }

    /// The claims that a rule's techniques meet, and the point of the best.
    pub(super) fn technique(&self, listed: &Listed, points: &mut Vec<(f32, String)>) -> Vec<usize> {
        let mut met: Vec<(f32, usize, String)> = Vec::new();
        for (index, claim) in self.analysis.techniques.iter().enumerate() {
            let ways = listed.techniques.iter().filter_map(|id| near(id, &claim.id));
            if let Some((near, how)) = ways.max_by(|a, b| a.0.total_cmp(&b.0)) {
                let weight = near * (0.4 + 0.6 * claim.confidence.get());
                met.push((weight, index, format!("it is for {how}{} {}", claim.id, claim.name)));
            }
        }
        met.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        points.extend(met.first().map(|(weight, _, why)| (*weight, why.clone())));
        met.into_iter().map(|(_, index, _)| index).collect()
    }

    /// Stems of the sentences of these techniques.
    pub(super) fn said(&self, techniques: &[usize]) -> impl Iterator<Item = &BTreeSet<String>> {
        techniques.iter().filter_map(|i| self.claims.get(*i)).flatten()
    }

    /// Whether a rule is for another system than the one that the report mostly speaks of, and no sentence of these techniques
    /// names it.
    pub(super) fn strays(&self, source: &LogSource, techniques: &[usize]) -> bool {
        let Some(product) = source.product.as_deref() else { return false };
        let system = matches!(product, "windows" | "linux" | "macos");
        system && product != self.system && !self.said(techniques).any(|said| said.contains(product))
    }

    pub(super) fn speaks_of(&self, source: &LogSource) -> bool {
        match source.product.as_deref() {
            None => true,
            Some(product) => {
                self.platforms.contains(product)
                    || stems(product).all(|word| self.words.contains(&word)) && product != "windows"
            }
        }
    }
}

/// Events of the generated rules that come from observables.
pub(super) fn made(detections: &Detections) -> Vec<Made<'_>> {
    let rules = detections.rules.iter().filter(|rule| !rule.observables.is_empty());
    let samples = rules.flat_map(|rule| {
        let reported = rule.proof.positives.iter().filter(|s| s.what.ends_with("as reported"));
        reported.map(move |sample| Made {
            what: sample.event["CommandLine"].as_str().unwrap_or(&sample.what).chars().take(160).collect(),
            category: rule.log_source.category.as_deref(),
            product: rule.log_source.product.as_deref(),
            event: Event::new(sample.event.clone()),
            observables: if rule.observables.len() == 1 { &rule.observables } else { &[] },
        })
    });
    samples.collect()
}

/// The sentence, or what stands around the words where it is a table.
pub(super) fn around(text: &str, evidence: Evidence) -> &str {
    const LONG: usize = 500;
    let sentence = evidence.sentence.of(text);
    if sentence.len() <= LONG {
        return sentence;
    }
    let at = evidence.span.start.saturating_sub(evidence.sentence.start) as usize;
    let (from, to) = (at.saturating_sub(LONG / 4).min(sentence.len()), (at + LONG / 2).min(sentence.len()));
    let from = (0..=from).rev().find(|i| sentence.is_char_boundary(*i)).unwrap_or(0);
    let to = (to..=sentence.len()).find(|i| sentence.is_char_boundary(*i)).unwrap_or(sentence.len());
    sentence.get(from..to).unwrap_or(sentence)
}

/// How near two techniques are.
pub(super) fn near(rule: &str, claim: &str) -> Option<(f32, &'static str)> {
    let parent = |id: &str| id.split('.').next().map(str::to_owned);
    if rule == claim {
        Some((3.0, ""))
    } else if parent(rule).as_deref() == Some(claim) {
        Some((2.0, "a part of "))
    } else if parent(claim).as_deref() == Some(rule) {
        Some((1.5, "what is above "))
    } else {
        None
    }
}
