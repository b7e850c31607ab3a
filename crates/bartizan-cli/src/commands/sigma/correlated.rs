//! The rules of a run, with the correlations over them.

use std::path::{Path, PathBuf};

use bartizan_sigma::eval::{CorrelateOptions, Correlated as Found, Correlator, Evaluator, Event, Hit};
use bartizan_sigma::rule::Rule;
use bartizan_sigma::{Member, Note};

use super::set::Set;
use crate::exit::Failure;

/// The source of an event and its number there.
pub type Place = (String, u64);

/// What a match says of its rule.
pub struct Name {
    pub id: String,
    pub title: String,
    pub level: String,
}

/// A correlation that matched.
pub struct Match {
    pub name: Name,
    /// Fields with the value that the events share.
    pub group: Vec<(String, String)>,
    /// The events that took part.
    pub events: Vec<Place>,
}

/// Rules and correlations made ready, and what the correlations have found.
pub struct Correlated {
    /// By the evaluator's numbers; none for a rule that only correlations ask for.
    names: Vec<Option<Name>>,
    correlations: Vec<Name>,
    correlator: Correlator,
    found: Vec<Found>,
    /// The sources, each with how many events came before it.
    sources: Vec<(String, u64)>,
    seen: u64,
}

impl Correlated {
    /// Reads the files; what cannot be used is told.
    pub fn read(
        files: &[PathBuf],
        left_out: &dyn Fn(&Path, &str, &str),
    ) -> Result<(Evaluator, Self), Failure> {
        let set = Set::read(files)?;
        let (mut evaluator, mut names) = (Evaluator::default(), Vec::new());
        let mut file_of = std::collections::HashMap::new();
        for (number, file) in files.iter().enumerate() {
            for item in set.items(number) {
                match &item.members {
                    Ok(members) => file_of.extend(members.iter().map(|member| (*member, file))),
                    Err((code, message)) => left_out(file, code, message),
                }
            }
        }
        let unknown = PathBuf::new();
        let file = |member: Member| file_of.get(&member).map_or(unknown.as_path(), |file| file.as_path());
        let mut numbers = Vec::new();
        for (at, rule) in set.collection.rules.iter().enumerate() {
            let member = Member::Rule(at);
            numbers.push(match evaluator.add(rule) {
                Ok(number) => {
                    names.push(set.collection.stands_alone(member).then(|| name(rule)));
                    Some(number)
                }
                Err(failure) => {
                    left_out(file(member), failure.reason.code(), &failure.message);
                    None
                }
            });
        }
        let (correlator, failures) = Correlator::new(&set.collection, &numbers, CorrelateOptions::default());
        for (at, failure) in failures {
            left_out(file(Member::Correlation(at)), failure.reason.code(), &failure.message);
        }
        let correlations = set.collection.correlations.iter().map(|c| name(&c.about)).collect();
        let this = Self { names, correlations, correlator, found: Vec::new(), sources: Vec::new(), seen: 0 };
        Ok((evaluator, this))
    }

    /// How many rules and correlations are asked.
    pub fn rules(&self) -> usize {
        self.names.len() + self.correlations.len()
    }

    /// What is said of a rule that stands on its own.
    pub fn name(&self, rule: usize) -> Option<&Name> {
        self.names.get(rule).and_then(Option::as_ref)
    }

    /// Takes an event with the rules that matched it.
    pub fn take(&mut self, event: &Event, source: &str, hits: &[Hit]) {
        if self.sources.last().is_none_or(|(last, _)| last != source) {
            self.sources.push((source.to_owned(), self.seen));
        }
        self.found.extend(self.correlator.take(event, self.seen, hits));
        self.seen += 1;
    }

    /// The correlations that matched.
    pub fn finish(&mut self) -> Vec<Match> {
        let mut found = std::mem::take(&mut self.found);
        found.extend(self.correlator.finish());
        let told = found.into_iter().filter_map(|found| {
            let Name { id, title, level } = self.correlations.get(found.correlation)?;
            let name = Name { id: id.clone(), title: title.clone(), level: level.clone() };
            let events = found.events.iter().map(|event| self.place(*event)).collect();
            Some(Match { name, group: found.group, events })
        });
        told.collect()
    }

    /// What was left out, by reason.
    pub fn diagnostics(&self) -> Vec<Note> {
        self.correlator.diagnostics()
    }

    fn place(&self, event: u64) -> Place {
        let at = self.sources.partition_point(|(_, before)| *before <= event);
        match at.checked_sub(1).and_then(|at| self.sources.get(at)) {
            Some((source, before)) => (source.clone(), event - before + 1),
            None => (String::new(), event + 1),
        }
    }
}

fn name(rule: &Rule) -> Name {
    Name {
        id: rule.id.clone().unwrap_or_default(),
        title: rule.title.clone(),
        level: rule.level.clone().unwrap_or_default(),
    }
}
