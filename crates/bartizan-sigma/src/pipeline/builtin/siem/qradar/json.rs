//! Fields of events that QRadar keeps as the JSON they came in: a member with its value, as a regular expression over the
//! payload.
//!
//! Source: IBM, "QRadar DSM Configuration Guide", sample event messages (AWS CloudTrail, Azure, Office 365, Okta,
//! Kubernetes); the vendors' records (AWS "CloudTrail record contents", Microsoft "Azure Monitor log schemas" and "Office
//! 365 Management Activity API schema", Okta "System Log API", Kubernetes "audit.k8s.io/v1").

use crate::{
    error::Failure,
    rule::{LogSource, Part, Regex, Shape, Text, Value},
};

/// Members of Azure's logs; Sigma has other names for the rest.
const AZURE: &[&str] = &[
    "authenticationRequirement",
    "conditionalAccessStatus",
    "loggedByService",
    "operationName",
    "resourceDisplayName",
    "resultDescription",
    "resultType",
    "riskEventType",
];

/// Whether a field of a rule is the name of a member in the events of its log source.
pub(super) fn has(source: &LogSource, field: &str) -> bool {
    let service = source.service.as_deref().unwrap_or_default();
    let known = match (source.product.as_deref().unwrap_or_default(), service) {
        ("aws", "cloudtrail") | ("kubernetes", "audit") | ("okta", "okta") => true,
        ("m365", "audit" | "exchange") => true,
        ("azure", _) => AZURE.iter().any(|name| name.eq_ignore_ascii_case(field)),
        _ => false,
    };
    // A path of names has no simple expression.
    known && !field.contains('.')
}

/// A member with this value, anywhere in the payload.
pub(super) fn member(field: &str, value: &Value) -> Result<Value, Failure> {
    let key = escaped(field);
    let tail = r"\s*[,}\]]";
    let pattern = match value {
        Value::AnyOf(values) => {
            let values = values.iter().map(|value| member(field, value));
            return Ok(Value::AnyOf(values.collect::<Result<_, _>>()?));
        }
        Value::Text { text, cased: false } => match text.shape() {
            // Numbers and truth values stand in rules with quotes, too.
            Shape::Whole if !text.is_empty() => format!(r#""{key}"\s*:\s*"?{}"?{tail}"#, string(text)?),
            _ => format!(r#""{key}"\s*:\s*"{}""#, string(text)?),
        },
        Value::Number(number) => format!(r#""{key}"\s*:\s*"?{}"?{tail}"#, escaped(number.text())),
        Value::Bool(yes) => format!(r#""{key}"\s*:\s*"?{yes}"?{tail}"#),
        _ => {
            return Err(Failure::expression(format!("`{field}` is looked for in the payload: only as text")));
        }
    };
    Ok(Value::Regex(Regex { pattern, ignore_case: true, multi_line: false, dot_all: false }))
}

/// The inside of a string of JSON.
fn string(text: &Text) -> Result<String, Failure> {
    if let Some(name) = text.placeholder() {
        return Err(crate::target::placeholder(name));
    }
    let mut out = String::new();
    for part in text.parts() {
        match part {
            Part::Plain(run) => run.chars().for_each(|c| match c {
                '"' => out.push_str(r#"\\""#),
                '\\' => out.push_str(r"\\\\"),
                '/' => out.push_str(r"\\?/"),
                c => push_escaped(c, &mut out),
            }),
            Part::Any => out.push_str(r#"[^"\\]*(?:\\.[^"\\]*)*"#),
            _ => out.push_str(r#"(?:[^"\\]|\\.)"#),
        }
    }
    Ok(out)
}

/// A text as a regular expression that matches it.
pub(super) fn escaped(plain: &str) -> String {
    let mut out = String::with_capacity(plain.len());
    plain.chars().for_each(|c| push_escaped(c, &mut out));
    out
}

fn push_escaped(c: char, out: &mut String) {
    if r"\.+*?()|[]{}^$".contains(c) {
        out.push('\\');
    }
    out.push(c);
}
