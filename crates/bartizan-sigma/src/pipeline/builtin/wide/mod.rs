//! What the wide pipelines have in common: Sigma's fields put to a product's by tables, and values put right.

mod values;
mod wildcards;

pub(super) use values::{
    caseless, file_names, hashes, hives, integer, levels, no_hives, numbers, registry_data, strings, truths,
};
pub(super) use wildcards::wildcards;

use crate::{
    error::Failure,
    pipeline::{Fields, Work, lookup},
    rule::{Detection, Item, LogSource, Value},
};

/// Stands between names of a table when Sigma's field is found in any of them.
const OR: char = '|';

/// Fields that the pipelines see to themselves.
const OWN: &[&str] = &["Hashes", "Hash", "hashes", "EventID", "Provider_Name"];

/// Puts every item to the product's fields: first by `special`, then by `tables`. What neither knows is refused.
///
/// # Errors
/// The first failure of `special`, and a field or a keyword that the product has no place for.
pub(super) fn map(
    work: &mut Work,
    product: &str,
    tables: &[&Fields],
    special: impl Fn(&Item) -> Result<Option<Detection>, Failure>,
) -> Result<(), Failure> {
    let find = |field: &str| tables.iter().find_map(|table| lookup(table, field));
    leave_out(work, product, |field| OWN.contains(&field) || find(field).is_some())?;
    let absent = |field: &str| Failure::field(format!("{product} has no field for `{field}` here"));
    work.replace_items(|item| {
        if let Some(new) = special(item)? {
            return Ok(Some(new));
        }
        let Some(field) = item.field.as_deref() else {
            return Err(Failure::field(format!("{product} has no search of whole events")));
        };
        let mut item = item.clone();
        for value in &mut item.values {
            if let Value::FieldRef { field, .. } = value {
                let to = find(field).filter(|to| !to.contains(OR)).ok_or_else(|| absent(field))?;
                *field = to.to_owned();
            }
        }
        let names = find(field).ok_or_else(|| absent(field))?;
        Ok(Some(spread(&item, names)))
    })?;
    let shown = |field: &String| find(field).filter(|to| to.chars().all(plain_name)).map(str::to_owned);
    work.rule.fields = work.rule.fields.iter().filter_map(shown).collect();
    Ok(())
}

/// Refuses events of a category that no sensor on an endpoint sees: those of an appliance or an application.
///
/// # Errors
/// A product that is no operating system.
pub(super) fn endpoint(source: &LogSource, product: &str) -> Result<(), Failure> {
    match source.product.as_deref() {
        None | Some("windows" | "linux" | "macos") => Ok(()),
        Some(other) => Err(Failure::log_source(format!("{product} has no events of `{other}`"))),
    }
}

/// Leaves out what is asked of fields the product does not have, by leave of the user only.
///
/// # Errors
/// Nothing would be left of a selection.
pub(super) fn leave_out(work: &mut Work, product: &str, known: impl Fn(&str) -> bool) -> Result<(), Failure> {
    if !work.approximate {
        return Ok(());
    }
    let unknown = |item: &Item| item.field.as_deref().filter(|field| !known(field)).map(str::to_owned);
    let mut fields: Vec<String> = work.items().iter().filter_map(|item| unknown(item)).collect();
    fields.dedup();
    for field in fields {
        let emptied = work.rule.selections.iter().any(|(_, detection)| {
            let items = detection.items();
            !items.is_empty() && items.iter().all(|item| item.field.as_ref() == Some(&field))
        });
        let failure = Failure::field(format!("{product} has no field for `{field}` here"));
        if emptied {
            return Err(failure);
        }
        work.drop_items(|item| item.field.as_ref() == Some(&field));
        let message = format!(
            "{}: it is not asked, which may find more, or less where it was part of an exception",
            failure.message
        );
        work.come_near("approximation.field", Failure::field(message))?;
    }
    Ok(())
}

/// What a name that is no expression is made of.
fn plain_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.')
}

/// The item asked of each of these fields.
pub(super) fn spread(item: &Item, names: &str) -> Detection {
    let parts =
        names.split(OR).map(|name| Detection::Item(Item { field: Some(name.to_owned()), ..item.clone() }));
    let mut parts: Vec<Detection> = parts.collect();
    // No value in any of the fields is no value in all of them.
    let absent = |value: &Value| matches!(value, Value::Null | Value::Exists(false));
    match parts.len() {
        1 => parts.remove(0),
        _ if item.negated || item.values.iter().any(absent) => Detection::all(parts),
        _ => Detection::any(parts),
    }
}

/// The same item of another field with other values.
pub(super) fn with(item: &Item, field: &str, values: Vec<Value>) -> Detection {
    Detection::Item(Item { field: Some(field.to_owned()), values, ..item.clone() })
}
