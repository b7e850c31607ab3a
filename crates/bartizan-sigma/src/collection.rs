//! Rules, correlations and filters of several files, with what they say of each other resolved.

use std::collections::HashMap;

use crate::{
    error::Error,
    rule::{Correlation, Document, Filter, Reference, Rule},
};

/// The deepest chain of correlations over correlations.
const MOST_DEPTH: usize = 16;

/// A set of rules whose filters are applied and whose correlations lead somewhere.
#[derive(Clone, Debug, Default)]
pub struct Collection {
    /// The rules, in the order of the documents, filters applied.
    pub rules: Vec<Rule>,
    /// The correlations, in the order of the documents.
    pub correlations: Vec<Correlation>,
    /// What each correlation is over, in the order of its `rules`.
    members: Vec<Vec<Member>>,
    /// Whether a rule, or a correlation, stands on its own.
    alone: (Vec<bool>, Vec<bool>),
}

/// What a correlation is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Member {
    /// The matches of [`Collection::rules`] at this place.
    Rule(usize),
    /// The matches of [`Collection::correlations`] at this place.
    Correlation(usize),
}

/// Why a document of a set was left out or has no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The number of the document, counted from 0 in the order given.
    pub document: usize,
    /// What is wrong, with the place in that document's file.
    pub error: Error,
}

/// Ids and names of a set, and what has them: several where documents of one file share an id (`action: global`).
type Names = HashMap<String, Vec<Member>>;

impl Collection {
    /// Joins documents. A correlation with a problem is left out; a rule that a filter cannot reach stays as it is.
    pub fn new(documents: impl IntoIterator<Item = Document>) -> (Self, Vec<Problem>) {
        let (mut set, mut filters) = (Self::default(), Vec::new());
        let (mut names, mut origin) = (Names::new(), Vec::new());
        let mut problems = Vec::new();
        for (number, document) in documents.into_iter().enumerate() {
            let (about, member) = match document {
                Document::Rule(rule) => {
                    set.rules.push(*rule);
                    (set.rules.last(), Member::Rule(set.rules.len() - 1))
                }
                Document::Correlation(correlation) => {
                    origin.push(number);
                    set.correlations.push(*correlation);
                    (set.correlations.last().map(|c| &c.about), Member::Correlation(origin.len() - 1))
                }
                Document::Filter(filter) => {
                    filters.push((number, *filter));
                    continue;
                }
                Document::Other(_) => continue,
            };
            let called = about.map(|about| [&about.id, &about.name]).into_iter().flatten().flatten();
            for name in called {
                names.entry(name.clone()).or_default().push(member);
            }
        }
        let mut applied = HashMap::new();
        for (number, filter) in &filters {
            set.filter(filter, &names, &mut applied, &mut |error| {
                problems.push(Problem { document: *number, error });
            });
        }
        set.resolve(&names, &origin, &mut problems);
        problems.sort_by_key(|problem| problem.document);
        (set, problems)
    }

    /// What a correlation is over, in the order of its `rules`.
    pub fn members(&self, correlation: usize) -> &[Member] {
        self.members.get(correlation).map_or(&[], Vec::as_slice)
    }

    /// Whether a rule or correlation stands on its own: it does unless correlations name it and none of them says
    /// `generate: true`.
    pub fn stands_alone(&self, member: Member) -> bool {
        let (list, at) = match member {
            Member::Rule(at) => (&self.alone.0, at),
            Member::Correlation(at) => (&self.alone.1, at),
        };
        list.get(at).copied().unwrap_or(true)
    }

    fn filter(
        &mut self,
        filter: &Filter,
        names: &Names,
        applied: &mut HashMap<usize, usize>,
        problem: &mut impl FnMut(Error),
    ) {
        let mut apply = |rules: &mut [Rule], at: usize| {
            if let Some(rule) = rules.get_mut(at) {
                let number = applied.entry(at).or_insert(0);
                filter.apply(rule, *number);
                *number += 1;
            }
        };
        if filter.rules.is_empty() {
            for at in 0..self.rules.len() {
                if self.rules.get(at).is_some_and(|rule| filter.is_for(rule)) {
                    apply(&mut self.rules, at);
                }
            }
        }
        for reference in &filter.rules {
            let found = names.get(&reference.name).map_or(&[][..], Vec::as_slice);
            if found.is_empty() {
                problem(unknown(reference));
            }
            for member in found {
                match member {
                    Member::Rule(at) if self.rules.get(*at).is_some_and(|rule| filter.is_for(rule)) => {
                        apply(&mut self.rules, *at);
                    }
                    Member::Rule(_) => problem(Error::new(
                        "sigma.filter-log-source",
                        reference.place,
                        format!("the rule `{}` is of another log source than the filter", reference.name),
                    )),
                    Member::Correlation(_) => problem(Error::new(
                        "sigma.filter",
                        reference.place,
                        format!("`{}` is a correlation: filter the rules it names", reference.name),
                    )),
                }
            }
        }
    }

    /// Follows the references of correlations and takes those out that lead nowhere.
    fn resolve(&mut self, names: &Names, origin: &[usize], problems: &mut Vec<Problem>) {
        let errors = judged(&self.correlations, names);
        // The places that the correlations have once those with a problem are out.
        let (mut place, mut next) = (Vec::with_capacity(origin.len()), 0);
        for (error, document) in errors.iter().zip(origin) {
            place.push(next);
            match error {
                Some(error) => problems.push(Problem { document: *document, error: error.clone() }),
                None => next += 1,
            }
        }
        let mut keep = errors.iter().map(Option::is_none);
        self.correlations.retain(|_| keep.next().unwrap_or(false));
        let moved = |reference: &Reference| match one(reference, names).ok()? {
            Member::Rule(at) => Some(Member::Rule(at)),
            Member::Correlation(at) => place.get(at).map(|at| Member::Correlation(*at)),
        };
        self.members = self.correlations.iter().map(|c| c.rules.iter().filter_map(moved).collect()).collect();
        self.alone = self.lonely();
    }

    fn lonely(&self) -> (Vec<bool>, Vec<bool>) {
        let mut alone = (vec![true; self.rules.len()], vec![true; self.correlations.len()]);
        for wanted in [false, true] {
            for (correlation, members) in self.correlations.iter().zip(&self.members) {
                for member in members.iter().filter(|_| correlation.generate == wanted) {
                    let slot = match member {
                        Member::Rule(at) => alone.0.get_mut(*at),
                        Member::Correlation(at) => alone.1.get_mut(*at),
                    };
                    if let Some(slot) = slot {
                        *slot = wanted;
                    }
                }
            }
        }
        alone
    }
}

/// What a correlation refers to: one rule or correlation.
fn one(reference: &Reference, names: &Names) -> Result<Member, Error> {
    match names.get(&reference.name).map(Vec::as_slice) {
        Some([member]) => Ok(*member),
        Some([_, ..]) => {
            let message =
                format!("several documents have the id or name `{}`: give each its own", reference.name);
            Err(Error::new("sigma.ambiguous-rule", reference.place, message))
        }
        Some([]) | None => Err(unknown(reference)),
    }
}

fn unknown(reference: &Reference) -> Error {
    let message =
        format!("no rule with the id or name `{}`: give its file too, or correct it", reference.name);
    Error::new("sigma.unknown-rule", reference.place, message)
}

/// What keeps each correlation from being used, if anything: settled from those over rules alone upwards, so that what
/// is never reached is part of a cycle or stands on one.
fn judged(correlations: &[Correlation], names: &Names) -> Vec<Option<Error>> {
    let mut errors: Vec<Option<Error>> = vec![None; correlations.len()];
    let mut waits = vec![0_usize; correlations.len()];
    let mut users: Vec<Vec<(usize, &Reference)>> = vec![Vec::new(); correlations.len()];
    for (at, correlation) in correlations.iter().enumerate() {
        for reference in &correlation.rules {
            match one(reference, names) {
                Err(error) => errors[at] = errors[at].take().or(Some(error)),
                Ok(Member::Rule(_)) => {}
                Ok(Member::Correlation(inner)) => {
                    waits[at] += 1;
                    users[inner].push((at, reference));
                }
            }
        }
    }
    let mut level = vec![0_usize; correlations.len()];
    let mut ready: Vec<usize> = (0..correlations.len()).filter(|at| waits[*at] == 0).collect();
    while let Some(inner) = ready.pop() {
        for (at, reference) in std::mem::take(&mut users[inner]) {
            let wrong = |code, message| Some(Error::new(code, reference.place, message));
            level[at] = level[at].max(level[inner] + 1);
            if errors[inner].is_some() && errors[at].is_none() {
                errors[at] =
                    wrong("sigma.unknown-rule", format!("`{}` cannot be used itself", reference.name));
            } else if level[at] > MOST_DEPTH && errors[at].is_none() {
                let message = format!("more than {MOST_DEPTH} correlations over each other");
                errors[at] = wrong("sigma.too-large", message);
            }
            waits[at] -= 1;
            if waits[at] == 0 {
                ready.push(at);
            }
        }
    }
    for (at, correlation) in correlations.iter().enumerate() {
        let open =
            |r: &&Reference| matches!(one(r, names), Ok(Member::Correlation(inner)) if waits[inner] > 0);
        if waits[at] > 0
            && errors[at].is_none()
            && let Some(reference) = correlation.rules.iter().find(open)
        {
            let message =
                format!("`{}` leads back to itself: a correlation cannot stand on a cycle", reference.name);
            errors[at] = Some(Error::new("sigma.cycle", reference.place, message));
        }
    }
    errors
}
