//! The fields that rules ask about, and what the pipelines of a job make of them.

use crate::{
    convert::prepare,
    error::Failure,
    rule::{Condition, Detection, Item, Rule},
    target::Job,
};

/// What a field became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mapped {
    /// These fields: itself, another, or several alternatives.
    To(Vec<String>),
    /// The pipeline has taken the item away, or put a keyword in its place.
    Gone,
    /// The pipeline refuses it.
    Refused(Failure),
}

/// The field of each item of a rule in source order; keywords have none.
pub fn used(rule: &Rule) -> Vec<&str> {
    items(rule).into_iter().filter_map(|item| item.field.as_deref()).collect()
}

/// The field of each item with what a job's pipelines make of it. Where they refuse the rule, each item is asked for
/// itself, so that one field does not hide the others.
pub fn mapped(rule: &Rule, job: &Job) -> Vec<(String, Mapped)> {
    let whole = prepare(rule, job);
    let asked = items(rule);
    asked
        .into_iter()
        .filter_map(|item| {
            let field = item.field.clone()?;
            let mapped = match &whole {
                Ok(work) => found(&work.rule, item),
                Err(_) => match prepare(&alone(rule, item), job) {
                    Ok(work) => found(&work.rule, item),
                    Err(failure) => Mapped::Refused(failure),
                },
            };
            Some((field, mapped))
        })
        .collect()
}

fn items(rule: &Rule) -> Vec<&Item> {
    rule.selections.iter().flat_map(|(_, detection)| detection.items()).collect()
}

/// The fields of what stands where `item` stood: pipelines keep the place of what they change.
fn found(rule: &Rule, item: &Item) -> Mapped {
    let mut fields: Vec<String> = Vec::new();
    for now in items(rule).into_iter().filter(|now| now.place == item.place) {
        if let Some(field) = now.field.as_ref().filter(|field| !fields.contains(field)) {
            fields.push(field.clone());
        }
    }
    if fields.is_empty() { Mapped::Gone } else { Mapped::To(fields) }
}

/// The rule with only this item.
fn alone(rule: &Rule, item: &Item) -> Rule {
    let selections = vec![("s".to_owned(), Detection::all(vec![Detection::Item(item.clone())]))];
    let conditions = vec![Condition::Selection("s".to_owned())];
    Rule { selections, conditions, ..rule.clone() }
}
