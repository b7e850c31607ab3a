//! OpenSearch: Piped Processing Language.
//!
//! Source: OpenSearch documentation, "PPL commands" and "PPL functions": a backslash in a string is written twice ("String
//! functions", `REPLACE`; `search`, "Escaping special characters"), and `LIKE` has one as its own escape too. Up to its
//! issue 5627 `LIKE` took a wildcard behind a backslash for a plain character, so that such texts are asked with
//! `REGEXP_MATCH`, which has the syntax of Java.

use crate::{
    error::Failure,
    expr::{Expr, Match},
    pipeline::Reach,
    rule::{Cidr, Number, Part, Regex, Shape, Text, Value},
    target::{Context, Dialect, Grammar, Op, Piece, Query, escape, expression, op_of, regex_flags, word},
};

pub(super) struct Ppl {
    wide: bool,
}

pub(super) static PPL: Ppl = Ppl { wide: false };

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

    fn wide(&self) -> Option<&'static dyn Dialect> {
        Some(&Ppl { wide: true })
    }

    /// The reference drops backslashes, as they would hide what follows.
    fn string(&self, text: &Text) -> Result<String, Failure> {
        if let Some(name) = text.placeholder() {
            return Err(crate::target::dialect::placeholder(name));
        }
        if self.wide {
            return Ok(literal(&text.bare()));
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

    /// The reference writes outer wildcards outside of the quotes and moves them inside at the end.
    fn text(&self, _context: &mut Context<'_>, field: &str, text: &Text, cased: bool) -> Piece {
        if cased {
            return Err(Failure::expression("case-sensitive strings (`cased`)"));
        }
        let field = self.field(field);
        if self.wide {
            return like(&field, text).map(Some);
        }
        let (before, after) = match text.shape() {
            Shape::Starts => ("", "%"),
            Shape::Ends => ("%", ""),
            Shape::Contains => ("%", "%"),
            Shape::Whole | Shape::Pattern => ("", ""),
        };
        Ok(Some(match text.has_wildcard() {
            false => format!("{field}={}", self.string(text)?),
            true if before.is_empty() && after.is_empty() => format!("LIKE({field}, {})", self.string(text)?),
            true => format!("LIKE({field}, {before}{}{after})", self.string(&text.inner())?),
        }))
    }

    /// The reference sets no brackets around negated alternatives of one value, so that only the first is negated.
    fn not(&self, context: &mut Context<'_>, inner: &Expr<'_>) -> Piece {
        context.negations += 1;
        let piece = self.expr(context, inner);
        context.negations -= 1;
        let alternatives = matches!(inner, Expr::Match(Match { value: Value::AnyOf(_), .. }));
        let grouped = op_of(inner).is_some() || alternatives && context.reach == Reach::Wide;
        Ok(piece?.map(|text| format!("NOT {}", if grouped { self.group(text) } else { text })))
    }

    fn pattern(&self, regex: &Regex) -> Result<String, Failure> {
        Ok(regex.pattern.replace('\'', "''"))
    }

    fn regex(&self, _context: &mut Context<'_>, field: &str, regex: &Regex) -> Piece {
        let flags = regex_flags(regex, true);
        if self.wide {
            return Ok(Some(found(&self.field(field), &format!("{flags}{}", regex.pattern))));
        }
        Ok(Some(format!("match({}, '{flags}{}')", self.field(field), self.pattern(regex)?)))
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
        let mut query = query.unwrap_or_default();
        if context.reach == Reach::Reference {
            query = wildcards_inside(&query);
        }
        Ok(Query::Text(format!("source={index}* | where {query}")))
    }
}

/// A string in quotes, where `%` and `_` mean nothing.
fn literal(plain: &str) -> String {
    let mut out = String::with_capacity(plain.len() + 2);
    out.push('"');
    escape(plain, "\"\\", "\\", &mut out);
    out.push('"');
    out
}

/// A comparison with a text.
fn like(field: &str, text: &Text) -> Result<String, Failure> {
    if let Some(name) = text.placeholder() {
        return Err(crate::target::dialect::placeholder(name));
    }
    if text.shape() == Shape::Whole {
        return Ok(format!("{field}={}", literal(&text.bare())));
    }
    let hidden = |pair: &[Part]| match pair {
        [Part::Plain(run), Part::Any | Part::One] => run.ends_with('\\'),
        _ => false,
    };
    if text.parts().windows(2).any(hidden) {
        return Ok(found(field, &format!("(?isu){}", expression::whole(text))));
    }
    let pattern = text.render("%", "_", |run, out| {
        for c in run.chars() {
            match c {
                '\\' => out.push_str(r"\\\\"),
                '"' => out.push_str("\\\""),
                '%' | '_' => out.extend(['\\', '\\', c]),
                c => out.push(c),
            }
        }
    });
    Ok(format!("LIKE({field}, \"{pattern}\")"))
}

/// A value in which a regular expression finds something.
fn found(field: &str, pattern: &str) -> String {
    let mut literal = String::with_capacity(pattern.len());
    escape(pattern, "'\\", "\\", &mut literal);
    format!("regexp_match({field}, '{literal}')")
}

/// Moves a `%` beside a quote to its other side. An escaped quote in a string is taken for its end, as the reference
/// does, so that what follows is out of step.
fn wildcards_inside(query: &str) -> String {
    let mut out = String::with_capacity(query.len());
    let mut rest = query;
    while let Some((before, from)) = rest.split_once('"') {
        let Some((inside, after)) = from.split_once('"') else {
            break;
        };
        let outer = before.strip_suffix('%');
        out.push_str(outer.unwrap_or(before));
        out.push('"');
        out.push_str(if outer.is_some() { "%" } else { "" });
        out.push_str(inside);
        let behind = after.strip_prefix('%');
        out.push_str(if behind.is_some() { "%\"" } else { "\"" });
        rest = behind.unwrap_or(after);
    }
    out.push_str(rest);
    out
}
