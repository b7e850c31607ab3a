//! What values become in the wide reach.

use super::wide::Near;
use crate::{
    error::Failure,
    rule::{Item, Part, Shape, Text, Value},
};

/// The note that a field is looked for in the payload.
pub(super) const IN_PAYLOAD: &str = "approximation.payload";

/// Changes every value, those of alternatives as well.
pub(super) fn each(
    values: &[Value],
    change: &mut impl FnMut(&Value) -> Result<Option<Value>, Failure>,
) -> Result<Vec<Value>, Failure> {
    let mut out = Vec::with_capacity(values.len());
    for value in values {
        let new = match value {
            Value::AnyOf(inner) => Some(Value::AnyOf(each(inner, change)?)),
            value => change(value)?,
        };
        out.extend(new);
    }
    Ok(out)
}

/// A keyword: anywhere in the payload.
pub(super) fn keyword(value: &Value) -> Result<Option<Value>, Failure> {
    let text = |text: Text, cased| Ok(Some(Value::Text { text: text.open().close(), cased }));
    match value {
        Value::Text { text: inner, cased } => text(inner.clone(), *cased),
        Value::Number(number) => text(Text::plain(number.text()), false),
        Value::Regex(_) => Ok(Some(value.clone())),
        _ => Err(Failure::expression("keywords are texts, numbers and regular expressions")),
    }
}

/// A text that is a part of what the property holds, so that its ends are not those of the property.
pub(super) fn part(field: &str, value: &Value, near: &mut Near) -> Result<Option<Value>, Failure> {
    let loose = |near: &mut Near| {
        near.push((
            "approximation.anchor",
            Failure::value(format!(
                "`{field}` is a part of a property of QRadar: its ends are not looked at"
            )),
        ));
    };
    match value {
        Value::Text { text, .. } if text.is_empty() => Err(Failure::value(format!(
            "`{field}` is a part of a property of QRadar: it cannot be asked to be empty"
        ))),
        Value::Text { text, cased } => {
            if !(text.opens_any() && text.closes_any()) {
                loose(near);
            }
            Ok(Some(Value::Text { text: text.clone().open().close(), cased: *cased }))
        }
        Value::Regex(regex) => {
            if regex.pattern.contains(['^', '$']) {
                return Err(Failure::value(format!(
                    "`{field}` is a part of a property of QRadar: `^` and `$` have no place"
                )));
            }
            Ok(Some(value.clone()))
        }
        _ => Err(Failure::value(format!(
            "`{field}` is a part of a property of QRadar: only texts are looked for"
        ))),
    }
}

/// A part of an address of the web. Its end is the end of the address, unless a query may follow; what has a scheme is
/// all of it.
pub(super) fn url(field: &str, value: &Value, near: &mut Near) -> Result<Option<Value>, Failure> {
    let whole = |text: &Text| match text.shape() {
        Shape::Ends => field != "cs-uri-stem",
        _ => {
            text.bare().split_once("://").is_some_and(|(scheme, _)| scheme.chars().all(char::is_alphanumeric))
        }
    };
    match value {
        Value::Text { text, .. } if whole(text) => Ok(Some(value.clone())),
        value => part(field, value, near),
    }
}

/// A value of an address. QRadar's fields of addresses hold IPv4.
pub(super) fn address(value: &Value, near: &mut Near) -> Result<Option<Value>, Failure> {
    match value {
        Value::Cidr(cidr) if cidr.address.is_ipv6() => {
            near.push((
                "approximation.ipv6",
                Failure::value(format!("addresses of QRadar hold IPv4: `{cidr}` is left out")),
            ));
            Ok(None)
        }
        Value::Text { text, .. } if text.has_wildcard() => match super::reference::network(text) {
            Some(cidr) => Ok(Some(Value::Cidr(cidr))),
            None => Err(Failure::value(format!("`{}` is no network", text.bare()))),
        },
        Value::Text { .. } | Value::Cidr(_) | Value::Null => Ok(Some(value.clone())),
        _ => Err(Failure::value("addresses are compared with addresses and networks")),
    }
}

/// A port: a number, also where the rule has it as text.
pub(super) fn port(value: &Value) -> Result<Option<Value>, Failure> {
    match value {
        Value::Text { text, .. } => match text.as_plain().and_then(|plain| plain.parse::<u16>().ok()) {
            Some(number) => Ok(Some(Value::integer(number.into()))),
            None => Err(Failure::value(format!("`{}` is no port", text.bare()))),
        },
        Value::Number(_) | Value::Compare(..) => Ok(Some(value.clone())),
        _ => Err(Failure::value("ports are numbers")),
    }
}

/// A field without property, looked for in the payload.
pub(super) fn payload(item: &Item, near: &mut Near) -> Result<Vec<Value>, Failure> {
    let field = item.field.as_deref().unwrap_or_default();
    near.push((
        IN_PAYLOAD,
        Failure::field(format!(
            "QRadar has no property for `{field}`: its values are looked for anywhere in the payload; more may be found, or \
             less where the rule negates it"
        )),
    ));
    each(&item.values, &mut |value| match value {
        Value::Text { text, cased } if text.parts().iter().any(|part| matches!(part, Part::Plain(_))) => {
            Ok(Some(Value::Text { text: text.clone().open().close(), cased: *cased }))
        }
        _ => Err(Failure::field(format!(
            "QRadar has no property for `{field}`, and in the payload only texts are found"
        ))),
    })
}
