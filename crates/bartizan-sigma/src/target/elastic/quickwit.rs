//! Quickwit: its query language.
//!
//! Source: Quickwit documentation, "Query language".

use crate::{
    error::Failure,
    expr::Expr,
    rule::{Cidr, Part, Regex, Text, Value},
    target::{Context, Dialect, Grammar, Op, Piece, delimited, regex_flags},
};

pub(super) struct Quickwit;

pub(super) static QUICKWIT: Quickwit = Quickwit;

const GRAMMAR: Grammar = Grammar {
    escaped: "\\",
    field_quote: "\"",
    field_bare: |name| !name.contains('-'),
    equals: "{field}:{value}",
    number: "{field}:{value}",
    null: Some("NOT {field}:*"),
    exists: Some(("{field}:*", "NOT {field}:*")),
    regex: Some("{field}:/{value}/"),
    regex_escaped: "\\/",
    compare: Some("{field}:{op}{value}"),
    in_or: Some("{field}:IN [{value}]"),
    in_wildcards: true,
    separator: " ",
    ..Grammar::BASE
};

static REFERENCE: Grammar = GRAMMAR;
static WIDE: Grammar = Grammar { brackets_always: true, escaped: "\\\"", in_or: None, ..GRAMMAR };

/// With brackets and escapes, and no lists: their members stand there without quotes.
struct Wide;

impl Dialect for Wide {
    fn grammar(&self) -> &Grammar {
        &WIDE
    }

    fn text(&self, _context: &mut Context<'_>, field: &str, text: &Text, _cased: bool) -> Piece {
        let value = if text.parts() == [Part::Any] { "*".to_owned() } else { self.string(text)? };
        Ok(Some(format!("{}:{value}", self.field(field))))
    }

    fn boolean(&self, context: &mut Context<'_>, field: &str, yes: bool) -> Piece {
        Quickwit.boolean(context, field, yes)
    }

    fn cidr(&self, context: &mut Context<'_>, field: &str, cidr: &Cidr) -> Piece {
        Quickwit.cidr(context, field, cidr)
    }

    fn regex(&self, _context: &mut Context<'_>, field: &str, regex: &Regex) -> Piece {
        let flags = regex_flags(regex, true);
        Ok(Some(format!("{}:/{flags}{}/", self.field(field), delimited(&regex.pattern, '/'))))
    }
}

impl Dialect for Quickwit {
    fn grammar(&self) -> &Grammar {
        &REFERENCE
    }

    fn wide(&self) -> Option<&'static dyn Dialect> {
        Some(&Wide)
    }

    fn brackets(&self, outer: Op, inner: Op, _part: &Expr<'_>) -> bool {
        outer == Op::Or && inner == Op::And
    }

    fn not(&self, context: &mut Context<'_>, inner: &Expr<'_>) -> Piece {
        context.negations += 1;
        let piece = self.expr(context, inner);
        context.negations -= 1;
        Ok(piece?.map(|text| format!("NOT {text}")))
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

    fn text(&self, _context: &mut Context<'_>, field: &str, text: &Text, _cased: bool) -> Piece {
        let value = match self.string(text)? {
            any if any == "\"*\"" => "*".to_owned(),
            other => other,
        };
        Ok(Some(format!("{}:{value}", self.field(field))))
    }

    fn boolean(&self, _context: &mut Context<'_>, _field: &str, _yes: bool) -> Piece {
        Err(Failure::expression("truth values"))
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
