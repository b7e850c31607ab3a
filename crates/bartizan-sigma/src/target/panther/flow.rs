//! PantherFlow: a query of Panther's data lake.
//!
//! Source: Panther documentation, "PantherFlow Expressions" (comparisons, `and`, `or`, `not`, `in`, references),
//! "PantherFlow Data Types" (string literals and their escapes, `null`), and Panther's article on the language (a
//! table's name, `where`, `strings.contains`). Nothing there finds beginnings, ends or expressions, and what it says of
//! strings does not leave letter case aside, so that a string whose case is of no matter is refused unless an
//! approximation is allowed.

use super::{field, list};
use crate::{
    error::Failure,
    expr::{Expr, Match},
    pipeline::Reach,
    rule::{Part, Shape, Text, Value},
    target::{Context, placeholder, quoted, word},
};

/// The query of a tree.
///
/// # Errors
/// What the documented language cannot say.
pub(super) fn query(context: &Context<'_>, tree: &Expr<'_>) -> Result<String, Failure> {
    if context.reach == Reach::Reference {
        return Err(Failure::expression(
            "the reference tools' PantherFlow was not measured: ask for the target itself",
        ));
    }
    let Some(log_type) = context.state.get("log_type") else {
        return Err(Failure::log_source("PantherFlow asks a table, which the pipeline `panther` names"));
    };
    // `AWS.ALB` is the table `aws_alb`.
    let table = log_type.to_lowercase().replace('.', "_");
    let flow = Flow { any_case: context.state.contains_key("approximate") };
    Ok(format!("{table}\n| where {}", flow.node(tree, false)?))
}

struct Flow {
    /// Whether strings may mind letter case where the rule does not.
    any_case: bool,
}

impl Flow {
    fn node(&self, expr: &Expr<'_>, negated: bool) -> Result<String, Failure> {
        match expr {
            Expr::And(parts) => self.join(parts, " and ", negated),
            Expr::Or(parts) => match list(parts) {
                Some((name, values)) => {
                    let members =
                        values.iter().map(|value| self.member(value)).collect::<Result<Vec<_>, _>>()?;
                    let name = path(name)?;
                    Ok(present(&name, format!("{name} in [{}]", members.join(", ")), negated))
                }
                None => self.join(parts, " or ", negated),
            },
            // What is null is neither equal nor unequal, but the negation of a comparison with it holds.
            Expr::Not(inner) => Ok(format!("not ({})", self.node(inner, true)?)),
            Expr::Match(m) => self.leaf(m, negated),
        }
    }

    fn join(&self, parts: &[Expr<'_>], between: &str, negated: bool) -> Result<String, Failure> {
        let texts = parts.iter().map(|part| {
            let text = self.node(part, negated)?;
            let bare = matches!(part, Expr::Match(m) if !matches!(m.value, Value::AnyOf(_)))
                || matches!(part, Expr::Not(_));
            Ok(if bare { text } else { format!("({text})") })
        });
        Ok(texts.collect::<Result<Vec<_>, Failure>>()?.join(between))
    }

    fn leaf(&self, m: &Match<'_>, negated: bool) -> Result<String, Failure> {
        let field = field(m)?;
        let name = path(field)?;
        let test = match m.value {
            Value::Null | Value::Exists(false) => return Ok(format!("{name} == null")),
            Value::Exists(true) => return Ok(format!("{name} != null")),
            Value::Number(number) => format!("{name} == {number}"),
            Value::Bool(yes) => format!("{name} == {yes}"),
            Value::Compare(order, number) => format!("{name} {} {number}", order.sign()),
            Value::Text { text, .. } if text.parts() == [Part::Any] => return Ok(format!("{name} != null")),
            Value::Text { text, cased } => match text.shape() {
                Shape::Whole => format!("{name} == {}", self.string(text, *cased)?),
                Shape::Contains => {
                    format!("strings.contains({name}, {})", self.string(&text.inner(), *cased)?)
                }
                _ => return Err(Failure::expression("beginnings, ends and wildcards inside a string")),
            },
            Value::AnyOf(values) => {
                let parts: Vec<Expr<'_>> =
                    values.iter().map(|value| Expr::Match(Match { field: Some(field), value })).collect();
                return self.join(&parts, " or ", negated);
            }
            _ => return Err(Failure::expression("PantherFlow has no comparison for this value")),
        };
        Ok(present(&name, test, negated))
    }

    fn member(&self, value: &Value) -> Result<String, Failure> {
        match value {
            Value::Text { text, cased } => self.string(text, *cased),
            Value::Number(number) => Ok(number.text().to_owned()),
            _ => Err(Failure::expression("only strings and numbers stand in a list")),
        }
    }

    fn string(&self, text: &Text, cased: bool) -> Result<String, Failure> {
        if let Some(name) = text.placeholder() {
            return Err(placeholder(name));
        }
        let letters = text.bare().chars().any(|c| c.is_lowercase() || c.is_uppercase());
        if letters && !cased && !self.any_case {
            return Err(Failure::expression("strings whose letter case is of no matter"));
        }
        Ok(quoted(&text.bare()))
    }
}

/// A comparison that is false, not null, where the field is absent.
fn present(name: &str, test: String, negated: bool) -> String {
    if negated { format!("({name} != null and {test})") } else { test }
}

/// A path into an event; keys that are no words stand in brackets.
fn path(field: &str) -> Result<String, Failure> {
    let mut out = String::new();
    for key in field.split('.') {
        match (word(key), out.is_empty()) {
            (true, true) => out.push_str(key),
            (true, false) => out.extend([".", key]),
            (false, false) if !key.is_empty() => out.push_str(&format!("[{}]", quoted(key))),
            _ => return Err(Failure::field(format!("`{field}` is no column of a table"))),
        }
    }
    Ok(out)
}
