//! AQL as the guide has it: letters of either case, wildcards that are none in the rule, regular expressions that may stand
//! anywhere.

use super::Ariel;
use crate::{
    error::Failure,
    expr::{Expr, Match},
    rule::{Part, Regex, Text, Value},
    target::{Context, Dialect, Piece, one_field, placeholder},
};

/// Fields that are no strings: letters of addresses have no case.
const ADDRESSES: &[&str] = &["destinationip", "sourceip"];

/// One field against one value.
pub(super) fn item(ariel: &Ariel, context: &mut Context<'_>, m: Match<'_>) -> Piece {
    let Some(field) = m.field else { return keyword(ariel, context, m.value) };
    let name = ariel.field(field);
    Ok(Some(match m.value {
        Value::Text { text, cased } => self::text(field, &name, text, *cased)?,
        Value::Number(number) => format!("{name}={number}"),
        Value::Bool(yes) => format!("LOWER({name})='{yes}'"),
        Value::Null | Value::Exists(false) => format!("{name} IS NULL"),
        Value::Exists(true) => format!("{name} IS NOT NULL"),
        Value::Regex(regex) => self::regex(&name, regex),
        Value::Cidr(cidr) if cidr.address.is_ipv4() => format!("INCIDR('{cidr}', {name})"),
        Value::Compare(order, number) => format!("{name}{}{number}", order.sign()),
        Value::FieldRef { field: other, starts: false, ends: false } => {
            format!("LOWER({name})=LOWER({})", ariel.field(other))
        }
        Value::AnyOf(values) => return ariel.any_of(context, m.field, values),
        _ => return Err(Failure::expression("AQL has no such comparison")),
    }))
}

/// A keyword stands anywhere in the payload.
fn keyword(ariel: &Ariel, context: &mut Context<'_>, value: &Value) -> Piece {
    let payload = "UTF8(payload)";
    Ok(Some(match value {
        Value::Text { text, cased } => self::text(payload, payload, &text.clone().open().close(), *cased)?,
        Value::Number(number) => format!("{payload} ILIKE '%{number}%'"),
        Value::Regex(regex) => self::regex(payload, regex),
        Value::AnyOf(values) => return ariel.any_of(context, None, values),
        _ => return Err(Failure::expression("keywords are texts, numbers and regular expressions")),
    }))
}

/// Values of one field as a list: numbers, or whole strings.
pub(super) fn list(ariel: &Ariel, parts: &[Expr<'_>]) -> Result<Option<String>, Failure> {
    let Some((field, values)) = one_field(parts) else { return Ok(None) };
    let name = ariel.field(field);
    let numbers: Vec<&str> = values.iter().filter_map(|value| number(value)).collect();
    if numbers.len() == values.len() {
        return Ok(Some(format!("{name} IN({})", numbers.join(", "))));
    }
    let whole: Vec<&str> = values.iter().filter_map(|value| whole(value)).collect();
    if whole.len() != values.len() {
        return Ok(None);
    }
    let strings = |change: fn(&str) -> String| -> String {
        let strings: Vec<String> = whole.iter().map(|text| quoted(&change(text))).collect();
        strings.join(", ")
    };
    Ok(Some(match whole.iter().any(|text| has_case(text)) && !ADDRESSES.contains(&field) {
        true => format!("LOWER({name}) IN({})", strings(str::to_lowercase)),
        false => format!("{name} IN({})", strings(str::to_owned)),
    }))
}

fn number(value: &Value) -> Option<&str> {
    match value {
        Value::Number(number) => Some(number.text()),
        _ => None,
    }
}

fn whole(value: &Value) -> Option<&str> {
    match value {
        Value::Text { text, cased: false } => text.as_plain(),
        _ => None,
    }
}

fn text(field: &str, name: &str, text: &Text, cased: bool) -> Result<String, Failure> {
    if let Some(name) = text.placeholder() {
        return Err(placeholder(name));
    }
    if let Some(plain) = text.as_plain() {
        return Ok(match cased || !has_case(plain) || ADDRESSES.contains(&field) {
            true => format!("{name}={}", quoted(plain)),
            false => format!("LOWER({name})={}", quoted(&plain.to_lowercase())),
        });
    }
    // `LIKE` has no way to ask for a plain `%` or `_`.
    let plain = |part: &Part| matches!(part, Part::Plain(run) if run.contains(['%', '_']));
    if text.parts().iter().any(plain) {
        let operator = if cased { "MATCHES" } else { "IMATCHES" };
        return Ok(format!("{name} {operator} {}", quoted(&pattern(text))));
    }
    let operator = if cased { "LIKE" } else { "ILIKE" };
    Ok(format!("{name} {operator} {}", quoted(&text.render("%", "_", |run, out| out.push_str(run)))))
}

/// A text with wildcards as a regular expression over the whole string.
fn pattern(text: &Text) -> String {
    let mut out = String::from("(?s)\\A");
    for part in text.parts() {
        match part {
            Part::Plain(run) => crate::target::escape(run, r"\.+*?()|[]{}^$", "\\", &mut out),
            Part::Any => out.push_str(".*"),
            _ => out.push('.'),
        }
    }
    out.push_str("\\z");
    out
}

/// A regular expression of a rule may stand anywhere in the string; `MATCHES` is written so that it does, whether it asks
/// for the whole string or not.
fn regex(name: &str, regex: &Regex) -> String {
    let operator = if regex.ignore_case { "IMATCHES" } else { "MATCHES" };
    let flags = [(regex.multi_line, 'm'), (regex.dot_all, 's')];
    let flags: String = flags.iter().filter_map(|(on, flag)| on.then_some(*flag)).collect();
    format!("{name} {operator} {}", quoted(&format!("(?s:.*)(?{flags}:{})(?s:.*)", regex.pattern)))
}

fn has_case(text: &str) -> bool {
    text.chars().any(|c| c.is_lowercase() || c.is_uppercase())
}

/// A string. A quote within it is doubled, nothing else has a meaning.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
