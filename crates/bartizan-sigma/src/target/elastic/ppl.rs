//! OpenSearch: Piped Processing Language.
//!
//! Source: OpenSearch documentation, "PPL commands" and "PPL functions".

use crate::{
    error::Failure,
    rule::{Cidr, Number, Regex, Text},
    target::{Context, Dialect, Grammar, Op, Piece, Query, word},
};

pub(super) struct Ppl;

pub(super) static PPL: Ppl = Ppl;

static GRAMMAR: Grammar = Grammar {
    field_quote: "`",
    field_bare: word,
    any: "%",
    one: "_",
    equals: "{field}={value}",
    pattern: Some("LIKE({field}, {value})"),
    number: "{field}={value}",
    null: Some("isnull({field})"),
    exists: Some(("isnotnull({field})", "isnull({field})")),
    regex: Some("match({field}, '{value}')"),
    compare: Some("{field}{op}{value}"),
    field_ref: [Some("{field}={value}"), None, None, None],
    in_or: Some("{field} in ({value})"),
    keyword: Some("{value}"),
    ..Grammar::BASE
};

impl Dialect for Ppl {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    /// Backslashes are dropped, as they would hide what follows.
    fn string(&self, text: &Text) -> Result<String, Failure> {
        if let Some(name) = text.placeholder() {
            return Err(crate::target::dialect::placeholder(name));
        }
        let body = text.render("%", "_", |run, out| {
            for c in run.chars().filter(|c| *c != '\\') {
                if c == '"' || c == '%' || c == '_' {
                    out.push('\\');
                }
                out.push(c);
            }
        });
        Ok(format!("\"{body}\""))
    }

    fn boolean(&self, _context: &mut Context<'_>, _field: &str, _yes: bool) -> Piece {
        Err(Failure::expression("truth values"))
    }

    fn number(&self, _context: &mut Context<'_>, field: &str, number: &Number) -> Piece {
        Ok(Some(format!("{}={}", self.field(field), number.text())))
    }

    fn pattern(&self, regex: &Regex) -> Result<String, Failure> {
        Ok(regex.pattern.clone())
    }

    fn cidr(&self, _context: &mut Context<'_>, field: &str, cidr: &Cidr) -> Piece {
        Ok(Some(format!("cidrmatch({field}, \"{cidr}\")")))
    }

    fn any_of_op(&self) -> Option<Op> {
        Some(Op::Or)
    }

    fn correlate(&self, plan: &crate::target::correlate::Plan<'_>) -> Result<crate::Conversion, Failure> {
        crate::target::correlate::tables::PPL.correlate(plan)
    }

    fn finish(&self, context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        let source = &context.rule.log_source;
        let mut index = String::new();
        for part in [&source.product, &source.category, &source.service].into_iter().flatten() {
            index.push_str(part);
            index.push('-');
        }
        Ok(Query::Text(format!("source={index}* | where {}", query.unwrap_or_default())))
    }
}
