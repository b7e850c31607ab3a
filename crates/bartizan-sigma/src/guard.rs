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
    let shown = rule.fields.iter().map(String::as_str);
    fields(rule).into_iter().chain(shown).filter(|name| !is_name(name)).map(str::to_owned).collect()
}

/// Refuses what has remained of `odd` behind the pipelines, and log sources that are no words. Fields that are only to
/// be shown are left out.
pub(crate) fn check(rule: &mut Rule, odd: &BTreeSet<String>, quoted: bool) -> Result<(), Failure> {
    let is_odd = |field: &str| odd.iter().any(|odd| field.contains(odd));
    rule.fields.retain(|field| !is_odd(field));
    if !quoted && let Some(name) = fields(rule).into_iter().find(|field| is_odd(field)) {
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

/// The fields that a rule asks.
fn fields(rule: &Rule) -> Vec<&str> {
    let mut out = Vec::new();
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
