//! A rule or a correlation that is asked of events.

use bartizan_sigma::Member;
use bartizan_sigma::eval::{CorrelateOptions, Correlator, Evaluator, Event};
use serde_json::Value;

use super::known::{Refusal, Rules};

/// What is asked, and what has come of it.
pub struct Asked {
    evaluator: Evaluator,
    /// With the correlations that are meant; none for plain rules.
    correlations: Option<(Correlator, Vec<usize>)>,
    everywhere: bool,
    events: u64,
    matched: u64,
}

impl Asked {
    /// Makes rules or correlations ready.
    pub fn new(rules: &Rules, members: &[Member], everywhere: bool) -> Result<Self, Refusal> {
        let meant: Vec<usize> = members
            .iter()
            .filter_map(|member| match member {
                Member::Correlation(at) => Some(*at),
                Member::Rule(_) => None,
            })
            .collect();
        let mut this =
            Self { evaluator: Evaluator::default(), correlations: None, everywhere, events: 0, matched: 0 };
        let collection = &rules.set.collection;
        let refusal = |f: bartizan_sigma::Failure| (f.reason.code().to_owned(), f.message);
        if meant.is_empty() {
            for member in members {
                if let Member::Rule(at) = member
                    && let Some(rule) = collection.rules.get(*at)
                {
                    this.evaluator.add(rule).map_err(refusal)?;
                }
            }
            return Ok(this);
        }
        // Correlations may be built on each other: all rules are asked.
        let numbers: Vec<_> = collection.rules.iter().map(|rule| this.evaluator.add(rule).ok()).collect();
        let (correlator, failures) = Correlator::new(collection, &numbers, CorrelateOptions::default());
        if let Some((_, failure)) = failures.into_iter().find(|(at, _)| meant.contains(at)) {
            return Err(refusal(failure));
        }
        this.correlations = Some((correlator, meant));
        Ok(this)
    }

    /// Takes an event.
    pub fn take(&mut self, value: Value) {
        let event = Event::new(value);
        let hits = self.evaluator.run(&event, !self.everywhere);
        match &mut self.correlations {
            None => self.matched += u64::from(!hits.is_empty()),
            Some((correlator, meant)) => {
                let found = correlator.take(&event, self.events, &hits);
                self.matched +=
                    found.iter().filter(|found| meant.contains(&found.correlation)).count() as u64;
            }
        }
        self.events += 1;
    }

    /// How many events there were, and how many of them matched; of correlations how often they did.
    pub fn finish(mut self) -> (u64, u64) {
        if let Some((correlator, meant)) = &mut self.correlations {
            let found = correlator.finish();
            self.matched += found.iter().filter(|found| meant.contains(&found.correlation)).count() as u64;
        }
        (self.events, self.matched)
    }
}
