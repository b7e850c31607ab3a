//! Trellix Helix: the Trellix Query Language (TQL).
//!
//! Source: Trellix documentation, "TQL": "Quotes", "Wildcards", "Set notation", "Regular expressions", "Best practices"
//! (`:` contains, `=` is exact; `*` is the only wildcard; a backslash stands before a quote).

use super::super::{Context, Dialect, Grammar, Label, Op, Piece, Target, dialect::placeholder, escape};
use crate::{
    error::Failure,
    expr::{Expr, Match},
    pipeline::Reach,
    rule::{Part, Regex, Shape, Text, Value},
};

struct Helix;

pub(crate) const TARGETS: &[Target] = &[Target {
    name: "tql",
    about: "Trellix Helix TQL",
    formats: &["default"],
    own: &["helix"],
    dialect: &Helix,
}];

pub(crate) const LABELS: &[Label] =
    &[Label { name: "trellix-helix-tql", target: "tql", pipelines: &[], format: "default" }];

static GRAMMAR: Grammar = Grammar {
    brackets_always: true,
    number: "{field}:{value}",
    boolean: ("{field}:{value}", "true", "false"),
    null: Some("missing({field})"),
    cidr: Some("{field}:{value} "),
    in_or: Some("{field} : [{value}]"),
    in_wildcards: true,
    separator: ",",
    ..Grammar::BASE
};

impl Dialect for Helix {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn brackets(&self, _outer: Op, inner: Op, _part: &Expr<'_>) -> bool {
        inner != Op::Not
    }

    fn any_of_op(&self) -> Option<Op> {
        Some(Op::Or)
    }

    fn not(&self, context: &mut Context<'_>, inner: &Expr<'_>) -> Piece {
        // The reference leaves the brackets of alternatives of one value out, so that only the first is negated.
        let text = match (context.reach, inner) {
            (Reach::Reference, Expr::Match(_)) => self.expr(context, inner)?,
            _ => self.part(context, Op::Not, inner)?,
        };
        Ok(text.map(|text| format!("(NOT {text})")))
    }

    fn or(&self, context: &mut Context<'_>, parts: &[Expr<'_>]) -> Piece {
        // A list after `:` only need be contained in the field.
        let whole = |part: &Expr<'_>| match part {
            Expr::Match(Match { value: Value::Text { text, .. }, .. }) => text.shape() == Shape::Whole,
            _ => false,
        };
        match context.reach == Reach::Reference || !parts.iter().any(whole) {
            true => match self.list(context, parts, "{field} : [{value}]")? {
                Some(list) => Ok(Some(list)),
                None => self.join(context, Op::Or, GRAMMAR.or, parts),
            },
            false => self.join(context, Op::Or, GRAMMAR.or, parts),
        }
    }

    fn member(&self, context: &mut Context<'_>, value: &Value) -> Result<String, Failure> {
        match value {
            Value::Text { text, .. } => literal(context.reach, text),
            Value::Number(number) => Ok(format!("\"{number}\"")),
            _ => Err(Failure::expression("only strings and numbers stand in a list")),
        }
    }

    fn text(&self, context: &mut Context<'_>, field: &str, text: &Text, cased: bool) -> Piece {
        if cased {
            return Err(Failure::expression("TQL knows no letter case (`cased`)"));
        }
        let reach = context.reach;
        Ok(Some(match text.shape() {
            // What has no wildcard is looked for anywhere in the field.
            Shape::Contains => format!("{field} : {}", literal(reach, &text.inner())?),
            Shape::Whole if reach == Reach::Wide => format!("{field}={}", literal(reach, text)?),
            _ => format!("{field}:{}", literal(reach, text)?),
        }))
    }

    fn regex(&self, context: &mut Context<'_>, field: &str, regex: &Regex) -> Piece {
        if regex.multi_line || regex.dot_all {
            return Err(Failure::expression("TQL has no such flags of regular expressions"));
        }
        let flags = if regex.ignore_case { "(?i)" } else { "" };
        if context.reach == Reach::Reference {
            return Ok(Some(format!("{field}:\"{flags}{}\"", regex.pattern.replace('\\', "\\\\"))));
        }
        let unsupported = ["(?=", "(?!", "(?<", "(?>", "\\K", "\\R", "\\C", "*+", "++", "?+", "\n"];
        if unsupported.iter().any(|piece| regex.pattern.contains(piece)) {
            return Err(Failure::expression("TQL has no look-around and no possessive quantifiers"));
        }
        Ok(Some(format!("{field}:/{flags}{}/", slashes(&regex.pattern))))
    }

    fn string(&self, text: &Text) -> Result<String, Failure> {
        literal(Reach::Wide, text)
    }
}

/// A string in quotes. The reference writes both wildcards as `*`.
fn literal(reach: Reach, text: &Text) -> Result<String, Failure> {
    if let Some(name) = text.placeholder() {
        return Err(placeholder(name));
    }
    if reach == Reach::Wide {
        if text.parts().contains(&Part::One) {
            return Err(Failure::expression("TQL has no wildcard for one character"));
        }
        if text.parts().iter().any(|part| matches!(part, Part::Plain(run) if run.contains('*'))) {
            return Err(Failure::expression("TQL cannot ask for a `*`"));
        }
    }
    let escaped = if reach == Reach::Wide { "\\\"" } else { "\\\"*" };
    let body = text.render("*", "*", |run, out| escape(run, escaped, "\\", out));
    Ok(format!("\"{body}\""))
}

/// A pattern between slashes: none of its own ends it.
fn slashes(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '/' => out.push_str("\\/"),
            // What is escaped stays so; a backslash at the end would escape the slash behind it.
            '\\' => {
                out.push('\\');
                out.push(chars.next().unwrap_or('\\'));
            }
            c => out.push(c),
        }
    }
    out
}
