//! Splunk SPL2.
//!
//! Source: Splunk SPL2 Search Reference: `from`, `like` (`%`, `_`), `match`, `cidrmatch`; names that are no words stand
//! in single quotes.

use super::super::{Context, Dialect, Grammar, Op, Piece, Query, delimited, regex_flags, word};
use crate::{
    error::Failure,
    pipeline::Reach,
    rule::{Regex, Text, Value},
};

pub(super) struct Spl2;

/// With backslashes escaped, so that none of a rule's hides what follows it.
struct Wide;

const GRAMMAR: Grammar = Grammar {
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

static REFERENCE: Grammar = GRAMMAR;
static WIDE: Grammar = Grammar { escaped: "%_\"\\", ..GRAMMAR };

impl Dialect for Spl2 {
    fn grammar(&self) -> &Grammar {
        &REFERENCE
    }

    fn wide(&self) -> Option<&'static dyn Dialect> {
        Some(&Wide)
    }

    fn text(&self, _context: &mut Context<'_>, field: &str, text: &Text, _cased: bool) -> Piece {
        like(self, field, text)
    }

    fn regex(&self, context: &mut Context<'_>, field: &str, regex: &Regex) -> Piece {
        let pattern = match context.reach {
            Reach::Reference => regex.pattern.replace('\\', "\\\\").replace('/', "\\/"),
            Reach::Wide => delimited(&regex.pattern, '/'),
        };
        let flags = regex_flags(regex, false);
        Ok(Some(format!("match({}, /(?i){flags}{pattern}/)", self.field(field))))
    }

    fn keyword(&self, context: &mut Context<'_>, value: &Value) -> Piece {
        raw(self, context, value)
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

impl Dialect for Wide {
    fn grammar(&self) -> &Grammar {
        &WIDE
    }

    fn text(&self, _context: &mut Context<'_>, field: &str, text: &Text, _cased: bool) -> Piece {
        like(self, field, text)
    }

    fn regex(&self, context: &mut Context<'_>, field: &str, regex: &Regex) -> Piece {
        Spl2.regex(context, field, regex)
    }

    fn keyword(&self, context: &mut Context<'_>, value: &Value) -> Piece {
        raw(self, context, value)
    }

    fn finish(&self, context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        Spl2.finish(context, query)
    }
}

fn like(dialect: &dyn Dialect, field: &str, text: &Text) -> Piece {
    let name = dialect.field(field);
    let sign = if text.has_wildcard() { " LIKE " } else { "=" };
    Ok(Some(format!("{name}{sign}{}", dialect.string(text)?)))
}

/// A keyword is looked for in the raw event.
fn raw(dialect: &dyn Dialect, context: &mut Context<'_>, value: &Value) -> Piece {
    match value {
        Value::Text { text, .. } => {
            let quoted = dialect.string(text)?;
            let inner = quoted.strip_prefix('"').and_then(|q| q.strip_suffix('"'));
            Ok(Some(format!("_raw LIKE \"%{}%\"", inner.unwrap_or(&quoted))))
        }
        Value::Number(number) => Ok(Some(format!("_raw LIKE \"%{number}%\""))),
        Value::Regex(regex) => dialect.regex(context, "_raw", regex),
        Value::AnyOf(values) => dialect.any_of(context, None, values),
        _ => Err(Failure::expression("keywords of this kind")),
    }
}
