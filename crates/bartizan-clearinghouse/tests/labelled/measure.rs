//! What of a labelled set is found, and what is found that is not there.

use std::collections::{BTreeMap, BTreeSet};

use bartizan_clearinghouse::duplicate::{Credit, Grounds, Merges, Prepared, automatic_groups, candidates};

use super::Labelled;

/// Figures over pairs of reports.
#[derive(Debug, Default)]
pub struct Figures {
    pub reports: usize,
    pub duplicates: usize,
    pub automatic: usize,
    pub automatic_right: usize,
    pub proposals: usize,
    pub proposals_right: usize,
    pub found: usize,
    pub credits_lost: usize,
    /// Wrong automatic merges by how their reports were made.
    pub wrong: BTreeMap<(&'static str, &'static str), usize>,
    /// Duplicates that were not found, likewise.
    pub missed: BTreeMap<(&'static str, &'static str), usize>,
}

impl Figures {
    pub fn precision(&self) -> f64 {
        self.automatic_right as f64 / self.automatic.max(1) as f64
    }
    pub fn recall(&self) -> f64 {
        self.found as f64 / self.duplicates.max(1) as f64
    }
    pub fn proposal_precision(&self) -> f64 {
        self.proposals_right as f64 / self.proposals.max(1) as f64
    }
}

type Pair = (String, String);

pub fn measure(set: &[Labelled]) -> Figures {
    let prepared: Vec<Prepared> = set.iter().map(|labelled| Prepared::of(&labelled.report)).collect();
    let by_id: BTreeMap<&str, &Labelled> = set.iter().map(|one| (one.report.id.as_str(), one)).collect();
    let same = |pair: &Pair| by_id[pair.0.as_str()].flaw == by_id[pair.1.as_str()].flaw;
    let how = |pair: &Pair| (by_id[pair.0.as_str()].how, by_id[pair.1.as_str()].how);
    let found = candidates(&prepared);
    let mut automatic: BTreeSet<Pair> = BTreeSet::new();
    for group in automatic_groups(&prepared, &found) {
        let members: Vec<&String> = group.iter().collect();
        for (at, a) in members.iter().enumerate() {
            automatic.extend(members[at + 1..].iter().map(|b| ((*a).clone(), (*b).clone())));
        }
    }
    let all: BTreeSet<Pair> = found.iter().map(|c| (c.first.clone(), c.second.clone())).collect();
    let proposals: BTreeSet<&Pair> = all.difference(&automatic).collect();
    let mut figures = Figures { reports: set.len(), ..Figures::default() };
    for (at, a) in set.iter().enumerate() {
        for b in set[at + 1..].iter().filter(|b| b.flaw == a.flaw) {
            let mut pair = (a.report.id.clone(), b.report.id.clone());
            if pair.0 > pair.1 {
                pair = (pair.1, pair.0);
            }
            figures.duplicates += 1;
            if automatic.contains(&pair) || all.contains(&pair) {
                figures.found += 1;
            } else {
                *figures.missed.entry(how(&pair)).or_default() += 1;
            }
        }
    }
    figures.automatic = automatic.len();
    figures.automatic_right = automatic.iter().filter(|pair| same(pair)).count();
    for pair in automatic.iter().filter(|pair| !same(pair)) {
        *figures.wrong.entry(how(pair)).or_default() += 1;
    }
    figures.proposals = proposals.len();
    figures.proposals_right = proposals.iter().filter(|pair| same(pair)).count();
    figures.credits_lost =
        credits_lost(set, automatic.iter().chain(proposals.into_iter().filter(|pair| same(pair))));
    figures
}

/// Merges everything that is to be merged, and counts the credits that the groups then lack.
fn credits_lost<'p>(set: &[Labelled], pairs: impl Iterator<Item = &'p Pair>) -> usize {
    let mut merges = Merges::default();
    for one in set {
        merges.add(&one.report.id, &one.report.credits).expect("a new report");
    }
    for (first, second) in pairs {
        let grounds = Grounds { same_cause: true, same_fix: true, because: "labelled".into() };
        // Two that are one already through others are refused, which loses nothing.
        _ = merges.merge(first, second, grounds);
    }
    set.iter()
        .map(|one| {
            let credits = merges.credits(&one.report.id);
            let kept = |credit: &Credit| {
                credits.iter().any(|(report, kept)| *report == one.report.id && kept == credit)
            };
            one.report.credits.iter().filter(|credit| !kept(credit)).count()
        })
        .sum()
}
