//! Simple detections: conditions on key paths, joined by `All` and `Any`. They have no negation of groups, so a `not`
//! goes down to the conditions.

use serde_json::{Value as Json, json};

use super::{all_of, any_of, field, flat, list};
use crate::{
    error::Failure,
    expr::{Expr, Match},
    rule::{Part, Shape, Text, Value},
    target::placeholder,
};

/// The value of `Detection`.
///
/// # Errors
/// What simple detections cannot say.
pub(super) fn detection(tree: &Expr<'_>) -> Result<Json, Failure> {
    Ok(json!([node(tree, false)?]))
}

fn node(expr: &Expr<'_>, negated: bool) -> Result<Json, Failure> {
    match expr {
        Expr::Not(inner) => node(inner, !negated),
        Expr::Match(m) => condition(m, negated),
        Expr::And(parts) => join(&flat(parts, all_of), if negated { "Any" } else { "All" }, negated),
        Expr::Or(parts) => {
            if let Some((field, values)) = list(parts) {
                let values = values.into_iter().map(scalar).collect::<Result<Vec<_>, _>>()?;
                let condition = if negated { "IsNotIn" } else { "IsIn" };
                return Ok(json!({ "Condition": condition, "KeyPath": field, "Values": values }));
            }
            join(&flat(parts, any_of), if negated { "All" } else { "Any" }, negated)
        }
    }
}

/// Parts of the same kind are joined to this one.
fn join(parts: &[&Expr<'_>], name: &str, negated: bool) -> Result<Json, Failure> {
    let mut out = Vec::with_capacity(parts.len());
    for part in parts {
        let mut part = node(part, negated)?;
        match part.get_mut(name).and_then(Json::as_array_mut) {
            Some(inner) => out.append(inner),
            None => out.push(part),
        }
    }
    Ok(json!({ name: out }))
}

fn scalar(value: &Value) -> Result<Json, Failure> {
    match value {
        Value::Text { text, .. } => match (text.as_plain(), text.placeholder()) {
            (Some(plain), _) => Ok(json!(plain)),
            (None, Some(name)) => Err(placeholder(name)),
            (None, None) => Err(unsupported()),
        },
        Value::Number(number) => Ok(match number.text().parse::<i64>() {
            Ok(integer) => json!(integer),
            Err(_) => json!(number.value()),
        }),
        _ => Err(unsupported()),
    }
}

fn unsupported() -> Failure {
    Failure::expression("simple detections have no condition for this value")
}

fn condition(m: &Match<'_>, negated: bool) -> Result<Json, Failure> {
    let field = field(m)?;
    let bare = |yes: &str, no: &str| {
        let condition = if negated { no } else { yes };
        json!({ "Condition": condition, "KeyPath": field })
    };
    let with = |yes: &str, no: &str, value: Json| {
        let condition = if negated { no } else { yes };
        json!({ "Condition": condition, "KeyPath": field, "Value": value })
    };
    match m.value {
        Value::Null => Ok(bare("IsNull", "IsNotNull")),
        Value::Exists(yes) => {
            Ok(if *yes { bare("Exists", "DoesNotExist") } else { bare("DoesNotExist", "Exists") })
        }
        Value::Number(_) => Ok(with("Equals", "DoesNotEqual", scalar(m.value)?)),
        Value::Text { text, .. } => {
            if let Some(name) = text.placeholder() {
                return Err(placeholder(name));
            }
            let plain = |text: &Text| text.as_plain().map(|plain| json!(plain)).ok_or_else(unsupported);
            match (text.shape(), text.parts()) {
                (_, [Part::Any]) => Ok(bare("Exists", "DoesNotExist")),
                (Shape::Whole, _) => Ok(with("Equals", "DoesNotEqual", plain(text)?)),
                (Shape::Starts, _) => Ok(with("StartsWith", "DoesNotStartWith", plain(&text.inner())?)),
                (Shape::Ends, _) => Ok(with("EndsWith", "DoesNotEndWith", plain(&text.inner())?)),
                (Shape::Contains, _) => Ok(with("Contains", "DoesNotContain", plain(&text.inner())?)),
                (Shape::Pattern, [Part::Plain(start), Part::Any, Part::Plain(end)]) => {
                    let both = [
                        with("StartsWith", "DoesNotStartWith", json!(start)),
                        with("EndsWith", "DoesNotEndWith", json!(end)),
                    ];
                    let name = if negated { "Any" } else { "All" };
                    Ok(json!({ name: both }))
                }
                (Shape::Pattern, _) => Err(unsupported()),
            }
        }
        Value::AnyOf(values) => {
            let parts = values.iter().map(|value| condition(&Match { field: Some(field), value }, negated));
            let name = if negated { "All" } else { "Any" };
            Ok(json!({ name: parts.collect::<Result<Vec<_>, _>>()? }))
        }
        _ => Err(unsupported()),
    }
}
