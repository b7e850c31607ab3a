//! Splunk SPL2.
//!
//! Source: Splunk SPL2 Search Reference: `from`, `like` (`%`, `_`), `match`, `cidrmatch`; names that are no words stand
//! in single quotes.

use super::super::{Context, Dialect, Grammar, Op, Piece, Query, regex_flags, word};
use crate::{
    error::Failure,
    rule::{Regex, Text, Value},
};

pub(super) struct Spl2;

static GRAMMAR: Grammar = Grammar {
    order: [Op::Not, Op::Or, Op::And],
    field_quote: "'",
    field_bare: |name| name.split('.').all(word),
    // The same in comparisons by `=` as in `LIKE`.
    any: "%",
    one: "_",
    escaped: "%_\"",
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
        let sign = if text.has_wildcard() { " LIKE " } else { "=" };
        Ok(Some(format!("{name}{sign}{}", self.string(text)?)))
    }

    fn regex(&self, _context: &mut Context<'_>, field: &str, regex: &Regex) -> Piece {
        let pattern = regex.pattern.replace('\\', "\\\\").replace('/', "\\/");
        let flags = regex_flags(regex, false);
        Ok(Some(format!("match({}, /(?i){flags}{pattern}/)", self.field(field))))
    }

    fn keyword(&self, context: &mut Context<'_>, value: &Value) -> Piece {
        match value {
            Value::Text { text, .. } => {
                let quoted = self.string(text)?;
                let inner = quoted.strip_prefix('"').and_then(|q| q.strip_suffix('"'));
                Ok(Some(format!("_raw LIKE \"%{}%\"", inner.unwrap_or(&quoted))))
            }
            Value::Number(number) => Ok(Some(format!("_raw LIKE \"%{number}%\""))),
            Value::Regex(regex) => self.regex(context, "_raw", regex),
            Value::AnyOf(values) => self.any_of(context, None, values),
            _ => Err(Failure::expression("keywords of this kind")),
        }
    }

    fn correlate(&self, plan: &crate::target::correlate::Plan<'_>) -> Result<crate::Conversion, Failure> {
        crate::target::correlate::tables::SPL2.correlate(plan)
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
