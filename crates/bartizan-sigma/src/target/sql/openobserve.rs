//! OpenObserve.
//!
//! Source: OpenObserve documentation, SQL reference; the engine is DataFusion. The table's name is left to the reader.

use super::super::{Context, Dialect, Grammar, Op, Piece, Query, Target, dialect::placeholder, word};
use crate::{
    error::Failure,
    rule::{Cidr, Text, Value},
};

struct OpenObserve;

pub(super) const TARGET: Target = Target {
    name: "openobserve",
    about: "OpenObserve, a stream of events",
    formats: &["default"],
    own: &[],
    dialect: &OpenObserve,
};

static GRAMMAR: Grammar = Grammar {
    brackets_always: true,
    field_quote: "\"",
    field_bare: word,
    quote: "'",
    null: Some("nvl2({field}, true, false)"),
    regex: Some("regexp_like({field}, '{value}', 'i')"),
    // A rule must not end the literal early.
    regex_escape: "'",
    regex_escaped: "'",
    compare: Some("{field}{op}{value}"),
    ..Grammar::BASE
};

impl Dialect for OpenObserve {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn any_of_op(&self) -> Option<Op> {
        Some(Op::Or)
    }

    fn text(&self, _context: &mut Context<'_>, field: &str, text: &Text, cased: bool) -> Piece {
        if cased {
            return Err(Failure::expression("case-sensitive strings (`cased`)"));
        }
        if let Some(name) = text.placeholder() {
            return Err(placeholder(name));
        }
        let value = text.render("%", "_", |run, out| out.push_str(&run.replace('\'', "''")));
        let whole = text.as_plain().is_some_and(|plain| !plain.contains(['%', '_']));
        let sign = if whole { "=" } else { " LIKE " };
        Ok(Some(format!("{}{sign}'{value}'", self.field(field))))
    }

    fn cidr(&self, context: &mut Context<'_>, field: &str, cidr: &Cidr) -> Piece {
        let values =
            super::super::network_heads(cidr).into_iter().map(|text| Value::Text { text, cased: false });
        self.any_of(context, Some(field), &values.collect::<Vec<_>>())
    }

    fn finish(&self, _context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        Ok(Query::Text(format!("SELECT * FROM <TABLE_NAME> WHERE {}", query.unwrap_or_default())))
    }
}
