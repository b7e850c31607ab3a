//! Correlations: rules over the matches of other rules.
//!
//! Source: Sigma Correlation Rules Specification 2.1 and its JSON schema.

use super::{Condition, Number, Rule, condition, matches, parse::meta};
use crate::{
    error::{Error, Place},
    yaml::{Node, Scalar},
};

/// The most rules one correlation may name.
const MOST_RULES: usize = 64;

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

/// Reads a correlation.
///
/// # Errors
/// The first thing that is wrong, with its place.
pub(super) fn parse(node: &Node) -> Result<Correlation, Error> {
    let (about, section) = meta(node, "correlation")?;
    let need = |key: &str| {
        let missing = || error(section.place, format!("`{key}` is missing in `correlation`"));
        section.get(key).filter(|value| !value.is_null()).ok_or_else(missing)
    };
    let kind = need("type")?;
    let name = kind.text().unwrap_or_default();
    let Some(kind) = Kind::ALL.into_iter().find(|k| k.name() == name) else {
        let names = Kind::ALL.map(Kind::name).join(", ");
        return Err(error(kind.place, format!("`{name}` is no type of correlation; use one of {names}")));
    };
    let rules = references(need("rules")?)?;
    let timespan = section.get("timespan").filter(|value| !value.is_null()).ok_or_else(|| {
        Error::new("sigma.timespan", section.place, "`timespan` is missing in `correlation`: as `5m`")
    })?;
    let aliases = section.get("aliases").map(|node| aliases(node, &rules)).transpose()?.unwrap_or_default();
    let generate = section.get("generate").or_else(|| node.get("generate"));
    Ok(Correlation {
        about,
        kind,
        group_by: section.get("group-by").map(Node::texts).unwrap_or_default(),
        timespan: self::timespan(timespan)?,
        test: test(section, kind, &rules)?,
        aliases,
        generate: generate.and_then(Node::scalar) == Some(Scalar::Bool(true)),
        rules,
        place: node.place,
    })
}

fn error(place: Place, message: impl Into<String>) -> Error {
    Error::new("sigma.correlation", place, message)
}

/// Names of rules, in a list or alone.
pub(super) fn references(node: &Node) -> Result<Vec<Reference>, Error> {
    let nodes = node.list().unwrap_or(std::slice::from_ref(node));
    if nodes.is_empty() || nodes.len() > MOST_RULES {
        return Err(error(node.place, format!("`rules` names 1 to {MOST_RULES} rules by id or name")));
    }
    let one = |node: &Node| match node.text().filter(|text| !text.is_empty()) {
        Some(text) => Ok(Reference { name: text.to_owned(), place: node.place }),
        None => Err(error(node.place, "a rule is named by its id or name")),
    };
    nodes.iter().map(one).collect()
}

fn timespan(node: &Node) -> Result<Timespan, Error> {
    let text = node.text().unwrap_or_default();
    let unit = text.chars().last().filter(|c| matches!(c, 's' | 'm' | 'h' | 'd'));
    let count = unit.and_then(|_| text.get(..text.len() - 1)).and_then(|digits| digits.parse().ok());
    match (count, unit) {
        (Some(count), Some(unit)) if count > 0 => Ok(Timespan { count, unit }),
        _ => {
            let message = format!("`{text}` is no timespan: a number and s, m, h or d, as `90m`");
            Err(Error::new("sigma.timespan", node.place, message))
        }
    }
}

fn aliases(node: &Node, rules: &[Reference]) -> Result<Vec<Alias>, Error> {
    let Some(entries) = node.map() else {
        return Err(error(node.place, "`aliases` is a mapping of alias to rule and field"));
    };
    let one = |(key, value): &(Node, Node)| {
        let fields =
            value.map().ok_or_else(|| error(value.place, "an alias is a mapping of rule to field"))?;
        let field = |(rule, field): &(Node, Node)| {
            let name = rule.text().unwrap_or_default().to_owned();
            if !rules.iter().any(|r| r.name == name) {
                let message = format!("the alias names `{name}`, which `rules` does not");
                return Err(error(rule.place, message));
            }
            let field = field.text().ok_or_else(|| error(field.place, "a field name is text"))?;
            Ok((Reference { name, place: rule.place }, field.to_owned()))
        };
        let name = key.text().unwrap_or_default().to_owned();
        Ok(Alias { name, fields: fields.iter().map(field).collect::<Result<_, _>>()? })
    };
    entries.iter().map(one).collect()
}

fn test(section: &Node, kind: Kind, rules: &[Reference]) -> Result<Test, Error> {
    let Some(node) = section.get("condition").filter(|node| !node.is_null()) else {
        return match kind.is_temporal() {
            true => Ok(Test::EveryRule),
            false => Err(error(section.place, "`condition` is missing in `correlation`: as `gte: 10`")),
        };
    };
    if let Some(text) = node.text().filter(|_| kind.is_temporal()) {
        let wrong = |message| error(node.place, message);
        let condition = condition::parse(text).map_err(wrong)?;
        named(&condition, rules).map_err(wrong)?;
        return Ok(Test::Rules(condition));
    }
    measure(node, kind)
}

fn measure(node: &Node, kind: Kind) -> Result<Test, Error> {
    let Some(entries) = node.map() else {
        return Err(error(node.place, "the condition is a mapping, as `gte: 10`"));
    };
    let (mut checks, mut fields, mut percentile) = (Vec::new(), Vec::new(), None);
    for (key, value) in entries {
        let number = || match value.scalar() {
            Some(Scalar::Number(number)) => Ok(number),
            _ => Err(error(value.place, "it is compared with a number")),
        };
        match key.text().unwrap_or_default() {
            "field" => fields = value.texts(),
            "percentile" => {
                let asked = number()?;
                if !(0.0..=100.0).contains(&asked.value()) {
                    return Err(error(value.place, "a percentile is 0 to 100"));
                }
                percentile = Some(asked);
            }
            other => {
                let sign = Sign::from_name(other).ok_or_else(|| {
                    error(key.place, format!("`{other}` is no comparison; use gt, gte, lt, lte, eq or neq"))
                })?;
                checks.push((sign, number()?));
            }
        }
    }
    if checks.is_empty() {
        return Err(error(node.place, "the condition compares with nothing: add `gte: 10` or another"));
    }
    if kind.asks_field() && fields.is_empty() {
        return Err(error(node.place, format!("`field` is missing in the condition of `{}`", kind.name())));
    }
    if fields.len() > 1 && kind != Kind::ValueCount {
        return Err(error(node.place, format!("`{}` measures one field", kind.name())));
    }
    Ok(Test::Measure { checks, fields, percentile })
}

/// Every name of a condition leads to a rule of the correlation.
fn named(condition: &Condition, rules: &[Reference]) -> Result<(), String> {
    match condition {
        Condition::And(parts) | Condition::Or(parts) => parts.iter().try_for_each(|part| named(part, rules)),
        Condition::Not(inner) => named(inner, rules),
        Condition::Selection(name) => match rules.iter().any(|rule| rule.name == *name) {
            true => Ok(()),
            false => Err(format!("the condition names `{name}`, which `rules` does not")),
        },
        Condition::Of(_, pattern) => match rules.iter().any(|rule| matches(pattern, &rule.name)) {
            true => Ok(()),
            false => Err(format!("no rule of the correlation matches `{pattern}`")),
        },
    }
}
