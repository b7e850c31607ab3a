//! Correlations: rules over the matches of other rules.
//!
//! Source: Sigma Correlation Rules Specification 2.1 and its JSON schema.

mod read;

use super::{Condition, Number, Rule};
use crate::error::Place;
pub(super) use read::{parse, references};

/// A correlation.
#[derive(Clone, Debug)]
pub struct Correlation {
    /// Title, id, name, level and the other words about it; without log source, selections and conditions.
    pub about: Rule,
    /// `type`.
    pub kind: Kind,
    /// `rules`, in source order.
    pub rules: Vec<Reference>,
    /// `group-by`: fields and aliases that must be the same in all events; empty for one group of everything.
    pub group_by: Vec<String>,
    /// `timespan`.
    pub timespan: Timespan,
    /// `condition`.
    pub test: Test,
    /// `aliases`.
    pub aliases: Vec<Alias>,
    /// `generate`: whether the rules named stand on their own too.
    pub generate: bool,
    /// Where it stands.
    pub place: Place,
}

/// A rule or correlation that is named by its id or name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The id or name.
    pub name: String,
    /// Where it stands.
    pub place: Place,
}

/// What is measured in a window of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Kind {
    EventCount,
    ValueCount,
    ValueSum,
    ValueAvg,
    ValueMin,
    ValueMax,
    ValueMedian,
    ValuePercentile,
    Temporal,
    TemporalOrdered,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::EventCount,
        Self::ValueCount,
        Self::ValueSum,
        Self::ValueAvg,
        Self::ValueMin,
        Self::ValueMax,
        Self::ValueMedian,
        Self::ValuePercentile,
        Self::Temporal,
        Self::TemporalOrdered,
    ];

    /// Its name in a rule.
    pub fn name(self) -> &'static str {
        match self {
            Self::EventCount => "event_count",
            Self::ValueCount => "value_count",
            Self::ValueSum => "value_sum",
            Self::ValueAvg => "value_avg",
            Self::ValueMin => "value_min",
            Self::ValueMax => "value_max",
            Self::ValueMedian => "value_median",
            Self::ValuePercentile => "value_percentile",
            Self::Temporal => "temporal",
            Self::TemporalOrdered => "temporal_ordered",
        }
    }

    /// Whether it asks which rules matched, not how often.
    pub fn is_temporal(self) -> bool {
        matches!(self, Self::Temporal | Self::TemporalOrdered)
    }

    /// Whether it looks at the values of a field.
    pub fn asks_field(self) -> bool {
        !self.is_temporal() && self != Self::EventCount
    }
}

/// A period of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timespan {
    /// How many of the unit.
    pub count: u32,
    /// `s`, `m`, `h` or `d`.
    pub unit: char,
}

impl Timespan {
    /// In seconds.
    pub fn seconds(self) -> u64 {
        let unit = match self.unit {
            'd' => 86_400,
            'h' => 3_600,
            'm' => 60,
            _ => 1,
        };
        u64::from(self.count) * unit
    }
}

/// How a measure is compared with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Sign {
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
    Equal,
    NotEqual,
}

impl Sign {
    fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "gt" => Self::Greater,
            "gte" => Self::GreaterEqual,
            "lt" => Self::Less,
            "lte" => Self::LessEqual,
            "eq" => Self::Equal,
            "neq" => Self::NotEqual,
            _ => return None,
        })
    }

    /// As most languages write it; equality differs among them.
    pub fn sign(self, equal: &'static str) -> &'static str {
        match self {
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Equal => equal,
            Self::NotEqual => "!=",
        }
    }

    /// Whether it holds.
    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Greater => left > right,
            Self::GreaterEqual => left >= right,
            Self::Less => left < right,
            Self::LessEqual => left <= right,
            Self::Equal => left == right,
            Self::NotEqual => left != right,
        }
    }
}

/// What must hold of the measure.
#[derive(Clone, Debug)]
pub enum Test {
    /// All of these comparisons.
    Measure {
        /// The comparisons in source order; at least one.
        checks: Vec<(Sign, Number)>,
        /// The fields whose values are measured; several only for `value_count`.
        fields: Vec<String>,
        /// Which percentile, for `value_percentile`.
        percentile: Option<Number>,
    },
    /// Which rules must have matched, by their names; for `temporal` and `temporal_ordered`.
    Rules(Condition),
    /// Every rule must have matched.
    EveryRule,
}

/// A name for fields that are called differently in the events of different rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// The alias.
    pub name: String,
    /// Id or name of the rule, and the field in its events.
    pub fields: Vec<(Reference, String)>,
}

impl Correlation {
    /// The field behind a name of `group-by` in the events of the rule that is referred to as `rule`.
    pub fn field_of<'c>(&'c self, name: &'c str, rule: &str) -> Option<&'c str> {
        match self.aliases.iter().find(|alias| alias.name == name) {
            None => Some(name),
            Some(alias) => {
                let found = alias.fields.iter().find(|(reference, _)| reference.name == rule);
                found.map(|(_, field)| field.as_str())
            }
        }
    }
}
