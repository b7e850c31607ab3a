//! NetWitness Platform queries.
//!
//! Source: NetWitness documentation, "Query syntax": `begins`, `ends`, `contains` and `regex` take the place of
//! wildcards, and a comma stands between alternatives of one meta key.

use super::super::{Context, Dialect, Grammar, Op, Piece, Target, fill, one_field, placeholder};
use crate::{
    error::Failure,
    expr::Expr,
    rule::{Shape, Text, Value},
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

    fn or(&self, context: &mut Context<'_>, parts: &[Expr<'_>]) -> Piece {
        match one_field(parts) {
            Some((field, values)) => match self.alternatives(field, &values)? {
                Some(text) => Ok(Some(text)),
                None => self.join(context, Op::Or, GRAMMAR.or, parts),
            },
            None => self.join(context, Op::Or, GRAMMAR.or, parts),
        }
    }

    fn any_of(&self, context: &mut Context<'_>, field: Option<&str>, values: &[Value]) -> Piece {
        let parts: Vec<Expr<'_>> =
            values.iter().map(|value| Expr::Match(crate::expr::Match { field, value })).collect();
        self.or(context, &parts)
    }
}

impl NetWitness {
    /// Strings of one anchor, with commas between them.
    fn alternatives(&self, field: &str, values: &[&Value]) -> Result<Option<String>, Failure> {
        let mut flat = Vec::with_capacity(values.len());
        for value in values {
            match value {
                Value::AnyOf(values) => flat.extend(values),
                value => flat.push(*value),
            }
        }
        let mut shape = None;
        let mut list = String::new();
        for value in flat {
            if !list.is_empty() {
                list.push(',');
            }
            let own = match value {
                Value::Text { text, cased: false } => {
                    list.push_str(&self.string(text)?);
                    match text.shape() {
                        Shape::Pattern => Shape::Whole,
                        shape => shape,
                    }
                }
                Value::Number(number) => {
                    list.push_str(number.text());
                    Shape::Whole
                }
                _ => return Ok(None),
            };
            if *shape.get_or_insert(own) != own {
                return Ok(None);
            }
        }
        let template = GRAMMAR.text(shape.unwrap_or(Shape::Whole), false);
        Ok(template.map(|(template, _)| fill(template, &self.field(field), &list)))
    }
}
