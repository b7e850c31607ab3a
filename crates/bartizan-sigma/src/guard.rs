//! Names of a rule that cannot stand in a query.
//!
//! Values stand in literals, names mostly do not: a name with an operator in it would change the query.

use std::collections::BTreeSet;

use crate::{
    error::Failure,
    rule::{LogSource, Rule, Value},
};

/// The names of a rule that are no names, before its pipelines have replaced what they know.
pub(crate) fn odd_names(rule: &Rule) -> BTreeSet<String> {
    fields(rule).into_iter().filter(|name| !is_name(name)).map(str::to_owned).collect()
}

/// Refuses what has remained of `odd` behind the pipelines, and log sources that are no words.
pub(crate) fn check(rule: &Rule, odd: &BTreeSet<String>) -> Result<(), Failure> {
    if !odd.is_empty()
        && let Some(name) = fields(rule).into_iter().find(|field| odd.iter().any(|odd| field.contains(odd)))
    {
        return Err(Failure::field(format!("`{}` is no name of a field", name.escape_debug())));
    }
    let LogSource { category, product, service, .. } = &rule.log_source;
    for name in [category, product, service].into_iter().flatten() {
        if !name.chars().all(|c| c.is_alphanumeric() || " _-.".contains(c)) {
            return Err(Failure::log_source(format!("`{}` is no log source", name.escape_debug())));
        }
    }
    Ok(())
}

/// Whether no language reads anything but one name in it.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-.@#$:/[]".contains(c))
}

fn fields(rule: &Rule) -> Vec<&str> {
    let mut out: Vec<&str> = rule.fields.iter().map(String::as_str).collect();
    for (_, detection) in &rule.selections {
        for item in detection.items() {
            out.extend(item.field.as_deref());
            out.extend(item.values.iter().filter_map(|value| match value {
                Value::FieldRef { field, .. } => Some(field.as_str()),
                _ => None,
            }));
        }
    }
    out
}
