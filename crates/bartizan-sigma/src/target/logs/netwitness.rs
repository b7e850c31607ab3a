//! NetWitness Platform queries.
//!
//! Source: NetWitness documentation, "Query syntax": `begins`, `ends`, `contains` and `regex` take the place of
//! wildcards, and a comma stands between alternatives of one meta key.

use super::super::{Context, Dialect, Grammar, Op, Piece, Target, fill, one_field, placeholder};
use crate::{
    error::Failure,
    expr::{Expr, Match},
    rule::{Part, Shape, Text, Value},
};

struct NetWitness;

pub(super) const TARGET: Target = Target {
    name: "net_witness",
    about: "NetWitness Platform queries",
    formats: &["default"],
    own: &[],
    dialect: &NetWitness,
};

static GRAMMAR: Grammar = Grammar {
    brackets_always: true,
    and: " && ",
    or: " || ",
    equals: "{field} = {value}",
    starts: Some("{field} begins {value}"),
    ends: Some("{field} ends {value}"),
    contains: Some("{field} contains {value}"),
    number: "{field} = {value}",
    boolean: ("{field} = {value}", "true", "false"),
    null: Some("{field} !exists || {field} = '-'"),
    exists: Some(("{field} exists", "{field} !exists")),
    regex: Some("{field} regex '{value}'"),
    regex_escaped: "\\",
    cidr: Some("{field} = {value}"),
    compare: Some("{field} {op} {value}"),
    keyword: Some("'{value}'"),
    ..Grammar::BASE
};

impl Dialect for NetWitness {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn any_of_op(&self) -> Option<Op> {
        Some(Op::Or)
    }

    fn string(&self, text: &Text) -> Result<String, Failure> {
        if let Some(name) = text.placeholder() {
            return Err(placeholder(name));
        }
        // There are no wildcards inside a string.
        let value = text.render("", "", |run, out| out.push_str(run));
        let quote = if value.contains('\'') { '"' } else { '\'' };
        Ok(format!("{quote}{value}{quote}"))
    }

    fn not(&self, context: &mut Context<'_>, inner: &Expr<'_>) -> Piece {
        Ok(self.expr(context, inner)?.map(|text| format!("NOT {}", self.group(text))))
    }

    fn text(&self, _context: &mut Context<'_>, field: &str, text: &Text, cased: bool) -> Piece {
        if cased {
            return Err(Failure::expression("case-sensitive strings (`cased`)"));
        }
        let port = matches!(field, "ip.srcport" | "ip.dstport");
        let digits = text.as_plain().is_some_and(|plain| plain.parse::<u16>().is_ok());
        let list = if port && digits { text.bare() } else { self.string(text)? };
        Ok(self.anchored(field, anchor(text), &list))
    }

    fn or(&self, context: &mut Context<'_>, parts: &[Expr<'_>]) -> Piece {
        if let Some((field, values)) = one_field(parts)
            && let Some(text) = self.alternatives(field, &values)?
        {
            return Ok(Some(text));
        }
        self.join(context, Op::Or, GRAMMAR.or, parts)
    }

    fn any_of(&self, context: &mut Context<'_>, field: Option<&str>, values: &[Value]) -> Piece {
        let parts: Vec<Expr<'_>> = values.iter().map(|value| Expr::Match(Match { field, value })).collect();
        self.or(context, &parts)
    }
}

/// How a string is anchored; wildcards elsewhere are lost.
fn anchor(text: &Text) -> Shape {
    match text.shape() {
        Shape::Pattern if text.parts().len() == 1 && text.opens_any() => Shape::Starts,
        Shape::Pattern if text.opens_any() && text.parts().last() == Some(&Part::One) => Shape::Contains,
        Shape::Pattern => Shape::Whole,
        shape => shape,
    }
}

fn is_address(value: &Value) -> bool {
    let plain = value.as_text().and_then(Text::as_plain);
    plain.is_some_and(|plain| plain.parse::<std::net::IpAddr>().is_ok())
}

impl NetWitness {
    fn anchored(&self, field: &str, anchor: Shape, list: &str) -> Option<String> {
        GRAMMAR.text(anchor, false).map(|(template, _)| fill(template, &self.field(field), list))
    }

    /// Strings and numbers, those of one anchor with commas between them.
    fn alternatives(&self, field: &str, values: &[&Value]) -> Result<Option<String>, Failure> {
        let mut flat = Vec::with_capacity(values.len());
        for value in values {
            match value {
                Value::AnyOf(values) => flat.extend(values),
                value => flat.push(*value),
            }
        }
        let number_first = matches!(flat.first(), Some(Value::Number(_)));
        // Meta keys of the format IPv4 and IPv6 take addresses without quotes.
        let addresses = matches!(field, "ip.src" | "ip.dst") && flat.iter().all(|value| is_address(value));
        let mut lists: Vec<(Shape, Vec<String>)> = Vec::new();
        for value in flat {
            let (own, text) = match value {
                Value::Text { text, cased: false } if addresses => (Shape::Whole, text.bare()),
                Value::Text { text, cased: false } if text.parts() == [Part::Any] => {
                    (Shape::Whole, self.string(text)?)
                }
                Value::Text { text, cased: false } => (anchor(text), self.string(text)?),
                Value::Number(number) if number_first => (Shape::Whole, number.text().to_owned()),
                Value::Number(number) => (Shape::Whole, format!("'{number}'")),
                _ => return Ok(None),
            };
            match lists.iter_mut().find(|(shape, _)| *shape == own) {
                Some((_, list)) => list.push(text),
                None => lists.push((own, vec![text])),
            }
        }
        let texts = lists.iter().filter_map(|(shape, list)| self.anchored(field, *shape, &list.join(",")));
        Ok(Some(texts.collect::<Vec<_>>().join(GRAMMAR.or)))
    }
}
