//! Fields of events that QRadar keeps in the form they came in: a member with its value, as a regular expression over the
//! payload.
//!
//! Source: IBM, "QRadar DSM Configuration Guide", sample event messages; the vendors' records (AWS "CloudTrail record
//! contents", Microsoft "Azure Monitor log schemas" and "Office 365 Management Activity API schema", Okta "System Log API",
//! Kubernetes "audit.k8s.io/v1"; Red Hat, "Understanding Audit log files").

use crate::{
    error::Failure,
    rule::{LogSource, Part, Regex, Shape, Text, Value},
    target::{escape, placeholder},
};

/// How a member is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `"name": "value"`
    Json,
    /// `name="value"` of Linux audit. Values with blanks or quotes are written in hexadecimal digits there.
    Audit,
}

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

/// The form of a field, where the rule has the name that it has in the events of its log source.
pub(super) fn form(source: &LogSource, field: &str) -> Option<Form> {
    let service = source.service.as_deref().unwrap_or_default();
    let form = match (source.product.as_deref().unwrap_or_default(), service) {
        ("aws", "cloudtrail") | ("kubernetes", "audit") | ("okta", "okta") => Form::Json,
        ("m365", "audit" | "exchange") => Form::Json,
        ("azure", _) if AZURE.iter().any(|name| name.eq_ignore_ascii_case(field)) => Form::Json,
        ("linux", "auditd") => Form::Audit,
        _ => return None,
    };
    // A path of names has no simple expression.
    (!field.contains('.')).then_some(form)
}

/// A member with this value, anywhere in the payload.
pub(super) fn member(form: Form, field: &str, value: &Value) -> Result<Value, Failure> {
    let (inner, whole) = match value {
        Value::AnyOf(values) => {
            let values = values.iter().map(|value| member(form, field, value));
            return Ok(Value::AnyOf(values.collect::<Result<_, _>>()?));
        }
        Value::Text { text, cased: false } => {
            (form.string(text)?, text.shape() == Shape::Whole && !text.is_empty())
        }
        Value::Number(number) => (escaped(number.text()), true),
        Value::Bool(yes) => (yes.to_string(), true),
        _ => {
            return Err(Failure::expression(format!("`{field}` is looked for in the payload: only as text")));
        }
    };
    let key = escaped(field);
    let pattern = match (form, whole) {
        // Numbers and truth values stand in rules with quotes, too.
        (Form::Json, true) => format!(r#""{key}"\s*:\s*"?{inner}"?\s*[,}}\]]"#),
        (Form::Json, false) => format!(r#""{key}"\s*:\s*"{inner}""#),
        // Records with names for numbers set those behind a separator of groups.
        (Form::Audit, _) => format!(r#"(?:^|[\s\x1d]){key}=["']?{inner}["']?(?:[\s\x1d]|$)"#),
    };
    Ok(Value::Regex(Regex { pattern, ignore_case: true, multi_line: false, dot_all: false }))
}

impl Form {
    /// The inside of a value.
    fn string(self, text: &Text) -> Result<String, Failure> {
        if let Some(name) = text.placeholder() {
            return Err(placeholder(name));
        }
        let (any, one) = match self {
            Self::Json => (r#"[^"\\]*(?:\\.[^"\\]*)*"#, r#"(?:[^"\\]|\\.)"#),
            Self::Audit => (r#"[^\s"'\x1d]*"#, r#"[^\s"'\x1d]"#),
        };
        let mut out = String::new();
        for part in text.parts() {
            match (part, self) {
                (Part::Plain(run), Self::Json) => run.chars().for_each(|c| match c {
                    '"' => out.push_str(r#"\\""#),
                    '\\' => out.push_str(r"\\\\"),
                    '/' => out.push_str(r"\\?/"),
                    c => out.push_str(&escaped(c.encode_utf8(&mut [0; 4]))),
                }),
                (Part::Plain(run), Self::Audit) => out.push_str(&escaped(run)),
                (Part::Any, _) => out.push_str(any),
                _ => out.push_str(one),
            }
        }
        Ok(out)
    }
}

/// A text as a regular expression that matches it.
fn escaped(plain: &str) -> String {
    let mut out = String::with_capacity(plain.len());
    escape(plain, r"\.+*?()|[]{}^$", "\\", &mut out);
    out
}
