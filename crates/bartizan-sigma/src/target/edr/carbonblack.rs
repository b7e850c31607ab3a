//! VMware Carbon Black Cloud: process search.
//!
//! Source: Carbon Black Cloud, "Advanced Search Techniques". A term matches
//! whole tokens anywhere in a field, so a leading wildcard is not written.

use crate::{
    error::Failure,
    rule::{Cidr, Part, Regex, Text},
    target::{Context, Dialect, Grammar, Op, Piece, Target, escape, placeholder, with},
};

struct CarbonBlack;

pub(super) const TARGET: Target = Target {
    name: "carbon_black",
    about: "VMware Carbon Black Cloud",
    formats: &["default", "json"],
    own: &[],
    dialect: &CarbonBlack,
};

static GRAMMAR: Grammar = Grammar {
    brackets_always: true,
    and: " ",
    not: "-",
    quote: "",
    equals: "{field}:{value}",
    number: "{field}:{value}",
    boolean: ("{field}:{value}", "true", "false"),
    regex: Some("{field}:{value}"),
    regex_escaped: "\\",
    compare: Some("{field}:{op}{value}"),
    escaped: "\\ -+!(){}[]^\"~:/*",
    ..Grammar::BASE
};

impl Dialect for CarbonBlack {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn any_of_op(&self) -> Option<Op> {
        Some(Op::Or)
    }

    fn cidr(&self, context: &mut Context<'_>, field: &str, cidr: &Cidr) -> Piece {
        super::network(self, context, field, cidr)
    }

    fn regex(&self, _context: &mut Context<'_>, field: &str, regex: &Regex) -> Piece {
        // Searches know no case anyway.
        with(self.grammar().regex, "regular expressions", &self.field(field), &self.pattern(regex)?)
    }

    fn string(&self, text: &Text) -> Result<String, Failure> {
        if let Some(name) = text.placeholder() {
            return Err(placeholder(name));
        }
        let text = match text.parts() {
            [Part::Any, rest @ ..] => Text::from_parts(rest.iter().cloned()),
            _ => text.clone(),
        };
        Ok(text.render("*", "*", |run, out| escape(run, GRAMMAR.escaped, "\\", out)))
    }
}
