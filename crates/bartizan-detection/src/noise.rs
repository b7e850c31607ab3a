//! Generated rules over events of the user: how often each fires on benign ones, and what follows from it.
//!
//! All rules stand in one evaluator, and an event is asked once. Events are routed to rules by their own channel, as
//! `bartizan sigma run` does; an event without a channel is asked of every rule of the log source that the caller names.

use bartizan::Analysis;
use bartizan_sigma::{
    eval::{Evaluator, Event},
    rule::{self, Document},
};
use serde_json::Value;

use crate::{Basis, Detection, Detections, Level, Noise, Refused, account};

/// What the events are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// Nothing in them is an attack: each match is noise.
    Benign,
    /// Recorded during an attack: a match is a hit.
    Attack,
}

/// Matches of one rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Matches {
    /// Among benign events.
    pub benign: u64,
    /// Among those of attacks.
    pub attack: u64,
}

/// Matches of all rules.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// For each rule, in the order of [`Detections::rules`].
    pub rules: Vec<Matches>,
    /// Benign events.
    pub benign: u64,
    /// Events of attacks.
    pub attack: u64,
}

impl Counts {
    /// Matches of a rule in a million benign events; `None` without benign events.
    pub fn per_million(&self, rule: usize) -> Option<f64> {
        let matches = self.rules.get(rule)?.benign;
        (self.benign > 0).then(|| matches as f64 * 1e6 / self.benign as f64)
    }
}

/// From how many matches in a million benign events on a rule is too loud for its level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// For `high` and `critical`.
    pub high: f64,
    /// For `medium`.
    pub medium: f64,
    /// For `low`; a rule above it is refused.
    pub low: f64,
}

impl Default for Bounds {
    /// An analyst's day: of 10 million events a day `high` may bring one in ten days, `medium` 50 a day, `low` 5,000.
    fn default() -> Self {
        Self { high: 0.01, medium: 5.0, low: 500.0 }
    }
}

/// Rules ready for events.
pub struct Trial {
    evaluator: Evaluator,
    /// Of the evaluator's number to the rule.
    rules: Vec<usize>,
    sources: Vec<rule::LogSource>,
    counts: Counts,
}

impl Trial {
    /// Reads the rules back. A rule that cannot be run stays without matches; none of those that were proven is such.
    pub fn new(rules: &[Detection]) -> Self {
        Self::of_rules(rules.iter().map(|rule| rule.yaml.as_str()))
    }

    /// The same for rules as they are written.
    pub fn of_rules<'r>(rules: impl IntoIterator<Item = &'r str>) -> Self {
        let mut evaluator = Evaluator::default();
        let (mut numbers, mut sources, mut count) = (Vec::new(), Vec::new(), 0);
        for (index, yaml) in rules.into_iter().enumerate() {
            count = index + 1;
            for document in rule::parse(yaml).unwrap_or_default() {
                if let Document::Rule(rule) = document
                    && evaluator.add(&rule).is_ok()
                {
                    numbers.push(index);
                    sources.push(rule.log_source);
                }
            }
        }
        let counts = Counts { rules: vec![Matches::default(); count], ..Counts::default() };
        Self { evaluator, rules: numbers, sources, counts }
    }

    /// Asks all rules of one event. An event may say its Sigma log source in `category` and `product`.
    pub fn run(&mut self, event: Value, label: Label) {
        let own = |key: &str| event.get(key).and_then(Value::as_str).map(str::to_owned);
        let (category, product) = (own("category"), own("product"));
        match label {
            Label::Benign => self.counts.benign += 1,
            Label::Attack => self.counts.attack += 1,
        }
        for hit in self.evaluator.run(&Event::new(event), true) {
            let asks = |asked: &Option<String>, own: &Option<String>| {
                asked.is_none() || own.is_none() || asked == own
            };
            let Some(source) = self.sources.get(hit.rule) else { continue };
            if !asks(&source.category, &category) || !asks(&source.product, &product) {
                continue;
            }
            let matches = self.rules.get(hit.rule).and_then(|rule| self.counts.rules.get_mut(*rule));
            if let Some(matches) = matches {
                match label {
                    Label::Benign => matches.benign += 1,
                    Label::Attack => matches.attack += 1,
                }
            }
        }
    }

    /// What came out.
    pub fn counts(self) -> Counts {
        self.counts
    }
}

/// Runs all rules over events.
pub fn run(rules: &[Detection], events: impl IntoIterator<Item = (Value, Label)>) -> Counts {
    let mut trial = Trial::new(rules);
    for (event, label) in events {
        trial.run(event, label);
    }
    trial.counts()
}

/// What a rule's matches mean for it.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It stays as it is.
    Kept,
    /// It is too loud for its level and gets this one.
    Lowered(Level, String),
    /// It is too loud for any.
    Refused(String),
}

/// Judges each rule by its matches in benign events. A single match in few events proves little: below 1,000 benign
/// events nothing is judged.
pub fn judge(rules: &[Detection], counts: &Counts, bounds: &Bounds) -> Vec<Outcome> {
    let each = rules.iter().enumerate();
    each.map(|(index, rule)| {
        let matches = counts.rules.get(index).copied().unwrap_or_default().benign;
        let rate = counts.per_million(index).filter(|_| counts.benign >= 1000 && matches > 0);
        let Some(rate) = rate else { return Outcome::Kept };
        let reason =
            format!("it matched {matches} of {} benign events, {rate:.1} in a million", counts.benign);
        let level = match rate {
            rate if rate > bounds.low => return Outcome::Refused(reason),
            rate if rate > bounds.medium => Level::Low,
            rate if rate > bounds.high => Level::Medium,
            _ => return Outcome::Kept,
        };
        if level < rule.level { Outcome::Lowered(level, reason) } else { Outcome::Kept }
    })
    .collect()
}

/// Every rule says what was counted of it, where there were benign events enough to tell.
pub fn tell(detections: &mut Detections, counts: &Counts) {
    for (rule, matches) in detections.rules.iter_mut().zip(&counts.rules).filter(|_| counts.benign >= 1000) {
        let told = |noise: &Noise| format!("\n# noise: {}\n", noise.words());
        let before = told(&rule.noise);
        let fired = u64::from(matches.benign > 0);
        rule.noise =
            Noise { basis: Basis::Yours, rules: 1, fired, matches: matches.benign, events: counts.benign };
        rule.yaml = rule.yaml.replacen(&before, &told(&rule.noise), 1);
    }
}

/// Applies the outcomes: lowered rules say so, refused ones move to the refused. Accounts of techniques and indicators
/// follow their rules.
pub fn apply(analysis: &Analysis, detections: &mut Detections, outcomes: Vec<Outcome>) {
    let mut moved: Vec<Option<usize>> = Vec::new();
    let mut kept = Vec::new();
    for (mut rule, outcome) in std::mem::take(&mut detections.rules).into_iter().zip(outcomes) {
        match outcome {
            Outcome::Refused(reason) => {
                moved.push(None);
                let observables = rule.observables;
                let reason = format!("\u{201C}{}\u{201D}: {reason}", rule.title);
                detections.refused.push(Refused { code: "too-loud", reason, observables });
                continue;
            }
            Outcome::Lowered(level, reason) => {
                let line = |level: Level| format!("\nlevel: {}\n", level.as_str());
                rule.yaml = rule.yaml.replacen(&line(rule.level), &line(level), 1);
                let told = |reason: &str| format!("\n# level_reason: {reason}\n");
                rule.yaml = rule.yaml.replacen(&told(&rule.level_reason), &told(&reason), 1);
                rule.level = level;
                rule.level_reason = reason;
            }
            Outcome::Kept => {}
        }
        moved.push(Some(kept.len()));
        kept.push(rule);
    }
    detections.rules = kept;
    for account in &mut detections.techniques {
        account.rules = account.rules.iter().filter_map(|old| moved.get(*old).copied().flatten()).collect();
        account.log_sources = account
            .rules
            .iter()
            .filter_map(|r| detections.rules.get(*r))
            .map(|r| r.log_source.name())
            .collect();
        account.log_sources.sort();
        account.log_sources.dedup();
    }
    detections.undetectable = account::indicators(analysis, &detections.rules, &detections.refused);
}
