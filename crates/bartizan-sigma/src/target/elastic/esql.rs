//! Elasticsearch: ES|QL.
//!
//! Source: Elasticsearch Guide, "ES|QL reference".

use super::siem_rule;
use crate::{
    error::Failure,
    rule::{Shape, Text},
    target::{Context, Dialect, Grammar, Op, Piece, Query, fill},
};

pub(super) struct Esql;

pub(super) static ESQL: Esql = Esql;

static GRAMMAR: Grammar = Grammar {
    and: " and ",
    or: " or ",
    not: "not ",
    field_quote: "`",
    field_bare: |name| {
        name.chars().all(|c| c.is_ascii_alphanumeric() || "_.@".contains(c))
            && !name.starts_with(|c: char| c.is_ascii_digit())
    },
    equals: "{field}=={value}",
    starts: Some("starts_with({field}, {value})"),
    ends: Some("ends_with({field}, {value})"),
    pattern: Some("{field} like {value}"),
    number: "{field}=={value}",
    boolean: ("{field}=={value}", "true", "false"),
    null: Some("{field} is null"),
    exists: Some(("{field} is not null", "{field} is null")),
    regex: Some("{field} rlike \"{value}\""),
    regex_escaped: "\\\"",
    cidr: Some("cidr_match({field}, \"{value}\")"),
    compare: Some("{field}{op}{value}"),
    field_ref: [
        Some("{field}=={value}"),
        Some("starts_with({field}, {value})"),
        Some("ends_with({field}, {value})"),
        None,
    ],
    in_or: Some("{field} in ({value})"),
    ..Grammar::BASE
};

impl Dialect for Esql {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn text(&self, _context: &mut Context<'_>, field: &str, text: &Text, cased: bool) -> Piece {
        let field = self.field(field);
        // A single `*` begins with nothing.
        if text.shape() != Shape::Whole && text.render("*", "?", |run, out| out.push_str(run)) == "*" {
            return Ok(Some(format!("starts_with({field}, \"\")")));
        }
        let Some((template, inner)) = GRAMMAR.text(text.shape(), cased) else {
            return Err(Failure::expression("case-sensitive strings (`cased`)"));
        };
        let value = if inner { self.string(&text.inner())? } else { self.string(text)? };
        Ok(Some(fill(template, &field, &value)))
    }

    fn any_of_op(&self) -> Option<Op> {
        Some(Op::Or)
    }

    fn correlate(&self, plan: &crate::target::correlate::Plan<'_>) -> Result<crate::Conversion, Failure> {
        crate::target::correlate::tables::ESQL.correlate(plan)
    }

    fn finish(&self, context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        let query = query.unwrap_or_default();
        let index = context.state.get("index").map_or("*", String::as_str);
        let query = format!("from {index} metadata _id, _index, _version | where {query}");
        Ok(match siem_rule::FORMATS.contains(&context.format) {
            true => Query::Json(siem_rule::rule(context, "esql", "esql", &query)),
            false => Query::Text(query),
        })
    }
}
