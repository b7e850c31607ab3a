//! Correlations in languages whose commands follow each other: a window, a summary by group, a test. The windows begin
//! at fixed times.

use super::Plan;
use crate::{
    convert::Conversion,
    error::{Failure, Note},
    rule::correlation::{Kind, Timespan},
    target::{Query, Template, fill},
};

/// A language of commands, as a table. Templates have `{field}` and `{value}`; `None` is refused.
#[derive(Clone, Copy, Debug)]
pub struct Piped {
    /// A command that puts events into windows; `{value}` is the length.
    pub window: Template,
    /// How a length of time is written.
    pub span: fn(Timespan) -> String,
    /// What events are grouped by for that; `{value}` is the length. None is PPL's `span(…)`.
    pub window_field: Option<Template>,
    /// A command that keeps events with a group, and what it asks of each `{field}`; none where the summary does.
    pub known: Option<(&'static str, Template)>,
    /// The summary: `{field}` is what is measured, `{value}` the fields it is grouped by.
    pub summary: Template,
    /// Something measured (`{value}`) under a name (`{field}`).
    pub named: Template,
    /// Before the test.
    pub test: &'static str,
    /// Operators of the test.
    pub operators: (&'static str, &'static str),
    /// Equality in the test.
    pub equal: &'static str,
    /// How many events.
    pub count: Template,
    /// How many values of `{field}`.
    pub distinct: Template,
    /// Sum, average, least, most.
    pub numbers: [Template; 4],
    /// The median.
    pub median: Option<Template>,
    /// A percentile; `{value}` is 0 to 100.
    pub percentile: Option<Template>,
    /// Which measures the platform documents as estimates.
    pub estimates: &'static [Kind],
    /// How events of several rules come together.
    pub several: Several,
}

/// How events of several rules come together.
#[derive(Clone, Copy, Debug)]
pub enum Several {
    /// Each rule's query gets a field `rule_name`, then they are joined.
    Union {
        /// Gives every event the name `{value}` of its rule.
        tag: Template,
        /// Gives the field `{value}` the name `{field}` too.
        alias: Template,
        /// `or` between conditions.
        or: &'static str,
        /// The queries as one.
        join: fn(&[String]) -> String,
        /// How many events of the rule `{value}`.
        flag: Template,
        /// The first and the last time of the rule `{value}`.
        times: Option<(Template, Template)>,
    },
    /// All rules are asked of the same events, where their queries differ in the condition only.
    Same {
        /// `or` between conditions.
        or: &'static str,
        /// 1 for events of the condition `{value}`, else 0, in a field `{field}`.
        flag: Template,
        /// The most of the field `{field}`.
        most: Template,
        /// The first and the last time of events of the condition `{value}`.
        times: Option<(Template, Template)>,
    },
    /// They do not.
    No,
}

impl Piped {
    /// The query.
    ///
    /// # Errors
    /// What the language cannot express.
    pub fn correlate(&self, plan: &Plan<'_>) -> Result<Conversion, Failure> {
        let span = (self.span)(plan.timespan());
        let mut events = self.events(plan)?;
        let (measured, tests) = self.measured(plan)?;
        let window = self.window_field.map(|field| fill(field, "", &span));
        let window = window.unwrap_or_else(|| format!("span(@timestamp, {span}) as timebucket"));
        let keys: Vec<&str> =
            std::iter::once(window.as_str()).chain(plan.keys.iter().map(String::as_str)).collect();
        if let Some((command, known)) = self.known.filter(|_| !plan.keys.is_empty()) {
            let known: Vec<String> = plan.keys.iter().map(|key| fill(known, key, "")).collect();
            events.push_str(command);
            events.push_str(&known.join(self.operators.0));
        }
        events.push_str(&fill(self.window, "", &span));
        events.push_str(&fill(self.summary, &measured, &keys.join(", ")));
        events.push_str(self.test);
        events.push_str(&tests);
        let mut notes = vec![plan.fixed_windows()];
        if self.estimates.contains(&plan.correlation.kind) {
            let message = format!("the platform estimates `{}`", plan.measure());
            notes.push(Note { code: "correlation.estimate", message });
        }
        Ok(Conversion { queries: vec![Query::Text(events)], notes })
    }

    /// The events of all rules.
    fn events(&self, plan: &Plan<'_>) -> Result<String, Failure> {
        let rules = plan.rules()?;
        let temporal = plan.correlation.kind.is_temporal();
        if let ([(_, _, stream)], false) = (rules.as_slice(), temporal) {
            return Ok((*stream).to_owned());
        }
        match self.several {
            Several::No => Err(Failure::expression("correlations of several rules")),
            Several::Union { tag, alias, join, or, .. } => {
                // An event that two rules match counts once.
                if let Some(either) = self.either(plan, or)?.filter(|_| !temporal) {
                    return Ok(either);
                }
                let tagged = rules.iter().map(|(part, _, stream)| {
                    let mut out = format!("{stream}{}", fill(tag, "", &part.label));
                    for (name, field) in
                        plan.keys.iter().zip(&part.keys).filter(|(name, field)| name != field)
                    {
                        out.push_str(&fill(alias, name, field));
                    }
                    out
                });
                Ok(join(&tagged.collect::<Vec<_>>()))
            }
            Several::Same { or, flag, .. } => {
                let Some(mut out) = self.either(plan, or)? else {
                    return Err(Failure::expression("rules with different sources or names of fields"));
                };
                if plan.correlation.kind == Kind::Temporal {
                    let flags = rules.iter().map(|(part, condition, _)| fill(flag, &part.label, condition));
                    out.push_str(&format!("\n| eval {}", flags.collect::<Vec<_>>().join(", ")));
                }
                Ok(out)
            }
        }
    }

    /// One query for the events of all rules, where their queries differ in the condition only.
    fn either(&self, plan: &Plan<'_>, or: &str) -> Result<Option<String>, Failure> {
        let rules = plan.rules()?;
        let heads: Option<Vec<&str>> =
            rules.iter().map(|(_, condition, stream)| stream.strip_suffix(condition)).collect();
        let heads = heads.unwrap_or_default();
        let Some(head) = heads.first().filter(|first| heads.iter().all(|head| head == *first)) else {
            return Ok(None);
        };
        if plan.parts.iter().any(|part| part.keys != plan.keys) || rules.iter().any(|(_, c, _)| c.is_empty())
        {
            return Ok(None);
        }
        let conditions: Vec<String> =
            rules.iter().map(|(_, condition, _)| format!("({condition})")).collect();
        Ok(Some(format!("{head}{}", conditions.join(or))))
    }

    /// What is measured, and the test of it.
    fn measured(&self, plan: &Plan<'_>) -> Result<(String, String), Failure> {
        if plan.correlation.kind == Kind::TemporalOrdered {
            return self.ordered(plan);
        }
        if plan.correlation.kind == Kind::Temporal {
            return self.temporal(plan);
        }
        let field = plan.one_field()?;
        let [sum, average, least, most] = self.numbers;
        let missing = |what: &str| Failure::expression(format!("{what} cannot be expressed"));
        let measure = match plan.correlation.kind {
            Kind::ValueCount => fill(self.distinct, field, ""),
            Kind::ValueSum => fill(sum, field, ""),
            Kind::ValueAvg => fill(average, field, ""),
            Kind::ValueMin => fill(least, field, ""),
            Kind::ValueMax => fill(most, field, ""),
            Kind::ValueMedian => fill(self.median.ok_or_else(|| missing("a median"))?, field, ""),
            Kind::ValuePercentile => {
                let template = self.percentile.ok_or_else(|| missing("a percentile"))?;
                fill(template, field, plan.percentile()?.text())
            }
            Kind::EventCount | Kind::Temporal | Kind::TemporalOrdered => self.count.to_owned(),
        };
        Ok((fill(self.named, plan.measure(), &measure), self.checks(plan, plan.measure())))
    }

    /// The comparisons of a name.
    fn checks(&self, plan: &Plan<'_>, name: &str) -> String {
        let checks = plan.checks().unwrap_or_default();
        let checks = checks.iter().map(|(sign, number)| format!("{name} {} {number}", sign.sign(self.equal)));
        checks.collect::<Vec<_>>().join(self.operators.0)
    }

    fn temporal(&self, plan: &Plan<'_>) -> Result<(String, String), Failure> {
        let flag = |label: &str| format!("{label} > 0");
        let wanted = plan.rules_wanted(flag, self.operators)?;
        match self.several {
            Several::No => Err(Failure::expression("correlations of several rules")),
            Several::Union { flag, .. } => {
                let Some(wanted) = wanted else {
                    let measure = fill(self.distinct, "rule_name", "");
                    return Ok((
                        fill(self.named, plan.measure(), &measure),
                        self.checks(plan, plan.measure()),
                    ));
                };
                let flags = plan.parts.iter();
                let flags = flags.map(|part| fill(self.named, &part.label, &fill(flag, "", &part.label)));
                Ok((flags.collect::<Vec<_>>().join(", "), wanted))
            }
            Several::Same { most, .. } => {
                let flags = plan.parts.iter();
                let flags = flags.map(|part| fill(self.named, &part.label, &fill(most, &part.label, "")));
                let sum = plan.parts.iter().map(|part| part.label.as_str()).collect::<Vec<_>>().join(" + ");
                let test = wanted.unwrap_or_else(|| self.checks(plan, &sum));
                Ok((flags.collect::<Vec<_>>().join(", "), test))
            }
        }
    }

    /// One rule after another: the first time of the one is not after the last time of the other.
    fn ordered(&self, plan: &Plan<'_>) -> Result<(String, String), Failure> {
        plan.ordered()?;
        let rules = plan.rules()?;
        let [(first, condition, _), (last, last_condition, _)] = rules.as_slice() else {
            return Err(Failure::expression("an order of more than two rules"));
        };
        let (times, first_of, last_of) = match self.several {
            Several::Union { times, .. } => (times, first.label.as_str(), last.label.as_str()),
            Several::Same { times, .. } => (times, *condition, *last_condition),
            Several::No => (None, "", ""),
        };
        let Some((least, most)) = times else {
            return Err(Failure::expression("an order of rules"));
        };
        let measures = [("first_seen", fill(least, "", first_of)), ("last_seen", fill(most, "", last_of))];
        let measures = measures.map(|(name, measure)| fill(self.named, name, &measure));
        Ok((measures.join(", "), "first_seen <= last_seen".to_owned()))
    }
}

/// `5m`: number and letter, as Sigma writes it.
pub(crate) fn short(span: Timespan) -> String {
    format!("{}{}", span.count, span.unit)
}
