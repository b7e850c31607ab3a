//! Quickwit: its query language.
//!
//! Source: Quickwit documentation, "Query language".

use crate::{
    error::Failure,
    expr::{Expr, Match},
    pipeline::Reach,
    rule::{Cidr, Text, Value},
    target::{Context, Dialect, Grammar, Op, Piece, escape, fill, one_field, op_of},
};

pub(super) struct Quickwit;

pub(super) static QUICKWIT: Quickwit = Quickwit;

/// What means something in a term without quotes, by the page "Escaping special characters".
const SPECIAL: &str = "\\+,^`:{}\"[]()~!*?<>=/- \t\n\r\u{b}\u{c}\u{3000}";

static GRAMMAR: Grammar = Grammar {
    escaped: "\\",
    // The reference writes every wildcard like this.
    one: "*",
    field_quote: "\"",
    field_bare: |name| !name.contains('-'),
    equals: "{field}:{value}",
    number: "{field}:{value}",
    null: Some("NOT {field}:*"),
    exists: Some(("{field}:*", "NOT {field}:*")),
    regex: Some("{field}:/{value}/"),
    regex_escaped: "\\/",
    compare: Some("{field}:{op}{value}"),
    in_wildcards: true,
    separator: " ",
    ..Grammar::BASE
};

impl Dialect for Quickwit {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    /// The reference sets brackets around an `and` in an `or` and nowhere else.
    fn part(&self, context: &mut Context<'_>, outer: Op, part: &Expr<'_>) -> Piece {
        let piece = self.expr(context, part)?;
        let inner = op_of(part).or_else(|| alternatives(part).then_some(Op::Or));
        let bracketed = match context.reach {
            Reach::Reference => outer == Op::Or && inner == Some(Op::And),
            Reach::Wide => inner.is_some_and(|inner| inner != outer),
        };
        Ok(piece.map(|text| if bracketed { self.group(text) } else { text }))
    }

    fn not(&self, context: &mut Context<'_>, inner: &Expr<'_>) -> Piece {
        context.negations += 1;
        let piece = self.expr(context, inner);
        context.negations -= 1;
        let grouped = context.reach == Reach::Wide && (op_of(inner).is_some() || alternatives(inner));
        Ok(piece?.map(|text| format!("NOT {}", if grouped { self.group(text) } else { text })))
    }

    fn or(&self, context: &mut Context<'_>, parts: &[Expr<'_>]) -> Piece {
        // Members of a list stand without quotes, so that one with a blank in it is two.
        if context.reach == Reach::Reference
            && let Some(list) = self.list(context, parts, "{field}:IN [{value}]")?
        {
            return Ok(Some(list));
        }
        self.join(context, Op::Or, GRAMMAR.or, parts)
    }

    fn list(
        &self,
        context: &mut Context<'_>,
        parts: &[Expr<'_>],
        template: &str,
    ) -> Result<Option<String>, Failure> {
        let Some((field, values)) = one_field(parts) else {
            return Ok(None);
        };
        if values.len() < 2 || !values.iter().all(|value| self.listed(value)) {
            return Ok(None);
        }
        let members: Result<Vec<String>, Failure> =
            values.iter().map(|value| self.member(context, value)).collect();
        // The name stands without quotes here.
        Ok(Some(fill(template, field, &members?.join(GRAMMAR.separator))))
    }

    fn member(&self, _context: &mut Context<'_>, value: &Value) -> Result<String, Failure> {
        match value {
            Value::Text { text, .. } => {
                let quoted = self.string(text)?;
                let inner = quoted.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
                Ok(inner.unwrap_or(&quoted).to_owned())
            }
            _ => Err(Failure::expression("only strings stand in a list")),
        }
    }

    fn text(&self, context: &mut Context<'_>, field: &str, text: &Text, _cased: bool) -> Piece {
        let value = match (context.reach, self.string(text)?) {
            (_, any) if any == "\"*\"" && text.has_wildcard() => "*".to_owned(),
            (Reach::Reference, value) => value,
            (Reach::Wide, _) if text.has_wildcard() => {
                text.render("*", "?", |run, out| escape(run, SPECIAL, "\\", out))
            }
            (Reach::Wide, _) => {
                format!("\"{}\"", text.render("*", "?", |run, out| escape(run, "\\\"", "\\", out)))
            }
        };
        Ok(Some(format!("{}:{value}", self.field(field))))
    }

    fn boolean(&self, context: &mut Context<'_>, field: &str, yes: bool) -> Piece {
        match context.reach {
            Reach::Reference => Err(Failure::expression("truth values")),
            Reach::Wide => Ok(Some(format!("{}:{yes}", self.field(field)))),
        }
    }

    fn cidr(&self, _context: &mut Context<'_>, field: &str, cidr: &Cidr) -> Piece {
        use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
        let last: IpAddr = match cidr.address {
            IpAddr::V4(a) => {
                let host = u32::MAX.checked_shr(u32::from(cidr.prefix)).unwrap_or(0);
                Ipv4Addr::from(u32::from(a) | host).into()
            }
            IpAddr::V6(a) => {
                let host = u128::MAX.checked_shr(u32::from(cidr.prefix)).unwrap_or(0);
                Ipv6Addr::from(u128::from(a) | host).into()
            }
        };
        Ok(Some(format!("{}:[{} TO {last}]", self.field(field), cidr.address)))
    }
}

/// Whether it is written as alternatives, though it is one value.
fn alternatives(expr: &Expr<'_>) -> bool {
    matches!(expr, Expr::Match(Match { value: Value::AnyOf(values), .. }) if values.len() > 1)
}
