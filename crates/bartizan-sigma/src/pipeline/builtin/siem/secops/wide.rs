//! Every log source whose fields Google documents a place for.

use super::{
    EVENT_TYPES,
    tables::{Place, Source, of},
};
use crate::{
    error::Failure,
    pipeline::Work,
    rule::{Detection, Item, Link, Value},
};

pub(super) fn apply(work: &mut Work) -> Result<(), Failure> {
    let source = of(&work.rule.log_source)
        .ok_or_else(|| Failure::log_source("no documented parser of SecOps fits this log source"))?;
    if source.needs_provider
        && !work.items().iter().any(|item| item.field.as_deref() == Some("Provider_Name"))
    {
        return Err(Failure::log_source("UDM tells the events of this channel apart by their provider only"));
    }
    let ids = ids(work);
    work.replace_items(|item| place(item, &source, &ids).map(Some))?;
    for (field, values) in source.gates {
        work.require(Detection::item(field, values.iter().map(|value| Value::plain(value)).collect()));
    }
    work.state.insert(EVENT_TYPES, source.kinds.join(" "));
    Ok(())
}

/// The event ids that the rule asks for.
fn ids(work: &Work) -> Vec<u32> {
    let items = work.items();
    let ids = items.iter().filter(|item| item.field.as_deref() == Some("EventID"));
    let ids = ids.flat_map(|item| &item.values).filter_map(|value| match value {
        Value::Number(number) => number.text().parse().ok(),
        value => value.as_text()?.as_plain()?.parse().ok(),
    });
    ids.collect()
}

fn place(item: &Item, source: &Source, ids: &[u32]) -> Result<Detection, Failure> {
    let Some(field) = item.field.as_deref() else {
        return Err(Failure::field("UDM has no search of whole events"));
    };
    match source.place(field, ids)? {
        Place::Field(to) => renamed(item, to, source, ids),
        Place::AnyOf(to) => {
            let each: Result<Vec<_>, _> = to.iter().map(|to| renamed(item, to, source, ids)).collect();
            any(each?, item)
        }
        Place::Made(make) => {
            let each: Result<Vec<_>, _> = item.values.iter().map(|value| each(*make, value)).collect();
            let each = each?;
            match item.link {
                Link::And if !item.negated => Ok(Detection::all(each)),
                _ => any(each, item),
            }
        }
    }
}

/// Alternatives that one modifier made are made one by one.
fn each(make: fn(&Value) -> Result<Detection, Failure>, value: &Value) -> Result<Detection, Failure> {
    match value {
        Value::AnyOf(values) => {
            let each: Result<Vec<_>, _> = values.iter().map(make).collect();
            Ok(Detection::any(each?))
        }
        value => make(value),
    }
}

fn any(each: Vec<Detection>, item: &Item) -> Result<Detection, Failure> {
    match item.negated {
        false => Ok(Detection::any(each)),
        true => Err(Failure::expression("`neq` on a field that becomes several")),
    }
}

fn renamed(item: &Item, to: &str, source: &Source, ids: &[u32]) -> Result<Detection, Failure> {
    let mut item = Item { field: Some(to.to_owned()), ..item.clone() };
    for value in &mut item.values {
        if let Value::FieldRef { field, .. } = value {
            match source.place(field, ids)? {
                Place::Field(to) => *field = (*to).to_owned(),
                _ => return Err(Failure::field(format!("`{field}` has no single place in UDM"))),
            }
        }
    }
    Ok(Detection::Item(item))
}
