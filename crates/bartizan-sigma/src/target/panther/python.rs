//! A rule as a Python function.

use super::{
    all_of, any_of, field, flat,
    layout::{Code, statement},
    list,
};
use crate::{
    error::Failure,
    expr::{Expr, Match},
    rule::{Number, Part, Shape, Text, Value},
    target::{placeholder, regex_flags},
};

/// The module of a tree.
///
/// # Errors
/// What the function cannot say.
pub(super) fn rule(tree: &Expr<'_>) -> Result<String, Failure> {
    let code = node(tree)?;
    let import = if code.calls("re.match") { "import re\n\n\n" } else { "" };
    let test = statement(&code, 4);
    Ok(format!("{import}def rule(event):\n{test}\n        return True\n    return False\n"))
}

fn node(expr: &Expr<'_>) -> Result<Code, Failure> {
    match expr {
        Expr::Not(inner) => Ok(Code::Not(Box::new(node(inner)?))),
        Expr::Match(m) => condition(m),
        Expr::And(parts) => group("all", &flat(parts, all_of)),
        Expr::Or(parts) => {
            if let Some((field, values)) = list(parts) {
                let members = values.into_iter().map(scalar).collect::<Result<_, _>>()?;
                return Ok(Code::compare(get(field), "in", Code::List(members)));
            }
            group("any", &flat(parts, any_of))
        }
    }
}

fn group(name: &str, parts: &[&Expr<'_>]) -> Result<Code, Failure> {
    let parts = parts.iter().map(|part| node(part)).collect::<Result<_, _>>()?;
    Ok(Code::call(name, vec![Code::List(parts)]))
}

/// A field of the event, as text of Python; empty where it is absent.
pub(super) fn field_of(field: &str) -> String {
    get(field).line()
}

/// `event.deep_get("a", "b", default="")`
fn get(field: &str) -> Code {
    let mut arguments: Vec<Code> = field.split('.').map(|key| Code::Word(literal(key))).collect();
    arguments.push(Code::Word("default=\"\"".to_owned()));
    Code::call("event.deep_get", arguments)
}

fn scalar(value: &Value) -> Result<Code, Failure> {
    match value {
        Value::Text { text, .. } => plain(text),
        Value::Number(number) => Ok(digits(number)),
        _ => Err(Failure::expression("only strings and numbers stand in a list")),
    }
}

fn digits(number: &Number) -> Code {
    Code::Word(number.text().to_owned())
}

fn plain(text: &Text) -> Result<Code, Failure> {
    match (text.as_plain(), text.placeholder()) {
        (Some(plain), _) => Ok(Code::Word(literal(plain))),
        (None, Some(name)) => Err(placeholder(name)),
        (None, None) => Err(Failure::expression("a wildcard in a plain string")),
    }
}

/// In the quotes that need fewer escapes, double ones where both need as many.
fn literal(text: &str) -> String {
    let count = |quote: char| text.chars().filter(|c| *c == quote).count();
    let quote = if count('\'') < count('"') { '\'' } else { '"' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\\' => out.push_str("\\\\"),
            c if c == quote => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

fn condition(m: &Match<'_>) -> Result<Code, Failure> {
    let field = field(m)?;
    let empty = |sign| Code::compare(get(field), sign, Code::Word(literal("")));
    match m.value {
        Value::Null | Value::Exists(false) => Ok(empty("==")),
        Value::Exists(true) => Ok(empty("!=")),
        Value::Number(number) => Ok(Code::compare(get(field), "==", digits(number))),
        Value::Compare(order, number) => Ok(Code::compare(get(field), order.sign(), digits(number))),
        Value::Regex(regex) => {
            let pattern = regex.pattern.replace('\\', "\\\\");
            Ok(matched(field, &format!("{}{pattern}", regex_flags(regex, true))))
        }
        Value::Text { text, .. } => match (text.shape(), text.parts()) {
            (_, [Part::Any]) => Ok(empty("!=")),
            (Shape::Whole, _) => Ok(Code::compare(get(field), "==", plain(text)?)),
            (Shape::Starts, _) => Ok(Code::method(get(field), "startswith", plain(&text.inner())?)),
            (Shape::Ends, _) => Ok(Code::method(get(field), "endswith", plain(&text.inner())?)),
            (Shape::Contains, _) => Ok(Code::compare(plain(&text.inner())?, "in", get(field))),
            (Shape::Pattern, _) => {
                if let Some(name) = text.placeholder() {
                    return Err(placeholder(name));
                }
                let pattern = text.render(".*", ".", |run, out| out.push_str(&run.replace('\\', "\\\\")));
                Ok(matched(field, &format!("^{pattern}$")))
            }
        },
        Value::AnyOf(values) => {
            let parts = values.iter().map(|value| condition(&Match { field: Some(field), value }));
            Ok(Code::call("any", vec![Code::List(parts.collect::<Result<_, _>>()?)]))
        }
        _ => Err(Failure::expression("Panther's rules have no comparison for this value")),
    }
}

/// The pattern stands in a raw string, with its backslashes doubled all the same.
fn matched(field: &str, pattern: &str) -> Code {
    let pattern = pattern.replace('"', "\\\"");
    Code::call("re.match", vec![Code::Word(format!("r\"{pattern}\"")), get(field)])
}
