//! Graylog: search queries.
//!
//! Source: Graylog documentation, "Search syntax reference": fields, `_exists_`, ranges, reserved characters, regular
//! expressions between slashes; searches are case-sensitive, so a string is written as an expression that takes
//! either case (`[cC]`). Elasticsearch and OpenSearch, "Regular expression syntax": expressions match a whole value,
//! know no classes as `\d` and take 1,000 characters.

use super::super::{
    Context, Dialect, Grammar, Label, Op, Piece, Target, dialect::placeholder, network, op_of,
};
use crate::{
    error::Failure,
    expr::{Expr, Match},
    rule::{Cidr, Number, Part, Regex, Text, Value},
};

struct Graylog;

pub(crate) const TARGETS: &[Target] = &[Target {
    name: "graylog",
    about: "Graylog (search)",
    formats: &["default"],
    own: &["graylog"],
    dialect: &Graylog,
}];

pub(crate) const LABELS: &[Label] = &[];

static GRAMMAR: Grammar = Grammar {
    brackets_always: true,
    compare: Some("{field}:{op}{value}"),
    null: Some("NOT _exists_:{field}"),
    exists: Some(("_exists_:{field}", "NOT _exists_:{field}")),
    ..Grammar::BASE
};

/// `index.max_regex_length`.
const MOST: usize = 1000;

/// Reserved in expressions; `/` ends them.
const SPECIAL: &str = ".?+*|{}[]()\"\\#@&<>~^$-/";

/// A string as an expression over the whole value.
fn pattern(text: &Text, cased: bool) -> Result<String, Failure> {
    if let Some(name) = text.placeholder() {
        return Err(placeholder(name));
    }
    if text.parts().iter().any(|part| matches!(part, Part::Plain(run) if run.contains(char::is_control))) {
        return Err(Failure::value("control characters, for which expressions have no escape"));
    }
    let mut out = String::new();
    for part in text.parts() {
        match part {
            Part::Any => out.push_str(".*"),
            Part::One => out.push('.'),
            Part::Placeholder(_) => {}
            Part::Plain(run) => run.chars().for_each(|c| character(c, cased, &mut out)),
        }
    }
    checked(out)
}

fn checked(pattern: String) -> Result<String, Failure> {
    match pattern.chars().count() {
        0..=MOST => Ok(pattern),
        _ => Err(Failure::value(format!("an expression of more than {MOST} characters"))),
    }
}

fn character(c: char, cased: bool, out: &mut String) {
    let (lower, upper) = (one(c.to_lowercase()), one(c.to_uppercase()));
    match (lower, upper) {
        (Some(lower), Some(upper)) if !cased && lower != upper => out.extend(['[', lower, upper, ']']),
        _ => {
            if SPECIAL.contains(c) {
                out.push('\\');
            }
            out.push(c);
        }
    }
}

/// The only character.
fn one(mut chars: impl Iterator<Item = char>) -> Option<char> {
    let first = chars.next()?;
    chars.next().is_none().then_some(first)
}

/// A value between quotes.
fn quoted(plain: &str) -> String {
    let mut out = String::from("\"");
    super::super::escape(plain, "\\\"", "\\", &mut out);
    out.push('"');
    out
}

fn has_case(plain: &str) -> bool {
    plain.chars().any(|c| c.to_lowercase().ne(c.to_uppercase()))
}

impl Dialect for Graylog {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn any_of_op(&self) -> Option<Op> {
        Some(Op::Or)
    }

    fn not(&self, context: &mut Context<'_>, inner: &Expr<'_>) -> Piece {
        let Some(text) = self.expr(context, inner)? else { return Ok(None) };
        Ok(Some(match (op_of(inner), text.strip_prefix("NOT ")) {
            // Two negations in a row are no query.
            (None | Some(Op::Not), Some(positive)) => positive.to_owned(),
            (None, None) if !matches!(inner, Expr::Match(Match { value: Value::AnyOf(_), .. })) => {
                format!("NOT {text}")
            }
            _ => format!("NOT {}", self.group(text)),
        }))
    }

    fn text(&self, _context: &mut Context<'_>, field: &str, text: &Text, cased: bool) -> Piece {
        let field = self.field(field);
        Ok(Some(match text.as_plain() {
            // An empty string is no term: a field that is there has a value.
            Some("") => format!("NOT _exists_:{field}"),
            Some(plain) if (cased || !has_case(plain)) && !plain.contains(char::is_control) => {
                format!("{field}:{}", quoted(plain))
            }
            None if text.parts().iter().all(|part| *part == Part::Any) => format!("_exists_:{field}"),
            _ => format!("{field}:/{}/", pattern(text, cased)?),
        }))
    }

    fn number(&self, _context: &mut Context<'_>, field: &str, number: &Number) -> Piece {
        let text = number.text();
        // A `-` in front would be an operator.
        let text = if text.starts_with('-') { format!("\\{text}") } else { text.to_owned() };
        Ok(Some(format!("{}:{text}", self.field(field))))
    }

    fn boolean(&self, _context: &mut Context<'_>, field: &str, yes: bool) -> Piece {
        Ok(Some(format!("{}:{yes}", self.field(field))))
    }

    fn regex(&self, _context: &mut Context<'_>, field: &str, regex: &Regex) -> Piece {
        Ok(Some(format!("{}:/{}/", self.field(field), checked(expression(regex)?)?)))
    }

    fn cidr(&self, context: &mut Context<'_>, field: &str, cidr: &Cidr) -> Piece {
        let values = network::patterns(cidr).into_iter().map(|text| Value::Text { text, cased: true });
        let values: Vec<Value> = values.collect();
        let piece = self.any_of(context, Some(field), &values)?;
        Ok(piece.map(|text| if values.len() > 1 { self.group(text) } else { text }))
    }

    fn keyword(&self, _context: &mut Context<'_>, value: &Value) -> Piece {
        match value {
            Value::Text { text, .. } => match text.as_plain() {
                Some(plain) if !plain.is_empty() && !plain.contains(char::is_control) => {
                    Ok(Some(quoted(plain)))
                }
                _ => Err(Failure::expression("wildcards in a phrase over all fields")),
            },
            Value::Number(number) => Ok(Some(quoted(number.text()))),
            _ => Err(Failure::expression("this kind of keyword")),
        }
    }

    fn field(&self, name: &str) -> String {
        let mut out = String::with_capacity(name.len());
        for c in name.chars() {
            if !(c.is_alphanumeric() || "_.@".contains(c)) {
                out.push('\\');
            }
            out.push(c);
        }
        out
    }
}

/// An expression of a rule, if its language has all of it.
fn expression(regex: &Regex) -> Result<String, Failure> {
    let refuse = |what: &str| Err(Failure::expression(format!("expressions of Graylog have no {what}")));
    if regex.pattern.contains(char::is_control) {
        return refuse("control characters");
    }
    if regex.ignore_case || regex.multi_line || regex.dot_all || regex.pattern.contains("(?") {
        return refuse("flags and groups of `(?`");
    }
    let (start, rest) = match regex.pattern.strip_prefix('^') {
        Some(rest) => ("", rest),
        None => (".*", regex.pattern.as_str()),
    };
    let escaped =
        rest.strip_suffix('$').is_some_and(|rest| (rest.len() - rest.trim_end_matches('\\').len()) % 2 == 1);
    let (rest, end) = match rest.strip_suffix('$') {
        Some(rest) if !escaped => (rest, ""),
        _ => (rest, ".*"),
    };
    // Anchors belong to one alternative only.
    if rest.contains('|') && (start.is_empty() || end.is_empty()) {
        return refuse("anchors beside alternatives");
    }
    let mut out = String::from(start);
    let alternatives = rest.contains('|');
    if alternatives {
        out.push('(');
    }
    let mut chars = rest.chars().peekable();
    let mut class = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(c) if c.is_alphanumeric() => return refuse("classes as `\\d`"),
                Some(c) => out.extend(['\\', c]),
                None => return refuse("lone `\\`"),
            },
            '^' if class && out.ends_with('[') => out.push('^'),
            '^' | '$' if !class => return refuse("anchors in the middle"),
            '?' if !class && out.ends_with(['*', '+', '?', '}']) => return refuse("lazy repetition"),
            '#' | '@' | '&' | '<' | '>' | '~' | '"' | '/' => out.extend(['\\', c]),
            c => {
                class = (class || c == '[') && c != ']';
                out.push(c);
            }
        }
    }
    if alternatives {
        out.push(')');
    }
    out.push_str(end);
    Ok(out)
}
