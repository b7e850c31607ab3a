//! STIX 2 patterns, as STIX-shifter translates them on.
//!
//! Source: STIX 2.1 (OASIS), section 9 "STIX Patterning". A negation moves down to the comparisons, and every part of
//! an operator stands in brackets.

use super::super::{
    Context, Dialect, Grammar, Piece, Query, Target, network_heads, placeholder, regex_flags,
};
use crate::{
    error::Failure,
    expr::{Expr, Match},
    rule::{Part, Text, Value},
};

struct Stix;

pub(super) const TARGET: Target =
    Target { name: "stix", about: "STIX 2 patterns", formats: &["default"], own: &[], dialect: &Stix };

static GRAMMAR: Grammar = Grammar::BASE;

/// A piece without brackets of its own.
type Written = Result<String, Failure>;

impl Dialect for Stix {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn expr(&self, _context: &mut Context<'_>, expr: &Expr<'_>) -> Piece {
        write(expr, false).map(Some)
    }

    fn finish(&self, _context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        Ok(Query::Text(format!("[{}]", query.unwrap_or_default())))
    }
}

fn write(expr: &Expr<'_>, negated: bool) -> Written {
    match expr {
        Expr::And(parts) => join(parts.iter().map(|part| write(part, negated)), !negated),
        Expr::Or(parts) => join(parts.iter().map(|part| write(part, negated)), negated),
        Expr::Not(inner) => {
            let text = write(inner, !negated)?;
            Ok(match **inner {
                Expr::Match(_) => text,
                _ => format!("({text})"),
            })
        }
        Expr::Match(Match { field: Some(field), value }) => leaf(field, value, negated),
        Expr::Match(_) => Err(Failure::expression("keywords cannot be expressed")),
    }
}

fn join(parts: impl Iterator<Item = Written>, all: bool) -> Written {
    let parts = parts.map(|part| part.map(|text| format!("({text})"))).collect::<Result<Vec<_>, _>>()?;
    Ok(parts.join(if all { " AND " } else { " OR " }))
}

fn leaf(field: &str, value: &Value, negated: bool) -> Written {
    match value {
        Value::Text { cased: false, text } => {
            let like = text.opens_any() || text.closes_any();
            let sign = match (like, negated) {
                (true, false) => "LIKE",
                (true, true) => "NOT LIKE",
                (false, false) => "=",
                (false, true) => "!=",
            };
            Ok(format!("{field} {sign} '{}'", string(text)?))
        }
        Value::Number(number) => {
            let sign = if negated { "!=" } else { "=" };
            let quote = if field.ends_with("_port") { "" } else { "'" };
            Ok(format!("{field} {sign} {quote}{number}{quote}"))
        }
        Value::Regex(regex) => {
            let sign = if negated { "NOT MATCHES" } else { "MATCHES" };
            let pattern = regex.pattern.replace('\\', "\\\\").replace('\'', "\\'");
            Ok(format!("{field} {sign} '{}{pattern}'", regex_flags(regex, true)))
        }
        Value::AnyOf(values) => join(values.iter().map(|value| leaf(field, value, negated)), negated),
        Value::Cidr(cidr) => {
            let texts = network_heads(cidr).into_iter().map(|text| Value::Text { text, cased: false });
            join(texts.map(|text| leaf(field, &text, negated)), negated)
        }
        _ => Err(Failure::expression("values of this kind cannot be expressed")),
    }
}

fn string(text: &Text) -> Written {
    if let Some(name) = text.placeholder() {
        return Err(placeholder(name));
    }
    // Only the outer wildcards are those of `LIKE`.
    if text.parts() == [Part::Any] {
        return Ok("%%".to_owned());
    }
    let last = text.parts().len().saturating_sub(1);
    let mut out = String::new();
    for (i, part) in text.parts().iter().enumerate() {
        match part {
            Part::Any if i == 0 || i == last => out.push('%'),
            Part::Any => out.push('*'),
            Part::One => out.push('?'),
            Part::Plain(run) => run.chars().for_each(|c| {
                match c {
                    '*' | '?' => out.push_str("\\\\"),
                    '\\' | '\'' => out.push('\\'),
                    _ => {}
                }
                out.push(c);
            }),
            Part::Placeholder(_) => {}
        }
    }
    Ok(out)
}
