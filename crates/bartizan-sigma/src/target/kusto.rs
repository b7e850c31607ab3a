//! Microsoft: KQL for Defender XDR, Sentinel ASIM and Azure Monitor.
//!
//! Source: Kusto Query Language reference. The table comes from a pipeline,
//! as `table` in the state.

use super::{Context, Dialect, Grammar, Label, Op, Piece, Query, Target, one_field, op_of};
use crate::{
    error::Failure,
    expr::{Expr, Match},
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

    fn wide(&self) -> Option<&'static dyn Dialect> {
        Some(&super::kusto_wide::KustoWide)
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

    /// Values of one field: plain ones in one list, the others behind it.
    fn or(&self, context: &mut Context<'_>, parts: &[Expr<'_>]) -> Piece {
        let strings = |value: &&Value| matches!(value, Value::Text { cased: false, .. } | Value::Number(_));
        let Some((field, values)) = one_field(parts).filter(|(_, values)| values.iter().all(strings)) else {
            return self.join(context, Op::Or, GRAMMAR.or, parts);
        };
        let (plain, other): (Vec<&Value>, Vec<&Value>) =
            values.into_iter().partition(|value| value.as_text().is_none_or(|text| !text.has_wildcard()));
        let mut out = Vec::with_capacity(other.len() + 1);
        if !plain.is_empty() {
            let members: Result<Vec<String>, Failure> =
                plain.into_iter().map(|value| self.member(context, value)).collect();
            out.push(format!("{} in~ ({})", self.field(field), members?.join(GRAMMAR.separator)));
        }
        for value in other {
            let Some(text) = value.as_text() else { continue };
            out.push(match text.shape() {
                Shape::Pattern => self.runs(field, text)?,
                _ => self.text(context, field, text, false)?.unwrap_or_default(),
            });
        }
        Ok(Some(out.join(GRAMMAR.or)))
    }

    fn part(&self, context: &mut Context<'_>, outer: Op, part: &Expr<'_>) -> Piece {
        let piece = self.expr(context, part)?;
        let alternatives = matches!(part, Expr::Match(Match { value: Value::AnyOf(_), .. }));
        let bracketed = op_of(part).is_some() || (alternatives && outer == Op::And);
        Ok(match piece {
            Some(text) if bracketed => Some(self.group(text)),
            other => other,
        })
    }

    fn text(&self, _context: &mut Context<'_>, field: &str, text: &Text, cased: bool) -> Piece {
        if text.parts().iter().all(|part| *part == Part::Any) && !text.is_empty() {
            return Ok(Some(format!("{field} startswith \"\"")));
        }
        // KQL's string operators know no wildcard.
        if text.shape() == Shape::Pattern && text.placeholder().is_none() {
            let regex = text.render(".*", ".", |run, out| {
                super::escape(run, "\\.*+?^$[](){}|", "\\", out);
            });
            let mut pattern = String::with_capacity(regex.len() + 8);
            super::escape(&regex, GRAMMAR.regex_escaped, GRAMMAR.regex_escape, &mut pattern);
            return Ok(Some(format!("{field} matches regex \"{pattern}\"")));
        }
        let Some((template, inner)) = GRAMMAR.text(text.shape(), cased) else {
            return Err(Failure::expression("case-sensitive strings (`cased`)"));
        };
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

    fn correlate(&self, plan: &crate::target::correlate::Plan<'_>) -> Result<crate::Conversion, Failure> {
        crate::target::correlate::sequence::kql(plan)
    }

    fn finish(&self, context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        let query = query.unwrap_or_default();
        Ok(Query::Text(match context.state.get("table") {
            Some(table) => format!("{table}\n| where {query}"),
            None => query,
        }))
    }
}

impl Kusto {
    /// In a list each plain run of a pattern must be there, in any order.
    fn runs(&self, field: &str, text: &Text) -> Result<String, Failure> {
        let mut parts = Vec::new();
        for part in text.parts() {
            if let Part::Plain(run) = part {
                parts.push(format!("{field} contains {}", self.string(&Text::parse(run))?));
            }
        }
        Ok(match parts.len() {
            0 => format!("{field} startswith \"\""),
            1 => parts.remove(0),
            _ => self.group(parts.join(GRAMMAR.and)),
        })
    }
}
