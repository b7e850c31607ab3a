//! A rule before it is written: what every generator makes and everything after it reads.

use std::{borrow::Cow, collections::BTreeSet};

use bartizan::Evidence;
use serde_json::Value;

/// Whether a rule looks for what the attacker does, or for values that belong to one attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A behaviour: survives a change of tools and infrastructure.
    Behaviour,
    /// Atomic indicators: hashes, addresses, names.
    Indicators,
}

impl Kind {
    /// `behaviour` or `indicators`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Behaviour => "behaviour",
            Self::Indicators => "indicators",
        }
    }
}

/// The specification's levels that generated rules use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// For correlation and hunting.
    Low,
    /// Worth a look.
    Medium,
    /// Worth an analyst now.
    High,
    /// Worth an analyst at night.
    Critical,
}

impl Level {
    /// Of the specification's word.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Low, Self::Medium, Self::High, Self::Critical].into_iter().find(|l| l.as_str() == word)
    }

    /// As the rule has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// `logsource`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogSource {
    /// `category`.
    pub category: Option<Cow<'static, str>>,
    /// `product`.
    pub product: Option<Cow<'static, str>>,
    /// `service`.
    pub service: Option<Cow<'static, str>>,
}

impl LogSource {
    pub(crate) const fn category(category: &'static str) -> Self {
        Self { category: Some(Cow::Borrowed(category)), product: None, service: None }
    }

    pub(crate) const fn of(category: &'static str, product: &'static str) -> Self {
        Self { category: Some(Cow::Borrowed(category)), product: Some(Cow::Borrowed(product)), service: None }
    }

    pub(crate) const fn service(product: &'static str, service: &'static str) -> Self {
        Self { category: None, product: Some(Cow::Borrowed(product)), service: Some(Cow::Borrowed(service)) }
    }

    /// In words, as `process_creation (windows)`.
    pub fn name(&self) -> String {
        let of = self.product.as_deref().map(|p| format!(" ({p})")).unwrap_or_default();
        let what: Vec<_> =
            [self.category.as_deref(), self.service.as_deref()].into_iter().flatten().collect();
        format!("{}{of}", what.join(" "))
    }
}

/// A field with its modifiers, and the values it is compared with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Field {
    /// As written, `CommandLine|contains|all`.
    pub key: String,
    /// The values, as the event has them; none stands twice, in whatever case.
    pub values: Vec<String>,
}

impl Field {
    pub(crate) fn new(key: &str, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let mut seen = BTreeSet::new();
        let values = values.into_iter().map(Into::into);
        // Without `cased` a rule that has both cases has the same value twice.
        let values = values.filter(|v: &String| seen.insert(v.to_lowercase())).collect();
        Self { key: key.to_owned(), values }
    }
}

/// A selection: one of the alternatives must hold, each with all of its fields.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Selection {
    /// Its name.
    pub name: String,
    /// The alternatives; one is written as a mapping, several as a list.
    pub alternatives: Vec<Vec<Field>>,
}

impl Selection {
    pub(crate) fn all(name: &str, fields: Vec<Field>) -> Self {
        Self { name: name.to_owned(), alternatives: vec![fields] }
    }

    pub(crate) fn any(name: &str, fields: Vec<Field>) -> Self {
        Self { name: name.to_owned(), alternatives: fields.into_iter().map(|f| vec![f]).collect() }
    }
}

/// An event a rule is tried on.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// What it is, as `as reported` or `without "delete"`.
    pub what: String,
    /// The event, fields as the log source records them.
    pub event: Value,
}

impl Sample {
    pub(crate) fn new(what: impl Into<String>, event: Value) -> Self {
        Self { what: what.into(), event }
    }
}

/// A rule to be.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub kind: Kind,
    pub log_source: LogSource,
    /// `logsource` and `detection` as written.
    pub body: String,
    /// What the title says, without the report's name.
    pub title: String,
    /// What the description says it detects, a sentence.
    pub about: String,
    pub level: Level,
    /// Why this level.
    pub level_reason: String,
    pub false_positives: Vec<String>,
    /// Indexes into the analysis' techniques.
    pub techniques: Vec<usize>,
    pub evidence: Vec<Evidence>,
    /// Indexes into the analysis' observables.
    pub observables: Vec<usize>,
    pub positives: Vec<Sample>,
    pub negatives: Vec<Sample>,
}

/// Why a candidate became no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// A stable code, as `too-broad`.
    pub code: &'static str,
    /// In words.
    pub reason: String,
    /// Indexes into the analysis' observables.
    pub observables: Vec<usize>,
}
