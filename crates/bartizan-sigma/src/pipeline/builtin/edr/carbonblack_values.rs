//! Values of Carbon Black Cloud's search fields: words, addresses, parts of an address of the web.

use super::super::wide;
use crate::{
    error::Failure,
    pipeline::{Fields, lookup},
    rule::{Detection, Item, Link, Part, Shape, Text, Value},
};

/// Words of a fixed vocabulary.
pub(super) fn words(item: &Item, table: &Fields) -> Result<Vec<Value>, Failure> {
    let word = |value: &Value| {
        let text = value.as_text().and_then(Text::as_plain).unwrap_or_default().to_ascii_lowercase();
        lookup(table, &text).map(Value::plain)
    };
    let field = item.field.as_deref().unwrap_or_default();
    let bad = || Failure::value(format!("Carbon Black has no word for a value of `{field}`"));
    item.values.iter().map(|value| word(value).ok_or_else(bad)).collect()
}

/// Addresses, each asked of the field of its version; `to` is the name without the version.
pub(super) fn addresses(item: &Item, to: &str) -> Detection {
    let part = |value: &Value| {
        let six = match value {
            Value::Cidr(cidr) => cidr.address.is_ipv6(),
            Value::Text { text, .. } => text.bare().contains(':'),
            // Null and the like.
            _ => {
                return wide::spread(
                    &Item { values: vec![value.clone()], ..item.clone() },
                    &format!("{to}4|{to}6"),
                );
            }
        };
        wide::with(item, &format!("{to}{}", if six { 6 } else { 4 }), vec![value.clone()])
    };
    let parts: Vec<Detection> = item.values.iter().map(part).collect();
    let link = if item.negated { Link::And } else { item.link };
    match parts.len() {
        1 => Detection::all(parts),
        _ => Detection::Group { link, parts },
    }
}

/// Parts of an address of the web, asked of the whole.
pub(super) fn url(item: &Item, field: &str, to: &str) -> Result<Detection, Failure> {
    let mut values = Vec::with_capacity(item.values.len());
    for value in &item.values {
        let Value::Text { text, .. } = value else {
            return Err(Failure::value(format!("`{field}` is asked for strings only")));
        };
        match field {
            "c-uri" | "cs-uri" => values.push(value.clone()),
            _ => values.push(url_part(field, text)?),
        }
    }
    Ok(wide::with(item, to, values))
}

/// The part of an address that begins with its `?`, or lies before it.
fn url_part(field: &str, text: &Text) -> Result<Value, Failure> {
    let refuse = || {
        Failure::value(format!("`{}` of `{field}` cannot be told from the rest of the address", text.bare()))
    };
    let plain = |run: &str| Part::Plain(run.to_owned());
    let parts = match (field, text.shape()) {
        ("cs-uri-query" | "c-uri-query", Shape::Contains | Shape::Ends) => {
            let mut parts = vec![Part::Any, plain("?")];
            parts.extend_from_slice(text.parts());
            parts
        }
        ("cs-uri-query" | "c-uri-query", Shape::Starts | Shape::Whole) => {
            // Some servers log the `?` with the query.
            let bare = text.parts().first().map(|part| match part {
                Part::Plain(run) => plain(run.strip_prefix('?').unwrap_or(run)),
                other => other.clone(),
            });
            let mut parts = vec![Part::Any, plain("?")];
            parts.extend(bare);
            parts.extend_from_slice(text.parts().get(1..).unwrap_or_default());
            parts
        }
        _ => return Err(refuse()),
    };
    Ok(Value::Text { text: Text::from_parts(parts), cased: false })
}
