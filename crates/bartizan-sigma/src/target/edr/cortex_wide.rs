//! XQL as far as the language goes.
//!
//! Source: Cortex XDR XQL Language Reference, "Supported operators" and "filter": in single double quotes a string is
//! taken literally, backslashes included, and `*` is a wildcard; nothing escapes a quote, so that a string with one is
//! written as a regular expression.

use crate::{
    error::Failure,
    expr::Expr,
    rule::{Cidr, Part, Regex, Shape, Text, Value},
    target::{Context, Dialect, Grammar, Op, Piece, Query, fill, placeholder, regex_flags},
};

pub(super) struct CortexWide;

static GRAMMAR: Grammar = Grammar {
    brackets_always: true,
    and: " and ",
    or: " or ",
    not: "not ",
    equals: "{field} = {value}",
    contains: Some("{field} contains {value}"),
    number: "{field} = {value}",
    boolean: ("{field} = {value}", "true", "false"),
    null: Some("{field} = null"),
    exists: Some(("{field} != null", "{field} = null")),
    regex: Some("{field} ~= \"{value}\""),
    compare: Some("{field} {op} {value}"),
    field_ref: [Some("{field} = {value}"), None, None, None],
    in_or: Some("{field} in ({value})"),
    in_wildcards: true,
    ..Grammar::BASE
};

/// Whether a text may stand between quotes.
fn literal(text: &Text) -> bool {
    text.parts().iter().all(|part| match part {
        Part::Plain(run) => !run.contains(|c: char| c == '"' || c == '*' || c.is_control()),
        Part::Any | Part::Placeholder(_) => true,
        Part::One => false,
    })
}

/// What has a meaning in an expression, or ends the string it stands in, by its number.
fn expression(text: &Text) -> String {
    text.render(".*", ".", |run, out| {
        for c in run.chars() {
            match c {
                '"' => out.push_str("\\x22"),
                c if c.is_control() => out.push_str(&format!("\\x{{{:x}}}", u32::from(c))),
                c => {
                    if "\\.+*?^$|()[]{}".contains(c) {
                        out.push('\\');
                    }
                    out.push(c);
                }
            }
        }
    })
}

impl Dialect for CortexWide {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn any_of_op(&self) -> Option<Op> {
        Some(Op::Or)
    }

    fn not(&self, context: &mut Context<'_>, inner: &Expr<'_>) -> Piece {
        let Some(text) = self.expr(context, inner)? else { return Ok(None) };
        Ok(Some(format!("not ({text})")))
    }

    fn listed(&self, value: &Value) -> bool {
        match value {
            Value::Text { text, cased } => !cased && literal(text),
            value => matches!(value, Value::Number(_)),
        }
    }

    fn text(&self, _context: &mut Context<'_>, field: &str, text: &Text, cased: bool) -> Piece {
        if cased {
            return Err(Failure::expression("case-sensitive strings (`cased`)"));
        }
        if let Some(name) = text.placeholder() {
            return Err(placeholder(name));
        }
        if !text.is_empty() && text.parts().iter().all(|part| *part == Part::Any) {
            return Ok(Some(format!("{field} != null")));
        }
        if literal(text) {
            let (template, text) = match text.shape() {
                Shape::Contains => ("{field} contains {value}", text.inner()),
                _ => (GRAMMAR.equals, text.clone()),
            };
            return Ok(Some(fill(template, field, &self.string(&text)?)));
        }
        let pattern = format!("(?is)^{}$", expression(text));
        Ok(Some(fill("{field} ~= \"{value}\"", field, &pattern)))
    }

    fn string(&self, text: &Text) -> Result<String, Failure> {
        match text.placeholder() {
            Some(name) => Err(placeholder(name)),
            None => Ok(format!("\"{}\"", text.bare())),
        }
    }

    fn regex(&self, _context: &mut Context<'_>, field: &str, regex: &Regex) -> Piece {
        let mut pattern = regex_flags(regex, true);
        let mut chars = regex.pattern.chars();
        while let Some(c) = chars.next() {
            match c {
                // An escaped quote is a quote.
                '\\' => match chars.next() {
                    Some('"') => pattern.push_str("\\x22"),
                    Some(next) => pattern.extend(['\\', next]),
                    None => return Err(Failure::value("a regular expression that ends with `\\`")),
                },
                '"' => pattern.push_str("\\x22"),
                c => pattern.push(c),
            }
        }
        Ok(Some(fill("{field} ~= \"{value}\"", field, &pattern)))
    }

    fn cidr(&self, _context: &mut Context<'_>, field: &str, cidr: &Cidr) -> Piece {
        let operator = if cidr.address.is_ipv4() { "incidr" } else { "incidr6" };
        Ok(Some(format!("{field} {operator} \"{cidr}\"")))
    }

    fn finish(&self, context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        let query = query.unwrap_or_default();
        let mut out = format!("config case_sensitive = false | dataset = xdr_data | filter {query}");
        if !context.rule.fields.is_empty() {
            out.push_str(" | fields ");
            out.push_str(&context.rule.fields.join(", "));
        }
        Ok(Query::Text(out))
    }
}
