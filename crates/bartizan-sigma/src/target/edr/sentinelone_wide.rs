//! SentinelOne's query languages as far as they go: S1QL 2.0 of Deep Visibility, and PowerQuery.
//!
//! Source: SentinelOne, "PowerQuery expression syntax" and "Operators" of Singularity Data Lake: `contains:anycase`,
//! `in:anycase`, `matches` (expressions know no case), `field = *`; a backslash in a string is written twice.

use crate::{
    error::Failure,
    expr::{Expr, Match},
    rule::{Cidr, Number, Part, Regex, Shape, Text, Value},
    target::{Context, Dialect, Grammar, Op, Piece, Query, fill, placeholder, regex_flags, with},
};

/// Either language: they differ in what stands around the filter.
pub(super) struct SentinelWide {
    grammar: Grammar,
    columns: bool,
}

const BASE: Grammar = Grammar {
    brackets_always: true,
    number: "{field} = {value}",
    boolean: ("{field} = {value}", "true", "false"),
    null: Some("NOT ({field} = *)"),
    exists: Some(("{field} = *", "NOT ({field} = *)")),
    compare: Some("{field} {op} {value}"),
    in_or: Some("{field} in:anycase ({value})"),
    ..Grammar::BASE
};

pub(super) static DEEP: SentinelWide = SentinelWide { grammar: BASE, columns: false };

pub(super) static POWER: SentinelWide = SentinelWide {
    grammar: Grammar {
        and: " and ",
        or: " or ",
        not: "not ",
        null: Some("not ({field} = *)"),
        exists: Some(("{field} = *", "not ({field} = *)")),
        ..BASE
    },
    columns: true,
};

/// Fields of a fixed vocabulary, which are compared letter by letter.
const WORDS: &[&str] = &["event.type", "event.category", "endpoint.os", "dataSource.name"];

/// In quotes.
fn quoted(plain: &str) -> String {
    let mut out = String::with_capacity(plain.len() + 2);
    out.push('"');
    for c in plain.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A text as an expression over the whole field.
fn expression(text: &Text) -> String {
    let body = text.render(".*", ".", |run, out| {
        for c in run.chars() {
            if "\\.+*?^$|()[]{}".contains(c) {
                out.push('\\');
            }
            out.push(c);
        }
    });
    format!("(?s)^{body}$")
}

impl Dialect for SentinelWide {
    fn grammar(&self) -> &Grammar {
        &self.grammar
    }

    fn any_of_op(&self) -> Option<Op> {
        Some(Op::Or)
    }

    fn not(&self, context: &mut Context<'_>, inner: &Expr<'_>) -> Piece {
        let Some(text) = self.expr(context, inner)? else { return Ok(None) };
        Ok(Some(format!("{}({text})", self.grammar.not)))
    }

    /// Strings of one field, whole or contained, as one list; everything else by itself.
    fn listed(&self, value: &Value) -> bool {
        matches!(value, Value::Text { text, cased: false } if !text.has_wildcard() && text.placeholder().is_none())
    }

    fn or(&self, context: &mut Context<'_>, parts: &[Expr<'_>]) -> Piece {
        let template = match parts.first() {
            Some(Expr::Match(Match { field: Some(field), .. })) if WORDS.contains(field) => {
                "{field} in ({value})"
            }
            _ => "{field} in:anycase ({value})",
        };
        if let Some(list) = self.list(context, parts, template)? {
            return Ok(Some(list));
        }
        self.join(context, Op::Or, self.grammar.or, parts)
    }

    fn text(&self, _context: &mut Context<'_>, field: &str, text: &Text, cased: bool) -> Piece {
        if let Some(name) = text.placeholder() {
            return Err(placeholder(name));
        }
        if !text.is_empty() && text.parts().iter().all(|part| *part == Part::Any) {
            return Ok(Some(format!("{field} = *")));
        }
        let (template, value) = match (text.shape(), cased) {
            (Shape::Contains, false) => ("{field} contains:anycase {value}", self.string(&text.inner())?),
            (Shape::Contains, true) => ("{field} contains:matchcase {value}", self.string(&text.inner())?),
            (_, true) => {
                return Err(Failure::expression("case-sensitive strings (`cased`) that are not contained"));
            }
            (Shape::Whole, false) if WORDS.contains(&field) => ("{field} = {value}", self.string(text)?),
            (Shape::Whole, false) => ("{field} in:anycase ({value})", self.string(text)?),
            _ => ("{field} matches {value}", quoted(&expression(text))),
        };
        Ok(Some(fill(template, field, &value)))
    }

    fn string(&self, text: &Text) -> Result<String, Failure> {
        match text.placeholder() {
            Some(name) => Err(placeholder(name)),
            None => Ok(quoted(&text.bare())),
        }
    }

    /// Expressions know no case; the pipeline has seen to those that ask for it.
    fn regex(&self, _context: &mut Context<'_>, field: &str, regex: &Regex) -> Piece {
        let pattern = regex.pattern.strip_prefix("(?i)").unwrap_or(&regex.pattern);
        let pattern = format!("{}{pattern}", regex_flags(regex, false));
        Ok(Some(fill("{field} matches {value}", field, &quoted(&pattern))))
    }

    fn cidr(&self, context: &mut Context<'_>, field: &str, cidr: &Cidr) -> Piece {
        super::network(self, context, field, cidr)
    }

    fn compare(&self, _context: &mut Context<'_>, field: &str, sign: &str, number: &Number) -> Piece {
        let template = self.grammar.compare.map(|template| template.replace("{op}", sign));
        with(template.as_deref(), "comparisons", field, number.text())
    }

    fn finish(&self, context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        let mut query = query.unwrap_or_default();
        if self.columns && !context.rule.fields.is_empty() {
            query.push_str(" | columns ");
            query.push_str(&context.rule.fields.join(", "));
        }
        Ok(Query::Text(query))
    }
}
