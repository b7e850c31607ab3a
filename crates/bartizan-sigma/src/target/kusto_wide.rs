//! KQL as far as the language goes.
//!
//! Source: Kusto Query Language reference: string operators, `matches regex` (RE2, where case counts), `isempty` (strings
//! are never null), `ipv6_is_in_range`, string literals; "Entity names" (a name that is a word of the language stands in
//! `['…']`).

use super::{Context, Dialect, Grammar, Op, Piece, Query, fill, op_of, regex_flags};
use crate::{
    error::Failure,
    expr::{Expr, Match},
    rule::{Cidr, Part, Regex, Shape, Text, Value},
};

pub(super) struct KustoWide;

static GRAMMAR: Grammar = Grammar {
    brackets_always: true,
    and: " and ",
    or: " or ",
    not: "not",
    equals: "{field} =~ {value}",
    starts: Some("{field} startswith {value}"),
    ends: Some("{field} endswith {value}"),
    contains: Some("{field} contains {value}"),
    cased: Some(super::Cased {
        equals: "{field} == {value}",
        starts: Some("{field} startswith_cs {value}"),
        ends: Some("{field} endswith_cs {value}"),
        contains: Some("{field} contains_cs {value}"),
        pattern: None,
    }),
    number: "{field} == {value}",
    boolean: ("{field} == {value}", "true", "false"),
    null: Some("isempty({field})"),
    exists: Some(("isnotempty({field})", "isempty({field})")),
    compare: Some("{field} {op} {value}"),
    field_ref: [
        Some("{field} =~ {value}"),
        Some("{field} startswith {value}"),
        Some("{field} endswith {value}"),
        Some("{field} contains {value}"),
    ],
    in_or: Some("{field} in~ ({value})"),
    ..Grammar::BASE
};

/// Words of the language. A name that is none may stand in brackets too, so that one too many does no harm.
const WORDS: &[&str] = &[
    "and",
    "as",
    "asc",
    "between",
    "by",
    "consume",
    "contains",
    "count",
    "datatable",
    "declare",
    "desc",
    "distinct",
    "evaluate",
    "extend",
    "external_table",
    "externaldata",
    "facet",
    "false",
    "find",
    "fork",
    "from",
    "getschema",
    "has",
    "hint",
    "in",
    "invoke",
    "join",
    "kind",
    "let",
    "limit",
    "lookup",
    "materialize",
    "not",
    "null",
    "nulls",
    "of",
    "on",
    "or",
    "order",
    "parse",
    "partition",
    "pattern",
    "print",
    "project",
    "range",
    "reduce",
    "render",
    "restrict",
    "sample",
    "scan",
    "search",
    "serialize",
    "set",
    "sort",
    "step",
    "summarize",
    "take",
    "tee",
    "to",
    "top",
    "toscalar",
    "true",
    "typeof",
    "union",
    "view",
    "where",
    "with",
];

/// A string literal.
fn quoted(plain: &str) -> String {
    let mut out = String::with_capacity(plain.len() + 2);
    out.push('"');
    for c in plain.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A text as an expression over the whole field.
fn expression(text: &Text, cased: bool) -> String {
    let body = text.render(".*", ".", |run, out| super::escape(run, "\\.*+?^$[](){}|", "\\", out));
    format!("{}^{body}$", if cased { "(?s)" } else { "(?is)" })
}

impl Dialect for KustoWide {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn field(&self, name: &str) -> String {
        let mut parts = name.split('.');
        let first = parts.next().unwrap_or_default();
        let mut out = if WORDS.contains(&first) { format!("['{first}']") } else { first.to_owned() };
        for part in parts {
            // A member of a dynamic column.
            match WORDS.contains(&part) {
                true => out.push_str(&format!("['{part}']")),
                false => out.extend([".", part]),
            }
        }
        out
    }

    fn any_of_op(&self) -> Option<Op> {
        Some(Op::Or)
    }

    fn not(&self, context: &mut Context<'_>, inner: &Expr<'_>) -> Piece {
        let Some(text) = self.expr(context, inner)? else { return Ok(None) };
        Ok(Some(format!("not({text})")))
    }

    fn part(&self, context: &mut Context<'_>, _outer: Op, part: &Expr<'_>) -> Piece {
        let piece = self.expr(context, part)?;
        let alternatives =
            matches!(part, Expr::Match(Match { value: Value::AnyOf(values), .. }) if values.len() > 1);
        // `not(…)` is a call, closed in itself.
        let bracketed = matches!(op_of(part), Some(Op::And | Op::Or)) || alternatives;
        Ok(match piece {
            Some(text) if bracketed => Some(self.group(text)),
            other => other,
        })
    }

    fn or(&self, context: &mut Context<'_>, parts: &[Expr<'_>]) -> Piece {
        let number = |part: &Expr<'_>| matches!(part, Expr::Match(Match { value: Value::Number(_), .. }));
        let template =
            if parts.iter().all(number) { "{field} in ({value})" } else { "{field} in~ ({value})" };
        let one_kind = parts.iter().all(number) || !parts.iter().any(number);
        if one_kind && let Some(list) = self.list(context, parts, template)? {
            return Ok(Some(list));
        }
        self.join(context, Op::Or, GRAMMAR.or, parts)
    }

    fn text(&self, _context: &mut Context<'_>, field: &str, text: &Text, cased: bool) -> Piece {
        if let Some(name) = text.placeholder() {
            return Err(super::dialect::placeholder(name));
        }
        if !text.is_empty() && text.parts().iter().all(|part| *part == Part::Any) {
            return Ok(Some(format!("isnotempty({})", self.field(field))));
        }
        if text.shape() == Shape::Pattern {
            return Ok(Some(format!(
                "{} matches regex {}",
                self.field(field),
                quoted(&expression(text, cased))
            )));
        }
        let Some((template, inner)) = GRAMMAR.text(text.shape(), cased) else {
            return Err(Failure::expression("case-sensitive strings (`cased`)"));
        };
        let value = if inner { self.string(&text.inner())? } else { self.string(text)? };
        Ok(Some(fill(template, &self.field(field), &value)))
    }

    fn string(&self, text: &Text) -> Result<String, Failure> {
        match text.placeholder() {
            Some(name) => Err(super::dialect::placeholder(name)),
            None => Ok(quoted(&text.bare())),
        }
    }

    fn regex(&self, _context: &mut Context<'_>, field: &str, regex: &Regex) -> Piece {
        let pattern = format!("{}{}", regex_flags(regex, true), regex.pattern);
        Ok(Some(format!("{} matches regex {}", self.field(field), quoted(&pattern))))
    }

    fn cidr(&self, _context: &mut Context<'_>, field: &str, cidr: &Cidr) -> Piece {
        let function = if cidr.address.is_ipv4() { "ipv4_is_in_range" } else { "ipv6_is_in_range" };
        Ok(Some(format!("{function}({}, \"{cidr}\")", self.field(field))))
    }

    /// `*` is every column of the table.
    fn keyword(&self, context: &mut Context<'_>, value: &Value) -> Piece {
        match value {
            Value::Text { text, cased: false } => match text.shape() {
                Shape::Whole => Ok(Some(format!("* contains {}", self.string(text)?))),
                Shape::Contains => Ok(Some(format!("* contains {}", self.string(&text.inner())?))),
                _ => Err(Failure::expression("keywords with wildcards inside")),
            },
            Value::Number(number) => Ok(Some(format!("* contains \"{}\"", number.text()))),
            Value::AnyOf(values) => self.any_of(context, None, values),
            _ => Err(Failure::expression("keywords of this kind")),
        }
    }

    fn finish(&self, context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        let query = query.unwrap_or_default();
        Ok(Query::Text(match context.state.get("table") {
            Some(table) => format!("{table}\n| where {query}"),
            None => query,
        }))
    }
}
