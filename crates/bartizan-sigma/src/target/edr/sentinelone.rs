//! SentinelOne: Deep Visibility queries and PowerQuery.
//!
//! Source: SentinelOne Deep Visibility query syntax and PowerQuery reference.

use crate::{
    error::Failure,
    expr::{Expr, Match},
    rule::{Cidr, Part, Text},
    target::{Context, Dialect, Grammar, Op, Piece, Query, Target, escape},
};

struct DeepVisibility;
struct PowerQuery;

pub(super) const DEEP_VISIBILITY: Target = Target {
    name: "sentinel_one",
    about: "SentinelOne Deep Visibility",
    formats: &["default"],
    own: &["sentinelone"],
    dialect: &DeepVisibility,
};

pub(super) const POWER_QUERY: Target = Target {
    name: "sentinel_one_pq",
    about: "SentinelOne PowerQuery",
    formats: &["default"],
    own: &["sentinelone_pq"],
    dialect: &PowerQuery,
};

static DEEP: Grammar = Grammar {
    brackets_always: true,
    escaped: "\"",
    equals: "{field} = {value}",
    starts: Some("{field} startswithCIS {value}"),
    ends: Some("{field} endswithCIS {value}"),
    contains: Some("{field} containsCIS {value}"),
    number: "{field} = {value}",
    boolean: ("{field} = {value}", "true", "false"),
    null: Some("{field} IS NOT EMPTY"),
    regex: Some("{field} RegExp \"{value}\""),
    // Searches know no case anyway.
    regex_caseless: Some("{field} RegExp \"{value}\""),
    regex_escaped: "\\",
    compare: Some("{field} {op} {value}"),
    in_or: Some("{field} In Contains AnyCase ({value})"),
    separator: ",",
    ..Grammar::BASE
};

/// Fields of a fixed vocabulary, whose lists are compared letter by letter.
const WORDS: &[&str] = &["ObjectType", "EventType", "TgtProcIntegrityLevel"];

impl Dialect for DeepVisibility {
    fn grammar(&self) -> &Grammar {
        &DEEP
    }

    fn wide(&self) -> Option<&'static dyn Dialect> {
        Some(&super::sentinelone_wide::DEEP)
    }

    fn or(&self, context: &mut Context<'_>, parts: &[Expr<'_>]) -> Piece {
        let template = match parts.first() {
            Some(Expr::Match(Match { field: Some(field), .. })) if WORDS.contains(field) => {
                "{field} In ({value})"
            }
            _ => "{field} In Contains AnyCase ({value})",
        };
        match self.list(context, parts, template)? {
            Some(list) => Ok(Some(list)),
            None => self.join(context, crate::target::Op::Or, DEEP.or, parts),
        }
    }

    fn any_of_op(&self) -> Option<Op> {
        Some(Op::Or)
    }

    fn cidr(&self, context: &mut Context<'_>, field: &str, cidr: &Cidr) -> Piece {
        match cidr.address.is_ipv6() && cidr.prefix == 128 {
            true => Ok(Some(format!("{} In Contains AnyCase (\"{}\")", self.field(field), cidr.address))),
            false => super::network(self, context, field, cidr),
        }
    }

    fn text(&self, _context: &mut Context<'_>, field: &str, text: &Text, _cased: bool) -> Piece {
        if text.parts() == [Part::Any] {
            return Ok(Some(format!("{} startswithCIS \"\"", self.field(field))));
        }
        let (template, inner) = DEEP.text(text.shape(), false).unwrap_or((DEEP.equals, false));
        let value = if inner { self.string(&text.inner())? } else { self.string(text)? };
        Ok(Some(crate::target::fill(template, &self.field(field), &value)))
    }

    fn string(&self, text: &Text) -> Result<String, Failure> {
        quoted(text, "\"*")
    }
}

static POWER: Grammar = Grammar {
    brackets_always: true,
    and: " and ",
    or: " or ",
    not: "not ",
    starts: Some("{field} contains {value}"),
    ends: Some("{field} contains {value}"),
    contains: Some("{field} contains {value}"),
    null: Some("not ({field}=*)"),
    regex: Some("{field} matches \"{value}\""),
    // Searches know no case anyway.
    regex_caseless: Some("{field} matches \"{value}\""),
    regex_escaped: "\\",
    compare: Some("{field}{op}{value}"),
    in_or: Some("{field} in ({value})"),
    separator: ",",
    ..Grammar::BASE
};

impl Dialect for PowerQuery {
    fn grammar(&self) -> &Grammar {
        &POWER
    }

    fn wide(&self) -> Option<&'static dyn Dialect> {
        Some(&super::sentinelone_wide::POWER)
    }

    fn any_of_op(&self) -> Option<Op> {
        Some(Op::Or)
    }

    fn cidr(&self, context: &mut Context<'_>, field: &str, cidr: &Cidr) -> Piece {
        match cidr.address.is_ipv6() && cidr.prefix == 128 {
            true => Ok(Some(format!("{} in (\"{}\")", self.field(field), cidr.address))),
            false => super::network(self, context, field, cidr),
        }
    }

    fn text(&self, _context: &mut Context<'_>, field: &str, text: &Text, _cased: bool) -> Piece {
        if text.parts() == [Part::Any] {
            return Ok(Some(format!("{} contains \"\"", self.field(field))));
        }
        let (template, inner) = POWER.text(text.shape(), false).unwrap_or((POWER.equals, false));
        let value = if inner { self.string(&text.inner())? } else { self.string(text)? };
        Ok(Some(crate::target::fill(template, &self.field(field), &value)))
    }

    fn string(&self, text: &Text) -> Result<String, Failure> {
        quoted(text, "\\\"*")
    }

    fn correlate(&self, plan: &crate::target::correlate::Plan<'_>) -> Result<crate::Conversion, Failure> {
        crate::target::correlate::tables::POWER_QUERY.correlate(plan)
    }

    fn finish(&self, context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        let mut query = query.unwrap_or_default();
        if !context.rule.fields.is_empty() {
            query.push_str(" | columns ");
            query.push_str(&context.rule.fields.join(","));
        }
        Ok(Query::Text(query))
    }
}

fn quoted(text: &Text, escaped: &str) -> Result<String, Failure> {
    if let Some(name) = text.placeholder() {
        return Err(crate::target::placeholder(name));
    }
    let body = text.render("*", "*", |run, out| escape(run, escaped, "\\", out));
    Ok(format!("\"{body}\""))
}
