//! ClickHouse.
//!
//! Source: ClickHouse documentation, "String Search Functions", "Functions for Working with IPv4 and IPv6 Addresses".
//! A backslash escapes in a literal and again in a pattern of `LIKE`.

use super::super::{Context, Dialect, Grammar, Op, Piece, Query, Target, dialect::placeholder, word};
use super::family::CLICKHOUSE;
use crate::{
    error::Failure,
    expr::Expr,
    pipeline::Reach,
    rule::{Regex, Text, Value},
};

struct ClickHouse;

pub(super) const TARGET: Target = Target {
    name: "clickhouse",
    about: "ClickHouse, a table of events",
    formats: &["default"],
    own: &[],
    dialect: &ClickHouse,
};

static GRAMMAR: Grammar = Grammar {
    brackets_always: true,
    field_quote: "`",
    field_escaped: "`\\",
    field_bare: word,
    quote: "'",
    null: Some("isNull({field})"),
    exists: Some(("isNotNull({field})", "isNull({field})")),
    regex: Some("match({field}, '{value}')"),
    compare: Some("{field}{op}{value}"),
    field_ref: [Some("{field}={value}"), None, None, None],
    in_or: Some("{field} IN ({value})"),
    ..Grammar::BASE
};

impl Dialect for ClickHouse {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn expr(&self, context: &mut Context<'_>, expr: &Expr<'_>) -> Piece {
        match context.reach {
            Reach::Wide => CLICKHOUSE.expr(context, expr),
            Reach::Reference => self.walk(context, expr),
        }
    }

    fn any_of_op(&self) -> Option<Op> {
        Some(Op::Or)
    }

    fn text(&self, _context: &mut Context<'_>, field: &str, text: &Text, cased: bool) -> Piece {
        let name = self.field(field);
        let bare = text.as_plain().is_some_and(|plain| !plain.contains(['\\', '%', '_']));
        if bare {
            return Ok(Some(format!("{name}={}", self.string(text)?)));
        }
        let operator = if cased { "LIKE" } else { "ILIKE" };
        Ok(Some(format!("{name} {operator} '{}'", like(text)?)))
    }

    fn cidr(&self, _context: &mut Context<'_>, field: &str, cidr: &crate::rule::Cidr) -> Piece {
        // A column of addresses may be one of a nested structure, whose name has points.
        let name = if field.split('.').all(word) { field.to_owned() } else { self.field(field) };
        Ok(Some(format!("isIPAddressInRange({name}, '{cidr}')")))
    }

    fn keyword(&self, _context: &mut Context<'_>, value: &Value) -> Piece {
        match value {
            Value::Text { text, .. } => Ok(Some(format!("hasToken(full_log, {})", self.string(text)?))),
            Value::Number(number) => Ok(Some(format!("hasToken(full_log, '{number}')"))),
            Value::Regex(regex) => Ok(Some(format!("match(full_log, '{}')", self.pattern(regex)?))),
            _ => Err(Failure::expression("keywords of this kind")),
        }
    }

    fn pattern(&self, regex: &Regex) -> Result<String, Failure> {
        Ok(regex.pattern.replace('\\', "\\\\").replace('\'', "''"))
    }

    fn string(&self, text: &Text) -> Result<String, Failure> {
        Ok(format!("'{}'", literal(text, "\\\\", "\\")?))
    }

    fn finish(&self, _context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        Ok(Query::Text(format!("SELECT * FROM logs WHERE {}", query.unwrap_or_default())))
    }
}

fn like(text: &Text) -> Result<String, Failure> {
    literal(text, "\\\\\\\\", "\\\\")
}

/// The inside of a literal: how a backslash is written, and what stands before `%` and `_`.
fn literal(text: &Text, backslash: &str, escape: &str) -> Result<String, Failure> {
    if let Some(name) = text.placeholder() {
        return Err(placeholder(name));
    }
    Ok(text.render("%", "_", |run, out| {
        for c in run.chars() {
            match c {
                '\\' => out.push_str(backslash),
                '%' | '_' => {
                    out.push_str(escape);
                    out.push(c);
                }
                '\'' => out.push_str("''"),
                c => out.push(c),
            }
        }
    }))
}
