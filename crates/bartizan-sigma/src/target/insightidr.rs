//! Rapid7 InsightIDR: LEQL.
//!
//! Source: Log Entry Query Language reference. Strings stand as they are, in
//! the quotes that they do not contain.

use super::{Context, Dialect, Grammar, Label, Op, Piece, Query, Target, one_field, op_of};
use crate::{
    error::Failure,
    expr::{Expr, Match},
    rule::{Cidr, Number, Regex, Shape, Text, Value},
};

struct InsightIdr;

pub(super) const TARGETS: &[Target] = &[Target {
    name: "insight_idr",
    about: "Rapid7 InsightIDR (LEQL)",
    formats: &["leql_advanced_search"],
    own: &["insight_idr"],
    dialect: &InsightIdr,
}];

pub(super) const LABELS: &[Label] = &[Label {
    name: "insightidr-leql",
    target: "insight_idr",
    pipelines: &[],
    format: "leql_advanced_search",
}];

static GRAMMAR: Grammar = Grammar {
    equals: "{field} = NOCASE({value})",
    starts: Some("{field} ISTARTS-WITH {value}"),
    contains: Some("{field} ICONTAINS {value}"),
    null: Some("{field} = null"),
    compare: Some("{field}{op}{value}"),
    keyword: Some("{value}"),
    ..Grammar::BASE
};

/// A text as regular expression between slashes, without them.
fn pattern(text: &Text) -> String {
    let close = if text.closes_any() { "" } else { "$" };
    let open = if text.opens_any() { "" } else { "^" };
    let body = text.render(".*", ".", |run, out| super::escape(run, "\\.^$*+?{}[]|()-&~#/ ", "\\", out));
    format!("{open}{body}{close}")
}

impl Dialect for InsightIdr {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn part(&self, context: &mut Context<'_>, outer: Op, part: &Expr<'_>) -> Piece {
        let piece = self.expr(context, part)?;
        let bracketed = match op_of(part) {
            Some(inner) => self.brackets(outer, inner, part),
            None => outer == Op::And && matches!(part, Expr::Match(Match { value: Value::AnyOf(_), .. })),
        };
        Ok(match piece {
            Some(text) if bracketed => Some(self.group(text)),
            other => other,
        })
    }

    fn and(&self, context: &mut Context<'_>, parts: &[Expr<'_>]) -> Piece {
        if let Some((field, shape, texts)) = same_shape(parts) {
            if shape == Shape::Contains {
                return Ok(Some(format!("{} ICONTAINS-ALL [{}]", self.field(field), self.strings(&texts)?)));
            }
        }
        self.join(context, Op::And, GRAMMAR.and, parts)
    }

    fn or(&self, context: &mut Context<'_>, parts: &[Expr<'_>]) -> Piece {
        if let Some((field, shape, texts)) = same_shape(parts) {
            let field = self.field(field);
            match shape {
                Shape::Contains => {
                    return Ok(Some(format!("{field} ICONTAINS-ANY [{}]", self.strings(&texts)?)));
                }
                Shape::Starts => {
                    return Ok(Some(format!("{field} ISTARTS-WITH-ANY [{}]", self.strings(&texts)?)));
                }
                Shape::Ends => {
                    let each: Vec<String> = texts.into_iter().map(pattern).collect();
                    return Ok(Some(format!("{field}=/({})/i", each.join("|"))));
                }
                Shape::Whole | Shape::Pattern => {}
            }
        }
        if let Some(list) = self.list(context, parts, "{field} IIN [{value}]")? {
            return Ok(Some(list));
        }
        self.join(context, Op::Or, GRAMMAR.or, parts)
    }

    fn member(&self, _context: &mut Context<'_>, value: &Value) -> Result<String, Failure> {
        match value {
            Value::Number(number) => Ok(format!("\"{}\"", number.text())),
            Value::Text { text, .. } => self.string(text),
            _ => Err(Failure::expression("only strings and numbers stand in a list")),
        }
    }

    fn text(&self, _context: &mut Context<'_>, field: &str, text: &Text, cased: bool) -> Piece {
        let field = self.field(field);
        let flag = if cased { "" } else { "i" };
        if matches!(text.shape(), Shape::Ends | Shape::Pattern) || (cased && text.has_wildcard()) {
            return Ok(Some(format!("{field}=/{}/{flag}", pattern(text))));
        }
        if cased {
            return Ok(Some(format!("{field} = {}", self.string(text)?)));
        }
        let template = GRAMMAR.text(text.shape(), false).map_or(GRAMMAR.equals, |(template, _)| template);
        Ok(Some(super::fill(template, &field, &self.string(&text.inner())?)))
    }

    fn number(&self, _context: &mut Context<'_>, field: &str, number: &Number) -> Piece {
        Ok(Some(format!("{}={}", self.field(field), number.text())))
    }

    fn regex(&self, _context: &mut Context<'_>, field: &str, regex: &Regex) -> Piece {
        Ok(Some(format!("{}=/{}/i", self.field(field), regex.pattern)))
    }

    fn cidr(&self, _context: &mut Context<'_>, field: &str, cidr: &Cidr) -> Piece {
        Ok(Some(format!("{} = IP({cidr})", self.field(field))))
    }

    fn string(&self, text: &Text) -> Result<String, Failure> {
        if let Some(name) = text.placeholder() {
            return Err(super::dialect::placeholder(name));
        }
        let body = text.render("*", "?", |run, out| super::escape(run, "*?", "\\", out));
        let quote = match (body.contains('"'), body.contains('\'')) {
            (_, true) => "\"\"\"",
            (true, false) => "'",
            _ => "\"",
        };
        Ok(format!("{quote}{body}{quote}"))
    }

    fn finish(&self, _context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        Ok(Query::Text(format!("where({})", query.unwrap_or_default())))
    }
}

impl InsightIdr {
    fn strings(&self, texts: &[&Text]) -> Result<String, Failure> {
        let all: Result<Vec<String>, Failure> = texts.iter().map(|text| self.string(&text.inner())).collect();
        Ok(all?.join(GRAMMAR.separator))
    }
}

/// One field, and strings all anchored alike.
fn same_shape<'r>(parts: &[Expr<'r>]) -> Option<(&'r str, Shape, Vec<&'r Text>)> {
    let (field, values) = one_field(parts)?;
    let texts: Option<Vec<&Text>> = values
        .into_iter()
        .map(|value| match value {
            Value::Text { text, cased: false } => Some(text),
            _ => None,
        })
        .collect();
    let texts = texts?;
    let shape = texts.first()?.shape();
    (texts.len() > 1 && texts.iter().all(|text| text.shape() == shape)).then_some((field, shape, texts))
}
