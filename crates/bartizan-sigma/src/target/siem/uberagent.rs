//! uberAgent ESA: queries of threat detection rules (uAQL).
//!
//! Source: uberAgent documentation, "uAQL - uberAgent Query Language": strings between quotes, a backslash escapes;
//! `like` knows `%` and `_`, and takes a pattern as `r"…"`.

use super::super::{
    Context, Dialect, Grammar, Label, Op, Piece, Target, dialect::placeholder, escape, network_heads, op_of,
};
use crate::{
    error::Failure,
    expr::{Expr, Match},
    pipeline::Reach,
    rule::{Cidr, Regex, Shape, Text, Value},
};

struct UberAgent;

pub(crate) const TARGETS: &[Target] = &[Target {
    name: "uberagent",
    about: "uberAgent ESA, threat detection",
    formats: &["default"],
    own: &["uberagent"],
    dialect: &UberAgent,
}];

pub(crate) const LABELS: &[Label] =
    &[Label { name: "uberagent", target: "uberagent", pipelines: &[], format: "default" }];

static GRAMMAR: Grammar = Grammar {
    and: " and ",
    or: " or ",
    not: "not ",
    any: "%",
    one: "_",
    escaped: "\\\"%_",
    equals: "{field} == {value}",
    starts: Some("istartswith({field}, {value})"),
    ends: Some("iendswith({field}, {value})"),
    contains: Some("icontains({field}, {value})"),
    pattern: Some("{field} like r{value}"),
    number: "{field} == {value}",
    boolean: ("{field} == {value}", "true", "false"),
    null: Some("isnull({field})"),
    exists: Some(("not isnull({field})", "isnull({field})")),
    compare: Some("{field} {op} {value}"),
    in_or: Some("{field} in [{value}]"),
    ..Grammar::BASE
};

impl Dialect for UberAgent {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn any_of_op(&self) -> Option<Op> {
        Some(Op::Or)
    }

    fn text(&self, context: &mut Context<'_>, field: &str, text: &Text, cased: bool) -> Piece {
        let shape = text.shape();
        if context.reach == Reach::Reference && text.bare() == "*" && text.has_wildcard() {
            return Ok(Some(format!("istartswith({field}, \"\")")));
        }
        let Some((template, inner)) = GRAMMAR.text(shape, cased) else {
            return Err(Failure::expression("case-sensitive strings (`cased`)"));
        };
        let text = if inner { text.inner() } else { text.clone() };
        let value = match context.reach {
            // `%` and `_` mean something in patterns only.
            Reach::Wide if shape != Shape::Pattern => literal(&text)?,
            _ => self.string(&text)?,
        };
        Ok(Some(super::super::fill(template, field, &value)))
    }

    /// The reference sets no brackets around negated alternatives of one value, so that only the first is negated.
    fn not(&self, context: &mut Context<'_>, inner: &Expr<'_>) -> Piece {
        context.negations += 1;
        let piece = self.expr(context, inner);
        context.negations -= 1;
        let alternatives = matches!(inner, Expr::Match(Match { value: Value::AnyOf(_), .. }));
        let grouped = op_of(inner).is_some() || alternatives && context.reach == Reach::Wide;
        Ok(piece?.map(|text| format!("not {}", if grouped { self.group(text) } else { text })))
    }

    fn cidr(&self, context: &mut Context<'_>, field: &str, cidr: &Cidr) -> Piece {
        let texts = network_heads(cidr);
        // The reference asks for the network itself where it is one address.
        if context.reach == Reach::Reference && texts.iter().all(|text| !text.has_wildcard()) {
            let members: Vec<String> = texts.iter().map(literal).collect::<Result<_, _>>()?;
            return Ok(Some(format!("{field} in [{}]", members.join(", "))));
        }
        if cidr.address.is_ipv6() && cidr.prefix == 128 {
            return Ok(Some(format!("{field} == \"{}\"", cidr.address)));
        }
        let values: Vec<Value> = texts.into_iter().map(|text| Value::Text { text, cased: false }).collect();
        let parts: Vec<Expr<'_>> =
            values.iter().map(|value| Expr::Match(Match { field: Some(field), value })).collect();
        let piece = self.or(context, &parts)?;
        let grouped = context.reach == Reach::Wide && parts.len() > 1;
        Ok(piece.map(|text| if grouped { self.group(text) } else { text }))
    }

    fn regex(&self, context: &mut Context<'_>, field: &str, regex: &Regex) -> Piece {
        if context.reach == Reach::Reference && !super::super::regex_flags(regex, true).is_empty() {
            return Err(Failure::expression("regular expressions with flags"));
        }
        let mut pattern = super::super::regex_flags(regex, true);
        escape(&regex.pattern, "\\\"", "\\", &mut pattern);
        Ok(Some(format!("{field} regex \"{pattern}\"")))
    }
}

/// Between quotes, without a pattern's escapes.
fn literal(text: &Text) -> Result<String, Failure> {
    if let Some(name) = text.placeholder() {
        return Err(placeholder(name));
    }
    Ok(format!("\"{}\"", text.render("*", "?", |run, out| escape(run, "\\\"", "\\", out))))
}
