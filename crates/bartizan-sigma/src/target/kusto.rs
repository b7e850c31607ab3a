//! Microsoft: KQL for Defender XDR, Sentinel ASIM and Azure Monitor.
//!
//! Source: Kusto Query Language reference. The table comes from a pipeline,
//! as `table` in the state.

use super::{Context, Dialect, Grammar, Label, Op, Piece, Query, Target, op_of};
use crate::{
    error::Failure,
    expr::Expr,
    rule::{Number, Part, Shape, Text, Value},
};

struct Kusto;

pub(super) const TARGETS: &[Target] = &[Target {
    name: "kusto",
    about: "Microsoft Defender XDR, Sentinel and Azure Monitor (KQL)",
    formats: &["default"],
    own: &[],
    dialect: &Kusto,
}];

pub(super) const LABELS: &[Label] = &[
    Label { name: "kusto-xdr", target: "kusto", pipelines: &["microsoft_xdr"], format: "default" },
    Label { name: "kusto-asim", target: "kusto", pipelines: &["sentinel_asim"], format: "default" },
];

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
    boolean: ("{field} =~ {value}", "true", "false"),
    null: Some("isnull({field})"),
    exists: Some(("isnotnull({field})", "isnull({field})")),
    regex: Some("{field} matches regex \"{value}\""),
    regex_escaped: "\\\"",
    cidr: Some("ipv4_is_in_range({field}, \"{value}\")"),
    compare: Some("{field} {op} {value}"),
    in_or: Some("{field} in~ ({value})"),
    keyword: Some("{value}"),
    ..Grammar::BASE
};

impl Dialect for Kusto {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn not(&self, context: &mut Context<'_>, inner: &Expr<'_>) -> Piece {
        let Some(text) = self.expr(context, inner)? else { return Ok(None) };
        let text = match op_of(inner) {
            Some(_) => self.group(text),
            None => text,
        };
        Ok(Some(format!("not({text})")))
    }

    /// `in~` holds strings only.
    fn member(&self, _context: &mut Context<'_>, value: &Value) -> Result<String, Failure> {
        match value {
            Value::Number(number) => Ok(format!("\"{}\"", number.text())),
            Value::Text { text, .. } => self.string(text),
            _ => Err(Failure::expression("only strings and numbers stand in a list")),
        }
    }

    fn text(&self, context: &mut Context<'_>, field: &str, text: &Text, cased: bool) -> Piece {
        // KQL's string operators know no wildcard: each run must be there.
        if text.shape() == Shape::Pattern && text.placeholder().is_none() {
            let contains = if cased { "contains_cs" } else { "contains" };
            let mut parts = Vec::new();
            for part in text.parts() {
                if let Part::Plain(run) = part {
                    let run = self.string(&Text::plain(run))?;
                    parts.push(format!("{field} {contains} {run}"));
                }
            }
            return Ok(Some(match parts.len() {
                0 => format!("{field} startswith \"\""),
                1 => parts.remove(0),
                _ => self.group(parts.join(GRAMMAR.and)),
            }));
        }
        let Some((template, inner)) = GRAMMAR.text(text.shape(), cased) else {
            return Err(Failure::expression("case-sensitive strings (`cased`)"));
        };
        let _ = context;
        let value = if inner { self.string(&text.inner())? } else { self.string(text)? };
        Ok(Some(super::fill(template, &self.field(field), &value)))
    }

    fn number(&self, _context: &mut Context<'_>, field: &str, number: &Number) -> Piece {
        Ok(Some(format!("{field} == {}", number.text())))
    }

    fn string(&self, text: &Text) -> Result<String, Failure> {
        if let Some(name) = text.placeholder() {
            return Err(super::dialect::placeholder(name));
        }
        let body = text.render("*", "?", |run, out| super::escape(run, "\\\"", "\\", out));
        Ok(format!("\"{body}\""))
    }

    fn any_of(&self, context: &mut Context<'_>, field: Option<&str>, values: &[Value]) -> Piece {
        let parts: Vec<Expr<'_>> =
            values.iter().map(|value| Expr::Match(crate::expr::Match { field, value })).collect();
        self.join(context, Op::Or, GRAMMAR.or, &parts)
    }

    fn finish(&self, context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        let query = query.unwrap_or_default();
        Ok(Query::Text(match context.state.get("table") {
            Some(table) => format!("{table}\n| where {query}"),
            None => query,
        }))
    }
}
