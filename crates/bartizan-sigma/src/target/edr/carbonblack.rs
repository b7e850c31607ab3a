//! VMware Carbon Black Cloud: process search.
//!
//! Source: Carbon Black Cloud, "Advanced Search Techniques". A term matches
//! whole tokens anywhere in a field, so a leading wildcard is not written.

use crate::{
    error::Failure,
    rule::{Cidr, Part, Text},
    target::{Context, Dialect, Grammar, Op, Piece, Target, escape, placeholder},
};

struct CarbonBlack;

pub(super) const TARGET: Target = Target {
    name: "carbon_black",
    about: "VMware Carbon Black Cloud",
    formats: &["default"],
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
    // Searches know no case anyway.
    regex_caseless: Some("{field}:{value}"),
    regex_escaped: "\\",
    compare: Some("{field}:{op}{value}"),
    escaped: "\\ -+!(){}[]^\"~:/*",
    ..Grammar::BASE
};

impl Dialect for CarbonBlack {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn wide(&self) -> Option<&'static dyn Dialect> {
        Some(&super::carbonblack_wide::CarbonBlackWide)
    }

    fn any_of_op(&self) -> Option<Op> {
        Some(Op::Or)
    }

    fn cidr(&self, context: &mut Context<'_>, field: &str, cidr: &Cidr) -> Piece {
        super::network(self, context, field, cidr)
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
