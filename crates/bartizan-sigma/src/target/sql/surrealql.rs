//! SurrealQL.
//!
//! Source: SurrealDB documentation, "String functions": they refuse a field without value, so it is asked for first.
//! There is no pattern with wildcards. The table's name is left to the reader.

use super::super::{Context, Dialect, Grammar, Op, Piece, Query, Target, dialect::placeholder};
use crate::{
    error::Failure,
    pipeline::Reach,
    rule::{Cidr, Part, Regex, Text, Value},
};

struct SurrealQl;

pub(super) const TARGET: Target = Target {
    name: "surrealql",
    about: "SurrealDB, a table of events",
    formats: &["default"],
    own: &[],
    dialect: &SurrealQl,
};

static GRAMMAR: Grammar = Grammar {
    brackets_always: true,
    quote: "'",
    escaped: "\\'",
    starts: Some("({field} IS NOT NONE AND string::starts_with({field},{value}))"),
    ends: Some("({field} IS NOT NONE AND string::ends_with({field},{value}))"),
    contains: Some("({field} IS NOT NONE AND string::contains({field},{value}))"),
    boolean: ("{field}={value}", "TRUE", "FALSE"),
    null: Some("{field} IS NULL"),
    regex: Some("{field}=/{value}/"),
    compare: Some("{field}{op}{value}"),
    ..Grammar::BASE
};

impl Dialect for SurrealQl {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn any_of_op(&self) -> Option<Op> {
        Some(Op::Or)
    }

    fn string(&self, text: &Text) -> Result<String, Failure> {
        if let Some(name) = text.placeholder() {
            return Err(placeholder(name));
        }
        if text.parts().iter().any(|part| matches!(part, Part::Any | Part::One)) {
            return Err(Failure::expression("wildcards inside a string"));
        }
        let value = text.render("", "", |run, out| super::super::escape(run, "\\'", "\\", out));
        Ok(format!("'{value}'"))
    }

    fn regex(&self, context: &mut Context<'_>, field: &str, regex: &Regex) -> Piece {
        let pattern = match context.reach {
            Reach::Reference => self.pattern(regex)?,
            Reach::Wide => super::super::delimited(&regex.pattern, '/'),
        };
        let flags = super::super::regex_flags(regex, true);
        Ok(Some(format!("{}=/{flags}{pattern}/", self.field(field))))
    }

    fn cidr(&self, context: &mut Context<'_>, field: &str, cidr: &Cidr) -> Piece {
        let values =
            super::super::network_heads(cidr).into_iter().map(|text| Value::Text { text, cased: false });
        self.any_of(context, Some(field), &values.collect::<Vec<_>>())
    }

    fn finish(&self, _context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        Ok(Query::Text(format!("SELECT * FROM <TABLE_NAME> WHERE {};", query.unwrap_or_default())))
    }
}
