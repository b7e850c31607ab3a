//! Splunk SPL2.
//!
//! Source: Splunk SPL2 Search Reference: `from`, `like` (`%`, `_`), `match`, `cidrmatch`; names that are no words stand
//! in single quotes.

use super::super::{Context, Dialect, Grammar, Op, Piece, Query, word};
use crate::{
    error::Failure,
    rule::{Regex, Text, Value},
};

pub(super) struct Spl2;

static GRAMMAR: Grammar = Grammar {
    order: [Op::Not, Op::Or, Op::And],
    field_quote: "'",
    field_bare: |name| name.split('.').all(word),
    escaped: "\"",
    null: Some("{field} IS NULL"),
    exists: Some(("{field} IS NOT NULL", "{field} IS NULL")),
    cidr: Some("cidrmatch(\"{value}\", {field})"),
    compare: Some("{field}{op}{value}"),
    field_ref: [Some("{field}={value}"), None, None, None],
    in_or: Some("{field} IN ({value})"),
    ..Grammar::BASE
};

impl Dialect for Spl2 {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn text(&self, _context: &mut Context<'_>, field: &str, text: &Text, _cased: bool) -> Piece {
        let name = self.field(field);
        Ok(Some(match text.has_wildcard() {
            true => format!("{name} LIKE {}", like(text)?),
            false => format!("{name}={}", self.string(text)?),
        }))
    }

    fn regex(&self, _context: &mut Context<'_>, field: &str, regex: &Regex) -> Piece {
        let pattern = regex.pattern.replace('\\', "\\\\").replace('/', "\\/");
        Ok(Some(format!("match({}, /(?i){pattern}/)", self.field(field))))
    }

    fn keyword(&self, context: &mut Context<'_>, value: &Value) -> Piece {
        match value {
            Value::Text { text, .. } => {
                Ok(Some(format!("_raw LIKE {}", like(&text.clone().open().close())?)))
            }
            Value::Number(number) => Ok(Some(format!("_raw LIKE \"%{number}%\""))),
            Value::Regex(regex) => self.regex(context, "_raw", regex),
            Value::AnyOf(values) => self.any_of(context, None, values),
            _ => Err(Failure::expression("keywords of this kind")),
        }
    }

    fn finish(&self, context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        let mut query = format!("FROM main WHERE {}", query.unwrap_or_default());
        if !context.rule.fields.is_empty() {
            query.push_str(" | table ");
            query.push_str(&context.rule.fields.join(", "));
        }
        Ok(Query::Text(query))
    }
}

/// The pattern of a `LIKE`.
fn like(text: &Text) -> Result<String, Failure> {
    if let Some(name) = text.placeholder() {
        return Err(super::super::placeholder(name));
    }
    let body = text.render("%", "_", |run, out| {
        super::super::escape(run, "%_\"", "\\", out);
    });
    Ok(format!("\"{body}\""))
}
