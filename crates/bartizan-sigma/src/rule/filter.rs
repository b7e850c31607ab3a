//! Filters: conditions that are added to rules without changing their files.
//!
//! Source: Sigma Filters Specification 2.1; `rules: any` is of 2.2. A filter's condition is joined to the rule's by
//! `and`, so that `not selection` excludes (<https://sigmahq.io/docs/meta/filters>).

use super::{
    Condition, Detection, LogSource, Quantity, Reference, Rule, condition, correlation, matches,
    parse::{known, meta, selection},
};
use crate::{
    error::{Error, Place},
    yaml::Node,
};

/// A filter.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Title, id and the other words about it, and its log source.
    pub about: Rule,
    /// The rules it is for; empty for every rule of its log source (`any`).
    pub rules: Vec<Reference>,
    /// Its selections, in source order.
    pub selections: Vec<(String, Detection)>,
    /// What must hold too.
    pub condition: Condition,
    /// Where it stands.
    pub place: Place,
}

/// Reads a filter.
///
/// # Errors
/// The first thing that is wrong, with its place.
pub(super) fn parse(node: &Node) -> Result<Filter, Error> {
    let (about, section) = meta(node, "filter")?;
    let error = |place, message: &str| Error::new("sigma.filter", place, message);
    if about.log_source == LogSource::default() {
        return Err(error(node.place, "`logsource` is missing: a filter is for rules of its log source"));
    }
    let Some(rules) = section.get("rules").filter(|rules| !rules.is_null()) else {
        return Err(error(section.place, "`rules` is missing in `filter`: ids or names, or `any`"));
    };
    let rules = match rules.text() {
        Some("any") => Vec::new(),
        _ => correlation::references(rules)?,
    };
    let mut filter = Filter {
        about,
        rules,
        selections: Vec::new(),
        condition: Condition::And(Vec::new()),
        place: node.place,
    };
    let mut condition = None;
    for (key, value) in section.map().unwrap_or_default() {
        match key.text().unwrap_or_default() {
            "rules" => {}
            "condition" => condition = Some(value),
            name => filter.selections.push((name.to_owned(), selection(value)?)),
        }
    }
    let Some((node, text)) = condition.and_then(|node| Some((node, node.text()?))) else {
        return Err(error(section.place, "`condition` is missing in `filter`, as `not selection`"));
    };
    let wrong = |message| Error::new("sigma.condition", node.place, message);
    filter.condition = condition::parse(text).map_err(wrong)?;
    known(&filter.selections, &filter.condition).map_err(wrong)?;
    Ok(filter)
}

impl Filter {
    /// Whether the rule is of the filter's log source.
    pub fn is_for(&self, rule: &Rule) -> bool {
        let LogSource { category, product, service, .. } = &self.about.log_source;
        rule.log_source.is(category.as_deref(), product.as_deref(), service.as_deref())
    }

    /// Whether it leaves events out. One that only keeps what its selections match is likely meant the other way.
    pub fn excludes(&self) -> bool {
        fn negated(condition: &Condition) -> bool {
            match condition {
                Condition::And(parts) | Condition::Or(parts) => parts.iter().any(negated),
                Condition::Not(_) => true,
                Condition::Selection(_) | Condition::Of(..) => false,
            }
        }
        negated(&self.condition)
    }

    /// Joins the filter's condition to every condition of the rule. `number` tells filters of one rule apart.
    pub fn apply(&self, rule: &mut Rule, number: usize) {
        // A pattern of the rule's own must not take the filter's selections in.
        let old = rule.selections.clone();
        let prefix = format!("_filter_{number}_");
        let added = renamed(&self.condition, &self.selections, &prefix);
        for condition in &mut rule.conditions {
            let own = std::mem::replace(condition, Condition::And(Vec::new()));
            let own = match takes(&own, &prefix, &self.selections) {
                true => renamed(&own, &old, ""),
                false => own,
            };
            *condition = Condition::And(vec![own, added.clone()]);
        }
        let selections = self.selections.iter();
        rule.selections.extend(selections.map(|(name, d)| (format!("{prefix}{name}"), d.clone())));
    }
}

/// Whether a pattern of the condition matches one of the names that are added.
fn takes(condition: &Condition, prefix: &str, selections: &[(String, Detection)]) -> bool {
    match condition {
        Condition::And(parts) | Condition::Or(parts) => parts.iter().any(|p| takes(p, prefix, selections)),
        Condition::Not(inner) => takes(inner, prefix, selections),
        Condition::Selection(_) => false,
        Condition::Of(_, pattern) => {
            selections.iter().any(|(name, _)| matches(pattern, &format!("{prefix}{name}")))
        }
    }
}

/// The condition with `prefix` before each name, and each pattern written out.
fn renamed(condition: &Condition, selections: &[(String, Detection)], prefix: &str) -> Condition {
    let all = |parts: &[Condition]| parts.iter().map(|part| renamed(part, selections, prefix)).collect();
    match condition {
        Condition::And(parts) => Condition::And(all(parts)),
        Condition::Or(parts) => Condition::Or(all(parts)),
        Condition::Not(inner) => Condition::Not(Box::new(renamed(inner, selections, prefix))),
        Condition::Selection(name) => Condition::Selection(format!("{prefix}{name}")),
        Condition::Of(quantity, pattern) => {
            let found = selections.iter().filter(|(name, _)| matches(pattern, name));
            let mut parts: Vec<_> =
                found.map(|(name, _)| Condition::Selection(format!("{prefix}{name}"))).collect();
            match (parts.len(), quantity) {
                (1, _) => parts.remove(0),
                (_, Quantity::One) => Condition::Or(parts),
                (_, Quantity::All) => Condition::And(parts),
            }
        }
    }
}
