//! Datadog log search.
//!
//! Source: Datadog documentation, "Log Search Syntax". Attributes stand behind `@`; `*` is the wildcard used here.

mod correlate;

use super::super::{
    Context, Dialect, Grammar, Op, Piece, Target, correlate::Plan, escape, is_any_of, op_of, placeholder,
};
use crate::{
    convert::Conversion,
    error::Failure,
    expr::Expr,
    pipeline::Reach,
    rule::{Number, Text, Value},
};

struct Datadog {
    wide: bool,
}

pub(super) const TARGET: Target = Target {
    name: "datadog",
    about: "Datadog log search and Cloud SIEM",
    formats: &["default"],
    own: &["datadog_networks"],
    dialect: &Datadog { wide: false },
};

const GRAMMAR: Grammar = Grammar {
    brackets_always: true,
    quote: "",
    one: "*",
    escaped: "=-!&|<>(){}[]\"*?:#~^+ ",
    equals: "@{field}:{value}",
    number: "@{field}:{value}",
    boolean: ("@{field}:{value}", "true", "false"),
    null: Some("-@{field}:[0* TO z*] AND @{field}:*"),
    exists: Some(("@{field}:*", "-@{field}:*")),
    compare: Some("@{field}:{op}{value}"),
    field_ref: [Some("@{field}:@{value}"), None, None, None],
    // The reference set asks an attribute `None` where a rule names no field.
    keyword: Some("@None:{value}"),
    ..Grammar::BASE
};

static REFERENCE: Grammar = GRAMMAR;
static WIDE: Grammar =
    Grammar { escaped: "\\=-!&|<>(){}[]\"*?:#~^+, ", keyword: Some("*:*{value}*"), ..GRAMMAR };

impl Dialect for Datadog {
    fn grammar(&self) -> &Grammar {
        if self.wide { &WIDE } else { &REFERENCE }
    }

    fn wide(&self) -> Option<&'static dyn Dialect> {
        Some(&Datadog { wide: true })
    }

    fn string(&self, text: &Text) -> Result<String, Failure> {
        if let Some(name) = text.placeholder() {
            return Err(placeholder(name));
        }
        if self.wide && text.bare().contains(|c: char| c.is_control() || (c.is_whitespace() && c != ' ')) {
            // A term ends at white space, and only a blank has an escape.
            return Err(Failure::value("white space other than blanks, and control characters"));
        }
        if self.wide && text.is_empty() {
            return Ok("\"\"".to_owned());
        }
        let grammar = self.grammar();
        Ok(text.render("*", "*", |run, out| escape(run, grammar.escaped, grammar.escape, out)))
    }

    fn any_of_op(&self) -> Option<Op> {
        Some(Op::Or)
    }

    fn not(&self, context: &mut Context<'_>, inner: &Expr<'_>) -> Piece {
        // Alternatives of one value stand behind `NOT` without brackets in the reference set.
        let alternatives = context.reach == Reach::Wide && is_any_of(inner);
        let grouped = op_of(inner).is_some() || alternatives;
        let text = self.expr(context, inner)?;
        Ok(text.map(|text| format!("NOT {}", if grouped { self.group(text) } else { text })))
    }

    fn correlate(&self, plan: &Plan<'_>) -> Result<Conversion, Failure> {
        correlate::rule(plan)
    }

    fn number(&self, context: &mut Context<'_>, field: &str, number: &Number) -> Piece {
        // A leading minus would negate.
        match Value::plain(number.text()) {
            Value::Text { text, cased } => self.text(context, field, &text, cased),
            _ => Ok(None),
        }
    }
}
