//! Rules asked of events, here and now: what a converted query must find too.

pub(crate) mod correlate;
mod event;
mod index;
mod matcher;
mod names;
mod route;
mod time;

pub use correlate::{CorrelateOptions, Correlated, Correlator};
pub use event::Event;

use crate::{
    error::Failure,
    expr,
    rule::{LogSource, Rule},
};
use index::Index;
use matcher::Test;
use names::Names;
use route::Route;
use std::sync::OnceLock;

/// Rules made ready for events.
#[derive(Debug, Default)]
pub struct Evaluator {
    rules: Vec<Ready>,
    names: Names,
    /// Made at the first event after the last rule.
    index: OnceLock<Index>,
}

#[derive(Debug)]
struct Ready {
    source: LogSource,
    tests: Vec<Test>,
}

/// Why a regular expression cannot be evaluated, if it cannot.
pub(crate) fn refused(regex: &crate::rule::Regex) -> Option<String> {
    matcher::compile(regex).err().map(|failure| failure.message)
}

/// A rule that matched an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The rule, as numbered by [`Evaluator::add`].
    pub rule: usize,
    /// Fields and the values that matched, in the order the condition asked.
    pub matched: Vec<(String, String)>,
}

impl Evaluator {
    /// Adds a rule and gives its number, counted from 0.
    ///
    /// # Errors
    /// What cannot be evaluated: a regular expression with look-around, a
    /// placeholder without value.
    pub fn add(&mut self, rule: &Rule) -> Result<usize, Failure> {
        let tests = rule.conditions.iter().map(|c| Test::new(&expr::build(rule, c), &mut self.names));
        let tests = tests.collect::<Result<_, _>>()?;
        self.rules.push(Ready { source: rule.log_source.clone(), tests });
        self.index = OnceLock::new();
        Ok(self.rules.len() - 1)
    }

    /// The rules that match an event, in the order they were added. `routed`
    /// leaves rules out whose log source the event is not of.
    pub fn run(&self, event: &Event, routed: bool) -> Vec<Hit> {
        let index = self.index.get_or_init(|| {
            Index::new(self.names.len(), self.rules.iter().map(|ready| ready.tests.as_slice()))
        });
        let view = self.names.view(event);
        let route = routed.then(|| Route::of(event));
        let mut hits = Vec::new();
        for rule in index.candidates(&view) {
            let Some(ready) = self.rules.get(rule) else { continue };
            if route.as_ref().is_some_and(|route| !route.leads_to(&ready.source)) {
                continue;
            }
            let Some(test) = ready.tests.iter().find(|test| test.holds(&view)) else { continue };
            let mut matched = Vec::new();
            test.explain(&view, &self.names, &mut matched);
            matched.dedup();
            hits.push(Hit { rule, matched });
        }
        hits
    }
}
