//! A correlation with its rules written, and what dialects ask of it.

use std::collections::BTreeMap;

use super::{MOST_PARTS, field, rendered, written};
use crate::{
    collection::{Collection, Member},
    error::{Failure, Note, Reason},
    eval::correlate::{every, negates},
    rule::{
        Condition, Correlation, Number, Quantity,
        correlation::{Kind, Sign, Test, Timespan},
        matches,
    },
    target::{Job, word},
};

/// A correlation whose rules are written, for a dialect to put together.
#[derive(Debug)]
pub struct Plan<'c> {
    /// The correlation.
    pub correlation: &'c Correlation,
    /// Its rules, in order.
    pub parts: Vec<Part<'c>>,
    /// What the `group-by` fields are called in the result, as they stand in a query.
    pub keys: Vec<String>,
    /// The target's name.
    pub target: &'static str,
    /// What the pipelines have said of the first rule.
    pub state: BTreeMap<&'static str, String>,
}

/// A rule of a correlation.
#[derive(Debug)]
pub struct Part<'c> {
    /// A word that stands for it: its name, or `rule_1`.
    pub label: String,
    /// Its query.
    pub source: Source<'c>,
    /// The `group-by` fields in its events, as they stand in a query.
    pub keys: Vec<String>,
    /// The fields that are measured, as they stand in a query.
    pub fields: Vec<String>,
}

/// What a part asks.
#[derive(Debug)]
pub enum Source<'c> {
    /// Events of a rule.
    Rule {
        /// The condition alone.
        condition: String,
        /// The whole query, as for the rule on its own.
        stream: String,
    },
    /// Matches of another correlation.
    Correlation(Box<Plan<'c>>),
}

/// How the measure of a correlation follows from more events; decides whether a window may slide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    /// More events only bring it nearer.
    Growing,
    /// More events can undo it.
    AtEnd,
}

impl<'c> Plan<'c> {
    /// Writes the rules of a correlation.
    pub(crate) fn new(
        collection: &'c Collection,
        at: usize,
        job: &Job,
        left: &mut usize,
        notes: &mut Vec<Note>,
    ) -> Result<Self, Failure> {
        let Some(correlation) = collection.correlations.get(at) else {
            return Err(Failure::new(Reason::Rule, "there is no such correlation"));
        };
        let mut plan = Self {
            correlation,
            parts: Vec::new(),
            keys: Vec::new(),
            target: job.target.name,
            state: BTreeMap::new(),
        };
        for (number, (member, reference)) in collection.members(at).iter().zip(&correlation.rules).enumerate()
        {
            *left = left.checked_sub(1).ok_or_else(|| {
                Failure::expression(format!("more than {MOST_PARTS} rules in one correlation"))
            })?;
            let names = key_names(correlation, &reference.name)?;
            let fields = measured(correlation);
            let label = match plan.free(&reference.name) {
                true => reference.name.clone(),
                false => format!("rule_{}", number + 1),
            };
            plan.parts.push(match member {
                Member::Rule(rule) => {
                    let Some(rule) = collection.rules.get(*rule) else { continue };
                    let format = job.dialect().part_format(correlation, number);
                    let first = job.target.formats.first().copied();
                    let (work, source) = written(rule, job, format.or(first).unwrap_or("default"))?;
                    notes.extend(work.notes);
                    if number == 0 {
                        plan.state = work.state;
                        // A pipeline of the user's may name it with `set_state`.
                        if let Some(field) = work.user.get("time_field") {
                            plan.state.insert("time_field", rendered(field, job)?);
                        }
                    }
                    let mapped = |names: &[&str]| {
                        names.iter().map(|name| field(rule, name, job)).collect::<Result<Vec<_>, _>>()
                    };
                    Part { label, source, keys: mapped(&names)?, fields: mapped(&fields)? }
                }
                Member::Correlation(inner) => {
                    let inner = Self::new(collection, *inner, job, left, notes)?;
                    Part::over(label, inner, &names, &fields)?
                }
            });
        }
        plan.keys = plan.names(job)?;
        Ok(plan)
    }

    /// Whether a rule's name can stand for it in a query, beside the names that queries have of their own.
    fn free(&self, name: &str) -> bool {
        const OWN: [&str; 9] = [
            "event_count",
            "event_time",
            "first_seen",
            "key_",
            "last_seen",
            "rule_",
            "timebucket",
            "time_field",
            "value_",
        ];
        let own = OWN.iter().any(|own| name.starts_with(own));
        // Words of the languages have no `_`.
        let good = word(name) && name.len() <= 64 && name.trim_start_matches('_').contains('_');
        good && !name.starts_with('_') && !own && !self.parts.iter().any(|part| part.label == name)
    }

    /// What the `group-by` fields are called in the result: as in the events, if they are called the same in all.
    fn names(&self, job: &Job) -> Result<Vec<String>, Failure> {
        let named = self.correlation.group_by.iter().enumerate();
        named
            .map(|(at, name)| {
                let first = self.parts.first().and_then(|part| part.keys.get(at));
                let same = self.parts.iter().all(|part| part.keys.get(at) == first);
                let alias = self.correlation.aliases.iter().any(|alias| alias.name == *name);
                match first {
                    Some(first) if same && !alias => Ok(first.clone()),
                    _ => rendered(name, job),
                }
            })
            .collect()
    }

    /// The parts, if all of them are rules: with condition, and stream.
    pub fn rules(&self) -> Result<Vec<(&Part<'c>, &str, &str)>, Failure> {
        let rule = |part: &'_ _| match part {
            Part { source: Source::Rule { .. }, .. } => Ok(()),
            _ => Err(Failure::expression("correlations over correlations")),
        };
        self.parts.iter().try_for_each(rule)?;
        let parts = self.parts.iter().filter_map(|part| match &part.source {
            Source::Rule { condition, stream } => Some((part, condition.as_str(), stream.as_str())),
            Source::Correlation(_) => None,
        });
        Ok(parts.collect())
    }

    /// The column of a `group-by` field in a result of SQL.
    pub(crate) fn column(&self, at: usize) -> String {
        let quoted = |name: &&String| name.starts_with(['"', '`', '[']) || word(name);
        self.keys.get(at).filter(quoted).cloned().unwrap_or_else(|| format!("key_{}", at + 1))
    }

    /// The length of the window.
    pub fn timespan(&self) -> Timespan {
        self.correlation.timespan
    }

    /// The name of the measure in a result.
    pub fn measure(&self) -> &'static str {
        match self.correlation.kind {
            Kind::Temporal | Kind::TemporalOrdered => "rule_count",
            kind => kind.name(),
        }
    }

    /// The comparisons of the measure; for a temporal correlation, of how many rules matched. None where a condition
    /// names the rules.
    pub fn checks(&self) -> Option<Vec<(Sign, String)>> {
        match &self.correlation.test {
            Test::Measure { checks, .. } => {
                Some(checks.iter().map(|(sign, number)| (*sign, number.text().to_owned())).collect())
            }
            Test::EveryRule => Some(vec![(Sign::GreaterEqual, self.parts.len().to_string())]),
            Test::Rules(_) => None,
        }
    }

    /// The condition over rules, with `flag` for each rule and these operators.
    ///
    /// # Errors
    /// For a negation: that no such event comes is not seen within a window.
    pub fn rules_wanted(
        &self,
        flag: impl Fn(&str) -> String,
        operators: (&str, &str),
    ) -> Result<Option<String>, Failure> {
        let Test::Rules(condition) = &self.correlation.test else { return Ok(None) };
        if negates(condition) {
            return Err(Failure::expression("a negation in the condition of a temporal correlation"));
        }
        let both = self.correlation.rules.iter().zip(&self.parts);
        let flags: Vec<(&str, String)> =
            both.map(|(rule, part)| (rule.name.as_str(), flag(&part.label))).collect();
        Ok(Some(conditioned(condition, &flags, operators)))
    }

    /// Whether the window may slide.
    pub fn judged(&self) -> Judged {
        let above = |(sign, _): &(Sign, String)| matches!(sign, Sign::Greater | Sign::GreaterEqual);
        let below = |(sign, _): &(Sign, String)| matches!(sign, Sign::Less | Sign::LessEqual);
        let checks = self.checks().unwrap_or_default();
        let growing = match self.correlation.kind {
            Kind::ValueAvg | Kind::ValueMedian | Kind::ValuePercentile => false,
            Kind::ValueMin => checks.iter().all(below),
            Kind::Temporal | Kind::TemporalOrdered if every(self.correlation) => true,
            _ => checks.iter().all(above),
        };
        if growing { Judged::Growing } else { Judged::AtEnd }
    }

    /// That an order asks for all of its rules.
    ///
    /// # Errors
    /// Where it does not.
    pub fn ordered(&self) -> Result<(), Failure> {
        match every(self.correlation) {
            true => Ok(()),
            false => {
                Err(Failure::expression("`temporal_ordered` with a condition other than all of its rules"))
            }
        }
    }

    /// The one field that is measured, the same in all parts.
    pub fn one_field(&self) -> Result<&str, Failure> {
        let first = self.parts.first().map(|part| part.fields.as_slice());
        match first {
            Some([field]) if self.parts.iter().all(|part| part.fields == [field.as_str()]) => Ok(field),
            Some([]) => Ok(""),
            _ => Err(Failure::expression("a measure of several fields, or of fields called differently")),
        }
    }

    /// Which percentile.
    pub fn percentile(&self) -> Result<&Number, Failure> {
        match &self.correlation.test {
            Test::Measure { percentile: Some(percentile), .. } => Ok(percentile),
            _ => Err(Failure::new(Reason::Rule, "`value_percentile` does not say which percentile")),
        }
    }
}

impl<'c> Part<'c> {
    /// Matches of a correlation, of which only the `group-by` fields are known.
    fn over(label: String, inner: Plan<'c>, names: &[&str], fields: &[&str]) -> Result<Self, Failure> {
        let known = |name: &&str| {
            let at = inner.correlation.group_by.iter().position(|known| known == name);
            at.map(|at| inner.column(at)).ok_or_else(|| {
                Failure::expression(format!("`{name}`, by which the correlation `{label}` does not group"))
            })
        };
        let keys = names.iter().map(known).collect::<Result<_, _>>()?;
        let fields = fields.iter().map(known).collect::<Result<_, _>>()?;
        Ok(Self { keys, fields, label, source: Source::Correlation(Box::new(inner)) })
    }
}

/// The fields behind `group-by` in the events of one rule.
fn key_names<'c>(correlation: &'c Correlation, rule: &str) -> Result<Vec<&'c str>, Failure> {
    let field = |name: &'c String| {
        correlation
            .field_of(name, rule)
            .ok_or_else(|| Failure::field(format!("the alias `{name}` has no field for `{rule}`")))
    };
    correlation.group_by.iter().map(field).collect()
}

fn measured(correlation: &Correlation) -> Vec<&str> {
    match &correlation.test {
        Test::Measure { fields, .. } if correlation.kind.asks_field() => {
            fields.iter().map(String::as_str).collect()
        }
        _ => Vec::new(),
    }
}

/// A condition over rules, written with the flag of each rule.
fn conditioned(condition: &Condition, flags: &[(&str, String)], operators: (&str, &str)) -> String {
    let (and, or) = operators;
    let joined = |parts: Vec<String>, between: &str| match parts.len() {
        1 => parts.concat(),
        _ => format!("({})", parts.join(between)),
    };
    let all = |parts: &[Condition]| parts.iter().map(|part| conditioned(part, flags, operators)).collect();
    let like = |pattern: &str| {
        let found = flags.iter().filter(|(rule, _)| matches(pattern, rule));
        found.map(|(_, flag)| flag.clone()).collect()
    };
    match condition {
        Condition::And(parts) => joined(all(parts), and),
        Condition::Or(parts) => joined(all(parts), or),
        Condition::Not(inner) => conditioned(inner, flags, operators),
        Condition::Selection(name) => {
            let found = flags.iter().filter(|(rule, _)| rule == name);
            joined(found.map(|(_, flag)| flag.clone()).collect(), and)
        }
        Condition::Of(Quantity::One, pattern) => joined(like(pattern), or),
        Condition::Of(Quantity::All, pattern) => joined(like(pattern), and),
    }
}
