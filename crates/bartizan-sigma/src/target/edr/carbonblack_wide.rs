//! Carbon Black Cloud's search as far as it goes.
//!
//! Source: VMware Carbon Black Cloud User Guide, "Platform Search" (special characters, operators, wildcards) and
//! "Search behavior" (what starts and ends with a value is asked with `*` and everything else escaped); Lucene's query
//! syntax, which Platform Search is.

use crate::{
    error::Failure,
    expr::{Expr, Match},
    rule::{Cidr, Number, Part, Text, Value},
    target::{Context, Dialect, Grammar, Op, Piece, escape, op_of, placeholder},
};

pub(super) struct CarbonBlackWide;

static GRAMMAR: Grammar = Grammar {
    brackets_always: true,
    and: " AND ",
    not: "-",
    quote: "",
    equals: "{field}:{value}",
    number: "{field}:{value}",
    boolean: ("{field}:{value}", "true", "false"),
    null: Some("-{field}:*"),
    exists: Some(("{field}:*", "-{field}:*")),
    escaped: "\\ +-&|!(){}[]^\"~*?:/<>=",
    ..Grammar::BASE
};

/// Whether an expression only takes away.
fn negative(expr: &Expr<'_>) -> bool {
    match expr {
        Expr::Not(_) => true,
        Expr::Match(Match { value: Value::Text { text, .. }, .. }) => text.is_empty(),
        Expr::Match(Match { value, .. }) => matches!(value, Value::Null | Value::Exists(false)),
        Expr::And(_) | Expr::Or(_) => false,
    }
}

impl CarbonBlackWide {
    /// A clause that only takes away finds nothing by itself: it takes away from everything.
    fn whole(&self, context: &mut Context<'_>, expr: &Expr<'_>) -> Piece {
        let Some(text) = self.expr(context, expr)? else { return Ok(None) };
        Ok(Some(if negative(expr) { format!("(*:* {text})") } else { text }))
    }
}

impl Dialect for CarbonBlackWide {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn any_of_op(&self) -> Option<Op> {
        Some(Op::Or)
    }

    fn and(&self, context: &mut Context<'_>, parts: &[Expr<'_>]) -> Piece {
        let text = self.join(context, Op::And, GRAMMAR.and, parts)?;
        let everything = parts.iter().all(negative);
        Ok(text.map(|text| if everything { format!("*:* {text}") } else { text }))
    }

    fn part(&self, context: &mut Context<'_>, outer: Op, part: &Expr<'_>) -> Piece {
        if negative(part) {
            return match outer {
                Op::And => self.expr(context, part),
                Op::Or | Op::Not => self.whole(context, part),
            };
        }
        let piece = self.expr(context, part)?;
        let alternatives =
            matches!(part, Expr::Match(Match { value: Value::AnyOf(values), .. }) if values.len() > 1);
        Ok(match piece {
            Some(text) if op_of(part).is_some() || alternatives => Some(self.group(text)),
            other => other,
        })
    }

    fn not(&self, context: &mut Context<'_>, inner: &Expr<'_>) -> Piece {
        let Some(text) = self.whole(context, inner)? else { return Ok(None) };
        let alternatives = matches!(inner, Expr::Match(Match { value: Value::AnyOf(_), .. }));
        let grouped = matches!(inner, Expr::And(_) | Expr::Or(_)) || alternatives;
        Ok(Some(if grouped { format!("-({text})") } else { format!("-{text}") }))
    }

    fn text(&self, context: &mut Context<'_>, field: &str, text: &Text, cased: bool) -> Piece {
        if cased {
            return Err(Failure::expression("case-sensitive strings (`cased`)"));
        }
        if text.is_empty() {
            // Nothing is kept of an empty string.
            return self.null(context, field);
        }
        Ok(Some(format!("{field}:{}", self.string(text)?)))
    }

    fn string(&self, text: &Text) -> Result<String, Failure> {
        if let Some(name) = text.placeholder() {
            return Err(placeholder(name));
        }
        if text.parts().iter().any(|part| matches!(part, Part::Plain(run) if run.contains(char::is_control)))
        {
            return Err(Failure::value("a line break or the like is no part of a term"));
        }
        Ok(text.render("*", "?", |run, out| escape(run, GRAMMAR.escaped, "\\", out)))
    }

    fn cidr(&self, context: &mut Context<'_>, field: &str, cidr: &Cidr) -> Piece {
        match cidr.address.is_ipv4() {
            true => Ok(Some(format!("{field}:{}\\/{}", cidr.address, cidr.prefix))),
            false => super::network(self, context, field, cidr),
        }
    }

    /// A range with one end open.
    fn compare(&self, _context: &mut Context<'_>, field: &str, sign: &str, number: &Number) -> Piece {
        let n = number.text();
        Ok(Some(match sign {
            "<" => format!("{field}:[* TO {n}}}"),
            "<=" => format!("{field}:[* TO {n}]"),
            ">" => format!("{field}:{{{n} TO *]"),
            _ => format!("{field}:[{n} TO *]"),
        }))
    }
}
