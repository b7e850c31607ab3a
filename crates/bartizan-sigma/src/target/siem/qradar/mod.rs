//! IBM QRadar: the Ariel Query Language (AQL).
//!
//! Source: IBM, "Ariel Query Language Guide". Strings stand in single quotes, names with spaces in double quotes; `%` and
//! `_` are the wildcards of `LIKE`; `ILIKE` and `IMATCHES` know no case.

mod correlate;
mod wide;

use super::super::{
    Context, Dialect, Grammar, Label, Op, Piece, Query, Target, correlate::Plan, fill, one_field, op_of,
    placeholder, word,
};
use crate::{
    convert::Conversion,
    error::Failure,
    expr::{Expr, Match},
    pipeline::{Reach, builtin::qradar_expressions},
    rule::{Cidr, Correlation, Part, Text, Value},
};

/// The rules of a correlation: what stands behind `WHERE`.
const WHERE: &str = "where";

/// AQL; `columns` is the piece of state with the columns to show.
struct Ariel {
    columns: &'static str,
    /// Whether an `and` of which one part is left stands without brackets.
    drops: bool,
}

const BASE: Target = Target {
    name: "qradar",
    about: "IBM QRadar AQL",
    formats: &["default"],
    own: &["qradar-aql-fields"],
    dialect: &Ariel { columns: "columns", drops: true },
};

pub(crate) const TARGETS: &[Target] = &[
    BASE,
    Target { name: "ibm-qradar-aql", about: "IBM QRadar AQL, no pipeline of its own", own: &[], ..BASE },
    Target {
        name: "qradar-aql-community",
        about: "IBM QRadar AQL, columns that no table knows by their own names",
        own: &[],
        dialect: &Ariel { columns: "all columns", drops: false },
        ..BASE
    },
];

const fn label(name: &'static str, target: &'static str) -> Label {
    Label { name, target, pipelines: &["qradar-aql-fields"], format: "default" }
}

pub(crate) const LABELS: &[Label] =
    &[label("qradar-aql-fields", "ibm-qradar-aql"), label("qradar-community-fields", "qradar-aql-community")];

static GRAMMAR: Grammar = Grammar {
    brackets_always: true,
    not: "NOT",
    field_quote: "\"",
    quote: "'",
    any: "%",
    one: "_",
    boolean: ("{field}='{value}'", "true", "false"),
    null: Some("{field} IS NULL"),
    regex: Some("{field} MATCHES '{value}'"),
    regex_escape: "'",
    regex_escaped: "'",
    in_or: Some("{field} IN({value})"),
    ..Grammar::BASE
};

impl Dialect for Ariel {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn brackets(&self, _outer: Op, inner: Op, part: &Expr<'_>) -> bool {
        match part {
            Expr::And(parts) if self.drops => {
                match parts.iter().filter(|part| !is_nothing(part)).collect::<Vec<_>>().as_slice() {
                    [one] => op_of(one).is_some_and(|op| self.brackets(Op::And, op, one)),
                    _ => true,
                }
            }
            _ => inner != Op::Not,
        }
    }

    fn and(&self, context: &mut Context<'_>, parts: &[Expr<'_>]) -> Piece {
        let left: Vec<&Expr<'_>> = parts.iter().filter(|part| !is_nothing(part)).collect();
        match left.as_slice() {
            [one] if self.drops => self.expr(context, one),
            _ => self.join(context, Op::And, GRAMMAR.and, parts),
        }
    }

    fn any_of_op(&self) -> Option<Op> {
        Some(Op::Or)
    }

    fn not(&self, context: &mut Context<'_>, inner: &Expr<'_>) -> Piece {
        // Alternatives of one value have no brackets of their own here.
        let text = match inner {
            Expr::Match(_) => self.expr(context, inner)?,
            _ => self.part(context, Op::Not, inner)?,
        };
        Ok(text.map(|text| format!("(NOT({text}))")))
    }

    fn item(&self, context: &mut Context<'_>, m: Match<'_>) -> Piece {
        let other = match m.value {
            Value::FieldRef { field, .. } => Some(field.as_str()),
            _ => None,
        };
        if let Some(field) = [m.field, other].into_iter().flatten().find(|field| quotes(field)) {
            return Err(Failure::field(format!("a name in AQL cannot hold quotes: `{field}`")));
        }
        if context.reach == Reach::Wide {
            return wide::item(self, context, m);
        }
        let Some(field) = m.field else { return Err(Failure::expression("keywords")) };
        match m.value {
            Value::Text { text, cased: false } => self.text(context, field, text, false),
            Value::Number(number) => self.number(context, field, number),
            Value::Bool(yes) => self.boolean(context, field, *yes),
            Value::Null => self.null(context, field),
            Value::Regex(regex) => self.regex(context, field, regex),
            Value::Cidr(cidr) => self.cidr(context, field, cidr),
            Value::AnyOf(values) => self.any_of(context, m.field, values),
            // What the kind of log source says already.
            Value::Raw(raw) if raw.is_empty() => Ok(None),
            _ => Err(Failure::expression("AQL has no such comparison")),
        }
    }

    fn list(
        &self,
        context: &mut Context<'_>,
        parts: &[Expr<'_>],
        template: &str,
    ) -> Result<Option<String>, Failure> {
        let Some((field, values)) = one_field(parts) else { return Ok(None) };
        if quotes(field) || values.len() < 2 {
            return Ok(None);
        }
        if context.reach == Reach::Wide {
            return wide::list(self, parts);
        }
        if !values.iter().all(|value| self.listed(value)) {
            return Ok(None);
        }
        let members: Vec<String> =
            values.iter().map(|value| self.member(context, value)).collect::<Result<_, _>>()?;
        Ok(Some(fill(template, &self.field(field), &members.join(", "))))
    }

    fn member(&self, _context: &mut Context<'_>, value: &Value) -> Result<String, Failure> {
        match value {
            Value::Text { text, .. } => self.string(text),
            Value::Number(number) => Ok(format!("'{number}'")),
            _ => Err(Failure::expression("only strings and numbers stand in a list")),
        }
    }

    fn text(&self, _context: &mut Context<'_>, field: &str, text: &Text, _cased: bool) -> Piece {
        let name = self.field(field);
        if !text.has_wildcard() {
            return Ok(Some(format!("{name}={}", self.string(text)?)));
        }
        // Digits have no case.
        let digits = |part: &Part| match part {
            Part::Plain(run) => run.chars().all(|c| c.is_numeric() || c == '%'),
            _ => true,
        };
        let value = self.string(text)?;
        Ok(Some(match text.parts().iter().all(digits) {
            true => format!("{name} LIKE {value}"),
            false => format!("LOWER({name}) LIKE {}", value.to_lowercase()),
        }))
    }

    fn cidr(&self, _context: &mut Context<'_>, field: &str, cidr: &Cidr) -> Piece {
        Ok(Some(format!("INCIDR('{cidr}', {})", self.field(field))))
    }

    fn field(&self, name: &str) -> String {
        match word(name) || qradar_expressions().any(|known| known == name) {
            true => name.to_owned(),
            false => format!("\"{name}\""),
        }
    }

    fn string(&self, text: &Text) -> Result<String, Failure> {
        if let Some(name) = text.placeholder() {
            return Err(placeholder(name));
        }
        Ok(format!("'{}'", text.render("%", "_", |run, out| out.push_str(&run.replace('\'', "''")))))
    }

    fn part_format(&self, _correlation: &Correlation, _number: usize) -> Option<&'static str> {
        Some(WHERE)
    }

    fn correlate(&self, plan: &Plan<'_>) -> Result<Conversion, Failure> {
        correlate::query(plan)
    }

    fn finish(&self, context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        let devices = context.state.get("devices").cloned();
        let query = match (&devices, query) {
            (Some(_), Some(query)) if self.grouped(context, &query) => Some(self.group(query)),
            (_, query) => query,
        };
        let asked: Vec<String> = devices.into_iter().chain(query).collect();
        if context.format == WHERE {
            return Ok(Query::Text(asked.join(" AND ")));
        }
        let columns = context.state.get(self.columns).map_or("", String::as_str);
        let mut out = format!("SELECT *{columns} FROM events");
        if !asked.is_empty() {
            out.push_str(" WHERE ");
            out.push_str(&asked.join(" AND "));
        }
        Ok(Query::Text(out))
    }
}

impl Ariel {
    /// Whether a query stands in brackets behind the type of its log source: in the wide reach where it might have to.
    fn grouped(&self, context: &Context<'_>, query: &str) -> bool {
        match context.reach {
            Reach::Reference => seems_or(query),
            Reach::Wide => query.contains(" OR "),
        }
    }
}

/// Whether a name would end before its end.
fn quotes(field: &str) -> bool {
    field.contains('"') && !qradar_expressions().any(|known| known == field)
}

/// Whether an `OR` is left of a query without what stands in brackets. Brackets in strings count as well, so that some
/// queries get more brackets than they need.
fn seems_or(query: &str) -> bool {
    let mut open = Vec::new();
    let mut left = String::new();
    for c in query.chars() {
        match (c, open.last()) {
            ('(', _) => {
                open.push(left.len());
                left.push(c);
            }
            (')', Some(&at)) => {
                open.pop();
                left.truncate(at);
            }
            _ => left.push(c),
        }
    }
    left.contains(" OR ")
}

/// Whether nothing is written for an item.
fn is_nothing(expr: &Expr<'_>) -> bool {
    matches!(expr, Expr::Match(Match { value: Value::Raw(raw), .. }) if raw.is_empty())
}
