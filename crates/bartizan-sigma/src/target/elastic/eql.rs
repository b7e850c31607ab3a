//! Elasticsearch: Event Query Language.
//!
//! Source: Elasticsearch Guide, "EQL syntax reference".

use super::siem_rule;
use crate::{
    error::Failure,
    expr::{Expr, Match},
    pipeline::Reach,
    rule::{Regex, Text, Value},
    target::{Context, Dialect, Grammar, Op, Piece, Query, is_any_of, op_of, quoted, regex_flags},
};

pub(super) struct Eql;

pub(super) static EQL: Eql = Eql;

static GRAMMAR: Grammar = Grammar {
    brackets_always: true,
    and: " and ",
    or: " or ",
    not: "not ",
    equals: "{field}:{value}",
    number: "{field}:{value}",
    boolean: ("{field}:{value}", "true", "false"),
    null: Some("(?{field} == null)"),
    exists: Some(("?{field} != null", "?{field} == null")),
    regex: Some("{field} regex~ \"{value}\""),
    regex_escaped: "\\/",
    cidr: Some("cidrMatch({field}, \"{value}\")"),
    compare: Some("{field} {op} {value}"),
    in_or: Some("{field} like~ ({value})"),
    in_wildcards: true,
    keyword: Some("{value}"),
    ..Grammar::BASE
};

impl Dialect for Eql {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn expr(&self, context: &mut Context<'_>, expr: &Expr<'_>) -> Piece {
        match context.reach {
            Reach::Wide => super::eql_wide::Wide.expr(context, expr),
            Reach::Reference => self.walk(context, expr),
        }
    }

    fn text(&self, _context: &mut Context<'_>, field: &str, text: &Text, _cased: bool) -> Piece {
        let sign = if text.is_empty() { "==" } else { ":" };
        Ok(Some(format!("{}{sign}{}", self.field(field), self.string(text)?)))
    }

    fn regex(&self, context: &mut Context<'_>, field: &str, regex: &Regex) -> Piece {
        let pattern = format!("{}{}", regex_flags(regex, true), regex.pattern);
        let literal = match context.reach {
            Reach::Reference => format!("\"{}{}\"", regex_flags(regex, true), self.pattern(regex)?),
            Reach::Wide => quoted(&pattern),
        };
        Ok(Some(format!("{} regex~ {literal}", self.field(field))))
    }

    fn part(&self, context: &mut Context<'_>, outer: Op, part: &Expr<'_>) -> Piece {
        if let Expr::Not(inner) = part
            && let Expr::Match(Match { field: Some(field), value: Value::Null }) = &**inner
        {
            return Ok(Some(format!("?{} != null", self.field(field))));
        }
        let piece = self.expr(context, part)?;
        let several = context.reach == Reach::Wide && outer == Op::And && is_any_of(part);
        let bracketed = several || op_of(part).is_some_and(|inner| self.brackets(outer, inner, part));
        Ok(piece.map(|text| if bracketed { self.group(text) } else { text }))
    }

    fn any_of(&self, context: &mut Context<'_>, field: Option<&str>, values: &[Value]) -> Piece {
        let parts: Vec<Expr<'_>> = values.iter().map(|value| Expr::Match(Match { field, value })).collect();
        if let Some(name) = field.filter(|_| values.iter().all(|value| self.listed(value))) {
            let members: Result<Vec<String>, Failure> =
                values.iter().map(|value| self.member(context, value)).collect();
            return Ok(Some(format!("{} like~ ({})", self.field(name), members?.join(", "))));
        }
        self.join(context, Op::Or, GRAMMAR.or, &parts)
    }

    fn correlate(&self, plan: &crate::target::correlate::Plan<'_>) -> Result<crate::Conversion, Failure> {
        crate::target::correlate::sequence::eql(plan)
    }

    fn finish(&self, context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        let query = format!("any where {}", query.unwrap_or_default());
        Ok(match siem_rule::FORMATS.contains(&context.format) {
            true => Query::Json(siem_rule::rule(context, "eql", "eql", &query)),
            false => Query::Text(query),
        })
    }
}
