//! NetWitness Platform queries.
//!
//! Source: NetWitness documentation, "Query syntax": `begins`, `ends`, `contains` and `regex` take the place of
//! wildcards, and a comma stands between alternatives of one meta key.

use super::super::{
    Context, Dialect, Grammar, Op, Piece, Target, escape, fill, one_field, placeholder, regex_flags,
    without_quotes,
};
use crate::{
    error::Failure,
    expr::{Expr, Match},
    rule::{Part, Regex, Shape, Text, Value},
};

struct NetWitness {
    wide: bool,
}

pub(super) const TARGET: Target = Target {
    name: "net_witness",
    about: "NetWitness Platform queries",
    formats: &["default"],
    own: &[],
    dialect: &NetWitness { wide: false },
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
    regex_escaped: "\\",
    cidr: Some("{field} = {value}"),
    compare: Some("{field} {op} {value}"),
    ..Grammar::BASE
};

impl Dialect for NetWitness {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn any_of_op(&self) -> Option<Op> {
        Some(Op::Or)
    }

    fn wide(&self) -> Option<&'static dyn Dialect> {
        Some(&NetWitness { wide: true })
    }

    fn regex(&self, _context: &mut Context<'_>, field: &str, regex: &Regex) -> Piece {
        let body = if self.wide { without_quotes(&regex.pattern) } else { self.pattern(regex)? };
        let literal = format!("'{}{body}'", regex_flags(regex, true));
        Ok(Some(format!("{} regex {literal}", self.field(field))))
    }

    fn keyword(&self, context: &mut Context<'_>, value: &Value) -> Piece {
        match value {
            _ if self.wide => Err(Failure::expression("queries of meta keys know no keywords")),
            Value::Text { text, .. } => Ok(Some(format!("'{}'", self.string(text)?))),
            Value::Number(number) => Ok(Some(format!("'{number}'"))),
            Value::AnyOf(values) => self.any_of(context, None, values),
            _ => Err(Failure::expression("keywords of this kind")),
        }
    }

    fn string(&self, text: &Text) -> Result<String, Failure> {
        if let Some(name) = text.placeholder() {
            return Err(placeholder(name));
        }
        // There are no wildcards inside a string.
        self.quoted(&text.render("", "", |run, out| out.push_str(run)))
    }

    fn not(&self, context: &mut Context<'_>, inner: &Expr<'_>) -> Piece {
        Ok(self.expr(context, inner)?.map(|text| format!("NOT {}", self.group(text))))
    }

    fn text(&self, _context: &mut Context<'_>, field: &str, text: &Text, cased: bool) -> Piece {
        if cased {
            return Err(Failure::expression("case-sensitive strings (`cased`)"));
        }
        if self.wide && anchor(text) == Shape::Whole && text.has_wildcard() {
            return self.wildcards(field, text).map(Some);
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
    /// In the quotes that the text does not contain.
    fn quoted(&self, value: &str) -> Result<String, Failure> {
        let (single, double) = (value.contains('\''), value.contains('"'));
        if self.wide && ((single && double) || value.contains(char::is_control)) {
            return Err(Failure::value(
                "a string with quotation marks of both kinds, or with control characters",
            ));
        }
        let quote = if single { '"' } else { '\'' };
        Ok(format!("{quote}{value}{quote}"))
    }

    /// A string with wildcards inside, as regular expression.
    fn wildcards(&self, field: &str, text: &Text) -> Result<String, Failure> {
        let body = text.render(".*", ".", |run, out| escape(run, "\\.^$*+?()[]{}|", "\\", out));
        Ok(format!("{} regex {}", self.field(field), self.quoted(&format!("(?i)^{body}$"))?))
    }

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
        if self.wide && flat.iter().any(|value| value.as_text().is_some_and(Text::has_inner_wildcard)) {
            return Ok(None);
        }
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
