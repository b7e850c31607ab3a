//! VMware Carbon Black Cloud: process search.
//!
//! Source: Carbon Black Cloud, "Advanced Search Techniques". A term matches
//! whole tokens anywhere in a field, so a leading wildcard is not written.

use crate::{
    error::Failure,
    rule::{Part, Text, Value},
    target::{Context, Dialect, Grammar, Piece, Target, escape, placeholder},
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
    escaped: "\\ -+&|!(){}[]^\"~?:/",
    ..Grammar::BASE
};

impl Dialect for CarbonBlack {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn any_of(&self, context: &mut Context<'_>, field: Option<&str>, values: &[Value]) -> Piece {
        super::alternatives(self, context, field, values)
    }

    fn string(&self, text: &Text) -> Result<String, Failure> {
        if let Some(name) = text.placeholder() {
            return Err(placeholder(name));
        }
        let text = match text.parts() {
            [Part::Any, rest @ ..] => Text::from_parts(rest.iter().cloned()),
            _ => text.clone(),
        };
        Ok(text.render("*", "?", |run, out| escape(run, GRAMMAR.escaped, "\\", out)))
    }
}
