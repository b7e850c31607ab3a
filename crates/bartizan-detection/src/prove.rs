//! A rule is tried on events it must match and on events it must not, as written, by the evaluator.

use bartizan_sigma::{
    eval::{Evaluator, Event},
    rule::{self, Document},
};
use serde_json::Value;

use crate::draft::Sample;

/// What came out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proof {
    /// Events that must match.
    pub positives: Vec<Sample>,
    /// Events that must not.
    pub negatives: Vec<Sample>,
    /// Indexes of positives that did not match.
    pub missed: Vec<usize>,
    /// Indexes of negatives that did.
    pub false_alarms: Vec<usize>,
}

impl Proof {
    /// Whether all went as it must, and there was something to try either way.
    pub fn holds(&self) -> bool {
        self.missed.is_empty()
            && self.false_alarms.is_empty()
            && !self.positives.is_empty()
            && !self.negatives.is_empty()
    }
}

/// A written rule, ready for events.
pub(crate) struct Trial(Evaluator);

impl Trial {
    /// Reads the rule back.
    ///
    /// # Errors
    /// Why it cannot be run, in words.
    pub(crate) fn new(yaml: &str) -> Result<Self, String> {
        let documents = rule::parse(yaml).map_err(|e| e.to_string())?;
        let mut evaluator = Evaluator::default();
        for document in &documents {
            match document {
                Document::Rule(rule) => evaluator.add(rule).map_err(|e| e.to_string()).map(drop)?,
                _ => return Err("not a rule".to_owned()),
            }
        }
        Ok(Self(evaluator))
    }

    /// Whether the rule matches an event of its own log source.
    pub(crate) fn matches(&self, event: &Value) -> bool {
        !self.0.run(&Event::new(event.clone()), false).is_empty()
    }

    pub(crate) fn prove(&self, positives: Vec<Sample>, negatives: Vec<Sample>) -> Proof {
        let at = |samples: &[Sample], wrong: bool| {
            let numbered = samples.iter().enumerate();
            numbered.filter(|(_, s)| self.matches(&s.event) == wrong).map(|(index, _)| index).collect()
        };
        let (missed, false_alarms) = (at(&positives, false), at(&negatives, true));
        Proof { positives, negatives, missed, false_alarms }
    }
}
