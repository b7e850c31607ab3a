//! The ATT&CK matrix: tactics of the pack in matrix order, techniques of this report in them.

use crate::claims::{DOMAINS, Sure};
use crate::key::Key;
use crate::safe::shown;
use bartizan::{Analysis, TechniqueMapping};
use bartizan_knowledge::{Domain, Pack, Tactic};
use std::collections::{BTreeMap, BTreeSet};

/// One domain.
#[derive(Debug)]
pub(crate) struct Matrix {
    pub name: &'static str,
    /// Tactics with at least one technique of this report.
    pub columns: Vec<Column>,
    /// All tactics with all techniques of the pack.
    pub whole: Vec<Column>,
    pub covered: usize,
    pub total: usize,
}

/// One tactic.
#[derive(Debug)]
pub(crate) struct Column {
    pub name: String,
    pub covered: usize,
    pub cells: Vec<Cell>,
}

/// One technique under one tactic.
#[derive(Debug)]
pub(crate) struct Cell {
    pub id: String,
    pub name: String,
    pub claim: Option<Hit>,
    /// Covered sub-techniques.
    pub subs: Vec<Cell>,
    /// Sub-techniques in the pack.
    pub of: usize,
}

impl Cell {
    fn is_covered(&self) -> bool {
        self.claim.is_some() || !self.subs.is_empty()
    }
}

/// The claim in a cell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    pub key: Key,
    pub sure: Sure,
    pub provenance: &'static str,
    /// Rules that would see it.
    pub rules: usize,
}

/// One matrix for each domain the report touches; `rules` says how many see a technique.
pub(crate) fn matrices(analysis: &Analysis, pack: &Pack, rules: &dyn Fn(usize) -> usize) -> Vec<Matrix> {
    DOMAINS
        .into_iter()
        .filter_map(|(domain, name)| {
            let mapped: BTreeMap<&str, (usize, &TechniqueMapping)> = analysis
                .techniques
                .iter()
                .enumerate()
                .filter(|(_, t)| t.domain == domain.as_str())
                .map(|(i, t)| (t.id.as_str(), (i, t)))
                .collect();
            (!mapped.is_empty()).then(|| matrix(domain, name, &mapped, pack, rules))
        })
        .collect()
}

fn matrix(
    domain: Domain,
    name: &'static str,
    mapped: &BTreeMap<&str, (usize, &TechniqueMapping)>,
    pack: &Pack,
    rules: &dyn Fn(usize) -> usize,
) -> Matrix {
    let mut tactics: Vec<(&str, &str)> =
        pack.tactics(domain).iter().map(|t: &Tactic<'_>| (t.short_name, t.name)).collect();
    // A mapping under a tactic that the pack does not know still has a column.
    for (_, t) in mapped.values() {
        for short in &t.tactics {
            if !tactics.iter().any(|(s, _)| s == short) {
                tactics.push((short, short));
            }
        }
    }
    let mut parents: Vec<(&str, &str, BTreeSet<&str>)> = Vec::new();
    let mut subs: BTreeMap<&str, usize> = BTreeMap::new();
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for t in pack.techniques().iter().filter(|t| t.domain == domain) {
        match t.parent {
            Some(parent) => *subs.entry(parent).or_default() += 1,
            None => {
                known.insert(t.id);
                parents.push((t.id, t.name, t.tactics.iter().copied().collect()));
            }
        }
    }
    let total = known.len() + subs.values().sum::<usize>();
    let parent_of = |id: &str| -> Option<&str> {
        pack.technique(id).and_then(|t| t.parent).filter(|p| known.contains(p))
    };
    for (id, (_, t)) in mapped {
        if !known.contains(id) && parent_of(id).is_none() {
            parents.push((id, &t.name, t.tactics.iter().map(String::as_str).collect()));
        }
    }
    parents.sort_by_key(|(id, name, _)| (*name, *id));
    let hit = |id: &str| {
        mapped.get(id).map(|(i, t)| Hit {
            key: Key::technique(*i),
            sure: t.confidence.into(),
            provenance: t.provenance.as_str(),
            rules: rules(*i),
        })
    };
    let mut children: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for id in mapped.keys() {
        if let Some(parent) = parent_of(id) {
            children.entry(parent).or_default().push(id);
        }
    }
    let cell = |id: &str, name: &str, tactic: &str| Cell {
        id: shown(id).into_owned(),
        name: shown(name).into_owned(),
        claim: hit(id).filter(|_| mapped.get(id).is_some_and(|(_, t)| t.tactics.iter().any(|s| s == tactic))),
        subs: children
            .get(id)
            .into_iter()
            .flatten()
            .filter_map(|sub| mapped.get(sub).map(|(_, t)| (*sub, *t)))
            .filter(|(_, t)| t.tactics.iter().any(|s| s == tactic))
            .map(|(sub, t)| Cell {
                id: shown(sub).into_owned(),
                name: shown(&t.name).into_owned(),
                claim: hit(sub),
                subs: Vec::new(),
                of: 0,
            })
            .collect(),
        of: subs.get(id).copied().unwrap_or(0),
    };
    let column = |whole: bool| -> Vec<Column> {
        tactics
            .iter()
            .filter_map(|(short, name)| {
                let cells: Vec<Cell> = parents
                    .iter()
                    .filter(|(_, _, tactics)| tactics.contains(short))
                    .map(|(id, name, _)| cell(id, name, short))
                    .filter(|c| whole || c.is_covered())
                    .collect();
                let covered = cells.iter().map(|c| usize::from(c.claim.is_some()) + c.subs.len()).sum();
                (whole || !cells.is_empty()).then(|| Column {
                    name: shown(name).into_owned(),
                    covered,
                    cells,
                })
            })
            .collect()
    };
    Matrix { name, columns: column(false), whole: column(true), covered: mapped.len(), total }
}
