//! Palo Alto Cortex XDR: XQL.
//!
//! Source: Cortex XQL Language Reference.

use crate::{
    error::Failure,
    rule::{Shape, Text},
    target::{Context, Dialect, Grammar, Op, Piece, Query, Target, fill, placeholder},
};

struct Cortex;

pub(super) const TARGET: Target = Target {
    name: "cortex_xdr",
    about: "Palo Alto Cortex XDR, XQL",
    formats: &["default"],
    own: &["cortexxdr"],
    dialect: &Cortex,
};

static GRAMMAR: Grammar = Grammar {
    brackets_always: true,
    and: " and ",
    or: " or ",
    not: "not ",
    equals: "{field} = {value}",
    starts: Some("{field} contains {value}"),
    ends: Some("{field} contains {value}"),
    contains: Some("{field} contains {value}"),
    number: "{field} = {value}",
    boolean: ("{field} = {value}", "true", "false"),
    regex: Some("{field} ~= \"{value}\""),
    cidr: Some("{field} incidr \"{value}\""),
    compare: Some("{field} {op} {value}"),
    in_or: Some("{field} in ({value})"),
    in_wildcards: true,
    ..Grammar::BASE
};

impl Dialect for Cortex {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn wide(&self) -> Option<&'static dyn Dialect> {
        Some(&super::cortex_wide::CortexWide)
    }

    fn any_of_op(&self) -> Option<Op> {
        Some(Op::Or)
    }

    fn text(&self, _context: &mut Context<'_>, field: &str, text: &Text, _cased: bool) -> Piece {
        match GRAMMAR.text(text.shape(), false) {
            // The reference set forgets field and value here.
            Some(_) if text.shape() == Shape::Pattern => Ok(Some("contains".to_owned())),
            Some((template, true)) => {
                Ok(Some(fill(template, &self.field(field), &self.string(&text.inner())?)))
            }
            Some((template, false)) => Ok(Some(fill(template, &self.field(field), &self.string(text)?))),
            None => Ok(None),
        }
    }

    fn string(&self, text: &Text) -> Result<String, Failure> {
        if let Some(name) = text.placeholder() {
            return Err(placeholder(name));
        }
        // Its only wildcard is `*`.
        let body = text.render("*", "*", |run, out| out.push_str(run));
        Ok(format!("\"{body}\""))
    }

    fn correlate(&self, plan: &crate::target::correlate::Plan<'_>) -> Result<crate::Conversion, Failure> {
        crate::target::correlate::tables::XQL.correlate(plan)
    }

    fn finish(&self, context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        let mut out = String::from("config case_sensitive = false | ");
        if let Some(preset) = context.state.get("preset") {
            out.push_str("preset=");
            out.push_str(preset);
            out.push_str(" | ");
        }
        out.push_str("filter ");
        out.push_str(query.as_deref().unwrap_or_default());
        if !context.rule.fields.is_empty() {
            out.push_str(" | fields ");
            out.push_str(&context.rule.fields.join(","));
        }
        Ok(Query::Text(out))
    }
}
