//! CrowdStrike Falcon LogScale.
//!
//! Source: LogScale Query Language documentation. `or` binds tighter than the
//! `and` that stands between two terms without being written; equality knows
//! the case of letters, so that strings are written as regular expressions.

use crate::{
    error::Failure,
    expr::Expr,
    pipeline::Reach,
    rule::{Cidr, Regex, Text, Value},
    target::{Context, Dialect, Grammar, Op, Piece, Target, delimited, escape, fill, placeholder, word},
};

struct LogScale;

pub(super) const TARGET: Target = Target {
    name: "log_scale",
    about: "CrowdStrike Falcon LogScale",
    formats: &["default"],
    own: &[],
    dialect: &LogScale,
};

static GRAMMAR: Grammar = Grammar {
    order: [Op::Not, Op::Or, Op::And],
    and: " ",
    or: " or ",
    not: "not ",
    field_quote: "\"",
    field_bare: |name| name.strip_prefix(['#', '@']).unwrap_or(name).split('.').all(word),
    null: Some("{field}!=*"),
    exists: Some(("{field}=*", "{field}!=*")),
    regex: Some("{field}=/{value}/"),
    compare: Some("{field}{op}{value}"),
    ..Grammar::BASE
};

const META: &str = "\\.+*?^$|()[]{}/";

/// A string as the body of a regular expression; outer `*` only take the
/// anchor away.
fn body(text: &Text) -> Result<String, Failure> {
    if let Some(name) = text.placeholder() {
        return Err(placeholder(name));
    }
    let parts = text.parts().len();
    let from = usize::from(text.opens_any());
    let to = parts - usize::from(text.closes_any() && parts > from);
    let inner = text.slice(from, to).render(".*", ".", |run, out| escape(run, META, "\\", out));
    let open = if text.opens_any() { "" } else { "^" };
    let close = if text.closes_any() { "" } else { "$" };
    Ok(format!("{open}{inner}{close}"))
}

impl Dialect for LogScale {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn correlate(&self, plan: &crate::target::correlate::Plan<'_>) -> Result<crate::Conversion, Failure> {
        crate::target::correlate::sequence::log_scale(plan)
    }

    fn or(&self, context: &mut Context<'_>, parts: &[Expr<'_>]) -> Piece {
        let cidr = |part: &Expr<'_>| matches!(part, Expr::Match(m) if matches!(m.value, Value::Cidr(_)));
        // `cidr` is a function, and a filter of its own.
        if parts.iter().any(cidr) {
            return Err(Failure::expression("networks joined by `or`"));
        }
        self.join(context, Op::Or, GRAMMAR.or, parts)
    }

    fn text(&self, _context: &mut Context<'_>, field: &str, text: &Text, _cased: bool) -> Piece {
        Ok(Some(format!("{}=/{}/i", self.field(field), body(text)?)))
    }

    fn regex(&self, context: &mut Context<'_>, field: &str, regex: &Regex) -> Piece {
        let flag = if regex.ignore_case { "i" } else { "" };
        let pattern = match context.reach {
            Reach::Reference => regex.pattern.replace('"', "\\\""),
            Reach::Wide => delimited(&regex.pattern, '/'),
        };
        Ok(Some(format!("{}=/{pattern}/{flag}", self.field(field))))
    }

    fn cidr(&self, _context: &mut Context<'_>, field: &str, cidr: &Cidr) -> Piece {
        Ok(Some(fill("cidr({field}, subnet=\"{value}\")", &self.field(field), &cidr.to_string())))
    }

    fn keyword(&self, context: &mut Context<'_>, value: &Value) -> Piece {
        match value {
            Value::Text { text, .. } => {
                if let Some(name) = text.placeholder() {
                    return Err(placeholder(name));
                }
                Ok(Some(match context.reach {
                    // The reference set looks for the keyword between quotation marks.
                    Reach::Reference => {
                        let body = text.render(".*", ".", |run, out| escape(run, "\\.\"*", "\\", out));
                        format!("/\"{body}\"/i")
                    }
                    Reach::Wide => {
                        let found = text.clone().open().close();
                        format!("/{}/i", body(&found)?)
                    }
                }))
            }
            Value::Number(number) => Ok(Some(format!("/{}/i", number.text()))),
            Value::AnyOf(values) => self.any_of(context, None, values),
            _ => Err(Failure::expression("keywords of this kind")),
        }
    }
}
