//! SQL as one family: what its members share, over a table for each.
//!
//! What a query stands on, for every member:
//! - the events are the rows of the table `logs`, their fields its columns, and the columns are text: numbers in their
//!   shortest form, `true` and `false`, times as RFC 3339. An absent field is null;
//! - letters match either case unless the rule says `cased`;
//! - a comparison with null is null, which a negation turns into what the rule means: `NOT coalesce(…, false)`;
//! - whatever a rule says stands inside a literal or a quoted name.

mod address;
mod tables;

pub(super) use tables::{ATHENA, CLICKHOUSE, DUCKDB, POSTGRESQL, SNOWFLAKE, SQLITE};

use crate::{
    error::Failure,
    expr::{Expr, Match},
    rule::{
        Cidr, Number, Regex, Shape, Text, TimePart, Value,
        pattern::{Flavour, rewrite},
    },
    target::{Context, Dialect, Grammar, Op, Piece, Query, Template, fill, placeholder},
};

/// Writes a plain text as a literal.
type Literal = fn(&str) -> String;

/// A member.
pub(in crate::target) struct Sql {
    /// How names are written, and how operators are joined.
    pub grammar: Grammar,
    /// The most parts of an `or`; more are put into groups.
    pub alternatives: usize,
    /// A literal of a plain text.
    pub literal: Literal,
    /// What stands before `%`, `_` and itself in a pattern of `LIKE`.
    pub escape: char,
    /// What follows a pattern that needs [`Sql::escape`].
    pub escape_clause: Template,
    /// A pattern whose letters match either case; whether its letters are lower-cased here.
    pub caseless: (Template, bool),
    /// A pattern whose letters match as they are.
    pub cased: Template,
    /// A text that [`Sql::caseless`] cannot ask for, as SQLite's letters beyond ASCII.
    pub special: fn(field: &str, text: &Text, cased: bool) -> Option<String>,
    /// Equality with a literal, letters as they are.
    pub same: Template,
    /// A column without the difference of case.
    pub lower: Template,
    /// `{field}` is, begins with, ends with, contains `{value}`, both columns of [`Sql::lower`].
    pub references: [Template; 4],
    /// `{field}` as a number compared by `{op}`.
    pub order: Template,
    /// `{field}`, from the place and for the length of `{value}`.
    pub slice: Template,
    /// An expression matches somewhere in a column.
    pub regex: fn(field: &str, regex: &Regex, literal: Literal) -> String,
    /// How expressions are written.
    pub flavour: Flavour,
    /// A network.
    pub network: fn(&Sql, field: &str, &Cidr) -> Result<String, Failure>,
    /// `{value}`, which asks the column `v`, is asked of every column; or the column that keywords are asked of.
    pub keyword: Keyword,
}

/// Where keywords are looked for.
#[derive(Clone, Copy)]
pub(in crate::target) enum Keyword {
    /// In every column, each under the name `v`.
    Each(Template),
    /// In the column of this name, which holds the values of the event as one text.
    Column(&'static str),
}

impl Sql {
    fn like(&self, field: &str, text: &Text, cased: bool) -> String {
        let (template, lowered) = if cased { (self.cased, false) } else { self.caseless };
        let mut escaped = false;
        let pattern = text.render("%", "_", |run, out| {
            for c in run.chars() {
                if c == '%' || c == '_' || c == self.escape {
                    out.push(self.escape);
                    escaped = true;
                }
                out.push(if lowered { lower(c) } else { c });
            }
        });
        let clause = if escaped { self.escape_clause } else { "" };
        format!("{}{clause}", fill(template, field, &(self.literal)(&pattern)))
    }

    /// A text asked of what stands in a query as `field`.
    fn ask(&self, field: &str, text: &Text, cased: bool) -> Piece {
        if let Some(name) = text.placeholder() {
            return Err(placeholder(name));
        }
        if text.parts().iter().any(|part| matches!(part, crate::rule::Part::Plain(run) if run.contains('\0')))
        {
            return Err(Failure::value("a character of number 0, which no column of text holds"));
        }
        Ok(Some((self.special)(field, text, cased).unwrap_or_else(|| self.like(field, text, cased))))
    }

    fn expression(&self, field: &str, regex: &Regex) -> Piece {
        let regex = rewrite(regex, &self.flavour).map_err(Failure::expression)?;
        Ok(Some((self.regex)(field, &regex, self.literal)))
    }
}

/// The lower case of a character, if that is one character.
pub(super) fn lower(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(c), None) => c,
        _ => c,
    }
}

/// Whether a keyword has no wildcard but at its ends.
fn plain_keyword(value: &Value) -> bool {
    match value {
        Value::Text { text, .. } => text.clone().open().close().shape() == Shape::Contains,
        Value::Number(_) => true,
        _ => false,
    }
}

/// A number as a column of text holds it: without a fraction of zeros.
fn digits(number: &Number) -> &str {
    number.text().strip_suffix(".0").unwrap_or(number.text())
}

impl Dialect for Sql {
    fn grammar(&self) -> &Grammar {
        &self.grammar
    }

    fn any_of_op(&self) -> Option<Op> {
        Some(Op::Or)
    }

    fn join(&self, context: &mut Context<'_>, op: Op, between: &str, parts: &[Expr<'_>]) -> Piece {
        let mut out = Vec::with_capacity(parts.len());
        if op == Op::Or && parts.len() > self.alternatives {
            // Halves of halves: the depth of an expression grows with each part that stands beside the others.
            let (left, right) = parts.split_at(parts.len() / 2);
            for half in [left, right] {
                out.extend(self.join(context, op, between, half)?.map(|text| self.group(text)));
            }
            return Ok(Some(out.join(between)));
        }
        for part in parts {
            out.extend(self.part(context, op, part)?);
        }
        Ok(Some(match (out.is_empty(), op) {
            // A selection that asks for nothing.
            (true, Op::Or) => "1 = 0".to_owned(),
            (true, _) => "1 = 1".to_owned(),
            (false, _) => out.join(between),
        }))
    }

    fn not(&self, context: &mut Context<'_>, inner: &Expr<'_>) -> Piece {
        let Some(text) = self.expr(context, inner)? else { return Ok(None) };
        Ok(Some(fill(self.grammar.not, "", &text)))
    }

    fn text(&self, _context: &mut Context<'_>, field: &str, text: &Text, cased: bool) -> Piece {
        self.ask(&self.field(field), text, cased)
    }

    fn number(&self, _context: &mut Context<'_>, field: &str, number: &Number) -> Piece {
        Ok(Some(fill(self.same, &self.field(field), &(self.literal)(digits(number)))))
    }

    fn boolean(&self, _context: &mut Context<'_>, field: &str, yes: bool) -> Piece {
        self.ask(&self.field(field), &Text::plain(if yes { "true" } else { "false" }), false)
    }

    fn regex(&self, _context: &mut Context<'_>, field: &str, regex: &Regex) -> Piece {
        self.expression(&self.field(field), regex)
    }

    fn cidr(&self, _context: &mut Context<'_>, field: &str, cidr: &Cidr) -> Piece {
        (self.network)(self, &self.field(field), cidr).map(Some)
    }

    fn compare(&self, _context: &mut Context<'_>, field: &str, sign: &str, number: &Number) -> Piece {
        Ok(Some(fill(&self.order.replace("{op}", sign), &self.field(field), number.text())))
    }

    fn field_ref(&self, _: &mut Context<'_>, field: &str, other: &str, starts: bool, ends: bool) -> Piece {
        let lower = |name: &str| fill(self.lower, &self.field(name), "");
        let template = self.references[usize::from(starts) + 2 * usize::from(ends)];
        Ok(Some(fill(template, &lower(field), &lower(other))))
    }

    fn time(&self, _: &mut Context<'_>, field: &str, part: TimePart, number: &Number) -> Piece {
        let (place, width) = match part {
            TimePart::Year => ("1, 4", 4),
            TimePart::Month => ("6, 2", 2),
            TimePart::Day => ("9, 2", 2),
            TimePart::Hour => ("12, 2", 2),
            TimePart::Minute => ("15, 2", 2),
            TimePart::Week => return Err(Failure::expression("weeks of a time")),
        };
        let slice = fill(self.slice, &self.field(field), place);
        let value = format!("{:0>width$}", digits(number));
        Ok(Some(fill(self.same, &slice, &(self.literal)(&value))))
    }

    fn keyword(&self, context: &mut Context<'_>, value: &Value) -> Piece {
        if let Value::AnyOf(values) = value {
            return self.any_of(context, None, values);
        }
        let column = match self.keyword {
            Keyword::Each(_) => "v".to_owned(),
            Keyword::Column(name) => {
                if !plain_keyword(value) {
                    return Err(Failure::expression("patterns as keywords, which could span two values"));
                }
                self.field(name)
            }
        };
        let test = match value {
            Value::Text { text, cased } => self.ask(&column, &text.clone().open().close(), *cased)?,
            Value::Number(number) => self.ask(&column, &Text::plain(digits(number)).open().close(), false)?,
            Value::Regex(regex) => self.expression(&column, regex)?,
            _ => return Err(Failure::expression("keywords of this kind")),
        };
        let test = test.unwrap_or_default();
        Ok(Some(match self.keyword {
            Keyword::Each(template) => fill(template, "", &test),
            Keyword::Column(_) => test,
        }))
    }

    fn any_of(&self, context: &mut Context<'_>, field: Option<&str>, values: &[Value]) -> Piece {
        let parts: Vec<Expr<'_>> = values.iter().map(|value| Expr::Match(Match { field, value })).collect();
        self.join(context, Op::Or, self.grammar.or, &parts)
    }

    fn finish(&self, _context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        Ok(Query::Text(format!("SELECT * FROM logs WHERE {}", query.unwrap_or_default())))
    }
}
